// SPDX-License-Identifier: GPL-2.0
/* What the segments of the traced TCP sockets are made of when they are handed on, what receivers
 * copy out of them, and the kernel's own tally of a socket when it closes. */
#include "state.h"

#define TCP_CLOSE_STATE 7	/* TCP_CLOSE in enum of include/net/tcp_states.h */
#define PAGE_MAPPING_ANON_BIT 1	/* include/linux/page-flags.h: bit 0 of page->mapping */
#define MAPPING_FLAGS 3

/* A fragment starts with a tagged reference since 6.9 (21d2e6737c97), with a page before. Both
 * are one word, followed by length and offset. */
struct fragment {
	__u64 page;		/* bit 0: not a page (net_iov) */
	__u32 length;
	__u32 offset;
};

struct page_words {
	__u64 flags;
	__u64 compound_head;	/* bit 0: the rest is the address of the head page */
	__u64 lru;
	__u64 mapping;
};

/* What is being looked at: one segment at one hook. It lies in a map, because of what lies on the
 * stack the verifier follows every value that it can have. */
struct look {
	__u32 hook;
	__u32 skip;		/* leading payload bytes that were seen before */
	__u64 last_page;	/* page words of this page are in origin and file */
	__u32 last_origin;
	__u32 last_file;
	__u32 file_pending;	/* bytes of last_file not yet added to a flow */
	__u32 socket;
	struct fragment fragments[ZC_MAX_FRAGS];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 2);	/* a softirq may interrupt a call that is looking: one each */
	__type(key, __u32);
	__type(value, struct look);
} looks SEC(".maps");

__u64 zero_page = 0;	/* struct page of the zero page, if the loader could tell */

static void flush_flow(struct look *look)
{
	struct zc_flow_key key = { .socket = look->socket, .file = look->last_file };
	struct zc_flow fresh = {};
	struct zc_flow *flow;

	if (!look->file_pending)
		return;
	flow = bpf_map_lookup_elem(&flows, &key);
	if (!flow) {
		bpf_map_update_elem(&flows, &key, &fresh, BPF_NOEXIST);
		flow = bpf_map_lookup_elem(&flows, &key);
	}
	if (flow)
		__sync_fetch_and_add(&flow->bytes[look->hook & 1], look->file_pending);
	else
		count_loss(ZC_LOSS_FLOWS);
	look->file_pending = 0;
}

/* The origin of one page, from its own words or those of its compound head. */
static __u32 origin_of_page(__u64 page, __u32 *file)
{
	struct page_words words = {};
	__u64 mapping;
	__u32 *object;

	if (!page || page & 1 || bpf_probe_read_kernel(&words, sizeof(words), (void *)page))
		return ZC_ORIGIN_UNKNOWN;
	if (words.compound_head & 1 &&
	    bpf_probe_read_kernel(&words, sizeof(words), (void *)(words.compound_head - 1)))
		return ZC_ORIGIN_UNKNOWN;
	mapping = words.mapping;
	if (mapping & PAGE_MAPPING_ANON_BIT)
		return ZC_ORIGIN_ANON;
	if (mapping & MAPPING_FLAGS)
		return ZC_ORIGIN_UNKNOWN;
	if (mapping) {
		object = bpf_map_lookup_elem(&mappings, &mapping);
		*file = object ? *object : ZC_KIND_FILE;
		return ZC_ORIGIN_FILE;
	}
	if (words.flags & (1UL << bpf_core_enum_value(enum pageflags, PG_reserved)))
		return ZC_ORIGIN_ZERO;
	/* Cut from its file while in flight: no mapping any more, but still marked as cache. */
	if (words.flags & (1UL << bpf_core_enum_value(enum pageflags, PG_uptodate) |
			   1UL << bpf_core_enum_value(enum pageflags, PG_lru)))
		return ZC_ORIGIN_TRUNCATED;
	return ZC_ORIGIN_PRIVATE;
}

static void add_origin(struct look *look, struct zc_sock *sock, __u32 origin, __u32 bytes)
{
	if (origin < ZC_ORIGIN_COUNT)
		__sync_fetch_and_add(&sock->new_bytes[look->hook & 1][origin], bytes);
}

/* Drops the part of a piece that was transmitted before. */
static __u32 fresh_part(struct look *look, __u32 length)
{
	__u32 old = look->skip < length ? look->skip : length;

	look->skip -= old;
	return length - old;
}

