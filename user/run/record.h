/* SPDX-License-Identifier: GPL-2.0 */
/* What one run left: the tallies of both ends and what the kernel side counted meanwhile.
 * runner.c fills it, the builders read it. */
#ifndef ZC_RECORD_H
#define ZC_RECORD_H

#include "plan.h"
#include "tally.h"

struct report;
struct snapshot;

/* One process of a run. */
struct party {
	struct tally tally;
	__u64 peak_rss_bytes;
	int proc;			/* index in the snapshot, 0 = not traced here */
};

struct run_record {
	bool traced;
	unsigned int order;		/* among all timed runs, from 1 */
	struct party sender, receiver;
	struct snapshot *snapshot;	/* owned; NULL if untraced */
	struct report *remote;		/* a remote receiver's counts; owned; else NULL */
};

void run_record_free(struct run_record *record);

/* The runs of one variant under one condition: measure.c makes them. */
struct series {
	const struct variant *variant;
	const struct condition *condition;
	struct run_record *traced, *untraced;	/* arrays of plan->repeats, in the order made */
	size_t traced_count, untraced_count;
	char sha256_sent[65], sha256_received[65];	/* of the verification run */
	__u64 payload_bytes;
	bool wanted;
	char *failed;				/* why this machine cannot run it; owned */
};

#endif
