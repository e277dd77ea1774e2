// SPDX-License-Identifier: GPL-2.0
/* The report of a measurement of scenarios: what was asked for, the machine, and the runs of each
 * series as one scenario, with counts from the traced run in the middle, times from all runs. */
#include <string.h>

#include "build.h"
#include "kinds.h"
#include "remote.h"
#include "stats.h"
#include "uring_table.h"

__u64 build_rounds(const struct snapshot *snapshot, int proc, const struct scenario *scenario)
{
	__u64 rounds = 0;

	for (__u32 i = 1; i < snapshot->cell_count; i++) {
		const struct zc_cell *cell = &snapshot->cells[i];

		if (cell->key.proc == (__u32)proc &&
		    !strcmp(call_name(cell->key.nr), scenario->round_call) &&
		    (!scenario->round_from_file ||
		     kind_is_file(kind_of_index(snapshot, cell->key.source))))
			rounds += cell->calls - cell->errors - cell->zeros;
	}
	return rounds;
}

/* The run in the middle by elapsed time: one run whose counts belong together. */
static const struct run_record *middle_run(const struct run_record *runs, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t below = 0, equal = 0;

		for (size_t j = 0; j < count; j++) {
			below += runs[j].sender.tally.elapsed_ns < runs[i].sender.tally.elapsed_ns;
			equal += runs[j].sender.tally.elapsed_ns == runs[i].sender.tally.elapsed_ns;
		}
		if (below <= count / 2 && below + equal > count / 2)
			return &runs[i];
	}
	return runs;
}

#define TIME(member) offsetof(struct report_run, member)

/* A time of the runs of one kind, by its place in struct report_run; or the sum of two. */
static void spread_of(const struct build *b, struct spread *spread, bool traced, size_t time,
		      size_t other)
{
	__u64 *values = report_alloc(b->report, b->scenario->run_count * sizeof(*values));
	size_t count = 0;

	for (size_t i = 0; i < b->scenario->run_count; i++) {
		const char *run = (const char *)&b->scenario->runs[i];

		if (b->scenario->runs[i].traced == traced)
			values[count++] = *(const __u64 *)(run + time) +
					  (other ? *(const __u64 *)(run + other) : 0);
	}
	stats_spread(b->report, spread, values, count, "no run was made");
}

static struct measured bytes_per_second(__u64 bytes, const struct spread *elapsed_ns)
{
	const struct measured *ns = &elapsed_ns->median;

	if (ns->why)
		return *ns;
	if (ns->value == 0)
		return (struct measured){ .why = "it took no time that the clock could tell" };
	return (struct measured){ .value = (__u64)(1e9 * bytes / ns->value + 0.5) };
}

static struct measured median_of(const struct build *b, size_t time)
{
	struct spread spread;

	spread_of(b, &spread, false, time, 0);
	return spread.median;
}

static void build_rounds_and_crossings(const struct build *b, const struct scenario *what)
{
	const struct snapshot *snapshot = b->run->snapshot;
	int proc = b->run->sender.proc;
	struct totals totals = build_totals(snapshot, proc);

	b->scenario->rounds.value = build_rounds(snapshot, proc, what);
	build_crossings(b->session, &totals, snapshot->procs[proc].faults_user, b->scenario);
	b->scenario->crossings_interrupts =
		build_interrupts(b->session, 2 * snapshot->procs[proc].interrupts_user);
	if (b->scenario->rounds.value)
		b->scenario->crossings_per_round.value =
			(double)b->scenario->crossings_data.value / b->scenario->rounds.value;
	else
		b->scenario->crossings_per_round.why = "no round was seen";
}

static void build_run(const struct session *session, const struct run_record *run,
		      struct report_run *out)
{
	const struct tally *sent = &run->sender.tally, *got = &run->receiver.tally;
	const char *untraced = "not counted: an untraced run";

	*out = (struct report_run){
		.traced = run->traced,
		.order = run->order,
		.elapsed_ns = sent->elapsed_ns,
		.sender_user_ns = sent->end.user_ns - sent->begin.user_ns,
		.sender_system_ns = sent->end.system_ns - sent->begin.system_ns,
		.receiver_user_ns = got->end.user_ns - got->begin.user_ns,
		.receiver_system_ns = got->end.system_ns - got->begin.system_ns,
		.crossings.why = untraced, .voluntary.why = untraced, .involuntary.why = untraced,
		.faults_user.why = untraced,
	};
	if (run->snapshot) {
		const struct zc_proc *proc = &run->snapshot->procs[run->sender.proc];
		struct totals totals = build_totals(run->snapshot, run->sender.proc);

		out->crossings = build_total_crossings(session, totals.calls, proc->faults_user);
		out->voluntary = build_by_switches(session, proc, proc->voluntary);
		out->involuntary = build_by_switches(session, proc, proc->involuntary);
		out->faults_user = build_counted(session, "page_fault_user", proc->faults_user);
	}
}

