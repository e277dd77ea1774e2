// SPDX-License-Identifier: GPL-2.0
/* The terminal page: what was run, the numbers side by side, the way of the bytes, the verdicts,
 * what it means, and how far to trust it. Called through the table in render.c. */
#include "alloc.h"
#include "shell_word.h"
#include "sweep.h"
#include "tables.h"
#include "paragraph.h"
#include "texts.h"
#include "title.h"
#include "size.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { PART_BYTES = 120, MOST_SIDE_BY_SIDE = 4 };

/* Appends a part of bounded length, with what goes before it. */
static void add(char **title, const char *separator, const char *part)
{
	char plain[PART_BYTES], *longer;

	if (!part)
		return;
	longer = xasprintf("%s%s%s", *title, separator, plain_text(part, plain, sizeof(plain)));
	free(*title);
	*title = longer;
}

static void add_payload(char **title, const struct report_config *config)
{
	char number[NUMBER_BYTES];

	if (config->payload_bytes)
		add(title, " · ", size_format(config->payload_bytes, number, sizeof(number)));
	if (config->cache) {
		add(title, config->payload_bytes ? ", page cache " : " · page cache ",
		    text_is(config->cache, "both") ? "warm and cold" : config->cache);
	}
}

static void add_link(char **title, const struct report_config *config)
{
	char number[NUMBER_BYTES];

	add(title, " · ", text_is(config->link, "several") ? "several links" : config->link);
	add(title, " to ", config->peer);
	if (config->rate_bits)
		add(title, " at ", number_rate(config->rate_bits, number));
	if (config->receiver && !text_is(config->receiver, "recv"))
		add(title, " · receiver: ", config->receiver);
}

static void add_strain(char **title, const struct report_config *config)
{
	char strain[TITLE_BYTES];

	if (*strain_title(config, strain))
		add(title, " · ", strain);
}

/* "zctrace compare · 256 MiB, page cache warm · lo · Linux 6.18.44 · 5 runs each, interleaved" */
static char *make_title(const struct report *report)
{
	const struct report_config *config = &report->config;
	char number[NUMBER_BYTES];
	char *title = xstrdup("zctrace");

	add(&title, " ", report->mode);
	if (!overview_any_program(report)) {
		add_payload(&title, config);
		add_link(&title, config);
		add_strain(&title, config);
	}
	add(&title, " · as ", config->as);
	add(&title, " · Linux ", report->machine.kernel);
	if (config->repeats) {
		add(&title, " · ", number_count(config->repeats, number));
		add(&title, " ", config->repeats == 1 ? "run" : "runs");
		if (report->scenario_count > 1)
			add(&title, " ", config->repeats == 1 ? "each" : "each, interleaved");
	}
	return title;
}

/* As it can be pasted into a shell again; to be freed. */
static char *make_command(const struct report_tool *tool)
{
	char *command = xstrdup(""), *word;

	for (size_t i = 0; i < tool->command_count; i++) {
		word = shell_word(tool->command[i] ? tool->command[i] : "");
		add(&command, i ? " " : "", word);
		free(word);
	}
	return command;
}

static void print_title(const struct report *report, const struct render_options *options,
			FILE *out)
{
	char *title = make_title(report), *command;

	text_paragraph(options, out, TONE_BOLD, "", title);
	free(title);
	if (!overview_any_program(report) && !options->verbose)
		return;
	command = make_command(&report->tool);
	if (*command)
		text_paragraph(options, out, TONE_DIM, "  $ ", command);
	free(command);
}

static void print_sentences(const struct report *report, const struct render_options *options,
			    FILE *out)
{
	for (size_t i = 0; i < report->sentence_count; i++) {
		putc('\n', out);
		text_paragraph(options, out, i ? TONE_PLAIN : TONE_BOLD, "  ",
			       report->sentences[i]);
	}
}

