// SPDX-License-Identifier: GPL-2.0
/* report and diff: saved reports again, in any format, without root. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "diff.h"
#include "exits.h"
#include "output.h"

struct arguments {
	struct outputs outputs;
	const char *paths[SCORECARD_MOST];
	int least, most, given;
};

static void take_path(const struct option_use *use)
{
	struct arguments *a = use->arguments;

	if (a->given == a->most)
		argp_error(use->state, "one FILE too many: %s", use->text);
	a->paths[a->given++] = use->text;
}

static void end(const struct option_use *use)
{
	const struct arguments *a = use->arguments;

	if (a->given < a->least)
		argp_error(use->state, "%s; copy, sendfile and compare save one with --json FILE",
			   a->least > 1 ? "two saved reports are needed" :
			   "a saved report is missing");
}

#define ARGUMENTS struct arguments

static const struct option_row report_options[] = {
	{ "verbose", NULL, "Every call and witness", SETS_FLAG(outputs.verbose), .letter = 'v',
	  .group = 3 },
	{ 0 },
};

/* A comparison is text: none of a report's formats can hold it. */
static const struct option_row diff_options[] = {
	{ "verbose", NULL, "Every number of every program, every chunk of a sweep",
	  SETS_FLAG(outputs.verbose), .letter = 'v' },
	NO_COLOR_ROW,
	{ 0 },
};

static const struct command_syntax report_syntax = {
	.options = { report_options, output_options }, .argument = take_path, .end = end,
	.args_doc = "FILE.json...",
	.doc = "Shows a saved report as text, or turns it into other formats; of several, the "
	       "scorecard: every claim's verdict in each. Needs no privilege.",
};

static const struct command_syntax diff_syntax = {
	.options = { diff_options }, .argument = take_path, .end = end,
	.args_doc = "A.json B.json",
	.doc = "Two saved reports side by side: what changed beyond the noise of their runs.",
};

static struct report *load(const char *path)
{
	char error[1024];
	struct report *report = report_read_json(path, error, sizeof(error));

	if (!report)
		complain(ZC_EXIT_FAILED, "%s: %s", path, error);
	return report;
}

/* The verdicts of several reports side by side. */
static int report_several(struct arguments *a)
{
	struct scorecard scorecard = { .count = a->given };
	int status = ZC_EXIT_OK;

	for (int i = 0; i < a->given && !status; i++) {
		const char *slash = strrchr(a->paths[i], '/');

		scorecard.names[i] = slash ? slash + 1 : a->paths[i];
		scorecard.reports[i] = load(a->paths[i]);
		status = scorecard.reports[i] ? ZC_EXIT_OK : ZC_EXIT_FAILED;
	}
	if (a->outputs.count)
		a->outputs.quiet = true;
	if (!status)
		status = outputs_write_scorecard(&a->outputs, &scorecard);
	for (int i = 0; i < a->given; i++)
		report_free((struct report *)scorecard.reports[i]);
	return status;
}

int cmd_report(int argc, char **argv)
{
	struct arguments a = { .least = 1, .most = SCORECARD_MOST };
	struct report *report;
	int err;

	commands_parse(&report_syntax, argc, argv, &a);
	signal(SIGPIPE, SIG_IGN);
	if (outputs_check(&a.outputs))
		return ZC_EXIT_USAGE;
	if (a.given > 1)
		return report_several(&a);
	report = load(a.paths[0]);
	if (!report)
		return ZC_EXIT_FAILED;
	if (a.outputs.count)
		a.outputs.quiet = true;
	err = outputs_write(&a.outputs, report);
	report_free(report);
	return err ? ZC_EXIT_FAILED : ZC_EXIT_OK;
}

struct comparison {
	struct report *before, *after;
	struct render_options terminal;
};

static int write_comparison(FILE *out, void *context)
{
	const struct comparison *c = context;

	return report_diff(c->before, c->after, &c->terminal, out);
}

int cmd_diff(int argc, char **argv)
{
	struct arguments a = { .least = 2, .most = 2 };
	struct comparison c = { 0 };
	int err = -1;

	commands_parse(&diff_syntax, argc, argv, &a);
	signal(SIGPIPE, SIG_IGN);
	c.terminal = outputs_terminal(&a.outputs);
	c.before = load(a.paths[0]);
	c.after = c.before ? load(a.paths[1]) : NULL;
	if (c.after) {
		err = output_write(STDOUT_FILENO, write_comparison, &c);
		if (err)
			output_complain(STDOUT_FILENO, err);
	}
	report_free(c.before);
	report_free(c.after);
	return err ? ZC_EXIT_FAILED : ZC_EXIT_OK;
}
