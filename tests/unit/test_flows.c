// SPDX-License-Identifier: GPL-2.0
/* Tests of user/build/flow*.c: which reads and writes are set side by side, what ends are called,
 * and the verdicts that follow from what was seen in segments. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "claims.h"
#include "session_internal.h"
#include "build.h"
#include "uring_table.h"

enum { MOST = 25000, MIB = 1 << 20, EXT4 = 0xEF53, TMPFS = 0x01021994, BTRFS = 0x9123683E };

/* A snapshot that tests fill. */
struct world {
	struct snapshot snapshot;
	struct report *report;
	struct report_scenario scenario;
	struct session session;
};

static int begin(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	w->snapshot.procs = calloc(8, sizeof(struct zc_proc));
	w->snapshot.cells = calloc(MOST, sizeof(struct zc_cell));
	w->snapshot.objects = calloc(MOST, sizeof(struct zc_object));
	w->snapshot.socks = calloc(MOST, sizeof(struct snapshot_sock));
	w->snapshot.flows = calloc(MOST, sizeof(struct snapshot_flow));
	w->snapshot.proc_count = w->snapshot.cell_count = 1;
	w->snapshot.object_count = ZC_KIND_COUNT;
	w->session.probes = session_probes(&w->session.probe_count);
	w->report = report_new();
	*state = w;
	return 0;
}

static int end(void **state)
{
	struct world *w = *state;

	free(w->snapshot.procs);
	free(w->snapshot.cells);
	free(w->snapshot.objects);
	free(w->snapshot.socks);
	free(w->snapshot.flows);
	report_free(w->report);
	free(w);
	return 0;
}

static __u32 process(struct world *w, const char *comm)
{
	struct zc_proc *proc = &w->snapshot.procs[w->snapshot.proc_count];

	strcpy(proc->comm, comm);
	proc->tgid = 1000 + w->snapshot.proc_count;
	return w->snapshot.proc_count++;
}

static __u32 object(struct world *w, enum zc_kind kind, const char *name, __u32 fs_magic)
{
	struct zc_object *o = &w->snapshot.objects[w->snapshot.object_count];

	o->key.kind = kind;
	o->fs_magic = fs_magic;
	strcpy(o->name, name);
	return w->snapshot.object_count++;
}

static __u32 file(struct world *w, const char *name)
{
	return object(w, ZC_KIND_FILE, name, EXT4);
}

static __u32 connection(struct world *w, const char *local, __u16 local_port, const char *remote,
			__u16 remote_port)
{
	__u32 index = object(w, ZC_KIND_TCP, "", 0);
	struct zc_object *o = &w->snapshot.objects[index];

	o->family = AF_INET;
	inet_pton(AF_INET, local, o->local);
	inet_pton(AF_INET, remote, o->remote);
	o->local_port = local_port;
	o->remote_port = remote_port;
	return index;
}

static __u32 tcp(struct world *w)
{
	return connection(w, "127.0.0.1", 40000, "127.0.0.1", 80);
}

static struct zc_cell *calls(struct world *w, __u32 proc, __u32 nr, __u32 source, __u32 sink,
			     __u64 bytes)
{
	struct zc_cell *cell = &w->snapshot.cells[w->snapshot.cell_count++];

	cell->key = (struct zc_cell_key){ proc, nr, source, sink };
	cell->bytes = bytes;
	cell->calls = 4;
	return cell;
}

static void reads(struct world *w, __u32 proc, __u32 source, __u64 bytes)
{
	calls(w, proc, SYS_read, source, ZC_KIND_NONE, bytes);
}

static void writes(struct world *w, __u32 proc, __u32 sink, __u64 bytes)
{
	calls(w, proc, SYS_write, ZC_KIND_NONE, sink, bytes);
}

static void sent(struct world *w, __u32 socket, enum zc_origin origin, __u64 bytes)
{
	struct snapshot_sock *sock = &w->snapshot.socks[w->snapshot.sock_count++];

	sock->sock.object = socket;
	sock->sock.new_bytes[ZC_HOOK_XMIT][origin] = bytes;
}

static void to_a_bus(struct world *w, __u32 socket, __u64 bytes)
{
	for (size_t i = 0; i < w->snapshot.sock_count; i++) {
		if (w->snapshot.socks[i].sock.object != socket)
			continue;
		w->snapshot.socks[i].sock.device_bytes = bytes;
		return;
	}
}

static void sent_pages(struct world *w, __u32 socket, __u32 of, __u64 bytes)
{
	struct snapshot_flow *flow = &w->snapshot.flows[w->snapshot.flow_count++];

	flow->key = (struct zc_flow_key){ socket, of };
	flow->flow.bytes[ZC_HOOK_XMIT] = bytes;
	sent(w, socket, ZC_ORIGIN_FILE, bytes);
}

static const struct report_flow *found(struct world *w, const char *source, const char *sink)
{
	const struct report_flow *one = NULL;

	if (!w->scenario.flows)
		flows_find(w->report, &w->session, &w->snapshot, &w->scenario);
	for (size_t i = 0; i < w->scenario.flow_count; i++) {
		const struct report_flow *flow = &w->scenario.flows[i];

		if (strcmp(flow->source, source) || strcmp(flow->sink, sink))
			continue;
		assert_null(one);
		one = flow;
	}
	return one;
}

static const struct report_flow *must_find(struct world *w, const char *source, const char *sink)
{
	const struct report_flow *flow = found(w, source, sink);

	if (!flow) {
		for (size_t i = 0; i < w->scenario.flow_count; i++)
			print_message("%s -> %s\n", w->scenario.flows[i].source,
				      w->scenario.flows[i].sink);
	}
	assert_non_null(flow);
	return flow;
}

static void assert_verdict(const struct report_flow *flow, const char *verdict, double copies)
{
	assert_string_equal(flow->verdict, verdict);
	assert_null(flow->copies_per_byte.why);
	assert_true(flow->copies_per_byte.value > copies - 0.005 &&
		    flow->copies_per_byte.value < copies + 0.005);
}

/* --- pairs --- */

