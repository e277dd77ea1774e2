// SPDX-License-Identifier: GPL-2.0
/* Tests of the witnesses: each agrees where both sources say the same, and disagrees when either is
 * one off, alone. Run by `make check-unit`. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "build.h"
#include "claims.h"
#include "session_internal.h"
#include "build.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A window, the CPU time in it, and more than two CPU times can be apart by. */
#define WINDOW_NS 2000000000ULL
#define CPU_NS 1000000000ULL
#define BEYOND_NS 200000000LL
enum { CHUNK = 1000, ROUNDS = 7, PAYLOAD = CHUNK * ROUNDS, SENDER = 1, RECEIVER = 2,
       FILE_OBJECT = ZC_KIND_COUNT, SOCKET, PEER };

/* A run of zerocopy, which has every witness, and its parts, to be changed. */
struct world {
	struct zc_proc procs[3];
	struct zc_cell cells[6];
	struct zc_object objects[PEER + 1];
	struct snapshot_sock socks[1];
	struct snapshot snapshot;
	struct run_record run;
	struct session session;
	struct report *report;
	struct report_scenario scenario;
};

static void cell(struct world *w, __u32 proc, __u32 nr, __u32 source, __u32 sink, __u64 calls,
		 __u64 zeros, __u64 bytes)
{
	w->cells[w->snapshot.cell_count++] = (struct zc_cell){
		.key = { proc, nr, source, sink }, .calls = calls, .zeros = zeros,
		.bytes = bytes,
	};
}

static void fill_kernel(struct world *w)
{
	struct zc_sock *sock = &w->socks[0].sock;

	w->procs[SENDER] = (struct zc_proc){
		.voluntary = 5, .involuntary = 9, .faults_user = 3, .faults_kernel = 15,
		.open_ns = 1, .close_ns = 1 + WINDOW_NS,
		.blocked_ns = (WINDOW_NS - CPU_NS) / 2, .runnable_ns = (WINDOW_NS - CPU_NS) / 2,
		.tally = { .voluntary = 5, .involuntary = 9, .faults = 18, .read_bytes = PAYLOAD,
			   .cpu_ns = CPU_NS, .waited_ns = (WINDOW_NS - CPU_NS) / 2,
			   .threads = 1 },
	};
	w->objects[FILE_OBJECT].key.kind = ZC_KIND_FILE;
	w->objects[SOCKET].key.kind = w->objects[PEER].key.kind = ZC_KIND_TCP;
	w->snapshot.cell_count = 1;
	cell(w, SENDER, SYS_read, FILE_OBJECT, ZC_KIND_NONE, ROUNDS + 1, 1, PAYLOAD);
	cell(w, SENDER, SYS_sendto, ZC_KIND_NONE, SOCKET, ROUNDS, 0, PAYLOAD);
	cell(w, RECEIVER, SYS_recvfrom, PEER, ZC_KIND_NONE, 4, 1, PAYLOAD);
	*sock = (struct zc_sock){
		.object = SOCKET, .closed = 1, .tcp_bytes_sent = PAYLOAD + 11,
		.tcp_bytes_retrans = 11, .tcp_bytes_acked = PAYLOAD + 2,
		.again_bytes = { 11, 11 },
	};
	sock->new_bytes[ZC_HOOK_QUEUE][ZC_ORIGIN_ANON] = PAYLOAD - 30;
	sock->new_bytes[ZC_HOOK_QUEUE][ZC_ORIGIN_PRIVATE] = 30;
	sock->new_bytes[ZC_HOOK_XMIT][ZC_ORIGIN_ANON] = PAYLOAD;
}

static void fill_tallies(struct world *w)
{
	w->run = (struct run_record){
		.snapshot = &w->snapshot,
		.sender = { .proc = SENDER, .tally = {
			.calls = { { "read", ROUNDS }, { "sendto", ROUNDS } }, .call_count = 2,
			.rounds = ROUNDS, .eof_probes = 1, .payload_bytes = PAYLOAD,
			.zerocopy = { .used = true, .sends = ROUNDS, .completed = ROUNDS } } },
		.receiver = { .proc = RECEIVER, .tally = {
			.calls = { { "recv", 3 } }, .call_count = 1, .payload_bytes = PAYLOAD,
			.tcp_known = true, .tcp_bytes_received = PAYLOAD } },
	};
}

