// SPDX-License-Identifier: GPL-2.0
/* The numbers of one scenario in two reports, and what became of them. Called by diff.c. */
#include "change.h"
#include "diff.h"
#include "overview.h"
#include "size.h"
#include "paragraph.h"
#include "texts.h"

#include <string.h>

#define COLUMNS(columns) columns, sizeof(columns) / sizeof((columns)[0])

/* "+12 (+3.4 %)", "+1,200 (101×)" */
static void count_text(enum metric_unit unit, const struct change *change, char *buf)
{
	char number[NUMBER_BYTES], percent[2 * NUMBER_BYTES] = "";
	const char *sign = change->more ? "+" : "−";

	if (change->multiple)
		snprintf(percent, sizeof(percent), " (%s×)",
			 number_count(change->multiple, number));
	else if (change->percent > 0)
		snprintf(percent, sizeof(percent), " (%s%.3g %%)", sign, change->percent);
	if (unit == UNIT_BYTES || unit == UNIT_PER_SECOND)
		size_format(change->by, number, sizeof(number));
	else if (unit == UNIT_NS)
		number_time(change->by, number);
	else
		number_count(change->by, number);
	snprintf(buf, OVERVIEW_TEXT_BYTES, "%s%s%s%s", sign, number, percent,
		 unit == UNIT_NS || unit == UNIT_PER_SECOND ? ", one value each" : "");
}

static enum tone change_text(enum metric_unit unit, const struct change *change, char *buf)
{
	static const char *const texts[] = {
		[CHANGE_NONE] = "same", [CHANGE_ONLY_IN_A] = "measured only in A",
		[CHANGE_ONLY_IN_B] = "measured only in B",
		[CHANGE_TOO_FEW_RUNS] = "too few runs to tell", [CHANGE_NOISE] = "within the noise",
	};
	char ratio[NUMBER_BYTES] = "?";

	switch (change->kind) {
	case CHANGE_OF_RUNS:
		if (change->times_known)
			number_ratio(change->times, ratio);
		snprintf(buf, OVERVIEW_TEXT_BYTES, "changed: %s×", ratio);
		return TONE_BOLD;
	case CHANGE_OF_RATIO:
		snprintf(buf, OVERVIEW_TEXT_BYTES, "%+.4g", change->difference);
		return TONE_BOLD;
	case CHANGE_OF_COUNT:
		count_text(unit, change, buf);
		return unit == UNIT_NS || unit == UNIT_PER_SECOND ? TONE_PLAIN : TONE_BOLD;
	default:
		snprintf(buf, OVERVIEW_TEXT_BYTES, "%s", texts[change->kind]);
		return change->kind == CHANGE_ONLY_IN_A || change->kind == CHANGE_ONLY_IN_B ?
		       TONE_DOUBT : TONE_DIM;
	}
}

enum tone diff_spread(const struct spread *a, const struct spread *b, char *buf)
{
	const struct change change = change_of_spreads(a, b);

	return change_text(UNIT_NS, &change, buf);
}

static bool has_number(const struct metric_value *value)
{
	return value->present && !value->why;
}

/* What is shown without -v: the rest is in one of these, or scatters. */
static bool is_brief(enum metric_id id, const struct report_role *role)
{
	if (id == METRIC_ELAPSED_TRACED || id == METRIC_BYTES_PER_SECOND ||
	    id == METRIC_LATE_BYTES || id == METRIC_CROSSINGS_INTERRUPTS ||
	    (id >= METRIC_LEG_BYTES && id < METRIC_LEG_BYTES + LEG_COUNT))
		return false;
	if (!role)
		return true;
	return same_text(role->name, "sender") &&
	       (id == METRIC_VOLUNTARY || id == METRIC_INVOLUNTARY || id == METRIC_FAULTS_USER ||
		id == METRIC_PEAK_RSS);
}

/* One scenario of each side, and what is shown of them. */
struct pair {
	const struct report_scenario *a, *b;
	const struct render_options *options;
	struct table *table;
};

