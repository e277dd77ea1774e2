// SPDX-License-Identifier: GPL-2.0
/* The tables of a whole report: its numbers side by side, a sweep, the claims, the facts of the
 * machine. Called by the renderers; the rows of numbers are those of report/metric.c. */
#include "tables.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "sweep.h"
#include "texts.h"

#define COLUMNS(columns) columns, sizeof(columns) / sizeof((columns)[0])

/* --- numbers side by side --- */

/* The scenarios that are shown of a report, and where. */
struct numbers {
	const struct report *report;
	const struct render_options *options;
	const struct report_scenario *scenarios;	/* the first of them */
	size_t count;
	struct table *table;
};

/* "copy", "whole file" and its conditions, each a line; to be freed. */
static char *heading(const struct report *report, const struct report_scenario *scenario)
{
	char part[OVERVIEW_TEXT_BYTES], *text, *longer;

	text = plain_copy(scenario->id);
	for (int i = -1; i < OVERVIEW_CONDITIONS; i++) {
		if (i < 0)
			overview_variant(scenario, part);
		else
			overview_condition(report, scenario, i, part);
		if (!*part)
			continue;
		longer = xasprintf("%s\n%s", text, part);
		free(text);
		text = longer;
	}
	return text;
}

static struct table *new_numbers(const struct numbers *numbers)
{
	size_t count = numbers->count;
	struct table_column *columns = xcalloc(count + 3, sizeof(*columns));
	struct table *table;

	columns[0].heading = columns[1].heading = columns[count + 2].heading = "";
	columns[count + 2].aside = true;
	for (size_t i = 0; i < count; i++) {
		columns[2 + i].heading = heading(numbers->report, &numbers->scenarios[i]);
		columns[2 + i].right = true;
	}
	table = table_new(columns, count + 3);
	for (size_t i = 0; i < count; i++)
		free((char *)columns[2 + i].heading);
	free(columns);
	return table;
}

/* What a leg's number rests on is said where it is less than counting. */
static const char *leg_note(const struct report_leg *leg)
{
	bool weak = text_is(leg->evidence, "inferred") || text_is(leg->evidence, "declared");

	if (leg->note)
		return leg->note;
	return weak && !leg->bytes.why ? leg->evidence : NULL;
}

/* The remark beside a row, if the scenarios agree on one; else "". */
static const char *row_note(const struct report *report, enum metric_id id)
{
	const char *note = NULL;

	if (id < METRIC_LEG_PER_BYTE || id >= METRIC_LEG_PER_BYTE + LEG_COUNT)
		return "";
	for (size_t i = 0; i < report->scenario_count; i++) {
		const char *other = leg_note(&report->scenarios[i].legs[id - METRIC_LEG_PER_BYTE]);

		if (note && other && !same_text(note, other))
			return "";
		note = note ? note : other;
	}
	return note ? note : "";
}

/* Other people's programs have no rounds: there, what nobody measured is left out. */
static bool is_shown(const struct numbers *numbers, enum metric_id id)
{
	bool any_program = overview_any_program(numbers->report);

	if (metrics[id].row == ROW_NONE ||
	    (metrics[id].row == ROW_DETAIL && !numbers->options->verbose))
		return false;
	for (size_t i = 0; i < numbers->count; i++) {
		struct metric_value value = metric_value(id, &numbers->scenarios[i], NULL);

		if (value.present && (!any_program || !value.why))
			return true;
	}
	return false;
}

static void add_number(struct numbers *numbers, enum metric_id id,
		       const struct report_scenario *scenario)
{
	enum metric_id with = metrics[id].with;
	const char *subject = scenario->failed ? "" : metrics[id].label;
	struct metric_value value = metric_value(id, scenario, NULL), other;

	if (!with || !value.present) {
		table_metric(numbers->table, subject, id, scenario);
		return;
	}
	other = metric_value(with, scenario, NULL);
	table_pair(numbers->table, subject, &(struct measured){ value.count, value.why },
		   &(struct measured){ other.count, other.why },
		   metrics[id].unit == UNIT_NS ? number_time : number_count);
}

/* "  label", who moves the bytes. */
static void begin_row(struct numbers *numbers, const char *label, bool inner, const char *mover)
{
	table_format(numbers->table, TONE_PLAIN, "%s%s", inner ? "  " : "", label);
	table_cell(numbers->table, TONE_DIM, mover);
}

/* Whether more than one run tells how far it scatters. */
static bool has_range(const struct metric_value *value)
{
	return value->spread && !value->why && value->spread->run_count > 1 &&
	       !value->spread->min.why && !value->spread->max.why;
}

