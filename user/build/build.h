/* SPDX-License-Identifier: GPL-2.0 */
/* From what the runs left to a report: build_report.c for scenarios, build_trace.c for any
 * program, build_remote.c for a receiver; and the parts that they share. */
#ifndef ZC_BUILD_H
#define ZC_BUILD_H

#include "cells.h"
#include "measure.h"
#include "report.h"
#include "trace.h"

/* The report of all series that have a run of both kinds; NULL if there is none. */
struct report *build_measurement(const struct measurement *measurement);

/* From a snapshot to a report with one scenario (build_trace.c). */
struct report *build_trace(const struct trace_options *options, const struct trace_result *result);
/* Processes that were still there when the command that started them had ended. */
__u64 build_outlived(const struct trace_result *result);
/* "python3": the name of a process. */
const char *build_comm(struct report *report, const struct snapshot *snapshot, __u32 proc);

/* What the kernel's own tally tells of the same processes (build_witnesses.c). */
void trace_witnesses(struct report *report, const struct session *session,
		     const struct snapshot *snapshot, struct report_scenario *scenario);
/* Which bytes went from where to where (flows.c); the scenario's losses and witnesses are known. */
void flows_find(struct report *report, const struct session *session,
		const struct snapshot *snapshot, struct report_scenario *scenario);

/* The sums over the cells of one process that several parts need. Counts and bytes. */
struct totals {
	__u64 calls;		/* that began and returned in the window */
	__u64 data_calls;	/* of them, those that moved payload; io_uring_enter is one */
	__u64 file_ends;	/* takings from a file, by calls or requests, that returned 0 */
	__u64 tcp_in, tcp_out;	/* bytes out of TCP sockets, and into them */
	__u64 io_accounted;	/* bytes in that the kernel's rchar has, too */
	__u64 received;		/* copied out of socket buffers */
	__u64 kernel_ns;	/* on CPU inside calls */
};

struct totals build_totals(const struct snapshot *snapshot, int proc);
void build_totals_add(struct totals *totals, const struct snapshot *snapshot,
		      const struct zc_cell *cell);
/* Calls whose bytes fs/read_write.c adds to rchar. */
bool build_is_accounted_read(__u32 nr);

/* Chunks that a scenario took from its file. */
__u64 build_rounds(const struct snapshot *snapshot, int proc, const struct scenario *scenario);

/* A number that rests on a tracepoint: why it is not known, if that is missing here. */
struct measured build_counted(const struct session *session, const char *tracepoint, __u64 value);
/* A number of interrupts: a sum over several tracepoints. */
struct measured build_interrupts(const struct session *session, __u64 interrupts);
/* A sum of which a part is not known is not known. */
void build_add(struct measured *sum, struct measured more);
/* Why nothing that rests on the context switches of a process is known; NULL = it is. */
const char *build_no_switches(const struct session *session, const struct zc_proc *proc);
/* A number that rests on them. */
struct measured build_by_switches(const struct session *session, const struct zc_proc *proc,
				  __u64 value);
/* Time off the CPU, ns: needs to be told of both, leaving it and being woken. */
struct measured build_off_cpu(const struct session *session, const struct zc_proc *proc, __u64 ns);

/* The segments of the socket that the process sends on; NULL = none was seen. */
const struct zc_sock *build_sending_socket(const struct snapshot *snapshot, int proc);

/* roles: the name of each process of the snapshot by its index, NULL = leave it out; the names are
 * those in scenario->roles. by_kind: calls on descriptors of one kind become one row. */
void build_syscalls(struct report *report, const struct session *session,
		    const struct snapshot *snapshot, const char *const *roles, bool by_kind,
		    struct report_scenario *scenario);
/* Busiest first; where a report has them. */
void build_sort_syscalls(struct report_scenario *scenario);
void build_timeline(struct report *report, const struct session *session,
		    struct snapshot *snapshot, const char *const *roles,
		    struct report_scenario *scenario);

/* How a report begins: the command (argv, ends with NULL) with its time, the machine. command NULL:
 * the report is a part of another one. */
struct report *build_begin(const char *mode, const char *const *command);
/* Nothing of a scenario is known; what is will be filled in. */
void build_unknown(struct report_scenario *scenario, const char *why);

/* A call is two crossings, one in and one out, and so is a page fault taken in user mode. */
void build_crossings(const struct session *session, const struct totals *totals, __u64 faults,
		     struct report_scenario *scenario);
struct measured build_total_crossings(const struct session *session, __u64 calls, __u64 faults);

/* Adds what the kernel side counted of a process to a role of one or more. */
void build_role_add(const struct session *session, const struct zc_proc *proc,
		    const struct totals *totals, struct report_role *role);
/* The same of one that is the role, and how much memory it took. */
void build_role(const struct session *session, const struct run_record *run,
		const struct party *party, struct report_role *role);
void build_peak_rss(const struct party *party, struct report_role *role);
/* Adds what one run lost, or counted more coarsely. */
void build_loss(const struct snapshot *snapshot, struct report_scenario *scenario);

/* Nothing is known of pages that the kernel borrowed: why. */
void build_no_borrowed(struct report_scenario *scenario, const char *why);

/* A run of a scenario, and what is made of it. */
struct build {
	struct report *report;
	const struct session *session;
	const struct run_record *run;
	struct report_scenario *scenario;
};

/* What was copied on the way, and what became of pages that the kernel borrowed. */
void build_legs(const struct build *b);
void build_socket_receiver(const struct build *b);

/* Pages that the sender's reads got out of the page cache, against those in which the bytes lie
 * that they returned, chunk by chunk. */
struct cache_pages {
	__u64 counted, returned;
	bool known;		/* the kernel tells, and of every batch */
};
struct cache_pages build_cache_pages(const struct build *b);
/* The witnesses of one run; then those of further runs, of which one that differs is kept. */
void build_witnesses(const struct build *b);
void build_add_witnesses(const struct build *b);

/* build_remote.c: what zctrace receive counted of its receiver, as a report; without a snapshot
 * for the reason that untraced gives. */
struct report *build_receiver(const struct session *session, const char *untraced,
			      const struct run_record *run);
/* And from there into ours; name is that of the other end, for the reasons. */
void build_remote_role(struct report *report, const struct report *remote, const char *name,
		       struct report_role *role);
void build_remote_leg(struct report *report, const struct report *remote, const char *name,
		      struct report_scenario *scenario);
void build_remote_syscalls(struct report *report, const struct report *remote, const char *name,
			   const char *role, struct report_scenario *scenario);
void build_remote_loss(const struct report *remote, struct report_scenario *scenario);
/* False if it was not traced. */
bool build_remote_totals(const struct report *remote, struct totals *totals);

#endif