static void test_equal_bytes_are_a_pair(void **state)
{
	struct world *w = *state;
	__u32 p = process(w, "copier");

	reads(w, p, file(w, "a"), 5 * MIB);
	reads(w, p, file(w, "b"), 4 * MIB);
	writes(w, p, file(w, "c"), 4 * MIB);
	assert_verdict(must_find(w, "/b", "/c"), "copied through user space", 2);
	assert_non_null(strstr(must_find(w, "/b", "/c")->why, "to the byte"));
	assert_int_equal(must_find(w, "/b", "/c")->calls, 8);
	assert_string_equal(must_find(w, "/b", "/c")->calls_by, "read + write");
	assert_int_equal(must_find(w, "/a", "memory")->bytes, 5 * MIB);
}

static void test_two_of_a_number_are_no_pair(void **state)
{
	struct world *w = *state;
	__u32 p = process(w, "copier");

	reads(w, p, file(w, "a"), MIB);
	writes(w, p, file(w, "b"), MIB);
	writes(w, p, file(w, "c"), MIB);
	assert_non_null(must_find(w, "/a", "memory"));
	assert_non_null(must_find(w, "memory", "/b"));
	assert_non_null(must_find(w, "memory", "/c"));
}

static void test_two_reads_of_a_number_are_no_pair(void **state)
{
	struct world *w = *state;
	__u32 p = process(w, "copier");

	reads(w, p, file(w, "a"), MIB);
	reads(w, p, file(w, "b"), MIB);
	writes(w, p, file(w, "c"), MIB);
	assert_non_null(must_find(w, "memory", "/c"));
}

static void test_other_processes_are_no_pair(void **state)
{
	struct world *w = *state;

	reads(w, process(w, "one"), file(w, "a"), MIB);
	writes(w, process(w, "two"), file(w, "b"), MIB);
	assert_non_null(must_find(w, "/a", "memory"));
	assert_non_null(must_find(w, "memory", "/b"));
}

static void test_few_bytes_may_be_chance(void **state)
{
	struct world *w = *state;
	__u32 p = process(w, "copier");

	reads(w, p, file(w, "a"), 4095);
	writes(w, p, file(w, "b"), 4095);
	assert_non_null(must_find(w, "/a", "memory"));
}

static void test_what_comes_back_is_no_pair(void **state)
{
	struct world *w = *state;
	__u32 p = process(w, "talker"), pipe = object(w, ZC_KIND_PIPE, "", 0);

	reads(w, p, pipe, MIB);
	writes(w, p, pipe, MIB);
	assert_non_null(must_find(w, "pipe", "memory"));
	assert_non_null(must_find(w, "memory", "pipe"));
}

/* gzip of random bytes, TLS, base64 with a header: nearly as many, and others. */
static void test_nearly_equal_is_no_evidence(void **state)
{
	struct world *w = *state;
	__u32 p = process(w, "server");

	reads(w, p, file(w, "a"), 10 * MIB);
	reads(w, p, file(w, "library"), MIB);
	writes(w, p, file(w, "b"), 10 * MIB + MIB / 8);
	assert_null(found(w, "/a", "/b"));
	assert_verdict(must_find(w, "/a", "memory"), "copied through user space", 1);
	assert_non_null(strstr(must_find(w, "/a", "memory")->why, "perhaps they became what went to "));
	assert_non_null(strstr(must_find(w, "memory", "/b")->why, "perhaps they were made of what came "
								   "from "));
}

static void test_one_source_to_several_sinks(void **state)
{
	struct world *w = *state;
	__u32 p = process(w, "split");

	reads(w, p, file(w, "a"), 16 * MIB);
	writes(w, p, file(w, "b"), 10 * MIB);
	writes(w, p, file(w, "c"), 6 * MIB);
	assert_verdict(must_find(w, "/a", "/b"), "copied through user space", 2);
	assert_int_equal(must_find(w, "/a", "/b")->bytes, 10 * MIB);
	assert_int_equal(must_find(w, "/a", "/c")->bytes, 6 * MIB);
	assert_string_equal(must_find(w, "/a", "/c")->calls_by, "read + write");
	assert_non_null(strstr(must_find(w, "/a", "/c")->why, "2 sinks got together the same number of "
							       "bytes, to the byte"));
	assert_null(found(w, "/a", "memory"));
}

static void test_several_sources_to_one_sink(void **state)
{
	struct world *w = *state;
	__u32 p = process(w, "cat");

	reads(w, p, file(w, "a"), 10 * MIB);
	reads(w, p, file(w, "b"), 6 * MIB);
	writes(w, p, file(w, "c"), 16 * MIB);
	assert_int_equal(must_find(w, "/a", "/c")->bytes, 10 * MIB);
	assert_int_equal(must_find(w, "/b", "/c")->bytes, 6 * MIB);
	assert_non_null(strstr(must_find(w, "/b", "/c")->why, "2 sources gave together"));
	assert_null(found(w, "memory", "/c"));
}

static void test_a_byte_more_is_no_sum(void **state)
{
	struct world *w = *state;
	__u32 p = process(w, "split");

	reads(w, p, file(w, "a"), 16 * MIB);
	writes(w, p, file(w, "b"), 10 * MIB);
	writes(w, p, file(w, "c"), 6 * MIB + 1);
	assert_null(found(w, "/a", "/b"));
	assert_non_null(must_find(w, "/a", "memory"));
}

static void test_nearly_equal_and_not_alone(void **state)
{
	struct world *w = *state;
	__u32 p = process(w, "server");

	reads(w, p, file(w, "a"), 10 * MIB);
	reads(w, p, file(w, "other"), 2 * MIB);
	writes(w, p, file(w, "b"), 10 * MIB + MIB / 8);
	assert_null(found(w, "/a", "/b"));
}

static void test_not_nearly_equal(void **state)
{
	struct world *w = *state;
	__u32 p = process(w, "packer");

	reads(w, p, file(w, "a"), 10 * MIB);
	writes(w, p, file(w, "b"), 9 * MIB);
	assert_null(found(w, "/a", "/b"));
}

