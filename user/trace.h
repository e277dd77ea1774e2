/* SPDX-License-Identifier: GPL-2.0 */
/* Watching a program that zctrace did not write: run starts it, attach joins it; both end in a
 * report with its flows. cmd_trace.c fills the options. */
#ifndef ZC_TRACE_H
#define ZC_TRACE_H

#include "report.h"
#include "runner.h"

struct trace_options {
	const char *mode;		/* "run", "attach" */
	const char *const *command;	/* our own argv, for the report */
	char **program;			/* run: CMD and its arguments, ends with NULL */
	pid_t pid;			/* attach */
	struct identity identity;	/* run: who CMD runs as */
	double seconds;			/* attach: for how long; 0 = until it ends */
	double interval;		/* seconds between live lines; 0 = none */
	const char *openmetrics;	/* rewritten at each interval and at the end, or NULL */
	bool quiet;			/* no live lines */
	struct session_options session;
};

/* What is known besides the snapshot. */
struct trace_result {
	struct snapshot *snapshot;
	bool ended;			/* run: CMD did, and status is known */
	__u64 begin_ns, end_ns;		/* CLOCK_MONOTONIC */
	int status;			/* run: as waitpid() gave it */
};

/* 0 with a report, or -errno with a sentence in error. *status is CMD's, as a shell would give it:
 * 126 and 127 if it could not be started, 128 + n if a signal ended it. */
int trace(const struct trace_options *options, struct report **report, int *status, char *error,
	  size_t size);

/* From a snapshot to a report with one scenario (build_trace.c). */
struct report *build_trace(const struct trace_options *options, const struct session *session,
			   const struct trace_result *result);

/* Ctrl-C and its like end the watching, and are passed on to CMD if they came from a process: the
 * terminal's go to both. The second one ends zctrace at once. CMD finds all as zctrace found it. */
void trace_catch_signals(void);

/* What the kernel's own tally tells of the same processes (trace_witnesses.c). */
void trace_witnesses(struct report *report, const struct session *session,
		     const struct snapshot *snapshot, struct report_scenario *scenario);

/* Which bytes went from where to where (flows.c; the scenario's losses and witnesses are known), and what could be better (advice.c). */
void flows_find(struct report *report, const struct session *session,
		const struct snapshot *snapshot, struct report_scenario *scenario);
void advice_give(struct report *report, const struct trace_result *result,
		 struct report_scenario *scenario);

/* "python3": the name of a process. */
const char *trace_comm(struct report *report, const struct snapshot *snapshot, __u32 proc);

#endif
