// SPDX-License-Identifier: GPL-2.0
/* The tables of the report's fields, in the order in which they stand in the file: see
 * report_fields.h. A new member of a struct of report.h is one more row here, not required, so
 * that older reports can still be read; it is then written and read. */
#include "report_fields.h"
#include "alloc.h"
#include "metric.h"
#include "report.h"

#define AT(type, member) offsetof(struct type, member)

/* The members that "key": { … } groups in JSON lie in the surrounding struct: offset 0. */

static const struct field tool_rows[] = {
	{ "version", FIELD_TEXT, .offset = AT(report_tool, version) },
	{ "command", FIELD_TEXTS, .offset = AT(report_tool, command),
	  .count_offset = AT(report_tool, command_count) },
	{ 0 },
};
static const struct field_table tool_fields = { tool_rows, sizeof(struct report_tool) };

static const struct field machine_rows[] = {
	{ "kernel", FIELD_TEXT, .offset = AT(report_machine, kernel) },
	{ "arch", FIELD_TEXT, .offset = AT(report_machine, arch) },
	{ "cpus", FIELD_COUNT, .offset = AT(report_machine, cpus) },
	{ "cpu_model", FIELD_TEXT, .offset = AT(report_machine, cpu_model) },
	{ "memory_bytes", FIELD_COUNT, .offset = AT(report_machine, memory_bytes) },
	{ "virtual", FIELD_TEXT, .offset = AT(report_machine, virtual) },
	{ "btf", FIELD_BOOL, .offset = AT(report_machine, btf) },
	{ "lockdown", FIELD_TEXT, .offset = AT(report_machine, lockdown) },
	{ "distribution", FIELD_TEXT, .offset = AT(report_machine, distribution) },
	{ 0 },
};
const struct field_table machine_fields = { machine_rows, sizeof(struct report_machine) };

static const struct field config_rows[] = {
	{ "payload_bytes", FIELD_COUNT, .offset = AT(report_config, payload_bytes),
	  .required = true },
	{ "file_system", FIELD_TEXT, .offset = AT(report_config, file_system) },
	{ "cache", FIELD_TEXT, .offset = AT(report_config, cache) },
	{ "link", FIELD_TEXT, .offset = AT(report_config, link) },
	{ "repeats", FIELD_COUNT, .offset = AT(report_config, repeats) },
	{ "seed", FIELD_COUNT, .offset = AT(report_config, seed) },
	{ "started", FIELD_TEXT, .offset = AT(report_config, started) },
	{ "file", FIELD_TEXT, .offset = AT(report_config, file) },
	{ "as", FIELD_TEXT, .offset = AT(report_config, as) },
	{ "cards", FIELD_TEXT, .offset = AT(report_config, cards) },
	{ "peer", FIELD_TEXT, .offset = AT(report_config, peer) },
	{ "receiver", FIELD_TEXT, .offset = AT(report_config, receiver) },
	{ "chunk_bytes", FIELD_COUNT, .offset = AT(report_config, chunk_bytes) },
	{ "rate_bits", FIELD_COUNT, .offset = AT(report_config, rate_bits) },
	{ "cpus", FIELD_TEXT, .offset = AT(report_config, cpus) },
	{ "socket_buffer_bytes", FIELD_COUNT, .offset = AT(report_config, socket_buffer_bytes) },
	{ "receiver_delay_us", FIELD_COUNT, .offset = AT(report_config, receiver_delay_us) },
	{ 0 },
};
const struct field_table config_fields = { config_rows, sizeof(struct report_config) };

static const struct field role_rows[] = {
	{ "pid", FIELD_COUNT, .offset = AT(report_role, pid) },
	{ "execs", FIELD_COUNT, .offset = AT(report_role, execs) },
	{ "merged", FIELD_COUNT, .offset = AT(report_role, merged) },
	{ "switches", FIELD_METRICS, .required = true },
	{ "faults", FIELD_METRICS, .required = true },
	{ "interrupts", FIELD_METRICS, .required = false },
	{ "cpu_ns", FIELD_METRICS, .required = true },
	{ "peak_rss_bytes", FIELD_MEASURED, .offset = AT(report_role, peak_rss_bytes),
	  .required = true },
	{ "time_ns", FIELD_METRICS, .required = true },
	{ 0 },
};
static const struct field_table role_fields = { role_rows, sizeof(struct report_role) };

