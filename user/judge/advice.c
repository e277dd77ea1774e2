// SPDX-License-Identifier: GPL-2.0
/* Advice on a watched program, only from what was measured of it: what happened, what it cost here,
 * what to try. cmd_trace.c calls it; the renderers show sentences and warnings. */
#include <string.h>

#include "advice.h"
#include "size.h"
#include "texts.h"
#include "words.h"

enum { MUCH = 1 << 20, SMALL_CALL = 32 << 10, MAX_ADVICE = 8 };

static void say(struct report *report, const char **list, size_t *count, const char *text)
{
	if (*count < MAX_ADVICE)
		list[(*count)++] = text;
}

/* "cp" made what "cp[123]" did. */
static bool is_role(const char *role, const char *name)
{
	return text_begins(role, name) && role[strlen(name)] == '[';
}

/* "read" is in "read + sendto", and not in "pread64". */
static bool is_among(const char *calls, const char *name)
{
	size_t length = strlen(name);

	for (const char *at = strstr(calls, name); at; at = strstr(at + 1, name)) {
		if ((at == calls || (at[-1] == ' ' && (at < calls + 2 || at[-2] == '+'))) &&
		    (!at[length] || !strncmp(&at[length], " + ", 3)))
			return true;
	}
	return false;
}

/* On-CPU ns of a role's calls of these kinds: what the copying cost here, measured. */
static __u64 cost_of(const struct report_scenario *scenario, const struct report_flow *flow)
{
	__u64 ns = 0;

	for (size_t i = 0; i < scenario->syscall_count; i++) {
		const struct report_syscall *call = &scenario->syscalls[i];

		if (call->data && is_role(call->role, flow->role) &&
		    is_among(flow->calls_by, call->name) &&
		    (strstr(call->fd, flow->source_kind) || strstr(call->fd, flow->sink_kind)))
			ns += call->cpu_ns.value;
	}
	return ns;
}

/* The program has tried a way without user space, and was refused: why is in the flow's verdict. */
static bool was_refused(const struct report_flow *flow)
{
	return flow->refusal_count > 0;
}

static const char *remedy(const struct report_flow *flow)
{
	bool file = text_begins(flow->source_kind, "file"), socket = text_begins(flow->sink_kind,
										 "tcp");

	if (was_refused(flow))
		return "what refused the other call is what to look at: it was tried before";
	if (file && socket)
		return "sendfile(2) would hand over the file's pages: no copy through the program, "
		       "half the crossings per chunk";
	if (text_begins(flow->source_kind, "tcp") && (socket || text_begins(flow->sink_kind,
									    "file")))
		return "splice(2) through a pipe would move the socket's pages without the program's "
		       "memory";
	if (file && text_begins(flow->sink_kind, "file"))
		return "copy_file_range(2) would leave it to the kernel, and to file systems that "
		       "share blocks";
	return NULL;
}

/* What a request of io_uring costs is in other calls and threads. */
static const char *effort(struct report *report, const struct report_scenario *scenario,
			  const struct report_flow *flow)
{
	if (strstr(flow->calls_by, "io_uring"))
		return words_many(report, flow->calls, "call or request", "calls and requests");
	return report_format(report, "%s, %s of CPU in these calls",
			     words_many(report, 2 * flow->calls, "crossing", "crossings"),
			     words_time(report, cost_of(scenario, flow)));
}

/* Bytes that may only have passed through the program. That as many were written as were read does
 * not show that they are the same: a program that changes each of them looks alike. */
static void advise_copy(struct report *report, const struct report_scenario *scenario,
			const struct report_flow *flow)
{
	const char *what = remedy(flow);
	char size[SIZE_TEXT_BYTES];

	/* Of a source that went to several sinks once is enough. */
	for (const struct report_flow *f = scenario->flows; f < flow; f++) {
		if (!strcmp(f->role, flow->role) && !strcmp(f->source, flow->source) &&
		    !strcmp(f->verdict, flow->verdict))
			return;
	}
	if (!what || flow->bytes < MUCH || !text_begins(flow->verdict, "copied through user space"))
		return;
	say(report, report->warnings, &report->warning_count,
	    report_format(report,
			  "%s went from %s to %s by %s: %.2f CPU copies per byte, %s. If the "
			  "program only passes them on (%s; what it did to them is not visible), "
			  "%s.",
			  size_format(flow->bytes, size, sizeof(size)), flow->source, flow->sink,
			  flow->calls_by, flow->copies_per_byte.value,
			  effort(report, scenario, flow), flow->why, what));
}

