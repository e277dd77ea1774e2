// SPDX-License-Identifier: GPL-2.0
/* Bytes by leg over time, as Perfetto counters: see perfetto_legs.h.
 * Called by render_perfetto.c. */
#include "perfetto_legs.h"

#include <string.h>

#include "syscall_table.h"
#include "title.h"

static const char *const leg_names[LEG_COUNT] = {
	[LEG_DISK_CACHE] = "disk → page cache",
	[LEG_CACHE_USER] = "page cache → user",
	[LEG_USER_SOCKET] = "user → socket",
	[LEG_SOCKET_DEVICE] = "socket → device",
	[LEG_SOCKET_RECEIVER] = "socket → receiver",
};

static bool is_tcp(const char *kind)
{
	return strncmp(kind, "tcp", strlen("tcp")) == 0;
}

/* The leg that a call's bytes travel, -1 = none. fd is the kind of its source or sink. */
static int leg_of_call(const char *call, const char *fd)
{
	const char *arrow = fd ? strstr(fd, "→") : NULL;

	if (!fd)
		return -1;
	switch (syscall_way(call)) {
	case SYSCALL_READS:
		if (strcmp(fd, "file") == 0)
			return LEG_CACHE_USER;
		return is_tcp(fd) ? LEG_SOCKET_RECEIVER : -1;
	case SYSCALL_WRITES:
		return is_tcp(fd) ? LEG_USER_SOCKET : -1;
	case SYSCALL_BETWEEN:
		return arrow && is_tcp(arrow + strlen("→")) ? LEG_USER_SOCKET : -1;
	default:
		return -1;
	}
}

static void make_counter(struct perfetto_legs *legs, enum report_leg_id id, __u64 group,
			 const char *title)
{
	const struct report_leg *measured = &legs->scenario->legs[id];
	struct perfetto_leg *leg = &legs->of[id];
	char name[TITLE_BYTES * 2], about[TITLE_BYTES * 2];

	snprintf(name, sizeof(name), "%s: %s", title, leg_names[id]);
	snprintf(about, sizeof(about), "Bytes copied (by %s; %s). %s",
		 measured->by ? measured->by : "?", measured->evidence ? measured->evidence : "?",
		 leg->call_bytes ?
		 "Each call's return adds its part of what the leg copied in the whole run." :
		 "No call shows when: the total, at the end.");
	leg->track = perfetto_counter(legs->writer, group, name, about);
	if (leg->call_bytes)
		perfetto_value(legs->writer, leg->track, 0, 0);
}

static void say_not_measured(struct perfetto_legs *legs, enum report_leg_id id, __u64 group)
{
	char name[TITLE_BYTES];

	snprintf(name, sizeof(name), "%s: not measured", leg_names[id]);
	perfetto_note_text(legs->writer, "why", legs->scenario->legs[id].bytes.why);
	perfetto_instant(legs->writer, group, 0, "leg", name);
}

void perfetto_legs_begin(struct perfetto_legs *legs, struct perfetto_writer *writer,
			 const struct report_scenario *scenario, __u64 group, const char *title)
{
	*legs = (struct perfetto_legs){ .writer = writer, .scenario = scenario };
	for (size_t i = 0; i < scenario->syscall_count; i++) {
		int id = leg_of_call(scenario->syscalls[i].name, scenario->syscalls[i].fd);

		if (id >= 0)
			legs->of[id].call_bytes += scenario->syscalls[i].bytes;
	}
	for (int id = 0; id < LEG_COUNT; id++) {
		if (scenario->legs[id].bytes.why)
			say_not_measured(legs, id, group);
		else
			make_counter(legs, id, group, title);
	}
}

void perfetto_note_leg(struct perfetto_legs *legs, const struct report_event *event)
{
	int id = leg_of_call(event->name, event->fd);
	const struct measured_real *copies;

	if (id < 0)
		return;
	copies = &legs->scenario->legs[id].per_byte;
	perfetto_note_text(legs->writer, "leg", leg_names[id]);
	if (copies->why)
		perfetto_note_text(legs->writer, "copies_per_byte", copies->why);
	else
		perfetto_note_real(legs->writer, "copies_per_byte", copies->value);
}

/* The bytes of a call stand for their share of what the leg copied: for all of them where every
 * byte was copied, for none where none was. */
void perfetto_legs_advance(struct perfetto_legs *legs, const struct report_event *event, __u64 now)
{
	int id = leg_of_call(event->name, event->fd);
	struct perfetto_leg *leg = &legs->of[id < 0 ? 0 : id];
	__u64 value;

	if (id < 0 || !leg->track || !leg->call_bytes || event->value <= 0 ||
	    !syscall_returns_bytes(event->name))
		return;
	if (__builtin_add_overflow(leg->seen, (__u64)event->value, &leg->seen) ||
	    leg->seen > leg->call_bytes)
		leg->seen = leg->call_bytes;
	value = (__u64)((unsigned __int128)leg->seen * legs->scenario->legs[id].bytes.value /
			leg->call_bytes);
	if (value == leg->shown)
		return;
	leg->shown = value;
	perfetto_value(legs->writer, leg->track, now, value);
}

/* If the timeline was cut, the total is later than its last event: it belongs to the end of the
 * run, as far as that is known. */
void perfetto_legs_end(struct perfetto_legs *legs, __u64 now)
{
	const struct measured *elapsed = &legs->scenario->elapsed_traced_ns.median;

	if (legs->scenario->timeline.dropped && !elapsed->why && elapsed->value > now)
		now = elapsed->value;
	for (int id = 0; id < LEG_COUNT; id++) {
		if (legs->of[id].track)
			perfetto_value(legs->writer, legs->of[id].track, now,
				       legs->scenario->legs[id].bytes.value);
	}
}