static const struct field syscall_rows[] = {
	{ "role", FIELD_TEXT, .offset = AT(report_syscall, role), .required = true },
	{ "name", FIELD_TEXT, .offset = AT(report_syscall, name), .required = true },
	{ "fd", FIELD_TEXT, .offset = AT(report_syscall, fd), .required = true },
	{ "source", FIELD_TEXT, .offset = AT(report_syscall, source) },
	{ "sink", FIELD_TEXT, .offset = AT(report_syscall, sink) },
	{ "calls", FIELD_COUNT, .offset = AT(report_syscall, calls), .required = true },
	{ "errors", FIELD_COUNT, .offset = AT(report_syscall, errors), .required = true },
	{ "zeros", FIELD_COUNT, .offset = AT(report_syscall, zeros) },
	{ "bytes", FIELD_COUNT, .offset = AT(report_syscall, bytes), .required = true },
	{ "cpu_ns", FIELD_MEASURED, .offset = AT(report_syscall, cpu_ns), .required = true },
	{ "blocked_ns", FIELD_MEASURED, .offset = AT(report_syscall, blocked_ns),
	  .required = true },
	{ "runnable_ns", FIELD_MEASURED, .offset = AT(report_syscall, runnable_ns),
	  .required = true },
	{ "received_bytes", FIELD_MEASURED, .offset = AT(report_syscall, received_bytes) },
	{ "data", FIELD_BOOL, .offset = AT(report_syscall, data), .required = true },
	{ "histogram_log2_ns", FIELD_HISTOGRAM, .offset = AT(report_syscall, histogram) },
	{ 0 },
};
static const struct field_table syscall_fields = { syscall_rows, sizeof(struct report_syscall) };

static const struct field leg_rows[] = {
	{ "by", FIELD_TEXT, .offset = AT(report_leg, by) },
	{ "bytes", FIELD_MEASURED, .offset = AT(report_leg, bytes), .required = true },
	{ "per_byte", FIELD_REAL, .offset = AT(report_leg, per_byte), .required = true },
	{ "evidence", FIELD_TEXT, .offset = AT(report_leg, evidence) },
	{ "note", FIELD_TEXT, .offset = AT(report_leg, note) },
	{ "origin_bytes", FIELD_ORIGINS, .offset = AT(report_leg, at_xmit),
	  .count_offset = AT(report_leg, has_origin) },
	{ "at_queue_bytes", FIELD_ORIGINS, .offset = AT(report_leg, at_queue),
	  .count_offset = AT(report_leg, has_queue) },
	{ "at_receive_bytes", FIELD_ORIGINS, .offset = AT(report_leg, at_receive),
	  .count_offset = AT(report_leg, has_receive) },
	{ "retransmitted_bytes", FIELD_MEASURED, .offset = AT(report_leg, retransmitted_bytes) },
	{ "why", FIELD_WHY, .offset = AT(report_leg, queue_why) },
	{ 0 },
};
static const struct field_table leg_fields = { leg_rows, sizeof(struct report_leg) };

static const struct field spread_rows[] = {
	{ "median", FIELD_MEASURED, .offset = AT(spread, median), .required = true },
	{ "min", FIELD_MEASURED, .offset = AT(spread, min), .required = true },
	{ "max", FIELD_MEASURED, .offset = AT(spread, max), .required = true },
	{ "runs", FIELD_COUNTS, .offset = AT(spread, runs), .count_offset = AT(spread, run_count),
	  .required = true },
	{ 0 },
};
static const struct field_table spread_fields = { spread_rows, sizeof(struct spread) };

static const struct field elapsed_rows[] = {
	{ "untraced", FIELD_OBJECT, .offset = AT(report_scenario, elapsed_untraced_ns),
	  .element = &spread_fields, .required = true },
	{ "traced", FIELD_OBJECT, .offset = AT(report_scenario, elapsed_traced_ns),
	  .element = &spread_fields, .required = true },
	{ 0 },
};
static const struct field_table elapsed_fields = { elapsed_rows, sizeof(struct report_scenario) };

