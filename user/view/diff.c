// SPDX-License-Identifier: GPL-2.0
/* Two reports beside each other: which machine, which scenario belongs to which, whose verdict
 * changed; the numbers are diff_numbers.c's. Called by `zctrace diff`. */
#include "diff.h"
#include "alloc.h"
#include "change.h"
#include "paragraph.h"
#include "overview.h"
#include "report_fields.h"
#include "sweep.h"
#include "texts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS(columns) columns, sizeof(columns) / sizeof((columns)[0])

static const struct table_column fact_columns[] = {
	{ "differs", .right = false },
	{ "A", .wraps = true },
	{ "B", .wraps = true },
};

/* --- what was measured where --- */

static void print_side(const char *side, const struct report *report,
		       const struct render_options *options, FILE *out)
{
	char *text;

	text = xasprintf("zctrace %s, %s", report->mode,
			 report->config.started ? report->config.started : "at an unknown time");
	text_paragraph(options, out, TONE_BOLD, side, text);
	free(text);
}

/* The value of a text, a count or a flag for people; NULL = there is none. */
static const char *fact(const struct field *field, const void *base, char *number)
{
	const void *at = field_at(field, base);

	if (field->type == FIELD_TEXT)
		return *(const char *const *)at;
	if (field->type == FIELD_BOOL)
		return *(const bool *)at ? "yes" : "no";
	return number_count(*(const __u64 *)at, number);
}

/* Adds a row for every field in which the two structs differ; returns how many. */
static size_t add_facts(struct table *table, const struct field_table *fields, const void *a,
			const void *b)
{
	char number_a[NUMBER_BYTES], number_b[NUMBER_BYTES];
	size_t count = 0;

	for (const struct field *field = fields->fields; field->name; field++) {
		const char *fact_a = fact(field, a, number_a), *fact_b = fact(field, b, number_b);

		if (same_text(fact_a, fact_b) || strcmp(field->name, "started") == 0)
			continue;
		table_cell(table, TONE_PLAIN, field->name);
		table_cell(table, TONE_DOUBT, fact_a);
		table_cell(table, TONE_DOUBT, fact_b);
		count++;
	}
	return count;
}

static void diff_facts(const struct report *a, const struct report *b,
		       const struct render_options *options, FILE *out)
{
	struct table *table = table_new(COLUMNS(fact_columns));
	size_t count;

	count = add_facts(table, &machine_fields, &a->machine, &b->machine);
	count += add_facts(table, &config_fields, &a->config, &b->config);
	if (!same_text(a->tool.version, b->tool.version)) {
		table_cell(table, TONE_PLAIN, "zctrace");
		table_cell(table, TONE_DOUBT, a->tool.version);
		table_cell(table, TONE_DOUBT, b->tool.version);
		count++;
	}
	putc('\n', out);
	if (count)
		table_print_text(table, options, out);
	else
		fputs("  same machine, same configuration\n", out);
	table_free(table);
}

/* --- which scenario belongs to which --- */

static void print_alone(const struct report *report, const struct report_scenario *scenario,
			const char *side, const struct render_options *options, FILE *out)
{
	char name[OVERVIEW_TEXT_BYTES];

	putc('\n', out);
	text_paragraph(options, out, TONE_PLAIN, side,
		       overview_name(report, scenario, name));
}

static void diff_scenarios(const struct report *a, const struct report *b,
			   const struct render_options *options, FILE *out)
{
	const struct report_scenario **partners = xcalloc(a->scenario_count + 1, sizeof(*partners));
	bool *taken = xcalloc(b->scenario_count + 1, sizeof(*taken));
	const bool brief_sweep = sweep_is(a) && sweep_is(b) && !options->verbose;

	change_partners(a, b, partners, taken);
	if (brief_sweep)
		diff_sweep(a, partners, options, out);
	for (size_t i = 0; i < a->scenario_count; i++) {
		if (partners[i] && brief_sweep)
			continue;
		if (partners[i])
			diff_numbers(a, &a->scenarios[i], partners[i], options, out);
		else
			print_alone(a, &a->scenarios[i], "  only in A: ", options, out);
	}
	for (size_t j = 0; j < b->scenario_count; j++) {
		if (!taken[j])
			print_alone(b, &b->scenarios[j], "  only in B: ", options, out);
	}
	free(partners);
	free(taken);
}

/* --- claims --- */

static const struct report_claim *find_claim(const struct report *report, const char *id)
{
	for (size_t i = 0; i < report->claim_count; i++) {
		if (same_text(report->claims[i].id, id))
			return &report->claims[i];
	}
	return NULL;
}

static void add_verdicts(struct table *table, const struct report_claim *claim,
			 const struct report_claim *a, const struct report_claim *b)
{
	const struct report_claim *const sides[] = { a, b };

	table_cell(table, TONE_PLAIN, claim->text ? claim->text : claim->id);
	for (int i = 0; i < 2; i++) {
		const struct report_claim *side = sides[i];

		if (side)
			table_format(table, TONE_BOLD, "%s%s%s%s", report_claim_verdict(side),
				    side->measured_text ? " (" : "",
				    side->measured_text ? side->measured_text : "",
				    side->measured_text ? ")" : "");
		else
			table_cell(table, TONE_DIM, NULL);
	}
}

static void diff_claims(const struct report *a, const struct report *b,
			const struct render_options *options, FILE *out)
{
	static const struct table_column columns[] = {
		{ "claims with another verdict", .wraps = true },
		{ "A", .wraps = true },
		{ "B", .wraps = true },
	};
	struct table *table = table_new(COLUMNS(columns));
	size_t same = 0, other = 0;

	for (size_t i = 0; i < a->claim_count; i++) {
		const struct report_claim *in_a = &a->claims[i], *in_b = find_claim(b, in_a->id);

		if (in_b && in_a->verdict == in_b->verdict) {
			same++;
			continue;
		}
		add_verdicts(table, in_a, in_a, in_b);
		other++;
	}
	for (size_t i = 0; i < b->claim_count; i++) {
		if (find_claim(a, b->claims[i].id))
			continue;
		add_verdicts(table, &b->claims[i], NULL, &b->claims[i]);
		other++;
	}
	if (same + other)
		putc('\n', out);
	if (same)
		fprintf(out, "  %zu of %zu claims have the same verdict\n", same, same + other);
	if (other)
		table_print_text(table, options, out);
	table_free(table);
}

int report_diff(const struct report *a, const struct report *b,
		const struct render_options *options, FILE *out)
{
	print_side("A  ", a, options, out);
	print_side("B  ", b, options, out);
	diff_facts(a, b, options, out);
	diff_scenarios(a, b, options, out);
	diff_claims(a, b, options, out);
	return ferror(out) ? -EIO : 0;
}
