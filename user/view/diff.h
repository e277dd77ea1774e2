/* SPDX-License-Identifier: GPL-2.0 */
/* Two reports beside each other: what is different, and what only scattered.
 * Called by `zctrace diff`. */
#ifndef ZC_DIFF_H
#define ZC_DIFF_H

#include <stdio.h>
#include "paragraph.h"

/* First where machine and configuration differ, then scenario by scenario, then the claims whose
 * verdict is another. 0 or -EIO of the stream. */
int report_diff(const struct report *a, const struct report *b,
		const struct render_options *options, FILE *out);

/* One scenario in both (diff_numbers.c); report is the one that a belongs to. */
void diff_numbers(const struct report *report, const struct report_scenario *a,
		  const struct report_scenario *b, const struct render_options *options, FILE *out);

/* Two sweeps; partners[i] is what belongs to a's i-th scenario, or NULL (diff_sweep.c). */
void diff_sweep(const struct report *a, const struct report_scenario *const *partners,
		const struct render_options *options, FILE *out);

/* What may be said of two spreads, in buf of OVERVIEW_TEXT_BYTES, and how it is set off. */
enum tone diff_spread(const struct spread *a, const struct spread *b, char *buf);

#endif
