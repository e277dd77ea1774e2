// SPDX-License-Identifier: GPL-2.0
/* What the segments of the traced TCP sockets are made of when they are handed on, what receivers
 * copy out of them, and the kernel's own tally of a socket when it closes. */
#include "pages.h"

#define SEND_SHUTDOWN_BIT 2	/* include/net/sock.h: SEND_SHUTDOWN */
#define LONGEST_TCP_HEADER 60
#define TCP_DOFF_AT 12		/* byte of the header whose upper half is its length in words */

/* A fragment starts with a tagged reference since 6.9 (21d2e6737c97), with a page before. Both
 * are one word, followed by length and offset. */
struct fragment {
	__u64 page;		/* bit 0: not a page (net_iov) */
	__u32 length;
	__u32 offset;
};

/* What is being looked at: one segment at one hook, and what was found. It lies in a map, because
 * of what lies on the stack the verifier follows every value that it can have. */
struct look {
	__u64 skb;		/* 0: what follows is not of a whole segment */
	__u64 head;
	__u64 tick;		/* jiffies */
	__u64 number;		/* of the segment among its socket's at this hook */
	__u64 sk;
	__u32 len;
	__u32 data_len;
	__u32 seq;
	__u32 length;		/* of the payload */
	__u32 first, fresh;	/* of the payload: bytes from first on that were not seen before */
	__u32 skip, take;	/* those before them, and of them, that are not dealt with yet */
	__u32 bytes[8];		/* the fresh ones, by origin */
	__u64 begin, end;	/* struct pages of one folio: origin and file are theirs */
	__u64 mapping;		/* file is its object, unless files were named since */
	__u32 named;
	__u32 origin;
	__u32 file;
	__u32 flow_file;	/* the file that flow_bytes are of */
	__u32 flow_bytes;	/* not yet added to a flow */
	__u32 socket;
	__u32 hook;
	struct fragment fragments[ZC_MAX_FRAGS];
};
_Static_assert(ZC_ORIGIN_COUNT <= 8, "look.bytes has one for each");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 2);	/* by hook: the second looks at what the first has found */
	__type(key, __u32);
	__type(value, struct look);
} looks SEC(".maps");

/* A further file of a socket. */
static __noinline void add_flow(struct look *look, __u32 hook)
{
	struct zc_flow_key key = { .socket = look->socket, .file = look->flow_file };
	struct zc_flow fresh = {};
	struct zc_flow *flow;

	flow = bpf_map_lookup_elem(&flows, &key);
	if (!flow) {
		bpf_map_update_elem(&flows, &key, &fresh, BPF_NOEXIST);
		flow = bpf_map_lookup_elem(&flows, &key);
	}
	if (flow)
		__sync_fetch_and_add(&flow->bytes[hook & 1], look->flow_bytes);
	else
		count_loss(ZC_LOSS_FLOWS);
}

/* Most sockets send one file, and its bytes are in their own record: tables are what takes longest
 * here, because each lies where nobody has just been. */
static __always_inline void flush_flow(struct look *look, struct zc_sock *sock, __u32 hook)
{
	if (!look->flow_bytes)
		return;
	if (!sock->file)
		__sync_val_compare_and_swap(&sock->file, 0, look->flow_file);
	if (sock->file == look->flow_file)
		__sync_fetch_and_add(&sock->file_bytes[hook & 1], look->flow_bytes);
	else
		add_flow(look, hook);
}

/* What is true of a page is true of its folio, whose struct pages lie side by side: the next
 * fragment is most often in the same one. */
static void look_at_page(struct look *look, __u64 page)
{
	struct page_words words = {};
	__u32 *object;
	__u64 head;

	look->origin = origin_of_page(page, &words, &head);
	look->begin = page;
	look->end = page + 1;
	if (look->origin != ZC_ORIGIN_FILE)
		return;
	if (is_large(words.flags)) {
		look->begin = head;
		look->end = head + bpf_core_type_size(struct page) * pages_of_folio(head);
	}
	if (words.mapping == look->mapping && look->named == files_named)
		return;
	look->named = files_named;
	look->mapping = words.mapping;
	object = bpf_map_lookup_elem(&mappings, &look->mapping);
	look->file = object ? *object : ZC_KIND_FILE;
}

