// SPDX-License-Identifier: GPL-2.0
/* A report as one HTML page that needs nothing else: no network, no other file. web/report.html is
 * the template; what stands in {{braces}} there is a row of slots[] here. All numbers are in
 * tables, and as JSON for the scripts that draw the pictures. render.c has it in its table. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "html.h"
#include "page.h"
#include "sha256.h"
#include "shell_word.h"
#include "size.h"
#include "sweep.h"
#include "tables.h"
#include "texts.h"
#include "title.h"

struct web_file {
	const char *text, *end;
};

static const struct web_file page = { web_report_html, web_report_html_end };
static const struct web_file style = { web_report_css, web_report_css_end };

/* In this order; the charts need d3, which is empty where the library was not there at build. */
static const struct web_file scripts[] = {
	{ web_d3_js, web_d3_js_end },	      { web_report_js, web_report_js_end },
	{ web_path_js, web_path_js_end },     { web_timeline_js, web_timeline_js_end },
	{ web_charts_js, web_charts_js_end }, { web_sweep_js, web_sweep_js_end },
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

/* --- the head --- */

static void put_hash(FILE *out, const struct web_file *file)
{
	char text[SHA256_BASE64_BYTES];

	sha256_base64(file->text, file_bytes(file), text);
	fprintf(out, " 'sha256-%s'", text);
}

/* Nothing is loaded, and no script runs but the ones embedded here, whatever a report contains. */
static void put_policy(FILE *out, const struct report *report)
{
	(void)report;
	fputs("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	      "base-uri 'none'; form-action 'none'; img-src data:; style-src", out);
	put_hash(out, &style);
	fputs("; script-src", out);
	for (size_t i = 0; i < SCRIPT_COUNT; i++) {
		if (is_embedded(&scripts[i]))
			put_hash(out, &scripts[i]);
	}
	fputs("\">", out);
}

static void put_title(FILE *out, const struct report *report)
{
	fputs("zctrace ", out);
	html_text(out, report->mode);
	if (report->sentence_count) {
		fputs(": ", out);
		html_text(out, report->sentences[0]);
	}
}

static void put_style(FILE *out, const struct report *report)
{
	(void)report;
	fwrite(style.text, 1, file_bytes(&style), out);
}

static void put_scripts(FILE *out, const struct report *report)
{
	(void)report;
	for (size_t i = 0; i < SCRIPT_COUNT; i++) {
		if (!is_embedded(&scripts[i]))
			continue;
		fputs("<script>", out);
		fwrite(scripts[i].text, 1, file_bytes(&scripts[i]), out);
		fputs("</script>\n", out);
	}
}

static bool has_d3(const struct report *report)
{
	(void)report;
	return is_embedded(&scripts[0]);
}

static bool has_no_d3(const struct report *report)
{
	return !has_d3(report);
}

/* --- what was found --- */

static void put_mode(FILE *out, const struct report *report)
{
	html_text(out, report->mode);
}

static void put_condition(FILE *out, const char *before, const char *text)
{
	if (!text || !*text || text_is(text, "as it was"))
		return;
	fprintf(out, "<span>%s", before);
	html_text(out, text);
	fputs("</span> ", out);
}

/* What was measured and how, in one line. */
static void put_conditions(FILE *out, const struct report *report)
{
	const struct report_config *config = &report->config;
	char number[NUMBER_BYTES], strain[TITLE_BYTES];

	if (config->payload_bytes)
		put_condition(out, "", table_size(config->payload_bytes, number));
	put_condition(out, "page cache ", config->cache);
	put_condition(out, "", text_is(config->link, "several") ? "several links" : config->link);
	if (!text_is(config->receiver, "recv"))
		put_condition(out, "receiver: ", config->receiver);
	put_condition(out, "", strain_title(config, strain));
	put_condition(out, "Linux ", report->machine.kernel);
	if (config->repeats && report->scenario_count && report->scenarios[0].run_count)
		fprintf(out, "<span>%llu run%s each</span> ", config->repeats,
			config->repeats == 1 ? "" : "s");
	put_condition(out, "", config->started);
}

static void put_headline(FILE *out, const struct report *report)
{
	if (report->sentence_count) {
		html_text(out, report->sentences[0]);
		return;
	}
	fputs("What zctrace ", out);
	html_text(out, report->mode);
	fputs(" measured", out);
}

static void put_texts(FILE *out, const char *open, const char **texts, size_t count,
		      const char *close)
{
	for (size_t i = 0; i < count; i++) {
		fputs(open, out);
		html_text(out, texts[i]);
		fputs(close, out);
	}
}

static void put_leads(FILE *out, const struct report *report)
{
	if (report->sentence_count > 1)
		put_texts(out, "<p class=\"lead\">", report->sentences + 1,
			  report->sentence_count - 1, "</p>\n");
}

static bool has_warnings(const struct report *report)
{
	return report->warning_count > 0;
}

static void put_warnings(FILE *out, const struct report *report)
{
	put_texts(out, "<li>", report->warnings, report->warning_count, "</li>\n");
}

static bool has_claims(const struct report *report)
{
	return report->claim_count > 0;
}

static void put_tally(FILE *out, const struct report *report)
{
	static const char *const words[][2] = {
		[VERDICT_HOLDS] = { "holds", "hold" },
		[VERDICT_DOES_NOT] = { "does not hold", "do not hold" },
		[VERDICT_HOLDS_IF] = { "holds under a condition", "hold under a condition" },
		[VERDICT_NOT_MEASURED] = { "was not measured", "were not measured" },
	};
	const char *comma = "";

	for (int verdict = VERDICT_HOLDS; verdict <= VERDICT_NOT_MEASURED; verdict++) {
		size_t count = 0;

		for (size_t i = 0; i < report->claim_count; i++)
			count += (int)report->claims[i].verdict == verdict;
		if (count == 0)
			continue;
		fprintf(out, "%s<b>%zu</b> %s", comma, count, words[verdict][count > 1]);
		comma = " · ";
	}
}

static void put_claims(FILE *out, const struct report *report)
{
	struct table *table = table_of_claims(report, true);

	table_print_html(table, "claims", "claims and verdicts", out);
	table_free(table);
}

static bool has_sweep(const struct report *report)
{
	return sweep_is(report) && report->scenario_count > 0;
}

static void put_sweep(FILE *out, const struct report *report)
{
	struct table *table = table_of_sweep(report);

	table_print_html(table, "numbers sweep-table", "the sweep as a table", out);
	table_free(table);
}

/* --- the end --- */

static bool has_command(const struct report *report)
{
	return report->tool.command_count > 0;
}

static void put_command(FILE *out, const struct report *report)
{
	for (size_t i = 0; i < report->tool.command_count; i++) {
		const char *text = report->tool.command[i];
		char *word = shell_word(text ? text : "");

		fputs(i ? " " : "", out);
		html_text(out, word);
		free(word);
	}
}

static void put_facts(FILE *out, const struct report *report)
{
	struct table *table = table_of_facts(report);

	table_print_html(table, "facts", "machine and options", out);
	table_free(table);
}

static void put_version(FILE *out, const struct report *report)
{
	html_text(out, report->tool.version);
}

/* --- the template --- */

static const struct slot {
	const char *name;
	void (*put)(FILE *out, const struct report *report);
	bool (*has)(const struct report *report);	/* of {{?name}} */
} slots[] = {
	{ "policy", put_policy, NULL },
	{ "title", put_title, NULL },
	{ "style", put_style, NULL },
	{ "mode", put_mode, NULL },
	{ "conditions", put_conditions, NULL },
	{ "headline", put_headline, NULL },
	{ "leads", put_leads, NULL },
	{ "warnings", put_warnings, has_warnings },
	{ "flows", page_flows, page_has_flows },
	{ "sweep", put_sweep, has_sweep },
	{ "tally", put_tally, NULL },
	{ "claims", put_claims, has_claims },
	{ "path", page_paths, page_has_paths },
	{ "numbers", page_numbers, page_has_numbers },
	{ "timelines", page_timelines, NULL },
	{ "times", page_times, NULL },
	{ "calls", page_calls, page_has_calls },
	{ "runs", page_runs, page_has_runs },
	{ "witnesses", page_witnesses, NULL },
	{ "loss", page_loss, NULL },
	{ "delivery", page_delivery, page_has_delivery },
	{ "facts", put_facts, NULL },
	{ "command", put_command, has_command },
	{ "version", put_version, NULL },
	{ "d3", NULL, has_d3 },
	{ "no-d3", NULL, has_no_d3 },
	{ "data", page_data, NULL },
	{ "scripts", put_scripts, NULL },
};

static const struct slot *find_slot(const char *name, size_t length)
{
	for (size_t i = 0; i < sizeof(slots) / sizeof(slots[0]); i++) {
		if (strlen(slots[i].name) == length && !strncmp(slots[i].name, name, length))
			return &slots[i];
	}
	return NULL;
}

/* The next "{{" or "}}" or the end. */
static const char *find(const char *at, const char *end, const char *braces)
{
	const char *found = memmem(at, (size_t)(end - at), braces, 2);

	return found ? found : end;
}

/* {{name}} becomes what the slot puts; from {{?name}} to {{/}} is left out where there is none. */
static void fill_template(FILE *out, const struct report *report, const struct web_file *template)
{
	const char *at = template->text, *open, *close;
	bool shown = true;

	while (at < template->end) {
		const struct slot *slot;

		open = find(at, template->end, "{{");
		if (shown)
			fwrite(at, 1, (size_t)(open - at), out);
		if (open == template->end)
			break;
		close = find(open, template->end, "}}");
		at = close + 2;
		open += 2;
		if (*open == '/') {
			shown = true;
			continue;
		}
		slot = find_slot(open + (*open == '?'), (size_t)(close - open) - (*open == '?'));
		if (*open == '?')
			shown = slot->has(report);
		else if (shown)
			slot->put(out, report);
	}
}

int render_html(const struct report *report, const struct render_options *options, FILE *out)
{
	(void)options;
	errno = 0;
	fill_template(out, report, &page);
	if (fflush(out) != 0 || ferror(out))
		return errno ? -errno : -EIO;
	return 0;
}

void page_of_table(const char *title, const struct table *table, FILE *out)
{
	fputs("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n", out);
	put_policy(out, NULL);
	fputs("\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	      "<meta name=\"color-scheme\" content=\"light dark\">\n<title>", out);
	html_text(out, title);
	fputs("</title>\n<style>", out);
	put_style(out, NULL);
	fputs("</style>\n</head>\n<body>\n<main id=\"main\">\n<h1>", out);
	html_text(out, title);
	fputs("</h1>\n", out);
	table_print_html(table, "claims", title, out);
	fputs("</main>\n</body>\n</html>\n", out);
}
