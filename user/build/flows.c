// SPDX-License-Identifier: GPL-2.0
/* Flows of a watched program: bytes that one call moved between two descriptors, and bytes that it
 * read here and wrote there. build_trace.c calls it; flows.h tells who does which part. */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "build.h"
#include "flows.h"
#include "uring_table.h"
#include "words.h"

enum {
	MAX_SHOWN = 200,	/* flows in a report, the busiest first */
	MAX_UNSEEN = 16,
	SMALL = 100,		/* flows under a hundredth of the busiest are summed up */
};

static enum flow_way way_of(const struct zc_cell *cell)
{
	enum syscall_way way = call_way(cell->key.nr);

	if (way == SYSCALL_BETWEEN)
		return FLOW_BY_KERNEL;
	return way == SYSCALL_READS ? FLOW_READ : FLOW_WRITTEN;
}

static void collect_cell(struct flow_list *list, struct flow_segments *segments,
			 const struct zc_cell *cell)
{
	struct flow *flow = &list->flows[list->count++];
	enum syscall_way way = call_way(cell->key.nr);
	bool request = !call_is_syscall(cell->key.nr);

	*flow = (struct flow){
		.proc = cell->key.proc,
		.way = way_of(cell),
		.source = flow_end_of(list, cell->key.source),
		.sink = flow_end_of(list, cell->key.sink),
		.sources = 1,
		.sinks = 1,
		.source_object = cell->key.source,
		.sink_object = cell->key.sink,
		.began = cell - list->snapshot->cells,
		.bytes = cell->bytes,
		.calls = cell->calls - cell->errors - cell->zeros,
		.call_names = { call_name(cell->key.nr) },
		.call_count = 1,
		.by_request = request,
		.gives_pages = way == SYSCALL_GIVES_PAGES,
		/* The copy out of the socket is not seen in a request's own context. */
		.received_bytes = request ? 0 : cell->received_bytes,
		.received_of = request ? 0 : cell->bytes,
	};
	if (kind_object(list->snapshot, cell->key.sink))
		flow->cached = kind_object(list->snapshot, cell->key.sink)->cache_added;
	flow_segments_add(segments, cell, flow);
}

static void collect(struct flow_list *list)
{
	const struct snapshot *snapshot = list->snapshot;
	struct flow_segments *segments = flow_segments_build(list);

	list->flows = report_alloc(list->report, (snapshot->cell_count + 1) * sizeof(*list->flows));
	for (__u32 i = 1; i < snapshot->cell_count; i++) {
		const struct zc_cell *cell = &snapshot->cells[i];

		if (cell->bytes && call_moves_bytes(cell->key.nr) &&
		    cell->key.proc < snapshot->proc_count)
			collect_cell(list, segments, cell);
	}
}

static int order(__u64 a, __u64 b)
{
	return a < b ? -1 : a > b;
}

/* Flows between the same ends, whoever made them, next to each other. */
static int same_ends(const struct flow *a, const struct flow *b)
{
	int way = order(a->way, b->way);
	int source = order(a->source, b->source);
	int sink = order(a->sink, b->sink);

	if (way || source || sink)
		return way ? way : source ? source : sink;
	return order(a->gives_pages, b->gives_pages);
}

static int by_process(const void *left, const void *right)
{
	const struct flow *a = left, *b = right;
	int proc = order(a->proc, b->proc);

	return proc ? proc : same_ends(a, b);
}

/* The same, and calls on one object next to each other, so that objects can be counted. */
static int by_object(const void *left, const void *right)
{
	const struct flow *a = left, *b = right;
	int process = by_process(a, b), sink = order(a->sink_object, b->sink_object);

	if (process)
		return process;
	return sink ? sink : order(a->source_object, b->source_object);
}

/* Roles of one name are one pointer. */
static int by_role(const void *left, const void *right)
{
	const struct flow *a = left, *b = right;
	int role = order((size_t)a->role, (size_t)b->role);

	return role ? role : same_ends(a, b);
}