/* Bytes of a file's pages: those of one file are added together. */
static void add_to_flow(struct look *look, struct zc_sock *sock, __u32 bytes)
{
	if (look->file != look->flow_file) {
		if (look->flow_bytes) {
			flush_flow(look, sock, look->hook);
			look->flow_bytes = 0;
			look->skb = 0;
		}
		look->flow_file = look->file;
	}
	look->flow_bytes += bytes;
}

/* Drops the part of a piece that was transmitted before. */
static __u32 fresh_part(struct look *look, __u32 length)
{
	__u32 old = look->skip < length ? look->skip : length;
	__u32 fresh = length - old < look->take ? length - old : look->take;

	look->skip -= old;
	look->take -= fresh;
	return fresh;
}

static __always_inline __u32 count_of_fragments(__u64 shinfo)
{
	__u32 count = 0;

	bpf_probe_read_kernel(&count, 1, (void *)(shinfo + bpf_core_field_offset(
						  struct skb_shared_info, nr_frags)));
	return count;
}

static __always_inline __u64 first_page(__u64 shinfo)
{
	__u64 page = 0;

	bpf_probe_read_kernel(&page, sizeof(page), (void *)(shinfo + bpf_core_field_offset(
							    struct skb_shared_info, frags)));
	return page;
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
	__u32 fresh;
	__u64 page;

	if (i >= ZC_MAX_FRAGS)
		return 1;
	fresh = fresh_part(look, look->fragments[i].length);
	if (!fresh)
		return 0;
	page = look->fragments[i].page;
	if (page < look->begin || page >= look->end)
		look_at_page(look, page);
	look->bytes[look->origin & 7] += fresh;
	if (look->origin == ZC_ORIGIN_FILE)
		add_to_flow(look, step->sock, fresh);
	return 0;
}

static void look_at_fragments(struct look *look, struct zc_sock *sock, __u64 shinfo)
{
	struct step step = { .look = look, .sock = sock };
	__u32 count = count_of_fragments(shinfo);

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
}

/* What the steps of bpf_loop() look for: a place for the hole [begin, end), or the hole that the
 * payload [begin, end) fills. */
struct search {
	struct holes *known;
	__u32 begin, end;
	__u32 found;	/* its place; ZC_MAX_HOLES = there is none */
};

static long is_place(__u32 i, struct search *search)
{
	struct holes *known = search->known;

	if (i >= ZC_MAX_HOLES)
		return 1;
	if (known->begin[i] != known->end[i])
		return 0;
	known->begin[i] = search->begin;
	known->end[i] = search->end;
	return 1;
}

/* One that finds no place stays unseen: what fills it counts as sent again. */
static void keep_hole(struct holes *known, __u32 begin, __u32 end)
{
	struct search search = { .known = known, .begin = begin, .end = end };

	bpf_loop(ZC_MAX_HOLES, is_place, &search, 0);
}

static void dig_hole(struct zc_sock *sock, __u64 key, __u32 begin, __u32 end)
{
	static const struct holes none;
	struct holes *known = bpf_map_lookup_elem(&holes, &key);

	sock->unseen_bytes[key & 1] += end - begin;
	if (!known) {
		bpf_map_update_elem(&holes, &key, &none, BPF_NOEXIST);
		known = bpf_map_lookup_elem(&holes, &key);
	}
	if (known)
		keep_hole(known, begin, end);
}

static long is_filled(__u32 i, struct search *search)
{
	struct holes *known = search->known;

	if (i >= ZC_MAX_HOLES)
		return 1;
	if (known->begin[i] == known->end[i] || (__s32)(known->begin[i] - search->end) >= 0 ||
	    (__s32)(known->end[i] - search->begin) <= 0)
		return 0;
	search->found = i;
	return 1;
}

