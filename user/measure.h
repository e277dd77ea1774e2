/* SPDX-License-Identifier: GPL-2.0 */
/* A measurement: which scenarios under which conditions, how often; the runs that were made, and
 * the report that they give. The commands fill a plan, measure() does the rest. */
#ifndef ZC_MEASURE_H
#define ZC_MEASURE_H

#include "link.h"
#include "remote.h"
#include "report.h"
#include "runner.h"
#include "scenario_table.h"
#include "strain.h"

enum { MEASURE_MAX_CONDITIONS = 8 };

/* A scenario in one of its forms. */
struct variant {
	const struct scenario *scenario;
	__u64 chunk_bytes;	/* 0 = the whole file in one round */
	bool prefault;
};

/* What is around it. */
struct condition {
	bool cold;		/* the file is not in the page cache when a run starts */
	enum link_kind link;
	__u64 rate_bits;	/* 0 = as fast as it goes */
	bool ipv6;
	bool remote;		/* the receiver is on another machine; link and rate mean nothing */
};

/* "lo", "veth", "veth-nosg", "remote" */
const char *condition_link(const struct condition *condition);

struct measure_plan {
	const char *mode;		/* the command: "copy", "compare", … */
	const char *const *command;	/* argv, ends with NULL */
	struct variant *variants;	/* owned by the command */
	size_t variant_count;
	struct condition conditions[MEASURE_MAX_CONDITIONS];
	size_t condition_count;
	const char *file;		/* NULL = make one of bytes */
	__u64 bytes;
	const char *as;			/* "doc1", "doc2", NULL */
	__u64 chunk_bytes;		/* for the report's title */
	enum receiver_how receiver;
	struct strain strain;
	unsigned int repeats;
	__u64 seed;			/* of the order of runs (run_order.h); 0 = draw one */
	const struct remote_target *to;	/* where zctrace receive runs; NULL = all is here */
	int port;			/* 0 = any free one */
	int timeout_s;			/* 0 = by size */
	int verbosity;
	bool quiet;			/* no progress */
	bool no_claims;			/* what is asked is none of the documents' claims */
	struct session_options session;
};

/* The runs of one variant under one condition. */
struct series {
	const struct variant *variant;
	const struct condition *condition;
	struct run_record *traced, *untraced;	/* arrays of plan->repeats, in the order made */
	size_t traced_count, untraced_count;
	char sha256_sent[65], sha256_received[65];	/* of the verification run */
	char *failed;				/* why this machine cannot run it; owned */
};

/* 0 with a whole report; -EINTR or -errno with a sentence in error, and then with a report of what
 * was measured until then, or NULL if that was nothing. */
int measure(const struct measure_plan *plan, struct report **report, char *error, size_t size);

/* Puts the runs of a series together into one scenario of the report (build_report.c). */
void build_scenario(struct report *report, const struct series *series,
		    const struct session *session, struct report_scenario *scenario);

#endif