/* What a step of bpf_loop() is given. */
struct step {
	struct look *look;
	struct zc_sock *sock;
};

/* The verifier walks it once instead of ZC_MAX_FRAGS times. */
static long look_at_fragment(__u32 i, struct step *step)
{
	struct look *look = step->look;
	struct fragment *fragment;
	__u32 fresh, origin, file = 0;
	__u64 page;

	if (i >= ZC_MAX_FRAGS)
		return 1;
	fragment = &look->fragments[i];
	page = fragment->page;
	fresh = fresh_part(look, fragment->length);
	if (!fresh)
		return 0;
	if (page != look->last_page) {
		origin = origin_of_page(page, &file);
		if (file != look->last_file)
			flush_flow(look);
		look->last_page = page;
		look->last_origin = origin;
		look->last_file = file;
	}
	add_origin(look, step->sock, look->last_origin, fresh);
	if (look->last_origin == ZC_ORIGIN_FILE)
		look->file_pending += fresh;
	return 0;
}

static void look_at_fragments(struct look *look, struct zc_sock *sock, __u64 shinfo, __u32 count)
{
	struct step step = { .look = look, .sock = sock };

	if (!count)
		return;
	if (count > ZC_MAX_FRAGS) {
		count_loss(ZC_LOSS_FRAGS);
		count = ZC_MAX_FRAGS;
	}
	if (bpf_probe_read_kernel(look->fragments, count * sizeof(struct fragment),
				  (void *)(shinfo + bpf_core_field_offset(struct skb_shared_info,
									  frags)))) {
		count_loss(ZC_LOSS_FRAGS);
		return;
	}
	bpf_loop(count, look_at_fragment, &step, 0);
	flush_flow(look);
}

/* Splits the payload [seq, seq + length) at the high-water mark: what lies below was seen. */
static __u32 already_seen(struct zc_sock *sock, __u32 hook, __u32 seq, __u32 length)
{
	__u32 end = seq + length;
	__u32 old = 0;

	if (!sock->started[hook]) {
		sock->started[hook] = 1;
		sock->next_seq[hook] = seq;
	}
	if ((__s32)(sock->next_seq[hook] - seq) > 0)
		old = sock->next_seq[hook] - seq;
	if (old > length)
		old = length;
	if ((__s32)(end - sock->next_seq[hook]) > 0)
		sock->next_seq[hook] = end;
	return old;
}

/* Pointers are read by BPF_CORE_READ() throughout: for each one that is read straight from another,
 * the verifier searches all names of the kernel's types, three times over. */

/* A segment's look, begun anew. */
static struct look *begin_look(__u32 hook)
{
	struct look *look = bpf_map_lookup_elem(&looks, &hook);

	if (!look)
		return NULL;
	look->hook = hook;
	look->last_page = 0;
	look->last_origin = ZC_ORIGIN_UNKNOWN;
	look->last_file = 0;
	look->file_pending = 0;
	return look;
}

static void look_at_segment(const struct sk_buff *skb, __u32 hook, bool has_bus)
{
	__u64 sk = (__u64)BPF_CORE_READ(skb, sk);
	__u32 headers, linear, length, fragments = 0;
	struct tcphdr header;
	struct zc_sock *sock;
	struct look *look;
	__u64 head, shinfo;

	sock = sk ? bpf_map_lookup_elem(&socks, &sk) : NULL;
	/* Once closed, the address may already be that of somebody else's socket. */
	if (!sock || sock->closed)
		return;
	head = (__u64)BPF_CORE_READ(skb, head);
	if (bpf_probe_read_kernel(&header, sizeof(header), (void *)(head + skb->transport_header)))
		return;
	/* Not a tunnel's header in front of ours. */
	if (bpf_ntohs(header.source) != BPF_CORE_READ(skb, sk, __sk_common.skc_num))
		return;
	headers = head + skb->transport_header - (__u64)BPF_CORE_READ(skb, data) + header.doff * 4;
	look = begin_look(hook);
	if (!look || skb->len <= headers)
		return;
	length = skb->len - headers;
	linear = skb->len - skb->data_len - headers;
	look->skip = already_seen(sock, hook, bpf_ntohl(header.seq), length);
	look->socket = sock->object;
	__sync_fetch_and_add(&sock->segments[hook], 1);
	__sync_fetch_and_add(&sock->again_bytes[hook], look->skip);
	if (has_bus)
		__sync_fetch_and_add(&sock->device_bytes, length - look->skip);
	add_origin(look, sock, ZC_ORIGIN_PRIVATE, fresh_part(look, linear));
	if (!skb->data_len)
		return;
	shinfo = head + skb->end;
	bpf_probe_read_kernel(&fragments, 1,
			      (void *)(shinfo + bpf_core_field_offset(struct skb_shared_info,
								      nr_frags)));
	look_at_fragments(look, sock, shinfo, fragments);
}

