// SPDX-License-Identifier: GPL-2.0
/* What all reports have in common, be they of scenarios, of any program or of a receiver: how they
 * begin, sums over the kernel side's rows, crossings, roles, losses. See build.h. */
#include <string.h>
#include <time.h>

#include "build.h"
#include "kinds.h"
#include "machine.h"
#include "stats.h"
#include "uring_table.h"
#include "version.h"

/* Windows, sums of ns: a few read-outs of the clock do not fit exactly. */
static __u64 less(__u64 a, __u64 b)
{
	return a > b ? a - b : 0;
}

struct report *build_begin(const char *mode, const char *const *command)
{
	struct report *report = report_new();
	time_t now = time(NULL);
	char when[32];
	struct tm utc;

	report->mode = mode;
	report->tool.version = ZCTRACE_VERSION;
	machine_describe(report);
	if (!command)
		return report;
	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
	report->config.started = report_text(report, when);
	while (command[report->tool.command_count])
		report->tool.command_count++;
	report->tool.command = report_alloc(report, report->tool.command_count * sizeof(char *));
	for (size_t i = 0; i < report->tool.command_count; i++)
		report->tool.command[i] = report_text(report, command[i]);
	return report;
}

void build_unknown(struct report_scenario *scenario, const char *why)
{
	scenario->rounds.why = scenario->crossings_per_round.why = why;
	scenario->crossings_data.why = scenario->crossings_control.why = why;
	scenario->crossings_user_faults.why = scenario->crossings_total.why = why;
	scenario->crossings_interrupts.why = why;
	for (int i = 0; i < LEG_COUNT; i++)
		scenario->legs[i].bytes.why = scenario->legs[i].per_byte.why = why;
	stats_unknown(&scenario->elapsed_untraced_ns, why);
	stats_unknown(&scenario->elapsed_traced_ns, why);
	stats_unknown(&scenario->cpu_untraced_ns, why);
	scenario->bytes_per_second.why = why;
	build_no_borrowed(scenario, why);
}

void build_totals_add(struct totals *t, const struct snapshot *snapshot, const struct zc_cell *cell)
{
	__u64 calls = cell->calls;

	if (call_is_syscall(cell->key.nr))
		t->calls += calls;
	t->kernel_ns += less(cell->total_ns, cell->blocked_ns + cell->runnable_ns);
	t->received += cell->received_bytes;
	if (!cell_moves_data(cell))
		return;
	if (call_is_syscall(cell->key.nr))
		t->data_calls += calls - cell->errors - cell->zeros;
	if (kind_is_file(kind_of_index(snapshot, cell->key.source)))
		t->file_ends += cell->zeros;
	if (kind_is_tcp(kind_of_index(snapshot, cell->key.source)))
		t->tcp_in += cell->bytes;
	if (kind_is_tcp(kind_of_index(snapshot, cell->key.sink)))
		t->tcp_out += cell->bytes;
	if (build_is_accounted_read(cell->key.nr))
		t->io_accounted += cell->bytes;
}

struct totals build_totals(const struct snapshot *snapshot, int proc)
{
	struct totals t = { 0 };

	for (__u32 i = 1; i < snapshot->cell_count; i++) {
		if (snapshot->cells[i].key.proc == (__u32)proc)
			build_totals_add(&t, snapshot, &snapshot->cells[i]);
	}
	return t;
}

struct measured build_counted(const struct session *session, const char *tracepoint, __u64 value)
{
	const char *missing = session_missing(session, tracepoint);

	return (struct measured){ .value = missing ? 0 : value, .why = missing };
}

void build_add(struct measured *sum, struct measured more)
{
	sum->value += more.value;
	if (!sum->why)
		sum->why = more.why;
}

const char *build_no_switches(const struct session *session, const struct zc_proc *proc)
{
	const char *missing = session_missing(session, "sched_switch");

	if (!missing && proc->switches_missed)
		return "the kernel did not show every context switch: a thread ran that had not been "
		       "seen to come back to a CPU";
	return missing;
}

