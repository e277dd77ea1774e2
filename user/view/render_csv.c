// SPDX-License-Identifier: GPL-2.0
/* One row for each run and number, tidy: for a spreadsheet, R or pandas. A number that was not
 * measured has an empty value and its reason. Called through the table in render.c. */
#include "metric.h"
#include "render.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* What the rows of one run, or of none, have in common. */
struct rows {
	const struct report *report;
	const struct report_scenario *scenario;
	const char *run, *traced;	/* "" for the numbers of the whole scenario */
	FILE *out;
};

void render_csv_text(FILE *out, const char *text)
{
	char *plain = plain_copy(text);
	bool quote = strpbrk(plain, "\",\r\n") || *plain == ' ' ||
		     (*plain && strchr("=+-@", *plain));

	if (quote)
		putc('"', out);
	if (*plain && strchr("=+-@", *plain))
		putc('\'', out);
	for (const char *at = plain; *at; at++) {
		if (*at == '"')
			putc('"', out);
		putc(*at, out);
	}
	if (quote)
		putc('"', out);
	free(plain);
}

static void print_start(const struct rows *rows, const char *role, const char *metric,
			const char *unit)
{
	const struct report_scenario *scenario = rows->scenario;
	const char *const texts[] = { rows->report->mode, scenario->id, scenario->variant,
				      scenario->cache, scenario->link };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		render_csv_text(rows->out, texts[i]);
		putc(',', rows->out);
	}
	fprintf(rows->out, "%llu,%llu,%s,%s,", scenario->rate_bits, scenario->chunk_bytes,
		rows->run, rows->traced);
	render_csv_text(rows->out, role);
	fprintf(rows->out, ",%s,%s,", metric, unit);
}

static void print_end(const struct rows *rows, const char *why)
{
	putc(',', rows->out);
	render_csv_text(rows->out, why);
	putc('\n', rows->out);
}

static void print_count(const struct rows *rows, const char *role, const char *metric,
			const char *unit, struct measured number)
{
	print_start(rows, role, metric, unit);
	if (!number.why)
		fprintf(rows->out, "%llu", number.value);
	print_end(rows, number.why);
}

static void print_ratio(const struct rows *rows, const char *role, const char *metric,
			const char *unit, struct measured_real number)
{
	print_start(rows, role, metric, unit);
	if (!number.why)
		fprintf(rows->out, "%.10g", number.value);
	print_end(rows, number.why);
}

static void print_metric(const struct rows *rows, enum metric_id id, const struct report_role *role)
{
	struct metric_value value = metric_value(id, rows->scenario, role);
	const struct metric *metric = &metrics[id];
	const char *name = role ? role->name : "", *unit = metric_unit_text(metric->unit);
	bool ratio = metric->unit == UNIT_PER_ROUND || metric->unit == UNIT_PER_BYTE;

	if (metric->of_borrowed && !value.present)
		return;
	if (ratio)
		print_ratio(rows, name, metric->id, unit,
			    (struct measured_real){ value.ratio, value.why });
	else
		print_count(rows, name, metric->id, unit,
			    (struct measured){ value.count, value.why });
}

static void print_run(const struct rows *rows, const struct report_run *run)
{
	print_count(rows, "sender", "elapsed", "ns", (struct measured){ run->elapsed_ns, NULL });
	print_count(rows, "sender", "cpu_user", "ns",
		    (struct measured){ run->sender_user_ns, NULL });
	print_count(rows, "sender", "cpu_system", "ns",
		    (struct measured){ run->sender_system_ns, NULL });
	print_count(rows, "receiver", "cpu_user", "ns",
		    (struct measured){ run->receiver_user_ns, NULL });
	print_count(rows, "receiver", "cpu_system", "ns",
		    (struct measured){ run->receiver_system_ns, NULL });
	if (!run->traced)
		return;
	print_count(rows, "sender", "crossings_total", "count", run->crossings);
	print_count(rows, "sender", "switches_voluntary", "count", run->voluntary);
	print_count(rows, "sender", "switches_involuntary", "count", run->involuntary);
	print_count(rows, "sender", "faults_user", "count", run->faults_user);
}

