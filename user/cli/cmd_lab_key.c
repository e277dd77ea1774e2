// SPDX-License-Identifier: GPL-2.0
/* lab key: the statements of an instructor's key, set against a measurement of the lab: do they
 * hold on the machines of this class, too? */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd_lab.h"
#include "exits.h"
#include "paragraph.h"
#include "lab_measure.h"
#include "output.h"

enum { KEY_FROM = 0x100, MOST_FROM = 8, MOST_LABS = 99 };

struct arguments {
	int number;
	const char *from[MOST_FROM];
	size_t from_count;
};

static const struct argp_option options[] = {
	{ .name = "from", .key = KEY_FROM, .arg = "PATH",
	  .doc = "The lab's reports: their directory (default: .), one of them, or a hand-in" },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;
	char *end;

	switch (key) {
	case KEY_FROM:
		if (a->from_count == MOST_FROM)
			argp_error(state, "--from: at most %d", MOST_FROM);
		a->from[a->from_count++] = arg;
		return 0;
	case ARGP_KEY_ARG:
		a->number = strtol(arg, &end, 10);
		if (state->arg_num || *end || a->number < 1 || a->number > MOST_LABS)
			argp_error(state, "%s: give the number of one lab", arg);
		return 0;
	case ARGP_KEY_END:
		if (!a->number)
			argp_error(state, "which lab?");
		if (!a->from_count)
			a->from[a->from_count++] = ".";
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "N",
	.doc = "Sets the statements of lab N's key (labs/instructor/) against a measurement of yours. "
	       "Exit status 1: one of them does not hold.\v"
	       "Example:\n  sudo zctrace lab 1 --predictions any && zctrace lab key 1\n",
};

/* What was found, as a person reads it. */
static char *found_text(const struct lab_value *value, char *buf)
{
	static const struct lab_prediction any = { .unit = "" };

	return lab_value_text(&any, value, buf);
}

static int show(const struct lab *key, const struct lab *lab, const struct handin *handin)
{
	static const struct table_column columns[] = {
		{ "statement", .wraps = true },
		{ "found", .right = true },
		{ "holds", .right = false },
	};
	struct lab_evidence evidence[LAB_MAX_MEASUREMENTS];
	const struct outputs plain = { 0 };
	const struct render_options terminal = outputs_terminal(&plain);
	struct table *table = table_new(columns, sizeof(columns) / sizeof(columns[0]));
	int status = ZC_EXIT_OK;

	handin_evidence(handin, lab, evidence);
	for (size_t i = 0; i < key->statement_count; i++) {
		const struct lab_statement *statement = &key->statements[i];
		char text[LAB_TEXT_BYTES];
		struct lab_value value;
		bool holds;

		if (lab_holds(statement->rule, evidence, lab->measurement_count, &value, &holds)) {
			status = complain(ZC_EXIT_FAILED, "lab key %d: this is no rule: %s",
					  lab->number, statement->rule);
			break;
		}
		table_cell(table, TONE_PLAIN, statement->text);
		table_cell(table, TONE_PLAIN, found_text(&value, text));
		table_cell(table, holds ? TONE_GOOD : TONE_BAD, holds ? "yes" : "no");
		table_remark(table, TONE_DIM, "%s%s%s", statement->rule, value.why[0] ? "; not measured: " : "",
			   value.why);
		if (!holds && !status)
			status = ZC_EXIT_CLAIM;
	}
	if (status != ZC_EXIT_FAILED)
		table_print_text(table, &terminal, stdout);
	table_free(table);
	return status;
}

int cmd_lab_key(int argc, char **argv)
{
	struct arguments a = { 0 };
	struct handin handin = { 0 };
	struct lab lab = { 0 }, key = { 0 };
	char error[1024];
	int err, status = ZC_EXIT_USAGE;

	commands_parse(&argp, argc, argv, &a);
	err = lab_read(a.number, false, &lab, error, sizeof(error));
	if (!err)
		err = lab_read(a.number, true, &key, error, sizeof(error));
	if (!err)
		handin_new(&handin, &lab);
	for (size_t i = 0; i < a.from_count && !err; i++)
		err = lab_take_saved(a.from[i], &lab, &handin, error, sizeof(error));
	if (err)
		complain(status, "lab key %d: %s%s", a.number, error, strcmp(a.from[0], ".") ? "" :
			 "; --from PATH names other reports (labs/data has recorded ones)");
	else
		status = show(&key, &lab, &handin);
	handin_free(&handin);
	lab_free(&key);
	lab_free(&lab);
	return status;
}
