/* SPDX-License-Identifier: GPL-2.0 */
/* One line on stderr that says how far a long measurement is; only on a terminal, and only if it
 * takes more than a second. measure.c steps it. */
#ifndef ZC_PROGRESS_H
#define ZC_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

struct progress {
	bool on, shown;
	size_t done, steps;
	__u64 begin_ns;
};

void progress_begin(struct progress *progress, bool quiet, size_t steps);
/* The next step begins: what, and in which way ("traced"). */
void progress_step(struct progress *progress, const char *what, const char *how);
/* Takes the line away. */
void progress_end(struct progress *progress);

#endif