static void build_runs(const struct build *b, const struct series *series)
{
	b->scenario->run_count = series->traced_count + series->untraced_count;
	b->scenario->runs = report_alloc(b->report, b->scenario->run_count *
					 sizeof(*b->scenario->runs));
	for (size_t i = 0; i < series->untraced_count; i++)
		build_run(b->session, &series->untraced[i], &b->scenario->runs[i]);
	for (size_t i = 0; i < series->traced_count; i++)
		build_run(b->session, &series->traced[i],
			  &b->scenario->runs[series->untraced_count + i]);
}

static void build_roles(const struct build *b)
{
	struct report_role *roles = report_alloc(b->report, 2 * sizeof(*roles));

	roles[0].name = "sender";
	build_role(b->session, b->run, &b->run->sender, &roles[0]);
	roles[0].cpu_user_ns = median_of(b, TIME(sender_user_ns));
	roles[0].cpu_system_ns = median_of(b, TIME(sender_system_ns));
	roles[1].name = "receiver";
	if (b->run->remote)
		build_remote_role(b->report, b->run->remote, b->report->config.peer, &roles[1]);
	else
		build_role(b->session, b->run, &b->run->receiver, &roles[1]);
	roles[1].cpu_user_ns = median_of(b, TIME(receiver_user_ns));
	roles[1].cpu_system_ns = median_of(b, TIME(receiver_system_ns));
	b->scenario->roles = roles;
	b->scenario->role_count = 2;
}

/* Losses of any traced run: each of them can have spoilt what the runs are compared by. */
static void build_losses(const struct series *series, struct report_scenario *scenario)
{
	for (size_t r = 0; r < series->traced_count; r++) {
		build_loss(series->traced[r].snapshot, scenario);
		if (series->traced[r].remote)
			build_remote_loss(series->traced[r].remote, scenario);
	}
	if (scenario->coarse)
		scenario->coarse_why = "a table of the kernel side was full; calls were counted "
				       "by kind, none was lost";
}

static void build_all_witnesses(const struct build *middle, const struct series *series)
{
	struct build other = *middle;

	build_witnesses(middle);
	for (size_t r = 0; r < series->traced_count; r++) {
		other.run = &series->traced[r];
		if (other.run != middle->run)
			build_add_witnesses(&other);
	}
}

static void describe(const struct series *series, struct report_scenario *scenario)
{
	const struct variant *variant = series->variant;

	scenario->id = variant->scenario->id;
	scenario->variant = variant->prefault ? "prefault" : variant->chunk_bytes ? "chunk" : "whole";
	scenario->cache = series->condition->cold ? "cold" : "warm";
	scenario->link = condition_link(series->condition);
	scenario->rate_bits = series->condition->rate_bits;
	scenario->chunk_bytes = variant->chunk_bytes;
	scenario->payload_bytes = series->payload_bytes;
	scenario->receiver = receiver_how_names[series->condition->receiver];
}

static void build_failed(struct report *report, const struct series *series,
			 struct report_scenario *scenario)
{
	const char *why = report_text(report, series->failed);

	describe(series, scenario);
	scenario->failed = why;
	build_unknown(scenario, why);
}

static void build_scenario(struct report *report, const struct series *series,
			   const struct session *session, struct report_scenario *scenario)
{
	const struct run_record *run = middle_run(series->traced, series->traced_count);
	const struct build b = { report, session, run, scenario };
	const char **roles;

	describe(series, scenario);
	scenario->received_bytes = run->receiver.tally.payload_bytes;
	scenario->sha256_sent = report_text(report, series->sha256_sent);
	scenario->sha256_received = report_text(report, series->sha256_received);
	build_rounds_and_crossings(&b, series->variant->scenario);
	build_runs(&b, series);
	build_roles(&b);
	roles = report_alloc(report, run->snapshot->proc_count * sizeof(*roles));
	roles[run->sender.proc] = scenario->roles[0].name;
	if (run->receiver.proc)
		roles[run->receiver.proc] = scenario->roles[1].name;
	build_syscalls(report, session, run->snapshot, roles, false, scenario);
	if (run->remote)
		build_remote_syscalls(report, run->remote, report->config.peer,
				      scenario->roles[1].name, scenario);
	build_legs(&b);
	spread_of(&b, &scenario->elapsed_untraced_ns, false, TIME(elapsed_ns), 0);
	scenario->bytes_per_second = bytes_per_second(scenario->payload_bytes,
						      &scenario->elapsed_untraced_ns);
	spread_of(&b, &scenario->elapsed_traced_ns, true, TIME(elapsed_ns), 0);
	spread_of(&b, &scenario->cpu_untraced_ns, false, TIME(sender_user_ns),
		  TIME(sender_system_ns));
	build_all_witnesses(&b, series);
	build_losses(series, scenario);
	build_timeline(report, session, run->snapshot, roles, scenario);
}

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
		.cards = m->cards[0] ? report_text(report, m->cards) : NULL,
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
