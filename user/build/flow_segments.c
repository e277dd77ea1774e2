// SPDX-License-Identifier: GPL-2.0
/* What the segments of each socket were made of, shared out among the flows that wrote to it:
 * pages of a file among the calls that named the file, the program's own pages among its sends.
 * flows.c asks. */
#include <stdlib.h>

#include "flows.h"
#include "uring_table.h"

/* One object that bytes go to. */
struct segments_of {
	__u64 sent[ZC_ORIGIN_COUNT];	/* at the device */
	__u64 all_sent, to_a_bus;	/* of all origins; to devices that have a bus */
	__u64 unseen;			/* left, but no segment or no origin of them was seen */
	__u64 by_kernel, by_program;	/* put into it by sendfile and the like, by writes */
	__u64 relayed;			/* of a pipe: by programs, from sockets, past the cache */
	__u64 spliced;			/* of a socket: by_kernel, and not from a file */
	__u64 direct;			/* by_kernel, and from a file past the page cache */
};

/* Pages of one file in the segments of one socket. */
struct pair {
	__u32 socket, file;
	__u64 bytes;
};

struct flow_segments {
	const struct snapshot *snapshot;
	struct flow_list *list;
	struct segments_of *objects;
	struct pair *pairs;
	size_t pair_count;
};

static int by_socket(const void *left, const void *right)
{
	const struct pair *a = left, *b = right;

	if (a->socket != b->socket)
		return a->socket < b->socket ? -1 : 1;
	return a->file < b->file ? -1 : a->file > b->file;
}

/* Sockets that are not told apart have the same number, and each may have sent the file. */
static void merge_pairs(struct flow_segments *all)
{
	size_t kept = 0;

	qsort(all->pairs, all->pair_count, sizeof(*all->pairs), by_socket);
	for (size_t i = 0; i < all->pair_count; i++) {
		if (kept && !by_socket(&all->pairs[kept - 1], &all->pairs[i]))
			all->pairs[kept - 1].bytes += all->pairs[i].bytes;
		else
			all->pairs[kept++] = all->pairs[i];
	}
	all->pair_count = kept;
}

static void add_sockets(struct flow_segments *all)
{
	const struct snapshot *s = all->snapshot;

	for (size_t i = 0; i < s->sock_count; i++) {
		const struct zc_sock *sock = &s->socks[i].sock;

		if (sock->object >= s->object_count)
			continue;
		for (int o = 0; o < ZC_ORIGIN_COUNT; o++) {
			all->objects[sock->object].sent[o] += sock->new_bytes[ZC_HOOK_XMIT][o];
			all->objects[sock->object].all_sent += sock->new_bytes[ZC_HOOK_XMIT][o];
		}
		all->objects[sock->object].to_a_bus += sock->device_bytes;
		all->objects[sock->object].unseen +=
			sock->unseen_bytes[ZC_HOOK_XMIT] +
			sock->new_bytes[ZC_HOOK_XMIT][ZC_ORIGIN_UNKNOWN];
	}
	for (size_t i = 0; i < s->flow_count; i++)
		all->pairs[all->pair_count++] = (struct pair){ s->flows[i].key.socket,
			s->flows[i].key.file, s->flows[i].flow.bytes[ZC_HOOK_XMIT] };
	merge_pairs(all);
}

static void add_writers(struct flow_segments *all)
{
	const struct snapshot *s = all->snapshot;

	for (__u32 i = 1; i < s->cell_count; i++) {
		const struct zc_cell *cell = &s->cells[i];
		struct segments_of *sink = &all->objects[cell->key.sink];
		enum zc_kind source;

		if (!cell->bytes || cell->key.sink >= s->object_count ||
		    !call_moves_bytes(cell->key.nr))
			continue;
		if (call_way(cell->key.nr) != SYSCALL_BETWEEN) {
			sink->by_program += cell->bytes;
			sink->relayed += cell->bytes;
			continue;
		}
		source = kind_of_index(s, cell->key.source);
		sink->by_kernel += cell->bytes;
		if (source != ZC_KIND_FILE)
			sink->relayed += cell->bytes;
		if (!kind_is_file(source))
			sink->spliced += cell->bytes;
		else if (source == ZC_KIND_FILE_DIRECT)
			sink->direct += cell->bytes;
	}
}

struct flow_segments *flow_segments_build(struct flow_list *list)
{
	const struct snapshot *s = list->snapshot;
	struct flow_segments *all = report_alloc(list->report, sizeof(*all));
	size_t objects = s->object_count > ZC_KIND_COUNT ? s->object_count : ZC_KIND_COUNT;

	all->snapshot = s;
	all->list = list;
	all->objects = report_alloc(list->report, objects * sizeof(*all->objects));
	all->pairs = report_alloc(list->report, (s->flow_count + 1) * sizeof(*all->pairs));
	add_sockets(all);
	add_writers(all);
	return all;
}

static const struct pair *find_pair(const struct flow_segments *all, __u32 socket, __u32 file)
{
	struct pair wanted = { .socket = socket, .file = file };

	return bsearch(&wanted, all->pairs, all->pair_count, sizeof(wanted), by_socket);
}

/* The file that has most pages in the socket's segments, or NULL. */
static const char *busiest_file(struct flow_segments *all, __u32 socket)
{
	const struct pair *most = NULL;
	size_t first = 0, end = all->pair_count;

	while (first < end) {
		size_t middle = (first + end) / 2;

		if (all->pairs[middle].socket < socket)
			first = middle + 1;
		else
			end = middle;
	}
	for (; first < all->pair_count && all->pairs[first].socket == socket; first++) {
		if (all->pairs[first].file >= ZC_KIND_COUNT &&
		    (!most || all->pairs[first].bytes > most->bytes))
			most = &all->pairs[first];
	}
	return most ? kind_name(all->list->report, all->snapshot, most->file) : NULL;
}

