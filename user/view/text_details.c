// SPDX-License-Identifier: GPL-2.0
/* What the terminal page shows with -v: every call, page origins, where the time went, every
 * witness, the machine. Called by render_text.c. */
#include "text.h"

#include <string.h>

#define COLUMNS(columns) columns, sizeof(columns) / sizeof((columns)[0])

static void title(const char *what, const struct report *report,
		  const struct report_scenario *scenario, const struct render_options *options,
		  FILE *out)
{
	char name[OVERVIEW_TEXT_BYTES];

	putc('\n', out);
	return text_paragraph(options, out, GRID_BOLD, what,
			      overview_name(report, scenario, name));
}

static void add_call(struct grid *grid, const struct report_syscall *call)
{
	char number[NUMBER_BYTES];

	grid_cell(grid, GRID_PLAIN, call->role);
	grid_cell(grid, call->data ? GRID_BOLD : GRID_PLAIN, call->name);
	grid_cell(grid, GRID_PLAIN, call->fd);
	grid_cell(grid, GRID_PLAIN, number_count(call->calls, number));
	grid_cell(grid, call->errors ? GRID_DOUBT : GRID_PLAIN, number_count(call->errors, number));
	grid_cell(grid, GRID_PLAIN, text_size(call->bytes, number));
	grid_cell(grid, GRID_PLAIN, render_measured_time(call->cpu_ns, number));
	grid_cell(grid, GRID_PLAIN, render_measured_time(call->blocked_ns, number));
	grid_cell(grid, GRID_PLAIN, render_measured_time(call->runnable_ns, number));
	if (call->source || call->sink)
		grid_below(grid, GRID_DIM, "%s → %s", call->source ? call->source : "",
			   call->sink ? call->sink : "");
}

static void print_calls(const struct report_scenario *scenario,
			const struct render_options *options, FILE *out)
{
	static const struct grid_column columns[] = {
		{ "role", .right = false },
		{ "call", .right = false },
		{ "on", .right = false },
		{ "calls", .right = true },
		{ "errors", .right = true },
		{ "bytes", .right = true },
		{ "on CPU", .right = true },
		{ "blocked", .right = true },
		{ "runnable", .right = true },
	};
	struct grid *grid = grid_new(COLUMNS(columns));

	for (size_t i = 0; i < scenario->syscall_count; i++)
		add_call(grid, &scenario->syscalls[i]);
	grid_print(grid, options, out);
	grid_free(grid);
}

static const char *origin_label(unsigned int origin)
{
	static const char *const labels[REPORT_ORIGINS] = {
		"page cache of a file",	      "memory of the socket's own",
		"the program's own page",     "the shared zero page",
		"a file cut while in flight", "not known",
	};

	return labels[origin];
}

static void print_origins(const struct report_scenario *scenario,
			  const struct render_options *options, FILE *out)
{
	const struct report_leg *leg = &scenario->legs[LEG_USER_SOCKET];
	const struct report_leg *receive = &scenario->legs[LEG_SOCKET_RECEIVER];
	static const struct grid_column columns[] = {
		{ "new bytes by their page", .right = false },
		{ "queued", .right = true },
		{ "at the device", .right = true },
		{ "at the receiver", .right = true },
	};
	struct grid *grid = grid_new(COLUMNS(columns));
	char number[NUMBER_BYTES];

	for (unsigned int i = 0; i < REPORT_ORIGINS; i++) {
		grid_cell(grid, GRID_PLAIN, origin_label(i));
		grid_cell(grid, GRID_PLAIN,
			  leg->has_queue ? number_count(leg->at_queue[i], number) : "—");
		grid_cell(grid, GRID_PLAIN, number_count(leg->at_xmit[i], number));
		grid_cell(grid, GRID_PLAIN, receive->has_receive ?
			  number_count(receive->at_receive[i], number) : "—");
	}
	grid_cell(grid, GRID_PLAIN, "retransmitted");
	grid_cell(grid, GRID_PLAIN, "");
	grid_cell(grid, GRID_PLAIN, leg->retransmitted_bytes.why ? "—" :
		  number_count(leg->retransmitted_bytes.value, number));
	grid_cell(grid, GRID_PLAIN, "");
	grid_print(grid, options, out);
	grid_free(grid);
}

static void print_times(const struct report_scenario *scenario,
			const struct render_options *options, FILE *out)
{
	static const struct grid_column columns[] = {
		{ "role", .right = false },
		{ "in user mode", .right = true },
		{ "in calls, on CPU", .right = true },
		{ "blocked", .right = true },
		{ "runnable", .right = true },
		{ "measured", .right = true },
	};
	struct grid *grid = grid_new(COLUMNS(columns));
	struct text_reasons reasons = { 0 };

	for (size_t i = 0; i < scenario->role_count; i++) {
		const struct report_role *role = &scenario->roles[i];
		const struct measured *const times[] = {
			&role->user_ns, &role->kernel_ns, &role->blocked_ns, &role->runnable_ns,
			&role->window_ns,
		};
		char number[NUMBER_BYTES];

		grid_cell(grid, GRID_PLAIN, role->name);
		for (size_t t = 0; t < sizeof(times) / sizeof(times[0]); t++)
			grid_cell(grid, GRID_PLAIN,
				  text_measured(times[t], number_time, &reasons, number));
	}
	grid_print(grid, options, out);
	grid_free(grid);
	text_print_reasons(&reasons, options, out);
}

