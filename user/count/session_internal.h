/* SPDX-License-Identifier: GPL-2.0 */
/* What session.c and session_read.c share; nobody else includes it. */
#ifndef ZC_SESSION_INTERNAL_H
#define ZC_SESSION_INTERNAL_H

#include <bpf/libbpf.h>
#include "session.h"
#include "zctrace.skel.h"

enum { SESSION_MAX_PROBES = 32 };

/* Of the whole machine, since it was started. */
struct machine_stat {
	__u64 stolen_ns;	/* CPU time that the host took from all CPUs */
	__u64 interrupts;	/* on all CPUs */
};

struct session {
	struct zctrace_bpf *skel;
	const struct probe *probes;
	size_t probe_count;
	const char *missing[SESSION_MAX_PROBES];	/* why, NULL = loaded */
	bool counts_only;
	struct bpf_link *links[SESSION_MAX_PROBES];
	struct zc_proc *procs;		/* the map's memory, shared with the kernel */
	size_t procs_bytes;
	int stale;		/* why the last run's counters are still there, else 0 */
	struct ring_buffer *ring;
	__u64 timeline_events;	/* of each thread */
	struct zc_event *events;	/* as they came */
	size_t event_count, event_room;
	struct machine_stat machine_before;	/* when it was attached */
	__u64 recursion_before;	/* the kernel never resets its counter */
	int types_fd;		/* while it is opened: the kernel's types for libbpf; else -1 */
};

/* How many events all threads together may record. */
__u64 session_timeline_room(const struct session_options *options);
/* session_maps.c: gives tables their sizes and programs their constants. */
void session_maps_size(struct session *session, const struct session_options *options);
/* The first entries of an array, shared with the kernel, until session_unmap(); NULL and errno.
 * The large ones are only mapped while they are read, and only as far as they are in use. */
void *session_map(const struct bpf_map *map, __u32 entries, size_t *bytes);
void session_unmap(void *values, size_t bytes);

/* What /proc/stat says now; 0 = nothing. */
struct machine_stat session_machine_stat(void);

/* session_pages.c: whether anything watched tells pages apart; leaves out what fails its test. */
bool session_judges_pages(const struct session *session);
void session_check_pages(struct session *session);

int session_open_ring(struct session *session);
void session_close_ring(struct session *session);

/* session_types.c: has libbpf load with what session_types_find() finds: the tracepoints' types,
 * those that are named in the programs' and, if need be, the iterator's. The caller closes types,
 * also after an error. 0 or -errno. */
struct kernel_types;
int session_types_handle(void);
int session_types_find(struct kernel_types **types, const struct btf *named, bool iterator);
/* The number of a tracepoint's type, 0 = this kernel has none. */
__u32 session_types_id(const char *tracepoint);
/* The number of its arguments; -1 = unknown. */
int session_types_parameters(const char *tracepoint);

#endif
