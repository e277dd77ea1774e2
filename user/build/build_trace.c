// SPDX-License-Identifier: GPL-2.0
/* The report of run and attach: one scenario, its roles the processes that were watched. */
#include <stdlib.h>
#include <string.h>

#include "build.h"

enum { MAX_ROLES = 64 };	/* the busiest processes by name, the rest together */

static const char *const not_here = "only the scenarios have it: zctrace compare";

const char *build_comm(struct report *report, const struct snapshot *snapshot, __u32 proc)
{
	return report_format(report, "%.*s", ZC_COMM_LEN, snapshot->procs[proc].comm);
}

/* "python3[1234]"; a process that was given the number of an earlier one is another role. */
static const char *role_name(struct report *report, const struct snapshot *snapshot, __u32 proc,
			     const struct report_scenario *scenario, size_t earlier)
{
	unsigned int times = 1;

	for (size_t i = 0; i < earlier; i++)
		times += scenario->roles[i].pid == snapshot->procs[proc].tgid;
	return report_format(report, times > 1 ? "%.*s[%u]#%u" : "%.*s[%u]", ZC_COMM_LEN,
			     snapshot->procs[proc].comm, snapshot->procs[proc].tgid, times);
}

/* One pass over the cells: there may be as many processes as cells. */
static const struct totals *totals_of_all(struct report *report, const struct snapshot *snapshot)
{
	struct totals *totals = report_alloc(report, (snapshot->proc_count + 1) * sizeof(*totals));

	for (__u32 i = 1; i < snapshot->cell_count; i++) {
		if (snapshot->cells[i].key.proc < snapshot->proc_count)
			build_totals_add(&totals[snapshot->cells[i].key.proc], snapshot,
					 &snapshot->cells[i]);
	}
	return totals;
}

struct ranked {
	__u32 proc;
	__u64 calls;
};

static int by_calls(const void *left, const void *right)
{
	const struct ranked *a = left, *b = right;

	return a->calls > b->calls ? -1 : a->calls < b->calls;
}

static __u64 window_of(const struct zc_proc *proc, const struct trace_result *result)
{
	__u64 begin = proc->open_ns ? proc->open_ns : result->begin_ns;
	__u64 end = proc->close_ns ? proc->close_ns : result->end_ns;

	return end > begin ? end - begin : 0;
}

static void add_process(const struct session *session, const struct trace_result *result,
			__u32 index, const struct totals *totals, struct report_role *role)
{
	const struct zc_proc *proc = &result->snapshot->procs[index];

	role->execs += proc->execs;
	role->merged += proc->merged;
	build_role_add(session, proc, totals, role);
	build_add(&role->kernel_ns, build_counted(session, "sys_enter", 0));
	role->window_ns.value += window_of(proc, result);
}

static void init_role(struct report_role *role, const char *name)
{
	role->name = name;
	role->cpu_user_ns.why = not_here;
	role->cpu_system_ns.why = not_here;
	role->peak_rss_bytes.why = not_here;
	role->user_ns.why = "a process may have many threads: its window does not split";
}

static const char *const *build_roles(struct report *report, const struct session *session,
				const struct trace_result *result, const struct totals *totals,
				struct report_scenario *scenario)
{
	const struct snapshot *snapshot = result->snapshot;
	size_t count = snapshot->proc_count > 1 ? snapshot->proc_count - 1 : 0;
	const char **names = report_alloc(report, (count + 2) * sizeof(*names));
	struct ranked *ranked = report_alloc(report, (count + 1) * sizeof(*ranked));
	size_t shown = count > MAX_ROLES ? MAX_ROLES : count;

	for (size_t i = 0; i < count; i++)
		ranked[i] = (struct ranked){ i + 1, totals[i + 1].calls };
	qsort(ranked, count, sizeof(*ranked), by_calls);
	scenario->roles = report_alloc(report, (shown + 1) * sizeof(*scenario->roles));
	for (size_t i = 0; i < count; i++) {
		struct report_role *role = &scenario->roles[i < shown ? i : shown];

		if (i < shown) {
			init_role(role, role_name(report, snapshot, ranked[i].proc, scenario, i));
			role->pid = snapshot->procs[ranked[i].proc].tgid;
		} else if (i == shown) {
			init_role(role, report_format(report, "%zu others", count - shown));
		}
		names[ranked[i].proc] = role->name;
		add_process(session, result, ranked[i].proc, &totals[ranked[i].proc], role);
	}
	scenario->role_count = count > shown ? shown + 1 : shown;
	return names;
}