static void add_ranges(struct numbers *numbers, enum metric_id id)
{
	char range[NUMBER_BYTES];
	bool any = false;

	for (size_t i = 0; i < numbers->count && !any; i++) {
		struct metric_value value = metric_value(id, &numbers->scenarios[i], NULL);

		any = has_range(&value);
	}
	if (!any)
		return;
	begin_row(numbers, "lowest – highest", true, "");
	for (size_t i = 0; i < numbers->count; i++) {
		struct metric_value value = metric_value(id, &numbers->scenarios[i], NULL);

		table_cell(numbers->table, TONE_DIM, !has_range(&value) ? "" :
			   number_time_range(value.spread->min.value, value.spread->max.value,
					     range));
	}
	table_cell(numbers->table, TONE_DIM, "");
}

static void add_metric(struct numbers *numbers, enum metric_id id)
{
	begin_row(numbers, metrics[id].label, metrics[id].inner, metric_mover(id));
	for (size_t i = 0; i < numbers->count; i++)
		add_number(numbers, id, &numbers->scenarios[i]);
	table_cell(numbers->table, TONE_DIM, row_note(numbers->report, id));
	if (metrics[id].has_spread)
		add_ranges(numbers, id);
}

/* The line above the legs. */
static void add_group(struct numbers *numbers, const char *label)
{
	begin_row(numbers, label, false, "");
	for (size_t i = 0; i <= numbers->count; i++)
		table_cell(numbers->table, TONE_PLAIN, "");
}

struct table *table_of_numbers(const struct report *report, const struct render_options *options,
			       size_t first, size_t count)
{
	struct numbers numbers = { report, options, &report->scenarios[first], count, NULL };
	char name[OVERVIEW_TEXT_BYTES];
	bool grouped = false;

	numbers.table = new_numbers(&numbers);
	for (size_t i = 0; i < count; i++) {
		const struct report_scenario *scenario = &numbers.scenarios[i];

		if (scenario->failed)
			table_note(numbers.table, overview_name(report, scenario, name),
				   scenario->failed);
	}
	for (int id = 0; id < METRIC_COUNT; id++) {
		if (!is_shown(&numbers, id))
			continue;
		if (metrics[id].unit == UNIT_PER_BYTE && !grouped)
			add_group(&numbers, "copies per byte");
		grouped = grouped || metrics[id].unit == UNIT_PER_BYTE;
		add_metric(&numbers, id);
	}
	if (numbers.table->row_count)
		return numbers.table;
	table_free(numbers.table);
	return NULL;
}

/* --- a sweep --- */

/* Voluntary and involuntary. */
static void add_switches(struct table *table, const struct report_scenario *scenario)
{
	struct metric_value voluntary = metric_value(METRIC_VOLUNTARY, scenario, NULL);
	struct metric_value involuntary = metric_value(METRIC_INVOLUNTARY, scenario, NULL);

	table_pair(table, NULL, &(struct measured){ voluntary.count, voluntary.why },
		   &(struct measured){ involuntary.count, involuntary.why }, number_count);
}

static void add_range(struct table *table, const struct spread *spread)
{
	char range[NUMBER_BYTES];
	bool shown = spread->run_count > 1 && !spread->min.why && !spread->max.why;

	table_cell(table, TONE_DIM, shown ? number_time_range(spread->min.value,
							      spread->max.value, range) : "");
}

/* The rest of the line. */
static void add_failed(struct table *table, const char *why)
{
	for (size_t i = 2; i < table->column_count; i++)
		table_cell(table, TONE_PLAIN, NULL);
	table_note(table, NULL, why);
}

static void add_point(struct table *table, const struct report_scenario *scenario, bool first)
{
	struct measured_real copies = sweep_copies(scenario);
	char chunk[NUMBER_BYTES];

	table_cell(table, TONE_BOLD, first ? scenario->id : "");
	table_cell(table, TONE_BOLD, scenario->chunk_bytes ?
				     number_chunk(scenario->chunk_bytes, chunk) : "whole file");
	if (scenario->failed) {
		add_failed(table, scenario->failed);
		return;
	}
	table_metric(table, NULL, METRIC_CROSSINGS_TOTAL, scenario);
	add_switches(table, scenario);
	table_real(table, NULL, &copies);
	table_metric(table, NULL, METRIC_SENDER_CPU, scenario);
	table_metric(table, NULL, METRIC_ELAPSED_UNTRACED, scenario);
	add_range(table, &scenario->elapsed_untraced_ns);
	table_metric(table, NULL, METRIC_BYTES_PER_SECOND, scenario);
}

struct table *table_of_sweep(const struct report *report)
{
	static const struct table_column columns[] = {
		{ "", .right = false }, { "chunk", .right = true }, { "crossings", .right = true },
		{ "switches", .right = true }, { "copies", .right = true },
		{ "CPU", .right = true }, { "elapsed", .right = true },
		{ "from – to", .right = true }, { "per second", .right = true },
	};
	struct table *table = NULL;
	struct sweep_curves all;

