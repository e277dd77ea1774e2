/* SPDX-License-Identifier: GPL-2.0 */
/* A timeline's events as lanes: for each thread, which state it was in and which calls it made.
 * The first events are kept one by one, the rest is summed up in steps of equal length, so that
 * a page stays small however long the recording is. html_timeline.c draws and saves them. */
#ifndef ZC_HTML_LANES_H
#define ZC_HTML_LANES_H

#include "report.h"

enum { LANES_MAX = 24 };	/* threads drawn; the events of others are counted */

enum lane_state { LANE_USER, LANE_KERNEL, LANE_BLOCKED, LANE_RUNNABLE, LANE_STATES };

/* All times are ns since the timeline's first event. */
struct lane_segment {
	__u64 start, end;
	enum lane_state state;
};

struct lane_call {
	__u64 start, end;
	__s64 value;		/* what it returned */
	size_t label;		/* index into labels */
	unsigned int round;	/* of a data call of a scenario: 1, 2, …; else 0 */
	bool returned;		/* false: it went on beyond what is kept one by one */
};

struct lane_step {
	__u64 ns[LANE_STATES];
	__u64 calls;
};

struct lane_label {
	const char *name, *fd;
	__u16 role;
	bool data;
};

struct lane {
	const char *role;
	__u16 role_index;
	__u32 tid;
	struct lane_segment *segments;
	size_t segment_count, segment_room;
	struct lane_call *calls;
	size_t call_count, call_room;
	__u64 *faults;
	size_t fault_count, fault_room;
	struct lane_step *steps;

	/* Where it stands while the events are read. */
	enum lane_state state;
	__u64 since;
	bool in_call;
	__u64 call_start;
	size_t call_label;
};

struct lanes {
	struct lane *lanes[LANES_MAX];
	size_t count;
	struct lane_label *labels;
	size_t label_count, label_room;
	size_t hidden_events;		/* of threads without a lane */
	__u64 full_ns;			/* until here events are kept one by one */
	__u64 end_ns;
	__u64 step_ns;			/* length of a step after that */
	size_t step_count;		/* 0 = nothing had to be summed up */
	unsigned int rounds;		/* complete ones among those kept */
	__u64 view_start, view_end;	/* the first rounds */
};

/* Reads the timeline of a scenario, at most full_events of it one by one and the rest in steps.
 * The strings stay the report's. */
void lanes_build(struct lanes *lanes, const struct report_scenario *scenario, size_t full_events,
		 size_t steps);
void lanes_free(struct lanes *lanes);

#endif
