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
};

int session_open_ring(struct session *session);
void session_close_ring(struct session *session);

#endif