static void test_workers_are_one(void **state)
{
	struct world *w = *state;
	__u32 a = file(w, "a");

	for (int i = 0; i < 3; i++)
		reads(w, process(w, "worker"), a, MIB);
	reads(w, process(w, "other"), a, MIB);
	assert_int_equal(w->scenario.flow_count, 0);
	flows_find(w->report, &w->session, &w->snapshot, &w->scenario);
	assert_int_equal(w->scenario.flow_count, 2);
	assert_string_equal(w->scenario.flows[0].role, "worker");
	assert_int_equal(w->scenario.flows[0].bytes, 3 * MIB);
}

/* --- names of ends --- */

static void test_clients_of_a_server(void **state)
{
	static const char *const clients = "clients of 10.0.0.1:50051 (10000 connections)";
	struct world *w = *state;
	__u32 p = process(w, "server");

	for (int i = 0; i < 10000; i++) {
		__u32 c = connection(w, "10.0.0.1", 50051, "10.0.0.2", 20000 + i);

		reads(w, p, c, 100);
		writes(w, p, c, 200);
	}
	assert_int_equal(must_find(w, clients, "memory")->bytes, 1000000);
	assert_int_equal(must_find(w, "memory", clients)->bytes, 2000000);
}

static void test_connections_to_a_server(void **state)
{
	struct world *w = *state;
	__u32 p = process(w, "client");

	for (int i = 0; i < 3; i++)
		writes(w, p, connection(w, "10.0.0.2", 40000 + i, "10.0.0.1", 50051), 200);
	assert_non_null(must_find(w, "memory", "10.0.0.1:50051 (3 connections)"));
}

static void test_one_connection_is_named_by_its_lower_port(void **state)
{
	struct world *w = *state;
	__u32 p = process(w, "server");

	writes(w, p, connection(w, "10.0.0.1", 443, "10.0.0.2", 50000), 200);
	assert_non_null(must_find(w, "memory", "clients of 10.0.0.1:443"));
}

static void test_one_connection_between_high_ports_has_both(void **state)
{
	struct world *w = *state;
	__u32 p = process(w, "peer");

	writes(w, p, connection(w, "10.0.0.1", 40001, "10.0.0.2", 50000), 200);
	assert_non_null(must_find(w, "memory", "10.0.0.1:40001 → 10.0.0.2:50000"));
}

/* --- verdicts --- */

static void sendfile_with(struct world *w, enum zc_origin origin, __u64 pages, __u64 others)
{
	__u32 a = file(w, "a"), socket = tcp(w);

	calls(w, process(w, "server"), SYS_sendfile, a, socket, pages + others);
	if (pages)
		sent_pages(w, socket, a, pages);
	if (others)
		sent(w, socket, origin, others);
}

static void test_sendfile_of_pages(void **state)
{
	sendfile_with(*state, 0, MIB, 0);
	assert_verdict(must_find(*state, "/a", "127.0.0.1:80"), "zero-copy", 0);
}

static void test_sendfile_to_a_device_that_cannot_gather(void **state)
{
	sendfile_with(*state, ZC_ORIGIN_PRIVATE, 0, MIB);
	assert_verdict(must_find(*state, "/a", "127.0.0.1:80"), "copied in the kernel", 1);
}

static void test_sendfile_of_both(void **state)
{
	sendfile_with(*state, ZC_ORIGIN_PRIVATE, 3 * MIB, MIB);
	assert_verdict(must_find(*state, "/a", "127.0.0.1:80"), "mixed (25% copied)", 0.25);
}

/* Where more than a hundredth was not seen to leave there could be another verdict. */
static void test_sendfile_of_pages_that_were_not_all_seen(void **state)
{
	struct world *w = *state;

	sendfile_with(w, 0, 200 * MIB, 0);
	w->snapshot.socks[0].sock.unseen_bytes[ZC_HOOK_XMIT] = MIB;
	assert_verdict(must_find(w, "/a", "127.0.0.1:80"), "zero-copy", 0);
	assert_non_null(strstr(must_find(w, "/a", "127.0.0.1:80")->why,
			       "; 1,048,576 bytes left unseen"));
}

static void test_sendfile_of_pages_of_which_too_many_were_not_seen(void **state)
{
	struct world *w = *state;

	sendfile_with(w, 0, 90 * MIB, 0);
	w->snapshot.socks[0].sock.unseen_bytes[ZC_HOOK_XMIT] = MIB;
	assert_int_equal(strncmp(must_find(w, "/a", "127.0.0.1:80")->verdict,
				 "not visible (1,048,576 bytes left unseen", 40), 0);
	assert_non_null(must_find(w, "/a", "127.0.0.1:80")->copies_per_byte.why);
}

static void test_sendfile_of_holes_and_of_a_file_that_was_cut(void **state)
{
	sendfile_with(*state, ZC_ORIGIN_ZERO, MIB, MIB);
	assert_verdict(must_find(*state, "/a", "127.0.0.1:80"), "zero-copy", 0);
}

static void test_sendfile_without_segments(void **state)
{
	struct world *w = *state;

	calls(w, process(w, "server"), SYS_sendfile, file(w, "a"), tcp(w), MIB);
	assert_string_equal(must_find(w, "/a", "127.0.0.1:80")->verdict,
			    "not visible (no segment of the socket was seen)");
	assert_non_null(must_find(w, "/a", "127.0.0.1:80")->copies_per_byte.why);
}

static void test_header_and_file_on_one_socket(void **state)
{
	struct world *w = *state;
	__u32 p = process(w, "server"), a = file(w, "a"), socket = tcp(w);

	calls(w, p, SYS_sendfile, a, socket, MIB);
	writes(w, p, socket, MIB / 2);
	sent_pages(w, socket, a, MIB);
	sent(w, socket, ZC_ORIGIN_PRIVATE, MIB / 2);
	assert_verdict(must_find(w, "/a", "127.0.0.1:80"), "zero-copy", 0);
	assert_verdict(must_find(w, "memory", "127.0.0.1:80"), "copied through user space", 1);
}

