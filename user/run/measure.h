/* SPDX-License-Identifier: GPL-2.0 */
/* Makes the runs of a plan and keeps what they left; build_report.c makes a report of it. */
#ifndef ZC_MEASURE_H
#define ZC_MEASURE_H

#include "payload.h"
#include "record.h"

struct remote;

/* What a plan brought. */
struct measurement {
	const struct measure_plan *plan;
	struct session *session;
	struct remote *remote;		/* NULL = the receiver runs here */
	struct payload payload;
	struct series *series;		/* conditions x variants */
	size_t series_count;
	__u64 seed;			/* of the order of runs */
	char cards[128];		/* of a link of cards, with their drivers; "" = none */
};

/* 0 with every run made; -EINTR or -errno with a sentence in error, and then with the runs that
 * were made until then. To be ended with measurement_free() in either case. */
int measure(const struct measure_plan *plan, struct measurement *measurement, char *error,
	    size_t size);
void measurement_free(struct measurement *measurement);

#endif