static void build_sums(const struct session *session, const struct snapshot *snapshot,
		       const struct totals *totals, struct report_scenario *scenario)
{
	struct totals all = { 0 };
	__u64 faults = 0, interrupts = 0;

	for (__u32 p = 1; p < snapshot->proc_count; p++) {
		all.calls += totals[p].calls;
		all.data_calls += totals[p].data_calls;
		faults += snapshot->procs[p].faults_user;
		interrupts += snapshot->procs[p].interrupts_user;
	}
	build_crossings(session, &all, faults, scenario);
	scenario->crossings_interrupts = build_interrupts(session, 2 * interrupts);
}

/* Which limit was reached, and how to raise it; what was lost first. */
static const char *limit_text(const struct snapshot *snapshot)
{
	static const struct {
		enum zc_loss loss;
		const char *text;
	} losses[] = {
		{ ZC_LOSS_TASKS, "more threads at one time than places: some were not followed; a "
				 "larger ZC_MAX_TASKS in bpf/zctrace.h makes room" },
		{ ZC_LOSS_CELLS, "more rows than places: some calls were not counted; --max-cells "
				 "raises the limit" },
		{ ZC_LOSS_SOCKS, "more sockets than places: the segments of some were not looked at; "
				 "--max-objects raises the limit" },
		{ ZC_LOSS_FLOWS, "more pairs of socket and file than places; --max-objects raises the "
				 "limit" },
		{ ZC_LOSS_FRAGS, "segments with more pages than are looked at" },
	};

	for (size_t i = 0; i < sizeof(losses) / sizeof(losses[0]); i++) {
		if (snapshot->loss[losses[i].loss])
			return losses[i].text;
	}
	if (snapshot->recursion)
		return "the kernel left out probes while they were running already";
	if (snapshot->coarse[ZC_COARSE_PROCS])
		return "more processes than places: later ones were counted with their parent; "
		       "--max-processes raises the limit";
	if (snapshot->coarse[ZC_COARSE_OBJECTS])
		return "more files and sockets than places: later ones were counted by kind; "
		       "--max-objects raises the limit";
	if (snapshot->coarse[ZC_COARSE_CELLS])
		return "more rows than places: later files and sockets were counted by kind; "
		       "--max-cells raises the limit";
	return NULL;
}

__u64 build_outlived(const struct trace_result *result)
{
	const struct snapshot *snapshot = result->snapshot;
	__u64 alive = 0;

	for (__u32 i = 2; result->ended && i < snapshot->proc_count; i++)
		alive += snapshot->procs[i].threads != 0;
	return alive;
}

struct report *build_trace(const struct trace_options *options, const struct trace_result *result)
{
	const struct session *session = result->session;
	struct report *report = build_begin(options->mode, options->command);
	struct report_scenario *scenario;
	const char *const *names;
	const struct totals *totals;

	report->config.file_system = report->config.cache = "as it was";
	report->config.link = "as it was";
	report->config.repeats = 1;
	scenario = report_alloc(report, sizeof(*scenario));
	report->scenarios = scenario;
	report->scenario_count = 1;
	scenario->id = options->mode;
	scenario->variant = options->program ? report_text(report, options->program[0]) :
			    report_format(report, "process %d", options->pid);
	scenario->cache = scenario->link = "as it was";
	build_unknown(scenario, not_here);
	for (int i = 0; i < LEG_COUNT; i++) {
		scenario->legs[i].by = i == LEG_DISK_CACHE || i == LEG_SOCKET_DEVICE ? "dma" : "cpu";
		scenario->legs[i].evidence = "counted";
		scenario->legs[i].bytes.why = "see the flows";
		scenario->legs[i].per_byte.why = "see the flows";
	}
	totals = totals_of_all(report, result->snapshot);
	build_sums(session, result->snapshot, totals, scenario);
	names = build_roles(report, session, result, totals, scenario);
	build_syscalls(report, session, result->snapshot, names, true, scenario);
	build_loss(result->snapshot, scenario);
	scenario->coarse_why = limit_text(result->snapshot);
	trace_witnesses(report, session, result->snapshot, scenario);
	build_timeline(report, session, result->snapshot, names, scenario);
	flows_find(report, session, result->snapshot, scenario);
	return report;
}