static void print_origins(const struct rows *rows, const struct report_leg *leg)
{
	char metric[64];

	if (!leg->has_origin)
		return;
	for (unsigned int i = 0; i < REPORT_ORIGINS; i++) {
		snprintf(metric, sizeof(metric), "queued_%s_bytes", report_origin_text(i));
		if (leg->has_queue)
			print_count(rows, "", metric, "bytes",
				    (struct measured){ leg->at_queue[i], NULL });
		snprintf(metric, sizeof(metric), "device_%s_bytes", report_origin_text(i));
		print_count(rows, "", metric, "bytes", (struct measured){ leg->at_xmit[i], NULL });
	}
	print_count(rows, "", "retransmitted_bytes", "bytes", leg->retransmitted_bytes);
}

static void print_received(const struct rows *rows, const struct report_leg *leg)
{
	char metric[64];

	for (unsigned int i = 0; leg->has_receive && i < REPORT_ORIGINS; i++) {
		snprintf(metric, sizeof(metric), "received_%s_bytes", report_origin_text(i));
		print_count(rows, "", metric, "bytes",
			    (struct measured){ leg->at_receive[i], NULL });
	}
}

static void print_borrowed(const struct rows *rows, const struct report_zerocopy *borrowed)
{
	if (!borrowed->used)
		return;
	print_count(rows, "sender", "zerocopy_sends", "count", borrowed->sends);
	print_count(rows, "sender", "zerocopy_completed", "count", borrowed->completed);
	print_count(rows, "sender", "zerocopy_said_copied", "count", borrowed->copied);
}

static void print_scenario(const struct rows *rows)
{
	const struct report_scenario *scenario = rows->scenario;

	print_count(rows, "", "payload", "bytes",
		    (struct measured){ scenario->payload_bytes, NULL });
	for (int id = 0; id < METRIC_COUNT; id++) {
		if (!metrics[id].of_role)
			print_metric(rows, id, NULL);
	}
	print_origins(rows, &scenario->legs[LEG_USER_SOCKET]);
	print_received(rows, &scenario->legs[LEG_SOCKET_RECEIVER]);
	print_borrowed(rows, &scenario->zerocopy);
	for (size_t i = 0; i < scenario->role_count; i++) {
		for (int id = 0; id < METRIC_COUNT; id++) {
			if (metrics[id].of_role)
				print_metric(rows, id, &scenario->roles[i]);
		}
	}
	print_count(rows, "", "lost_ring", "count", (struct measured){ scenario->loss_ring, NULL });
	print_count(rows, "", "lost_map_full", "count",
		    (struct measured){ scenario->loss_map_full, NULL });
	print_count(rows, "", "lost_recursion", "count",
		    (struct measured){ scenario->loss_recursion, NULL });
}

/* Traced and untraced runs are numbered apart, from 1. */
static void print_runs(struct rows *rows)
{
	size_t numbers[2] = { 0, 0 };
	char run[24];

	for (size_t i = 0; i < rows->scenario->run_count; i++) {
		bool traced = rows->scenario->runs[i].traced;

		snprintf(run, sizeof(run), "%zu", ++numbers[traced]);
		rows->run = run;
		rows->traced = traced ? "true" : "false";
		print_run(rows, &rows->scenario->runs[i]);
	}
	rows->run = rows->traced = "";
}

int render_csv(const struct report *report, const struct render_options *options, FILE *out)
{
	fputs("mode,scenario,variant,cache,link,rate_bits,chunk_bytes,run,traced,role,metric,unit,"
	      "value,why\n", out);
	for (size_t i = 0; i < report->scenario_count; i++) {
		struct rows rows = { report, &report->scenarios[i], "", "", out };

		print_runs(&rows);
		print_scenario(&rows);
	}
	return ferror(out) ? -EIO : 0;
}