static int begin(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	w->snapshot = (struct snapshot){
		.procs = w->procs, .proc_count = COUNT(w->procs), .cells = w->cells,
		.objects = w->objects, .object_count = COUNT(w->objects),
		.socks = w->socks, .sock_count = 1,
	};
	w->session.probes = session_probes(&w->session.probe_count);
	w->report = report_new();
	w->scenario.id = "zerocopy";
	w->scenario.payload_bytes = PAYLOAD;
	fill_kernel(w);
	fill_tallies(w);
	*state = w;
	return 0;
}

static int end(void **state)
{
	struct world *w = *state;

	report_free(w->report);
	free(w);
	return 0;
}

static void compare(struct world *w)
{
	w->scenario.witness_count = 0;
	build_witnesses(&(struct build){ w->report, &w->session, &w->run, &w->scenario });
}

static const struct report_witness *witness(const struct report_scenario *scenario, const char *id)
{
	for (size_t i = 0; i < scenario->witness_count; i++) {
		if (!strcmp(scenario->witnesses[i].id, id))
			return &scenario->witnesses[i];
	}
	return NULL;
}

static bool is_in(const char *list, const char *id)
{
	const size_t length = strlen(id);

	for (const char *at = strstr(list, id); at; at = strstr(at + 1, id)) {
		if ((at == list || at[-1] == ' ') && (!at[length] || at[length] == ' '))
			return true;
	}
	return false;
}

/* Those in the list disagree, all others agree. */
static void expect_differing(const struct report_scenario *scenario, const char *list)
{
	for (size_t i = 0; i < scenario->witness_count; i++) {
		const struct report_witness *w = &scenario->witnesses[i];

		if (w->agree == is_in(list, w->id))
			fail_msg("\"%s\": %s %s: %llu, %llu", list, w->id,
				 w->agree ? "agrees" : "differs", w->counted, w->witness);
	}
}