/* The part of the look's payload, all of it below the high-water mark, that fills a hole. */
static void fill_hole(struct zc_sock *sock, struct look *look, __u64 key)
{
	struct search search = { .known = bpf_map_lookup_elem(&holes, &key),
				 .found = ZC_MAX_HOLES };
	struct holes *known = search.known;
	__u32 begin, end, from, to, at;

	if (!known)
		return;
	search.begin = look->seq;
	search.end = look->seq + look->length;
	bpf_loop(ZC_MAX_HOLES, is_filled, &search, 0);
	at = search.found;
	if (at >= ZC_MAX_HOLES)
		return;
	begin = known->begin[at];
	end = known->end[at];
	from = (__s32)(begin - search.begin) > 0 ? begin : search.begin;
	to = (__s32)(end - search.end) < 0 ? end : search.end;
	look->first = from - look->seq;
	look->fresh = to - from;
	sock->unseen_bytes[key & 1] -= to - from;
	sock->late_bytes[key & 1] += to - from;
	known->end[at] = from;
	if (from == begin) {
		known->begin[at] = to;
		known->end[at] = end;
	} else if (to != end) {
		keep_hole(known, to, end);
	}
}

/* Which part of the payload [seq, seq + length) this hook sees for the first time: all above the
 * high-water mark, and what fills a hole below. */
__noinline int tell_fresh(struct look *look, struct zc_sock *sock, __u32 hook)
{
	__s32 ahead;
	__u32 end;

	if (!look || !sock || hook >= ZC_HOOK_COUNT)
		return 0;
	end = look->seq + look->length;
	if (!sock->started[hook]) {
		sock->started[hook] = 1;
		sock->next_seq[hook] = look->seq;
	}
	ahead = look->seq - sock->next_seq[hook];
	look->first = 0;
	look->fresh = look->length;
	if (ahead > 0) {
		dig_hole(sock, look->sk + hook, sock->next_seq[hook], look->seq);
	} else if (ahead < 0 && (__s32)(end - sock->next_seq[hook]) <= 0) {
		look->first = look->length;
		look->fresh = 0;
		if (sock->unseen_bytes[hook])
			fill_hole(sock, look, look->sk + hook);
		return 0;
	} else if (ahead < 0) {
		look->first = -ahead;
		look->fresh += ahead;
	}
	sock->next_seq[hook] = end;
	return 0;
}

/* Pointers are read by BPF_CORE_READ() throughout: for each one that is read straight from another,
 * the verifier searches all names of the kernel's types, three times over. Numbers, and what points
 * to none of its types, are read straight. */

/* Begins a look, and reads where the segment's payload is; false = it is none of ours. */
static bool begin_look(struct look *look, const struct sk_buff *skb, __u64 sk, struct zc_sock *sock)
{
	__u64 begin = (__u64)skb->head + skb->transport_header;
	struct tcphdr header;
	__u32 headers;

	look->skb = 0;
	if (bpf_probe_read_kernel(&header, sizeof(header), (void *)begin))
		return false;
	/* Not a tunnel's header in front of ours. */
	if (!sock->port)
		sock->port = BPF_CORE_READ((struct sock *)sk, __sk_common.skc_num);
	headers = begin - (__u64)skb->data + header.doff * 4;
	if (bpf_ntohs(header.source) != sock->port || skb->len <= headers)
		return false;
	look->sk = sk;
	look->head = (__u64)skb->head;
	look->len = skb->len;
	look->data_len = skb->data_len;
	look->seq = bpf_ntohl(header.seq) + header.syn;
	look->length = skb->len - headers;
	look->socket = sock->object;
	return true;
}

/* Counts the segment at a hook, whatever it is made of. */
static __always_inline void count_segment(struct look *look, struct zc_sock *sock, __u32 hook)
{
	tell_fresh(look, sock, hook);
	__sync_fetch_and_add(&sock->segments[hook], 1);
	if (look->fresh != look->length)
		__sync_fetch_and_add(&sock->again_bytes[hook], look->length - look->fresh);
}

