// SPDX-License-Identifier: GPL-2.0
/* The terminal page: what was run, the numbers side by side, the way of the bytes, the verdicts,
 * what it means, and how far to trust it. Called through the table in render.c. */
#include "alloc.h"
#include "shell_word.h"
#include "sweep.h"
#include "text.h"
#include "texts.h"
#include "title.h"
#include "size.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { PART_BYTES = 120 };

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

	text_paragraph(options, out, GRID_BOLD, "", title);
	free(title);
	if (!overview_any_program(report) && !options->verbose)
		return;
	command = make_command(&report->tool);
	if (*command)
		text_paragraph(options, out, GRID_DIM, "  $ ", command);
	free(command);
}

static void print_sentences(const struct report *report, const struct render_options *options,
			    FILE *out)
{
	for (size_t i = 0; i < report->sentence_count; i++) {
		putc('\n', out);
		text_paragraph(options, out, i ? GRID_PLAIN : GRID_BOLD, "  ",
			       report->sentences[i]);
	}
}

static void print_warnings(const struct report *report, const struct render_options *options,
			   FILE *out)
{
	if (report->warning_count)
		putc('\n', out);
	for (size_t i = 0; i < report->warning_count; i++)
		text_paragraph(options, out, GRID_DOUBT, "  warning: ", report->warnings[i]);
}

/* Of a sweep every scenario's way would be drawn many times: its table has what was copied. */
static void print_numbers(const struct report *report, const struct render_options *options,
			  FILE *out)
{
	if (sweep_is(report))
		return text_sweep(report, options, out);
	text_overview(report, options, out);
	text_paths(report, options, out);
}

typedef void text_part(const struct report *report, const struct render_options *options,
		       FILE *out);

int render_text(const struct report *report, const struct render_options *options, FILE *out)
{
	static text_part *const parts[] = {
		print_title,	 text_flows,	  print_numbers,  text_claims,
		print_sentences, print_warnings,
	};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		parts[i](report, options, out);
	if (options->verbose)
		text_details(report, options, out);
	putc('\n', out);
	text_witnesses(report, options, out);
	return ferror(out) ? -EIO : 0;
}
