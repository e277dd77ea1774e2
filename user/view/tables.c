// SPDX-License-Identifier: GPL-2.0
/* The tables of one scenario: flows, processes, calls, pages, times, witnesses, runs. One more is a
 * row of scenario_tables[]. Called by the renderers. */
#include "tables.h"

#include <string.h>

#include "path.h"
#include "texts.h"

#define COLUMNS(columns) columns, sizeof(columns) / sizeof((columns)[0])

/* "zero-copy: 20 of 20 bytes at the device …"; some verdicts have their reason in them. */
static void add_flow_verdict(struct table *table, const struct report_flow *flow)
{
	const char *verdict = flow->verdict ? flow->verdict : "no verdict";
	enum tone tone = text_begins(verdict, "zero-copy") ? TONE_GOOD :
			 text_begins(verdict, "mixed") ? TONE_DOUBT : TONE_BOLD;

	if (!flow->why || strstr(verdict, flow->why))
		table_remark(table, tone, "%s", verdict);
	else
		table_remark(table, tone, "%s: %s", verdict, flow->why);
}

/* Why the program copied: what it tried, and was refused. */
static void add_refusals(struct table *table, const struct report_flow *flow)
{
	char number[NUMBER_BYTES];

	for (size_t i = 0; i < flow->refusal_count; i++) {
		const struct report_refusal *refusal = &flow->refusals[i];

		number_count(refusal->times, number);
		table_remark(table, TONE_DOUBT, "%s was refused with %s %s %s; %s%s%s",
			     refusal->call, refusal->error, number,
			     refusal->times == 1 ? "time" : "times",
			     refusal->before ? "after it came " : "whether before or after ",
			     flow->calls_by ? flow->calls_by : "these calls", refusal->before ? "" : " is not known");
	}
}

static struct table *make_flows(const struct report_scenario *scenario)
{
	static const struct table_column columns[] = {
		{ "process", .right = false }, { "from", .wraps = true }, { "to", .wraps = true },
		{ "bytes", .right = true }, { "by", .wraps = true },
		{ "CPU copies/byte", .right = true },
	};
	struct table *table;

	if (scenario->flow_count == 0)
		return NULL;
	table = table_new(COLUMNS(columns));
	table->remarks = "verdict";
	for (size_t i = 0; i < scenario->flow_count; i++) {
		const struct report_flow *flow = &scenario->flows[i];

		table_cell(table, TONE_PLAIN, flow->role);
		table_cell(table, TONE_PLAIN, flow->source ? flow->source : flow->source_kind);
		table_cell(table, TONE_PLAIN, flow->sink ? flow->sink : flow->sink_kind);
		table_value(table, flow->bytes, table_size);
		table_cell(table, TONE_PLAIN, flow->calls_by);
		if (flow->why && flow->copies_per_byte.why)
			table_cell(table, TONE_PLAIN, NULL);	/* the verdict has the reason */
		else
			table_real(table, NULL, &flow->copies_per_byte);
		add_flow_verdict(table, flow);
		add_refusals(table, flow);
	}
	return table;
}

static struct table *make_processes(const struct report_scenario *scenario)
{
	static const struct table_column columns[] = {
		{ "process", .right = false }, { "switches vol / invol", .right = true },
		{ "faults user / in calls", .right = true }, { "CPU user / system", .right = true },
		{ "peak memory", .right = true },
	};
	char number[NUMBER_BYTES];
	struct table *table;

	if (scenario->role_count == 0)
		return NULL;
	table = table_new(COLUMNS(columns));
	for (size_t i = 0; i < scenario->role_count; i++) {
		const struct report_role *role = &scenario->roles[i];

		table_cell(table, TONE_PLAIN, role->name);
		table_pair(table, NULL, &role->voluntary, &role->involuntary, number_count);
		table_pair(table, NULL, &role->faults_user, &role->faults_kernel, number_count);
		table_pair(table, NULL, &role->cpu_user_ns, &role->cpu_system_ns, number_time);
		table_measured(table, NULL, &role->peak_rss_bytes, table_size);
		if (role->merged)
			table_remark(table, TONE_DIM,
				     "with %s descendants that lived too short to tell apart",
				     number_count(role->merged, number));
	}
	return table;
}

