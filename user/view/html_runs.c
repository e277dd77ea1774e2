// SPDX-License-Identifier: GPL-2.0
/* The section of the HTML page with every run as a dot, traced and untraced apart, and as a table.
 * Called by render_html.c; web/charts.js and web/sweep.js draw other pictures of the same data. */
#include <math.h>

#include "html.h"
#include "render.h"
#include "stats_shape.h"
#include "sweep.h"

#define RUNS_SHOWN 1000		/* rows of the table, for a scenario */
#define DOTS_SHOWN 400		/* of one row of the picture */
#define SCENARIOS_SHOWN 8	/* the others are folded away */
#define ROW_HEIGHT 30
#define TICKS 4

/* The smallest of 1, 2, 4, 5, 8 times a power of ten that is not below the value. */
static double nice_ceiling(double value)
{
	static const double steps[] = { 1, 1.2, 1.6, 2, 2.4, 3.2, 4, 5, 6, 8, 10 };
	double unit = 1;

	while (unit * 10 <= value && isfinite(unit))
		unit *= 10;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (steps[i] * unit >= value)
			return steps[i] * unit;
	}
	return value;
}

static double longest(const struct report *report)
{
	double most = 1;

	for (size_t i = 0; i < report->scenario_count; i++) {
		const struct spread *all[] = { &report->scenarios[i].elapsed_untraced_ns,
					       &report->scenarios[i].elapsed_traced_ns };

		for (int j = 0; j < 2; j++) {
			for (size_t k = 0; k < all[j]->run_count; k++)
				most = all[j]->runs[k] > most ? all[j]->runs[k] : most;
		}
	}
	return nice_ceiling(most);
}

/* Runs lie below each other in the order in which they were made, so that a drift shows. */
static void dots(FILE *out, const struct spread *spread, double scale)
{
	size_t count = spread->run_count < DOTS_SHOWN ? spread->run_count : DOTS_SHOWN;
	double step = count > 1 ? (ROW_HEIGHT - 12.0) / (count - 1) : 0;

	fprintf(out, "<svg class=\"dots\" height=\"%d\" aria-hidden=\"true\">", ROW_HEIGHT);
	for (int i = 0; i <= TICKS; i++)
		fprintf(out, "<line class=\"grid\" x1=\"%d%%\" x2=\"%d%%\" y1=\"0\" y2=\"%d\"/>",
			100 * i / TICKS, 100 * i / TICKS, ROW_HEIGHT);
	if (!spread->median.why)
		fprintf(out, "<line class=\"median\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"1\" y2=\"%d\"/>",
			html_percent(spread->median.value, scale),
			html_percent(spread->median.value, scale), ROW_HEIGHT - 1);
	for (size_t i = 0; i < count; i++) {
		char text[32];

		fprintf(out, "<circle cx=\"%.2f%%\" cy=\"%.1f\" r=\"4\"><title>run %zu: %s</title>"
			"</circle>", html_percent(spread->runs[i], scale),
			count > 1 ? 6 + step * i : ROW_HEIGHT / 2.0, i + 1,
			number_time(spread->runs[i], text));
	}
	fputs("</svg>", out);
}

static void row(FILE *out, const char *label, size_t scenario, const struct spread *spread,
		double scale)
{
	if (spread->run_count == 0 && spread->median.why)
		return;
	fprintf(out, "<div class=\"dots-row %s\" data-scenario=\"%zu\"><p>%s</p>", label, scenario,
		label);
	dots(out, spread, scale);
	fputs("<p class=\"dots-figures\">median ", out);
	html_measured(out, spread->median, html_time);
	if (!spread->min.why && !spread->max.why) {
		fputs(" <small>", out);
		html_time(out, spread->min.value);
		fputs(" to ", out);
		html_time(out, spread->max.value);
		fputs("</small>", out);
	}
	fputs("</p></div>\n", out);
}

static void axis(FILE *out, double scale)
{
	char text[32];

	fputs("<div class=\"dots-row axis\"><p></p><p class=\"ticks\">", out);
	for (int i = 0; i <= TICKS; i++)
		fprintf(out, "<span>%s</span>", i ? number_time(scale * i / TICKS, text) : "0");
	fputs("</p><p></p></div>\n", out);
}

