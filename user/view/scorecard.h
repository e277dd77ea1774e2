/* SPDX-License-Identifier: GPL-2.0 */
/* The scorecard: claims as rows, reports as columns. Which claims are true on this kernel, on that
 * one, in the virtual machine, on your laptop? */
#ifndef ZC_SCORECARD_H
#define ZC_SCORECARD_H

#include "render.h"

enum { SCORECARD_MOST = 12 };

struct scorecard {
	const struct report *reports[SCORECARD_MOST];
	const char *names[SCORECARD_MOST];	/* of the columns; a report's file,
		without folder */
	size_t count;
};

/* In the format of a renderer; -ENOTSUP: a scorecard has no such format. 0 or -errno of the
 * stream. */
int scorecard_print(const struct scorecard *scorecard, const struct renderer *renderer,
		    const struct render_options *options, FILE *out);

#endif