static void each_witness_can_disagree(void **state)
{
	struct world *w = *state;
	struct zc_proc *proc = &w->procs[SENDER];
	struct zc_sock *sock = &w->socks[0].sock;
	struct tally *sent = &w->run.sender.tally, *got = &w->run.receiver.tally;
	const struct {
		__u64 *number;
		const char *differ;
		__s64 by;		/* 0 = 1 */
	} cases[] = {
		{ &proc->close_ns, "sender.cpu_ns", BEYOND_NS },
		{ &proc->blocked_ns, "sender.cpu_ns", BEYOND_NS },
		{ &proc->runnable_ns, "sender.cpu_ns", BEYOND_NS },
		{ &proc->tally.cpu_ns, "sender.cpu_ns", BEYOND_NS },
		{ &sent->calls[0].count, "sender.data_calls", 0 },
		{ &w->cells[1].calls,
		  "sender.data_calls sender.rounds", 0 },
		{ &w->cells[2].calls, "sender.data_calls sender.zerocopy_sends "
					      "sender.zerocopy_completions", 0 },
		{ &sent->rounds, "sender.rounds", 0 },
		{ &sent->eof_probes, "sender.eof_probes", 0 },
		{ &w->cells[2].bytes, "sender.bytes_out", 0 },
		{ &sent->payload_bytes, "sender.bytes_out", 0 },
		{ &got->calls[0].count, "receiver.data_calls", 0 },
		{ &w->cells[3].calls, "receiver.data_calls", 0 },
		{ &w->cells[3].bytes, "receiver.bytes_in", 0 },
		{ &got->payload_bytes, "receiver.bytes_in payload.delivered receiver.tcp_bytes "
				       "sender.queued_bytes sender.segment_bytes", 0 },
		{ &w->scenario.payload_bytes, "payload.delivered", 0 },
		{ &w->cells[1].bytes, "sender.bytes_in", 0 },
		{ &proc->tally.read_bytes, "sender.bytes_in", 0 },
		{ &proc->voluntary, "sender.voluntary", 0 },
		{ &proc->tally.voluntary, "sender.voluntary", 0 },
		{ &proc->involuntary, "sender.involuntary", 0 },
		{ &proc->tally.involuntary, "sender.involuntary", 0 },
		{ &proc->faults_user, "sender.faults", 0 },
		{ &proc->faults_kernel, "sender.faults", 0 },
		{ &proc->tally.faults, "sender.faults", 0 },
		{ &sent->zerocopy.sends, "sender.zerocopy_sends", 0 },
		{ &sent->zerocopy.completed, "sender.zerocopy_completions", 0 },
		{ &got->tcp_bytes_received, "receiver.tcp_bytes", 0 },
		{ &sock->new_bytes[ZC_HOOK_QUEUE][ZC_ORIGIN_PRIVATE],
		  "sender.queued_bytes sender.tcp_sent", 0 },
		{ &sock->new_bytes[ZC_HOOK_XMIT][ZC_ORIGIN_FILE],
		  "sender.segment_bytes sender.tcp_acked", 0 },
		{ &sock->tcp_bytes_sent, "sender.tcp_sent", 0 },
		{ &sock->again_bytes[ZC_HOOK_QUEUE], "sender.tcp_sent", 0 },
		{ &sock->tcp_bytes_retrans, "sender.retransmitted", 0 },
		{ &sock->again_bytes[ZC_HOOK_XMIT], "sender.retransmitted", 0 },
		{ &sock->tcp_bytes_acked, "sender.tcp_acked", 0 },
	};

	compare(w);
	expect_differing(&w->scenario, "");
	for (size_t i = 0; i < w->scenario.witness_count; i++) {
		bool tried = false;

		for (size_t c = 0; c < COUNT(cases); c++)
			tried |= is_in(cases[c].differ, w->scenario.witnesses[i].id);
		if (!tried)
			fail_msg("nothing makes %s disagree", w->scenario.witnesses[i].id);
	}
	for (size_t c = 0; c < COUNT(cases); c++) {
		for (int off = -1; off <= 1; off += 2) {
			const __s64 by = off * (cases[c].by ? cases[c].by : 1);

			*cases[c].number += by;
			compare(w);
			expect_differing(&w->scenario, cases[c].differ);
			*cases[c].number -= by;
		}
	}
}

/* The kernel may charge a thread that runs with waiting: by a tick for each involuntary switch. */
static void waiting_that_was_none_is_cpu_time(void **state)
{
	struct world *w = *state;
	struct zc_proc *proc = &w->procs[SENDER];

	proc->tally.cpu_ns -= 80000000;
	compare(w);
	expect_differing(&w->scenario, "sender.cpu_ns");
	proc->tally.waited_ns += 80000000;
	compare(w);
	expect_differing(&w->scenario, "");
	proc->tally.cpu_ns -= BEYOND_NS;
	proc->tally.waited_ns += BEYOND_NS;
	compare(w);
	expect_differing(&w->scenario, "sender.cpu_ns");
}

/* What rests on each; what same-bytes itself decides cannot undo it. */
static void each_witness_knows_what_rests_on_it(void **state)
{
	static const struct {
		const char *id;
		unsigned int subjects;
	} cases[] = {
		{ "sender.data_calls", CLAIM_CALLS }, { "sender.rounds", CLAIM_CALLS },
		{ "sender.eof_probes", CLAIM_CALLS }, { "sender.bytes_out", CLAIM_BYTES },
		{ "sender.bytes_in", CLAIM_BYTES }, { "payload.delivered", CLAIM_BYTES },
		{ "receiver.data_calls", 0 }, { "receiver.bytes_in", CLAIM_TOTALS },
		{ "receiver.tcp_bytes", CLAIM_TOTALS }, { "sender.voluntary", 0 },
		{ "sender.involuntary", 0 }, { "sender.faults", 0 }, { "sender.cpu_ns", 0 },
		{ "sender.zerocopy_sends", CLAIM_PAGES },
		{ "sender.zerocopy_completions", CLAIM_PAGES },
		{ "sender.queued_bytes", CLAIM_PAGES }, { "sender.segment_bytes", CLAIM_PAGES },
		{ "sender.tcp_sent", CLAIM_PAGES }, { "sender.tcp_acked", CLAIM_PAGES },
		{ "sender.retransmitted", 0 },
	};
	struct world *w = *state;

	compare(w);
	assert_int_equal(w->scenario.witness_count, COUNT(cases));
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct report_witness *one = witness(&w->scenario, cases[i].id);

		assert_non_null(one);
		if (one->subjects != cases[i].subjects)
			fail_msg("%s: %x", one->id, one->subjects);
	}
}

