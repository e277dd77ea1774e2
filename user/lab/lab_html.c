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
	lab_print(out, html_text, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		"base-uri 'none'; form-action 'none'; style-src 'sha256-%s'\">\n"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		"<meta name=\"color-scheme\" content=\"light dark\">\n<title>Lab %u: "
		"%s</title>\n<style>", text, sheet->lab->number, sheet->lab->title);
	fwrite(style.text, 1, bytes, out);
	fputs("</style>\n</head>\n", out);
}

static void title(FILE *out, const struct lab_sheet *sheet)
{
	const struct report_machine *machine = sheet->machine;
	const char *name = handin_name(sheet->handin);

	lab_print(out, html_text, "<body>\n<header class=\"top\"><p class=\"mark\"><b>zctrace</b> lab %u"
		  "</p></header>\n<main id=\"main\">\n<h1>%s</h1>\n<p class=\"lead\">By %s</p>\n"
		  "<p class=\"conditions\"><span>%s</span>", sheet->lab->number, sheet->lab->title,
		  *name ? name : "(no name)", handin_written(sheet->handin));
	if (machine)
		lab_print(out, html_text, " <span>%s, %u CPU%s</span> <span>Linux %s</span>",
			  machine->cpu_model ? machine->cpu_model : "a CPU of unknown model",
			  (unsigned int)machine->cpus, machine->cpus == 1 ? "" : "s",
			  machine->kernel);
	fputs("</p>\n", out);
}

static void rows(FILE *out, const struct lab_sheet *sheet)
{
	struct table *table = lab_sheet_predictions(sheet);

	fputs("<section aria-labelledby=\"rows\"><h2 id=\"rows\">Prediction and measurement</h2>\n",
	      out);
	table_print_html(table, "predictions", "predictions beside what was measured", out);
	table_free(table);
	fprintf(out, "<p class=\"tally\"><b>%zu of %zu</b> predictions are right.</p></section>\n",
		sheet->right, sheet->lab->prediction_count);
}

static void answers(FILE *out, const struct lab_sheet *sheet)
{
	fputs("<section aria-labelledby=\"answers\"><h2 id=\"answers\">Explanation</h2>\n", out);
	for (size_t i = 0; i < sheet->lab->question_count; i++) {
		const char *answer = handin_explanation(sheet->handin, i);

		lab_print(out, html_text, "<h3>%u. %s</h3>\n<p>%s</p>\n", (unsigned int)i + 1,
			  sheet->lab->questions[i], *answer ? answer : "(no answer yet)");
	}
	fputs("</section>\n", out);
}

static void evidence(FILE *out, const struct lab_sheet *sheet)
{
	struct table *table = lab_sheet_reports(sheet);

	fputs("<section aria-labelledby=\"evidence\"><h2 id=\"evidence\">Evidence</h2>\n", out);
	table_print_html(table, "reports", "raw reports", out);
	table_free(table);
	lab_print(out, html_text, "<p>Predictions sealed %s, SHA-256 <code>%s</code>.</p>\n</section>\n"
		  "</main>\n<footer><p>Made by zctrace %s.</p></footer>\n</body>\n</html>\n",
		  handin_sealed_at(sheet->handin), handin_seal_digest(sheet->handin),
		  ZCTRACE_VERSION);
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
