/* SPDX-License-Identifier: GPL-2.0 */
/* What became of a number, or of a scenario, from one report to another. A time is called changed
 * only where the runs of one report all lie outside those of the other. diff*.c prints it. */
#ifndef ZC_CHANGE_H
#define ZC_CHANGE_H

#include "metric.h"

enum change_kind {
	CHANGE_NONE,		/* the same */
	CHANGE_ONLY_IN_A,	/* it was measured in one report only */
	CHANGE_ONLY_IN_B,
	CHANGE_TOO_FEW_RUNS,	/* too few to tell */
	CHANGE_NOISE,		/* their runs overlap */
	CHANGE_OF_RUNS,		/* all runs of one are longer: times */
	CHANGE_OF_RATIO,	/* difference */
	CHANGE_OF_COUNT,	/* more, by, percent or times */
};

struct change {
	enum change_kind kind;
	bool times_known;
	double times;		/* CHANGE_OF_RUNS: B by A */
	double difference;	/* CHANGE_OF_RATIO: B − A */
	bool more;		/* CHANGE_OF_COUNT: B is larger */
	__u64 by;		/* how much */
	double percent;		/* of A; 0 where A is 0 */
	__u64 multiple;		/* B by A where it is ten or more; else 0 */
};

struct change change_of_spreads(const struct spread *a, const struct spread *b);
/* At least one of the two was measured. */
struct change change_of_metric(enum metric_id id, const struct metric_value *a,
			       const struct metric_value *b);

/* partners[i] is the scenario of b that belongs to a's i-th, or NULL; taken[j]: b's j-th has one.
 * Both arrays are the caller's, empty, one for each scenario. */
void change_partners(const struct report *a, const struct report *b,
		     const struct report_scenario **partners, bool *taken);

#endif
