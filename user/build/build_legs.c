// SPDX-License-Identifier: GPL-2.0
/* The legs of the journey: how many bytes each copied, and on which evidence. docs/measurement.md
 * says what each number sees and what it does not. */
#include <string.h>
#include <unistd.h>
#include <linux/magic.h>

#include "build.h"
#include "kinds.h"
#include "uring_table.h"

_Static_assert((int)REPORT_ORIGINS == (int)ZC_ORIGIN_COUNT &&
	       (int)ORIGIN_FILE == (int)ZC_ORIGIN_FILE &&
	       (int)ORIGIN_PRIVATE == (int)ZC_ORIGIN_PRIVATE &&
	       (int)ORIGIN_ANON == (int)ZC_ORIGIN_ANON && (int)ORIGIN_ZERO == (int)ZC_ORIGIN_ZERO &&
	       (int)ORIGIN_TRUNCATED == (int)ZC_ORIGIN_TRUNCATED &&
	       (int)ORIGIN_UNKNOWN == (int)ZC_ORIGIN_UNKNOWN, "one list of origins");

const struct zc_sock *build_sending_socket(const struct snapshot *snapshot, int proc)
{
	for (__u32 i = 1; i < snapshot->cell_count; i++) {
		const struct zc_cell *cell = &snapshot->cells[i];

		if (cell->key.proc != (__u32)proc || !cell->bytes ||
		    !kind_is_tcp(kind_of_index(snapshot, cell->key.sink)))
			continue;
		for (size_t s = 0; s < snapshot->sock_count; s++) {
			if (snapshot->socks[s].sock.object == cell->key.sink)
				return &snapshot->socks[s].sock;
		}
	}
	return NULL;
}

static void set_leg(struct report_leg *leg, __u64 payload, __u64 bytes)
{
	leg->bytes.value = bytes;
	if (payload)
		leg->per_byte.value = (double)bytes / payload;
	else
		leg->per_byte.why = "no payload";
}

static void leg_unknown(struct report_leg *leg, const char *why)
{
	leg->bytes.why = why;
	leg->per_byte.why = why;
}

/* Whether the tracepoint that the leg is seen by is missing; then nothing is known of it. */
static bool is_blind(const struct build *b, struct report_leg *leg, const char *tracepoint)
{
	const char *missing = session_missing(b->session, tracepoint);

	if (missing)
		leg_unknown(leg, report_format(b->report, "%s: %s", tracepoint, missing));
	return missing;
}

/* Files that the process took payload from: their pages that entered the page cache meanwhile. */
static void build_disk_cache(const struct build *b)
{
	struct report_leg *leg = &b->scenario->legs[LEG_DISK_CACHE];
	const struct snapshot *snapshot = b->run->snapshot;
	__u64 bytes = 0;

	leg->by = "dma";
	leg->evidence = "counted";
	for (__u32 i = ZC_KIND_COUNT; i < snapshot->object_count; i++) {
		if (kind_is_file(snapshot->objects[i].key.kind))
			bytes += snapshot->objects[i].cache_added;
	}
	if (is_blind(b, leg, "mm_filemap_add_to_page_cache"))
		return;
	set_leg(leg, b->scenario->payload_bytes, bytes);
	if (!strcmp(b->scenario->cache, "warm"))
		leg->note = "warm: use --cold";
}

/* What the sender read of files: through the page cache, and past it. tmpfs accepts O_DIRECT and
 * copies out of its pages all the same. */
static void count_reads(const struct build *b, __u64 *cached, __u64 *past)
{
	const struct snapshot *snapshot = b->run->snapshot;

	for (__u32 i = 1; i < snapshot->cell_count; i++) {
		const struct zc_cell *cell = &snapshot->cells[i];
		const struct zc_object *file = kind_object(snapshot, cell->key.source);
		const enum zc_kind kind = kind_of_index(snapshot, cell->key.source);

		if (cell->key.proc != (__u32)b->run->sender.proc ||
		    call_way(cell->key.nr) != SYSCALL_READS || !kind_is_file(kind))
			continue;
		if (kind == ZC_KIND_FILE_DIRECT && !(file && file->fs_magic == TMPFS_MAGIC))
			*past += cell->bytes;
		else
			*cached += cell->bytes;
	}
}

/* Pages in which one chunk ends and the next begins: all but those of every so-manieth end, which
 * is the end of a page, too. Pages are powers of two. */
static __u64 pages_got_twice(__u64 ends, __u64 chunk, __u64 page)
{
	const __u64 common = chunk & -chunk;

	return ends - (common >= page ? ends : ends / (page / common));
}

