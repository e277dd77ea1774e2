// SPDX-License-Identifier: GPL-2.0
/* Bytes that are known to move but not which and how many: files that were mapped, native AIO,
 * calls of 32-bit programs, … Listed, never guessed. flows.c asks. */
#include <stdlib.h>
#include <string.h>

#include "build.h"
#include "flows.h"
#include "size.h"
#include "uring_table.h"
#include "words.h"

enum { MAX_MAPPED = 3 };

static bool is_library(const char *path)
{
	return strstr(path, ".so.") || (strlen(path) > 3 && !strcmp(path + strlen(path) - 3, ".so"));
}

/* Could a tenth of the bytes have come out of it, once for each time that it was mapped? */
static bool is_large_enough(const struct snapshot *snapshot, const struct zc_cell *cell,
			    const struct flow *flow)
{
	const struct zc_object *object = kind_object(snapshot, cell->key.source);

	return object && object->size && cell->calls > cell->errors &&
	       object->size >= flow->bytes / 10 / (cell->calls - cell->errors);
}

/* How often the program's page faults took pages of a mapped file; "" = not once, or not known. */
static const char *reached(struct report *report, const struct zc_cell *cell)
{
	return cell->map_faults ? report_format(report, ", reached by %s",
						words_many(report, cell->map_faults, "page fault",
							   "page faults")) : "";
}

const char *flow_mapped(const struct flow_list *list, const struct flow *flow)
{
	const struct snapshot *snapshot = list->snapshot;
	const char *text = NULL, *path;
	char size[SIZE_TEXT_BYTES];
	int named = 0;

	if (flow->bytes < FLOW_MUCH)
		return NULL;
	for (__u32 i = 1; i < snapshot->cell_count && named < MAX_MAPPED; i++) {
		const struct zc_cell *cell = &snapshot->cells[i];

		if (cell->key.proc != flow->proc || !call_is_syscall(cell->key.nr) ||
		    strcmp(call_name(cell->key.nr), "mmap") ||
		    !is_large_enough(snapshot, cell, flow))
			continue;
		path = kind_name(list->report, snapshot, cell->key.source);
		if (!path || is_library(path))
			continue;
		size_format(kind_object(snapshot, cell->key.source)->size, size, sizeof(size));
		text = report_format(list->report, "%s%s%s (%s%s)", text ? text : "",
				     text ? ", " : "", path, size, reached(list->report, cell));
		named++;
	}
	return text && snapshot->procs[flow->proc].faults_user ?
	       report_format(list->report, "%s; %llu page faults in user mode", text,
			     snapshot->procs[flow->proc].faults_user) : text;
}

static __u64 calls_of(const struct snapshot *snapshot, const char *name)
{
	__u64 calls = 0;

	for (__u32 i = 1; i < snapshot->cell_count; i++) {
		if (!strcmp(call_name(snapshot->cells[i].key.nr), name))
			calls += snapshot->cells[i].calls - snapshot->cells[i].errors;
	}
	return calls;
}

static const struct {
	const char *call;
	const char *why;
} unseen[] = {
	{ "io_submit", "native AIO names its files and bytes in memory, not in the call" },
	{ "process_vm_readv", "from one process's memory to another's" },
	{ "process_vm_writev", "from one process's memory to another's" },
	{ CALL_32BIT, "32-bit calls have numbers of their own: they are counted, not told apart" },
	{ CALL_MULTISHOT, "what a multishot request brings is posted without naming the request" },
	{ CALL_OTHER_REQUEST, "a kind of request that zctrace does not know" },
	{ CALL_SILENT, "with IOSQE_CQE_SKIP_SUCCESS only a failure is told" },
};

static void add_unseen(struct report *report, const char *call, __u64 calls, const char *why,
		       struct report_flow *out)
{
	*out = (struct report_flow){
		.role = "all", .source = "?", .sink = "?", .source_kind = "unknown",
		.sink_kind = "unknown", .calls_by = call, .calls = calls,
	};
	flow_not_visible(report, why, out);
}

size_t flow_unseen(const struct flow_list *list, const struct session *session,
		   struct report_flow *out, size_t room)
{
	static const char *const tracepoints[] = { "io_uring_complete", "io_uring_submit_req" };
	__u64 enters = calls_of(list->snapshot, "io_uring_enter"), calls;
	const char *missing = NULL;
	size_t count = 0;

	for (size_t i = 0; i < sizeof(unseen) / sizeof(unseen[0]) && count < room; i++) {
		calls = calls_of(list->snapshot, unseen[i].call);
		if (calls)
			add_unseen(list->report, unseen[i].call, calls, unseen[i].why,
				   &out[count++]);
	}
	for (size_t i = 0; i < sizeof(tracepoints) / sizeof(tracepoints[0]) && !missing; i++) {
		missing = session_missing(session, tracepoints[i]);
		if (missing && enters && count < room)
			add_unseen(list->report, "io_uring_enter", enters,
				   report_format(list->report, "the tracepoint %s is not watched: %s",
						 tracepoints[i], missing), &out[count++]);
	}
	return count;
}
