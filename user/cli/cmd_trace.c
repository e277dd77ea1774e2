// SPDX-License-Identifier: GPL-2.0
/* run and attach: from the options to a watched program, from there to a report. */
#include <errno.h>
#include <grp.h>
#include <math.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "advice.h"
#include "build.h"
#include "commands.h"
#include "exits.h"
#include "openmetrics.h"
#include "output.h"
#include "signals.h"
#include "trace.h"

enum { DEFAULT_EVENTS = 2000, MAX_EVENTS = 2000000, MAX_SECONDS = 31536000 };

struct arguments {
	struct outputs outputs;
	struct trace_options trace;
	bool attach, timeline_given;
};

static void take_seconds(const struct option_use *use)
{
	char *end;
	double value = strtod(use->text, &end);

	if (end == use->text || *end || !isfinite(value) || value < 0.01 || value > MAX_SECONDS)
		argp_error(use->state, "-%c %s: give seconds, at least 0.01", use->row->letter,
			   use->text);
	*(double *)use->member = value;
}

static void take_verbose(const struct option_use *use)
{
	struct arguments *a = use->arguments;

	session_set_verbosity(a->outputs.verbose ? 2 : 1);
	a->outputs.verbose = true;
}

static void take_pid(const struct option_use *use)
{
	*(pid_t *)use->member = option_number(use->state, "-p", use->text, 1, 1 << 22);
}

static void take_user(const struct option_use *use)
{
	struct arguments *a = use->arguments;
	const struct passwd *user = getpwnam(use->text);

	if (!user) {
		argp_error(use->state, "-u %s: there is no such user", use->text);
		return;
	}
	if (geteuid() && user->pw_uid != geteuid())
		argp_error(use->state, "-u %s: only root can run a program as somebody else",
			   use->text);
	a->trace.identity = (struct identity){ .uid = user->pw_uid, .gid = user->pw_gid,
					       .change = user->pw_uid != geteuid() };
}

/* What was asked for fits together. */
static void end(const struct option_use *use)
{
	struct arguments *a = use->arguments;
	struct session_options *session = &a->trace.session;

	if (session->counts_only && a->timeline_given && session->timeline_events)
		argp_error(use->state, "--timeline: --counts-only records none; leave out one of them");
	if (session->counts_only)
		session->timeline_events = 0;
	if (a->attach ? !a->trace.pid : !a->trace.program)
		argp_error(use->state, a->attach ? "-p PID is missing: the process to watch" :
			   "CMD is missing: zctrace run -- CMD ARGS...");
}

/* CMD and its arguments. */
static void take_command(const struct option_use *use)
{
	struct arguments *a = use->arguments;

	if (a->attach)
		argp_error(use->state, "attach takes no command; zctrace run -- CMD starts one");
	a->trace.program = &use->state->argv[use->state->next - 1];
	use->state->next = use->state->argc;
}

#define ARGUMENTS struct arguments

static const struct option_row run_options[] = {
	{ "user", "USER", "Run CMD as USER (default: the user who called sudo)",
	  .take = take_user, .letter = 'u', .group = 1 },
	{ 0 },
};

static const struct option_row attach_options[] = {
	{ "pid", "PID", "The process to watch, with its threads and children",
	  .take = take_pid, MEMBER(trace.pid), .letter = 'p', .group = 1 },
	{ "duration", "SECONDS", "For so long (default: until it ends or Ctrl-C)",
	  .take = take_seconds, MEMBER(trace.seconds), .letter = 'd', .group = 1 },
	{ 0 },
};