static void test_own_pages(void **state)
{
	struct world *w = *state;
	__u32 p = process(w, "sender"), socket = tcp(w);

	writes(w, p, socket, 3 * MIB);
	calls(w, p, SYS_sendmsg, ZC_KIND_NONE, socket, MIB);
	sent(w, socket, ZC_ORIGIN_ANON, 4 * MIB);
	to_a_bus(w, socket, 4 * MIB);
	assert_verdict(must_find(w, "memory", "127.0.0.1:80"), "zero-copy", 0);
	assert_non_null(strstr(must_find(w, "memory", "127.0.0.1:80")->why, "MSG_ZEROCOPY"));
}

/* Without a bus they come in on the same machine, which keeps no page that was lent. */
static void test_own_pages_are_copied_late(void **state)
{
	struct world *w = *state;
	__u32 p = process(w, "sender"), socket = tcp(w);

	writes(w, p, socket, 4 * MIB);
	sent(w, socket, ZC_ORIGIN_ANON, 4 * MIB);
	assert_verdict(must_find(w, "memory", "127.0.0.1:80"), "copied in the kernel", 1);
	assert_non_null(strstr(must_find(w, "memory", "127.0.0.1:80")->why, "copied late"));
}

static void test_some_own_pages(void **state)
{
	struct world *w = *state;
	__u32 socket = tcp(w);

	writes(w, process(w, "sender"), socket, 4 * MIB);
	sent(w, socket, ZC_ORIGIN_ANON, 3 * MIB);
	sent(w, socket, ZC_ORIGIN_PRIVATE, MIB);
	to_a_bus(w, socket, 4 * MIB);
	assert_verdict(must_find(w, "memory", "127.0.0.1:80"), "mixed (25% copied)", 0.25);
}

/* What was copied at once and what was copied late are all that was sent. */
static void test_some_own_pages_are_copied_late(void **state)
{
	struct world *w = *state;
	__u32 socket = tcp(w);

	writes(w, process(w, "sender"), socket, 4 * MIB);
	sent(w, socket, ZC_ORIGIN_ANON, 3 * MIB);
	sent(w, socket, ZC_ORIGIN_PRIVATE, MIB);
	assert_verdict(must_find(w, "memory", "127.0.0.1:80"), "copied in the kernel", 1);
}

/* What O_DIRECT read lies in kernel pages, as a copy would. */
static void test_direct_file_through_a_pipe(void **state)
{
	struct world *w = *state;
	__u32 p = process(w, "relay"), pipe = object(w, ZC_KIND_PIPE, "", 0), socket = tcp(w);

	calls(w, p, SYS_splice, object(w, ZC_KIND_FILE_DIRECT, "a", EXT4), pipe, MIB);
	calls(w, p, SYS_splice, pipe, socket, MIB);
	sent(w, socket, ZC_ORIGIN_PRIVATE, MIB);
	assert_verdict(must_find(w, "pipe", "127.0.0.1:80"), "zero-copy", 0);
}

/* Some of the file is still in the socket: what lies in private pages came out of the pipe. */
static void test_sendfile_beside_a_pipe(void **state)
{
	struct world *w = *state;
	__u32 p = process(w, "server"), pipe = object(w, ZC_KIND_PIPE, "", 0), socket = tcp(w);
	__u32 cached = file(w, "a");

	writes(w, p, pipe, MIB);
	calls(w, p, SYS_splice, pipe, socket, MIB);
	calls(w, p, SYS_sendfile, cached, socket, 3 * MIB);
	sent_pages(w, socket, cached, 2 * MIB);
	sent(w, socket, ZC_ORIGIN_PRIVATE, MIB);
	assert_verdict(must_find(w, "/a", "127.0.0.1:80"), "zero-copy", 0);
}

/* A few bytes of a program's lie between a file's pages: splice copies none of them. */
static void test_file_and_few_bytes_through_a_pipe(void **state)
{
	struct world *w = *state;
	__u32 p = process(w, "relay"), pipe = object(w, ZC_KIND_PIPE, "", 0), socket = tcp(w);
	__u32 cached = file(w, "a");

	calls(w, p, SYS_splice, cached, pipe, MIB - 5000);
	writes(w, p, pipe, 5000);
	calls(w, p, SYS_splice, pipe, socket, MIB);
	sent_pages(w, socket, cached, MIB - 5000);
	sent(w, socket, ZC_ORIGIN_PRIVATE, 5000);
	assert_verdict(must_find(w, "pipe", "127.0.0.1:80"), "zero-copy", 0);
}

/* Pages that vmsplice put into a pipe are not those that a send has lent. */
static void test_pages_out_of_a_pipe_beside_a_send(void **state)
{
	struct world *w = *state;
	__u32 p = process(w, "relay"), pipe = object(w, ZC_KIND_PIPE, "", 0), socket = tcp(w);

	calls(w, p, SYS_vmsplice, ZC_KIND_NONE, pipe, MIB);
	calls(w, p, SYS_splice, pipe, socket, MIB);
	writes(w, p, socket, 2 * MIB);
	sent(w, socket, ZC_ORIGIN_ANON, MIB);
	sent(w, socket, ZC_ORIGIN_PRIVATE, 2 * MIB);
	assert_non_null(strstr(must_find(w, "memory", "127.0.0.1:80")->verdict, "not visible"));
}

/* The pages go to the disk as they are. */
static void test_kernel_to_a_direct_file(void **state)
{
	struct world *w = *state;
	__u32 p = process(w, "cp"), source = file(w, "a"), pipe = object(w, ZC_KIND_PIPE, "", 0);

	calls(w, p, SYS_sendfile, source, object(w, ZC_KIND_FILE_DIRECT, "b", EXT4), MIB);
	calls(w, p, SYS_copy_file_range, source, object(w, ZC_KIND_FILE_DIRECT, "c", EXT4), MIB);
	calls(w, p, SYS_splice, pipe, object(w, ZC_KIND_FILE_DIRECT, "d", EXT4), MIB);
	assert_verdict(must_find(w, "/a", "/b"), "zero-copy", 0);
	assert_verdict(must_find(w, "/a", "/c"), "zero-copy", 0);
	assert_verdict(must_find(w, "pipe", "/d"), "zero-copy", 0);
}

