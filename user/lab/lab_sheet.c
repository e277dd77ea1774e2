// SPDX-License-Identifier: GPL-2.0
/* Sets predictions beside measurements: see lab_sheet.h; for the terminal and as Markdown. What a
 * student wrote is text from outside. lab_html.c has the page. Called by cmd_lab.c. */
#include "lab_sheet.h"

#include <errno.h>
#include <string.h>

#include "grid.h"
#include "markdown.h"

void lab_sheet_fill(struct lab_sheet *sheet, const struct lab *lab, const struct handin *handin)
{
	struct lab_evidence evidence[LAB_MAX_MEASUREMENTS];

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

/* --- the terminal --- */

/* "crossings"; of "a / b / c" the choices are long, and the answer is one of them. */
static const char *shown_unit(const struct lab_prediction *prediction)
{
	return strstr(prediction->unit, " / ") ? "" : prediction->unit;
}

void lab_sheet_text(const struct lab_sheet *sheet, const struct render_options *options, FILE *out)
{
	static const struct grid_column columns[] = {
		{ "question", .wraps = true },	  { "predicted", .right = true },
		{ "measured", .right = true },	  { "unit", .right = false },
		{ "counts as", .right = false },
	};
	static const enum grid_color colors[] = {
		[LAB_RIGHT] = GRID_GOOD, [LAB_WRONG] = GRID_BAD,
		[LAB_NOT_PREDICTED] = GRID_DIM, [LAB_NOT_MEASURED] = GRID_DOUBT,
	};
	struct grid *grid = grid_new(columns, sizeof(columns) / sizeof(columns[0]));

	for (size_t i = 0; i < sheet->lab->prediction_count; i++) {
		const struct lab_row *row = &sheet->rows[i];

		grid_cell(grid, GRID_PLAIN, row->prediction->question);
		grid_cell(grid, GRID_PLAIN, *row->answer ? row->answer : "—");
		grid_cell(grid, GRID_BOLD, row->measured);
		grid_cell(grid, GRID_DIM, shown_unit(row->prediction));
		grid_cell(grid, colors[row->judgement], lab_judgement_text(row->judgement));
		if (*row->why)
			grid_below(grid, GRID_DIM, "not measured: %s", row->why);
	}
	grid_print(grid, options, out);
	grid_free(grid);
	fprintf(out, "\n  %zu of %zu predictions are right.\n", sheet->right,
		sheet->lab->prediction_count);
}

/* --- Markdown --- */

static void print_head(FILE *out, const struct lab_sheet *sheet)
{
	const struct report_machine *machine = sheet->machine;
	const char *name = handin_name(sheet->handin);

	fprintf(out, "# Lab %d: ", sheet->lab->number);
	render_markdown_text(out, sheet->lab->title);
	fputs("\n\nBy ", out);
	render_markdown_text(out, *name ? name : "(no name)");
	fputs(", ", out);
	render_markdown_text(out, handin_written(sheet->handin));
	fputs(".\n\n", out);
	if (!machine)
		return;
	fputs("Measured on ", out);
	render_markdown_text(out, machine->cpu_model ? machine->cpu_model : "a CPU of unknown model");
	fprintf(out, ", %llu CPU%s, Linux ", machine->cpus, machine->cpus == 1 ? "" : "s");
	render_markdown_text(out, machine->kernel ? machine->kernel : "?");
	fputs(".\n\n", out);
}

static void print_rows(FILE *out, const struct lab_sheet *sheet)
{
	fputs("## Prediction and measurement\n\n| question | predicted | measured | unit | counts as |\n",
	      out);
	markdown_rule(out, 1, 2);
	fputs(" --- | --- |\n", out);
	for (size_t i = 0; i < sheet->lab->prediction_count; i++) {
		const struct lab_row *row = &sheet->rows[i];

		putc('|', out);
		markdown_cell(out, row->prediction->question);
		markdown_cell(out, *row->answer ? row->answer : "—");
		markdown_cell(out, *row->why ? row->why : row->measured);
		markdown_cell(out, shown_unit(row->prediction));
		markdown_cell(out, lab_judgement_text(row->judgement));
		putc('\n', out);
	}
	fprintf(out, "\n%zu of %zu predictions are right.\n", sheet->right,
		sheet->lab->prediction_count);
}

static void print_answers(FILE *out, const struct lab_sheet *sheet)
{
	fputs("\n## Explanation\n", out);
	for (size_t i = 0; i < sheet->lab->question_count; i++) {
		const char *answer = handin_explanation(sheet->handin, i);

		fprintf(out, "\n**%zu. ", i + 1);
		render_markdown_text(out, sheet->lab->questions[i]);
		fputs("**\n\n", out);
		render_markdown_text(out, *answer ? answer : "(no answer yet)");
		putc('\n', out);
	}
}

static void print_evidence(FILE *out, const struct lab_sheet *sheet)
{
	fputs("\n## Evidence\n\n| raw report | SHA-256 |\n", out);
	markdown_rule(out, 2, 0);
	putc('\n', out);
	for (size_t i = 0; i < sheet->handin->report_count; i++) {
		putc('|', out);
		markdown_cell(out, sheet->handin->reports[i].file);
		markdown_cell(out, sheet->handin->reports[i].found);
		putc('\n', out);
	}
	fputs("\nPredictions sealed ", out);
	render_markdown_text(out, handin_sealed_at(sheet->handin));
	fputs(", SHA-256 ", out);
	render_markdown_text(out, handin_seal_digest(sheet->handin));
	fputs(".\n", out);
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
