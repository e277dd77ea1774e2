// SPDX-License-Identifier: GPL-2.0
/* Reads and writes of one process, set side by side only where the numbers speak for it; the flow
 * then says how. flows.c calls it, with the flows sorted by process. */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "flows.h"
#include "words.h"

enum {
	LEAST = 4096,	/* fewer equal bytes may be chance */
	NEAR = 50,	/* apart by less than a fiftieth */
};

static bool is_half(const struct flow *flow)
{
	return flow->bytes && (flow->way == FLOW_READ || flow->way == FLOW_WRITTEN);
}

/* Puts a read and a write together; both are used up. */
static void join(struct flow *read, struct flow *write, const char *support)
{
	read->way = FLOW_BOTH;
	read->sink = write->sink;
	read->sinks = write->sinks;
	read->calls += write->calls;
	read->by_request |= write->by_request;
	read->seen = write->seen;
	read->unseen = write->unseen;
	read->handed = write->handed;
	read->late = write->late;
	read->anonymous = write->anonymous;
	read->lent_or_spliced = write->lent_or_spliced;
	read->gives_pages = write->gives_pages;
	for (size_t i = 0; i < write->call_count && read->call_count < FLOW_CALLS; i++)
		read->call_names[read->call_count++] = write->call_names[i];
	read->began = write->began > read->began ? write->began : read->began;
	read->same_bytes = support;
	write->bytes = 0;
}

static int by_bytes(const void *left, const void *right)
{
	const struct flow *a = *(struct flow *const *)left, *b = *(struct flow *const *)right;

	if (a->proc != b->proc)
		return a->proc < b->proc ? -1 : 1;
	return a->bytes < b->bytes ? -1 : a->bytes > b->bytes;
}

/* What was written came back to be read: through one pipe, or between two ends of ours. */
static bool came_back(const struct flow_list *list, const struct flow *read,
		      const struct flow *write)
{
	const struct zc_object *in = kind_object(list->snapshot, read->source_object);
	const struct zc_object *out = kind_object(list->snapshot, write->sink_object);

	if (!in || !out)
		return false;
	if (in == out)
		return in->key.kind == ZC_KIND_PIPE;
	return in->family && in->family == out->family && in->local_port &&
	       in->local_port == out->remote_port;
}

/* halves[0..count) moved the same number of bytes in one process. */
static void join_if_two(const struct flow_list *list, struct flow **halves, size_t count)
{
	bool in_order = halves[0]->way == FLOW_READ;

	if (count != 2 || halves[0]->way == halves[1]->way || halves[0]->bytes < LEAST ||
	    came_back(list, halves[!in_order], halves[in_order]))
		return;
	join(halves[!in_order], halves[in_order], "the same number of bytes, to the byte");
}

static void pair_equal(const struct flow_list *list, struct flow **halves, size_t count)
{
	size_t first = 0;

	qsort(halves, count, sizeof(*halves), by_bytes);
	for (size_t i = 1; i <= count; i++) {
		if (i < count && !by_bytes(&halves[first], &halves[i]))
			continue;
		join_if_two(list, &halves[first], i - first);
		first = i;
	}
}

/* The largest half of its way, if no other comes near it. */
static struct flow *dominant(struct flow **halves, size_t count, enum flow_way way)
{
	struct flow *most = NULL;
	__u64 second = 0;

	for (size_t i = 0; i < count; i++) {
		if (!is_half(halves[i]) || halves[i]->way != way)
			continue;
		if (!most || halves[i]->bytes > most->bytes) {
			second = most ? most->bytes : 0;
			most = halves[i];
		} else if (halves[i]->bytes > second) {
			second = halves[i]->bytes;
		}
	}
	return most && second <= most->bytes / 10 ? most : NULL;
}

/* The halves of one way that are large enough to count; their sum, and how many. */
static __u64 sum_of(struct flow **halves, size_t count, enum flow_way way, size_t *found)
{
	__u64 sum = 0;

	*found = 0;
	for (size_t i = 0; i < count; i++) {
		if (!is_half(halves[i]) || halves[i]->way != way || halves[i]->bytes < LEAST)
			continue;
		sum += halves[i]->bytes;
		++*found;
	}
	return sum;
}

