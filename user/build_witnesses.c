// SPDX-License-Identifier: GPL-2.0
/* Every headline number beside a second source for it: the programs' own tally, getrusage() and
 * wait4(), /proc/PID/io, TCP_INFO. A witness that disagrees makes verdicts "not measured". */
#include <stdlib.h>

#include "build.h"
#include "kinds.h"

enum { MAX_WITNESSES = 32 };

struct bench {
	struct report_scenario *scenario;
	struct report *report;
};

static void hear_witness(struct bench *bench, const char *id, const char *source, __u64 counted,
			 __u64 witness, __u64 tolerance, const char *rule)
{
	struct report_scenario *scenario = bench->scenario;
	__u64 apart = counted > witness ? counted - witness : witness - counted;

	if (scenario->witness_count == MAX_WITNESSES)
		return;
	scenario->witnesses[scenario->witness_count++] = (struct report_witness){
		.id = id, .source = source, .counted = counted, .witness = witness,
		.tolerance = tolerance, .rule = rule, .agree = apart <= tolerance,
	};
}

static __u64 tally_calls(const struct tally *tally)
{
	__u64 calls = 0;

	for (size_t i = 0; i < tally->call_count; i++)
		calls += tally->calls[i].count;
	return calls;
}

static __u64 faults(const struct usage *usage)
{
	return usage->minor_faults + usage->major_faults;
}

static void hear_calls(struct bench *bench, const struct run_record *run,
		       const struct totals *sender, const struct totals *receiver)
{
	const struct scenario *what = scenario_find(bench->scenario->id);

	hear_witness(bench, "sender.data_calls", "tally", sender->data_calls,
		     tally_calls(&run->sender.tally), 0, NULL);
	hear_witness(bench, "sender.rounds", "tally",
		     build_rounds(run->snapshot, run->sender.proc, what), run->sender.tally.rounds,
		     0, NULL);
	hear_witness(bench, "sender.eof_probes", "tally", sender->file_ends,
		     run->sender.tally.eof_probes, 0, NULL);
	hear_witness(bench, "sender.bytes_out", "tally", sender->tcp_out,
		     run->sender.tally.payload_bytes, 0, NULL);
	if (receiver) {
		hear_witness(bench, "receiver.data_calls", "tally", receiver->data_calls,
			     tally_calls(&run->receiver.tally), 0, NULL);
		hear_witness(bench, "receiver.bytes_in", "tally", receiver->tcp_in,
			     run->receiver.tally.payload_bytes, 0, NULL);
	}
	hear_witness(bench, "payload.delivered", "receiver's total against the file's size",
		     run->receiver.tally.payload_bytes, bench->scenario->payload_bytes, 0, NULL);
	if (run->sender.io_before.known && run->sender.io_after.known)
		hear_witness(bench, "sender.bytes_in", "/proc/PID/io rchar",
			     sender->io_accounted,
			     run->sender.io_after.rchar - run->sender.io_before.rchar, 0, NULL);
}

/* getrusage() is read just outside the window, wait4() at the end of the process's life: after the
 * window it waits for its last word and ends. */
static void hear_switches(struct bench *bench, const struct run_record *run)
{
	static const char *const after = "after the window the program waits to be let go, and ends";
	const struct zc_proc *proc = &run->snapshot->procs[run->sender.proc];
	const struct tally *tally = &run->sender.tally;

	hear_witness(bench, "sender.voluntary", "getrusage", proc->voluntary,
		     tally->end.voluntary - tally->begin.voluntary, 0, NULL);
	hear_witness(bench, "sender.involuntary", "getrusage", proc->involuntary,
		     tally->end.involuntary - tally->begin.involuntary, 8,
		     "it can be preempted, a few times, between the read-out and each gate");
	hear_witness(bench, "sender.voluntary_life", "wait4", proc->voluntary,
		     run->sender.lifetime.voluntary - tally->begin.voluntary, 32, after);
}