static const struct field sender_cpu_rows[] = {
	{ "untraced", FIELD_OBJECT, .offset = AT(report_scenario, cpu_untraced_ns),
	  .element = &spread_fields },
	{ 0 },
};
static const struct field_table sender_cpu_fields = {
	sender_cpu_rows, sizeof(struct report_scenario),
};

static const struct field run_rows[] = {
	{ "traced", FIELD_BOOL, .offset = AT(report_run, traced), .required = true },
	{ "order", FIELD_COUNT, .offset = AT(report_run, order) },
	{ "elapsed_ns", FIELD_COUNT, .offset = AT(report_run, elapsed_ns), .required = true },
	{ "sender_user_ns", FIELD_COUNT, .offset = AT(report_run, sender_user_ns) },
	{ "sender_system_ns", FIELD_COUNT, .offset = AT(report_run, sender_system_ns) },
	{ "receiver_user_ns", FIELD_COUNT, .offset = AT(report_run, receiver_user_ns) },
	{ "receiver_system_ns", FIELD_COUNT, .offset = AT(report_run, receiver_system_ns) },
	{ "crossings", FIELD_MEASURED, .offset = AT(report_run, crossings) },
	{ "voluntary", FIELD_MEASURED, .offset = AT(report_run, voluntary) },
	{ "involuntary", FIELD_MEASURED, .offset = AT(report_run, involuntary) },
	{ "faults_user", FIELD_MEASURED, .offset = AT(report_run, faults_user) },
	{ 0 },
};
static const struct field_table run_fields = { run_rows, sizeof(struct report_run) };

static const struct field zerocopy_rows[] = {
	{ "used", FIELD_BOOL, .offset = AT(report_scenario, zerocopy.used) },
	{ "sends", FIELD_MEASURED, .offset = AT(report_scenario, zerocopy.sends) },
	{ "completed", FIELD_MEASURED, .offset = AT(report_scenario, zerocopy.completed) },
	{ "copied", FIELD_MEASURED, .offset = AT(report_scenario, zerocopy.copied) },
	{ "late_bytes", FIELD_MEASURED, .offset = AT(report_scenario, zerocopy.late_bytes) },
	{ "late_per_byte", FIELD_REAL, .offset = AT(report_scenario, zerocopy.late_per_byte) },
	{ 0 },
};
static const struct field_table zerocopy_fields = { zerocopy_rows, sizeof(struct report_scenario) };

static const struct field witness_rows[] = {
	{ "id", FIELD_TEXT, .offset = AT(report_witness, id), .required = true },
	{ "counted", FIELD_COUNT, .offset = AT(report_witness, counted), .required = true },
	{ "witness", FIELD_COUNT, .offset = AT(report_witness, witness), .required = true },
	{ "tolerance", FIELD_COUNT, .offset = AT(report_witness, tolerance) },
	{ "source", FIELD_TEXT, .offset = AT(report_witness, source), .required = true },
	{ "rule", FIELD_TEXT, .offset = AT(report_witness, rule) },
	{ "agree", FIELD_BOOL, .offset = AT(report_witness, agree), .required = true },
	{ "runs", FIELD_COUNT, .offset = AT(report_witness, runs) },
	{ "differ", FIELD_COUNT, .offset = AT(report_witness, differ) },
	{ 0 },
};
static const struct field_table witness_fields = { witness_rows, sizeof(struct report_witness) };

static const struct field refusal_rows[] = {
	{ "call", FIELD_TEXT, .offset = AT(report_refusal, call), .required = true },
	{ "error", FIELD_TEXT, .offset = AT(report_refusal, error), .required = true },
	{ "times", FIELD_COUNT, .offset = AT(report_refusal, times), .required = true },
	{ "before", FIELD_BOOL, .offset = AT(report_refusal, before) },
	{ 0 },
};
static const struct field_table refusal_fields = { refusal_rows, sizeof(struct report_refusal) };

