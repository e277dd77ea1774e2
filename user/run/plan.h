/* SPDX-License-Identifier: GPL-2.0 */
/* What is to be measured: which scenarios under which conditions, how often. The commands fill a
 * plan; measure() follows it. */
#ifndef ZC_PLAN_H
#define ZC_PLAN_H

#include "link.h"
#include "scenario_table.h"
#include "session.h"
#include "strain.h"

struct remote_target;

enum { MEASURE_MAX_CONDITIONS = 32 };

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
	const char *devices[2];	/* the cards' names, by enum link_side */
	__u64 rate_bits;	/* 0 = as fast as it goes */
	bool ipv6;
	bool remote;		/* the receiver is on another machine; link and rate mean nothing */
	enum receiver_how receiver;
	__u64 bytes;		/* of the file that is made; 0 = the plan's */
};

/* "lo", "veth", "veth-nosg", "device", "device-nosg", "remote" */
const char *condition_link(const struct condition *condition);

struct measure_plan {
	const char *mode;		/* the command: "copy", "compare", … */
	const char *const *command;	/* argv, ends with NULL */
	struct variant *variants;	/* owned by the command */
	size_t variant_count;
	struct condition conditions[MEASURE_MAX_CONDITIONS];
	size_t condition_count;
	const bool *wanted;		/* [condition][variant]: which are run; NULL = all */
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

/* Variants under all conditions that are run (measure.c). */
size_t plan_series(const struct measure_plan *plan);

static inline bool plan_wants(const struct measure_plan *plan, size_t condition, size_t variant)
{
	return !plan->wanted || plan->wanted[condition * plan->variant_count + variant];
}

#endif
