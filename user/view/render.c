// SPDX-License-Identifier: GPL-2.0
/* The table of formats: one more is a row here and a render_NAME.c.
 * cmd_report.c and output.c look up what an option asks for. */
#include "render.h"

const struct renderer renderers[] = {
	{ "text", "tables and sentences for the terminal", false, render_text },
	{ "json", "the whole report; every other format can be made from it", false, render_json },
	{ "html", "a page that shows the path, the crossings and the times", false, render_html },
	{ "markdown", "tables to paste into a lab report", false, render_markdown },
	{ "csv", "one row for each run and number, for a spreadsheet or R", false, render_csv },
	{ "openmetrics", "the totals, for Prometheus", false, render_openmetrics },
	{ "perfetto", "the timeline, for ui.perfetto.dev", true, render_perfetto },
	{ 0 },
};

int render_json(const struct report *report, const struct render_options *options, FILE *out)
{
	return report_write_json(report, out);
}

char *render_measured_time(struct measured ns, char *buf)
{
	if (ns.why)
		snprintf(buf, NUMBER_BYTES, "—");
	else
		number_time(ns.value, buf);
	return buf;
}