static void print_warnings(const struct report *report, const struct render_options *options,
			   FILE *out)
{
	if (report->warning_count)
		putc('\n', out);
	for (size_t i = 0; i < report->warning_count; i++)
		text_paragraph(options, out, TONE_DOUBT, "  warning: ", report->warnings[i]);
}

/* Prints and frees it; NULL = there is none. */
static void print_table(struct table *table, const struct render_options *options, FILE *out)
{
	if (!table)
		return;
	putc('\n', out);
	table_print_text(table, options, out);
	table_free(table);
}

/* As many scenarios side by side as fit, at least one; *room becomes the most that asides had. */
static size_t print_block(const struct report *report, const struct render_options *options,
			  size_t first, size_t *room, FILE *out)
{
	size_t count = report->scenario_count - first, left;
	struct table *table;

	count = count < MOST_SIDE_BY_SIDE ? count : MOST_SIDE_BY_SIDE;
	for (;; count--) {
		table = table_of_numbers(report, options, first, count);
		if (!table || count == 1 || text_table_width(table) <= text_width(options))
			break;
		table_free(table);
	}
	if (table) {
		putc('\n', out);
		left = text_table_rows(table, options, out);
		*room = left > *room ? left : *room;
	}
	table_free(table);
	return count;
}

/* All scenarios side by side, in blocks where there are many; the reasons once, below them. */
static void print_side_by_side(const struct report *report, const struct render_options *options,
			       FILE *out)
{
	struct table *all = table_of_numbers(report, options, 0, report->scenario_count);
	size_t room = 0;

	for (size_t first = 0; first < report->scenario_count;)
		first += print_block(report, options, first, &room, out);
	if (all)
		text_table_notes(all, options, room, out);
	table_free(all);
}

static void print_sweep(const struct report *report, const struct render_options *options,
			FILE *out)
{
	print_table(table_of_sweep(report), options, out);
	text_paragraph(options, out, TONE_DIM, "  ",
		       "switches: context switches of the sender, voluntary / "
		       "involuntary; copies: CPU copies per byte up to the device; "
		       "CPU: user + system time of the sender; CPU and elapsed: medians "
		       "of untraced runs; from – to: lowest and highest of elapsed");
}

/* Of a sweep every scenario's way would be drawn many times: its table has what was copied. */
static void print_numbers(const struct report *report, const struct render_options *options,
			  FILE *out)
{
	if (sweep_is(report)) {
		print_sweep(report, options, out);
		return;
	}
	print_side_by_side(report, options, out);
	text_paths(report, options, out);
}

/* Tables of a scenario: those that everybody sees, or those of -v. */
static void print_tables(const struct report *report, const struct report_scenario *scenario,
			 const struct render_options *options, bool detail, FILE *out)
{
	for (const struct table_kind *kind = scenario_tables; kind->id; kind++) {
		char name[OVERVIEW_TEXT_BYTES], *before;
		struct table *table;

		if (kind->detail != detail || (kind->any_program && !overview_any_program(report)))
			continue;
		table = kind->make(scenario);
		if (table && kind->title) {
			before = xasprintf("  %s: ", kind->title);
			putc('\n', out);
			text_paragraph(options, out, TONE_BOLD, before,
				       overview_name(report, scenario, name));
			free(before);
			table_print_text(table, options, out);
			table_free(table);
			continue;
		}
		print_table(table, options, out);
	}
}

static void print_flows(const struct report *report, const struct render_options *options,
			FILE *out)
{
	for (size_t i = 0; i < report->scenario_count; i++)
		print_tables(report, &report->scenarios[i], options, false, out);
}

static bool is_check(const struct report *report)
{
	return text_is(report->mode, "check");
}

static void print_claims(const struct report *report, const struct render_options *options,
			 FILE *out)
{
	print_table(table_of_claims(report, options->verbose), options, out);
}

static void print_digest(const char *first, const char *digest,
			 const struct render_options *options, FILE *out)
{
	if (digest)
		text_paragraph(options, out, TONE_PLAIN, first, digest);
}

