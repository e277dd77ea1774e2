// SPDX-License-Identifier: GPL-2.0
/* lab key: the statements of an instructor's key, set against a measurement of the lab: do they
 * hold on the machines of this class, too? */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd_lab.h"
#include "exits.h"
#include "handin.h"
#include "paragraph.h"

void lab_take_from(const struct option_use *use)
{
	struct lab_arguments *a = use->arguments;

	if (a->from_count == LAB_MOST_FROM)
		argp_error(use->state, "--from: at most %d", LAB_MOST_FROM);
	a->from[a->from_count++] = use->text;
}

void lab_take_number(const struct option_use *use)
{
	struct lab_arguments *a = use->arguments;
	char *end;

	a->number = strtol(use->text, &end, 10);
	if (use->state->arg_num || *end || a->number < 1 || a->number > LAB_MOST_LABS)
		argp_error(use->state, "%s: give the number of one lab", use->text);
}

static void end(const struct option_use *use)
{
	struct lab_arguments *a = use->arguments;

	if (!a->number)
		argp_error(use->state, "which lab?");
	if (!a->from_count)
		a->from[a->from_count++] = ".";
}

static const struct option_row options[] = {
	{ "from", "PATH",
	  "The lab's reports: their directory (default: .), one of them, or a hand-in",
	  .take = lab_take_from },
	{ 0 },
};

static const struct command_syntax syntax = {
	.options = { options }, .argument = lab_take_number, .end = end, .args_doc = "N",
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
	struct rule_evidence evidence[LAB_MAX_MEASUREMENTS];
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
	struct lab_arguments a = { 0 };
	struct handin handin = { 0 };
	struct lab lab = { 0 }, key = { 0 };
	char error[1024];
	int err, status = ZC_EXIT_USAGE;

	commands_parse(&syntax, argc, argv, &a);
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