static void add_name(struct flow *flow, const char *name)
{
	for (size_t i = 0; i < flow->call_count; i++) {
		if (!strcmp(flow->call_names[i], name))
			return;
	}
	if (flow->call_count < FLOW_CALLS)
		flow->call_names[flow->call_count++] = name;
}

static const char *first_of(const char *a, const char *b)
{
	return a ? a : b;
}

static void add_flow(const struct flow_list *list, struct flow *sum, const struct flow *flow)
{
	sum->bytes += flow->bytes;
	sum->calls += flow->calls;
	sum->by_request |= flow->by_request;
	sum->received_bytes += flow->received_bytes;
	sum->received_of += flow->received_of;
	sum->seen += flow->seen;
	sum->unseen += flow->unseen;
	sum->handed += flow->handed;
	sum->late += flow->late;
	sum->relayed += flow->relayed;
	if (flow->sink_object != sum->sink_object)
		sum->cached += flow->cached;
	sum->sources += flow->sources - (flow->source_object == sum->source_object);
	sum->sinks += flow->sinks - (flow->sink_object == sum->sink_object);
	sum->source_object = flow->source_object;
	sum->sink_object = flow->sink_object;
	sum->began = flow->began < sum->began ? flow->began : sum->began;
	sum->anonymous |= flow->anonymous;
	sum->lent_or_spliced |= flow->lent_or_spliced;
	sum->pages_of = first_of(sum->pages_of, flow->pages_of);
	sum->mapped = first_of(sum->mapped, flow->mapped);
	sum->same_bytes = first_of(sum->same_bytes, flow->same_bytes);
	sum->perhaps = first_of(sum->perhaps, flow->perhaps);
	for (size_t i = 0; i < flow->call_count; i++)
		add_name(sum, flow->call_names[i]);
	flow_refusals_merge(list, sum, flow);
}

typedef int flow_order(const void *left, const void *right);

/* Sorts, and adds up those that same says are one. */
static void merge(struct flow_list *list, flow_order *compare, flow_order *same)
{
	size_t kept = 0;

	qsort(list->flows, list->count, sizeof(*list->flows), compare);
	for (size_t i = 0; i < list->count; i++) {
		const struct flow *flow = &list->flows[i];

		if (!flow->bytes)
			continue;
		if (kept && !same(&list->flows[kept - 1], flow))
			add_flow(list, &list->flows[kept - 1], flow);
		else
			list->flows[kept++] = *flow;
	}
	list->count = kept;
}

/* Worker processes of one name that did the same become one flow. */
static void merge_processes(struct flow_list *list)
{
	struct hsearch_data names = { 0 };

	if (!hcreate_r(2 * list->snapshot->proc_count + 1, &names))
		out_of_memory();
	for (size_t i = 0; i < list->count; i++) {
		struct flow *flow = &list->flows[i];

		flow->role = flow_entry(&names, build_comm(list->report, list->snapshot,
							   flow->proc), 0)->key;
		if (flow->way == FLOW_WRITTEN)
			flow->mapped = flow_mapped(list, flow);
	}
	merge(list, by_role, by_role);
	hdestroy_r(&names);
}

static int busiest_first(const void *left, const void *right)
{
	const struct flow *a = left, *b = right;

	return order(b->bytes, a->bytes) ? order(b->bytes, a->bytes) : by_role(a, b);
}

static const char *end_text(struct report *report, const struct flow_end *end, __u32 objects)
{
	if (end->kind == ZC_KIND_NONE)
		return "memory";
	if (objects > 1 && (kind_is_tcp(end->kind) || end->kind == ZC_KIND_UDP))
		return report_format(report, "%s (%u connections)", end->name, objects);
	return end->name;
}

static const char *kind_of_end(const struct flow_end *end)
{
	return end->kind == ZC_KIND_NONE ? "memory" : kind_text(end->kind);
}

static const char *calls_text(struct report *report, const struct flow *flow)
{
	const char *text = flow->call_names[0];

	for (size_t i = 1; i < flow->call_count; i++)
		text = report_format(report, "%s + %s", text, flow->call_names[i]);
	return text;
}

