// SPDX-License-Identifier: GPL-2.0
/* lab check: one hand-in or a hundred, judged in a table and as CSV. None of them is trusted; one
 * that cannot be read is a row like the others. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alloc.h"
#include "identity.h"
#include "exits.h"
#include "paragraph.h"
#include "handin.h"
#include "output.h"

enum { NAME_BYTES = 128 };

/* What is kept of a hand-in. */
struct row {
	const char *path;
	char name[NAME_BYTES];
	int lab;		/* 0 = it could not be read: verdict.reason */
	struct handin_verdict verdict;
	char digests[LAB_MAX_MEASUREMENTS][HANDIN_DIGEST_BYTES];
	size_t digest_count;
	bool recorded;		/* the evidence is that of labs/data */
	enum handin_made made;	/* the predictions */
	const struct row *same;	/* an earlier one with the same evidence */
};

struct arguments {
	struct outputs outputs;
	const char *csv;
	char **paths;
	size_t count;
};

static void take_paths(const struct option_use *use)
{
	struct arguments *a = use->arguments;

	a->paths = &use->state->argv[use->state->next - 1];
	a->count = (size_t)(use->state->argc - use->state->next + 1);
	use->state->next = use->state->argc;
}

static void end(const struct option_use *use)
{
	const struct arguments *a = use->arguments;

	if (!a->count)
		argp_error(use->state, "a hand-in is missing; zctrace lab writes labN-handin.json");
}

#define ARGUMENTS struct arguments

static const struct option_row options[] = {
	{ "csv", "FILE",
	  "Write a row for each hand-in (- for standard output, instead of the table)",
	  SETS_TEXT(csv) },
	NO_COLOR_ROW,
	{ 0 },
};

static const struct command_syntax syntax = {
	.options = { options }, .argument = take_paths, .end = end, .args_doc = "HANDIN...",
	.doc = "Judges hand-ins of labs: complete or not, predictions right or wrong, and whether the "
	       "evidence agrees with itself, and whether the predictions were made before it was measured. "
	       "Exit status 1: one is incomplete, inconsistent, or predicted too late.\v"
	       "Example:\n  zctrace lab check handins/*.json --csv grades.csv\n\n"
	       "The digest shows that a report was altered after it was handed over to zctrace lab. It "
	       "does not show who measured, or where: whoever can write the file can write both.",
};

/* --- judging --- */

static void take_digests(struct row *row, const struct handin *handin)
{
	row->digest_count = handin->report_count;
	for (size_t i = 0; i < handin->report_count; i++)
		memcpy(row->digests[i], handin->reports[i].found, HANDIN_DIGEST_BYTES);
}

/* Whether the evidence is the recorded one that comes with the labs. */
static bool is_recorded(const struct row *row, const struct lab *lab)
{
	struct handin data;
	bool same = row->digest_count > 0;
	char path[4200], error[256];

	if (!lab_directory())
		return false;
	handin_new(&data, lab);
	for (size_t i = 0; i < row->digest_count && same; i++) {
		const struct handin_report *found;
		const char *file;

		same = i < lab->measurement_count;
		if (!same)
			break;
		file = lab->measurements[i].file;
		snprintf(path, sizeof(path), "%s/data/%s", lab_directory(), file);
		same = !handin_add_file(&data, path, file, error, sizeof(error));
		found = same ? handin_report(&data, file) : NULL;
		same = found && !strcmp(found->found, row->digests[i]);
	}
	handin_free(&data);
	return same;
}

static void judge(struct row *row)
{
	char error[256];
	struct handin handin;
	struct lab lab = { 0 };

	if (handin_read(row->path, &handin, row->verdict.reason, sizeof(row->verdict.reason)))
		return;
	plain_text(handin_name(&handin), row->name, sizeof(row->name));
	if (lab_read(handin_lab(&handin), false, &lab, error, sizeof(error))) {
		snprintf(row->verdict.reason, sizeof(row->verdict.reason), "lab %d: %.200s",
			 handin_lab(&handin), error);
	} else {
		row->lab = lab.number;
		handin_check(&handin, &lab, &row->verdict);
		take_digests(row, &handin);
		row->recorded = is_recorded(row, &lab);
		row->made = handin_when_predicted(&handin);
	}
	lab_free(&lab);
	handin_free(&handin);
}

/* Two students cannot have measured the same nanoseconds. */
static bool shares_evidence(const struct row *a, const struct row *b)
{
	for (size_t i = 0; i < a->digest_count; i++) {
		for (size_t k = 0; k < b->digest_count; k++) {
			if (!strcmp(a->digests[i], b->digests[k]))
				return true;
		}
	}
	return false;
}

static void find_same(struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < i && !rows[i].same && !rows[i].recorded; k++) {
			if (shares_evidence(&rows[i], &rows[k]))
				rows[i].same = &rows[k];
		}
	}
}

/* --- showing --- */

static const char *evidence_text(const struct row *row)
{
	if (!row->lab)
		return "unreadable";
	if (!row->verdict.sound)
		return "inconsistent";
	if (!row->digest_count)
		return "none";
	return row->recorded ? "recorded" : "consistent";
}

/* Recorded reports are older than any prediction. */
static bool made_in_time(const struct row *row)
{
	return row->made == HANDIN_MADE_BEFORE ||
	       (row->made == HANDIN_MADE_AFTER && row->recorded);
}

static const char *made_text(const struct row *row)
{
	static const char *const texts[] = {
		[HANDIN_MADE_UNKNOWN] = "not sealed", [HANDIN_MADE_BEFORE] = "before",
		[HANDIN_MADE_AFTER] = "after", [HANDIN_MADE_CHANGED] = "changed",
	};

	if (!row->lab)
		return "";
	return made_in_time(row) && row->recorded ? "recorded" : texts[row->made];
}