	sweep_curves(report, &all);
	if (all.count)
		table = table_new(COLUMNS(columns));
	for (size_t c = 0; c < all.count; c++) {
		const struct sweep_curve *curve = &all.curves[c];

		if (sweep_failed(curve)) {
			table_cell(table, TONE_BOLD, curve->points[0]->id);
			table_cell(table, TONE_PLAIN, "every");
			add_failed(table, sweep_failed(curve));
			continue;
		}
		for (size_t p = 0; p < curve->count; p++)
			add_point(table, curve->points[p], p == 0);
	}
	sweep_free(&all);
	return table;
}

/* --- claims --- */

static enum tone verdict_tone(enum report_verdict verdict)
{
	static const enum tone tones[] = {
		[VERDICT_HOLDS] = TONE_GOOD, [VERDICT_DOES_NOT] = TONE_BAD,
		[VERDICT_HOLDS_IF] = TONE_DOUBT, [VERDICT_NOT_MEASURED] = TONE_DIM,
	};

	return tones[verdict];
}

static void add_claim(struct table *table, const struct report_claim *claim, bool rule)
{
	bool condition = claim->verdict == VERDICT_HOLDS_IF && claim->condition;

	table_cell(table, TONE_PLAIN, claim->text ? claim->text : claim->id);
	table_cell(table, TONE_PLAIN, claim->documents);
	table_cell(table, TONE_PLAIN, claim->measured_text);
	table_format(table, verdict_tone(claim->verdict), "%s%s", report_claim_verdict(claim),
		     condition ? " …" : "");
	if (condition)
		table_remark(table, TONE_PLAIN, "… %s", claim->condition);
	if (claim->verdict == VERDICT_NOT_MEASURED && claim->why)
		table_remark(table, TONE_DIM, "%s", claim->why);
	if (claim->note)
		table_remark(table, TONE_DIM, "%s", claim->note);
	if (rule && claim->rule)
		table_remark(table, TONE_DIM, "rule: %s%s%s%s", claim->rule,
			     claim->evidence ? " (" : "", claim->evidence ? claim->evidence : "",
			     claim->evidence ? ")" : "");
}

struct table *table_of_claims(const struct report *report, bool rules)
{
	static const struct table_column columns[] = {
		{ "claim", .wraps = true },
		{ "documents", .right = true, .wraps = true },
		{ "measured", .right = true, .wraps = true },
		{ "verdict", .wraps = true },
	};
	struct table *table;

	if (report->claim_count == 0)
		return NULL;
	table = table_new(COLUMNS(columns));
	table->remarks = "condition or reason";
	table->folds = true;
	for (size_t i = 0; i < report->claim_count; i++)
		add_claim(table, &report->claims[i], rules);
	return table;
}

/* --- facts --- */

static void add_fact(struct table *table, const char *name, const char *value)
{
	if (!value)
		return;
	table_cell(table, TONE_DIM, name);
	table_cell(table, TONE_PLAIN, value);
}

static void add_number_fact(struct table *table, const char *name, __u64 value,
			    table_number *format)
{
	char number[NUMBER_BYTES];

	add_fact(table, name, value ? format(value, number) : NULL);
}

struct table *table_of_facts(const struct report *report)
{
	static const struct table_column columns[] = { { 0 }, { .wraps = true } };
	const struct report_machine *machine = &report->machine;
	const struct report_config *config = &report->config;
	struct table *table = table_new(COLUMNS(columns));

	add_fact(table, "kernel", machine->kernel);
	add_fact(table, "distribution", machine->distribution);
	add_fact(table, "architecture", machine->arch);
	add_fact(table, "CPU", machine->cpu_model);
	add_number_fact(table, "CPUs", machine->cpus, number_count);
	add_number_fact(table, "memory", machine->memory_bytes, table_size);
	add_fact(table, "virtual", machine->virtual);
	add_fact(table, "lockdown", machine->lockdown);
	add_fact(table, "BTF", machine->btf ? "yes" : "no");
	add_fact(table, "file", config->file);
	add_fact(table, "file system", config->file_system);
	add_number_fact(table, "payload", config->payload_bytes, table_size);
	add_number_fact(table, "chunk", config->chunk_bytes, number_chunk);
	add_fact(table, "page cache", config->cache);
	add_fact(table, "link", config->link);
	add_number_fact(table, "limit of the link", config->rate_bits, number_rate);
	add_fact(table, "cards", config->cards);
	add_fact(table, "peer", config->peer);
	add_fact(table, "receiver", config->receiver);
	add_fact(table, "as", config->as);
	add_number_fact(table, "runs of each", config->repeats, number_count);
	add_fact(table, "started", config->started);
	add_fact(table, "zctrace", report->tool.version);
	return table;
}
