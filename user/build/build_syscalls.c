// SPDX-License-Identifier: GPL-2.0
/* The table of calls of a run, from the kernel side's cells. */
#include <stdlib.h>
#include <string.h>

#include "build.h"
#include "kinds.h"
#include "uring_table.h"

static __u64 on_cpu(const struct report_syscall *call)
{
	return call->cpu_ns.value;
}

static int busiest_first(const void *left, const void *right)
{
	const struct report_syscall *a = left, *b = right;

	if (a->data != b->data)
		return a->data ? -1 : 1;
	if (a->bytes != b->bytes)
		return a->bytes > b->bytes ? -1 : 1;
	if (on_cpu(a) != on_cpu(b))
		return on_cpu(a) > on_cpu(b) ? -1 : 1;
	return 0;
}

static int text_order(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "");
}

static int same_call(const void *left, const void *right)
{
	const struct report_syscall *a = left, *b = right;
	int order = strcmp(a->role, b->role);

	if (!order)
		order = strcmp(a->name, b->name);
	if (!order)
		order = strcmp(a->fd, b->fd);
	if (!order)
		order = text_order(a->source, b->source);
	return order ? order : text_order(a->sink, b->sink);
}

static void add_call(struct report_syscall *sum, const struct report_syscall *call)
{
	sum->calls += call->calls;
	sum->errors += call->errors;
	sum->zeros += call->zeros;
	sum->bytes += call->bytes;
	build_add(&sum->cpu_ns, call->cpu_ns);
	build_add(&sum->blocked_ns, call->blocked_ns);
	build_add(&sum->runnable_ns, call->runnable_ns);
	build_add(&sum->received_bytes, call->received_bytes);
	for (int i = 0; i < REPORT_HIST_BUCKETS; i++)
		sum->histogram[i] += call->histogram[i];
}

/* Rows that say the same become one. */
static void merge_calls(struct report_scenario *scenario)
{
	struct report_syscall *calls = scenario->syscalls;
	size_t kept = 0;

	qsort(calls, scenario->syscall_count, sizeof(*calls), same_call);
	for (size_t i = 0; i < scenario->syscall_count; i++) {
		if (kept && !same_call(&calls[kept - 1], &calls[i]))
			add_call(&calls[kept - 1], &calls[i]);
		else
			calls[kept++] = calls[i];
	}
	scenario->syscall_count = kept;
}

/* Times within a call need both of its ends. */
static void times_unknown(struct report_syscall *call, const char *why)
{
	call->cpu_ns = call->blocked_ns = call->runnable_ns = (struct measured){ .why = why };
	memset(call->histogram, 0, sizeof(call->histogram));
}

static void build_call(struct report *report, const struct session *session,
		       const struct snapshot *snapshot, const struct zc_cell *cell,
		       const char *role, bool by_kind, struct report_syscall *call)
{
	const struct zc_proc *proc = &snapshot->procs[cell->key.proc];
	__u64 off = cell->blocked_ns + cell->runnable_ns;

	*call = (struct report_syscall){
		.role = role,
		.name = report_text(report, call_name(cell->key.nr)),
		.fd = kind_ends(report, snapshot, cell->key.source, cell->key.sink),
		.calls = cell->calls,
		.errors = cell->errors,
		.zeros = cell->zeros,
		.bytes = cell->bytes,
		.cpu_ns = build_by_switches(session, proc, cell->total_ns > off ?
					    cell->total_ns - off : 0),
		.received_bytes = build_counted(session, "skb_copy_datagram_iovec",
						cell->received_bytes),
		.data = cell_moves_data(cell),
	};
	call->blocked_ns = build_off_cpu(session, proc, cell->blocked_ns);
	call->runnable_ns = build_off_cpu(session, proc, cell->runnable_ns);
	if (!by_kind) {
		call->source = kind_name(report, snapshot, cell->key.source);
		call->sink = kind_name(report, snapshot, cell->key.sink);
	}
	memcpy(call->histogram, cell->histogram, sizeof(call->histogram));
	if (session_missing(session, "sys_enter"))
		times_unknown(call, session_missing(session, "sys_enter"));
}

void build_sort_syscalls(struct report_scenario *scenario)
{
	if (scenario->syscall_count)
		qsort(scenario->syscalls, scenario->syscall_count, sizeof(*scenario->syscalls),
		      busiest_first);
}

void build_syscalls(struct report *report, const struct session *session,
		    const struct snapshot *snapshot, const char *const *roles, bool by_kind,
		    struct report_scenario *scenario)
{
	_Static_assert((int)REPORT_HIST_BUCKETS == (int)ZC_HIST_BUCKETS, "one histogram");
	scenario->syscalls = report_alloc(report, snapshot->cell_count *
					  sizeof(*scenario->syscalls));
	for (__u32 i = 1; i < snapshot->cell_count; i++) {
		const struct zc_cell *cell = &snapshot->cells[i];
		const char *role = cell->key.proc < snapshot->proc_count ?
				   roles[cell->key.proc] : NULL;

		if (role && cell->calls)
			build_call(report, session, snapshot, cell, role, by_kind,
				   &scenario->syscalls[scenario->syscall_count++]);
	}
	merge_calls(scenario);
	build_sort_syscalls(scenario);
}