static void print_witnesses(const struct report_scenario *scenario,
			    const struct render_options *options, FILE *out)
{
	static const struct grid_column columns[] = {
		{ "number", .right = false },
		{ "counted", .right = true },
		{ "witness", .right = true },
		{ "by", .right = false },
		{ "", .right = false },
	};
	struct grid *grid = grid_new(COLUMNS(columns));

	for (size_t i = 0; i < scenario->witness_count; i++) {
		const struct report_witness *witness = &scenario->witnesses[i];
		char number[NUMBER_BYTES];

		grid_cell(grid, GRID_PLAIN, witness->id);
		grid_cell(grid, GRID_PLAIN, number_count(witness->counted, number));
		grid_cell(grid, GRID_PLAIN, number_count(witness->witness, number));
		grid_cell(grid, GRID_PLAIN, witness->source);
		grid_cell(grid, witness->agree ? GRID_GOOD : GRID_BAD,
			  witness->agree ? "agree" : "differ");
		if (witness->rule && witness->tolerance)
			grid_below(grid, GRID_DIM, "within %s: %s",
				   number_count(witness->tolerance, number), witness->rule);
		else if (witness->rule)
			grid_below(grid, GRID_DIM, "%s", witness->rule);
	}
	grid_print(grid, options, out);
	grid_free(grid);
}

static void print_digests(const struct report_scenario *scenario,
			  const struct render_options *options, FILE *out)
{
	if (scenario->sha256_sent)
		text_paragraph(options, out, GRID_PLAIN, "  SHA-256 sent      ",
			       scenario->sha256_sent);
	if (scenario->sha256_received)
		text_paragraph(options, out, GRID_PLAIN, "  SHA-256 received  ",
			       scenario->sha256_received);
}

static void print_timeline(const struct report_timeline *timeline, FILE *out)
{
	char recorded[32], all[32], begin[32];

	if (!timeline->event_count && !timeline->dropped)
		return;
	fprintf(out, "\n  timeline: ");
	if (!timeline->dropped)
		fprintf(out, "all of %s events\n", number_count(timeline->event_count, recorded));
	else if (timeline->begins_ns)
		fprintf(out, "%s of %s events, from %s on, where the busiest flow is\n",
			number_count(timeline->event_count, recorded),
			number_count(timeline->event_count + timeline->dropped, all),
			number_time(timeline->begins_ns, begin));
	else
		fprintf(out, "the first %s of %s events, up to %s of each thread\n",
			number_count(timeline->event_count, recorded),
			number_count(timeline->event_count + timeline->dropped, all),
			number_count(timeline->limit, begin));
}

static void scenario_details(const struct report *report, const struct report_scenario *scenario,
			     const struct render_options *options, FILE *out)
{
	if (scenario->syscall_count) {
		title("  calls: ", report, scenario, options, out);
		print_calls(scenario, options, out);
	}
	if (scenario->legs[LEG_USER_SOCKET].has_origin) {
		title("  pages in the segments: ", report, scenario, options, out);
		print_origins(scenario, options, out);
	}
	if (scenario->role_count) {
		title("  where the time went: ", report, scenario, options, out);
		print_times(scenario, options, out);
	}
	if (scenario->witness_count) {
		title("  witnesses: ", report, scenario, options, out);
		print_witnesses(scenario, options, out);
	}
	print_digests(scenario, options, out);
	print_timeline(&scenario->timeline, out);
}

static void add_fact(struct grid *grid, const char *name, const char *value)
{
	if (!value)
		return;
	grid_cell(grid, GRID_DIM, name);
	grid_cell(grid, GRID_PLAIN, value);
}

static void print_machine(const struct report *report, const struct render_options *options,
			  FILE *out)
{
	static const struct grid_column columns[] = { { 0 }, { .wraps = true } };
	const struct report_machine *machine = &report->machine;
	struct grid *grid = grid_new(COLUMNS(columns));
	char number[NUMBER_BYTES];

	fprintf(out, "\n  %smachine%s\n", text_color(options, GRID_BOLD),
		text_plain_again(options, GRID_BOLD));
	add_fact(grid, "kernel", machine->kernel);
	add_fact(grid, "distribution", machine->distribution);
	add_fact(grid, "architecture", machine->arch);
	add_fact(grid, "CPU", machine->cpu_model);
	add_fact(grid, "CPUs", machine->cpus ? number_count(machine->cpus, number) : NULL);
	add_fact(grid, "memory", machine->memory_bytes ? text_size(machine->memory_bytes, number) :
							 NULL);
	add_fact(grid, "virtual", machine->virtual);
	add_fact(grid, "lockdown", machine->lockdown);
	add_fact(grid, "BTF", machine->btf ? "yes" : "no");
	add_fact(grid, "file", report->config.file);
	add_fact(grid, "file system", report->config.file_system);
	add_fact(grid, "started", report->config.started);
	add_fact(grid, "zctrace", report->tool.version);
	grid_print(grid, options, out);
	grid_free(grid);
}

void text_details(const struct report *report, const struct render_options *options, FILE *out)
{
	for (size_t i = 0; i < report->scenario_count; i++)
		scenario_details(report, &report->scenarios[i], options, out);
	print_machine(report, options, out);
}
