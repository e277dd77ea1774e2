// SPDX-License-Identifier: GPL-2.0
/* The rows, headings and reasons of the table of scenarios: see overview.h. One more row is a row
 * here. Called by render_text.c and its parts, render_markdown.c and diff.c. */
#include "overview.h"

#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "texts.h"

#define NONE METRIC_COUNT
#define LEG(leg) (METRIC_LEG_PER_BYTE + (leg))

const struct overview_row overview_rows[OVERVIEW_ROWS] = {
	{ "rounds", METRIC_ROUNDS, .second = NONE },
	{ "crossings per round", METRIC_CROSSINGS_PER_ROUND, .second = NONE },
	{ "crossings, all", METRIC_CROSSINGS_TOTAL, .second = NONE },
	{ "data calls", METRIC_CROSSINGS_DATA, .second = NONE, .inner = true, .detail = true },
	{ "control calls", METRIC_CROSSINGS_CONTROL, .second = NONE, .inner = true,
	  .detail = true },
	{ "page faults in user mode", METRIC_CROSSINGS_USER_FAULTS, .second = NONE, .inner = true,
	  .detail = true },
	{ "context switches  vol / invol", METRIC_VOLUNTARY, .second = METRIC_INVOLUNTARY },
	{ "page faults  user / in calls", METRIC_FAULTS_USER, .second = METRIC_FAULTS_KERNEL,
	  .detail = true },
	{ "copies per byte", NONE, .second = NONE, .heading = true },
	{ "disk → page cache", LEG(LEG_DISK_CACHE), .second = NONE, .inner = true },
	{ "page cache → user", LEG(LEG_CACHE_USER), .second = NONE, .inner = true },
	{ "user → socket", LEG(LEG_USER_SOCKET), .second = NONE, .inner = true },
	{ "socket → device", LEG(LEG_SOCKET_DEVICE), .second = NONE, .inner = true },
	{ "copied late, on the way", METRIC_LATE_PER_BYTE, .second = NONE, .inner = true },
	{ "socket → receiver", LEG(LEG_SOCKET_RECEIVER), .second = NONE, .inner = true },
	{ "sender CPU (user + system)", METRIC_SENDER_CPU, .second = NONE },
	{ "lowest – highest", METRIC_SENDER_CPU, .second = NONE, .inner = true, .range = true },
	{ "elapsed, untraced", METRIC_ELAPSED_UNTRACED, .second = NONE },
	{ "lowest – highest", METRIC_ELAPSED_UNTRACED, .second = NONE, .inner = true,
	  .range = true },
	{ "elapsed, traced", METRIC_ELAPSED_TRACED, .second = NONE, .detail = true },
	{ "lowest – highest", METRIC_ELAPSED_TRACED, .second = NONE, .inner = true, .range = true,
	  .detail = true },
	{ "sender CPU  user / system", METRIC_CPU_USER, .second = METRIC_CPU_SYSTEM,
	  .detail = true },
	{ "peak memory of the sender", METRIC_PEAK_RSS, .second = NONE },
};
_Static_assert(OVERVIEW_ROWS <= 32, "overview_reason.rows has a bit for each row");

bool overview_any_program(const struct report *report)
{
	return same_text(report->mode, "run") || same_text(report->mode, "attach");
}

/* A range is of use only if there was more than one run. */
static bool row_present(const struct overview_row *row, const struct report_scenario *scenario)
{
	struct metric_value value;

	if (row->heading)
		return true;
	value = metric_value(row->metric, scenario, NULL);
	if (row->range)
		return value.spread && !value.why && value.spread->run_count > 1;
	return value.present;
}

static bool row_measured(const struct overview_row *row, const struct report_scenario *scenario)
{
	return !row->heading && !metric_value(row->metric, scenario, NULL).why;
}

bool overview_shows(const struct report *report, const struct render_options *options,
		    const struct overview_row *row)
{
	bool any_program = overview_any_program(report);

	if (row->detail && !options->verbose)
		return false;
	for (size_t i = 0; i < report->scenario_count; i++) {
		const struct report_scenario *scenario = &report->scenarios[i];

		if (row_present(row, scenario) && (!any_program || row_measured(row, scenario)))
			return true;
	}
	return false;
}