static const struct option_row shared_options[] = {
	{ "interval", "SECONDS", "Print a line of what moved in each interval",
	  .take = take_seconds, MEMBER(trace.interval), .letter = 'i', .group = 1 },
	{ "live-openmetrics", "FILE",
	  "Rewrite FILE with the totals at each interval, whole or not at all, for a "
	  "textfile collector", SETS_TEXT(trace.openmetrics), .group = 1 },
	{ "timeline", "EVENTS",
	  "Record so many events of each thread, from its busiest flow on (default 2000, 0 = none)",
	  SETS_NUMBER(trace.session.timeline_events, 0, MAX_EVENTS), SETS_FLAG(timeline_given),
	  .group = 1 },
	{ "counts-only", NULL,
	  "Calls, errors and bytes, at the least cost: no times, no copies on the "
	  "network, no timeline", SETS_FLAG(trace.session.counts_only), .group = 1 },
	{ "without", "TRACEPOINT", "Do without a tracepoint", .take = option_without,
	  MEMBER(trace.session), .group = 1 },
	{ "max-objects", "N", "Files and sockets that are kept apart (default 16384)",
	  SETS_NUMBER(trace.session.max_objects, 64, 1 << 22), .group = 1 },
	{ "max-processes", "N", "Processes that are kept apart (default 4096)",
	  SETS_NUMBER(trace.session.max_procs, 8, ZC_PROC_STATES), .group = 1 },
	{ "max-cells", "N",
	  "Rows of (process, call, source, sink) that are kept apart (default 32768)",
	  SETS_NUMBER(trace.session.max_cells, 64, ZC_MOST_CELLS), .group = 1 },
	{ "verbose", NULL, "Every call and witness; -vv: libbpf's log too",
	  .take = take_verbose, .letter = 'v', .group = 3 },
	{ 0 },
};

static const struct command_syntax run_syntax = {
	.options = { run_options, shared_options, output_options }, .in_order = true,
	.argument = take_command, .end = end, .args_doc = "CMD [ARG...]",
	.doc = "Runs CMD, follows its threads and children, and tells where their bytes went and how "
	       "often they were copied. CMD keeps its input and output, its exit status is passed on; "
	       "the report goes to standard error.\v"
	       "Examples:\n"
	       "  sudo zctrace run -- cp big /tmp/there\n"
	       "  sudo zctrace run --html page.html -- python3 -m http.server\n",
};

static const struct command_syntax attach_syntax = {
	.options = { attach_options, shared_options, output_options }, .in_order = true,
	.argument = take_command, .end = end,
	.doc = "Watches a running process, its threads and children, until the time is up, Ctrl-C or "
	       "its end. It is never stopped or changed.\v"
	       "Examples:\n"
	       "  sudo zctrace attach -p $(pidof -s nginx) -d 10\n"
	       "  sudo zctrace attach -p 1234 -i 1 --live-openmetrics /var/lib/node/zctrace.prom\n",
};

static int write_openmetrics(FILE *out, void *context)
{
	return openmetrics_write(context, out);
}

static void save_openmetrics(const struct trace_options *options, const struct trace_result *now)
{
	struct report *report = build_trace(options, now);
	int err = output_replace(options->openmetrics, write_openmetrics, report);

	if (err)
		complain(ZC_EXIT_FAILED, "%s: %s; the next interval tries again",
			 options->openmetrics, strerror(-err));
	report_free(report);
}

static enum zc_exit finish(struct arguments *a, struct report *report)
{
	const struct report_scenario *s = report->scenarios;
	enum zc_exit status = ZC_EXIT_OK;

	a->outputs.to_stderr = !a->attach;
	if (outputs_write(&a->outputs, report))
		status = ZC_EXIT_FAILED;
	if (s->loss_map_full || s->loss_recursion)
		status = complain(ZC_EXIT_FAILED, "%s: events were lost, the counts are too low: %s",
				  a->trace.mode, s->coarse_why);
	return status;
}

int cmd_trace(int argc, char **argv)
{
	struct arguments a = {
		.trace = { .mode = argv[0], .identity = identity_of_caller(),
			   .save = save_openmetrics,
			   .session = { .any_program = true, .timeline_events = DEFAULT_EVENTS } },
		.attach = !strcmp(argv[0], "attach"),
	};
	struct trace_result result;
	struct report *report;
	enum zc_exit finished;
	char error[1024];
	int err, status = 0;

	a.trace.session.own_child = !a.attach;
	commands_parse(a.attach ? &attach_syntax : &run_syntax, argc, argv, &a);
	if (outputs_check(&a.outputs))
		return ZC_EXIT_USAGE;
	a.trace.command = commands_line;
	a.trace.quiet = a.outputs.quiet;
	signals_catch();
	err = trace(&a.trace, &result, &status, error, sizeof(error));
	if (err) {
		enum zc_exit own = complain(err == -ESRCH ? ZC_EXIT_USAGE : exit_of_error(err),
					    "%s: %s", a.trace.mode, error);
		return status ? status : (int)own;
	}
	report = build_trace(&a.trace, &result);
	advice_give(report, build_outlived(&result));
	trace_result_free(&result);
	finished = finish(&a, report);
	report_free(report);
	return a.attach || !status ? (int)finished : status;
}