/* Each chunk gets every page that it has a byte of. More pages than that are none of what was
 * returned; of fewer, the kernel has not told of all. */
static void pages_of_what_was_read(void **state)
{
	static const __u64 chunks[] = { 0, 1, 1024, 4096, 4097, 6144, 65536, PAYLOAD, PAYLOAD + 1 };
	const __u64 page = sysconf(_SC_PAGESIZE);
	struct world *w = *state;

	for (size_t c = 0; c < COUNT(chunks); c++) {
		const __u64 chunk = chunks[c] ? chunks[c] : PAYLOAD;
		__u64 pages = 0;

		for (__u64 at = 0; at < PAYLOAD; at += chunk) {
			const __u64 end = at + chunk < PAYLOAD ? at + chunk : PAYLOAD;

			pages += (end - 1) / page - at / page + 1;
		}
		w->scenario.chunk_bytes = chunks[c];
		w->cells[1].cache_pages = pages;
		compare(w);
		assert_true(witness(&w->scenario, "sender.cache_pages")->agree);
		w->cells[1].cache_pages = pages + 1;
		compare(w);
		assert_false(witness(&w->scenario, "sender.cache_pages")->agree);
		w->cells[1].cache_pages = pages - 1;
		compare(w);
		assert_null(witness(&w->scenario, "sender.cache_pages"));
	}
}

/* The first line's eighth number: the lines of single CPUs begin with the same letters. */
static __u64 stolen_ticks(void)
{
	unsigned long long ticks = 0;
	FILE *stat = fopen("/proc/stat", "re");

	assert_non_null(stat);
	assert_int_equal(fscanf(stat, "cpu %*u %*u %*u %*u %*u %*u %*u %llu", &ticks), 1);
	fclose(stat);
	return ticks;
}

static void what_the_machine_says(void **state)
{
	const __u64 tick = 1000000000ULL / sysconf(_SC_CLK_TCK);
	const __u64 before = stolen_ticks();
	const struct machine_stat first = session_machine_stat(), second = session_machine_stat();

	(void)state;
	assert_in_range(first.stolen_ns, before * tick, stolen_ticks() * tick);
	assert_true(first.interrupts > 0);
	assert_true(second.interrupts >= first.interrupts);
}

/* They cannot be more than all CPUs had; nothing else rests on that. */
static void no_more_interrupts_than_the_machine_had(void **state)
{
	struct world *w = *state;
	const struct report_witness *one;

	w->snapshot.machine_interrupts = 100;
	w->procs[SENDER].interrupts_user = 60;
	w->procs[SENDER].interrupts_kernel = 40;
	compare(w);
	one = witness(&w->scenario, "sender.interrupts_beyond");
	assert_true(one->agree);
	assert_string_equal(one->rule, "100 interrupts hit it, of 100 on all CPUs");
	w->procs[SENDER].interrupts_kernel++;
	compare(w);
	one = witness(&w->scenario, "sender.interrupts_beyond");
	assert_false(one->agree);
	assert_int_equal(one->counted, 1);
	assert_int_equal(one->subjects, 0);
	/* /proc/stat could not be read. */
	w->snapshot.machine_interrupts = 0;
	compare(w);
	assert_null(witness(&w->scenario, "sender.interrupts_beyond"));
}

