/* SPDX-License-Identifier: GPL-2.0 */
/* Watching a program that zctrace did not write: run starts it, attach joins it; both end with
 * what was counted, of which build_trace.c makes a report. cmd_trace.c fills the options. */
#ifndef ZC_TRACE_H
#define ZC_TRACE_H

#include "identity.h"
#include "runner.h"

struct trace_options;
struct trace_result;

/* Called with what was counted until now. */
typedef void trace_save_fn(const struct trace_options *options, const struct trace_result *now);

struct trace_options {
	const char *mode;		/* "run", "attach" */
	const char *const *command;	/* our own argv, for the report */
	char **program;			/* run: CMD and its arguments, ends with NULL */
	pid_t pid;			/* attach */
	struct identity identity;	/* run: who CMD runs as */
	double seconds;			/* attach: for how long; 0 = until it ends */
	double interval;		/* seconds between live lines; 0 = none */
	const char *openmetrics;	/* rewritten at each interval and at the end, or NULL */
	trace_save_fn *save;		/* what rewrites it */
	bool quiet;			/* no live lines */
	struct session_options session;
};

/* What is known besides the snapshot. */
struct trace_result {
	struct session *session;
	struct snapshot *snapshot;
	bool ended;			/* run: CMD did, and status is known */
	__u64 begin_ns, end_ns;		/* CLOCK_MONOTONIC */
	int status;			/* run: as waitpid() gave it */
};

/* 0, or -errno with a sentence in error; then *result is empty. *status is CMD's, as a shell would
 * give it: 126 and 127 if it could not be started, 128 + n if a signal ended it. */
int trace(const struct trace_options *options, struct trace_result *result, int *status,
	  char *error, size_t size);
void trace_result_free(struct trace_result *result);

#endif