static void report_one(const struct flow_list *list, const struct flow *flow,
		       struct report_flow *out)
{
	const struct flow_end *source = flow_source(list, flow), *sink = flow_sink(list, flow);

	*out = (struct report_flow){
		.role = flow->role,
		.source = end_text(list->report, source, flow->sources),
		.sink = end_text(list->report, sink, flow->sinks),
		.source_kind = kind_of_end(source),
		.sink_kind = kind_of_end(sink),
		.calls_by = calls_text(list->report, flow),
		.bytes = flow->bytes,
		.calls = flow->calls,
		.refusals = flow->refusals,
		.refusal_count = flow->refusal_count,
	};
	flow_judge(list, flow, out);
}

static void report_small(struct report *report, const struct flow *flows, size_t count,
			 struct report_flow *out)
{
	*out = (struct report_flow){
		.role = "all",
		.source = words_many(report, count, "smaller flow", "smaller flows"),
		.sink = "…", .source_kind = "various", .sink_kind = "various", .calls_by = "various",
	};
	for (size_t i = 0; i < count; i++) {
		out->bytes += flows[i].bytes;
		out->calls += flows[i].calls;
	}
	flow_not_visible(report, "summed up", out);
}

/* Why no verdict can rest on what was counted; NULL = it can. */
static const char *doubt_of(struct report *report, const struct report_scenario *scenario)
{
	const __u64 lost = scenario->loss_map_full + scenario->loss_recursion;

	if (lost)
		return report_format(report, "%s lost",
				     words_many(report, lost, "event was", "events were"));
	for (size_t i = 0; i < scenario->witness_count; i++) {
		const struct report_witness *witness = &scenario->witnesses[i];

		if (!witness->agree && witness->subjects & CLAIM_BYTES)
			return report_format(report, "%s: counted %s, %s says %s", witness->id,
					     words_count(report, witness->counted),
					     witness->source,
					     words_count(report, witness->witness));
	}
	return NULL;
}

static void undo_verdicts(struct report *report, struct report_scenario *scenario)
{
	const char *doubt = doubt_of(report, scenario);

	for (size_t i = 0; doubt && i < scenario->flow_count; i++) {
		struct report_flow *flow = &scenario->flows[i];

		flow->verdict = report_format(report, "not measured (%s)", doubt);
		flow->why = NULL;
		flow->copies_per_byte = (struct measured_real){ .why = doubt };
	}
}

static void report_all(const struct flow_list *list, const struct session *session,
		       struct report_scenario *scenario)
{
	size_t shown = 0;

	scenario->flows = report_alloc(list->report, (MAX_SHOWN + 1 + MAX_UNSEEN) *
				       sizeof(*scenario->flows));
	while (shown < list->count && shown < MAX_SHOWN &&
	       list->flows[shown].bytes >= list->flows[0].bytes / SMALL) {
		report_one(list, &list->flows[shown], &scenario->flows[shown]);
		shown++;
	}
	scenario->flow_count = shown;
	if (shown < list->count)
		report_small(list->report, &list->flows[shown], list->count - shown,
			     &scenario->flows[scenario->flow_count++]);
	scenario->flow_count += flow_unseen(list, session, &scenario->flows[scenario->flow_count],
					    MAX_UNSEEN);
}

void flows_find(struct report *report, const struct session *session,
		const struct snapshot *snapshot, struct report_scenario *scenario)
{
	struct flow_list list = { .report = report, .snapshot = snapshot,
		.receives_unseen = session_missing(session, "skb_copy_datagram_iovec") };

	flow_ends_build(&list);
	collect(&list);
	merge(&list, by_object, by_process);
	flow_pairs_find(&list);
	flow_refusals_find(&list);
	merge_processes(&list);
	qsort(list.flows, list.count, sizeof(*list.flows), busiest_first);
	report_all(&list, session, scenario);
	undo_verdicts(report, scenario);
}
