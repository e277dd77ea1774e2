/* SPDX-License-Identifier: GPL-2.0 */
/* A sweep's scenarios as curves over the size of the chunk.
 * summary_sweep.c says what they show; table_report.c and web/sweep.js show it. */
#ifndef ZC_SWEEP_H
#define ZC_SWEEP_H

#include "report.h"

/* The mode of its report. */
#define SWEEP_MODE "sweep"

bool sweep_is(const struct report *report);

/* One way under one condition; the points by ascending size of the chunk. */
struct sweep_curve {
	const struct report_scenario **points;
	size_t count;
};

struct sweep_curves {
	struct sweep_curve *curves;	/* in the order of the report */
	size_t count;
	const struct report_scenario **points;	/* of all curves */
};

/* The points are the report's. */
void sweep_curves(const struct report *report, struct sweep_curves *curves);
void sweep_free(struct sweep_curves *curves);

/* Why none of its points could be measured; NULL = some were, or the reasons differ. */
const char *sweep_failed(const struct sweep_curve *curve);

/* CPU copies per byte on the way from the page cache to the device, and of borrowed pages later. */
struct measured_real sweep_copies(const struct report_scenario *scenario);

#endif