static void picture(FILE *out, const struct report *report)
{
	bool sweep = sweep_is(report);
	struct html_fold fold = { .shown = SCENARIOS_SHOWN, .total = html_measured_count(report) };
	double scale = longest(report);

	if (sweep)	/* its chart shows the same dots */
		fputs("<details class=\"more\"><summary>Run by run</summary>\n", out);
	fputs("<div class=\"dots-plot\" id=\"runs-plot\">\n", out);
	axis(out, scale);
	for (size_t i = 0; i < report->scenario_count; i++) {
		const struct report_scenario *scenario = &report->scenarios[i];

		if (!html_measured_scenario(scenario))
			continue;
		html_fold_item(out, &fold);
		fprintf(out, "<h3 id=\"runs-name-%zu\">", i);
		html_scenario_name(out, scenario);
		fputs("</h3>\n", out);
		row(out, "untraced", i, &scenario->elapsed_untraced_ns, scale);
		row(out, "traced", i, &scenario->elapsed_traced_ns, scale);
	}
	html_fold_end(out, &fold);
	fputs("</div>\n", out);
	if (sweep)
		fputs("</details>\n", out);
}

/* The exact values are in the page's data; here they are for reading. */
static void run_row(FILE *out, const struct report_run *run, size_t number)
{
	const __u64 times[] = { run->elapsed_ns, run->sender_user_ns, run->sender_system_ns,
				run->receiver_user_ns, run->receiver_system_ns };
	const struct measured *counts[] = { &run->crossings, &run->faults_user, &run->voluntary,
					    &run->involuntary };
	char text[32];

	fprintf(out, "<tr><th scope=\"row\">%s %zu</th>", run->traced ? "traced" : "untraced",
		number);
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		fprintf(out, "<td>%s</td>", number_time(times[i], text));
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		fprintf(out, "<td>%s</td>",
			counts[i]->why ? "—" : number_count(counts[i]->value, text));
	fputs("</tr>\n", out);
}

static void run_rows(FILE *out, const struct report_scenario *scenario)
{
	size_t traced = 0, untraced = 0;

	if (scenario->run_count == 0)
		return;
	fputs("<tbody><tr class=\"group\"><th colspan=\"10\" scope=\"rowgroup\">", out);
	html_scenario_name(out, scenario);
	fputs("</th></tr>\n", out);
	for (size_t i = 0; i < scenario->run_count && i < RUNS_SHOWN; i++) {
		const struct report_run *run = &scenario->runs[i];

		run_row(out, run, run->traced ? ++traced : ++untraced);
	}
	fputs("</tbody>\n", out);
}

static void table(FILE *out, const struct report *report)
{
	fputs("<details><summary>Every run as a table</summary>\n"
	      "<p class=\"note\">Crossings, faults and switches are counted in traced runs only.</p>\n",
	      out);
	html_scroll_open(out, "every run");
	fputs("<table class=\"runs\"><thead><tr><th scope=\"col\">run</th>"
	      "<th scope=\"col\" class=\"n\">elapsed</th><th scope=\"col\" class=\"n\">sender user</th>"
	      "<th scope=\"col\" class=\"n\">sender system</th>"
	      "<th scope=\"col\" class=\"n\">receiver user</th>"
	      "<th scope=\"col\" class=\"n\">receiver system</th>"
	      "<th scope=\"col\" class=\"n\">crossings</th>"
	      "<th scope=\"col\" class=\"n\">user faults</th>"
	      "<th scope=\"col\" class=\"n\">voluntary</th>"
	      "<th scope=\"col\" class=\"n\">involuntary</th></tr></thead>\n", out);
	for (size_t i = 0; i < report->scenario_count; i++)
		run_rows(out, &report->scenarios[i]);
	fputs("</table>\n", out);
	html_scroll_close(out);
	fputs("</details>\n", out);
}

static void save_measured(FILE *out, const struct measured *value)
{
	if (value->why)
		fputs("null", out);
	else
		fprintf(out, "%llu", value->value);
}

