// SPDX-License-Identifier: GPL-2.0
/* run and attach: from the options to a watched program, from there to a report. */
#include <argp.h>
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
#include "trace.h"

enum keys {
	KEY_TIMELINE = 0x100,
	KEY_WITHOUT,
	KEY_COUNTS,
	KEY_OBJECTS,
	KEY_PROCESSES,
	KEY_CELLS,
	KEY_METRICS,
};

enum { DEFAULT_EVENTS = 2000, MAX_EVENTS = 2000000, MAX_SECONDS = 31536000 };

struct arguments {
	struct trace_options trace;
	struct outputs outputs;
	bool attach, timeline_given;
};

#define SHARED_OPTIONS \
	{ .name = "interval", .key = 'i', .arg = "SECONDS", \
	  .doc = "Print a line of what moved in each interval", .group = 1 }, \
	{ .name = "live-openmetrics", .key = KEY_METRICS, .arg = "FILE", \
	  .doc = "Rewrite FILE with the totals at each interval, whole or not at all, for a " \
		 "textfile collector", .group = 1 }, \
	{ .name = "timeline", .key = KEY_TIMELINE, .arg = "EVENTS", \
	  .doc = "Record so many events of each thread, from its busiest flow on "\
		 "(default 2000, 0 = none)", .group = 1 }, \
	{ .name = "counts-only", .key = KEY_COUNTS, \
	  .doc = "Calls, errors and bytes, at the least cost: no times, no copies on the " \
		 "network, no timeline", .group = 1 }, \
	{ .name = "without", .key = KEY_WITHOUT, .arg = "TRACEPOINT", \
	  .doc = "Do without a tracepoint", .group = 1 }, \
	{ .name = "max-objects", .key = KEY_OBJECTS, .arg = "N", \
	  .doc = "Files and sockets that are kept apart (default 16384)", .group = 1 }, \
	{ .name = "max-processes", .key = KEY_PROCESSES, .arg = "N", \
	  .doc = "Processes that are kept apart (default 4096)", .group = 1 }, \
	{ .name = "max-cells", .key = KEY_CELLS, .arg = "N", \
	  .doc = "Rows of (process, call, source, sink) that are kept apart (default 32768)", \
	  .group = 1 }, \
	{ .name = "verbose", .key = 'v', .doc = "Every call and witness; -vv: libbpf's log too", \
	  .group = 3 }

static const struct argp_option run_options[] = {
	{ .name = "user", .key = 'u', .arg = "USER",
	  .doc = "Run CMD as USER (default: the user who called sudo)", .group = 1 },
	SHARED_OPTIONS,
	{ 0 },
};

static const struct argp_option attach_options[] = {
	{ .name = "pid", .key = 'p', .arg = "PID", .doc = "The process to watch, with its threads "
		 "and children", .group = 1 },
	{ .name = "duration", .key = 'd', .arg = "SECONDS",
	  .doc = "For so long (default: until it ends or Ctrl-C)", .group = 1 },
	SHARED_OPTIONS,
	{ 0 },
};

static double parse_seconds(struct argp_state *state, char key, const char *text)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end || !isfinite(value) || value < 0.01 || value > MAX_SECONDS)
		argp_error(state, "-%c %s: give seconds, at least 0.01", key, text);
	return value;
}

static void set_user(struct argp_state *state, struct arguments *a, const char *name)
{
	const struct passwd *user = getpwnam(name);

	if (!user) {
		argp_error(state, "-u %s: there is no such user", name);
		return;
	}
	if (geteuid() && user->pw_uid != geteuid())
		argp_error(state, "-u %s: only root can run a program as somebody else", name);
	a->trace.identity = (struct identity){ .uid = user->pw_uid, .gid = user->pw_gid,
					       .change = user->pw_uid != geteuid() };
}

/* What was asked for fits together. */
static void check_end(struct argp_state *state, struct arguments *a)
{
	struct session_options *session = &a->trace.session;

	if (session->counts_only && a->timeline_given && session->timeline_events)
		argp_error(state, "--timeline: --counts-only records none; leave out one of them");
	if (session->counts_only)
		session->timeline_events = 0;
	if (a->attach ? !a->trace.pid : !a->trace.program)
		argp_error(state, a->attach ? "-p PID is missing: the process to watch" :
			   "CMD is missing: zctrace run -- CMD ARGS...");
}

/* How much room the kernel side has. */
static error_t parse_limit(int key, char *arg, struct argp_state *state,
			   struct session_options *session)
{
	switch (key) {
	case KEY_OBJECTS:
		session->max_objects = option_number(state, "--max-objects", arg, 64, 1 << 22);
		return 0;
	case KEY_CELLS:
		session->max_cells = option_number(state, "--max-cells", arg, 64, ZC_MOST_CELLS);
		return 0;
	case KEY_PROCESSES:
		session->max_procs = option_number(state, "--max-processes", arg, 8,
						   ZC_PROC_STATES);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;
	struct session_options *session = &a->trace.session;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &a->outputs;
		return 0;
	case 'u':
		set_user(state, a, arg);
		return 0;
	case 'p':
		a->trace.pid = option_number(state, "-p", arg, 1, 1 << 22);
		return 0;
	case 'd':
		a->trace.seconds = parse_seconds(state, 'd', arg);
		return 0;
	case 'i':
		a->trace.interval = parse_seconds(state, 'i', arg);
		return 0;
	case 'v':
		session_set_verbosity(a->outputs.verbose ? 2 : 1);
		a->outputs.verbose = true;
		return 0;
	case KEY_METRICS:
		a->trace.openmetrics = arg;
		return 0;
	case KEY_TIMELINE:
		session->timeline_events = option_number(state, "--timeline", arg, 0, MAX_EVENTS);
		a->timeline_given = true;
		return 0;
	case KEY_COUNTS:
		session->counts_only = true;
		return 0;
	case KEY_WITHOUT:
		option_without(state, session, arg);
		return 0;
	case ARGP_KEY_ARGS:
		if (a->attach)
			argp_error(state, "attach takes no command; zctrace run -- CMD starts one");
		a->trace.program = state->argv + state->next;
		return 0;
	case ARGP_KEY_END:
		check_end(state, a);
		return 0;
	default:
		return parse_limit(key, arg, state, session);
	}
}

static const struct argp_child children[] = { { .argp = &output_argp }, { 0 } };

static const struct argp run_argp = {
	.options = run_options, .parser = parse, .children = children, .args_doc = "CMD [ARG...]",
	.doc = "Runs CMD, follows its threads and children, and tells where their bytes went and how "
	       "often they were copied. CMD keeps its input and output, its exit status is passed on; "
	       "the report goes to standard error.\v"
	       "Examples:\n"
	       "  sudo zctrace run -- cp big /tmp/there\n"
	       "  sudo zctrace run --html page.html -- python3 -m http.server\n",
};

static const struct argp attach_argp = {
	.options = attach_options, .parser = parse, .children = children,
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
	commands_parse_in_order(a.attach ? &attach_argp : &run_argp, argc, argv, &a);
	if (outputs_check(&a.outputs))
		return ZC_EXIT_USAGE;
	a.trace.command = commands_line;
	a.trace.quiet = a.outputs.quiet;
	trace_catch_signals();
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
