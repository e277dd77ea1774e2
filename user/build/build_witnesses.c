// SPDX-License-Identifier: GPL-2.0
/* Every headline number beside a second source for it: the programs' own tally, what the kernel
 * tallies of a thread, TCP_INFO. Each must say the same; one that differs undoes what rests on
 * it. Of any program the kernel's tally of each process that ended in the window serves. */
#include <string.h>
#include <unistd.h>

#include "build.h"
#include "kinds.h"
#include "uring_table.h"

enum { MAX_WITNESSES = 40 };

static const char *const cpu_rule =
	"the scheduler's own count is brought up to date at each tick, and lacks what the host took "
	"from the machine meanwhile";

static void begin(struct report *report, struct report_scenario *scenario)
{
	scenario->witnesses = report_alloc(report, MAX_WITNESSES * sizeof(*scenario->witnesses));
}

/* The time between two interrupts of the timer, at most. */
static __u64 tick_ns(void)
{
	return 1000000000ULL / sysconf(_SC_CLK_TCK);
}

/* The kernel's own count of CPU time, ns, with what it wrongly counts as waiting for a CPU. A
 * wake-up that asks for a switch lets the scheduler skip the next reading of its clock
 * (rq_clock_skip_update()): from the wake-up to the switch the thread runs, and is charged as if
 * it waited. Waiting beyond runnable_ns, which is by the switches, was not waiting; a tick for
 * each involuntary switch at most. */
static __u64 cpu_time(const struct zc_tally *tally, __u64 runnable_ns)
{
	const __u64 most = tally->involuntary * tick_ns();
	__u64 charged = tally->waited_ns > runnable_ns ? tally->waited_ns - runnable_ns : 0;

	return tally->cpu_ns + (charged < most ? charged : most);
}

/* How far the CPU time of so many threads may be from the kernel's own count of it, ns: a tick at
 * either end of each, and what the host took meanwhile, which /proc/stat tells to a tick. */
static __u64 cpu_tolerance(const struct snapshot *snapshot, __u64 threads)
{
	return (2 * threads + 1) * tick_ns() + snapshot->stolen_ns;
}

static void add(struct report_scenario *scenario, struct report_witness witness)
{
	if (scenario->witness_count == MAX_WITNESSES)
		return;
	__u64 apart = witness.counted > witness.witness ? witness.counted - witness.witness :
							  witness.witness - witness.counted;

	witness.agree = apart <= witness.tolerance;
	witness.runs = 1;
	witness.differ = !witness.agree;
	scenario->witnesses[scenario->witness_count++] = witness;
}

static void compare(const struct build *b, unsigned int subjects, const char *id,
		    const char *source, __u64 counted, __u64 witness)
{
	const struct report_witness row = {
		.id = id, .source = source, .subjects = subjects, .counted = counted,
		.witness = witness,
	};

	add(b->scenario, row);
}

static __u64 tally_calls(const struct tally *tally)
{
	__u64 calls = 0;

	for (size_t i = 0; i < tally->call_count; i++)
		calls += tally->calls[i].count;
	return calls;
}

/* Verdicts on what arrived do not rest on payload.delivered: they decide the same. */
static void compare_calls(const struct build *b, const struct totals *sender,
			  const struct totals *receiver)
{
	const struct scenario *what = scenario_find(b->scenario->id);
	const struct run_record *run = b->run;
	const struct tally *sent = &run->sender.tally, *got = &run->receiver.tally;

	compare(b, CLAIM_CALLS, "sender.data_calls", "tally", sender->data_calls,
		tally_calls(sent));
	compare(b, CLAIM_CALLS, "sender.rounds", "tally",
		build_rounds(run->snapshot, run->sender.proc, what), sent->rounds);
	compare(b, CLAIM_CALLS, "sender.eof_probes", "tally", sender->file_ends,
		sent->eof_probes);
	compare(b, CLAIM_BYTES, "sender.bytes_out", "tally", sender->tcp_out,
		sent->payload_bytes);
	if (receiver) {
		compare(b, 0, "receiver.data_calls", "tally", receiver->data_calls,
			tally_calls(got));
		compare(b, CLAIM_TOTALS, "receiver.bytes_in", "tally", receiver->tcp_in,
			got->payload_bytes - got->mapped_bytes);
	}
	compare(b, CLAIM_BYTES, "payload.delivered", "receiver's total against the file's size",
		got->payload_bytes, b->scenario->payload_bytes);
}

