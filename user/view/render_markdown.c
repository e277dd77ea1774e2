// SPDX-License-Identifier: GPL-2.0
/* The report as Markdown, to be pasted into a lab report: the tables of the terminal page.
 * Called through the table in render.c. */
#include "overview.h"
#include "path.h"
#include "size.h"
#include "sweep.h"
#include "tables.h"
#include "title.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void print_title(const struct report *report, FILE *out)
{
	const struct report_config *config = &report->config;
	char number[NUMBER_BYTES], strain[TITLE_BYTES];
	bool any_program = overview_any_program(report);
	const char *const parts[][2] = {
		{ "page cache ", any_program ? NULL : config->cache },
		{ "link ", any_program ? NULL : config->link },
		{ "to ", config->peer },
		{ "receiver ", config->receiver && strcmp(config->receiver, "recv") ?
		  config->receiver : NULL },
		{ "", *strain_title(config, strain) ? strain : NULL },
		{ "as ", config->as },
		{ "Linux ", report->machine.kernel },
		{ "on ", report->machine.cpu_model },
		{ "measured ", config->started },
	};

	fputs("# zctrace ", out);
	render_markdown_text(out, report->mode);
	fputs("\n\n", out);
	fprintf(out, "%s", config->payload_bytes ?
				   size_format(config->payload_bytes, number, sizeof(number)) :
				   "any program");
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (!parts[i][1])
			continue;
		fprintf(out, "; %s", parts[i][0]);
		render_markdown_text(out, parts[i][1]);
	}
	if (config->repeats)
		fprintf(out, "; %llu %s of each", config->repeats,
			config->repeats == 1 ? "run" : "runs");
	fputs(".\n", out);
}

/* Prints and frees it under a heading of its own; NULL = there is none. */
static void print_table(const char *title, const char *name, struct table *table, FILE *out)
{
	if (!table)
		return;
	fprintf(out, "\n## %s%s", title, name ? ": " : "");
	if (name)
		render_markdown_text(out, name);
	fputs("\n\n", out);
	table_print_markdown(table, out);
	table_free(table);
}

/* Tables of a scenario: those that everybody sees, or those of -v. */
static void print_tables(const struct report *report, size_t index, bool detail, FILE *out)
{
	const struct report_scenario *scenario = &report->scenarios[index];
	char name[OVERVIEW_TEXT_BYTES], title[64];

	for (const struct table_kind *kind = scenario_tables; kind->id; kind++) {
		if (kind->detail != detail || (kind->any_program && !overview_any_program(report)))
			continue;
		snprintf(title, sizeof(title), "%s", kind->title ? kind->title : kind->id);
		title[0] = toupper(title[0]);
		print_table(title, kind->title ? overview_name(report, scenario, name) : NULL,
			    kind->make(scenario), out);
	}
}

static void print_path(const struct report_scenario *scenario, FILE *out)
{
	struct path_leg legs[LEG_COUNT];
	size_t count = path_legs(scenario, legs);

	for (size_t i = 0; i < count; i++) {
		char number[NUMBER_BYTES];

		fprintf(out, "%s —(%s", legs[i].from, path_mover_text(legs[i].mover));
		if (legs[i].bytes)
			fprintf(out, ", %s", size_format(legs[i].bytes, number, sizeof(number)));
		fputs(")→ ", out);
	}
	fprintf(out, "%s\n", legs[count - 1].to);
}

static void print_paths(const struct report *report, FILE *out)
{
	char name[OVERVIEW_TEXT_BYTES];
	bool first = true;

	for (size_t i = 0; i < report->scenario_count; i++) {
		if (!path_is_known(&report->scenarios[i]))
			continue;
		if (first)
			fputs("\n## The way of the bytes\n\n", out);
		first = false;
		fputs("- ", out);
		render_markdown_text(out, overview_name(report, &report->scenarios[i], name));
		fputs(": ", out);
		print_path(&report->scenarios[i], out);
	}
}

/* The ways of a sweep would be drawn once for each size: its table has what was copied. */
static void print_numbers(const struct report *report, const struct render_options *options,
			  FILE *out)
{
	if (sweep_is(report)) {
		print_table("Numbers", NULL, table_of_sweep(report), out);
		return;
	}
	print_table("Numbers", NULL,
		    table_of_numbers(report, options, 0, report->scenario_count), out);
	print_paths(report, out);
}

static void print_texts(const char **texts, size_t count, const char *before, FILE *out)
{
	for (size_t i = 0; i < count; i++) {
		fprintf(out, "\n%s", before);
		render_markdown_text(out, texts[i]);
		putc('\n', out);
	}
}

static void print_trust(const struct report *report, FILE *out)
{
	struct overview_witnesses sum = overview_witnesses(report);

	if (sum.all)
		fprintf(out, "\nWitnesses: %llu of %llu agree; events lost: %llu.\n", sum.agree,
			sum.all, sum.lost);
	else
		fprintf(out, "\nWitnesses: none; events lost: %llu.\n", sum.lost);
}

int render_markdown(const struct report *report, const struct render_options *options, FILE *out)
{
	print_title(report, out);
	for (size_t i = 0; i < report->scenario_count; i++)
		print_tables(report, i, false, out);
	print_numbers(report, options, out);
	print_table("Claims", NULL, table_of_claims(report, options->verbose), out);
	if (report->sentence_count)
		fputs("\n## What was found\n", out);
	print_texts(report->sentences, report->sentence_count, "", out);
	print_texts(report->warnings, report->warning_count, "**Warning:** ", out);
	for (size_t i = 0; i < report->scenario_count && options->verbose; i++)
		print_tables(report, i, true, out);
	print_trust(report, out);
	return ferror(out) ? -EIO : 0;
}