static void hear_faults(struct bench *bench, const struct run_record *run)
{
	const struct zc_proc *proc = &run->snapshot->procs[run->sender.proc];
	const struct tally *tally = &run->sender.tally;
	__u64 witness = faults(&tally->end) - faults(&tally->begin);

	/* Both tracepoints count exceptions; the kernel's tally counts those that found a page of
	 * the program's (mm_account_fault()), and get_user_pages() without an exception. */
	hear_witness(bench, "sender.faults", "getrusage", proc->faults_user + proc->faults_kernel,
		     witness, witness / 100 + 2,
		     "a fault that is retried is one exception more");
	hear_witness(bench, "sender.faults_life", "wait4", proc->faults_user + proc->faults_kernel,
		     faults(&run->sender.lifetime) - faults(&tally->begin), witness / 100 + 64,
		     "after the window the program writes its tally, and ends");
}

/* The program counts what the kernel's queue of completions tells it. */
static void hear_borrowed(struct bench *bench, const struct run_record *run)
{
	const struct tally_zerocopy *tally = &run->sender.tally.zerocopy;
	__u64 sends = 0;

	if (!tally->used)
		return;
	for (__u32 i = 1; i < run->snapshot->cell_count; i++) {
		const struct zc_cell *cell = &run->snapshot->cells[i];

		if (cell->key.proc == (__u32)run->sender.proc && cell_moves_data(cell) &&
		    kind_is_tcp(kind_of_index(run->snapshot, cell->key.sink)))
			sends += cell_calls(cell) - cell->errors - cell->zeros;
	}
	hear_witness(bench, "sender.zerocopy_sends", "tally", sends, tally->sends, 0, NULL);
	hear_witness(bench, "sender.zerocopy_completions", "the kernel's completions", sends,
		     tally->completed, 0, NULL);
}

static void hear_tcp(struct bench *bench, const struct run_record *run,
		     const struct session *session)
{
	const struct zc_sock *sock = build_sending_socket(run->snapshot, run->sender.proc);
	__u64 seen = 0;

	if (run->receiver.tally.tcp_known)
		hear_witness(bench, "receiver.tcp_bytes", "TCP_INFO bytes_received",
			     run->receiver.tally.tcp_bytes_received,
			     run->receiver.tally.payload_bytes, 1,
			     "the end of the stream counts as a byte");
	if (!sock || session_missing(session, "net_dev_start_xmit"))
		return;
	for (int i = 0; i < ZC_ORIGIN_COUNT; i++)
		seen += sock->new_bytes[ZC_HOOK_XMIT][i];
	hear_witness(bench, "sender.segment_bytes", "receiver's total", seen,
		     run->receiver.tally.payload_bytes, 0, NULL);
	if (!sock->closed)
		return;
	hear_witness(bench, "sender.tcp_sent", "TCP_INFO bytes_sent - bytes_retrans", seen,
		     sock->tcp_bytes_sent - sock->tcp_bytes_retrans, 0, NULL);
	hear_witness(bench, "sender.tcp_acked", "TCP_INFO bytes_acked", seen,
		     sock->tcp_bytes_acked, 2, "the beginning and the end count as a byte each");
	hear_witness(bench, "sender.retransmitted", "TCP_INFO bytes_retrans",
		     sock->again_bytes[ZC_HOOK_XMIT], sock->tcp_bytes_retrans, 0, NULL);
}

/* False where nobody counted the receiver. */
static bool receiver_totals(const struct run_record *run, struct totals *totals)
{
	if (run->remote)
		return build_remote_totals(run->remote, totals);
	*totals = build_totals(run->snapshot, run->receiver.proc);
	return true;
}

void build_witnesses(struct report *report, const struct session *session,
		     const struct run_record *run, struct report_scenario *scenario)
{
	struct totals sender = build_totals(run->snapshot, run->sender.proc);
	struct totals receiver;
	bool counted = receiver_totals(run, &receiver);
	struct bench bench = { .scenario = scenario, .report = report };

	scenario->witnesses = report_alloc(report, MAX_WITNESSES * sizeof(*scenario->witnesses));
	hear_calls(&bench, run, &sender, counted ? &receiver : NULL);
	if (!session_missing(session, "sched_switch"))
		hear_switches(&bench, run);
	if (!session_missing(session, "page_fault_user") &&
	    !session_missing(session, "page_fault_kernel"))
		hear_faults(&bench, run);
	hear_borrowed(&bench, run);
	hear_tcp(&bench, run, session);
}
