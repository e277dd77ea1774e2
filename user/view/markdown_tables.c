// SPDX-License-Identifier: GPL-2.0
/* The Markdown tables that not every report has: flows, processes, calls, witnesses.
 * Called by render_markdown.c. */
#include "markdown.h"
#include "size.h"
#include "sweep.h"

void markdown_flows(const struct report_scenario *scenario, FILE *out)
{
	if (scenario->flow_count == 0)
		return;
	fputs("\n## Flows\n\n| process | from | to | by | verdict | because | bytes "
	      "| CPU copies per byte |\n", out);
	markdown_rule(out, 6, 2);
	putc('\n', out);
	for (size_t i = 0; i < scenario->flow_count; i++) {
		const struct report_flow *flow = &scenario->flows[i];
		char number[NUMBER_BYTES];

		putc('|', out);
		markdown_cell(out, flow->role);
		markdown_cell(out, flow->source ? flow->source : flow->source_kind);
		markdown_cell(out, flow->sink ? flow->sink : flow->sink_kind);
		markdown_cell(out, flow->calls_by);
		markdown_cell(out, flow->verdict);
		markdown_cell(out, flow->why ? flow->why : flow->copies_per_byte.why);
		markdown_cell(out, number_count(flow->bytes, number));
		markdown_cell(out, flow->copies_per_byte.why ? NULL :
			  number_ratio(flow->copies_per_byte.value, number));
		putc('\n', out);
	}
}

/* "9 / 3", each "—" where it was not measured. */
static void two_cells(FILE *out, const struct measured *a, const struct measured *b,
		      char *(*format)(__u64 value, char *buf))
{
	char first[NUMBER_BYTES] = "—", second[NUMBER_BYTES] = "—";

	if (!a->why)
		format(a->value, first);
	if (!b->why)
		format(b->value, second);
	fprintf(out, " %s / %s |", first, second);
}

void markdown_processes(const struct report_scenario *scenario, FILE *out)
{
	if (scenario->role_count == 0)
		return;
	fputs("\n## Processes\n\n| process | context switches vol / invol "
	      "| page faults user / in calls | CPU user / system | peak memory |\n", out);
	markdown_rule(out, 1, 4);
	putc('\n', out);
	for (size_t i = 0; i < scenario->role_count; i++) {
		const struct report_role *role = &scenario->roles[i];
		char number[NUMBER_BYTES];

		putc('|', out);
		markdown_cell(out, role->name);
		two_cells(out, &role->voluntary, &role->involuntary, number_count);
		two_cells(out, &role->faults_user, &role->faults_kernel, number_count);
		two_cells(out, &role->cpu_user_ns, &role->cpu_system_ns, number_time);
		if (!role->peak_rss_bytes.why)
			size_format(role->peak_rss_bytes.value, number, sizeof(number));
		markdown_cell(out, role->peak_rss_bytes.why ? NULL : number);
		putc('\n', out);
	}
}

void markdown_calls(const struct report *report, const struct report_scenario *scenario, FILE *out)
{
	char name[OVERVIEW_TEXT_BYTES];

	if (scenario->syscall_count == 0)
		return;
	fputs("\n## Calls: ", out);
	render_markdown_text(out, overview_name(report, scenario, name));
	fputs("\n\n| role | call | on | calls | errors | bytes | on CPU | blocked | runnable |\n",
	      out);
	markdown_rule(out, 3, 6);
	putc('\n', out);
	for (size_t i = 0; i < scenario->syscall_count; i++) {
		const struct report_syscall *call = &scenario->syscalls[i];
		char number[NUMBER_BYTES];

		putc('|', out);
		markdown_cell(out, call->role);
		markdown_cell(out, call->name);
		markdown_cell(out, call->fd);
		markdown_cell(out, number_count(call->calls, number));
		markdown_cell(out, number_count(call->errors, number));
		markdown_cell(out, number_count(call->bytes, number));
		markdown_cell(out, render_measured_time(call->cpu_ns, number));
		markdown_cell(out, render_measured_time(call->blocked_ns, number));
		markdown_cell(out, render_measured_time(call->runnable_ns, number));
		putc('\n', out);
	}
}

void markdown_witnesses(const struct report *report, const struct report_scenario *scenario,
			FILE *out)
{
	char name[OVERVIEW_TEXT_BYTES];

	if (scenario->witness_count == 0)
		return;
	fputs("\n## Witnesses: ", out);
	render_markdown_text(out, overview_name(report, scenario, name));
	fputs("\n\n| number | by | agree | counted | witness |\n", out);
	markdown_rule(out, 3, 2);
	putc('\n', out);
	for (size_t i = 0; i < scenario->witness_count; i++) {
		const struct report_witness *witness = &scenario->witnesses[i];
		char number[NUMBER_BYTES];

		putc('|', out);
		markdown_cell(out, witness->id);
		markdown_cell(out, witness->source);
		markdown_cell(out, witness->agree ? "yes" : "no");
		markdown_cell(out, number_count(witness->counted, number));
		markdown_cell(out, number_count(witness->witness, number));
		putc('\n', out);
	}
}

static void sweep_cell(enum metric_id id, const struct report_scenario *scenario, FILE *out)
{
	struct metric_value value = metric_value(id, scenario, NULL);
	char number[NUMBER_BYTES];

	markdown_cell(out, metric_text(id, &value, number));
}

static void sweep_line(const struct report_scenario *scenario, const char *chunk, FILE *out)
{
	const struct spread *elapsed = &scenario->elapsed_untraced_ns;
	struct measured_real copies = sweep_copies(scenario);
	char text[NUMBER_BYTES];

	putc('|', out);
	markdown_cell(out, scenario->id);
	markdown_cell(out, chunk);
	if (scenario->failed) {
		for (int i = 0; i < 8; i++)
			markdown_cell(out, NULL);
		putc('\n', out);
		return;
	}
	sweep_cell(METRIC_CROSSINGS_TOTAL, scenario, out);
	sweep_cell(METRIC_VOLUNTARY, scenario, out);
	sweep_cell(METRIC_INVOLUNTARY, scenario, out);
	markdown_cell(out, copies.why ? NULL : number_ratio(copies.value, text));
	sweep_cell(METRIC_SENDER_CPU, scenario, out);
	sweep_cell(METRIC_ELAPSED_UNTRACED, scenario, out);
	markdown_cell(out, elapsed->min.why || elapsed->max.why ? NULL :
			   number_time_range(elapsed->min.value, elapsed->max.value, text));
	sweep_cell(METRIC_BYTES_PER_SECOND, scenario, out);
	putc('\n', out);
}

static void sweep_lines(const struct sweep_curve *curve, FILE *out)
{
	char chunk[NUMBER_BYTES];

	if (sweep_failed(curve)) {
		sweep_line(curve->points[0], "every", out);
		return;
	}
	for (size_t i = 0; i < curve->count; i++) {
		__u64 bytes = curve->points[i]->chunk_bytes;

		sweep_line(curve->points[i], bytes ? number_chunk(bytes, chunk) : "whole file",
			   out);
	}
}

void markdown_sweep(const struct report *report, FILE *out)
{
	struct sweep_curves all;

	sweep_curves(report, &all);
	fputs("\n## Numbers\n\n| way | chunk | crossings | voluntary switches | involuntary | "
	      "CPU copies per byte | sender CPU | elapsed | lowest – highest | per second |\n",
	      out);
	markdown_rule(out, 1, 9);
	putc('\n', out);
	for (size_t c = 0; c < all.count; c++)
		sweep_lines(&all.curves[c], out);
	sweep_free(&all);
}