static void add_metric(struct pair *pair, enum metric_id id, const struct report_role *role_a,
		       const struct report_role *role_b)
{
	char number[NUMBER_BYTES], text[OVERVIEW_TEXT_BYTES], role[48];
	struct metric_value in_a = metric_value(id, pair->a, role_a);
	struct metric_value in_b = metric_value(id, pair->b, role_b);
	struct change change;
	enum tone color;

	if (!has_number(&in_a) && !has_number(&in_b))
		return;
	if (!pair->options->verbose && !is_brief(id, role_a))
		return;
	table_format(pair->table, TONE_PLAIN, "%s%s%s%s",
		    metrics[id].unit == UNIT_PER_BYTE ? "copies per byte, " : "",
		    role_a ? plain_text(role_a->name, role, sizeof(role)) : "",
		    role_a ? ": " : "", metric_name(id));
	table_cell(pair->table, TONE_PLAIN, metric_text(id, &in_a, number));
	table_cell(pair->table, TONE_PLAIN, metric_text(id, &in_b, number));
	change = change_of_metric(id, &in_a, &in_b);
	color = change_text(metrics[id].unit, &change, text);
	table_cell(pair->table, color, text);
	table_note(pair->table, NULL, in_a.why);
	table_note(pair->table, NULL, in_b.why);
}

static void add_condition(struct table *table, const char *label, const char *a, const char *b)
{
	if (same_text(a, b))
		return;
	table_cell(table, TONE_PLAIN, label);
	table_cell(table, TONE_DOUBT, a);
	table_cell(table, TONE_DOUBT, b);
	table_cell(table, TONE_DOUBT, "differs");
}

static void add_conditions(struct table *table, const struct report_scenario *a,
			   const struct report_scenario *b)
{
	char text_a[NUMBER_BYTES], text_b[NUMBER_BYTES];

	add_condition(table, "page cache", a->cache, b->cache);
	add_condition(table, "link", a->link, b->link);
	add_condition(table, "limit of the link", number_rate(a->rate_bits, text_a),
		      number_rate(b->rate_bits, text_b));
	add_condition(table, "chunk", number_chunk(a->chunk_bytes, text_a),
		      number_chunk(b->chunk_bytes, text_b));
	add_condition(table, "payload", number_count(a->payload_bytes, text_a),
		      number_count(b->payload_bytes, text_b));
}

static void add_roles(struct pair *pair)
{
	for (size_t i = 0; i < pair->a->role_count; i++) {
		const struct report_role *role_a = &pair->a->roles[i];
		const struct report_role *role_b = report_role(pair->b, role_a->name);

		for (int id = 0; id < METRIC_COUNT && role_b; id++) {
			if (metrics[id].of_role)
				add_metric(pair, id, role_a, role_b);
		}
	}
}

void diff_numbers(const struct report *report, const struct report_scenario *a,
		  const struct report_scenario *b, const struct render_options *options, FILE *out)
{
	static const struct table_column columns[] = {
		{ "number", .wraps = true },
		{ "A", .right = true },
		{ "B", .right = true },
		{ "change", .wraps = true },
	};
	struct pair pair = { a, b, .options = options };
	char name[OVERVIEW_TEXT_BYTES];

	putc('\n', out);
	text_paragraph(options, out, TONE_BOLD, "  ", overview_name(report, a, name));
	if (a->failed || b->failed) {
		fprintf(out, "  could not be measured in %s\n",
			a->failed && b->failed ? "either" : a->failed ? "A" : "B");
		return;
	}
	pair.table = table_new(COLUMNS(columns));
	add_conditions(pair.table, a, b);
	for (int id = 0; id < METRIC_COUNT; id++) {
		if (!metrics[id].of_role)
			add_metric(&pair, id, NULL, NULL);
	}
	add_roles(&pair);
	table_print_text(pair.table, options, out);
	table_free(pair.table);
}