static struct table *make_calls(const struct report_scenario *scenario)
{
	static const struct table_column columns[] = {
		{ "role", .right = false }, { "call", .right = false }, { "on", .right = false },
		{ "calls", .right = true }, { "errors", .right = true }, { "bytes", .right = true },
		{ "on CPU", .right = true }, { "blocked", .right = true },
		{ "runnable", .right = true },
	};
	struct table *table;

	if (scenario->syscall_count == 0)
		return NULL;
	table = table_new(COLUMNS(columns));
	table->remarks = "from → to";
	for (size_t i = 0; i < scenario->syscall_count; i++) {
		const struct report_syscall *call = &scenario->syscalls[i];

		table_cell(table, TONE_PLAIN, call->role);
		table_cell(table, call->data ? TONE_BOLD : TONE_PLAIN, call->name);
		table_cell(table, TONE_PLAIN, call->fd);
		table_value(table, call->calls, number_count);
		table_value(table, call->errors, number_count);
		table_value(table, call->bytes, table_size);
		table_measured(table, NULL, &call->cpu_ns, number_time);
		table_measured(table, NULL, &call->blocked_ns, number_time);
		table_measured(table, NULL, &call->runnable_ns, number_time);
		if (call->source || call->sink)
			table_remark(table, TONE_DIM, "%s → %s", call->source ? call->source : "",
				     call->sink ? call->sink : "");
	}
	return table;
}

/* A count, or "—" where nothing of this sort was measured. */
static void add_origin(struct table *table, bool measured, __u64 bytes)
{
	if (measured)
		table_value(table, bytes, number_count);
	else
		table_cell(table, TONE_PLAIN, NULL);
}

static struct table *make_origins(const struct report_scenario *scenario)
{
	static const char *const labels[REPORT_ORIGINS] = {
		"page cache of a file",	      "memory of the socket's own",
		"the program's own page",     "the shared zero page",
		"a file cut while in flight", "not known",
	};
	static const struct table_column columns[] = {
		{ "new bytes by their page", .right = false }, { "queued", .right = true },
		{ "at the device", .right = true }, { "at the receiver", .right = true },
	};
	const struct report_leg *leg = &scenario->legs[LEG_USER_SOCKET];
	const struct report_leg *receive = &scenario->legs[LEG_SOCKET_RECEIVER];
	struct table *table;

	if (!leg->has_origin)
		return NULL;
	table = table_new(COLUMNS(columns));
	for (unsigned int i = 0; i < REPORT_ORIGINS; i++) {
		table_cell(table, TONE_PLAIN, labels[i]);
		add_origin(table, leg->has_queue, leg->at_queue[i]);
		add_origin(table, true, leg->at_xmit[i]);
		add_origin(table, receive->has_receive, receive->at_receive[i]);
	}
	if (!leg->has_queue)
		table_note(table, "queued", leg->queue_why);
	table_cell(table, TONE_PLAIN, "retransmitted");
	table_cell(table, TONE_PLAIN, "");
	table_measured(table, "retransmitted", &leg->retransmitted_bytes, number_count);
	table_cell(table, TONE_PLAIN, "");
	return table;
}

static const char *mover(const char *by)
{
	return text_is(by, "cpu") ? "CPU" : text_is(by, "dma") ? "DMA" : by;
}

/* A note that says more than the reason and the evidence, which are shown anyway. */
static bool has_remark(const struct report_leg *leg)
{
	return leg->note && !(leg->bytes.why && strstr(leg->bytes.why, leg->note)) &&
	       !same_text(leg->note, leg->evidence);
}

static void add_leg(struct table *table, const char *label, const char *by,
		    const struct measured *bytes, const struct measured_real *per_byte,
		    const char *evidence)
{
	table_cell(table, TONE_PLAIN, label);
	table_cell(table, TONE_PLAIN, by);
	table_measured(table, label, bytes, table_size);
	table_real(table, label, per_byte);
	table_cell(table, TONE_PLAIN, bytes->why ? "" : evidence);
}

