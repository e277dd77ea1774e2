// SPDX-License-Identifier: GPL-2.0
/* Second sources for what run and attach counted: what the kernel tallied of the threads of every
 * process that ended in the window. build_trace.c calls it. */
#include <string.h>

#include "build.h"
#include "uring_table.h"

/* Calls whose bytes fs/read_write.c accounts for, in one direction or both. */
static bool is_accounted(__u32 nr, enum syscall_way other)
{
	const struct syscall_mover *mover = syscall_mover(nr);

	return mover && mover->flags & SYSCALL_ACCOUNTED && mover->way != other;
}

bool build_is_accounted_read(__u32 nr)
{
	return is_accounted(nr, SYSCALL_WRITES);
}

static bool is_accounted_write(__u32 nr)
{
	return is_accounted(nr, SYSCALL_READS);
}

/* The tally is whole once the last thread has ended. */
static bool is_tallied(const struct snapshot *snapshot, __u32 proc)
{
	return proc && proc < snapshot->proc_count && !snapshot->procs[proc].threads &&
	       !snapshot->procs[proc].untallied;
}

struct sums {
	__u64 processes;
	__u64 voluntary, involuntary, bytes_in, bytes_out;
	__u64 call_ns;		/* on the CPU in calls */
	struct zc_tally tally;
	bool calls_32bit;	/* what those move is not told apart */
};

static void add_process(struct sums *sums, const struct zc_proc *proc)
{
	sums->processes++;
	sums->voluntary += proc->voluntary;
	sums->involuntary += proc->involuntary;
	sums->tally.voluntary += proc->tally.voluntary;
	sums->tally.involuntary += proc->tally.involuntary;
	sums->tally.read_bytes += proc->tally.read_bytes;
	sums->tally.written_bytes += proc->tally.written_bytes;
	sums->tally.cpu_ns += build_cpu_time(&proc->tally, proc->runnable_ns);
	sums->tally.threads += proc->tally.threads;
}

static struct sums sum_up(const struct snapshot *snapshot)
{
	struct sums sums = { 0 };

	for (__u32 p = 1; p < snapshot->proc_count; p++) {
		if (is_tallied(snapshot, p))
			add_process(&sums, &snapshot->procs[p]);
	}
	for (__u32 i = 1; i < snapshot->cell_count; i++) {
		const struct zc_cell *cell = &snapshot->cells[i];

		if (!is_tallied(snapshot, cell->key.proc))
			continue;
		sums.bytes_in += build_is_accounted_read(cell->key.nr) ? cell->bytes : 0;
		sums.bytes_out += is_accounted_write(cell->key.nr) ? cell->bytes : 0;
		if (cell->total_ns > cell->blocked_ns + cell->runnable_ns)
			sums.call_ns += cell->total_ns - cell->blocked_ns - cell->runnable_ns;
		sums.calls_32bit |= cell->key.nr == ZC_NR_32BIT;
	}
	return sums;
}

void trace_witnesses(struct report *report, const struct session *session,
		     const struct snapshot *snapshot, struct report_scenario *scenario)
{
	const struct sums sums = sum_up(snapshot);
	const char *rule = report_format(report, "%llu of %u processes: those that ended",
					 sums.processes, snapshot->proc_count - 1);
	const struct report_witness all[] = {
		{ .id = "all.voluntary", .source = "the kernel's nvcsw", .rule = rule,
		  .counted = sums.voluntary, .witness = sums.tally.voluntary },
		{ .id = "all.involuntary", .source = "the kernel's nivcsw", .rule = rule,
		  .counted = sums.involuntary, .witness = sums.tally.involuntary },
		{ .id = "all.bytes_in", .source = "the kernel's rchar", .rule = rule,
		  .subjects = CLAIM_BYTES,
		  .counted = sums.bytes_in, .witness = sums.tally.read_bytes },
		{ .id = "all.bytes_out", .source = "the kernel's wchar", .rule = rule,
		  .subjects = CLAIM_BYTES,
		  .counted = sums.bytes_out, .witness = sums.tally.written_bytes },
	};
	/* What threads did in calls cannot be more than all that they did. */
	const struct report_witness in_calls = {
		.id = "all.cpu_ns_beyond", .source = "the kernel's sum_exec_runtime, run_delay",
		.counted = sums.call_ns > sums.tally.cpu_ns ? sums.call_ns - sums.tally.cpu_ns : 0,
		.tolerance = build_cpu_tolerance(snapshot, sums.tally.threads),
		.rule = build_cpu_rule,
	};
	const bool switches = !session_missing(session, "sched_switch");

	if (!sums.processes)
		return;
	build_begin_witnesses(report, scenario);
	for (size_t i = switches ? 0 : 2; i < (sums.calls_32bit ? 2 : 4); i++)
		build_add_witness(scenario, all[i]);
	if (switches && !session_missing(session, "sys_enter"))
		build_add_witness(scenario, in_calls);
}