static void range_cell(const struct spread *spread, char *buf)
{
	if (!spread || spread->run_count < 2 || spread->min.why || spread->max.why)
		buf[0] = '\0';
	else
		number_time_range(spread->min.value, spread->max.value, buf);
}

char *overview_cell(const struct overview_row *row, const struct report_scenario *scenario,
		    char *buf)
{
	char first[NUMBER_BYTES], second[NUMBER_BYTES];
	struct metric_value value, other;

	buf[0] = '\0';
	if (row->heading)
		return buf;
	value = metric_value(row->metric, scenario, NULL);
	if (row->range) {
		range_cell(value.spread, buf);
		return buf;
	}
	metric_text(row->metric, &value, first);
	if (row->second == NONE || !value.present) {
		snprintf(buf, OVERVIEW_TEXT_BYTES, "%s", first);
		return buf;
	}
	other = metric_value(row->second, scenario, NULL);
	metric_text(row->second, &other, second);
	/* Two dashes say no more than one. */
	if (value.why && other.why)
		snprintf(buf, OVERVIEW_TEXT_BYTES, "%s", first);
	else
		snprintf(buf, OVERVIEW_TEXT_BYTES, "%s / %s", first, second);
	return buf;
}

/* The leg that a row shows, or LEG_COUNT. */
static unsigned int leg_of(const struct overview_row *row)
{
	if (row->metric < METRIC_LEG_PER_BYTE || row->metric >= METRIC_LEG_PER_BYTE + LEG_COUNT)
		return LEG_COUNT;
	return row->metric - METRIC_LEG_PER_BYTE;
}

const char *overview_by(const struct overview_row *row)
{
	unsigned int leg = leg_of(row);

	if (row->metric == METRIC_LATE_PER_BYTE)
		return "CPU";
	if (leg == LEG_COUNT)
		return "";
	return leg == LEG_DISK_CACHE || leg == LEG_SOCKET_DEVICE ? "DMA" : "CPU";
}

/* What a leg's number rests on is said where it is less than counting. */
static const char *leg_note(const struct report_leg *leg)
{
	bool weak = same_text(leg->evidence, "inferred") || same_text(leg->evidence, "declared");

	if (leg->note)
		return leg->note;
	return weak && !leg->bytes.why ? leg->evidence : NULL;
}

const char *overview_note(const struct report *report, const struct overview_row *row)
{
	unsigned int leg = leg_of(row);
	const char *note = NULL;

	if (leg == LEG_COUNT)
		return NULL;
	for (size_t i = 0; i < report->scenario_count; i++) {
		const char *other = leg_note(&report->scenarios[i].legs[leg]);

		if (note && other && !same_text(note, other))
			return NULL;
		note = note ? note : other;
	}
	return note;
}

char *overview_variant(const struct report_scenario *scenario, char *buf)
{
	char variant[64], chunk[NUMBER_BYTES];

	plain_text(scenario->variant, variant, sizeof(variant));
	number_chunk(scenario->chunk_bytes, chunk);
	if (same_text(variant, "whole") || (!*variant && !scenario->chunk_bytes))
		snprintf(buf, OVERVIEW_TEXT_BYTES, "%s", *variant ? "whole file" : "");
	else if (same_text(variant, "chunk") || !*variant)
		snprintf(buf, OVERVIEW_TEXT_BYTES, "%s", chunk);
	else if (scenario->chunk_bytes)
		snprintf(buf, OVERVIEW_TEXT_BYTES, "%s, %s", variant, chunk);
	else
		snprintf(buf, OVERVIEW_TEXT_BYTES, "%s", variant);
	return buf;
}

static void add_part(char *buf, const char *part)
{
	size_t used = strlen(buf);
	char plain[48];

	plain_text(part, plain, sizeof(plain));
	if (*plain)
		snprintf(buf + used, OVERVIEW_TEXT_BYTES - used, "%s%s", used ? ", " : "", plain);
}

