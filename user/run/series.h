/* SPDX-License-Identifier: GPL-2.0 */
/* The runs of one variant under one condition: measure.c makes them, the builders read them. */
#ifndef ZC_SERIES_H
#define ZC_SERIES_H

#include "plan.h"
#include "record.h"

struct series {
	const struct variant *variant;
	const struct condition *condition;
	struct run_record *traced, *untraced;	/* arrays of plan->repeats, in the order made */
	size_t traced_count, untraced_count;
	char sha256_sent[65], sha256_received[65];	/* of the verification run */
	char *failed;				/* why this machine cannot run it; owned */
};

#endif