/* The window less the waits, against the CPU time that the scheduler gave the thread. */
static void compare_cpu_time(const struct build *b)
{
	const struct snapshot *snapshot = b->run->snapshot;
	const struct zc_proc *proc = &snapshot->procs[b->run->sender.proc];
	const __u64 window = proc->close_ns - proc->open_ns;
	const __u64 waited = proc->blocked_ns + proc->runnable_ns;
	const struct report_witness witness = {
		.id = "sender.cpu_ns", .source = "the kernel's sum_exec_runtime, run_delay",
		.counted = window > waited ? window - waited : 0,
		.witness = cpu_time(&proc->tally, proc->runnable_ns),
		.tolerance = cpu_tolerance(snapshot, 1), .rule = cpu_rule,
	};

	if (!build_off_cpu(b->session, proc, waited).why && proc->close_ns >= proc->open_ns)
		add(b->scenario, witness);
}

/* The same events by the kernel's own tally of the thread, taken where its window begins and
 * ends: nothing is between the two. */
static void compare_with_kernel(const struct build *b, const struct totals *sender)
{
	const struct zc_proc *proc = &b->run->snapshot->procs[b->run->sender.proc];
	const struct zc_tally *tally = &proc->tally;

	if (proc->untallied)
		return;
	compare(b, CLAIM_BYTES, "sender.bytes_in", "the kernel's rchar", sender->io_accounted,
		tally->read_bytes);
	if (!session_missing(b->session, "sched_switch")) {
		compare(b, 0, "sender.voluntary", "the kernel's nvcsw", proc->voluntary,
			tally->voluntary);
		compare(b, 0, "sender.involuntary", "the kernel's nivcsw", proc->involuntary,
			tally->involuntary);
		compare_cpu_time(b);
	}
	if (!session_missing(b->session, "page_fault_user") &&
	    !session_missing(b->session, "page_fault_kernel"))
		compare(b, 0, "sender.faults", "the kernel's min_flt + maj_flt",
			proc->faults_user + proc->faults_kernel, tally->faults);
}

/* The machine's interrupts hit others, too: those of the traced ones cannot be more. */
static void compare_interrupts(struct report *report, const struct session *session,
			       const struct snapshot *snapshot, const char *id, __u64 interrupts,
			       struct report_scenario *scenario)
{
	const __u64 most = snapshot->machine_interrupts;
	const struct report_witness beyond = {
		.id = id, .source = "/proc/stat intr",
		.counted = interrupts > most ? interrupts - most : 0,
		.rule = report_format(report, "%llu interrupts hit it, of %llu on all CPUs",
				      interrupts, most),
	};

	if (most && !build_interrupts(session, interrupts).why)
		add(scenario, beyond);
}

static __u64 interrupts_of(const struct zc_proc *proc)
{
	return proc->interrupts_user + proc->interrupts_kernel;
}

/* What reads returned lay in pages of the page cache. No verdict rests on it: the leg's evidence
 * does. */
static void compare_cache_pages(const struct build *b)
{
	const struct cache_pages pages = build_cache_pages(b);

	if (pages.known)
		compare(b, 0, "sender.cache_pages", "pages of the bytes that its reads returned",
			pages.counted, pages.returned);
}

/* The program counts what the kernel's queue of completions tells it. */
static void compare_borrowed(const struct build *b)
{
	const struct run_record *run = b->run;
	const struct tally_zerocopy *tally = &run->sender.tally.zerocopy;
	__u64 sends = 0;

	if (!tally->used)
		return;
	for (__u32 i = 1; i < run->snapshot->cell_count; i++) {
		const struct zc_cell *cell = &run->snapshot->cells[i];

		if (cell->key.proc == (__u32)run->sender.proc && cell_moves_data(cell) &&
		    kind_is_tcp(kind_of_index(run->snapshot, cell->key.sink)))
			sends += cell->calls - cell->errors - cell->zeros;
	}
	compare(b, CLAIM_PAGES, "sender.zerocopy_sends", "tally", sends, tally->sends);
	compare(b, CLAIM_PAGES, "sender.zerocopy_completions", "the kernel's completions",
		sends,
		tally->completed);
}

static __u64 new_bytes(const struct zc_sock *sock, enum zc_hook hook)
{
	__u64 bytes = 0;

	for (int i = 0; i < ZC_ORIGIN_COUNT; i++)
		bytes += sock->new_bytes[hook][i];
	return bytes;
}

/* Every byte that arrived was seen to leave. */
static void compare_segments(const struct build *b, const char *id, __u64 seen)
{
	const struct report_witness witness = {
		.id = id, .source = "receiver's total", .subjects = CLAIM_PAGES, .counted = seen,
		.witness = b->run->receiver.tally.payload_bytes,
		.rule = "segments leave in softirqs; a kernel that hides a process from BPF hides "
			"those that leave on top of it",
	};

	add(b->scenario, witness);
}