static const char *condition_text(const struct report_scenario *scenario, unsigned int part,
				  char *number)
{
	switch (part) {
	case OVERVIEW_CACHE:
		return scenario->cache;
	case OVERVIEW_LINK:
		return scenario->link;
	default:
		return scenario->rate_bits ? number_rate(scenario->rate_bits, number) : NULL;
	}
}

char *overview_condition(const struct report *report, const struct report_scenario *scenario,
			 enum overview_condition part, char *buf)
{
	char number[NUMBER_BYTES], other[NUMBER_BYTES];
	const char *text = condition_text(scenario, part, number);
	bool differs = false;

	for (size_t i = 0; i < report->scenario_count && !differs; i++)
		differs = !same_text(text, condition_text(&report->scenarios[i], part, other));
	buf[0] = '\0';
	if (differs)
		add_part(buf, text);
	return buf;
}

char *overview_name(const struct report *report, const struct report_scenario *scenario, char *buf)
{
	char part[OVERVIEW_TEXT_BYTES];

	buf[0] = '\0';
	add_part(buf, scenario->id);
	add_part(buf, overview_variant(scenario, part));
	for (int i = 0; i < OVERVIEW_CONDITIONS; i++)
		add_part(buf, overview_condition(report, scenario, i, part));
	return buf;
}

struct reason_list {
	struct overview_reason *reasons;
	size_t count, room;
};

static struct overview_reason *add_reason(struct reason_list *list)
{
	if (list->count == list->room) {
		list->room = 2 * list->room + 8;
		list->reasons = xrealloc(list->reasons, list->room, sizeof(*list->reasons));
	}
	list->reasons[list->count] = (struct overview_reason){ 0 };
	return &list->reasons[list->count++];
}

/* The number of reasons is small: what a machine lacks is the same for all its numbers. */
static void note_reason(struct reason_list *list, const char *why, unsigned int row)
{
	struct overview_reason *reason = NULL;

	for (size_t i = 0; i < list->count && !reason; i++) {
		if (!list->reasons[i].failed && same_text(list->reasons[i].why, why))
			reason = &list->reasons[i];
	}
	if (!reason)
		reason = add_reason(list);
	reason->why = why;
	reason->rows |= 1U << row;
}

static void note_metric(struct reason_list *list, enum metric_id metric,
			const struct report_scenario *scenario, unsigned int row)
{
	struct metric_value value;

	if (metric == NONE)
		return;
	value = metric_value(metric, scenario, NULL);
	if (value.present && value.why)
		note_reason(list, value.why, row);
}

static void scenario_reasons(struct reason_list *list, const struct report *report,
			     const struct render_options *options,
			     const struct report_scenario *scenario)
{
	if (scenario->failed) {
		*add_reason(list) = (struct overview_reason){ scenario->failed, 0, scenario };
		return;
	}
	for (unsigned int i = 0; i < OVERVIEW_ROWS; i++) {
		const struct overview_row *row = &overview_rows[i];

		if (row->heading || row->range || !overview_shows(report, options, row))
			continue;
		note_metric(list, row->metric, scenario, i);
		note_metric(list, row->second, scenario, i);
	}
}

void overview_reasons(const struct report *report, const struct render_options *options,
		      struct overview_reason **reasons, size_t *count)
{
	struct reason_list list = { 0 };

	for (size_t i = 0; i < report->scenario_count; i++)
		scenario_reasons(&list, report, options, &report->scenarios[i]);
	*reasons = list.reasons;
	*count = list.count;
}

static void add_up(__u64 *sum, __u64 value)
{
	if (__builtin_add_overflow(*sum, value, sum))
		*sum = ~0ULL;
}

struct overview_witnesses overview_witnesses(const struct report *report)
{
	struct overview_witnesses sum = { 0 };

	for (size_t i = 0; i < report->scenario_count; i++) {
		const struct report_scenario *scenario = &report->scenarios[i];

		sum.all += scenario->witness_count;
		for (size_t w = 0; w < scenario->witness_count; w++)
			sum.agree += scenario->witnesses[w].agree;
		add_up(&sum.lost, scenario->loss_ring);
		add_up(&sum.lost, scenario->loss_map_full);
		add_up(&sum.lost, scenario->loss_recursion);
	}
	return sum;
}