static void print_timeline(const struct report_timeline *timeline, FILE *out)
{
	char recorded[NUMBER_BYTES], all[NUMBER_BYTES], begin[NUMBER_BYTES];

	if (!timeline->event_count && !timeline->dropped)
		return;
	fprintf(out, "\n  timeline: ");
	number_count(timeline->event_count, recorded);
	number_count(timeline->event_count + timeline->dropped, all);
	if (!timeline->dropped)
		fprintf(out, "all of %s events\n", recorded);
	else if (timeline->begins_ns)
		fprintf(out, "%s of %s events, from %s on, where the busiest flow is\n", recorded,
			all, number_time(timeline->begins_ns, begin));
	else
		fprintf(out, "the first %s of %s events, up to %s of each thread\n", recorded,
			all, number_count(timeline->limit, begin));
}

/* -v: every call, page and witness, and the machine. */
static void print_details(const struct report *report, const struct render_options *options,
			  FILE *out)
{
	for (size_t i = 0; i < report->scenario_count; i++) {
		const struct report_scenario *scenario = &report->scenarios[i];

		print_tables(report, scenario, options, true, out);
		print_digest("  SHA-256 sent      ", scenario->sha256_sent, options, out);
		print_digest("  SHA-256 received  ", scenario->sha256_received, options, out);
		print_timeline(&scenario->timeline, out);
	}
	fprintf(out, "\n  %smachine%s", text_color(options, TONE_BOLD),
		text_plain_again(options, TONE_BOLD));
	print_table(table_of_facts(report), options, out);
}

/* --- how far to trust it --- */

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
	text_paragraph(options, out, TONE_BAD, "  disagrees: ", text);
	free(text);
}

static void print_coarse(const struct report_scenario *scenario,
			 const struct render_options *options, FILE *out)
{
	char count[NUMBER_BYTES], *text;

	text = xasprintf("%s by kind only%s%s", number_count(scenario->coarse, count),
			 scenario->coarse_why ? ": " : "",
			 scenario->coarse_why ? scenario->coarse_why : "");
	text_paragraph(options, out, TONE_DOUBT, "  calls counted coarsely: ", text);
	free(text);
}

static void print_witnesses(const struct report *report, const struct render_options *options,
			    FILE *out)
{
	struct overview_witnesses sum = overview_witnesses(report);
	enum tone tone = sum.lost || sum.agree != sum.all ? TONE_BAD :
			 sum.all ? TONE_GOOD : TONE_PLAIN;
	char agree[NUMBER_BYTES], all[NUMBER_BYTES], lost[NUMBER_BYTES];

	putc('\n', out);
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
	fprintf(out, "  %switnesses: ", text_color(options, tone));
	if (sum.all == 0)
		fputs("none", out);
	else
		fprintf(out, "%s of %s agree", number_count(sum.agree, agree),
			number_count(sum.all, all));
	fprintf(out, " · events lost: %s%s\n", number_count(sum.lost, lost),
		text_plain_again(options, tone));
}

typedef void text_part(const struct report *report, const struct render_options *options,
		       FILE *out);

int render_text(const struct report *report, const struct render_options *options, FILE *out)
{
	static text_part *const parts[] = {
		print_title,	 print_flows,	 print_numbers, print_claims,
		print_sentences, print_warnings,
	};

	/* What check answers stands first; the numbers are for -v. */
	static text_part *const check_parts[] = {
		print_title, print_sentences, print_claims, print_warnings,
	};
	const bool check = is_check(report);
	text_part *const *const all = check ? check_parts : parts;
	const size_t count = check ? sizeof(check_parts) / sizeof(parts[0]) :
				     sizeof(parts) / sizeof(parts[0]);

	for (size_t i = 0; i < count; i++)
		all[i](report, options, out);
	if (check && options->verbose)
		print_numbers(report, options, out);
	if (options->verbose)
		print_details(report, options, out);
	print_witnesses(report, options, out);
	return ferror(out) ? -EIO : 0;
}
