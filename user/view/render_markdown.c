// SPDX-License-Identifier: GPL-2.0
/* The report as Markdown, to be pasted into a lab report: the tables of the terminal page.
 * Called through the table in render.c. */
#include "path.h"
#include "markdown.h"
#include "size.h"
#include "sweep.h"
#include "title.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool ends_marker(char c)
{
	return c == '\0' || c == ' ';
}

/* What begins a block when it stands first: a list, a heading, a rule. */
static const char *escape_start(FILE *out, const char *text)
{
	const char *at = text;

	while (*at >= '0' && *at <= '9')
		putc(*at++, out);
	if (at > text ? (*at == '.' || *at == ')') && ends_marker(at[1]) :
			(*at && strchr("-+=#", *at))) {
		putc('\\', out);
		putc(*at++, out);
	}
	return at;
}

/* Some readers make links out of bare addresses. */
static bool begins_link(const char *text, const char *at)
{
	return strncmp(at, "://", 3) == 0 ||
	       (*at == '.' && at - text >= 3 && strncasecmp(at - 3, "www", 3) == 0);
}

void render_markdown_text(FILE *out, const char *text)
{
	char *plain = plain_copy(text);

	for (const char *at = escape_start(out, plain); *at; at++) {
		switch (*at) {
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '&':
			fputs("&amp;", out);
			break;
		default:
			if (strchr("\\`*_[]|~$", *at) || begins_link(plain, at))
				putc('\\', out);
			putc(*at, out);
		}
	}
	free(plain);
}

void markdown_cell(FILE *out, const char *text)
{
	fputs(" ", out);
	render_markdown_text(out, text ? text : "—");
	fputs(" |", out);
}

void markdown_rule(FILE *out, size_t left, size_t right)
{
	putc('|', out);
	while (left--)
		fputs(" --- |", out);
	while (right--)
		fputs(" ---: |", out);
}

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

static void overview_line(const struct report *report, const struct overview_row *row, FILE *out)
{
	char text[OVERVIEW_TEXT_BYTES];
	const char *note = overview_note(report, row);

	putc('|', out);
	snprintf(text, sizeof(text), "%s%s%s%s", row->inner && !row->range ? "– " : "", row->label,
		 *overview_by(row) ? ", " : "", overview_by(row));
	markdown_cell(out, text);
	for (size_t i = 0; i < report->scenario_count; i++)
		markdown_cell(out, overview_cell(row, &report->scenarios[i], text));
	markdown_cell(out, note ? note : "");
	putc('\n', out);
}

/* A sweep's way that failed at many sizes is said once. */
static bool said_before(const struct report *report, const struct overview_reason *reasons,
			size_t at)
{
	const struct report_scenario *failed = reasons[at].failed;

	for (size_t i = 0; i < at && failed && sweep_is(report); i++) {
		if (reasons[i].failed && reasons[i].failed->id && failed->id &&
		    strcmp(reasons[i].failed->id, failed->id) == 0 &&
		    strcmp(reasons[i].why, reasons[at].why) == 0)
			return true;
	}
	return false;
}

static void print_reasons(const struct report *report, const struct render_options *options,
			  FILE *out)
{
	struct overview_reason *reasons;
	char name[OVERVIEW_TEXT_BYTES];
	size_t count;

	overview_reasons(report, options, &reasons, &count);
	if (count)
		fputs("\nNot measured (—):\n\n", out);
	for (size_t i = 0; i < count; i++) {
		const char *comma = "";

		if (said_before(report, reasons, i))
			continue;
		fputs("- ", out);
		if (reasons[i].failed)
			render_markdown_text(out, overview_name(report, reasons[i].failed, name));
		for (int row = 0; row < OVERVIEW_ROWS; row++) {
			if (!(reasons[i].rows & 1U << row))
				continue;
			fputs(comma, out);
			render_markdown_text(out, overview_rows[row].label);
			comma = ", ";
		}
		fputs(": ", out);
		render_markdown_text(out, reasons[i].why);
		putc('\n', out);
	}
	free(reasons);
}

static void print_overview(const struct report *report, const struct render_options *options,
			   FILE *out)
{
	char name[OVERVIEW_TEXT_BYTES];

	if (report->scenario_count == 0)
		return;
	fputs("\n## Numbers\n\n|", out);
	markdown_cell(out, "");
	for (size_t i = 0; i < report->scenario_count; i++)
		markdown_cell(out, overview_name(report, &report->scenarios[i], name));
	markdown_cell(out, "");
	putc('\n', out);
	markdown_rule(out, 1, report->scenario_count);
	fputs(" --- |\n", out);
	for (int i = 0; i < OVERVIEW_ROWS; i++) {
		if (overview_shows(report, options, &overview_rows[i]))
			overview_line(report, &overview_rows[i], out);
	}
	print_reasons(report, options, out);
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
		markdown_sweep(report, out);
		print_reasons(report, options, out);
		return;
	}
	print_overview(report, options, out);
	print_paths(report, out);
}

static void print_claims(const struct report *report, FILE *out)
{
	if (report->claim_count == 0)
		return;
	fputs("\n## Claims\n\n| claim | documents | measured | verdict | condition or reason |\n",
	      out);
	markdown_rule(out, 5, 0);
	putc('\n', out);
	for (size_t i = 0; i < report->claim_count; i++) {
		const struct report_claim *claim = &report->claims[i];
		const char *reason = claim->verdict == VERDICT_HOLDS_IF ? claim->condition :
				     claim->verdict == VERDICT_NOT_MEASURED ? claim->why : NULL;

		putc('|', out);
		markdown_cell(out, claim->text ? claim->text : claim->id);
		markdown_cell(out, claim->documents);
		markdown_cell(out, claim->measured_text);
		markdown_cell(out, report_claim_verdict(claim));
		markdown_cell(out, reason ? reason : claim->note ? claim->note : "");
		putc('\n', out);
	}
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
	for (size_t i = 0; i < report->scenario_count; i++) {
		markdown_flows(&report->scenarios[i], out);
		if (overview_any_program(report))
			markdown_processes(&report->scenarios[i], out);
	}
	print_numbers(report, options, out);
	print_claims(report, out);
	if (report->sentence_count)
		fputs("\n## What was found\n", out);
	print_texts(report->sentences, report->sentence_count, "", out);
	print_texts(report->warnings, report->warning_count, "**Warning:** ", out);
	for (size_t i = 0; i < report->scenario_count && options->verbose; i++) {
		markdown_calls(report, &report->scenarios[i], out);
		markdown_witnesses(report, &report->scenarios[i], out);
	}
	print_trust(report, out);
	return ferror(out) ? -EIO : 0;
}
