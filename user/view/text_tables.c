// SPDX-License-Identifier: GPL-2.0
/* Tables of the terminal page that everybody sees: claims, flows, processes, witnesses.
 * Called by render_text.c. */
#include "alloc.h"
#include "text.h"
#include "size.h"

#include <stdlib.h>
#include <string.h>

#define COLUMNS(columns) columns, sizeof(columns) / sizeof((columns)[0])

void text_note_reason(struct text_reasons *reasons, const char *why)
{
	const size_t most = sizeof(reasons->seen) / sizeof(reasons->seen[0]);

	if (!why || reasons->count == most)
		return;
	for (size_t i = 0; i < reasons->count; i++) {
		if (strcmp(reasons->seen[i], why) == 0)
			return;
	}
	reasons->seen[reasons->count++] = why;
}

void text_print_reasons(const struct text_reasons *reasons, const struct render_options *options,
			FILE *out)
{
	for (size_t i = 0; i < reasons->count; i++)
		text_paragraph(options, out, GRID_DIM, "  — ", reasons->seen[i]);
}

char *text_size(__u64 bytes, char *buf)
{
	size_format(bytes, buf, NUMBER_BYTES);
	return buf;
}

char *text_measured(const struct measured *number, text_number *format,
		    struct text_reasons *reasons, char *buf)
{
	if (!number->why)
		return format(number->value, buf);
	text_note_reason(reasons, number->why);
	snprintf(buf, NUMBER_BYTES, "—");
	return buf;
}

static enum grid_color verdict_color(enum report_verdict verdict)
{
	switch (verdict) {
	case VERDICT_HOLDS:
		return GRID_GOOD;
	case VERDICT_DOES_NOT:
		return GRID_BAD;
	case VERDICT_HOLDS_IF:
		return GRID_DOUBT;
	case VERDICT_NOT_MEASURED:
		break;
	}
	return GRID_DIM;
}

static void add_claim(struct grid *grid, const struct report_claim *claim, bool verbose)
{
	bool condition = claim->verdict == VERDICT_HOLDS_IF && claim->condition;

	grid_cell(grid, GRID_PLAIN, claim->text ? claim->text : claim->id);
	grid_cell(grid, GRID_PLAIN, claim->documents);
	grid_cell(grid, GRID_PLAIN, claim->measured_text);
	grid_format(grid, verdict_color(claim->verdict), "%s%s", report_claim_verdict(claim),
		    condition ? " …" : "");
	if (condition)
		grid_below(grid, GRID_PLAIN, "… %s", claim->condition);
	if (claim->verdict == VERDICT_NOT_MEASURED && claim->why)
		grid_below(grid, GRID_DIM, "%s", claim->why);
	if (claim->note)
		grid_below(grid, GRID_DIM, "%s", claim->note);
	if (verbose && claim->rule)
		grid_below(grid, GRID_DIM, "rule: %s%s%s%s", claim->rule,
			   claim->evidence ? " (" : "", claim->evidence ? claim->evidence : "",
			   claim->evidence ? ")" : "");
}

void text_claims(const struct report *report, const struct render_options *options, FILE *out)
{
	static const struct grid_column columns[] = {
		{ "claim", .wraps = true },
		{ "documents", .right = true, .wraps = true },
		{ "measured", .right = true, .wraps = true },
		{ "verdict", .wraps = true },
	};
	struct grid *grid;

	if (report->claim_count == 0)
		return;
	putc('\n', out);
	grid = grid_new(COLUMNS(columns));
	for (size_t i = 0; i < report->claim_count; i++)
		add_claim(grid, &report->claims[i], options->verbose);
	grid_print(grid, options, out);
	grid_free(grid);
}

/* "zero-copy: 20 of 20 bytes at the device …"; some verdicts have their reason in them. */
static void add_flow_verdict(struct grid *grid, const struct report_flow *flow)
{
	const char *verdict = flow->verdict ? flow->verdict : "no verdict";

	if (!flow->why || strstr(verdict, flow->why))
		grid_below(grid, GRID_BOLD, "%s", verdict);
	else
		grid_below(grid, GRID_BOLD, "%s: %s", verdict, flow->why);
}

static void add_flow(struct grid *grid, const struct report_flow *flow,
		     struct text_reasons *reasons)
{
	char number[NUMBER_BYTES];

	grid_cell(grid, GRID_PLAIN, flow->role);
	grid_cell(grid, GRID_PLAIN, flow->source ? flow->source : flow->source_kind);
	grid_cell(grid, GRID_PLAIN, flow->sink ? flow->sink : flow->sink_kind);
	grid_cell(grid, GRID_PLAIN, text_size(flow->bytes, number));
	grid_cell(grid, GRID_PLAIN, flow->calls_by);
	if (!flow->why)
		text_note_reason(reasons, flow->copies_per_byte.why);
	grid_cell(grid, GRID_PLAIN, flow->copies_per_byte.why ? NULL :
				    number_ratio(flow->copies_per_byte.value, number));
	add_flow_verdict(grid, flow);
}