static struct table *make_legs(const struct report_scenario *scenario)
{
	static const struct table_column columns[] = {
		{ "leg", .right = false }, { "by", .right = false }, { "bytes", .right = true },
		{ "per byte", .right = true }, { "evidence", .right = false },
	};
	const struct report_zerocopy *borrowed = &scenario->zerocopy;
	struct table *table;

	if (!path_is_known(scenario))
		return NULL;
	table = table_new(COLUMNS(columns));
	for (int id = 0; id < LEG_COUNT; id++) {
		const struct report_leg *leg = &scenario->legs[id];

		/* No leg: a copy between two of them, which only borrowed pages meet. */
		if (id == LEG_SOCKET_RECEIVER && borrowed->used)
			add_leg(table, metrics[METRIC_LATE_BYTES].label, "CPU",
				&borrowed->late_bytes, &borrowed->late_per_byte, "provenance");
		add_leg(table, metrics[METRIC_LEG_BYTES + id].label, mover(leg->by), &leg->bytes,
			&leg->per_byte, leg->evidence);
		if (has_remark(leg))
			table_remark(table, TONE_DIM, "%s", leg->note);
	}
	return table;
}

static struct table *make_times(const struct report_scenario *scenario)
{
	static const struct table_column columns[] = {
		{ "role", .right = false }, { "in user mode", .right = true },
		{ "in calls, on CPU", .right = true }, { "blocked", .right = true },
		{ "runnable", .right = true }, { "measured", .right = true },
	};
	struct table *table;

	if (scenario->role_count == 0)
		return NULL;
	table = table_new(COLUMNS(columns));
	for (size_t i = 0; i < scenario->role_count; i++) {
		const struct report_role *role = &scenario->roles[i];
		const struct measured *const times[] = {
			&role->user_ns, &role->kernel_ns, &role->blocked_ns, &role->runnable_ns,
			&role->window_ns,
		};

		table_cell(table, TONE_PLAIN, role->name);
		for (size_t t = 0; t < sizeof(times) / sizeof(times[0]); t++)
			table_measured(table, NULL, times[t], number_time);
	}
	return table;
}

static struct table *make_witnesses(const struct report_scenario *scenario)
{
	static const struct table_column columns[] = {
		{ "number", .right = false }, { "counted", .right = true },
		{ "witness", .right = true }, { "by", .right = false }, { "", .right = false },
	};
	char number[NUMBER_BYTES];
	struct table *table;

	if (scenario->witness_count == 0)
		return NULL;
	table = table_new(COLUMNS(columns));
	table->remarks = "rule";
	for (size_t i = 0; i < scenario->witness_count; i++) {
		const struct report_witness *witness = &scenario->witnesses[i];

		table_cell(table, TONE_PLAIN, witness->id);
		table_value(table, witness->counted, number_count);
		table_value(table, witness->witness, number_count);
		table_cell(table, TONE_PLAIN, witness->source);
		table_cell(table, witness->agree ? TONE_GOOD : TONE_BAD,
			   witness->agree ? "agree" : "differ");
		if (witness->rule && witness->tolerance)
			table_remark(table, TONE_DIM, "within %s: %s",
				     number_count(witness->tolerance, number), witness->rule);
		else if (witness->rule)
			table_remark(table, TONE_DIM, "%s", witness->rule);
	}
	return table;
}

const struct table_kind scenario_tables[] = {
	{ "flows", NULL, .make = make_flows },
	{ "processes", NULL, .any_program = true, .make = make_processes },
	{ "calls", "calls", .detail = true, .make = make_calls },
	{ "legs", "legs", .detail = true, .make = make_legs },
	{ "pages", "pages in the segments", .detail = true, .make = make_origins },
	{ "times", "where the time went", .detail = true, .make = make_times },
	{ "witnesses", "witnesses", .detail = true, .make = make_witnesses },
	{ 0 },
};

struct table *table_of_kind(const char *id, const struct report_scenario *scenario)
{
	const struct table_kind *kind = scenario_tables;

	while (strcmp(kind->id, id) != 0)
		kind++;
	return kind->make(scenario);
}
