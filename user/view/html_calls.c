// SPDX-License-Identifier: GPL-2.0
/* The calls of each scenario as a table, each row with its latency histogram.
 * Called by html_times.c; web/charts.js names the bar under the pointer. */
#include <string.h>

#include "html.h"
#include "render.h"

#define CALLS_SHOWN 120		/* the busiest of a scenario */
#define TABLES_SHOWN 4		/* scenarios; the others are folded away */
#define LEAST_BUCKETS 12
#define HISTOGRAM_HEIGHT 34

/* The buckets that a scenario's histograms use, so that all share one scale of time. */
struct range {
	int first, last;
};

static struct range used_buckets(const struct report_scenario *scenario)
{
	struct range range = { REPORT_HIST_BUCKETS, -1 };

	for (size_t i = 0; i < scenario->syscall_count && i < CALLS_SHOWN; i++) {
		for (int bucket = 0; bucket < REPORT_HIST_BUCKETS; bucket++) {
			if (!scenario->syscalls[i].histogram[bucket])
				continue;
			if (bucket < range.first)
				range.first = bucket;
			if (bucket > range.last)
				range.last = bucket;
		}
	}
	/* A few buckets would fill the width with a block. */
	while (range.last >= range.first && range.last - range.first + 1 < LEAST_BUCKETS) {
		range.first -= range.first > 0;
		range.last += range.last < REPORT_HIST_BUCKETS - 1;
	}
	return range;
}

static void histogram(FILE *out, const struct report_syscall *call, struct range range)
{
	int buckets = range.last - range.first + 1;
	__u64 most = 0;

	for (int bucket = range.first; bucket <= range.last; bucket++) {
		if (call->histogram[bucket] > most)
			most = call->histogram[bucket];
	}
	fprintf(out, "<svg class=\"histogram\" height=\"%d\" role=\"group\" aria-label=\"latency of ",
		HISTOGRAM_HEIGHT + 1);
	html_text(out, call->name);
	fputs("\">", out);
	fprintf(out, "<line class=\"base\" x1=\"0\" x2=\"100%%\" y1=\"%d.5\" y2=\"%d.5\"/>",
		HISTOGRAM_HEIGHT, HISTOGRAM_HEIGHT);
	for (int bucket = range.first; bucket <= range.last; bucket++) {
		char from[32], to[32], count[32];
		double height;

		if (!call->histogram[bucket])
			continue;
		height = html_percent(call->histogram[bucket], most) * HISTOGRAM_HEIGHT / 100;
		height = height < 1.5 ? 1.5 : height;
		fprintf(out, "<rect data-count=\"%llu\" x=\"%.2f%%\" y=\"%.1f\" "
			"width=\"%.2f%%\" height=\"%.1f\"><title>%s calls took %s to %s</title></rect>",
			call->histogram[bucket],
			100.0 * (bucket - range.first) / buckets, HISTOGRAM_HEIGHT - height,
			92.0 / buckets, height, number_count(call->histogram[bucket], count),
			number_time(1ULL << bucket, from), number_time(2ULL << bucket, to));
	}
	fputs("</svg>", out);
}

static void call_row(FILE *out, const struct report_syscall *call, struct range range)
{
	fprintf(out, "<tr%s><td>", call->data ? " class=\"data\"" : "");
	html_text(out, call->role);
	fputs("</td><th scope=\"row\">", out);
	html_text(out, call->name);
	fputs("</th><td class=\"where\">", out);
	html_text(out, call->fd);
	if (call->source || call->sink) {
		fputs("<div class=\"ends\">", out);
		html_name(out, call->source);
		fputs(call->source && call->sink ? " → " : "", out);
		html_name(out, call->sink);
		fputs("</div>", out);
	}
	fputs("</td><td>", out);
	html_count(out, call->calls);
	fputs("</td><td>", out);
	html_count(out, call->errors);
	fputs("</td><td>", out);
	html_bytes(out, call->bytes);
	fputs("</td><td>", out);
	html_measured(out, call->cpu_ns, html_time);
	fputs("</td><td>", out);
	html_measured(out, call->blocked_ns, html_time);
	fputs("</td><td>", out);
	html_measured(out, call->runnable_ns, html_time);
	fputs("</td><td class=\"latency\">", out);
	if (range.last >= range.first && call->calls > 1)
		histogram(out, call, range);
	fputs("</td></tr>\n", out);
}

static void head(FILE *out, struct range range)
{
	char from[32], to[32];

	fputs("<table class=\"calls\"><thead><tr><th scope=\"col\">process</th>"
	      "<th scope=\"col\">call</th><th scope=\"col\">descriptor</th>"
	      "<th scope=\"col\" class=\"n\">calls</th><th scope=\"col\" class=\"n\">errors</th>"
	      "<th scope=\"col\" class=\"n\">bytes</th><th scope=\"col\" class=\"n\">on CPU</th>"
	      "<th scope=\"col\" class=\"n\">blocked</th><th scope=\"col\" class=\"n\">runnable</th>"
	      "<th scope=\"col\" class=\"latency\">latency", out);
	if (range.last >= range.first)
		fprintf(out, "<span class=\"span\"><span>%s</span><span>%s</span></span>",
			number_time(1ULL << range.first, from),
			number_time(2ULL << range.last, to));
	fputs("</th></tr></thead>\n<tbody>\n", out);
}

static void call_table(FILE *out, const struct report_scenario *scenario)
{
	struct range range = used_buckets(scenario);

	fputs("<h4>", out);
	html_scenario_name(out, scenario);
	fputs("</h4>\n", out);
	html_scroll_open(out, "calls and their latency");
	head(out, range);
	for (size_t i = 0; i < scenario->syscall_count && i < CALLS_SHOWN; i++)
		call_row(out, &scenario->syscalls[i], range);
	fputs("</tbody></table>\n", out);
	html_scroll_close(out);
	if (scenario->syscall_count > CALLS_SHOWN)
		fprintf(out, "<p class=\"note\">The %d busiest of %zu; all are in the JSON report.</p>\n",
			CALLS_SHOWN, scenario->syscall_count);
}

void html_calls(FILE *out, const struct report *report)
{
	struct html_fold fold = { .shown = TABLES_SHOWN };

	for (size_t i = 0; i < report->scenario_count; i++)
		fold.total += report->scenarios[i].syscall_count > 0;
	if (fold.total == 0)
		return;
	fputs("<h3>Every call, and how long it took</h3>\n"
	      "<p class=\"intro calls-intro\">Calls that moved payload stand out. A histogram's bars double in "
	      "latency from one to the next; those of a scenario share one scale of time, and each "
	      "has its own scale of counts.</p>\n", out);
	for (size_t i = 0; i < report->scenario_count; i++) {
		if (!report->scenarios[i].syscall_count)
			continue;
		html_fold_item(out, &fold);
		call_table(out, &report->scenarios[i]);
	}
	html_fold_end(out, &fold);
}
