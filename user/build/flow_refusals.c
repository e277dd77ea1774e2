// SPDX-License-Identifier: GPL-2.0
/* Why a program read and wrote: the call that would have moved the bytes inside the kernel, or lent
 * them, was tried between the same ends and refused. flows.c asks, while processes are apart. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "flows.h"
#include "uring_table.h"

/* A row of calls of which some were refused. */
struct refused {
	const struct zc_cell *cell;
	__u32 index;		/* rows stand in the order of their first calls */
	__u32 proc, source, sink;	/* ends */
	bool lends;		/* it writes, and was to lend the program's pages */
};

static bool is_zerocopy_request(const char *name)
{
	return !strcmp(name, "io_uring SEND_ZC") || !strcmp(name, "io_uring SENDMSG_ZC");
}

/* A TCP socket answers a send with ENOBUFS only if it is to note borrowed pages (MSG_ZEROCOPY) and
 * may not: net.core.optmem_max. */
static __u32 refused_zerocopy(const struct flow_list *list, const struct zc_cell *cell)
{
	if (call_way(cell->key.nr) != SYSCALL_WRITES ||
	    !kind_is_tcp(kind_of_index(list->snapshot, cell->key.sink)))
		return 0;
	for (int i = 0; i < ZC_REFUSALS; i++) {
		if (cell->refusals[i].error == ENOBUFS)
			return cell->refusals[i].calls;
	}
	return 0;
}

/* Whether it would have spared the program the copy. */
static bool would_spare(const struct flow_list *list, const struct zc_cell *cell, bool *lends)
{
	if (!cell->refusals[0].calls || cell->key.proc >= list->snapshot->proc_count)
		return false;
	*lends = is_zerocopy_request(call_name(cell->key.nr)) || refused_zerocopy(list, cell);
	return *lends || call_way(cell->key.nr) == SYSCALL_BETWEEN;
}

static int by_process(const void *left, const void *right)
{
	const struct refused *a = left, *b = right;

	if (a->proc != b->proc)
		return a->proc < b->proc ? -1 : 1;
	return a->index < b->index ? -1 : a->index > b->index;
}

static struct refused *collect(const struct flow_list *list, size_t *count)
{
	const struct snapshot *snapshot = list->snapshot;
	struct refused *all = xcalloc(snapshot->cell_count + 1, sizeof(*all));
	bool lends;

	*count = 0;
	for (__u32 i = 1; i < snapshot->cell_count; i++) {
		const struct zc_cell *cell = &snapshot->cells[i];

		if (would_spare(list, cell, &lends))
			all[(*count)++] = (struct refused){ cell, i, cell->key.proc,
				flow_end_of(list, cell->key.source),
				flow_end_of(list, cell->key.sink), lends };
	}
	qsort(all, *count, sizeof(*all), by_process);
	return all;
}

static bool is_pipe(const struct flow_list *list, __u32 end)
{
	return list->ends.ends[end].kind == ZC_KIND_PIPE;
}

/* The refused call was to take the bytes from the same source, or to the same sink; on the way
 * there may have been a pipe. */
static bool is_of(const struct flow_list *list, const struct refused *refused,
		  const struct flow *flow)
{
	bool from = refused->source == flow->source, to = refused->sink == flow->sink;

	if (flow->way == FLOW_BY_KERNEL)
		return false;
	if (refused->lends)
		return to && flow->way != FLOW_READ;
	if (flow->way == FLOW_READ)
		return from;
	if (flow->way == FLOW_WRITTEN)
		return to;
	return (from && (to || is_pipe(list, refused->sink))) ||
	       (to && is_pipe(list, refused->source));
}

static bool all_were_refused(const struct zc_cell *cell)
{
	__u64 refused = cell->refused_otherwise;

	for (int i = 0; i < ZC_REFUSALS; i++)
		refused += cell->refusals[i].calls;
	return refused == cell->calls;
}

/* A row in which nothing else happened begins with a refusal; of others it is not known when the
 * first one came. */
static bool is_before(const struct refused *refused, const struct flow *flow)
{
	return refused->index < flow->began && all_were_refused(refused->cell);
}

static struct report_refusal *refusal_of(struct flow *flow, const char *call, const char *error)
{
	for (size_t i = 0; i < flow->refusal_count; i++) {
		if (!strcmp(flow->refusals[i].call, call) &&
		    !strcmp(flow->refusals[i].error, error))
			return &flow->refusals[i];
	}
	return NULL;
}

static void new_refusal(const struct flow_list *list, struct flow *flow,
			const struct report_refusal *refusal)
{
	if (!flow->refusals)
		flow->refusals = report_alloc(list->report, FLOW_REFUSALS *
					      sizeof(*flow->refusals));
	if (flow->refusal_count < FLOW_REFUSALS)
		flow->refusals[flow->refusal_count++] = *refusal;
}

/* Of one process: the first of several refusals tells whether one came before. */
static void add_refusal(const struct flow_list *list, struct flow *flow,
			const struct report_refusal *refusal)
{
	struct report_refusal *known = refusal_of(flow, refusal->call, refusal->error);

	if (!known) {
		new_refusal(list, flow, refusal);
		return;
	}
	known->times += refusal->times;
	known->before |= refusal->before;
}

static const char *error_name(const struct flow_list *list, __u32 error)
{
	const char *name = strerrorname_np((int)error);

	return name ? name : report_format(list->report, "error %u", error);
}

static void add_refused(const struct flow_list *list, const struct refused *refused,
			struct flow *flow)
{
	const struct zc_cell *cell = refused->cell;
	struct report_refusal refusal = { .call = call_name(cell->key.nr),
					  .before = is_before(refused, flow) };

	if (refused->lends && !is_zerocopy_request(refusal.call)) {
		refusal.call = report_format(list->report, "%s with MSG_ZEROCOPY", refusal.call);
		refusal.error = "ENOBUFS";
		refusal.times = refused_zerocopy(list, cell);
		add_refusal(list, flow, &refusal);
		return;
	}
	for (int i = 0; i < ZC_REFUSALS && cell->refusals[i].calls; i++) {
		refusal.error = error_name(list, cell->refusals[i].error);
		refusal.times = cell->refusals[i].calls;
		add_refusal(list, flow, &refusal);
	}
	refusal.error = "other errors";
	refusal.times = cell->refused_otherwise;
	if (refusal.times)
		add_refusal(list, flow, &refusal);
}

void flow_refusals_find(struct flow_list *list)
{
	size_t count, first = 0;
	struct refused *all = collect(list, &count);

	for (size_t i = 0; count && i < list->count; i++) {
		struct flow *flow = &list->flows[i];

		while (first < count && all[first].proc < flow->proc)
			first++;
		for (size_t r = first; r < count && all[r].proc == flow->proc; r++) {
			if (flow->bytes && is_of(list, &all[r], flow))
				add_refused(list, &all[r], flow);
		}
	}
	free(all);
}

void flow_refusals_merge(const struct flow_list *list, struct flow *sum, const struct flow *flow)
{
	for (size_t i = 0; i < flow->refusal_count; i++) {
		const struct report_refusal *refusal = &flow->refusals[i];
		struct report_refusal *known = refusal_of(sum, refusal->call, refusal->error);

		if (known) {
			known->times += refusal->times;
			known->before &= refusal->before;
		} else {
			new_refusal(list, sum, refusal);
		}
	}
}