/* What this kernel has no probe for has no witness. */
static void a_missing_probe_has_no_witness(void **state)
{
	static const struct {
		const char *tracepoint, *gone;
	} cases[] = {
		{ "sched_switch", "sender.voluntary sender.involuntary sender.cpu_ns" },
		{ "page_fault_user", "sender.faults" },
		{ "page_fault_kernel", "sender.faults" },
		{ "local_timer_entry", "sender.interrupts_beyond" },
		{ "reschedule_entry", "sender.interrupts_beyond" },
		{ "nmi_handler", "sender.interrupts_beyond" },
		{ "net_dev_queue", "sender.queued_bytes sender.tcp_sent" },
		{ "net_dev_start_xmit", "sender.segment_bytes sender.tcp_acked "
					"sender.retransmitted" },
	};
	struct world *w = *state;
	struct report_scenario all;

	w->snapshot.machine_interrupts = 100;
	compare(w);
	all = w->scenario;
	for (size_t c = 0; c < COUNT(cases); c++) {
		for (size_t p = 0; p < w->session.probe_count; p++)
			w->session.missing[p] = strcmp(w->session.probes[p].tracepoint,
						       cases[c].tracepoint) ? NULL : "missing";
		compare(w);
		for (size_t i = 0; i < all.witness_count; i++) {
			const char *id = all.witnesses[i].id;

			assert_int_equal(!witness(&w->scenario, id), is_in(cases[c].gone, id));
		}
	}
}

/* Runs are not chosen: one that differs is what is shown, and how many did is told. */
static void one_run_that_differs_is_kept(void **state)
{
	struct world *w = *state;
	struct zc_sock *sock = &w->socks[0].sock;
	const struct report_witness *one;

	compare(w);
	sock->new_bytes[ZC_HOOK_XMIT][ZC_ORIGIN_ANON] -= 100;
	build_add_witnesses(&(struct build){ w->report, &w->session, &w->run, &w->scenario });
	sock->new_bytes[ZC_HOOK_XMIT][ZC_ORIGIN_ANON] -= 100;
	build_add_witnesses(&(struct build){ w->report, &w->session, &w->run, &w->scenario });
	sock->new_bytes[ZC_HOOK_XMIT][ZC_ORIGIN_ANON] += 200;
	build_add_witnesses(&(struct build){ w->report, &w->session, &w->run, &w->scenario });
	one = witness(&w->scenario, "sender.segment_bytes");
	assert_false(one->agree);
	assert_int_equal(one->counted, PAYLOAD - 100);
	assert_int_equal(one->runs, 4);
	assert_int_equal(one->differ, 2);
	one = witness(&w->scenario, "sender.queued_bytes");
	assert_true(one->agree);
	assert_int_equal(one->runs, 4);
	assert_int_equal(one->differ, 0);
}

/* A socket whose end was seen in one run only: that one's witnesses stand. */
static void a_witness_of_one_run_only(void **state)
{
	struct world *w = *state;

	w->socks[0].sock.closed = 0;
	compare(w);
	assert_null(witness(&w->scenario, "sender.tcp_sent"));
	w->socks[0].sock.closed = 1;
	build_add_witnesses(&(struct build){ w->report, &w->session, &w->run, &w->scenario });
	assert_int_equal(witness(&w->scenario, "sender.tcp_sent")->runs, 1);
	assert_int_equal(witness(&w->scenario, "sender.rounds")->runs, 2);
}

/* --- run and attach --- */

static void compare_trace(struct world *w)
{
	w->scenario = (struct report_scenario){ .id = "run" };
	trace_witnesses(w->report, &w->session, &w->snapshot, &w->scenario);
}

static void fill_trace(struct world *w)
{
	static const struct zc_proc ended = {
		.voluntary = 5, .involuntary = 9,
		.tally = { .voluntary = 5, .involuntary = 9, .read_bytes = 2 * PAYLOAD,
			   .written_bytes = PAYLOAD + 12, .cpu_ns = CPU_NS, .threads = 1 },
	};

	w->procs[1] = w->procs[2] = ended;
	w->snapshot.cell_count = 1;
	for (__u32 proc = 1; proc <= 2; proc++) {
		cell(w, proc, SYS_read, FILE_OBJECT, ZC_KIND_NONE, 1, 0, PAYLOAD);
		cell(w, proc, SYS_sendfile, FILE_OBJECT, SOCKET, 1, 0, PAYLOAD);
	}
	cell(w, 1, SYS_write, ZC_KIND_NONE, SOCKET, 1, 0, 12);
	w->procs[2].tally.written_bytes = PAYLOAD;
}

