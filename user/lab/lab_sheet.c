// SPDX-License-Identifier: GPL-2.0
/* Sets predictions beside measurements: see lab_sheet.h; for the terminal and as Markdown. What a
 * student wrote is text from outside. lab_html.c has the page. Called by cmd_lab.c. */
#include "lab_sheet.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "paragraph.h"

void lab_sheet_fill(struct lab_sheet *sheet, const struct lab *lab, const struct handin *handin)
{
	struct rule_evidence evidence[LAB_MAX_MEASUREMENTS];

	*sheet = (struct lab_sheet){ .lab = lab, .handin = handin };
	handin_evidence(handin, lab, evidence);
	for (size_t i = 0; i < lab->measurement_count && !sheet->machine; i++) {
		if (evidence[i].report)
			sheet->machine = &evidence[i].report->machine;
	}
	for (size_t i = 0; i < lab->prediction_count; i++) {
		struct lab_row *row = &sheet->rows[i];
		struct lab_value value;

		row->prediction = &lab->predictions[i];
		row->answer = handin_prediction(handin, row->prediction->id);
		if (lab_evaluate(row->prediction->where, evidence, lab->measurement_count, &value))
			snprintf(value.why, sizeof(value.why), "the lab's text is wrong here: %.180s",
				 row->prediction->where);
		lab_value_text(row->prediction, &value, row->measured);
		memcpy(row->why, value.why, sizeof(row->why));
		row->judgement = lab_judge(row->prediction, row->answer, &value);
		sheet->right += row->judgement == LAB_RIGHT;
	}
}

void lab_print(FILE *out, lab_escape *escape, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	for (const char *at; (at = strchr(format, '%')); format = at + 2) {
		fwrite(format, 1, at - format, out);
		if (at[1] == 's')
			escape(out, va_arg(arguments, const char *));
		else
			fprintf(out, "%u", va_arg(arguments, unsigned int));
	}
	va_end(arguments);
	fputs(format, out);
}

/* --- the terminal --- */

/* "crossings"; of "a / b / c" the choices are long, and the answer is one of them. */
static const char *shown_unit(const struct lab_prediction *prediction)
{
	return strstr(prediction->unit, " / ") ? "" : prediction->unit;
}

struct table *lab_sheet_predictions(const struct lab_sheet *sheet)
{
	static const struct table_column columns[] = {
		{ "question", .wraps = true },	  { "predicted", .right = true },
		{ "measured", .right = true },	  { "unit", .right = false },
		{ "counts as", .right = false },
	};
	static const enum tone tones[] = {
		[LAB_RIGHT] = TONE_GOOD, [LAB_WRONG] = TONE_BAD,
		[LAB_NOT_PREDICTED] = TONE_DIM, [LAB_NOT_MEASURED] = TONE_DOUBT,
	};
	struct table *table = table_new(columns, sizeof(columns) / sizeof(columns[0]));

	for (size_t i = 0; i < sheet->lab->prediction_count; i++) {
		const struct lab_row *row = &sheet->rows[i];

		table_cell(table, TONE_PLAIN, row->prediction->question);
		table_cell(table, TONE_PLAIN, *row->answer ? row->answer : "—");
		table_cell(table, TONE_BOLD, row->measured);
		table_cell(table, TONE_DIM, shown_unit(row->prediction));
		table_cell(table, tones[row->judgement], lab_judgement_text(row->judgement));
		if (*row->why)
			table_remark(table, TONE_DIM, "not measured: %s", row->why);
	}
	return table;
}

void lab_sheet_text(const struct lab_sheet *sheet, const struct render_options *options, FILE *out)
{
	struct table *table = lab_sheet_predictions(sheet);

	table_print_text(table, options, out);
	table_free(table);
	fprintf(out, "\n  %zu of %zu predictions are right.\n", sheet->right,
		sheet->lab->prediction_count);
}

/* --- Markdown --- */

static void print_head(FILE *out, const struct lab_sheet *sheet)
{
	const struct report_machine *machine = sheet->machine;
	const char *name = handin_name(sheet->handin);

	lab_print(out, render_markdown_text, "# Lab %u: %s\n\nBy %s, %s.\n\n", sheet->lab->number,
		  sheet->lab->title, *name ? name : "(no name)", handin_written(sheet->handin));
	if (machine)
		lab_print(out, render_markdown_text, "Measured on %s, %u CPU%s, Linux %s.\n\n",
			  machine->cpu_model ? machine->cpu_model : "a CPU of unknown model",
			  (unsigned int)machine->cpus, machine->cpus == 1 ? "" : "s",
			  machine->kernel ? machine->kernel : "?");
}

static void print_rows(FILE *out, const struct lab_sheet *sheet)
{
	struct table *table = lab_sheet_predictions(sheet);

	fputs("## Prediction and measurement\n\n", out);
	table_print_markdown(table, out);
	table_free(table);
	fprintf(out, "\n%zu of %zu predictions are right.\n", sheet->right,
		sheet->lab->prediction_count);
}

static void print_answers(FILE *out, const struct lab_sheet *sheet)
{
	fputs("\n## Explanation\n", out);
	for (size_t i = 0; i < sheet->lab->question_count; i++) {
		const char *answer = handin_explanation(sheet->handin, i);

		lab_print(out, render_markdown_text, "\n**%u. %s**\n\n%s\n", (unsigned int)i + 1,
			  sheet->lab->questions[i], *answer ? answer : "(no answer yet)");
	}
}

struct table *lab_sheet_reports(const struct lab_sheet *sheet)
{
	static const struct table_column columns[] = {
		{ "raw report", .right = false }, { "SHA-256", .right = false },
	};
	struct table *table = table_new(columns, 2);

	for (size_t i = 0; i < sheet->handin->report_count; i++) {
		table_cell(table, TONE_PLAIN, sheet->handin->reports[i].file);
		table_cell(table, TONE_PLAIN, sheet->handin->reports[i].found);
	}
	return table;
}

static void print_evidence(FILE *out, const struct lab_sheet *sheet)
{
	struct table *table = lab_sheet_reports(sheet);

	fputs("\n## Evidence\n\n", out);
	table_print_markdown(table, out);
	table_free(table);
	lab_print(out, render_markdown_text, "\nPredictions sealed %s, SHA-256 %s.\n",
		  handin_sealed_at(sheet->handin), handin_seal_digest(sheet->handin));
}

int lab_sheet_markdown(FILE *out, void *context)
{
	const struct lab_sheet *sheet = context;

	print_head(out, sheet);
	print_rows(out, sheet);
	print_answers(out, sheet);
	print_evidence(out, sheet);
	return ferror(out) ? -EIO : 0;
}