struct cache_pages build_cache_pages(const struct build *b)
{
	const struct snapshot *snapshot = b->run->snapshot;
	const __u64 chunk = b->scenario->chunk_bytes, page = sysconf(_SC_PAGESIZE);
	struct cache_pages pages = { 0 };
	__u64 bytes = 0, past = 0;
	enum syscall_way way;

	count_reads(b, &bytes, &past);
	pages.returned = (bytes + page - 1) / page;
	for (__u32 i = 1; i < snapshot->cell_count; i++) {
		const struct zc_cell *cell = &snapshot->cells[i];

		way = call_way(cell->key.nr);
		if (cell->key.proc == (__u32)b->run->sender.proc && call_is_syscall(cell->key.nr) &&
		    (way == SYSCALL_READS || way == SYSCALL_SUBMITS))
			pages.counted += cell->cache_pages;
	}
	if (bytes && chunk)
		pages.returned += pages_got_twice((bytes - 1) / chunk, chunk, page);
	/* A batch whose last page another read is still waiting for is not told of (the end of
	 * filemap_get_pages()), nor is one of a file system with a reading of its own. */
	pages.known = !session_missing(b->session, "mm_filemap_get_pages") &&
		      pages.counted >= pages.returned;
	return pages;
}

/* No tracepoint sees this copy: it follows from what read() of a cached file is. That the pages
 * which it returned were got out of the page cache is counted where the kernel tells. */
static void build_cache_user(const struct build *b)
{
	struct report_leg *leg = &b->scenario->legs[LEG_CACHE_USER];
	const struct cache_pages pages = build_cache_pages(b);
	const bool counted = pages.known && pages.counted == pages.returned;
	__u64 cached = 0, past = 0;

	count_reads(b, &cached, &past);
	leg->by = past && !cached ? "dma" : "cpu";
	leg->evidence = counted ? "counted" : "inferred";
	set_leg(leg, b->scenario->payload_bytes, cached);
	leg->note = past ? "O_DIRECT: read past the page cache" : counted ? NULL : "inferred";
}

static void build_user_socket(const struct build *b, const struct zc_sock *sock)
{
	struct report_leg *leg = &b->scenario->legs[LEG_USER_SOCKET];
	const char *no_queue = session_missing(b->session, "net_dev_queue");

	leg->by = "cpu";
	leg->evidence = "provenance";
	if (is_blind(b, leg, "net_dev_start_xmit") || !sock) {
		if (!leg->bytes.why)
			leg_unknown(leg, "no segment of the sender's socket was seen");
		leg->retransmitted_bytes.why = leg->bytes.why;
		return;
	}
	leg->has_origin = true;
	leg->has_queue = !no_queue;
	if (no_queue)
		leg->queue_why = report_format(b->report, "net_dev_queue: %s", no_queue);
	for (int i = 0; i < REPORT_ORIGINS; i++) {
		leg->at_queue[i] = sock->new_bytes[ZC_HOOK_QUEUE][i];
		leg->at_xmit[i] = sock->new_bytes[ZC_HOOK_XMIT][i];
	}
	leg->retransmitted_bytes.value = sock->again_bytes[ZC_HOOK_XMIT] +
					 sock->late_bytes[ZC_HOOK_XMIT];
	set_leg(leg, b->scenario->payload_bytes, sock->new_bytes[ZC_HOOK_XMIT][ZC_ORIGIN_PRIVATE]);
}

static void build_socket_device(const struct build *b, const struct zc_sock *sock)
{
	struct report_leg *leg = &b->scenario->legs[LEG_SOCKET_DEVICE];

	leg->by = "dma";
	leg->evidence = "counted";
	if (is_blind(b, leg, "net_dev_start_xmit"))
		return;
	if (!sock) {
		leg_unknown(leg, "no segment of the sender's socket was seen");
	} else if (!sock->device_bytes && b->run->remote) {
		leg_unknown(leg, "the route's device has no bus, it is a virtual one: the bytes stay in "
			    "memory; --to a HOST behind a network card sends them through one");
		leg->note = "the route's device has no bus";
	} else if (!sock->device_bytes) {
		leg_unknown(leg, report_format(b->report, "%s has no device: the bytes never leave "
					       "memory; --to HOST sends them through one",
					       b->scenario->link));
		leg->note = report_format(b->report, "%s has no device", b->scenario->link);
	} else {
		set_leg(leg, b->scenario->payload_bytes, sock->device_bytes);
		leg->note = "handed over; DMA itself is not seen";
	}
}