/* The private pages are those of the file that was read past the page cache. */
static void test_sendfile_beside_private_pages(void **state)
{
	struct world *w = *state;
	__u32 p = process(w, "server"), socket = tcp(w), cached = file(w, "a");

	calls(w, p, SYS_sendfile, cached, socket, 3 * MIB);
	calls(w, p, SYS_sendfile, object(w, ZC_KIND_FILE_DIRECT, "b", EXT4), socket, MIB);
	sent_pages(w, socket, cached, 3 * MIB);
	sent(w, socket, ZC_ORIGIN_PRIVATE, MIB);
	assert_verdict(must_find(w, "/a", "127.0.0.1:80"), "zero-copy", 0);
}

/* A receive may copy, or not. */
static void test_receives_that_nothing_watched(void **state)
{
	struct world *w = *state;

	for (int i = 0; i < SESSION_MAX_PROBES; i++)
		w->session.missing[i] = "not asked for";
	reads(w, process(w, "client"), tcp(w), MIB);
	assert_non_null(strstr(must_find(w, "127.0.0.1:80", "memory")->verdict, "not asked for"));
	assert_non_null(must_find(w, "127.0.0.1:80", "memory")->copies_per_byte.why);
}

static void test_sendfile_to_ktls_encrypts(void **state)
{
	struct world *w = *state;
	__u32 socket = tcp(w);

	w->snapshot.objects[socket].key.kind = ZC_KIND_TCP_TLS;
	calls(w, process(w, "server"), SYS_sendfile, file(w, "a"), socket, MIB);
	sent(w, socket, ZC_ORIGIN_PRIVATE, MIB);
	assert_verdict(must_find(w, "/a", "127.0.0.1:80"), "copied in the kernel", 1);
	assert_string_equal(must_find(w, "/a", "127.0.0.1:80")->why,
			    "kTLS encrypts into pages of its own");
}

static void test_sendfile_of_a_direct_file(void **state)
{
	struct world *w = *state;
	__u32 socket = tcp(w);

	calls(w, process(w, "server"), SYS_sendfile, object(w, ZC_KIND_FILE_DIRECT, "a", EXT4),
	      socket, MIB);
	sent(w, socket, ZC_ORIGIN_PRIVATE, MIB);
	assert_non_null(strstr(must_find(w, "/a", "127.0.0.1:80")->verdict, "O_DIRECT"));
	assert_non_null(must_find(w, "/a", "127.0.0.1:80")->copies_per_byte.why);
}

/* Each socket's file is its own, whichever of them comes first. */
static void test_pages_of_the_file_that_is_most_in_the_segments(void **state)
{
	static const char *const names[] = { "a", "b", "c" };
	struct world *w = *state;
	__u32 p = process(w, "server");

	for (__u16 i = 0; i < 3; i++) {
		__u32 pipe = object(w, ZC_KIND_PIPE, "", 0);
		__u32 socket = connection(w, "10.0.0.1", 40000 + i, "10.0.0.2", 80 + i);

		w->snapshot.objects[pipe].key.inode = 1 + i;
		calls(w, p, SYS_splice, pipe, socket, (4 + i) * MIB);
		sent_pages(w, socket, file(w, "few"), MIB);
		sent_pages(w, socket, file(w, names[i]), (3 + i) * MIB);
	}
	for (__u16 i = 0; i < 3; i++) {
		char sink[32], why[64];

		snprintf(sink, sizeof(sink), "10.0.0.2:%d", 80 + i);
		snprintf(why, sizeof(why), "pages of /%s were in the segments", names[i]);
		assert_verdict(must_find(w, "pipe", sink), "zero-copy", 0);
		assert_non_null(strstr(must_find(w, "pipe", sink)->why, why));
	}
}

/* Segments of a socket that the kernel side could not name are nobody's. */
static void test_segments_of_an_unknown_socket(void **state)
{
	struct world *w = *state;

	sendfile_with(w, ZC_ORIGIN_PRIVATE, 0, MIB);
	sent(w, MOST, ZC_ORIGIN_FILE, MIB);
	assert_verdict(must_find(w, "/a", "127.0.0.1:80"), "copied in the kernel", 1);
}

/* Sent again or by others, more may have left than the call was for. */
static void test_no_more_was_handed_over_than_was_sent(void **state)
{
	struct world *w = *state;
	__u32 a = file(w, "a"), socket = tcp(w);

	calls(w, process(w, "server"), SYS_sendfile, a, socket, MIB);
	sent_pages(w, socket, a, 3 * MIB);
	assert_verdict(must_find(w, "/a", "127.0.0.1:80"), "zero-copy", 0);
}

static void test_a_path_that_is_too_long(void **state)
{
	struct world *w = *state;
	__u32 cut = file(w, "x");

	w->snapshot.objects[cut].truncated = 1;
	reads(w, process(w, "reader"), cut, MIB);
	assert_non_null(must_find(w, "…/x", "memory"));
}

static void test_relay_by_splice(void **state)
{
	struct world *w = *state;
	__u32 p = process(w, "relay"), pipe = object(w, ZC_KIND_PIPE, "", 0), out = tcp(w);
	__u32 in = connection(w, "10.0.0.1", 8080, "10.0.0.9", 50000);

	calls(w, p, SYS_splice, in, pipe, MIB);
	calls(w, p, SYS_splice, pipe, out, MIB);
	sent(w, out, ZC_ORIGIN_PRIVATE, MIB);
	assert_verdict(must_find(w, "clients of 10.0.0.1:8080", "pipe"), "zero-copy", 0);
	assert_verdict(must_find(w, "pipe", "127.0.0.1:80"), "zero-copy", 0);
	assert_non_null(strstr(must_find(w, "pipe", "127.0.0.1:80")->why, "inferred"));
}