/* Looks at what the segment is made of. */
static void look_at_payload(struct look *look, struct zc_sock *sock, const struct sk_buff *skb,
			    __u32 hook)
{
	look->hook = hook;
	look->skip = look->first;
	look->take = look->fresh;
	look->begin = 0;
	look->end = 0;
	look->flow_file = 0;
	look->flow_bytes = 0;
	__builtin_memset(look->bytes, 0, sizeof(look->bytes));
	look->tick = bpf_jiffies64();
	look->skb = (__u64)skb;
	look->bytes[ZC_ORIGIN_PRIVATE] = fresh_part(look, look->length - look->data_len);
	if (look->data_len)
		look_at_fragments(look, sock, look->head + skb->end);
}

static __always_inline void add_found(struct look *look, struct zc_sock *sock, __u32 hook)
{
	for (int origin = 0; origin < ZC_ORIGIN_COUNT; origin++) {
		if (look->bytes[origin])
			__sync_fetch_and_add(&sock->new_bytes[hook][origin], look->bytes[origin]);
	}
	flush_flow(look, sock, hook);
}

/* Acknowledgements, which are half of all segments, carry nothing. */
static bool is_empty(const struct sk_buff *skb)
{
	__u64 header = (__u64)skb->head + skb->transport_header;
	__u32 rest = skb->len - (header - (__u64)skb->data);
	__u8 doff = 0;

	if (rest > LONGEST_TCP_HEADER)
		return false;
	bpf_probe_read_kernel(&doff, 1, (void *)(header + TCP_DOFF_AT));
	return rest <= (doff >> 4) * 4;
}

/* The socket whose segment it is, if it is followed. Once closed, the address may already be that
 * of somebody else's socket. */
static struct zc_sock *sock_of(__u64 sk)
{
	struct zc_sock *sock = sk ? bpf_map_lookup_elem(&socks, &sk) : NULL;

	return sock && !sock->closed ? sock : NULL;
}

/* A VLAN, bond, bridge or macvlan hands the segment on to a device below it, where it is looked at
 * once more: the last device counts. 1 = there is none below (__netdev_update_lower_level()). */
static bool hands_on(__u8 lower_level)
{
	return lower_level > 1;
}

SEC("?tp_btf/net_dev_queue")
int BPF_PROG(on_queue, struct sk_buff *skb)
{
	__u32 hook = ZC_HOOK_QUEUE;
	struct zc_sock *sock;
	struct look *look;
	__u64 sk;

	if (!socks_watched || is_empty(skb))
		return 0;
	sk = (__u64)BPF_CORE_READ(skb, sk);
	sock = sock_of(sk);
	look = bpf_map_lookup_elem(&looks, &hook);
	if (!sock || !look || hands_on(BPF_CORE_READ(skb, dev, lower_level)) ||
	    !begin_look(look, skb, sk, sock))
		return 0;
	count_segment(look, sock, ZC_HOOK_QUEUE);
	look->number = sock->segments[ZC_HOOK_QUEUE];
	look_at_payload(look, sock, skb, ZC_HOOK_QUEUE);
	add_found(look, sock, ZC_HOOK_QUEUE);
	return 0;
}

/* Whether a segment is as it was at the first hook, so that its pages need no second look. It is
 * the same one if its socket has queued none since. Segmentation, and whatever else needs another
 * head (pskb_expand_head()), makes another one of it; making it linear takes all fragments away;
 * copying borrowed pages takes each (skb_copy_ubufs()), so that the first speaks for all. A tick
 * later, in a queue, its file may have been cut. */
static bool is_as_queued(const struct look *queued, const struct sk_buff *skb, __u64 sk,
			 const struct zc_sock *sock)
{
	if (queued->skb != (__u64)skb || queued->sk != sk ||
	    queued->number != sock->segments[ZC_HOOK_QUEUE] ||
	    queued->head != (__u64)skb->head || queued->len != skb->len ||
	    queued->data_len != skb->data_len || queued->tick != bpf_jiffies64())
		return false;
	return !queued->data_len ||
	       queued->fragments[0].page == first_page(queued->head + skb->end);
}

