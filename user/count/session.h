/* SPDX-License-Identifier: GPL-2.0 */
/* The life of the kernel side: open, load, then for every traced run attach, adopt, read, detach.
 * runner.c and cmd_trace.c drive it; nobody else sees libbpf. */
#ifndef ZC_SESSION_H
#define ZC_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include "zctrace.h"

enum { SESSION_MAX_WITHOUT = 32 };

struct session_options {
	const char *without[SESSION_MAX_WITHOUT];	/* tracepoints to do without, by name */
	size_t without_count;
	__u64 timeline_events;	/* how many events of each thread to record, 0 = no timeline */
	bool any_program;	/* room for thousands of threads, files and sockets */
	bool own_child;		/* session_expect() and never session_adopt() */
	bool counts_only;	/* the cheapest: no times, and no evidence of where bytes lay */
	__u32 max_cells;	/* 0 = as the above says; tests make tables overflow on purpose */
	__u32 max_objects, max_procs, max_ring_bytes;
};

struct session;

/* One probe: a BPF program on a tracepoint, and what is not measured without it. */
struct probe {
	const char *program;
	const char *tracepoint;
	const char *loses;	/* for people: what is lost without it */
	bool required;
	bool not_for_counts;	/* --counts-only leaves it out */
	bool not_for_programs, not_for_scenarios;	/* they have nothing that rests on it */
};
const struct probe *session_probes(size_t *count);

/* 0 or -errno, with a sentence for people in error. -EOPNOTSUPP, -EPERM: this machine cannot.
 * Loading is done once; attaching and detaching for every run (untraced runs have no program
 * attached to anything). */
int session_open(struct session **session, const struct session_options *options, char *error,
		 size_t error_size);
int session_attach(struct session *session, char *error, size_t error_size);
void session_detach(struct session *session);
void session_close(struct session *session);

/* NULL if the tracepoint is watched, else the reason why it is not. */
const char *session_missing(const struct session *session, const char *tracepoint);

/* Registers every thread of a process; gate_fd -1 = none. Returns its index (> 0) or -errno: -ESRCH
 * if it has none any more, -ENOSPC if max_procs are registered. */
int session_adopt(struct session *session, pid_t tgid, enum zc_window window, int gate_fd);

/* Has a child of the caller registered when it becomes another program, its window open from then
 * on. Returns its index (> 0) or -errno. */
int session_expect(struct session *session, pid_t child);

/* Whether a process is registered, by this or because its parent was. */
bool session_knows(const struct session *session, pid_t tgid);

/* What the kernel side knows; arrays are owned by the snapshot. Index 0 of procs, cells and
 * objects is never used, so that an index in one is an index in the other. */
struct snapshot_sock {
	__u64 pointer;
	struct zc_sock sock;
};

struct snapshot_flow {
	struct zc_flow_key key;
	struct zc_flow flow;
};

struct snapshot {
	struct zc_proc *procs;
	struct zc_cell *cells;
	struct zc_object *objects;
	struct snapshot_sock *socks;
	struct snapshot_flow *flows;
	struct zc_event *events;
	__u32 proc_count, cell_count, object_count;
	size_t sock_count, flow_count, event_count;
	__u64 loss[ZC_LOSS_COUNT];
	__u64 coarse[ZC_COARSE_COUNT];
	__u64 recursion;		/* programs that were not run: they were running */
	__u64 stolen_ns;		/* by the host from all CPUs since session_attach(): in no
					 * task's CPU time. /proc/stat, to 10 ms */
	__u64 machine_interrupts;	/* on all CPUs since session_attach(), whomever they hit */
	bool timeline_cut;		/* there were more events than room for them */
};

int session_snapshot(struct session *session, struct snapshot **snapshot);
void snapshot_free(struct snapshot *snapshot);

/* Forgets everything that was counted; only while detached. If it fails, session_attach() does. */
void session_reset(struct session *session);

/* Takes the events out of the ring, which tells nobody that there are some: to be called every
 * 100 ms or so while a traced run goes on. */
void session_drain(struct session *session);

/* How many events of each thread a run may record. */
__u64 session_timeline_limit(const struct session *session);

/* True when every followed socket of the run has closed and its counters are final. */
bool session_socks_closed(struct session *session);

/* libbpf's own log: 0 = errors only with -v, 1, 2 as -v and -vv. */
void session_set_verbosity(int level);

#endif