static void advise_small_calls(struct report *report, const struct report_flow *flow)
{
	/* What was read and written took two calls. */
	__u64 moved = text_begins(flow->verdict, "copied through") && strcmp(flow->source_kind,
									     "memory") &&
		      strcmp(flow->sink_kind, "memory") ? 2 * flow->bytes : flow->bytes;
	__u64 each = flow->calls ? moved / flow->calls : 0;
	char size[SIZE_TEXT_BYTES], mean[SIZE_TEXT_BYTES];

	if (flow->bytes < MUCH || !each || each >= SMALL_CALL || text_begins(flow->verdict,
									     "not ") ||
	    strstr(flow->calls_by, "io_uring"))
		return;
	say(report, report->warnings, &report->warning_count,
	    report_format(report, "%s from %s to %s went in %s of %s each on average. Every call "
			  "crosses into the kernel and back whatever it moves. Try: larger buffers; "
			  "zctrace copy --chunk shows what they cost here.",
			  size_format(flow->bytes, size, sizeof(size)), flow->source, flow->sink,
			  words_many(report, flow->calls, "call", "calls"),
			  size_format(each, mean, sizeof(mean))));
}

static void advise_kernel_copy(struct report *report, const struct report_flow *flow)
{
	char size[SIZE_TEXT_BYTES];

	if (flow->bytes < MUCH || !text_begins(flow->verdict, "copied in the kernel") ||
	    !text_begins(flow->sink_kind, "tcp"))
		return;
	say(report, report->warnings, &report->warning_count,
	    report_format(report, "%s from %s to %s were handed to the kernel without a copy, and "
			  "copied there: %s. Try: ethtool -k DEVICE | grep scatter-gather.",
			  size_format(flow->bytes, size, sizeof(size)), flow->source, flow->sink,
			  flow->why));
}

static void headline(struct report *report, const struct report_scenario *scenario)
{
	const struct report_flow *flow = scenario->flows;
	char size[SIZE_TEXT_BYTES];

	if (!scenario->flow_count || !flow->bytes) {
		say(report, report->sentences, &report->sentence_count,
		    "No bytes of a file, pipe or socket were seen to move.");
		return;
	}
	say(report, report->sentences, &report->sentence_count,
	    report_format(report,
			  "Is it zero-copy? The busiest flow, %s from %s to %s by %s: %s%s.",
			  size_format(flow->bytes, size, sizeof(size)), flow->source, flow->sink,
			  flow->calls_by, flow->verdict, flow->copies_per_byte.why ? "" :
			  report_format(report, ", %.2f CPU copies per byte",
					flow->copies_per_byte.value)));
}

/* CMD's end is the end of the watching. */
static void tell_outlived(struct report *report, __u64 alive)
{
	if (alive)
		say(report, report->warnings, &report->warning_count,
		    report_format(report,
				  "%s outlived the command: what %s did afterwards is not in "
				  "this report. Try: zctrace attach -p PID.",
				  words_many(report, alive, "process", "processes"),
				  alive == 1 ? "it" : "they"));
}

/* io_uring that was asked for and not given, so that the program had to do without. */
static void tell_refused_ring(struct report *report, const struct report_scenario *scenario)
{
	__u64 calls = 0, errors = 0;

	for (size_t i = 0; i < scenario->syscall_count; i++) {
		if (strcmp(scenario->syscalls[i].name, "io_uring_setup"))
			continue;
		calls += scenario->syscalls[i].calls;
		errors += scenario->syscalls[i].errors;
	}
	if (calls && calls == errors)
		say(report, report->warnings, &report->warning_count,
		    report_format(report,
				  "io_uring_setup was refused %s: no request was made. Try: "
				  "sysctl kernel.io_uring_disabled (0 allows it), and what a "
				  "container's seccomp filter forbids.",
				  words_many(report, calls, "time", "times")));
}

void advice_give(struct report *report, __u64 outlived)
{
	const struct report_scenario *scenario = report->scenarios;

	report->sentences = report_alloc(report, MAX_ADVICE * sizeof(char *));
	report->warnings = report_alloc(report, MAX_ADVICE * sizeof(char *));
	headline(report, scenario);
	for (size_t i = 0; i < scenario->flow_count; i++) {
		advise_copy(report, scenario, &scenario->flows[i]);
		advise_small_calls(report, &scenario->flows[i]);
		advise_kernel_copy(report, &scenario->flows[i]);
	}
	tell_outlived(report, outlived);
	tell_refused_ring(report, scenario);
	if (scenario->loss_map_full || scenario->loss_recursion)
		say(report, report->warnings, &report->warning_count,
		    report_format(report, "Events were lost, the counts are too low: %s.",
				  scenario->coarse_why));
	else if (scenario->coarse)
		say(report, report->warnings, &report->warning_count, scenario->coarse_why);
}