/* What speaks against the predictions; NULL = nothing. */
static const char *made_reason(const struct row *row)
{
	static const char *const texts[] = {
		[HANDIN_MADE_UNKNOWN] = "the predictions were never sealed: nothing shows when they were "
					"made",
		[HANDIN_MADE_AFTER] = "the predictions were sealed after a report was measured",
		[HANDIN_MADE_CHANGED] = "the predictions are not those that were sealed",
	};

	return made_in_time(row) ? NULL : texts[row->made];
}

static bool is_good(const struct row *row)
{
	return row->lab && row->verdict.complete && row->verdict.sound && made_in_time(row);
}

static void add_row(struct table *table, const struct row *row)
{
	const struct handin_verdict *verdict = &row->verdict;

	table_cell(table, TONE_PLAIN, row->path);
	table_cell(table, TONE_PLAIN, row->name);
	if (row->lab)
		table_format(table, TONE_PLAIN, "%d", row->lab);
	else
		table_cell(table, TONE_PLAIN, NULL);
	table_cell(table, row->lab && verdict->complete ? TONE_GOOD : TONE_DOUBT,
		  row->lab && verdict->complete ? "yes" : "no");
	if (row->lab)
		table_format(table, TONE_PLAIN, "%zu of %zu", verdict->right, verdict->of);
	else
		table_cell(table, TONE_PLAIN, NULL);
	table_cell(table, made_in_time(row) ? TONE_GOOD : TONE_BAD, made_text(row));
	table_cell(table, row->lab && verdict->sound ? TONE_GOOD : TONE_BAD, evidence_text(row));
	if (verdict->missing[0])
		table_remark(table, TONE_DOUBT, "missing: %s", verdict->missing);
	if (verdict->reason[0])
		table_remark(table, TONE_BAD, "%s", verdict->reason);
	if (row->lab && made_reason(row))
		table_remark(table, TONE_BAD, "%s", made_reason(row));
	if (row->same)
		table_remark(table, TONE_BAD, "the same measurement as %s", row->same->path);
}

static void print_table(const struct row *rows, size_t count, const struct render_options *terminal)
{
	static const struct table_column columns[] = {
		{ "hand-in", .wraps = true }, { "name", .wraps = true },   { "lab", .right = true },
		{ "complete", .right = false },	  { "predictions", .right = true },
		{ "made", .right = false },	  { "evidence", .right = false },
	};
	struct table *table = table_new(columns, sizeof(columns) / sizeof(columns[0]));
	size_t good = 0;

	for (size_t i = 0; i < count; i++) {
		add_row(table, &rows[i]);
		good += is_good(&rows[i]);
	}
	table_print_text(table, terminal, stdout);
	table_free(table);
	printf("\n  %zu of %zu are complete, consistent and predicted in time.\n", good, count);
}

struct csv_job {
	const struct row *rows;
	size_t count;
};

static int write_csv(FILE *out, void *context)
{
	const struct csv_job *job = context;

	fputs("file,name,lab,complete,predicted,right,predictions,evidence,missing,reason,"
	      "same_as,made\r\n", out);
	for (size_t i = 0; i < job->count; i++) {
		const struct row *row = &job->rows[i];

		render_csv_text(out, row->path);
		putc(',', out);
		render_csv_text(out, row->name);
		fprintf(out, ",%d,%s,%zu,%zu,%zu,%s,", row->lab,
			row->lab && row->verdict.complete ? "yes" : "no", row->verdict.predicted,
			row->verdict.right, row->verdict.of, evidence_text(row));
		render_csv_text(out, row->verdict.missing);
		putc(',', out);
		render_csv_text(out, row->verdict.reason);
		putc(',', out);
		render_csv_text(out, row->same ? row->same->path : "");
		fprintf(out, ",%s\r\n", made_text(row));
	}
	return ferror(out) ? -EIO : 0;
}

static int write_all(const struct arguments *a, const struct row *rows)
{
	const struct render_options terminal = outputs_terminal(&a->outputs);
	struct csv_job job = { rows, a->count };
	bool to_stdout = a->csv && !strcmp(a->csv, "-");
	int err = 0;

	if (to_stdout) {
		err = output_write(STDOUT_FILENO, write_csv, &job);
		if (err)
			output_complain(STDOUT_FILENO, err);
		return err;
	}
	print_table(rows, a->count, &terminal);
	if (a->csv)
		err = output_replace(a->csv, write_csv, &job);
	if (err)
		complain(ZC_EXIT_FAILED, "%s: %s", a->csv, strerror(-err));
	return err;
}

int cmd_lab_check(int argc, char **argv)
{
	const struct identity caller = identity_of_caller();
	struct arguments a = { 0 };
	int status = ZC_EXIT_OK, err;
	struct row *rows;

	commands_parse(&syntax, argc, argv, &a);
	rows = xcalloc(a.count, sizeof(*rows));
	err = identity_borrow(&caller);
	for (size_t i = 0; i < a.count && !err; i++) {
		rows[i].path = a.paths[i];
		judge(&rows[i]);
		if (!is_good(&rows[i]))
			status = ZC_EXIT_CLAIM;
	}
	if (!err)
		identity_return();
	find_same(rows, a.count);
	if (err)
		status = complain(ZC_EXIT_FAILED, "lab check: %s", strerror(-err));
	else if (write_all(&a, rows))
		status = ZC_EXIT_FAILED;
	free(rows);
	return status;
}
