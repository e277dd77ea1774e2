/* SPDX-License-Identifier: GPL-2.0 */
/* Two reports beside each other: what is different, and what only scattered.
 * Called by `zctrace diff`. */
#ifndef ZC_DIFF_H
#define ZC_DIFF_H

#include <stdio.h>
#include "render.h"

/* First where machine and configuration differ, then scenario by scenario, then the claims whose
 * verdict is another. 0, -ENOMEM, or -EIO of the stream. */
int report_diff(const struct report *a, const struct report *b,
		const struct render_options *options, FILE *out);

/* One scenario in both (diff_numbers.c); report is the one that a belongs to. 0 or -ENOMEM. */
int diff_numbers(const struct report *report, const struct report_scenario *a,
		 const struct report_scenario *b, const struct render_options *options, FILE *out);

#endif
