// SPDX-License-Identifier: GPL-2.0
/* The tables that say how far to trust a report: every run, what was lost, what arrived. Called by
 * page.c. */
#include "tables.h"

#include "title.h"
#include "texts.h"

#define COLUMNS(columns) columns, sizeof(columns) / sizeof((columns)[0])

enum { RUNS_SHOWN = 1000 };	/* of a scenario; all are in the JSON report and the CSV */

static void add_run(struct table *table, const struct report_run *run, size_t number)
{
	table_format(table, TONE_PLAIN, "%s %zu", run->traced ? "traced" : "untraced", number);
	table_value(table, run->elapsed_ns, number_time);
	table_value(table, run->sender_user_ns, number_time);
	table_value(table, run->sender_system_ns, number_time);
	table_value(table, run->receiver_user_ns, number_time);
	table_value(table, run->receiver_system_ns, number_time);
	table_measured(table, NULL, &run->crossings, number_count);
	table_measured(table, NULL, &run->faults_user, number_count);
	table_measured(table, NULL, &run->voluntary, number_count);
	table_measured(table, NULL, &run->involuntary, number_count);
}

struct table *table_of_runs(const struct report_scenario *scenario)
{
	static const struct table_column columns[] = {
		{ "run", .right = false }, { "elapsed", .right = true },
		{ "sender user", .right = true }, { "sender system", .right = true },
		{ "receiver user", .right = true }, { "receiver system", .right = true },
		{ "crossings", .right = true }, { "user faults", .right = true },
		{ "voluntary", .right = true }, { "involuntary", .right = true },
	};
	size_t numbers[2] = { 0, 0 };
	struct table *table;

	if (scenario->run_count == 0)
		return NULL;
	table = table_new(COLUMNS(columns));
	for (size_t i = 0; i < scenario->run_count && i < RUNS_SHOWN; i++)
		add_run(table, &scenario->runs[i], ++numbers[scenario->runs[i].traced]);
	return table;
}

static bool lost_any(const struct report_scenario *scenario)
{
	return scenario->loss_ring || scenario->loss_map_full || scenario->loss_recursion ||
	       scenario->coarse;
}

struct table *table_of_loss(const struct report *report)
{
	static const struct table_column columns[] = {
		{ "scenario", .right = false }, { "ring buffer full", .right = true },
		{ "map full", .right = true }, { "missed in recursion", .right = true },
		{ "calls counted by kind only", .right = true },
	};
	struct table *table = NULL;
	char title[TITLE_BYTES];

	for (size_t i = 0; i < report->scenario_count; i++) {
		const struct report_scenario *scenario = &report->scenarios[i];

		if (!lost_any(scenario))
			continue;
		if (!table)
			table = table_new(COLUMNS(columns));
		table_cell(table, TONE_PLAIN, scenario_title(scenario, title));
		table_value(table, scenario->loss_ring, number_count);
		table_value(table, scenario->loss_map_full, number_count);
		table_value(table, scenario->loss_recursion, number_count);
		table_value(table, scenario->coarse, number_count);
		if (scenario->coarse_why)
			table_remark(table, TONE_DOUBT, "%s", scenario->coarse_why);
	}
	return table;
}

struct table *table_of_delivery(const struct report *report)
{
	static const struct table_column columns[] = {
		{ "scenario", .right = false }, { "payload", .right = true },
		{ "received", .right = true }, { "SHA-256 sent", .right = false },
		{ "SHA-256 received", .right = false },
	};
	struct table *table = NULL;
	char title[TITLE_BYTES];

	for (size_t i = 0; i < report->scenario_count; i++) {
		const struct report_scenario *scenario = &report->scenarios[i];
		bool same = same_text(scenario->sha256_sent, scenario->sha256_received);

		if (!scenario->sha256_sent)
			continue;
		if (!table)
			table = table_new(COLUMNS(columns));
		table_cell(table, TONE_PLAIN, scenario_title(scenario, title));
		table_value(table, scenario->payload_bytes, table_size);
		table_value(table, scenario->received_bytes, table_size);
		table_cell(table, TONE_PLAIN, scenario->sha256_sent);
		table_cell(table, same ? TONE_GOOD : TONE_BAD,
			   same ? "the same" : scenario->sha256_received);
	}
	return table;
}
