// SPDX-License-Identifier: GPL-2.0
/* Turns a timeline's events into lanes: see html_lanes.h. Called by html_timeline.c.
 * Reports come from strangers too: nothing here trusts the events to be in order or in pairs. */
#include "html_lanes.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "scenario_table.h"
#include "texts.h"

/* The page opens on this many rounds, or on this many calls where there are no rounds. */
#define VIEW_ROUNDS 3
#define VIEW_CALLS 12

struct reader {
	struct lanes *lanes;
	const struct report_scenario *scenario;
	const struct scenario *known;	/* says which calls begin a round; NULL = there are none */
	bool full;			/* events are still kept one by one */
};

/* Makes room for one more element. */
static void *grow(void *array, size_t count, size_t *room, size_t size)
{
	if (count < *room)
		return array;
	*room = *room ? *room * 2 : 64;
	return xrealloc(array, *room, size);
}

/* Whether calls of this sort move payload. */
static bool is_data(const struct report_scenario *scenario, const char *role,
		    const struct report_event *event)
{
	for (size_t i = 0; i < scenario->syscall_count; i++) {
		const struct report_syscall *call = &scenario->syscalls[i];

		if (call->data && same_text(call->name, event->name) &&
		    same_text(call->fd, event->fd) && same_text(call->role, role))
			return true;
	}
	return false;
}

static size_t find_label(struct reader *reader, const struct lane *lane,
			 const struct report_event *event)
{
	struct lanes *lanes = reader->lanes;

	for (size_t i = 0; i < lanes->label_count; i++) {
		struct lane_label *label = &lanes->labels[i];

		if (label->role == lane->role_index && same_text(label->name, event->name) &&
		    same_text(label->fd, event->fd))
			return i;
	}
	lanes->labels = grow(lanes->labels, lanes->label_count, &lanes->label_room,
			     sizeof(*lanes->labels));
	lanes->labels[lanes->label_count] = (struct lane_label){
		.name = event->name,
		.fd = event->fd,
		.role = lane->role_index,
		.data = is_data(reader->scenario, lane->role, event),
	};
	return lanes->label_count++;
}

static struct lane *find_lane(struct reader *reader, const struct report_event *event)
{
	const struct report_scenario *scenario = reader->scenario;
	struct lanes *lanes = reader->lanes;
	struct lane *lane;

	for (size_t i = 0; i < lanes->count; i++) {
		lane = lanes->lanes[i];
		if (lane->tid == event->tid && lane->role_index == event->role)
			return lane;
	}
	if (lanes->count == LANES_MAX) {
		lanes->hidden_events++;
		return NULL;
	}
	lane = xcalloc(1, sizeof(*lane));
	lane->role = event->role < scenario->role_count ? scenario->roles[event->role].name : "?";
	lane->role_index = event->role;
	lane->tid = event->tid;
	lane->since = event->ns;
	lane->state = LANE_STATES;	/* not known before its first event */
	lanes->lanes[lanes->count++] = lane;
	return lane;
}

/* The step that a moment lies in; NULL = none. */
static struct lane_step *step_at(struct reader *reader, struct lane *lane, __u64 ns)
{
	struct lanes *lanes = reader->lanes;
	size_t step = (ns - lanes->full_ns) / lanes->step_ns;

	if (!lane->steps)
		lane->steps = xcalloc(lanes->step_count, sizeof(*lane->steps));
	return step < lanes->step_count ? &lane->steps[step] : NULL;
}

/* Shares a piece of time out among the steps that it lies in. */
static void add_to_steps(struct reader *reader, struct lane *lane, __u64 start, __u64 end,
			 enum lane_state state)
{
	const struct lanes *lanes = reader->lanes;

	while (start < end) {
		struct lane_step *step = step_at(reader, lane, start);
		__u64 next;

		if (!step)
			return;
		next = lanes->full_ns + (step - lane->steps + 1) * lanes->step_ns;
		step->ns[state] += (end < next ? end : next) - start;
		start = next;
	}
}