static void each_witness_of_run_can_disagree(void **state)
{
	struct world *w = *state;
	const struct {
		__u64 *number;
		const char *differ;
		__u64 by;		/* 0 = 1 */
	} cases[] = {
		{ &w->cells[1].total_ns, "all.cpu_ns_beyond", 2 * CPU_NS + BEYOND_NS },
		{ &w->procs[1].voluntary, "all.voluntary", 0 },
		{ &w->procs[2].tally.voluntary, "all.voluntary", 0 },
		{ &w->procs[2].involuntary, "all.involuntary", 0 },
		{ &w->procs[1].tally.involuntary, "all.involuntary", 0 },
		{ &w->cells[1].bytes, "all.bytes_in", 0 },
		{ &w->procs[2].tally.read_bytes, "all.bytes_in", 0 },
		{ &w->cells[4].bytes, "all.bytes_in all.bytes_out", 0 },
		{ &w->cells[5].bytes, "all.bytes_out", 0 },
		{ &w->procs[1].tally.written_bytes, "all.bytes_out", 0 },
	};

	fill_trace(w);
	compare_trace(w);
	assert_int_equal(w->scenario.witness_count, 5);
	expect_differing(&w->scenario, "");
	for (size_t c = 0; c < COUNT(cases); c++) {
		const __u64 by = cases[c].by ? cases[c].by : 1;

		*cases[c].number += by;
		compare_trace(w);
		expect_differing(&w->scenario, cases[c].differ);
		*cases[c].number -= by;
	}
}

/* Of a process that is alive, or was joined, the kernel's tally is not of the window. */
static void only_whole_tallies_are_witnesses(void **state)
{
	struct world *w = *state;

	fill_trace(w);
	w->procs[2].tally = (struct zc_tally){ 0 };
	w->procs[2].threads = 1;
	compare_trace(w);
	assert_int_equal(w->scenario.witness_count, 5);
	expect_differing(&w->scenario, "");
	assert_string_equal(w->scenario.witnesses[0].rule, "1 of 2 processes: those that ended");
	w->procs[2].threads = 0;
	w->procs[2].untallied = 1;
	compare_trace(w);
	expect_differing(&w->scenario, "");
	w->procs[1].untallied = 1;
	compare_trace(w);
	assert_int_equal(w->scenario.witness_count, 0);
}

static void bytes_of_32bit_calls_are_one(void **state)
{
	struct world *w = *state;

	fill_trace(w);
	w->cells[5].key.nr = ZC_NR_32BIT;
	compare_trace(w);
	assert_int_equal(w->scenario.witness_count, 3);
	assert_null(witness(&w->scenario, "all.bytes_in"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_witness_can_disagree, begin, end),
		cmocka_unit_test_setup_teardown(waiting_that_was_none_is_cpu_time, begin, end),
		cmocka_unit_test_setup_teardown(each_witness_knows_what_rests_on_it, begin, end),
		cmocka_unit_test_setup_teardown(pages_of_what_was_read, begin, end),
		cmocka_unit_test(what_the_machine_says),
		cmocka_unit_test_setup_teardown(no_more_interrupts_than_the_machine_had, begin,
						end),
		cmocka_unit_test_setup_teardown(a_missing_probe_has_no_witness, begin, end),
		cmocka_unit_test_setup_teardown(one_run_that_differs_is_kept, begin, end),
		cmocka_unit_test_setup_teardown(a_witness_of_one_run_only, begin, end),
		cmocka_unit_test_setup_teardown(each_witness_of_run_can_disagree, begin, end),
		cmocka_unit_test_setup_teardown(only_whole_tallies_are_witnesses, begin, end),
		cmocka_unit_test_setup_teardown(bytes_of_32bit_calls_are_one, begin, end),
	};

	return cmocka_run_group_tests_name("witnesses", tests, NULL, NULL);
}
