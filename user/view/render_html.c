// SPDX-License-Identifier: GPL-2.0
/* A report as one HTML page that needs nothing else: no network, no other file. All numbers are in
 * the page itself; scripts only let people zoom and point. render.c has it in its table. */
#include <errno.h>
#include <string.h>

#include "html.h"
#include "render.h"
#include "sha256.h"
#include "size.h"
#include "title.h"

struct web_file {
	const char *text, *end;
};

static const struct web_file style = { web_report_css, web_report_css_end };

/* In this order; the charts need d3, which is empty where the library was not there at build. */
static const struct web_file scripts[] = {
	{ web_d3_js, web_d3_js_end },
	{ web_report_js, web_report_js_end },
	{ web_timeline_js, web_timeline_js_end },
	{ web_charts_js, web_charts_js_end },
	{ web_sweep_js, web_sweep_js_end },
};
#define SCRIPT_COUNT (sizeof(scripts) / sizeof(scripts[0]))

static size_t file_bytes(const struct web_file *file)
{
	return (size_t)(file->end - file->text);
}

/* A script that would end its own element is left out too. */
static bool is_embedded(const struct web_file *file)
{
	return file_bytes(file) > 0 && !memmem(file->text, file_bytes(file), "</script", 8);
}

static void policy_hash(FILE *out, const struct web_file *file)
{
	char text[SHA256_BASE64_BYTES];

	sha256_base64(file->text, file_bytes(file), text);
	fprintf(out, " 'sha256-%s'", text);
}