static void save_run(FILE *out, const struct report_run *run)
{
	fprintf(out, "[%d,%llu,%llu,%llu,%llu,%llu,", run->traced, run->elapsed_ns,
		run->sender_user_ns, run->sender_system_ns, run->receiver_user_ns,
		run->receiver_system_ns);
	save_measured(out, &run->crossings);
	fputc(',', out);
	save_measured(out, &run->faults_user);
	fputc(',', out);
	save_measured(out, &run->voluntary);
	fputc(',', out);
	save_measured(out, &run->involuntary);
	fputc(']', out);
}

/* A median between two groups is nobody's time: no line is drawn through it. */
static const char *in_two_groups(const struct spread *spread)
{
	struct groups groups;

	return stats_two_groups(spread, &groups) ? "true" : "false";
}

/* The medians are the report's; the script works out none of its own. */
static void save_scenario(FILE *out, const struct report_scenario *scenario, size_t index)
{
	const struct measured_real copies = sweep_copies(scenario);

	fprintf(out, "{\"index\":%zu,\"id\":", index);
	html_json_string(out, scenario->id);
	fputs(",\"variant\":", out);
	html_json_string(out, scenario->variant);
	fputs(",\"cache\":", out);
	html_json_string(out, scenario->cache);
	fputs(",\"link\":", out);
	html_json_string(out, scenario->link);
	fprintf(out, ",\"rate\":%llu,\"chunk\":%llu,\"payload\":%llu", scenario->rate_bits,
		scenario->chunk_bytes, scenario->payload_bytes);
	fputs(",\"median\":{\"untraced\":", out);
	save_measured(out, &scenario->elapsed_untraced_ns.median);
	fputs(",\"traced\":", out);
	save_measured(out, &scenario->elapsed_traced_ns.median);
	fputs(",\"cpu\":", out);
	save_measured(out, &scenario->cpu_untraced_ns.median);
	fputs(",\"crossings\":", out);
	save_measured(out, &scenario->crossings_total);
	fputs("},\"copies\":", out);
	if (copies.why || !isfinite(copies.value))
		fputs("null", out);
	else
		fprintf(out, "%.10g", copies.value);
	fprintf(out, ",\"groups\":{\"untraced\":%s,\"cpu\":%s}",
		in_two_groups(&scenario->elapsed_untraced_ns),
		in_two_groups(&scenario->cpu_untraced_ns));
	fputs(",\"runs\":[", out);
	for (size_t i = 0; i < scenario->run_count && i < RUNS_SHOWN; i++) {
		fputs(i ? "," : "", out);
		save_run(out, &scenario->runs[i]);
	}
	fputs("]}", out);
}

static void save(FILE *out, const struct report *report)
{
	const char *comma = "";

	fputs("<script type=\"application/json\" id=\"runs-data\">{\"mode\":", out);
	html_json_string(out, report->mode);
	fputs(",\"scenarios\":[", out);
	for (size_t i = 0; i < report->scenario_count; i++) {
		if (!html_measured_scenario(&report->scenarios[i]))
			continue;
		fputs(comma, out);
		save_scenario(out, &report->scenarios[i], i);
		comma = ",";
	}
	fputs("]}</script>\n", out);
}

void html_runs(FILE *out, const struct report *report)
{
	size_t runs = 0;

	for (size_t i = 0; i < report->scenario_count; i++)
		runs += report->scenarios[i].run_count +
			report->scenarios[i].elapsed_untraced_ns.run_count;
	if (runs == 0)
		return;
	fputs("<section id=\"runs\" data-short=\"Runs\" aria-labelledby=\"runs-title\">\n"
	      "<h2 id=\"runs-title\">Every run</h2>\n"
	      "<p class=\"intro\">One dot is one run, measured by the sender's own timer; from top to "
	      "bottom in the order in which they were made. The line is the median. Runs without "
	      "tracing decide the claims about time; those with it show what tracing costs.</p>\n",
	      out);
	picture(out, report);
	table(out, report);
	save(out, report);
	fputs("</section>\n", out);
}
