// SPDX-License-Identifier: GPL-2.0
/* The numbers of one scenario in two reports, and what may be said of the difference. A time is
 * called changed only where the runs of one report all lie outside those of the other.
 * Called by diff.c. */
#include "diff.h"
#include "overview.h"
#include "size.h"
#include "paragraph.h"
#include "texts.h"

#include <string.h>

#define COLUMNS(columns) columns, sizeof(columns) / sizeof((columns)[0])

static bool is_ratio(const struct metric *metric)
{
	return metric->unit == UNIT_PER_ROUND || metric->unit == UNIT_PER_BYTE;
}

/* "+12 (+3.4 %)", "+1,200 (101×)" */
static void change_of_count(const struct metric *metric, __u64 a, __u64 b, char *buf)
{
	char number[NUMBER_BYTES], percent[2 * NUMBER_BYTES] = "";
	__u64 by = a > b ? a - b : b - a;
	const char *sign = b > a ? "+" : "−";

	if (a && b / a >= 10)
		snprintf(percent, sizeof(percent), " (%s×)", number_count(b / a, number));
	else if (a)
		snprintf(percent, sizeof(percent), " (%s%.3g %%)", sign,
			 (double)by / (double)a * 100);
	if (metric->unit == UNIT_BYTES || metric->unit == UNIT_PER_SECOND)
		size_format(by, number, sizeof(number));
	else if (metric->unit == UNIT_NS)
		number_time(by, number);
	else
		number_count(by, number);
	snprintf(buf, OVERVIEW_TEXT_BYTES, "%s%s%s", sign, number, percent);
}

/* Whether all runs of one are longer than all runs of the other. */
static bool apart(const struct spread *a, const struct spread *b)
{
	return a->max.value < b->min.value || b->max.value < a->min.value;
}

enum tone diff_spread(const struct spread *a, const struct spread *b, char *buf)
{
	char ratio[NUMBER_BYTES];

	if (a->run_count < 2 || b->run_count < 2 || a->min.why || a->max.why || b->min.why ||
	    b->max.why) {
		snprintf(buf, OVERVIEW_TEXT_BYTES, "too few runs to tell");
		return TONE_DIM;
	}
	if (!apart(a, b)) {
		snprintf(buf, OVERVIEW_TEXT_BYTES, "within the noise");
		return TONE_DIM;
	}
	if (a->median.value)
		number_ratio((double)b->median.value / (double)a->median.value, ratio);
	else
		snprintf(ratio, sizeof(ratio), "?");
	snprintf(buf, OVERVIEW_TEXT_BYTES, "changed: %s×", ratio);
	return TONE_BOLD;
}

static bool has_number(const struct metric_value *value)
{
	return value->present && !value->why;
}

static enum tone change(enum metric_id id, const struct metric_value *a,
			      const struct metric_value *b, char *buf)
{
	const struct metric *metric = &metrics[id];

	if (!has_number(a) || !has_number(b)) {
		snprintf(buf, OVERVIEW_TEXT_BYTES, "measured only in %s", has_number(a) ? "A" : "B");
		return TONE_DOUBT;
	}
	if (a->spread && b->spread)
		return diff_spread(a->spread, b->spread, buf);
	if (is_ratio(metric) ? a->ratio == b->ratio : a->count == b->count) {
		snprintf(buf, OVERVIEW_TEXT_BYTES, "same");
		return TONE_DIM;
	}
	if (is_ratio(metric))
		snprintf(buf, OVERVIEW_TEXT_BYTES, "%+.4g", b->ratio - a->ratio);
	else
		change_of_count(metric, a->count, b->count, buf);
	if (metric->unit != UNIT_NS && metric->unit != UNIT_PER_SECOND)
		return TONE_BOLD;
	strcat(buf, ", one value each");
	return TONE_PLAIN;
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
	color = change(id, &in_a, &in_b, text);
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