static void test_file_by_splice_to_a_device_that_cannot_gather(void **state)
{
	struct world *w = *state;
	__u32 p = process(w, "server"), pipe = object(w, ZC_KIND_PIPE, "", 0), out = tcp(w);

	calls(w, p, SYS_splice, file(w, "a"), pipe, MIB);
	calls(w, p, SYS_splice, pipe, out, MIB);
	sent(w, out, ZC_ORIGIN_PRIVATE, MIB);
	assert_verdict(must_find(w, "pipe", "127.0.0.1:80"), "copied in the kernel", 1);
}

static void test_receiving(void **state)
{
	struct world *w = *state;
	__u32 p = process(w, "receiver"), socket = tcp(w);

	calls(w, p, SYS_recvfrom, socket, ZC_KIND_NONE, MIB)->received_bytes = MIB;
	assert_verdict(must_find(w, "127.0.0.1:80", "memory"), "copied through user space", 1);
}

static void test_receiving_to_throw_away(void **state)
{
	struct world *w = *state;

	calls(w, process(w, "receiver"), SYS_recvfrom, tcp(w), ZC_KIND_NONE, MIB);
	assert_verdict(must_find(w, "127.0.0.1:80", "memory"), "zero-copy", 0);
}

static void test_a_request_that_receives_copies(void **state)
{
	struct world *w = *state;

	calls(w, process(w, "receiver"), ZC_URING_BASE + 27, tcp(w), ZC_KIND_NONE, MIB);
	assert_verdict(must_find(w, "127.0.0.1:80", "memory"), "copied through user space", 1);
}

static void test_direct(void **state)
{
	struct world *w = *state;
	__u32 p = process(w, "dd");

	reads(w, p, object(w, ZC_KIND_FILE_DIRECT, "a", EXT4), MIB);
	writes(w, p, object(w, ZC_KIND_FILE_DIRECT, "b", TMPFS), MIB);
	assert_verdict(must_find(w, "/a", "/b"), "copied through user space", 1);
}

static void test_copy_file_range(void **state)
{
	struct world *w = *state;
	__u32 p = process(w, "cp"), made;

	calls(w, p, SYS_copy_file_range, file(w, "a"), file(w, "b"), MIB);
	made = object(w, ZC_KIND_FILE, "shared", BTRFS);
	calls(w, p, SYS_copy_file_range, file(w, "c"), made, MIB);
	made = object(w, ZC_KIND_FILE, "made", BTRFS);
	w->snapshot.objects[made].cache_added = MIB;
	calls(w, p, SYS_copy_file_range, file(w, "d"), made, MIB);
	assert_verdict(must_find(w, "/a", "/b"), "copied in the kernel", 1);
	assert_verdict(must_find(w, "/d", "/made"), "copied in the kernel", 1);
	assert_non_null(strstr(must_find(w, "/c", "/shared")->verdict, "not visible"));
}

/* A path is kept from its last component to the first. */
static __u32 device(struct world *w, const char *name)
{
	__u32 index = object(w, ZC_KIND_CHAR, name, TMPFS);

	strcpy(w->snapshot.objects[index].name + strlen(name) + 1, "dev");
	return index;
}

static void test_what_is_thrown_away_is_not_copied(void **state)
{
	struct world *w = *state;
	__u32 p = process(w, "cat");

	reads(w, p, file(w, "a"), 5 * MIB);
	writes(w, p, device(w, "null"), 5 * MIB);
	reads(w, p, file(w, "b"), 4 * MIB);
	writes(w, p, device(w, "tty1"), 4 * MIB);
	calls(w, p, SYS_sendfile, file(w, "c"), device(w, "zero"), MIB);
	calls(w, p, SYS_sendfile, file(w, "d"), device(w, "dsp"), MIB);
	assert_verdict(must_find(w, "/a", "/dev/null"), "copied through user space", 1);
	assert_non_null(strstr(must_find(w, "/a", "/dev/null")->why, "/dev/null discards"));
	assert_verdict(must_find(w, "/b", "/dev/tty1"), "copied through user space", 2);
	assert_verdict(must_find(w, "/c", "/dev/zero"), "zero-copy", 0);
	assert_non_null(strstr(must_find(w, "/d", "/dev/dsp")->verdict, "not visible"));
}

/* --- what no call tells --- */

static void test_mapped_files_are_possible_sources(void **state)
{
	struct world *w = *state;
	__u32 p = process(w, "server"), socket = tcp(w);
	__u32 big = file(w, "big"), small = file(w, "small"), library = file(w, "libc.so.6");

	w->snapshot.objects[big].size = w->snapshot.objects[library].size = 8 * MIB;
	w->snapshot.objects[small].size = 100;
	calls(w, p, SYS_mmap, big, ZC_KIND_NONE, 0)->map_faults = 23;
	calls(w, p, SYS_mmap, small, ZC_KIND_NONE, 0);
	calls(w, p, SYS_mmap, library, ZC_KIND_NONE, 0);
	calls(w, process(w, "other"), SYS_mmap, file(w, "foreign"), ZC_KIND_NONE, 0);
	writes(w, p, socket, 8 * MIB);
	assert_non_null(strstr(must_find(w, "memory", "127.0.0.1:80")->why,
			       "/big (8 MiB, reached by 23 page faults)"));
	assert_null(strstr(must_find(w, "memory", "127.0.0.1:80")->why, "/small"));
	assert_null(strstr(must_find(w, "memory", "127.0.0.1:80")->why, "libc"));
	assert_null(strstr(must_find(w, "memory", "127.0.0.1:80")->why, "foreign"));
}

static void test_what_cannot_be_attributed_is_listed(void **state)
{
	struct world *w = *state;
	__u32 p = process(w, "odd");

	calls(w, p, SYS_io_submit, ZC_KIND_NONE, ZC_KIND_NONE, 0);
	calls(w, p, ZC_NR_32BIT, ZC_KIND_NONE, ZC_KIND_NONE, 0);
	calls(w, p, ZC_URING_MULTISHOT, ZC_KIND_UNKNOWN, ZC_KIND_UNKNOWN, 0);
	calls(w, p, ZC_URING_OTHER, ZC_KIND_UNKNOWN, ZC_KIND_UNKNOWN, 0);
	flows_find(w->report, &w->session, &w->snapshot, &w->scenario);
	assert_int_equal(w->scenario.flow_count, 4);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(w->scenario.flows[i].calls, 4);
		assert_ptr_equal(strstr(w->scenario.flows[i].verdict, "not visible ("),
				 w->scenario.flows[i].verdict);
	}
}

