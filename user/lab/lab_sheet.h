/* SPDX-License-Identifier: GPL-2.0 */
/* The lab report: predictions beside measurements, the answers, the machine and the digests, as one
 * tree of values, made from a hand-in, and its three forms. They compute nothing. */
#ifndef ZC_LAB_SHEET_H
#define ZC_LAB_SHEET_H

#include "handin.h"
#include "render.h"

struct lab_row {
	const struct lab_prediction *prediction;
	const char *answer;		/* as the student wrote it, "" = none */
	char measured[LAB_TEXT_BYTES];	/* "39,324", "—" */
	char why[LAB_TEXT_BYTES];	/* "—": the reason */
	enum lab_judgement judgement;
};

struct lab_sheet {
	const struct lab *lab;
	const struct handin *handin;
	const struct report_machine *machine;	/* of the first report; NULL = there is none */
	struct lab_row rows[LAB_MAX_PREDICTIONS];
	size_t right;
};

/* Writes format, in which each %s is a text from outside, for escape to write, and %u a number. */
typedef void lab_escape(FILE *out, const char *text);
void lab_print(FILE *out, lab_escape *escape, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Both must outlive the sheet. */
void lab_sheet_fill(struct lab_sheet *sheet, const struct lab *lab, const struct handin *handin);

/* Predictions and measurements side by side. */
/* What was predicted beside what was measured, and the raw reports, for every format. The caller
 * frees them. */
struct table *lab_sheet_predictions(const struct lab_sheet *sheet);
struct table *lab_sheet_reports(const struct lab_sheet *sheet);

void lab_sheet_text(const struct lab_sheet *sheet, const struct render_options *options, FILE *out);
/* The whole lab report. output_writers: context is a struct lab_sheet. */
int lab_sheet_markdown(FILE *out, void *context);
int lab_sheet_html(FILE *out, void *context);

#endif
