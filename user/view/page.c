// SPDX-License-Identifier: GPL-2.0
/* The parts of the HTML page that go over its scenarios: see page.h. What is alike is shown once,
 * and of many the first; the rest is folded away. */
#include "page.h"

#include "html.h"
#include "overview.h"
#include "path.h"
#include "sweep.h"
#include "tables.h"
#include "title.h"

enum { TABLES_SHOWN = 4, WITNESSES_OPEN = 20 };

/* The tables of one kind, a caption each. */
static void put_kind(FILE *out, const struct report *report, const char *id)
{
	size_t done = 0;

	for (size_t i = 0; i < report->scenario_count; i++) {
		struct table *table = table_of_kind(id, &report->scenarios[i]);
		char title[TITLE_BYTES];

		if (table && done++ == TABLES_SHOWN)
			fputs("<details class=\"more\"><summary>More</summary>\n", out);
		table_print_html(table, id, scenario_title(&report->scenarios[i], title), out);
		table_free(table);
	}
	fputs(done > TABLES_SHOWN ? "</details>\n" : "", out);
}

bool page_has_flows(const struct report *report)
{
	for (size_t i = 0; i < report->scenario_count; i++) {
		if (report->scenarios[i].flow_count)
			return true;
	}
	return false;
}

void page_flows(FILE *out, const struct report *report)
{
	put_kind(out, report, "flows");
}

/* --- paths --- */

/* A report of run or attach has legs only where the picture says something. */
static bool has_picture(const struct report *report, size_t index)
{
	return path_is_known(&report->scenarios[index]) && !path_drawn_before(report, index);
}

bool page_has_paths(const struct report *report)
{
	for (size_t i = 0; i < report->scenario_count; i++) {
		if (has_picture(report, i))
			return true;
	}
	return false;
}

/* The names of all scenarios that have this picture; how many. */
static size_t put_names(FILE *out, const struct report *report, size_t first)
{
	char title[TITLE_BYTES];
	size_t count = 0;

	for (size_t i = first; i < report->scenario_count; i++) {
		const struct report_scenario *scenario = &report->scenarios[i];

		if (!path_is_known(scenario) ||
		    !path_looks_alike(scenario, &report->scenarios[first]))
			continue;
		fputs(count++ ? " · " : "", out);
		html_text(out, scenario_title(scenario, title));
	}
	return count;
}

void page_paths(FILE *out, const struct report *report)
{
	for (size_t i = 0; i < report->scenario_count; i++) {
		const struct report_scenario *scenario = &report->scenarios[i];
		struct table *legs, *pages;
		size_t alike;

		if (!has_picture(report, i))
			continue;
		fputs("<figure class=\"card\"><figcaption><h3>", out);
		alike = put_names(out, report, i);
		fprintf(out,
			"</h3></figcaption>\n<div class=\"picture\" data-scenario=\"%zu\" "
			"data-alike=\"%zu\"></div>\n"
			"<details><summary>The same as a table, with the evidence</summary>\n",
			i, alike);
		legs = table_of_kind("legs", scenario);
		pages = table_of_kind("pages", scenario);
		table_print_html(legs, "legs", "bytes of each leg", out);
		table_print_html(pages, "pages", "pages in the segments", out);
		table_free(legs);
		table_free(pages);
		fputs("</details></figure>\n", out);
	}
}

/* --- numbers and times --- */

bool page_has_numbers(const struct report *report)
{
	return report->scenario_count && !sweep_is(report);	/* which has a table of its own */
}

void page_numbers(FILE *out, const struct report *report)
{
	const struct render_options options = { .verbose = true };
	struct table *table;

	table = table_of_numbers(report, &options, 0, report->scenario_count);
	table_print_html(table, "numbers", "of each scenario", out);
	table_free(table);
}

void page_times(FILE *out, const struct report *report)
{
	put_kind(out, report, "times");
	put_kind(out, report, "processes");
}

bool page_has_calls(const struct report *report)
{
	for (size_t i = 0; i < report->scenario_count; i++) {
		if (report->scenarios[i].syscall_count)
			return true;
	}
	return false;
}

void page_calls(FILE *out, const struct report *report)
{
	put_kind(out, report, "calls");
}

bool page_has_runs(const struct report *report)
{
	for (size_t i = 0; i < report->scenario_count; i++) {
		if (report->scenarios[i].run_count)
			return true;
	}
	return false;
}

void page_runs(FILE *out, const struct report *report)
{
	for (size_t i = 0; i < report->scenario_count; i++) {
		struct table *table = table_of_runs(&report->scenarios[i]);
		char title[TITLE_BYTES];

		table_print_html(table, "runs", scenario_title(&report->scenarios[i], title), out);
		table_free(table);
	}
}

/* --- how far to trust it --- */

void page_witnesses(FILE *out, const struct report *report)
{
	struct overview_witnesses sum = overview_witnesses(report);
	bool differ = sum.agree < sum.all;

	fprintf(out, "<p class=\"tally%s\"><b>%llu of %llu</b> agree: independent sources for the same "
		"numbers.</p>\n", differ ? " bad" : "", sum.agree, sum.all);
	if (sum.all == 0)
		return;
	fprintf(out, "<details%s><summary>All of them</summary>\n",
		differ || sum.all <= WITNESSES_OPEN ? " open" : "");
	put_kind(out, report, "witnesses");
	fputs("</details>\n", out);
}

void page_loss(FILE *out, const struct report *report)
{
	struct overview_witnesses sum = overview_witnesses(report);
	struct table *table = table_of_loss(report);

	fprintf(out, "<p class=\"tally%s\"><b>", sum.lost ? " bad" : "");
	html_count(out, sum.lost);
	fputs("</b> events lost: ring buffer full, map full or missed in recursion.</p>\n", out);
	table_print_html(table, "loss", "lost events", out);
	table_free(table);
}

bool page_has_delivery(const struct report *report)
{
	for (size_t i = 0; i < report->scenario_count; i++) {
		if (report->scenarios[i].sha256_sent)
			return true;
	}
	return false;
}

void page_delivery(FILE *out, const struct report *report)
{
	struct table *table = table_of_delivery(report);

	table_print_html(table, "delivery", "what arrived", out);
	table_free(table);
}
