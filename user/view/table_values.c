// SPDX-License-Identifier: GPL-2.0
/* Every number of a scenario and of its runs, a row each, tidy: for a spreadsheet, R or pandas. A
 * number that was not measured has an empty value and its reason. Called by render_csv(). */
#include "tables.h"

#include "alloc.h"

#include <errno.h>
#include <stdlib.h>

/* What the rows of one run, or of none, have in common. */
struct rows {
	struct table *table;
	const struct report *report;
	const struct report_scenario *scenario;
	const char *run, *traced;	/* "" for the numbers of the whole scenario */
};

static void text(const struct rows *rows, const char *value)
{
	table_cell(rows->table, TONE_PLAIN, value ? value : "");
}

static void count(const struct rows *rows, __u64 value)
{
	table_format(rows->table, TONE_PLAIN, "%llu", value);
}

/* value is "" where it was not measured. */
static void add_row(const struct rows *rows, const char *role, const char *metric, const char *unit,
		    const char *value, const char *why)
{
	const struct report_scenario *scenario = rows->scenario;

	text(rows, rows->report->mode);
	text(rows, scenario->id);
	text(rows, scenario->variant);
	text(rows, scenario->cache);
	text(rows, scenario->link);
	count(rows, scenario->rate_bits);
	count(rows, scenario->chunk_bytes);
	text(rows, rows->run);
	text(rows, rows->traced);
	text(rows, role);
	text(rows, metric);
	text(rows, unit);
	text(rows, value);
	text(rows, why);
}

static void add_measured(const struct rows *rows, const char *role, const char *metric,
			 const char *unit, struct measured number)
{
	char value[NUMBER_BYTES] = "";

	if (!number.why)
		snprintf(value, sizeof(value), "%llu", number.value);
	add_row(rows, role, metric, unit, value, number.why);
}

static void add_count(const struct rows *rows, const char *role, const char *metric,
		      const char *unit, __u64 number)
{
	add_measured(rows, role, metric, unit, (struct measured){ number, NULL });
}

static void add_metric(const struct rows *rows, enum metric_id id, const struct report_role *role)
{
	struct metric_value number = metric_value(id, rows->scenario, role);
	const struct metric *metric = &metrics[id];
	char value[NUMBER_BYTES] = "";

	if (metric->of_borrowed && !number.present)
		return;
	if (number.why)
		;
	else if (metric->unit == UNIT_PER_ROUND || metric->unit == UNIT_PER_BYTE)
		snprintf(value, sizeof(value), "%.10g", number.ratio);
	else
		snprintf(value, sizeof(value), "%llu", number.count);
	add_row(rows, role ? role->name : "", metric->id, metric_unit_text(metric->unit), value,
		number.why);
}

static void add_run(const struct rows *rows, const struct report_run *run)
{
	add_count(rows, "sender", "elapsed", "ns", run->elapsed_ns);
	add_count(rows, "sender", "cpu_user", "ns", run->sender_user_ns);
	add_count(rows, "sender", "cpu_system", "ns", run->sender_system_ns);
	add_count(rows, "receiver", "cpu_user", "ns", run->receiver_user_ns);
	add_count(rows, "receiver", "cpu_system", "ns", run->receiver_system_ns);
	if (!run->traced)
		return;
	add_measured(rows, "sender", "crossings_total", "count", run->crossings);
	add_measured(rows, "sender", "switches_voluntary", "count", run->voluntary);
	add_measured(rows, "sender", "switches_involuntary", "count", run->involuntary);
	add_measured(rows, "sender", "faults_user", "count", run->faults_user);
}

/* "queued_file_page_bytes", … */
static void add_origins(const struct rows *rows, const char *where, bool measured,
			const __u64 bytes[REPORT_ORIGINS])
{
	for (unsigned int i = 0; measured && i < REPORT_ORIGINS; i++) {
		char *metric = xasprintf("%s_%s_bytes", where, report_origin_text(i));

		add_count(rows, "", metric, "bytes", bytes[i]);
		free(metric);
	}
}

static void add_pages(const struct rows *rows)
{
	const struct report_leg *sent = &rows->scenario->legs[LEG_USER_SOCKET];
	const struct report_leg *received = &rows->scenario->legs[LEG_SOCKET_RECEIVER];

	add_origins(rows, "queued", sent->has_origin && sent->has_queue, sent->at_queue);
	add_origins(rows, "device", sent->has_origin, sent->at_xmit);
	if (sent->has_origin)
		add_measured(rows, "", "retransmitted_bytes", "bytes", sent->retransmitted_bytes);
	add_origins(rows, "received", received->has_receive, received->at_receive);
}

static void add_scenario(const struct rows *rows)
{
	const struct report_scenario *scenario = rows->scenario;
	const struct report_zerocopy *borrowed = &scenario->zerocopy;

	add_count(rows, "", "payload", "bytes", scenario->payload_bytes);
	for (int id = 0; id < METRIC_COUNT; id++) {
		if (!metrics[id].of_role)
			add_metric(rows, id, NULL);
	}
	add_pages(rows);
	if (borrowed->used) {
		add_measured(rows, "sender", "zerocopy_sends", "count", borrowed->sends);
		add_measured(rows, "sender", "zerocopy_completed", "count", borrowed->completed);
		add_measured(rows, "sender", "zerocopy_said_copied", "count", borrowed->copied);
	}
	for (size_t i = 0; i < scenario->role_count; i++) {
		for (int id = 0; id < METRIC_COUNT; id++) {
			if (metrics[id].of_role)
				add_metric(rows, id, &scenario->roles[i]);
		}
	}
	add_count(rows, "", "lost_ring", "count", scenario->loss_ring);
	add_count(rows, "", "lost_map_full", "count", scenario->loss_map_full);
	add_count(rows, "", "lost_recursion", "count", scenario->loss_recursion);
}

/* Traced and untraced runs are numbered apart, from 1. */
static void add_runs(struct rows *rows)
{
	size_t numbers[2] = { 0, 0 };
	char run[24];

	for (size_t i = 0; i < rows->scenario->run_count; i++) {
		bool traced = rows->scenario->runs[i].traced;

		snprintf(run, sizeof(run), "%zu", ++numbers[traced]);
		rows->run = run;
		rows->traced = traced ? "true" : "false";
		add_run(rows, &rows->scenario->runs[i]);
	}
	rows->run = rows->traced = "";
}

static struct table *table_of_values(const struct report *report,
				      const struct report_scenario *scenario)
{
	static const char *const headings[] = {
		"mode", "scenario", "variant", "cache", "link", "rate_bits", "chunk_bytes", "run",
		"traced", "role", "metric", "unit", "value", "why",
	};
	struct table_column columns[sizeof(headings) / sizeof(headings[0])] = { { 0 } };
	struct rows rows = { .report = report, .scenario = scenario, .run = "", .traced = "" };

	for (size_t i = 0; i < sizeof(headings) / sizeof(headings[0]); i++)
		columns[i].heading = headings[i];
	rows.table = table_new(columns, sizeof(headings) / sizeof(headings[0]));
	if (scenario) {
		add_runs(&rows);
		add_scenario(&rows);
	}
	return rows.table;
}

int render_csv(const struct report *report, const struct render_options *options, FILE *out)
{
	(void)options;
	for (size_t i = 0; i < report->scenario_count || i == 0; i++) {
		struct table *table = table_of_values(report, report->scenario_count ?
						      &report->scenarios[i] : NULL);

		table_print_csv(table, i == 0, out);
		table_free(table);
	}
	return ferror(out) ? -EIO : 0;
}
