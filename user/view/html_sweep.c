// SPDX-License-Identifier: GPL-2.0
/* The section of the HTML page on a sweep: a place for the chart that web/sweep.js draws from the
 * data of html_runs.c, and the numbers as a table. Called by render_html.c. */
#include "html.h"
#include "metric.h"
#include "render.h"
#include "sweep.h"

static void metric_cell(FILE *out, enum metric_id id, const struct report_scenario *scenario,
			html_number *number)
{
	struct metric_value value = metric_value(id, scenario, NULL);

	if (!value.present)
		value.why = "there is no such number";
	html_measured_cell(out, (struct measured){ value.count, value.why }, number);
}

static void per_second(FILE *out, __u64 bytes)
{
	html_bytes(out, bytes);
	fputs("/s", out);
}

static void spread_cells(FILE *out, const struct spread *spread)
{
	html_measured_cell(out, spread->median, html_time);
	fputs("<td class=\"n\"><small>", out);
	if (!spread->min.why && !spread->max.why) {
		html_time(out, spread->min.value);
		fputs(" to ", out);
		html_time(out, spread->max.value);
	}
	fputs("</small></td>", out);
}

static void chunk_cell(FILE *out, const char *chunk)
{
	fprintf(out, "<tr><th scope=\"row\" class=\"n\">%s</th>", chunk);
}

static void failed_row(FILE *out, const char *chunk, const char *why)
{
	chunk_cell(out, chunk);
	fputs("<td colspan=\"9\">", out);
	html_not_measured(out, why);
	fputs("</td></tr>\n", out);
}

static void point_row(FILE *out, const struct report_scenario *scenario)
{
	struct measured_real copies = sweep_copies(scenario);
	char text[NUMBER_BYTES];
	const char *chunk = scenario->chunk_bytes ? number_chunk(scenario->chunk_bytes, text) :
						    "whole file";

	if (scenario->failed) {
		failed_row(out, chunk, scenario->failed);
		return;
	}
	chunk_cell(out, chunk);
	metric_cell(out, METRIC_CROSSINGS_TOTAL, scenario, html_count);
	metric_cell(out, METRIC_VOLUNTARY, scenario, html_count);
	metric_cell(out, METRIC_INVOLUNTARY, scenario, html_count);
	fputs(copies.why ? "<td>" : "<td class=\"n\">", out);
	html_measured_real(out, copies);
	fputs("</td>", out);
	spread_cells(out, &scenario->cpu_untraced_ns);
	spread_cells(out, &scenario->elapsed_untraced_ns);
	metric_cell(out, METRIC_BYTES_PER_SECOND, scenario, per_second);
	fputs("</tr>\n", out);
}

static void table(FILE *out, const struct sweep_curves *all)
{
	html_scroll_open(out, "the sweep as a table");
	fputs("<table class=\"numbers sweep-table\"><thead><tr>"
	      "<th scope=\"col\" class=\"n\">chunk</th>"
	      "<th scope=\"col\" class=\"n\">crossings</th>"
	      "<th scope=\"col\" class=\"n\">voluntary switches</th>"
	      "<th scope=\"col\" class=\"n\">involuntary</th>"
	      "<th scope=\"col\" class=\"n\">CPU copies per byte</th>"
	      "<th scope=\"col\" class=\"n\">sender CPU</th>"
	      "<th scope=\"col\" class=\"n\">lowest to highest</th>"
	      "<th scope=\"col\" class=\"n\">elapsed</th>"
	      "<th scope=\"col\" class=\"n\">lowest to highest</th>"
	      "<th scope=\"col\" class=\"n\">bytes per second</th></tr></thead>\n", out);
	for (size_t c = 0; c < all->count; c++) {
		const struct sweep_curve *curve = &all->curves[c];

		fputs("<tbody><tr class=\"group\"><th colspan=\"10\" scope=\"rowgroup\">", out);
		html_text(out, curve->points[0]->id);
		fputs("</th></tr>\n", out);
		if (sweep_failed(curve))
			failed_row(out, "every", sweep_failed(curve));
		for (size_t p = 0; p < curve->count && !sweep_failed(curve); p++)
			point_row(out, curve->points[p]);
		fputs("</tbody>\n", out);
	}
	fputs("</table>\n", out);
	html_scroll_close(out);
}

void html_sweep(FILE *out, const struct report *report)
{
	struct sweep_curves all;

	if (!sweep_is(report) || report->scenario_count == 0)
		return;
	sweep_curves(report, &all);
	fputs("<section id=\"sweep\" data-short=\"Sweep\" aria-labelledby=\"sweep-title\">\n"
	      "<h2 id=\"sweep-title\">The size of the chunk</h2>\n"
	      "<p class=\"intro\">One dot is one run: times from untraced runs, crossings from "
	      "traced ones. The lines join the medians, except at sizes whose runs fall into two "
	      "groups. Twice the chunk is half the crossings; where "
	      "the times no longer follow, crossings have stopped mattering. The lowest panel "
	      "shows whether the size changes the copies per byte.</p>\n"
	      "<figure id=\"sweep-chart\" class=\"sweep-figure\" hidden></figure>\n", out);
	table(out, &all);
	fputs("</section>\n", out);
	sweep_free(&all);
}