static void add_segment(struct reader *reader, struct lane *lane, __u64 start, __u64 end,
			enum lane_state state)
{
	if (state == LANE_STATES || start >= end)
		return;
	if (!reader->full) {
		add_to_steps(reader, lane, start, end, state);
		return;
	}
	lane->segments = grow(lane->segments, lane->segment_count, &lane->segment_room,
			      sizeof(*lane->segments));
	lane->segments[lane->segment_count++] = (struct lane_segment){ start, end, state };
}

/* The lane leaves its state for another. */
static void change(struct reader *reader, struct lane *lane, __u64 ns, enum lane_state state)
{
	add_segment(reader, lane, lane->since, ns, lane->state);
	lane->since = ns;
	lane->state = state;
}

static void add_call(struct reader *reader, struct lane *lane, __u64 end, __s64 value,
		     bool returned)
{
	struct lanes *lanes = reader->lanes;
	const struct lane_label *label = &lanes->labels[lane->call_label];
	unsigned int round = 0;

	if (reader->known && label->data && returned && value > 0 &&
	    same_text(lane->role, "sender")) {
		lanes->rounds += scenario_begins_round(reader->known, label->name, label->fd);
		round = lanes->rounds;
	}
	lane->calls = grow(lane->calls, lane->call_count, &lane->call_room, sizeof(*lane->calls));
	lane->calls[lane->call_count++] = (struct lane_call){
		.start = lane->call_start,
		.end = end,
		.value = value,
		.label = lane->call_label,
		.round = round,
		.returned = returned,
	};
}

static void add_fault(struct reader *reader, struct lane *lane, __u64 ns)
{
	if (!reader->full)
		return;
	lane->faults = grow(lane->faults, lane->fault_count, &lane->fault_room,
			    sizeof(*lane->faults));
	lane->faults[lane->fault_count++] = ns;
}

static void count_call(struct reader *reader, struct lane *lane, __u64 ns)
{
	struct lane_step *step = step_at(reader, lane, ns);

	if (step)
		step->calls++;
}

static void read_event(struct reader *reader, struct lane *lane, const struct report_event *event,
		       __u64 ns)
{
	__u64 woken;

	switch (event->type) {
	case EVENT_ENTER:
		change(reader, lane, ns, LANE_KERNEL);
		lane->in_call = true;
		lane->call_start = ns;
		if (reader->full)
			lane->call_label = find_label(reader, lane, event);
		break;
	case EVENT_EXIT:
		change(reader, lane, ns, LANE_USER);
		if (lane->in_call && reader->full)
			add_call(reader, lane, ns, event->value, true);
		else if (!reader->full)
			count_call(reader, lane, ns);
		lane->in_call = false;
		break;
	case EVENT_OFF:
		change(reader, lane, ns, event->value == 1 ? LANE_BLOCKED : LANE_RUNNABLE);
		break;
	case EVENT_ON:
		/* The last of the time off the CPU was spent waiting for one. */
		woken = event->value > 0 && (__u64)event->value < ns - lane->since ?
			ns - event->value : lane->since;
		if (lane->state == LANE_BLOCKED && event->value > 0)
			change(reader, lane, woken, LANE_RUNNABLE);
		change(reader, lane, ns, lane->in_call ? LANE_KERNEL : LANE_USER);
		break;
	case EVENT_FAULT:
		add_fault(reader, lane, ns);
		break;
	}
}

/* The last event that is kept one by one has been read: close everything at this moment. */
static void end_full(struct reader *reader, __u64 ns)
{
	struct lanes *lanes = reader->lanes;

	for (size_t i = 0; i < lanes->count; i++) {
		struct lane *lane = lanes->lanes[i];

		if (lane->since > ns)
			continue;
		change(reader, lane, ns, lane->state);
		if (lane->in_call)
			add_call(reader, lane, ns, 0, false);
	}
	lanes->full_ns = ns;
	reader->full = false;
}