static void test_small_ones_are_summed_up(void **state)
{
	struct world *w = *state;
	__u32 p = process(w, "many");
	char name[16];

	reads(w, p, file(w, "busy"), 100 * MIB);
	for (int i = 0; i < 5000; i++) {
		snprintf(name, sizeof(name), "f%d", i);
		reads(w, p, file(w, name), 10 + i);
	}
	assert_int_equal(must_find(w, "5,000 smaller flows", "…")->bytes, 10 * 5000 + 4999 * 2500);
	assert_int_equal(w->scenario.flow_count, 2);
}

static void test_no_more_than_can_be_shown(void **state)
{
	struct world *w = *state;
	__u32 p = process(w, "many");
	char name[16];

	for (int i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "f%d", i);
		reads(w, p, file(w, name), MIB);
	}
	assert_int_equal(must_find(w, "100 smaller flows", "…")->bytes, 100 * MIB);
}

static void test_nothing(void **state)
{
	struct world *w = *state;

	flows_find(w->report, &w->session, &w->snapshot, &w->scenario);
	assert_int_equal(w->scenario.flow_count, 0);
}

/* What disagrees, or was lost, undoes every verdict; switches are nothing to bytes. */
static void test_a_doubt_undoes_every_verdict(void **state)
{
	static const struct {
		unsigned int subjects;
		__u64 map_full, recursion;
		const char *verdict;
	} cases[] = {
		{ 0, 0, 0, "copied through user space" },
		{ CLAIM_BYTES, 0, 0,
		  "not measured (all.bytes_in: counted 5,000, the kernel's rchar says 5,001)" },
		{ 0, 1, 0, "not measured (1 event was lost)" },
		{ 0, 1, 2, "not measured (3 events were lost)" },
	};
	struct world *w = *state;
	__u32 p = process(w, "cp"), from = file(w, "a"), to = file(w, "b");

	reads(w, p, from, 5000);
	writes(w, p, to, 5000);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct report_witness witness = {
			.id = "all.bytes_in", .source = "the kernel's rchar", .counted = 5000,
			.witness = 5001, .subjects = cases[i].subjects,
		};
		const struct report_flow *flow;

		w->scenario = (struct report_scenario){
			.witnesses = &witness, .witness_count = 1,
			.loss_map_full = cases[i].map_full, .loss_recursion = cases[i].recursion,
		};
		flow = must_find(w, "/a", "/b");
		assert_string_equal(flow->verdict, cases[i].verdict);
		assert_int_equal(!flow->copies_per_byte.why, i == 0);
		assert_int_equal(!flow->why, i != 0);
	}
}

static struct zc_cell *refused(struct world *w, __u32 proc, __u32 nr, __u32 source, __u32 sink,
			       __u32 error, __u32 times)
{
	struct zc_cell *cell = calls(w, proc, nr, source, sink, 0);

	cell->calls = cell->errors = times;
	cell->refusals[0] = (struct zc_refusal){ error, times };
	return cell;
}

static void assert_refusal(const struct report_flow *flow, size_t at, const char *call,
			   const char *error, __u64 times, bool before)
{
	assert_true(at < flow->refusal_count);
	assert_string_equal(flow->refusals[at].call, call);
	assert_string_equal(flow->refusals[at].error, error);
	assert_int_equal(flow->refusals[at].times, times);
	assert_int_equal(flow->refusals[at].before, before);
}

static void test_refused_call_explains_the_copy(void **state)
{
	struct world *w = *state;
	__u32 a = file(w, "a"), b = file(w, "b"), socket = tcp(w), other = file(w, "other");
	__u32 p = process(w, "p"), q = process(w, "q");
	const struct report_flow *flow;

	refused(w, p, SYS_sendfile, a, socket, EINVAL, 3);
	refused(w, p, SYS_splice, a, ZC_KIND_PIPE, EPERM, 1);
	refused(w, p, SYS_splice, ZC_KIND_PIPE, socket, EPERM, 2);
	refused(w, p, SYS_sendfile, other, socket, ENOSYS, 5);
	refused(w, q, SYS_sendfile, a, socket, EIO, 7);
	reads(w, p, a, MIB);
	writes(w, p, socket, MIB);
	sent(w, socket, ZC_ORIGIN_PRIVATE, MIB);
	reads(w, q, b, 2 * MIB);
	flow = must_find(w, "/a", "127.0.0.1:80");
	assert_int_equal(flow->refusal_count, 2);
	assert_refusal(flow, 0, "sendfile", "EINVAL", 3, true);
	assert_refusal(flow, 1, "splice", "EPERM", 3, true);
	assert_int_equal(must_find(w, "/b", "memory")->refusal_count, 0);
}

static void test_refusal_of_one_half(void **state)
{
	struct world *w = *state;
	__u32 a = file(w, "a"), socket = tcp(w), p = process(w, "p");

	writes(w, p, socket, 2 * MIB);
	refused(w, p, SYS_sendfile, a, socket, EINVAL, 1);
	reads(w, p, a, MIB);
	sent(w, socket, ZC_ORIGIN_PRIVATE, 2 * MIB);
	assert_refusal(must_find(w, "/a", "memory"), 0, "sendfile", "EINVAL", 1, true);
	/* It had written to the socket before, for whatever reason. */
	assert_refusal(must_find(w, "memory", "127.0.0.1:80"), 0, "sendfile", "EINVAL", 1, false);
}