/* Whatever TCP hands on counts as sent, also what the device's queue then drops. */
static void compare_queued(const struct build *b, const struct zc_sock *sock)
{
	const __u64 seen = new_bytes(sock, ZC_HOOK_QUEUE);

	if (session_missing(b->session, "net_dev_queue"))
		return;
	compare_segments(b, "sender.queued_bytes", seen);
	if (sock->closed)
		compare(b, CLAIM_PAGES, "sender.tcp_sent", "TCP_INFO bytes_sent",
			seen + sock->again_bytes[ZC_HOOK_QUEUE], sock->tcp_bytes_sent);
}

/* In TCP's sequence numbers the beginning and the end of a stream are a byte each. Bytes that are
 * new have other witnesses than those that were sent again. */
static void compare_sent(const struct build *b, const struct zc_sock *sock)
{
	const __u64 seen = new_bytes(sock, ZC_HOOK_XMIT);

	if (session_missing(b->session, "net_dev_start_xmit"))
		return;
	compare_segments(b, "sender.segment_bytes", seen);
	if (!sock->closed)
		return;
	compare(b, CLAIM_PAGES, "sender.tcp_acked", "TCP_INFO bytes_acked, less beginning and end",
		seen, sock->tcp_bytes_acked - 2);
	compare(b, 0, "sender.retransmitted", "TCP_INFO bytes_retrans",
		sock->again_bytes[ZC_HOOK_XMIT] + sock->late_bytes[ZC_HOOK_XMIT],
		sock->tcp_bytes_retrans);
}

static void compare_with_tcp(const struct build *b)
{
	const struct run_record *run = b->run;
	const struct zc_sock *sock = build_sending_socket(run->snapshot, run->sender.proc);
	const struct tally *got = &run->receiver.tally;

	if (got->tcp_known)
		compare(b, CLAIM_TOTALS, "receiver.tcp_bytes", "TCP_INFO bytes_received",
			got->payload_bytes, got->tcp_bytes_received);
	if (!sock)
		return;
	compare_queued(b, sock);
	compare_sent(b, sock);
}

/* False where nobody counted the receiver. */
static bool receiver_totals(const struct run_record *run, struct totals *totals)
{
	if (run->remote)
		return build_remote_totals(run->remote, totals);
	*totals = build_totals(run->snapshot, run->receiver.proc);
	return true;
}

void build_witnesses(const struct build *b)
{
	struct totals sender = build_totals(b->run->snapshot, b->run->sender.proc);
	struct totals receiver;
	bool counted = receiver_totals(b->run, &receiver);

	begin(b->report, b->scenario);
	compare_calls(b, &sender, counted ? &receiver : NULL);
	compare_with_kernel(b, &sender);
	compare_cache_pages(b);
	compare_interrupts(b->report, b->session, b->run->snapshot, "sender.interrupts_beyond",
			   interrupts_of(&b->run->snapshot->procs[b->run->sender.proc]),
			   b->scenario);
	compare_borrowed(b);
	compare_with_tcp(b);
}

static struct report_witness *witness_of(struct report_scenario *scenario, const char *id)
{
	for (size_t i = 0; i < scenario->witness_count; i++) {
		if (!strcmp(scenario->witnesses[i].id, id))
			return &scenario->witnesses[i];
	}
	return NULL;
}

/* Another run's witness disagrees as well, or first. */
static void add_other(struct report_scenario *scenario, const struct report_witness *other)
{
	struct report_witness *known = witness_of(scenario, other->id);
	struct report_witness sum = *other;

	if (!known) {
		add(scenario, *other);
		return;
	}
	if (other->agree || !known->agree)
		sum = *known;
	sum.runs = known->runs + 1;
	sum.differ = known->differ + other->differ;
	*known = sum;
}

void build_add_witnesses(const struct build *b)
{
	struct report_scenario other = { .id = b->scenario->id,
					 .chunk_bytes = b->scenario->chunk_bytes,
					 .payload_bytes = b->scenario->payload_bytes };
	const struct build of_other = { b->report, b->session, b->run, &other };

	build_witnesses(&of_other);
	for (size_t i = 0; i < other.witness_count; i++)
		add_other(b->scenario, &other.witnesses[i]);
}

/* --- of any program --- */

/* Calls whose bytes fs/read_write.c accounts for, in one direction or both. */
static bool is_accounted(__u32 nr, enum syscall_way other)
{
	const struct syscall_mover *mover = syscall_mover(nr);

	return mover && mover->flags & SYSCALL_ACCOUNTED && mover->way != other;
}

