// SPDX-License-Identifier: GPL-2.0
/* The report of a measurement of scenarios: what was asked for, the machine, and one scenario for
 * each series, which build_report.c puts together. measure_command.c calls it. */
#include "build.h"
#include "remote.h"

static const char *same_or(bool same, const char *text, const char *other)
{
	return same ? text : other;
}

static void describe_config(const struct measurement *m, struct report *report)
{
	const struct measure_plan *plan = m->plan;
	const struct condition *first = &plan->conditions[0];
	const char *peer = m->remote ? remote_name(m->remote) : NULL;
	bool one_cache = true, one_link = true;

	for (size_t i = 1; i < plan->condition_count; i++) {
		one_cache = one_cache && plan->conditions[i].cold == first->cold;
		one_link = one_link && plan->conditions[i].link == first->link;
	}
	report->config = (struct report_config){
		.started = report->config.started,
		.file = report_text(report, m->payload.name),
		.as = plan->as,
		.file_system = report_text(report, m->payload.file_system),
		.cache = same_or(one_cache, first->cold ? "cold" : "warm", "both"),
		.link = same_or(one_link, condition_link(first), "several"),
		.peer = report_text(report, peer),
		.receiver = receiver_how_names[plan->receiver],
		.payload_bytes = m->payload.bytes,
		.chunk_bytes = plan->chunk_bytes,
		.rate_bits = plan->condition_count == 1 ? first->rate_bits : 0,
		.repeats = plan->repeats,
		.seed = m->seed,
		.cpus = strain_cpus(&plan->strain, report),
		.socket_buffer_bytes = plan->strain.socket_buffer_bytes,
		.receiver_delay_us = plan->strain.receiver_delay_us,
	};
}

static bool has_runs(const struct series *series)
{
	return series->traced_count && series->untraced_count;
}

struct report *build_measurement(const struct measurement *m)
{
	struct report *report;
	size_t usable = 0, failed = 0;

	for (size_t i = 0; i < m->series_count; i++) {
		usable += has_runs(&m->series[i]);
		failed += m->series[i].failed != NULL;
	}
	if (!usable)
		return NULL;
	report = build_begin(m->plan->mode, m->plan->command);
	describe_config(m, report);
	report->scenarios = report_alloc(report, (usable + failed) * sizeof(*report->scenarios));
	for (size_t i = 0; i < m->series_count; i++) {
		if (has_runs(&m->series[i]))
			build_scenario(report, &m->series[i], m->session,
				       &report->scenarios[report->scenario_count++]);
		else if (m->series[i].failed)
			build_failed(report, &m->series[i],
				     &report->scenarios[report->scenario_count++]);
	}
	return report;
}