SEC("?tp_btf/net_dev_start_xmit")
int BPF_PROG(on_start_xmit, const struct sk_buff *skb, const struct net_device *dev)
{
	__u32 queue = ZC_HOOK_QUEUE, xmit = ZC_HOOK_XMIT, first, fresh;
	struct zc_sock *sock;
	struct look *look;
	bool known;
	__u64 sk;

	if (!socks_watched || hands_on(dev->lower_level) || is_empty(skb))
		return 0;
	sk = (__u64)BPF_CORE_READ(skb, sk);
	sock = sock_of(sk);
	look = bpf_map_lookup_elem(&looks, &queue);
	if (!sock || !look)
		return 0;
	known = is_as_queued(look, skb, sk, sock);
	if (!known) {
		look = bpf_map_lookup_elem(&looks, &xmit);
		if (!look || !begin_look(look, skb, sk, sock))
			return 0;
	}
	first = look->first;
	fresh = look->fresh;
	count_segment(look, sock, ZC_HOOK_XMIT);
	if (BPF_CORE_READ(dev, dev.parent))
		__sync_fetch_and_add(&sock->device_bytes, look->fresh);
	if (!known || first != look->first || fresh != look->fresh)
		look_at_payload(look, sock, skb, ZC_HOOK_XMIT);
	add_found(look, sock, ZC_HOOK_XMIT);
	return 0;
}

/* Where the bytes of a segment lie when the receiver takes them. The kernel copies all pages of a
 * segment or none on the way (skb_copy_ubufs()), so the first one speaks for it; where it came in
 * lists of segments, or all of it in its linear part, that is the socket's own memory. */
static __u32 origin_at_receiver(const struct sk_buff *skb)
{
	__u64 shinfo = (__u64)BPF_CORE_READ(skb, head) + BPF_CORE_READ(skb, end);
	struct page_words words = {};
	__u64 head;

	if (!BPF_CORE_READ(skb, data_len) || !count_of_fragments(shinfo))
		return ZC_ORIGIN_PRIVATE;
	return origin_of_page(first_page(shinfo), &words, &head);
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

/* What has no later segment that would show the hole: acknowledged, less the end of the stream. */
static void tell_end(struct zc_sock *sock, struct tcp_sock *tcp, __u32 hook)
{
	__u8 ended = BPF_CORE_READ((struct sock *)tcp, sk_shutdown) & SEND_SHUTDOWN_BIT;
	__s32 beyond = BPF_CORE_READ(tcp, snd_una) - sock->next_seq[hook] - (ended != 0);

	if (sock->started[hook] && beyond > 0)
		sock->unseen_bytes[hook] += beyond;
}

/* The connection is over, its counters are final. The same fields answer getsockopt(TCP_INFO)
 * (tcp_get_info()). */
static void keep_tally(const struct sock *sk)
{
	__u64 key = (__u64)sk;
	struct zc_sock *sock;
	struct tcp_sock *tcp;

	if (!socks_watched)
		return;
	sock = bpf_map_lookup_elem(&socks, &key);
	if (!sock || sock->closed)
		return;
	tcp = (struct tcp_sock *)sk;
	tell_end(sock, tcp, ZC_HOOK_QUEUE);
	tell_end(sock, tcp, ZC_HOOK_XMIT);
	sock->tcp_bytes_sent += BPF_CORE_READ(tcp, bytes_sent);
	sock->tcp_bytes_retrans += BPF_CORE_READ(tcp, bytes_retrans);
	sock->tcp_bytes_acked += BPF_CORE_READ(tcp, bytes_acked);
	sock->tcp_bytes_received += BPF_CORE_READ(tcp, bytes_received);
	sock->closed = 1;
}

SEC("?raw_tp/inet_sock_set_state")
int BPF_PROG(on_tcp_state, const struct sock *sk, const int old_state, const int new_state)
{
	if (new_state == TCP_CLOSE)
		keep_tally(sk);
	return 0;
}

/* The kernel leaves on_tcp_state out for a socket that a softirq closes while it runs for another.
 * Before its memory is free each socket comes here too, always with softirqs off
 * (inet_csk_destroy_sock()), so that this program is never left out. */
SEC("?raw_tp/tcp_destroy_sock")
int BPF_PROG(on_tcp_destroy, const struct sock *sk)
{
	keep_tally(sk);
	return 0;
}