/* One part of what one was read from, or written to, in pieces. */
static void join_part(struct flow *whole, struct flow *part, const char *support)
{
	struct flow share = *whole;

	share.bytes = part->bytes;
	share.calls = (double)whole->calls * part->bytes / whole->bytes;
	share.received_bytes = (double)whole->received_bytes * part->bytes / whole->bytes;
	share.received_of = (double)whole->received_of * part->bytes / whole->bytes;
	if (whole->way == FLOW_READ) {
		join(&share, part, support);
		*part = share;
	} else {
		join(part, &share, support);
	}
}

/* All that the process wrote makes what it read from one source, to the byte (split); or the other
 * way round (cat). */
static void pair_parts(const struct flow_list *list, struct flow **halves, size_t count,
		       enum flow_way whole_way)
{
	const enum flow_way part_way = whole_way == FLOW_READ ? FLOW_WRITTEN : FLOW_READ;
	struct flow *whole = dominant(halves, count, whole_way);
	size_t wholes, parts;
	const char *support;

	if (!whole || whole->bytes != sum_of(halves, count, part_way, &parts) || parts < 2 ||
	    sum_of(halves, count, whole_way, &wholes) != whole->bytes)
		return;
	for (size_t i = 0; i < count; i++) {
		if (is_half(halves[i]) && halves[i]->way == part_way &&
		    came_back(list, whole_way == FLOW_READ ? whole : halves[i],
			      whole_way == FLOW_READ ? halves[i] : whole))
			return;
	}
	support = report_format(list->report, "%zu %s together the same number of bytes, to the byte",
				parts, whole_way == FLOW_READ ? "sinks got" : "sources gave");
	for (size_t i = 0; i < count; i++) {
		if (is_half(halves[i]) && halves[i]->way == part_way && halves[i]->bytes >= LEAST)
			join_part(whole, halves[i], support);
	}
	whole->bytes = 0;
}

/* One source and one sink dominate a process, and nearly as much was written as was read. A program
 * that changes bytes does the same (gzip of random ones, TLS, base64 of a few): it is said, and
 * they stay two flows. */
static void note_near(const struct flow_list *list, struct flow **halves, size_t count)
{
	struct report *report = list->report;
	struct flow *read = dominant(halves, count, FLOW_READ);
	struct flow *write = dominant(halves, count, FLOW_WRITTEN);
	__u64 apart;

	if (!read || !write || read->bytes < LEAST || came_back(list, read, write))
		return;
	apart = read->bytes > write->bytes ? read->bytes - write->bytes :
		write->bytes - read->bytes;
	if (!apart || apart > read->bytes / NEAR)
		return;
	read->perhaps = report_format(report, "; perhaps they became what went to %s, %s nearly as "
				      "many", flow_sink(list, write)->name,
				      words_many(report, write->bytes, "byte", "bytes"));
	write->perhaps = report_format(report, "; perhaps they were made of what came from %s, %s "
				       "nearly as many", flow_source(list, read)->name,
				       words_many(report, read->bytes, "byte", "bytes"));
}

static void pair_process(const struct flow_list *list, struct flow **halves, size_t count)
{
	pair_parts(list, halves, count, FLOW_READ);
	pair_parts(list, halves, count, FLOW_WRITTEN);
	note_near(list, halves, count);
}

void flow_pairs_find(struct flow_list *list)
{
	struct flow **halves = xcalloc(list->count + 1, sizeof(*halves));
	size_t count = 0, first = 0;

	for (size_t i = 0; i < list->count; i++) {
		if (is_half(&list->flows[i]))
			halves[count++] = &list->flows[i];
	}
	pair_equal(list, halves, count);
	for (size_t i = 1; i <= count; i++) {
		if (i < count && halves[i]->proc == halves[first]->proc)
			continue;
		if (count)
			pair_process(list, &halves[first], i - first);
		first = i;
	}
	free(halves);
}
