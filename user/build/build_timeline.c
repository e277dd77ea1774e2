// SPDX-License-Identifier: GPL-2.0
/* The timeline of a run, from the kernel side's events: all of them from the first on, or of any
 * program those of its busiest flow. build_report.c and build_trace.c call it. */
#include <stdlib.h>

#include "build.h"
#include "kinds.h"
#include "uring_table.h"

static int by_time(const void *left, const void *right)
{
	const struct zc_event *a = left, *b = right;

	return a->ns < b->ns ? -1 : a->ns > b->ns;
}

static size_t role_index(const struct report_scenario *scenario, const char *name)
{
	for (size_t i = 0; i < scenario->role_count; i++) {
		if (scenario->roles[i].name == name)
			return i;
	}
	return 0;
}

static const struct zc_cell *cell_of(const struct snapshot *snapshot, const struct zc_event *event)
{
	return &snapshot->cells[event->cell < snapshot->cell_count ? event->cell : 0];
}

/* The events are sorted. Where threads came upon busy flows, what is worth looking at begins with
 * the last time that the busiest of them was met; else with the first event. */
static size_t first_shown(const struct snapshot *snapshot)
{
	__u64 most = 0;
	size_t first = 0;

	for (size_t i = 0; i < snapshot->event_count; i++) {
		const struct zc_event *event = &snapshot->events[i];

		if (event->type != ZC_EVENT_WINDOW || cell_of(snapshot, event)->bytes < most)
			continue;
		most = cell_of(snapshot, event)->bytes;
		first = i;
	}
	return first;
}

/* Every call is two events, every wait as well. */
static __u64 all_events(const struct snapshot *snapshot, const char *const *roles)
{
	__u64 events = 0;

	for (__u32 p = 1; p < snapshot->proc_count; p++) {
		const struct zc_proc *proc = &snapshot->procs[p];

		if (roles[p])
			events += 2 * (proc->voluntary + proc->involuntary) + proc->faults_user;
	}
	for (__u32 i = 1; i < snapshot->cell_count; i++) {
		const struct zc_cell *cell = &snapshot->cells[i];

		if (cell->key.proc < snapshot->proc_count && roles[cell->key.proc] &&
		    cell->key.nr < ZC_URING_BASE)
			events += 2 * cell->calls;
	}
	return events;
}

/* When the first of the processes began to count. */
static __u64 counting_since(const struct snapshot *snapshot, const char *const *roles)
{
	__u64 since = ~0ULL;

	for (__u32 p = 1; p < snapshot->proc_count; p++) {
		if (roles[p] && snapshot->procs[p].open_ns && snapshot->procs[p].open_ns < since)
			since = snapshot->procs[p].open_ns;
	}
	return since;
}

static void add_event(struct report *report, const struct snapshot *snapshot,
		      const struct zc_event *event, const char *role, __u64 origin,
		      struct report_scenario *scenario)
{
	const struct zc_cell *cell = cell_of(snapshot, event);
	struct report_timeline *timeline = &scenario->timeline;

	timeline->events[timeline->event_count++] = (struct report_event){
		.type = event->type,
		.role = role_index(scenario, role),
		.tid = event->tid,
		.name = call_name(event->nr),
		.fd = kind_ends(report, snapshot, cell->key.source, cell->key.sink),
		.ns = event->ns - origin,
		.value = event->value,
	};
}

void build_timeline(struct report *report, const struct session *session,
		    struct snapshot *snapshot, const char *const *roles,
		    struct report_scenario *scenario)
{
	struct report_timeline *timeline = &scenario->timeline;
	const struct zc_event *events = snapshot->events;
	__u64 all, since;
	size_t first;

	timeline->limit = session_timeline_limit(session);
	timeline->dropped = snapshot->loss[ZC_LOSS_RING];
	if (!snapshot->event_count)
		return;
	qsort(snapshot->events, snapshot->event_count, sizeof(*events), by_time);
	timeline->events = report_alloc(report, snapshot->event_count * sizeof(*timeline->events));
	first = first_shown(snapshot);
	since = counting_since(snapshot, roles);
	if (events[first].type == ZC_EVENT_WINDOW && events[first].ns > since)
		timeline->begins_ns = events[first].ns - since;
	for (size_t i = first; i < snapshot->event_count; i++) {
		if (events[i].type != ZC_EVENT_WINDOW && events[i].proc < snapshot->proc_count &&
		    roles[events[i].proc])
			add_event(report, snapshot, &events[i], roles[events[i].proc],
				  events[first].ns, scenario);
	}
	all = all_events(snapshot, roles);
	if ((snapshot->timeline_cut || first) && all > timeline->event_count)
		timeline->dropped = all - timeline->event_count;
}