/* Nothing is loaded, and no script runs but the ones embedded here, whatever a report contains. */
static void policy(FILE *out)
{
	fputs("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	      "base-uri 'none'; form-action 'none'; img-src data:; style-src", out);
	policy_hash(out, &style);
	fputs("; script-src", out);
	for (size_t i = 0; i < SCRIPT_COUNT; i++) {
		if (is_embedded(&scripts[i]))
			policy_hash(out, &scripts[i]);
	}
	fputs("\">\n", out);
}

static void write_style(FILE *out)
{
	fputs("<style>", out);
	fwrite(style.text, 1, file_bytes(&style), out);
	fputs("</style>\n", out);
}

static void write_scripts(FILE *out)
{
	for (size_t i = 0; i < SCRIPT_COUNT; i++) {
		if (!is_embedded(&scripts[i]))
			continue;
		fputs("<script>", out);
		fwrite(scripts[i].text, 1, file_bytes(&scripts[i]), out);
		fputs("</script>\n", out);
	}
}

static void head(FILE *out, const struct report *report)
{
	fputs("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n", out);
	policy(out);
	fputs("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	      "<meta name=\"color-scheme\" content=\"light dark\">\n"
	      "<meta name=\"generator\" content=\"zctrace\">\n"
	      "<link rel=\"icon\" href=\"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' "
	      "viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='3' fill='%2317324d'/%3E%3Cpath "
	      "d='M2 8h12' stroke='%23fff' stroke-dasharray='2 1.5'/%3E%3Cpath d='M5 13V4M11 3v9' "
	      "stroke='%23ff9a5c' stroke-width='2'/%3E%3C/svg%3E\">\n<title>zctrace ", out);
	html_text(out, report->mode);
	if (report->sentence_count) {
		fputs(": ", out);
		html_text(out, report->sentences[0]);
	}
	fputs("</title>\n", out);
	write_style(out);
	fputs("</head>\n", out);
}

/* Shapes used by name: the verdicts, and the fillings that tell states apart without colour. */
static void shapes(FILE *out)
{
	fputs("<svg class=\"shapes\" width=\"0\" height=\"0\" aria-hidden=\"true\"><defs>\n"
	      "<symbol id=\"icon-holds\" viewBox=\"0 0 16 16\"><path d=\"M3 8.5L6.5 12L13 4.5\"/></symbol>\n"
	      "<symbol id=\"icon-doesnot\" viewBox=\"0 0 16 16\"><path d=\"M4 4L12 12M12 4L4 12\"/></symbol>\n"
	      "<symbol id=\"icon-holdsif\" viewBox=\"0 0 16 16\"><path d=\"M8 2.5V13.5\"/>"
	      "<path class=\"fill\" d=\"M8 2.5A5.5 5.5 0 0 1 8 13.5Z\"/>"
	      "<circle cx=\"8\" cy=\"8\" r=\"5.5\"/></symbol>\n"
	      "<symbol id=\"icon-copied\" viewBox=\"0 0 16 16\"><path d=\"M3 3H10V10H3ZM6 10V13H13V6H10\"/>"
	      "</symbol>\n"
	      "<symbol id=\"icon-unknown\" viewBox=\"0 0 16 16\"><path d=\"M5 6A3 3 0 1 1 8 9V10\"/>"
	      "<path d=\"M8 12.6V13\"/></symbol>\n"
	      "<pattern id=\"hatch\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" "
	      "patternTransform=\"rotate(45)\"><rect class=\"hatch-ground\" width=\"6\" height=\"6\"/>"
	      "<rect class=\"hatch-line\" width=\"1.6\" height=\"6\"/></pattern>\n"
	      "<pattern id=\"dotted\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\">"
	      "<rect class=\"dotted-ground\" width=\"5\" height=\"5\"/>"
	      "<circle class=\"dotted-dot\" cx=\"2.5\" cy=\"2.5\" r=\"1.2\"/></pattern>\n"
	      "</defs></svg>\n", out);
}

/* Whether zctrace set the condition, and did not take it "as it was". */
static bool is_chosen(const char *condition)
{
	return condition && strcmp(condition, "as it was");
}

/* What was measured and how, in one line. */
static void conditions(FILE *out, const struct report *report)
{
	const struct report_config *config = &report->config;
	char size[SIZE_TEXT_BYTES], strain[TITLE_BYTES];

	fputs("<p class=\"conditions\">", out);
	if (config->payload_bytes)
		fprintf(out, "<span>%s</span> ",
			size_format(config->payload_bytes, size, sizeof(size)));
	if (is_chosen(config->cache)) {
		fputs("<span>page cache ", out);
		html_text(out, config->cache);
		fputs("</span> ", out);
	}
	if (is_chosen(config->link)) {
		fputs("<span>", out);
		html_text(out, strcmp(config->link, "several") ? config->link : "several links");
		fputs("</span> ", out);
	}
	if (config->receiver && strcmp(config->receiver, "recv")) {
		fputs("<span>receiver: ", out);
		html_text(out, config->receiver);
		fputs("</span> ", out);
	}
	if (*strain_title(config, strain)) {
		fputs("<span>", out);
		html_text(out, strain);
		fputs("</span> ", out);
	}
	fputs("<span>Linux ", out);
	html_text(out, report->machine.kernel);
	fputs("</span> ", out);
	if (config->repeats && report->scenario_count && report->scenarios[0].run_count)
		fprintf(out, "<span>%llu run%s each</span> ", config->repeats,
			config->repeats == 1 ? "" : "s");
	if (config->started) {
		fputs("<span>", out);
		html_text(out, config->started);
		fputs("</span>", out);
	}
	fputs("</p>\n", out);
}

static void page_header(FILE *out, const struct report *report)
{
	fputs("<body>\n<a class=\"skip\" href=\"#main\">To the findings</a>\n", out);
	shapes(out);
	fputs("<header class=\"top\"><p class=\"mark\"><b>zctrace</b> ", out);
	html_text(out, report->mode);
	fputs("</p>\n<nav aria-label=\"Sections\"></nav>\n"
	      "<button type=\"button\" id=\"theme\" hidden>dark</button>\n</header>\n"
	      "<main id=\"main\">\n", out);
	conditions(out, report);
}

static void page_footer(FILE *out, const struct report *report)
{
	fputs("</main>\n<footer><p>Made by zctrace ", out);
	html_text(out, report->tool.version);
	fputs(" from a measurement on this page's machine. Every number is measured, or says why it is "
	      "not.</p>\n", out);
	if (is_embedded(&scripts[0]))
		fputs("<p>Charts by D3, © Mike Bostock, BSD-3-Clause.</p>\n", out);
	else
		fputs("<p id=\"no-charts\">This zctrace was built without D3: the pictures on this page "
		      "cannot be zoomed. The tables have every number.</p>\n", out);
	fputs("</footer>\n", out);
}

int render_html(const struct report *report, const struct render_options *options, FILE *out)
{
	(void)options;
	errno = 0;
	head(out, report);
	page_header(out, report);
	html_findings(out, report);
	html_sweep(out, report);
	html_paths(out, report);
	html_crossings(out, report);
	html_times(out, report);
	html_runs(out, report);
	html_evidence(out, report);
	page_footer(out, report);
	write_scripts(out);
	fputs("</body>\n</html>\n", out);
	if (fflush(out) != 0 || ferror(out))
		return errno ? -errno : -EIO;
	return 0;
}