bool build_is_accounted_read(__u32 nr)
{
	return is_accounted(nr, SYSCALL_WRITES);
}

static bool is_accounted_write(__u32 nr)
{
	return is_accounted(nr, SYSCALL_READS);
}

/* The tally is whole once the last thread has ended. */
static bool is_tallied(const struct snapshot *snapshot, __u32 proc)
{
	return proc && proc < snapshot->proc_count && !snapshot->procs[proc].threads &&
	       !snapshot->procs[proc].untallied;
}

struct sums {
	__u64 processes;
	__u64 voluntary, involuntary, bytes_in, bytes_out;
	__u64 interrupts;	/* of all processes, also those that live on */
	__u64 call_ns;		/* on the CPU in calls */
	struct zc_tally tally;
	bool calls_32bit;	/* what those move is not told apart */
};

static void add_process(struct sums *sums, const struct zc_proc *proc)
{
	sums->processes++;
	sums->voluntary += proc->voluntary;
	sums->involuntary += proc->involuntary;
	sums->tally.voluntary += proc->tally.voluntary;
	sums->tally.involuntary += proc->tally.involuntary;
	sums->tally.read_bytes += proc->tally.read_bytes;
	sums->tally.written_bytes += proc->tally.written_bytes;
	sums->tally.cpu_ns += cpu_time(&proc->tally, proc->runnable_ns);
	sums->tally.threads += proc->tally.threads;
}

static struct sums sum_up(const struct snapshot *snapshot)
{
	struct sums sums = { 0 };

	for (__u32 p = 1; p < snapshot->proc_count; p++) {
		if (is_tallied(snapshot, p))
			add_process(&sums, &snapshot->procs[p]);
		sums.interrupts += interrupts_of(&snapshot->procs[p]);
	}
	for (__u32 i = 1; i < snapshot->cell_count; i++) {
		const struct zc_cell *cell = &snapshot->cells[i];

		if (!is_tallied(snapshot, cell->key.proc))
			continue;
		sums.bytes_in += build_is_accounted_read(cell->key.nr) ? cell->bytes : 0;
		sums.bytes_out += is_accounted_write(cell->key.nr) ? cell->bytes : 0;
		if (cell->total_ns > cell->blocked_ns + cell->runnable_ns)
			sums.call_ns += cell->total_ns - cell->blocked_ns - cell->runnable_ns;
		sums.calls_32bit |= cell->key.nr == ZC_NR_32BIT;
	}
	return sums;
}

void trace_witnesses(struct report *report, const struct session *session,
		     const struct snapshot *snapshot, struct report_scenario *scenario)
{
	const struct sums sums = sum_up(snapshot);
	const char *rule = report_format(report, "%llu of %u processes: those that ended",
					 sums.processes, snapshot->proc_count - 1);
	const struct report_witness all[] = {
		{ .id = "all.voluntary", .source = "the kernel's nvcsw", .rule = rule,
		  .counted = sums.voluntary, .witness = sums.tally.voluntary },
		{ .id = "all.involuntary", .source = "the kernel's nivcsw", .rule = rule,
		  .counted = sums.involuntary, .witness = sums.tally.involuntary },
		{ .id = "all.bytes_in", .source = "the kernel's rchar", .rule = rule,
		  .subjects = CLAIM_BYTES,
		  .counted = sums.bytes_in, .witness = sums.tally.read_bytes },
		{ .id = "all.bytes_out", .source = "the kernel's wchar", .rule = rule,
		  .subjects = CLAIM_BYTES,
		  .counted = sums.bytes_out, .witness = sums.tally.written_bytes },
	};
	/* What threads did in calls cannot be more than all that they did. */
	const struct report_witness in_calls = {
		.id = "all.cpu_ns_beyond", .source = "the kernel's sum_exec_runtime, run_delay",
		.counted = sums.call_ns > sums.tally.cpu_ns ? sums.call_ns - sums.tally.cpu_ns : 0,
		.tolerance = cpu_tolerance(snapshot, sums.tally.threads),
		.rule = cpu_rule,
	};
	const bool switches = !session_missing(session, "sched_switch");

	begin(report, scenario);
	compare_interrupts(report, session, snapshot, "all.interrupts_beyond", sums.interrupts,
			   scenario);
	if (!sums.processes)
		return;
	for (size_t i = switches ? 0 : 2; i < (sums.calls_32bit ? 2 : 4); i++)
		add(scenario, all[i]);
	if (switches && !session_missing(session, "sys_enter"))
		add(scenario, in_calls);
}