static void print_flows(const struct report_scenario *scenario,
			const struct render_options *options, FILE *out)
{
	static const struct grid_column columns[] = {
		{ "process", .right = false },
		{ "from", .wraps = true },
		{ "to", .wraps = true },
		{ "bytes", .right = true },
		{ "by", .wraps = true },
		{ "CPU copies/byte", .right = true },
	};
	struct text_reasons reasons = { 0 };
	struct grid *grid;

	putc('\n', out);
	grid = grid_new(COLUMNS(columns));
	for (size_t i = 0; i < scenario->flow_count; i++)
		add_flow(grid, &scenario->flows[i], &reasons);
	grid_print(grid, options, out);
	grid_free(grid);
	text_print_reasons(&reasons, options, out);
}

/* "9 / 3"; two numbers that are not there are one dash. */
static void add_two(struct grid *grid, const struct measured *a, const struct measured *b,
		    text_number *format, struct text_reasons *reasons)
{
	char first[NUMBER_BYTES], second[NUMBER_BYTES];

	text_measured(a, format, reasons, first);
	text_measured(b, format, reasons, second);
	if (a->why && b->why)
		grid_cell(grid, GRID_PLAIN, NULL);
	else
		grid_format(grid, GRID_PLAIN, "%s / %s", first, second);
}

static void add_process(struct grid *grid, const struct report_role *role,
			struct text_reasons *reasons)
{
	char number[NUMBER_BYTES];

	grid_cell(grid, GRID_PLAIN, role->name);
	add_two(grid, &role->voluntary, &role->involuntary, number_count, reasons);
	add_two(grid, &role->faults_user, &role->faults_kernel, number_count, reasons);
	add_two(grid, &role->cpu_user_ns, &role->cpu_system_ns, number_time, reasons);
	grid_cell(grid, GRID_PLAIN,
		  text_measured(&role->peak_rss_bytes, text_size, reasons, number));
	if (role->merged)
		grid_below(grid, GRID_DIM, "with %s descendants that lived too short to tell apart",
			   number_count(role->merged, number));
}

static void print_processes(const struct report_scenario *scenario,
			    const struct render_options *options, FILE *out)
{
	static const struct grid_column columns[] = {
		{ "process", .right = false },
		{ "switches vol / invol", .right = true },
		{ "faults user / in calls", .right = true },
		{ "CPU user / system", .right = true },
		{ "peak memory", .right = true },
	};
	struct text_reasons reasons = { 0 };
	struct grid *grid;

	putc('\n', out);
	grid = grid_new(COLUMNS(columns));
	for (size_t i = 0; i < scenario->role_count; i++)
		add_process(grid, &scenario->roles[i], &reasons);
	grid_print(grid, options, out);
	grid_free(grid);
	text_print_reasons(&reasons, options, out);
}

void text_flows(const struct report *report, const struct render_options *options, FILE *out)
{
	for (size_t i = 0; i < report->scenario_count; i++) {
		const struct report_scenario *scenario = &report->scenarios[i];

		if (scenario->flow_count)
			print_flows(scenario, options, out);
		if (scenario->role_count && overview_any_program(report))
			print_processes(scenario, options, out);
	}
}

static void print_disagreement(const struct report *report, const struct report_scenario *scenario,
			       const struct report_witness *witness,
			       const struct render_options *options, FILE *out)
{
	char counted[NUMBER_BYTES], said[NUMBER_BYTES], name[OVERVIEW_TEXT_BYTES];
	char *text, runs[64] = "";

	if (witness->runs > 1)
		snprintf(runs, sizeof(runs), " in %llu of %llu runs", witness->differ,
			 witness->runs);
	text = xasprintf("%s of %s%s: counted %s, but %s says %s%s%s", witness->id,
			 overview_name(report, scenario, name), runs,
			 number_count(witness->counted, counted), witness->source,
			 number_count(witness->witness, said), witness->rule ? "; " : "",
			 witness->rule ? witness->rule : "");
	text_paragraph(options, out, GRID_BAD, "  disagrees: ", text);
	free(text);
}

static void print_coarse(const struct report_scenario *scenario,
			 const struct render_options *options, FILE *out)
{
	char count[NUMBER_BYTES], *text;

	text = xasprintf("%s by kind only%s%s", number_count(scenario->coarse, count),
			 scenario->coarse_why ? ": " : "",
			 scenario->coarse_why ? scenario->coarse_why : "");
	text_paragraph(options, out, GRID_DOUBT, "  calls counted coarsely: ", text);
	free(text);
}

void text_witnesses(const struct report *report, const struct render_options *options, FILE *out)
{
	struct overview_witnesses sum = overview_witnesses(report);
	enum grid_color color = sum.agree == sum.all && !sum.lost ? GRID_GOOD : GRID_BAD;
	char agree[32], all[32], lost[32];

	for (size_t i = 0; i < report->scenario_count; i++) {
		const struct report_scenario *scenario = &report->scenarios[i];

		for (size_t w = 0; w < scenario->witness_count; w++) {
			if (!scenario->witnesses[w].agree)
				print_disagreement(report, scenario, &scenario->witnesses[w],
						   options, out);
		}
		if (scenario->coarse)
			print_coarse(scenario, options, out);
	}
	if (sum.all == 0)
		color = sum.lost ? GRID_BAD : GRID_PLAIN;
	fprintf(out, "  %switnesses: ", text_color(options, color));
	if (sum.all == 0)
		fputs("none", out);
	else
		fprintf(out, "%s of %s agree", number_count(sum.agree, agree),
			number_count(sum.all, all));
	fprintf(out, " · events lost: %s%s\n", number_count(sum.lost, lost),
		text_plain_again(options, color));
}
