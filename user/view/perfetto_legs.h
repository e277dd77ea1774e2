/* SPDX-License-Identifier: GPL-2.0 */
/* The legs of a scenario in its Perfetto trace: a counter of bytes for each that was measured, and
 * which leg a call's bytes travel. Called by render_perfetto.c. */
#ifndef ZC_PERFETTO_LEGS_H
#define ZC_PERFETTO_LEGS_H

#include "perfetto_writer.h"
#include "report.h"

/* What one leg has copied so far, as far as the calls in the timeline tell. */
struct perfetto_leg {
	__u64 track;		/* 0 = not measured */
	__u64 call_bytes;	/* of all calls on it, in the whole run; 0 = no call shows it */
	__u64 seen;		/* of these, in the timeline so far */
	__u64 shown;		/* value of the counter */
};

struct perfetto_legs {
	struct perfetto_writer *writer;			/* neither is owned */
	const struct report_scenario *scenario;
	struct perfetto_leg of[LEG_COUNT];
};

/* Makes the counters, as children of the track group; title stands before their names. */
void perfetto_legs_begin(struct perfetto_legs *legs, struct perfetto_writer *writer,
			 const struct report_scenario *scenario, __u64 group, const char *title);

/* Notes for the event to come: the leg of this call, and what it copied per byte. */
void perfetto_note_leg(struct perfetto_legs *legs, const struct report_event *event);

/* A call returned, at now: if it moved bytes along a leg, the counter grows. */
void perfetto_legs_advance(struct perfetto_legs *legs, const struct report_event *event, __u64 now);

/* The last event was at now: every counter ends at what its leg copied. */
void perfetto_legs_end(struct perfetto_legs *legs, __u64 now);

#endif