static const struct field flow_rows[] = {
	{ "role", FIELD_TEXT, .offset = AT(report_flow, role), .required = true },
	{ "source", FIELD_TEXT, .offset = AT(report_flow, source) },
	{ "sink", FIELD_TEXT, .offset = AT(report_flow, sink) },
	{ "source_kind", FIELD_TEXT, .offset = AT(report_flow, source_kind) },
	{ "sink_kind", FIELD_TEXT, .offset = AT(report_flow, sink_kind) },
	{ "calls_by", FIELD_TEXT, .offset = AT(report_flow, calls_by) },
	{ "calls", FIELD_COUNT, .offset = AT(report_flow, calls) },
	{ "bytes", FIELD_COUNT, .offset = AT(report_flow, bytes), .required = true },
	{ "copies_per_byte", FIELD_REAL, .offset = AT(report_flow, copies_per_byte) },
	{ "verdict", FIELD_TEXT, .offset = AT(report_flow, verdict) },
	{ "because", FIELD_TEXT, .offset = AT(report_flow, why) },
	{ "refusals", FIELD_ARRAY, .offset = AT(report_flow, refusals), .element = &refusal_fields,
	  .count_offset = AT(report_flow, refusal_count) },
	{ 0 },
};
static const struct field_table flow_fields = { flow_rows, sizeof(struct report_flow) };

static const struct field loss_rows[] = {
	{ "ring", FIELD_COUNT, .offset = AT(report_scenario, loss_ring), .required = true },
	{ "map_full", FIELD_COUNT, .offset = AT(report_scenario, loss_map_full), .required = true },
	{ "recursion", FIELD_COUNT, .offset = AT(report_scenario, loss_recursion),
	  .required = true },
	{ 0 },
};
static const struct field_table loss_fields = { loss_rows, sizeof(struct report_scenario) };

static const struct field coarse_rows[] = {
	{ "calls", FIELD_COUNT, .offset = AT(report_scenario, coarse) },
	{ "why", FIELD_TEXT, .offset = AT(report_scenario, coarse_why) },
	{ 0 },
};
static const struct field_table coarse_fields = { coarse_rows, sizeof(struct report_scenario) };

static const struct field scenario_rows[] = {
	{ "id", FIELD_TEXT, .offset = AT(report_scenario, id), .required = true },
	{ "variant", FIELD_TEXT, .offset = AT(report_scenario, variant) },
	{ "cache", FIELD_TEXT, .offset = AT(report_scenario, cache) },
	{ "link", FIELD_TEXT, .offset = AT(report_scenario, link) },
	{ "receiver", FIELD_TEXT, .offset = AT(report_scenario, receiver) },
	{ "rate_bits", FIELD_COUNT, .offset = AT(report_scenario, rate_bits) },
	{ "chunk_bytes", FIELD_COUNT, .offset = AT(report_scenario, chunk_bytes),
	  .required = true },
	{ "payload_bytes", FIELD_COUNT, .offset = AT(report_scenario, payload_bytes) },
	{ "received_bytes", FIELD_COUNT, .offset = AT(report_scenario, received_bytes) },
	{ "sha256_sent", FIELD_TEXT, .offset = AT(report_scenario, sha256_sent) },
	{ "sha256_received", FIELD_TEXT, .offset = AT(report_scenario, sha256_received) },
	{ "failed", FIELD_TEXT, .offset = AT(report_scenario, failed) },
	{ "rounds", FIELD_MEASURED, .offset = AT(report_scenario, rounds), .required = true },
	{ "crossings", FIELD_METRICS, .required = true },
	{ "roles", FIELD_MAP, .offset = AT(report_scenario, roles), .element = &role_fields,
	  .count_offset = AT(report_scenario, role_count), .required = true },
	{ "syscalls", FIELD_ARRAY, .offset = AT(report_scenario, syscalls),
	  .element = &syscall_fields, .count_offset = AT(report_scenario, syscall_count),
	  .required = true },
	{ "legs", FIELD_LEGS, .offset = AT(report_scenario, legs), .element = &leg_fields,
	  .required = true },
	{ "elapsed_ns", FIELD_OBJECT, .element = &elapsed_fields, .required = true },
	{ "sender_cpu_ns", FIELD_OBJECT, .element = &sender_cpu_fields },
	{ "bytes_per_second", FIELD_MEASURED, .offset = AT(report_scenario, bytes_per_second) },
	{ "runs", FIELD_ARRAY, .offset = AT(report_scenario, runs), .element = &run_fields,
	  .count_offset = AT(report_scenario, run_count) },
	{ "zerocopy", FIELD_OBJECT, .element = &zerocopy_fields },
	{ "witnesses", FIELD_ARRAY, .offset = AT(report_scenario, witnesses),
	  .element = &witness_fields, .count_offset = AT(report_scenario, witness_count),
	  .required = true },
	{ "flows", FIELD_ARRAY, .offset = AT(report_scenario, flows), .element = &flow_fields,
	  .count_offset = AT(report_scenario, flow_count) },
	{ "loss", FIELD_OBJECT, .element = &loss_fields, .required = true },
	{ "coarse", FIELD_OBJECT, .element = &coarse_fields },
	{ "timeline", FIELD_TIMELINE, .offset = AT(report_scenario, timeline) },
	{ 0 },
};
static const struct field_table scenario_fields = { scenario_rows, sizeof(struct report_scenario) };