static __u64 part(__u64 of, __u64 mine, __u64 all)
{
	return all ? (__u64)((double)of * mine / all) : 0;
}

static __u64 less(__u64 a, __u64 b)
{
	return a > b ? a - b : 0;
}

static __u64 least(__u64 a, __u64 b)
{
	return a < b ? a : b;
}

/* Pages that are nobody's copy: the very file's, or what holes and cut files leave of it. */
static __u64 handed_by_kernel(const struct flow_segments *all, const struct zc_cell *cell)
{
	const struct segments_of *sink = &all->objects[cell->key.sink];
	const struct pair *pair = find_pair(all, cell->key.sink, cell->key.source);
	__u64 pages = sink->sent[ZC_ORIGIN_ZERO] + sink->sent[ZC_ORIGIN_TRUNCATED];

	if (kind_is_file(kind_of_index(all->snapshot, cell->key.source)))
		return (pair ? pair->bytes : 0) + part(pages, cell->bytes, sink->by_kernel);
	pages += sink->sent[ZC_ORIGIN_FILE] + sink->sent[ZC_ORIGIN_ANON];
	return part(pages, cell->bytes, sink->by_kernel);
}

/* Its own pages, those of files that it has mapped, and what it never wrote to: more than sendfile
 * could have put there. */
static __u64 handed_by_program(const struct flow_segments *all, const struct zc_cell *cell)
{
	const struct segments_of *sink = &all->objects[cell->key.sink];

	return part(sink->sent[ZC_ORIGIN_ANON] +
		    less(sink->sent[ZC_ORIGIN_FILE] + sink->sent[ZC_ORIGIN_ZERO] +
			 sink->sent[ZC_ORIGIN_TRUNCATED], sink->by_kernel),
		    cell->bytes, sink->by_program);
}

/* What the socket's own memory has of a kernel's flow. That which came out of pipes, or past the
 * page cache, lies in such memory without a copy, so that it comes first before what a file's pages
 * were copied to. */
static __u64 copied_by_kernel(const struct flow_segments *all, const struct zc_cell *cell)
{
	const struct segments_of *sink = &all->objects[cell->key.sink];
	const __u64 private = less(sink->sent[ZC_ORIGIN_PRIVATE], sink->by_program);
	const __u64 others = sink->spliced + sink->direct;

	if (kind_of_index(all->snapshot, cell->key.source) != ZC_KIND_FILE)
		return part(private, cell->bytes, sink->by_kernel);
	return part(less(private, others), cell->bytes, less(sink->by_kernel, others));
}

/* A program's pages get into a socket as it lends them, or through a pipe, and look the same there.
 * Then it was the program that lent at least what was not copied for the socket. */
static bool lent_or_spliced(const struct segments_of *sink)
{
	const __u64 lent = least(sink->sent[ZC_ORIGIN_ANON], sink->by_program);

	return sink->spliced && sink->sent[ZC_ORIGIN_ANON] && sink->by_program &&
	       less(lent, less(sink->by_program, sink->sent[ZC_ORIGIN_PRIVATE])) >
	       sink->by_program / 100;
}

void flow_segments_add(struct flow_segments *all, const struct zc_cell *cell, struct flow *flow)
{
	const struct segments_of *sink;
	__u64 copied;	/* of both, sendfile and writes: those of the writes are taken off first */

	if (flow->way == FLOW_BY_KERNEL && cell->key.source < all->snapshot->object_count &&
	    kind_of_index(all->snapshot, cell->key.source) == ZC_KIND_PIPE &&
	    all->objects[cell->key.source].relayed)
		flow->relayed = flow->bytes;
	if (cell->key.sink >= all->snapshot->object_count ||
	    !kind_is_tcp(kind_of_index(all->snapshot, cell->key.sink)))
		return;
	sink = &all->objects[cell->key.sink];
	if (flow->way == FLOW_BY_KERNEL) {
		flow->handed = handed_by_kernel(all, cell);
		copied = copied_by_kernel(all, cell);
	} else {
		flow->handed = handed_by_program(all, cell);
		copied = part(least(sink->sent[ZC_ORIGIN_PRIVATE], sink->by_program), cell->bytes,
			      sink->by_program);
	}
	flow->lent_or_spliced = flow->way != FLOW_BY_KERNEL && lent_or_spliced(sink);
	if (flow->handed > cell->bytes)
		flow->handed = cell->bytes;
	/* Other calls on the socket may have brought private pages of their own (splice of a pipe,
	 * sendfile of an O_DIRECT file). */
	copied = least(copied, cell->bytes - flow->handed);
	/* Where there is no bus the segments come in on the same machine, and pages that a program
	 * lent are copied before anybody may keep them (skb_orphan_frags_rx()). */
	if (flow->way != FLOW_BY_KERNEL)
		flow->late = part(less(sink->all_sent, sink->to_a_bus), flow->handed,
				  sink->all_sent);
	flow->seen = flow->handed + copied;
	flow->unseen = part(sink->unseen, cell->bytes, sink->by_kernel + sink->by_program);
	flow->anonymous = sink->sent[ZC_ORIGIN_ANON] ||
			  (flow->way != FLOW_BY_KERNEL && sink->sent[ZC_ORIGIN_ZERO]);
	if (flow->handed && !kind_is_file(kind_of_index(all->snapshot, cell->key.source)))
		flow->pages_of = busiest_file(all, cell->key.sink);
}