/* A VLAN, bond, bridge or macvlan hands the segment on to a device below it, where it is looked at
 * once more: the last device counts (__netdev_adjacent_dev_insert() fills the list). */
static bool hands_on(const struct net_device *dev)
{
	__u64 list = (__u64)dev + bpf_core_field_offset(struct net_device, adj_list.lower);

	return (__u64)BPF_CORE_READ(dev, adj_list.lower.next) != list;
}

SEC("?tp_btf/net_dev_queue")
int BPF_PROG(on_queue, struct sk_buff *skb)
{
	if (socks_watched && !hands_on(BPF_CORE_READ(skb, dev)))
		look_at_segment(skb, ZC_HOOK_QUEUE, false);
	return 0;
}

SEC("?tp_btf/net_dev_start_xmit")
int BPF_PROG(on_start_xmit, const struct sk_buff *skb, const struct net_device *dev)
{
	if (socks_watched && !hands_on(dev))
		look_at_segment(skb, ZC_HOOK_XMIT, BPF_CORE_READ(dev, dev.parent) != NULL);
	return 0;
}

/* Where the bytes of a segment lie when the receiver takes them. The kernel copies all pages of a
 * segment or none on the way (skb_copy_ubufs()), so the first one speaks for it; where it came in
 * lists of segments, or all of it in its linear part, that is the socket's own memory. */
static __u32 origin_at_receiver(const struct sk_buff *skb)
{
	__u64 shinfo = (__u64)BPF_CORE_READ(skb, head) + BPF_CORE_READ(skb, end);
	__u32 file, fragments = 0;
	__u64 page = 0;

	bpf_probe_read_kernel(&fragments, 1,
			      (void *)(shinfo + bpf_core_field_offset(struct skb_shared_info,
								      nr_frags)));
	if (!BPF_CORE_READ(skb, data_len) || !fragments)
		return ZC_ORIGIN_PRIVATE;
	bpf_probe_read_kernel(&page, sizeof(page),
			      (void *)(shinfo + bpf_core_field_offset(struct skb_shared_info,
								      frags)));
	return origin_of_page(page, &file);
}

SEC("?raw_tp/skb_copy_datagram_iovec")
int BPF_PROG(on_receive_copy, const struct sk_buff *skb, int length)
{
	struct zc_task *task = task_find(current_key());
	struct zc_proc *proc;
	struct zc_cell *cell;
	__u32 origin;

	if (!task || !task->enter_ns || length <= 0)
		return 0;
	cell = cell_at(task->cell);
	if (cell)
		__sync_fetch_and_add(&cell->received_bytes, length);
	proc = proc_of(task);
	origin = origin_at_receiver(skb);
	if (proc && origin < ZC_ORIGIN_COUNT)
		__sync_fetch_and_add(&proc->received[origin], length);
	return 0;
}

/* The last state: the connection is over, its counters are final. The same fields answer
 * getsockopt(TCP_INFO) (tcp_get_info()). */
SEC("?raw_tp/inet_sock_set_state")
int BPF_PROG(on_tcp_state, const struct sock *sk, const int old_state, const int new_state)
{
	__u64 key = (__u64)sk;
	struct zc_sock *sock;
	struct tcp_sock *tcp;

	if (new_state != TCP_CLOSE_STATE || !socks_watched)
		return 0;
	sock = bpf_map_lookup_elem(&socks, &key);
	if (!sock || sock->closed)
		return 0;
	tcp = (struct tcp_sock *)sk;
	sock->tcp_bytes_sent = BPF_CORE_READ(tcp, bytes_sent);
	sock->tcp_bytes_retrans = BPF_CORE_READ(tcp, bytes_retrans);
	sock->tcp_bytes_acked = BPF_CORE_READ(tcp, bytes_acked);
	sock->tcp_bytes_received = BPF_CORE_READ(tcp, bytes_received);
	sock->closed = 1;
	return 0;
}