struct measured build_by_switches(const struct session *session, const struct zc_proc *proc,
				  __u64 value)
{
	const char *why = build_no_switches(session, proc);

	return (struct measured){ .value = why ? 0 : value, .why = why };
}

struct measured build_off_cpu(const struct session *session, const struct zc_proc *proc, __u64 ns)
{
	struct measured known = build_by_switches(session, proc, ns);

	return known.why ? known : build_counted(session, "sched_wakeup", ns);
}

struct measured build_total_crossings(const struct session *session, __u64 calls, __u64 faults)
{
	return build_counted(session, "page_fault_user", 2 * (calls + faults));
}

void build_crossings(const struct session *session, const struct totals *totals, __u64 faults,
		     struct report_scenario *scenario)
{
	scenario->crossings_data = (struct measured){ .value = 2 * totals->data_calls };
	scenario->crossings_control = (struct measured){
		.value = 2 * (totals->calls - totals->data_calls),
	};
	scenario->crossings_user_faults = build_counted(session, "page_fault_user", 2 * faults);
	scenario->crossings_total = build_total_crossings(session, totals->calls, faults);
}

struct measured build_interrupts(const struct session *session, __u64 interrupts)
{
	static const char *const tracepoints[] = {
		"local_timer_entry", "reschedule_entry", "call_function_entry",
		"call_function_single_entry", "irq_work_entry", "irq_handler_entry", "nmi_handler",
	};

	for (size_t i = 0; i < sizeof(tracepoints) / sizeof(tracepoints[0]); i++) {
		const char *missing = session_missing(session, tracepoints[i]);

		if (missing)
			return (struct measured){ .why = missing };
	}
	return (struct measured){ .value = interrupts };
}

void build_peak_rss(const struct party *party, struct report_role *role)
{
	if (party->peak_rss_bytes)
		role->peak_rss_bytes.value = party->peak_rss_bytes;
	else
		role->peak_rss_bytes.why = "/proc/PID/status could not be read";
}

void build_role_add(const struct session *session, const struct zc_proc *proc,
		    const struct totals *totals, struct report_role *role)
{
	build_add(&role->voluntary, build_by_switches(session, proc, proc->voluntary));
	build_add(&role->involuntary, build_by_switches(session, proc, proc->involuntary));
	build_add(&role->faults_user, build_counted(session, "page_fault_user", proc->faults_user));
	build_add(&role->faults_kernel, build_counted(session, "page_fault_kernel",
						      proc->faults_kernel));
	build_add(&role->interrupts_user, build_interrupts(session, proc->interrupts_user));
	build_add(&role->interrupts_kernel, build_interrupts(session, proc->interrupts_kernel));
	build_add(&role->blocked_ns, build_off_cpu(session, proc, proc->blocked_ns));
	build_add(&role->runnable_ns, build_off_cpu(session, proc, proc->runnable_ns));
	build_add(&role->kernel_ns, build_by_switches(session, proc, totals->kernel_ns));
}

void build_role(const struct session *session, const struct run_record *run,
		const struct party *party, struct report_role *role)
{
	const struct zc_proc *proc = &run->snapshot->procs[party->proc];
	struct totals totals = build_totals(run->snapshot, party->proc);
	__u64 off = proc->blocked_ns + proc->runnable_ns;

	role->pid = proc->tgid;
	role->window_ns.value = less(proc->close_ns, proc->open_ns);
	build_role_add(session, proc, &totals, role);
	role->user_ns = build_by_switches(session, proc,
					  less(role->window_ns.value, totals.kernel_ns + off));
	build_peak_rss(party, role);
}

void build_loss(const struct snapshot *snapshot, struct report_scenario *scenario)
{
	for (int i = 0; i < ZC_LOSS_COUNT; i++) {
		if (i == ZC_LOSS_RING)
			scenario->loss_ring += snapshot->loss[i];
		else
			scenario->loss_map_full += snapshot->loss[i];
	}
	for (int i = 0; i < ZC_COARSE_COUNT; i++)
		scenario->coarse += snapshot->coarse[i];
	scenario->loss_recursion += snapshot->recursion;
}
