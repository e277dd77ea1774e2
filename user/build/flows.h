/* SPDX-License-Identifier: GPL-2.0 */
/* Flows while they are being put together: bytes between two ends, and on which evidence their
 * copies rest. flows.c leads; flow_ends.c names the ends, flow_segments.c tells what the sockets
 * sent, flow_pairs.c sets reads beside writes, flow_refusals.c tells which calls
 * were refused before, flow_unseen.c lists what cannot be attributed, flow_verdict.c judges. */
#ifndef ZC_FLOWS_H
#define ZC_FLOWS_H

#include <search.h>

#include "kinds.h"
#include "report.h"
#include "session.h"

enum { FLOW_CALLS = 6, FLOW_REFUSALS = 6, FLOW_MUCH = 1 << 20 };

/* One end: objects that people would call the same, as all connections of one server port. */
struct flow_end {
	const char *name;	/* path, "127.0.0.1:8080", "pipe" */
	enum zc_kind kind;
	__u32 fs_magic;
};

/* The ends of all objects; equal ends have one number. Kinds come first, under their own number. */
struct flow_ends {
	struct flow_end *ends;
	size_t count;
	__u32 *of_object;	/* by index of the object */
};

enum flow_way { FLOW_READ, FLOW_WRITTEN, FLOW_BY_KERNEL, FLOW_BOTH };

/* Bytes of one process (or of all of one name) from source to sink. */
struct flow {
	__u32 proc;		/* index; after merging processes, one of them */
	const char *role;	/* its name, without the process id */
	enum flow_way way;	/* FLOW_BOTH: a read and a write that were paired */
	__u32 source, sink;	/* numbers of ends; ZC_KIND_NONE = the program's memory */
	__u32 sources, sinks;	/* how many objects */
	__u32 source_object, sink_object;	/* the last of them */
	__u64 bytes, calls;
	const char *call_names[FLOW_CALLS];
	size_t call_count;
	bool by_request;	/* some of the calls are io_uring's requests: no crossing each */
	__u64 received_bytes;	/* copied out of socket buffers by these calls */
	__u64 received_of;	/* bytes of the calls for which that is known */
	__u64 seen;		/* bytes of it whose pages were seen at a device */
	__u64 handed;		/* of them, those in pages that were not copied for the socket */
	__u64 late;		/* of those, lent by a program and copied on the way */
	__u64 unseen;		/* bytes of it that left, and whose pages were not seen */
	__u64 cached;		/* bytes of the files at the sink that entered the page cache */
	__u64 relayed;		/* bytes that came out of a pipe which sockets or programs fill */
	bool gives_pages;	/* vmsplice: the program's pages, not a copy of them */
	bool lent_or_spliced;	/* the program's own pages were, and it is not known which */
	bool anonymous;		/* the program's own pages were in the segments */
	const char *pages_of;	/* a file whose pages were in the segments; no call named it */
	const char *mapped;	/* files that the process had mapped: sources that no call shows */
	__u32 began;		/* the first of its rows: those of a process stand in the order of
				 * their first calls; of a pair, the later half's */
	struct report_refusal *refusals;	/* of calls that would have spared the copies */
	size_t refusal_count;
	const char *same_bytes;	/* what supports that bytes read and bytes written are the same */
	const char *perhaps;	/* where they may have gone to or come from; no evidence */
};

struct flow_list {
	struct report *report;
	const struct snapshot *snapshot;
	const char *receives_unseen;	/* why copies out of sockets were not counted, or NULL */
	struct flow_ends ends;
	struct flow *flows;
	size_t count, room;
};

/* flow_ends.c. Memory is the report's. */
void flow_ends_build(struct flow_list *list);
/* The entry of a text in a table of hcreate_r(), with that number if it was not there. */
ENTRY *flow_entry(struct hsearch_data *table, const char *text, size_t number);
const struct flow_end *flow_source(const struct flow_list *list, const struct flow *flow);
const struct flow_end *flow_sink(const struct flow_list *list, const struct flow *flow);
/* The number of the end that an index of a cell is. */
__u32 flow_end_of(const struct flow_list *list, __u32 index);

/* flow_segments.c: what is known of each object that is written to. */
struct flow_segments;
struct flow_segments *flow_segments_build(struct flow_list *list);
void flow_segments_add(struct flow_segments *segments, const struct zc_cell *cell,
		       struct flow *flow);

/* flow_pairs.c: reads and writes of one process that the numbers say are the same bytes. A pair
 * becomes FLOW_BOTH, its write is left with no bytes. */
void flow_pairs_find(struct flow_list *list);

/* flow_refusals.c: what each flow's process tried before; flows are sorted by process. And of two
 * that become one. */
void flow_refusals_find(struct flow_list *list);
void flow_refusals_merge(const struct flow_list *list, struct flow *sum, const struct flow *flow);

/* flow_unseen.c: what the process had mapped, for a flow out of its memory, or NULL; and flows
 * without bytes for what is known to move bytes but not which. session says which tracepoints are
 * watched. */
const char *flow_mapped(const struct flow_list *list, const struct flow *flow);
size_t flow_unseen(const struct flow_list *list, const struct session *session,
		   struct report_flow *out, size_t room);

/* flow_verdict.c: fills out->copies_per_byte, verdict and why. */
void flow_judge(const struct flow_list *list, const struct flow *flow, struct report_flow *out);
void flow_not_visible(struct report *report, const char *why, struct report_flow *out);

#endif
