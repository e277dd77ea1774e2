// SPDX-License-Identifier: GPL-2.0
/* The top of the HTML page: what was found in a sentence, advice, and the claims with verdicts.
 * Called by render_html.c. */
#include <string.h>

#include "html.h"

/* Classes in report.css, and the names of the icons that render_html.c defines. */
static const char *const verdict_class[] = {
	[VERDICT_HOLDS] = "holds",
	[VERDICT_DOES_NOT] = "doesnot",
	[VERDICT_HOLDS_IF] = "holdsif",
	[VERDICT_NOT_MEASURED] = "unknown",
};

static void sentences(FILE *out, const struct report *report)
{
	fputs("<h1 id=\"finding\">", out);
	if (report->sentence_count) {
		html_text(out, report->sentences[0]);
	} else {
		fputs("What zctrace ", out);
		html_text(out, report->mode);
		fputs(" measured", out);
	}
	fputs("</h1>\n", out);
	for (size_t i = 1; i < report->sentence_count; i++) {
		fputs("<p class=\"lead\">", out);
		html_text(out, report->sentences[i]);
		fputs("</p>\n", out);
	}
}

static void warnings(FILE *out, const struct report *report)
{
	if (report->warning_count == 0)
		return;
	fputs("<aside class=\"warnings\" aria-labelledby=\"warnings-title\">"
	      "<h2 id=\"warnings-title\">Advice</h2>\n<ul>\n", out);
	for (size_t i = 0; i < report->warning_count; i++) {
		fputs("<li>", out);
		html_text(out, report->warnings[i]);
		fputs("</li>\n", out);
	}
	fputs("</ul></aside>\n", out);
}

static void detail(FILE *out, const char *term, const char *text)
{
	if (!text)
		return;
	fprintf(out, "<dt>%s</dt><dd>", term);
	html_text(out, text);
	fputs("</dd>\n", out);
}

static void claim_figures(FILE *out, const struct report_claim *claim)
{
	fputs("<td data-label=\"documents say\">", out);
	html_text(out, claim->documents);
	fputs("</td>\n<td data-label=\"measured\" class=\"measured\">", out);
	if (claim->measured.why) {
		fputs(claim->measured_text ? "" : "—", out);
		html_text(out, claim->measured_text);
	} else {
		fprintf(out, "<data value=\"%.17g\">", claim->measured.value);
		html_text(out, claim->measured_text);
		fputs("</data>", out);
	}
	fprintf(out, "</td>\n<td data-label=\"verdict\"><span class=\"verdict %s\">"
		"<svg class=\"icon\" aria-hidden=\"true\"><use href=\"#icon-%s\"/></svg>%s</span></td>\n",
		verdict_class[claim->verdict], verdict_class[claim->verdict],
		report_claim_verdict(claim));
}

static void claim_reasons(FILE *out, const struct report_claim *claim)
{
	fputs("<tr class=\"because\"><td colspan=\"4\">", out);
	if (claim->condition) {
		fputs("<p class=\"condition\">", out);
		html_text(out, claim->condition);
		fputs("</p>\n", out);
	}
	if (claim->why) {
		fputs("<p class=\"why\">", out);
		html_text(out, claim->why);
		fputs("</p>\n", out);
	}
	if (claim->note) {
		fputs("<p class=\"why\">", out);
		html_text(out, claim->note);
		fputs("</p>\n", out);
	}
	fputs("<details><summary>Evidence and rule</summary><dl>\n", out);
	detail(out, "rule", claim->rule);
	detail(out, "evidence", claim->evidence);
	detail(out, "unit", claim->unit);
	if (claim->measured.why && !(claim->why && !strcmp(claim->why, claim->measured.why)))
		detail(out, "no figure", claim->measured.why);
	detail(out, "claim", claim->id);
	fputs("</dl></details></td></tr>\n", out);
}

static void tally(FILE *out, const struct report *report)
{
	static const char *const words[][2] = {
		[VERDICT_HOLDS] = { "holds", "hold" },
		[VERDICT_DOES_NOT] = { "does not hold", "do not hold" },
		[VERDICT_HOLDS_IF] = { "holds under a condition", "hold under a condition" },
		[VERDICT_NOT_MEASURED] = { "was not measured", "were not measured" },
	};
	const char *comma = "";

	fputs("<p class=\"tally\">", out);
	for (int verdict = VERDICT_HOLDS; verdict <= VERDICT_NOT_MEASURED; verdict++) {
		size_t count = 0;

		for (size_t i = 0; i < report->claim_count; i++)
			count += (int)report->claims[i].verdict == verdict;
		if (count == 0)
			continue;
		fprintf(out, "%s<b>%zu</b> %s", comma, count,
			words[verdict][count > 1]);
		comma = " · ";
	}
	fputs("</p>\n", out);
}

static void claims(FILE *out, const struct report *report)
{
	if (report->claim_count == 0)
		return;
	fputs("<section id=\"claims\" data-short=\"Claims\" aria-labelledby=\"claims-title\">\n"
	      "<h2 id=\"claims-title\">What the documents say, and what was measured</h2>\n", out);
	tally(out, report);
	fputs("<table class=\"claims\">\n<thead><tr><th scope=\"col\">claim</th>"
	      "<th scope=\"col\">documents say</th><th scope=\"col\">measured</th>"
	      "<th scope=\"col\">verdict</th></tr></thead>\n", out);
	for (size_t i = 0; i < report->claim_count; i++) {
		const struct report_claim *claim = &report->claims[i];

		fputs("<tbody>\n<tr class=\"claim\" data-claim=\"", out);
		html_text(out, claim->id);
		fputs("\"><th scope=\"row\">", out);
		html_text(out, claim->text);
		fputs(" <span class=\"source\">", out);
		html_text(out, claim->source);
		fputs("</span></th>\n", out);
		claim_figures(out, claim);
		fputs("</tr>\n", out);
		claim_reasons(out, claim);
		fputs("</tbody>\n", out);
	}
	fputs("</table>\n</section>\n", out);
}

void html_findings(FILE *out, const struct report *report)
{
	sentences(out, report);
	warnings(out, report);
	html_flows(out, report);
	claims(out, report);
}