static const struct field claim_rows[] = {
	{ "id", FIELD_TEXT, .offset = AT(report_claim, id), .required = true },
	{ "text", FIELD_TEXT, .offset = AT(report_claim, text) },
	{ "source", FIELD_TEXT, .offset = AT(report_claim, source) },
	{ "documents", FIELD_TEXT, .offset = AT(report_claim, documents) },
	{ "measured", FIELD_SIGNED_REAL, .offset = AT(report_claim, measured), .required = true },
	{ "measured_text", FIELD_TEXT, .offset = AT(report_claim, measured_text) },
	{ "unit", FIELD_TEXT, .offset = AT(report_claim, unit) },
	{ "verdict", FIELD_VERDICT, .offset = AT(report_claim, verdict), .required = true },
	{ "condition", FIELD_TEXT, .offset = AT(report_claim, condition) },
	{ "why", FIELD_WHY, .offset = AT(report_claim, why) },
	{ "note", FIELD_TEXT, .offset = AT(report_claim, note) },
	{ "rule", FIELD_TEXT, .offset = AT(report_claim, rule) },
	{ "evidence", FIELD_TEXT, .offset = AT(report_claim, evidence) },
	{ 0 },
};
static const struct field_table claim_fields = { claim_rows, sizeof(struct report_claim) };

static const struct field report_rows[] = {
	{ "mode", FIELD_TEXT, .offset = AT(report, mode), .required = true },
	{ "tool", FIELD_OBJECT, .offset = AT(report, tool), .element = &tool_fields },
	{ "machine", FIELD_OBJECT, .offset = AT(report, machine), .element = &machine_fields,
	  .required = true },
	{ "config", FIELD_OBJECT, .offset = AT(report, config), .element = &config_fields,
	  .required = true },
	{ "scenarios", FIELD_ARRAY, .offset = AT(report, scenarios), .element = &scenario_fields,
	  .count_offset = AT(report, scenario_count), .required = true },
	{ "claims", FIELD_ARRAY, .offset = AT(report, claims), .element = &claim_fields,
	  .count_offset = AT(report, claim_count), .required = true },
	{ "sentences", FIELD_TEXTS, .offset = AT(report, sentences),
	  .count_offset = AT(report, sentence_count) },
	{ "warnings", FIELD_TEXTS, .offset = AT(report, warnings),
	  .count_offset = AT(report, warning_count) },
	{ 0 },
};
const struct field_table report_fields = { report_rows, sizeof(struct report) };

const struct field_table *metric_fields(const char *group)
{
	static struct field_table tables[METRIC_COUNT];
	static const char *groups[METRIC_COUNT];
	struct field *fields;
	int at, count = 0;

	for (at = 0; groups[at]; at++) {
		if (!strcmp(groups[at], group))
			return &tables[at];
	}
	fields = xcalloc(METRIC_COUNT + 1, sizeof(*fields));
	for (int id = 0; id < METRIC_COUNT; id++) {
		const struct metric *metric = &metrics[id];

		if (!metric->group || strcmp(metric->group, group) != 0)
			continue;
		fields[count++] = (struct field){
			metric->key, metric->unit == UNIT_PER_ROUND ? FIELD_REAL : FIELD_MEASURED,
			.offset = metric->offset, .required = !metric->later,
		};
	}
	groups[at] = group;
	tables[at].fields = fields;
	return &tables[at];
}