static void test_refusal_after_success_has_no_time(void **state)
{
	struct world *w = *state;
	__u32 a = file(w, "a"), b = file(w, "b"), p = process(w, "p");
	struct zc_cell *cell = refused(w, p, SYS_copy_file_range, a, b, EIO, 1);

	cell->calls = 4;
	cell->bytes = MIB;
	cell->refused_otherwise = 2;
	reads(w, p, a, 2 * MIB);
	writes(w, p, b, 2 * MIB);
	flows_find(w->report, &w->session, &w->snapshot, &w->scenario);
	for (size_t i = 0; i < w->scenario.flow_count; i++) {
		const struct report_flow *flow = &w->scenario.flows[i];
		bool copied = strcmp(flow->calls_by, "copy_file_range") != 0;

		assert_int_equal(flow->refusal_count, copied ? 2 : 0);
		if (!copied)
			continue;
		assert_refusal(flow, 0, "copy_file_range", "EIO", 1, false);
		assert_refusal(flow, 1, "copy_file_range", "other errors", 2, false);
	}
	assert_int_equal(w->scenario.flow_count, 2);
}

static void test_refused_loan(void **state)
{
	struct world *w = *state;
	__u32 a = file(w, "a"), b = file(w, "b"), socket = tcp(w);
	__u32 p = process(w, "p"), q = process(w, "q");
	struct zc_cell *cell;
	const struct report_flow *flow;

	reads(w, p, a, MIB);
	cell = calls(w, p, SYS_sendto, ZC_KIND_NONE, socket, MIB);
	cell->refusals[0] = (struct zc_refusal){ EPIPE, 1 };
	cell->refusals[1] = (struct zc_refusal){ ENOBUFS, 5 };
	refused(w, p, ZC_URING_BASE + 47, ZC_KIND_NONE, socket, EOPNOTSUPP, 2);
	/* To a file it means nothing of the kind. */
	reads(w, q, a, 3 * MIB);
	cell = calls(w, q, SYS_write, ZC_KIND_NONE, b, 3 * MIB);
	cell->refusals[0] = (struct zc_refusal){ ENOBUFS, 1 };
	sent(w, socket, ZC_ORIGIN_PRIVATE, MIB);
	flow = must_find(w, "/a", "127.0.0.1:80");
	assert_int_equal(flow->refusal_count, 2);
	assert_refusal(flow, 0, "sendto with MSG_ZEROCOPY", "ENOBUFS", 5, false);
	assert_refusal(flow, 1, "io_uring SEND_ZC", "EOPNOTSUPP", 2, false);
	assert_int_equal(must_find(w, "/a", "/b")->refusal_count, 0);
}

static void test_refusals_of_workers_add_up(void **state)
{
	struct world *w = *state;
	__u32 a = file(w, "a"), b = file(w, "b");

	for (__u32 i = 0; i < 3; i++) {
		__u32 p = process(w, "worker");

		if (i)
			refused(w, p, SYS_copy_file_range, a, b, EXDEV, i);
		reads(w, p, a, MIB + i);
		writes(w, p, b, MIB + i);
	}
	assert_int_equal(must_find(w, "/a", "/b")->refusal_count, 1);
	assert_refusal(must_find(w, "/a", "/b"), 0, "copy_file_range", "EXDEV", 3, true);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(equal_bytes_are_a_pair),
		TEST(two_of_a_number_are_no_pair),
		TEST(two_reads_of_a_number_are_no_pair),
		TEST(other_processes_are_no_pair),
		TEST(few_bytes_may_be_chance),
		TEST(what_comes_back_is_no_pair),
		TEST(nearly_equal_is_no_evidence),
		TEST(one_source_to_several_sinks),
		TEST(several_sources_to_one_sink),
		TEST(a_byte_more_is_no_sum),
		TEST(nearly_equal_and_not_alone),
		TEST(not_nearly_equal),
		TEST(workers_are_one),
		TEST(clients_of_a_server),
		TEST(connections_to_a_server),
		TEST(one_connection_is_named_by_its_lower_port),
		TEST(one_connection_between_high_ports_has_both),
		TEST(sendfile_of_pages),
		TEST(sendfile_to_a_device_that_cannot_gather),
		TEST(sendfile_of_both),
		TEST(sendfile_of_pages_that_were_not_all_seen),
		TEST(sendfile_of_pages_of_which_too_many_were_not_seen),
		TEST(sendfile_of_holes_and_of_a_file_that_was_cut),
		TEST(sendfile_without_segments),
		TEST(header_and_file_on_one_socket),
		TEST(own_pages),
		TEST(own_pages_are_copied_late),
		TEST(direct_file_through_a_pipe),
		TEST(file_and_few_bytes_through_a_pipe),
		TEST(pages_out_of_a_pipe_beside_a_send),
		TEST(sendfile_beside_a_pipe),
		TEST(some_own_pages_are_copied_late),
		TEST(sendfile_beside_private_pages),
		TEST(receives_that_nothing_watched),
		TEST(kernel_to_a_direct_file),
		TEST(some_own_pages),
		TEST(sendfile_to_ktls_encrypts),
		TEST(sendfile_of_a_direct_file),
		TEST(pages_of_the_file_that_is_most_in_the_segments),
		TEST(segments_of_an_unknown_socket),
		TEST(no_more_was_handed_over_than_was_sent),
		TEST(a_path_that_is_too_long),
		TEST(relay_by_splice),
		TEST(file_by_splice_to_a_device_that_cannot_gather),
		TEST(receiving),
		TEST(receiving_to_throw_away),
		TEST(a_request_that_receives_copies),
		TEST(direct),
		TEST(copy_file_range),
		TEST(what_is_thrown_away_is_not_copied),
		TEST(mapped_files_are_possible_sources),
		TEST(what_cannot_be_attributed_is_listed),
		TEST(small_ones_are_summed_up),
		TEST(no_more_than_can_be_shown),
		TEST(nothing),
		TEST(a_doubt_undoes_every_verdict),
		TEST(refused_call_explains_the_copy),
		TEST(refusal_of_one_half),
		TEST(refusal_after_success_has_no_time),
		TEST(refused_loan),
		TEST(refusals_of_workers_add_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
