/* SPDX-License-Identifier: GPL-2.0 */
/* What session.c and session_read.c share; nobody else includes it. */
#ifndef ZC_SESSION_INTERNAL_H
#define ZC_SESSION_INTERNAL_H

#include <bpf/libbpf.h>
#include "session.h"
#include "zctrace.skel.h"

enum { SESSION_MAX_PROBES = 32 };

struct session {
	struct zctrace_bpf *skel;
	const struct probe *probes;
	size_t probe_count;
	const char *missing[SESSION_MAX_PROBES];	/* why, NULL = loaded */
	bool counts_only;
	struct bpf_link *links[SESSION_MAX_PROBES];
	struct zc_task *tasks;		/* the maps' memory, shared with the kernel */
	struct zc_proc *procs;
	struct zc_cell *cells;
	struct zc_object *objects;
	size_t tasks_bytes, procs_bytes, cells_bytes, objects_bytes;
	struct ring_buffer *ring;
	__u64 timeline_events;
	struct zc_event *events;	/* as they came, at most timeline_events */
	size_t event_count;
	__u64 recursion_before;	/* the kernel never resets its counter */
	int types_fd;		/* while it is opened: the kernel's types for libbpf; else -1 */
};

int session_open_ring(struct session *session);
void session_close_ring(struct session *session);

/* session_types.c: finds the tracepoints' types, and has libbpf load with what was found. The
 * caller closes types, also after an error. 0 or -errno. */
struct kernel_types;
int session_types_find(struct kernel_types **types);
/* The number of a tracepoint's type, 0 = this kernel has none. */
__u32 session_types_id(const char *tracepoint);
/* The number of its arguments; -1 = unknown. */
int session_types_parameters(const char *tracepoint);

#endif