void build_socket_receiver(const struct build *b)
{
	struct report_leg *leg = &b->scenario->legs[LEG_SOCKET_RECEIVER];

	leg->by = "cpu";
	leg->evidence = "counted";
	if (is_blind(b, leg, "skb_copy_datagram_iovec"))
		return;
	set_leg(leg, b->scenario->payload_bytes,
		build_totals(b->run->snapshot, b->run->receiver.proc).received);
	leg->has_receive = true;
	for (int i = 0; i < REPORT_ORIGINS; i++)
		leg->at_receive[i] = b->run->snapshot->procs[b->run->receiver.proc].received[i];
}

/* Pages can be spliced; what lies in a segment's linear part must be copied into one first
 * (linear_to_page() in net/core/skbuff.c), and no tracepoint tells of that. */
static void doubt_splice(const char *receiver, struct report_scenario *scenario)
{
	struct report_leg *leg = &scenario->legs[LEG_SOCKET_RECEIVER];

	if (strcmp(receiver, receiver_how_names[RECEIVER_SPLICE]) || leg->bytes.why ||
	    !strcmp(scenario->link, "lo") || !strcmp(scenario->link, "veth"))
		return;
	leg_unknown(leg, "splice copies what lies in a segment's linear part, and no tracepoint tells; "
		    "--link lo and veth deliver pages only");
}

static void borrowed_unknown(struct report_zerocopy *borrowed, const char *why)
{
	borrowed->late_bytes.why = why;
	borrowed->late_per_byte.why = why;
}

/* Loopback and veth cannot leave a program's pages to a receiver: they copy all of a segment when
 * it is received (skb_orphan_frags_rx()), which no leg before or after it shows. */
static void build_late_copy(struct report_scenario *scenario)
{
	struct report_zerocopy *borrowed = &scenario->zerocopy;
	const struct report_leg *send = &scenario->legs[LEG_USER_SOCKET];
	const struct report_leg *receive = &scenario->legs[LEG_SOCKET_RECEIVER];
	__u64 left = send->at_xmit[ZC_ORIGIN_ANON], came = receive->at_receive[ZC_ORIGIN_ANON];
	__u64 taken = 0;

	for (int i = 0; i < REPORT_ORIGINS; i++)
		taken += receive->at_receive[i];
	/* There they lie in the buffers of another machine's network card, in any case. */
	if (!strcmp(scenario->link, "remote")) {
		borrowed_unknown(borrowed, "the receiver is on another machine: the bytes lie in its own "
				 "memory, whoever brought them there");
	} else if (!scenario->legs[LEG_SOCKET_DEVICE].bytes.why) {
		borrowed_unknown(borrowed, "the receiver has a network card: the bytes lie in its own "
				 "memory, whoever brought them there");
	} else if (!send->has_origin) {
		borrowed_unknown(borrowed, send->bytes.why);
	} else if (receive->bytes.why) {
		borrowed_unknown(borrowed, receive->bytes.why);
	} else if (taken != scenario->payload_bytes) {
		borrowed_unknown(borrowed, "where bytes lie when they arrive is seen only if the receiver "
				 "copies them: --receiver recv");
	} else if (!scenario->payload_bytes) {
		borrowed_unknown(borrowed, "no payload");
	} else {
		borrowed->late_bytes.value = left > came ? left - came : 0;
		borrowed->late_per_byte.value = (double)borrowed->late_bytes.value /
						scenario->payload_bytes;
	}
}

void build_no_borrowed(struct report_scenario *scenario, const char *why)
{
	scenario->zerocopy = (struct report_zerocopy){
		.sends.why = why, .completed.why = why, .copied.why = why,
	};
	borrowed_unknown(&scenario->zerocopy, why);
}

static void build_borrowed(const struct build *b)
{
	const struct tally_zerocopy *tally = &b->run->sender.tally.zerocopy;
	struct report_zerocopy *borrowed = &b->scenario->zerocopy;

	if (!tally->used) {
		build_no_borrowed(b->scenario, "this way does not use MSG_ZEROCOPY");
		return;
	}
	*borrowed = (struct report_zerocopy){
		.used = true,
		.sends.value = tally->sends,
		.completed.value = tally->completed,
		.copied.value = tally->copied,
		.copied.why = tally->copied_known ? NULL : "this kernel does not say",
	};
	build_late_copy(b->scenario);
}

void build_legs(const struct build *b)
{
	const struct zc_sock *sock = build_sending_socket(b->run->snapshot, b->run->sender.proc);

	build_disk_cache(b);
	build_cache_user(b);
	build_user_socket(b, sock);
	build_socket_device(b, sock);
	if (b->run->remote)
		build_remote_leg(b->report, b->run->remote, b->report->config.peer, b->scenario);
	else
		build_socket_receiver(b);
	doubt_splice(b->report->config.receiver, b->scenario);
	build_borrowed(b);
}
