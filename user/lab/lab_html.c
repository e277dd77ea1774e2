// SPDX-License-Identifier: GPL-2.0
/* The lab report as one page that needs nothing else and runs nothing: see lab_sheet.h.
 * Called by cmd_lab.c. */
#include "lab_sheet.h"

#include <errno.h>
#include <string.h>

#include "html.h"
#include "sha256.h"
#include "version.h"

static const struct {
	const char *text, *end;
} style = { web_report_css, web_report_css_end };

/* No script runs and nothing is loaded, whatever a student has written. */
static void head(FILE *out, const struct lab_sheet *sheet)
{
	size_t bytes = (size_t)(style.end - style.text);
	char text[SHA256_BASE64_BYTES];

	sha256_base64(style.text, bytes, text);
	fprintf(out, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		"base-uri 'none'; form-action 'none'; style-src 'sha256-%s'\">\n"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		"<meta name=\"color-scheme\" content=\"light dark\">\n<title>Lab %d: ",
		text, sheet->lab->number);
	html_text(out, sheet->lab->title);
	fputs("</title>\n<style>", out);
	fwrite(style.text, 1, bytes, out);
	fputs("</style>\n</head>\n", out);
}

static void title(FILE *out, const struct lab_sheet *sheet)
{
	const struct report_machine *machine = sheet->machine;
	const char *name = handin_name(sheet->handin);

	fprintf(out, "<body>\n<header class=\"top\"><p class=\"mark\"><b>zctrace</b> lab %d</p></header>\n"
		"<main id=\"main\">\n<h1>", sheet->lab->number);
	html_text(out, sheet->lab->title);
	fputs("</h1>\n<p class=\"lead\">By ", out);
	html_text(out, *name ? name : "(no name)");
	fputs("</p>\n<p class=\"conditions\"><span>", out);
	html_text(out, handin_written(sheet->handin));
	fputs("</span>", out);
	if (machine) {
		fputs(" <span>", out);
		html_text(out, machine->cpu_model ? machine->cpu_model : "a CPU of unknown model");
		fprintf(out, ", %llu CPU%s</span> <span>Linux ", machine->cpus,
			machine->cpus == 1 ? "" : "s");
		html_text(out, machine->kernel);
		fputs("</span>", out);
	}
	fputs("</p>\n", out);
}

static void cell(FILE *out, const char *label, const char *text)
{
	fprintf(out, "<td data-label=\"%s\">", label);
	html_text(out, text);
	fputs("</td>", out);
}

static void judgement_cell(FILE *out, enum lab_judgement judgement)
{
	static const char *const classes[] = {
		[LAB_RIGHT] = "holds", [LAB_WRONG] = "doesnot",
		[LAB_NOT_PREDICTED] = "unknown", [LAB_NOT_MEASURED] = "unknown",
	};

	fprintf(out, "<td data-label=\"counts as\"><b class=\"verdict %s\">%s</b></td>",
		classes[judgement], lab_judgement_text(judgement));
}

static void rows(FILE *out, const struct lab_sheet *sheet)
{
	fputs("<section aria-labelledby=\"rows\"><h2 id=\"rows\">Prediction and measurement</h2>\n",
	      out);
	html_scroll_open(out, "Prediction and measurement");
	fputs("<table>\n<thead><tr><th scope=\"col\">question</th><th scope=\"col\">predicted</th>"
	      "<th scope=\"col\">measured</th><th scope=\"col\">unit</th><th scope=\"col\">counts as</th>"
	      "</tr></thead>\n<tbody>\n", out);
	for (size_t i = 0; i < sheet->lab->prediction_count; i++) {
		const struct lab_row *row = &sheet->rows[i];

		fputs("<tr><th scope=\"row\">", out);
		html_text(out, row->prediction->question);
		fputs("</th>", out);
		cell(out, "predicted", *row->answer ? row->answer : "—");
		if (*row->why) {
			fputs("<td data-label=\"measured\">", out);
			html_not_measured(out, row->why);
			fputs("</td>", out);
		} else {
			cell(out, "measured", row->measured);
		}
		cell(out, "unit",
		     strstr(row->prediction->unit, " / ") ? "" : row->prediction->unit);
		judgement_cell(out, row->judgement);
		fputs("</tr>\n", out);
	}
	fputs("</tbody></table>\n", out);
	html_scroll_close(out);
	fprintf(out, "<p class=\"tally\"><b>%zu of %zu</b> predictions are right.</p></section>\n",
		sheet->right, sheet->lab->prediction_count);
}

static void answers(FILE *out, const struct lab_sheet *sheet)
{
	fputs("<section aria-labelledby=\"answers\"><h2 id=\"answers\">Explanation</h2>\n", out);
	for (size_t i = 0; i < sheet->lab->question_count; i++) {
		const char *answer = handin_explanation(sheet->handin, i);

		fprintf(out, "<h3>%zu. ", i + 1);
		html_text(out, sheet->lab->questions[i]);
		fputs("</h3>\n<p>", out);
		html_text(out, *answer ? answer : "(no answer yet)");
		fputs("</p>\n", out);
	}
	fputs("</section>\n", out);
}

static void evidence(FILE *out, const struct lab_sheet *sheet)
{
	fputs("<section aria-labelledby=\"evidence\"><h2 id=\"evidence\">Evidence</h2>\n", out);
	html_scroll_open(out, "Evidence");
	fputs("<table>\n<thead><tr><th scope=\"col\">raw report</th><th scope=\"col\">SHA-256</th></tr>"
	      "</thead>\n<tbody>\n", out);
	for (size_t i = 0; i < sheet->handin->report_count; i++) {
		fputs("<tr><th scope=\"row\">", out);
		html_text(out, sheet->handin->reports[i].file);
		fprintf(out, "</th><td><code>%s</code></td></tr>\n",
			sheet->handin->reports[i].found);
	}
	fputs("</tbody></table>\n", out);
	html_scroll_close(out);
	fputs("<p>Predictions sealed ", out);
	html_text(out, handin_sealed_at(sheet->handin));
	fputs(", SHA-256 <code>", out);
	html_text(out, handin_seal_digest(sheet->handin));
	fputs("</code>.</p>\n", out);
	fputs("</section>\n</main>\n<footer><p>Made by zctrace ", out);
	html_text(out, ZCTRACE_VERSION);
	fputs(".</p></footer>\n</body>\n</html>\n", out);
}

int lab_sheet_html(FILE *out, void *context)
{
	const struct lab_sheet *sheet = context;

	head(out, sheet);
	title(out, sheet);
	rows(out, sheet);
	answers(out, sheet);
	evidence(out, sheet);
	return ferror(out) ? -EIO : 0;
}
