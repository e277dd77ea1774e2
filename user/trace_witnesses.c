// SPDX-License-Identifier: GPL-2.0
/* Second sources for what run counted: wait4()'s rusage and /proc/PID/io of the command.
 * build_trace.c calls it. */
#include <string.h>

#include "build.h"
#include "trace.h"
#include "uring_table.h"

enum {
	MAX_WITNESSES = 8,
	EXEC_READS = 8192,	/* bytes of programs and their interpreters that one exec reads */
};

struct bench {
	struct report_scenario *scenario;
	const struct snapshot *snapshot;
	const struct trace_result *result;
};

static void hear(struct bench *bench, const char *id, const char *source, __u64 counted,
		 __u64 witness, __u64 tolerance, const char *rule)
{
	__u64 apart = counted > witness ? counted - witness : witness - counted;

	bench->scenario->witnesses[bench->scenario->witness_count++] = (struct report_witness){
		.id = id, .source = source, .counted = counted, .witness = witness,
		.tolerance = tolerance, .rule = rule, .agree = apart <= tolerance,
	};
}

/* wait4() tells of CMD from its fork on, and of the descendants that were waited for: all of those
 * may be missing from it. */
static void hear_usage(struct bench *bench, const struct session *session)
{
	static const char *const ends = "each process's beginning and end; descendants count there "
					"only if they were waited for";
	const struct usage *usage = &bench->result->usage;
	const struct zc_proc *command = &bench->snapshot->procs[1];
	__u64 voluntary = 0, involuntary = 0, faults = 0, processes = bench->snapshot->proc_count;

	for (__u32 p = 2; p < bench->snapshot->proc_count; p++) {
		const struct zc_proc *proc = &bench->snapshot->procs[p];

		voluntary += proc->voluntary;
		involuntary += proc->involuntary;
		faults += proc->faults_user + proc->faults_kernel;
		processes += proc->merged;
	}
	processes += command->merged;
	if (!session_missing(session, "sched_switch")) {
		hear(bench, "all.voluntary", "wait4", command->voluntary + voluntary,
		     usage->voluntary, 4 * processes + command->voluntary / 100 + voluntary, ends);
		hear(bench, "all.involuntary", "wait4", command->involuntary + involuntary,
		     usage->involuntary, 4 * processes + command->involuntary / 100 + involuntary,
		     ends);
	}
	if (session_missing(session, "page_fault_user") ||
	    session_missing(session, "page_fault_kernel"))
		return;
	hear(bench, "all.faults", "wait4",
	     command->faults_user + command->faults_kernel + faults,
	     usage->minor_faults + usage->major_faults,
	     256 * processes + command->faults_user / 20 + faults,
	     "exec and exit of each process; a fault that is retried is one exception more; "
	     "descendants count there only if they were waited for");
}

static bool is_one_of(const char *name, const char *const *names)
{
	for (; *names; names++) {
		if (!strcmp(*names, name))
			return true;
	}
	return false;
}

/* The calls that fs/read_write.c and fs/splice.c account for in /proc/PID/io. */
static const char *const readers[] = { "read", "pread64", "readv", "preadv", "preadv2", "sendfile",
				       "copy_file_range", NULL };

bool build_is_accounted_read(__u32 nr)
{
	return call_is_syscall(nr) && is_one_of(call_name(nr), readers);
}

static const char *const writers[] = { "write", "pwrite64", "writev", "pwritev", "pwritev2",
				       "sendfile", "copy_file_range", NULL };

/* As with wait4(), descendants are in it if they were waited for. */
static void hear_io(struct bench *bench, const char *id, const char *source,
		    const char *const *names, __u64 witness, __u64 tolerance, const char *rule)
{
	__u64 command = 0, others = 0;

	for (__u32 i = 1; i < bench->snapshot->cell_count; i++) {
		const struct zc_cell *cell = &bench->snapshot->cells[i];

		if (is_one_of(call_name(cell->key.nr), names))
			*(cell->key.proc == 1 ? &command : &others) += cell->bytes;
	}
	hear(bench, id, source, command + others, witness, tolerance + others,
	     others ? "descendants count there only if they were waited for" : rule);
}

static bool has_calls(const struct snapshot *snapshot, const char *name)
{
	for (__u32 i = 1; i < snapshot->cell_count; i++) {
		if (!strcmp(call_name(snapshot->cells[i].key.nr), name) &&
		    cell_calls(&snapshot->cells[i]))
			return true;
	}
	return false;
}

void trace_witnesses(struct report *report, const struct session *session,
		     const struct trace_result *result, struct report_scenario *scenario)
{
	struct bench bench = { .scenario = scenario, .result = result,
			       .snapshot = result->snapshot };
	__u64 execs = 0;

	if (!result->usage_known || result->snapshot->proc_count < 2)
		return;
	scenario->witnesses = report_alloc(report, MAX_WITNESSES * sizeof(*scenario->witnesses));
	/* io_uring's own threads make no calls and are not followed; wait4() adds them up too. */
	if (!has_calls(result->snapshot, "io_uring_setup"))
		hear_usage(&bench, session);
	/* What 32-bit calls move is not told apart. */
	if (!result->io.known || has_calls(result->snapshot, CALL_32BIT))
		return;
	for (__u32 p = 1; p < result->snapshot->proc_count; p++)
		execs += result->snapshot->procs[p].execs;
	hear_io(&bench, "all.bytes_in", "/proc/PID/io rchar", readers, result->io.rchar,
		EXEC_READS * execs + 1, "the kernel reads the beginning of each program that it starts");
	hear_io(&bench, "all.bytes_out", "/proc/PID/io wchar", writers, result->io.wchar, 0, NULL);
}