static void read_events(struct reader *reader, size_t full_events, size_t steps)
{
	const struct report_timeline *timeline = &reader->scenario->timeline;
	struct lanes *lanes = reader->lanes;
	__u64 now = 0;

	for (size_t i = 0; i < timeline->event_count; i++) {
		if (timeline->events[i].ns > lanes->end_ns)
			lanes->end_ns = timeline->events[i].ns;
	}
	reader->full = true;
	for (size_t i = 0; i < timeline->event_count; i++) {
		const struct report_event *event = &timeline->events[i];
		struct lane *lane = find_lane(reader, event);

		if (event->ns > now)
			now = event->ns;
		if (reader->full && i >= full_events && now < lanes->end_ns) {
			end_full(reader, now);
			lanes->step_ns = (lanes->end_ns - now) / steps + 1;
			lanes->step_count = steps;
		}
		if (lane)
			read_event(reader, lane, event, now > lane->since ? now : lane->since);
	}
	if (reader->full)
		end_full(reader, lanes->end_ns);
	for (size_t i = 0; i < lanes->count; i++)
		change(reader, lanes->lanes[i], lanes->end_ns, LANE_STATES);
}

/* The lane whose calls begin first; NULL = there are no calls. */
static const struct lane *first_lane(const struct lanes *lanes)
{
	const struct lane *first = NULL;

	for (size_t i = 0; i < lanes->count; i++) {
		const struct lane *lane = lanes->lanes[i];

		if (lane->call_count && (!first || lane->calls[0].start < first->calls[0].start))
			first = lane;
	}
	return first;
}

/* The first rounds, or where there are none the first calls of the lane that began. */
static void find_span(const struct lanes *lanes, __u64 *start, __u64 *end)
{
	const struct lane *first = first_lane(lanes);

	for (size_t i = 0; i < lanes->count; i++) {
		const struct lane *lane = lanes->lanes[i];

		for (size_t j = 0; j < lane->call_count; j++) {
			const struct lane_call *call = &lane->calls[j];
			bool wanted = lanes->rounds ? call->round && call->round <= VIEW_ROUNDS :
						      lane == first && j < VIEW_CALLS;

			if (!wanted)
				continue;
			*start = call->start < *start ? call->start : *start;
			*end = call->end > *end ? call->end : *end;
		}
	}
}

/* What the page opens on, with a little air on both sides. */
static void find_view(struct lanes *lanes)
{
	__u64 start = ~0ULL, end = 0, air;

	find_span(lanes, &start, &end);
	if (start >= end) {
		start = 0;
		end = lanes->full_ns ? lanes->full_ns : 1;
	}
	air = (end - start) / 25;
	lanes->view_start = start > air ? start - air : 0;
	lanes->view_end = end + air;
}

/* In the order of the report's roles, whoever began. */
static int compare_lanes(const void *a, const void *b)
{
	const struct lane *x = *(struct lane *const *)a, *y = *(struct lane *const *)b;

	return x->role_index != y->role_index ? x->role_index - y->role_index :
	       x->tid < y->tid ? -1 : x->tid > y->tid;
}

void lanes_build(struct lanes *lanes, const struct report_scenario *scenario, size_t full_events,
		 size_t steps)
{
	struct reader reader = {
		.lanes = lanes,
		.scenario = scenario,
		.known = scenario->id ? scenario_find(scenario->id) : NULL,
	};

	memset(lanes, 0, sizeof(*lanes));
	read_events(&reader, full_events, steps);
	qsort(lanes->lanes, lanes->count, sizeof(*lanes->lanes), compare_lanes);
	find_view(lanes);
}

void lanes_free(struct lanes *lanes)
{
	for (size_t i = 0; i < lanes->count; i++) {
		free(lanes->lanes[i]->segments);
		free(lanes->lanes[i]->calls);
		free(lanes->lanes[i]->faults);
		free(lanes->lanes[i]->steps);
		free(lanes->lanes[i]);
	}
	free(lanes->labels);
	memset(lanes, 0, sizeof(*lanes));
}
