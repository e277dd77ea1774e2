// SPDX-License-Identifier: GPL-2.0
/* The timelines of a report as a Perfetto trace: a process per scenario and role, its threads with
 * their calls and their waits, and a counter per leg. Called through the table in render.c. */
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "perfetto_legs.h"
#include "perfetto_writer.h"
#include "render.h"
#include "syscall_table.h"
#include "title.h"

enum {
	IDS_PER_SCENARIO = 10000000,	/* > PID_MAX_LIMIT, 4194304; keeps the digits readable */
	ID_SCENARIOS = 200,		/* so many fit into 31 bits */
	ID_OF_ROLE = 9000000,		/* of a process whose id is not known */
	ID_OF_THREAD = 9999999,
};

/* One thread of a scenario, and what has begun on its tracks. */
struct thread {
	__u16 role;
	__u32 tid;
	__u64 calls;		/* track */
	__u64 waits;		/* track, 0 = it has not waited yet */
	bool in_call;
	bool off, blocked;	/* not on a CPU; because it waits for something */
	__u64 off_ns;
};

/* A scenario while its timeline is written. */
struct scene {
	struct perfetto_writer *writer;
	const struct report_scenario *scenario;
	char title[TITLE_BYTES];
	__s32 first_id;		/* added to pids and tids: scenarios may have had the same */
	__u64 group;		/* track of the scenario itself */
	__u64 first_process;	/* track of role 0; those of the others follow */
	struct perfetto_legs legs;
	void *threads;		/* tsearch() tree of struct thread */
	__u64 now;		/* ns */
};

static const char *text_or(const char *text, const char *otherwise)
{
	return text && *text ? text : otherwise;
}

/* --- processes and threads --- */

static __s32 pid_of(const struct scene *scene, unsigned int role)
{
	__u64 pid = scene->scenario->roles[role].pid;

	if (pid == 0 || pid >= ID_OF_ROLE)
		pid = ID_OF_ROLE + role;
	return scene->first_id + (__s32)pid;
}

static const char *role_name(const struct scene *scene, unsigned int role)
{
	return text_or(scene->scenario->roles[role].name, "?");
}

static void write_processes(struct scene *scene)
{
	char name[TITLE_BYTES * 2];

	scene->first_process = scene->writer->tracks + 1;
	for (size_t i = 0; i < scene->scenario->role_count; i++) {
		snprintf(name, sizeof(name), "%s: %s", scene->title, role_name(scene, i));
		perfetto_process(scene->writer, pid_of(scene, i), name);
	}
}

static void write_thread(struct scene *scene, struct thread *thread)
{
	__u32 tid = thread->tid && thread->tid < ID_OF_ROLE ? thread->tid : ID_OF_THREAD;

	thread->calls = perfetto_thread(scene->writer, scene->first_process + thread->role,
					pid_of(scene, thread->role), scene->first_id + (__s32)tid,
					role_name(scene, thread->role));
}

static int compare_threads(const void *left, const void *right)
{
	const struct thread *a = left, *b = right;

	if (a->role != b->role)
		return a->role < b->role ? -1 : 1;
	return a->tid < b->tid ? -1 : a->tid > b->tid;
}

/* The thread of an event, made when it is first seen. */
static struct thread *thread_of(struct scene *scene, const struct report_event *event)
{
	const struct thread key = { .role = event->role, .tid = event->tid };
	struct thread **found = tfind(&key, &scene->threads, compare_threads);
	struct thread *thread;

	if (found)
		return *found;
	thread = xmalloc(sizeof(*thread));
	*thread = key;
	if (!tsearch(thread, &scene->threads, compare_threads))
		out_of_memory();
	write_thread(scene, thread);
	return thread;
}

/* --- events --- */

static void note_call(struct scene *scene, const struct report_event *event)
{
	perfetto_note_text(scene->writer, "role", role_name(scene, event->role));
	perfetto_note_text(scene->writer, "fd", event->fd);
	perfetto_note_leg(&scene->legs, event);
}

static void note_result(struct scene *scene, const struct report_event *event)
{
	const char *name = event->value < 0 && event->value > -4096 ?
				   strerrorname_np((int)-event->value) : NULL;

	if (name)
		perfetto_note_text(scene->writer, "error", name);
	else if (event->value >= 0 && syscall_returns_bytes(event->name))
		perfetto_note_count(scene->writer, "bytes", (__u64)event->value);
	else
		perfetto_note_number(scene->writer, "returned", event->value);
}

static void on_enter(struct scene *scene, struct thread *thread, const struct report_event *event)
{
	if (thread->in_call) {
		perfetto_note_text(scene->writer, "end", "not seen");
		perfetto_end(scene->writer, thread->calls, scene->now);
	}
	note_call(scene, event);
	perfetto_begin(scene->writer, thread->calls, scene->now, "syscall", event->name);
	thread->in_call = true;
}

static void on_exit_of_call(struct scene *scene, struct thread *thread,
			    const struct report_event *event)
{
	if (thread->in_call) {
		note_result(scene, event);
		perfetto_end(scene->writer, thread->calls, scene->now);
	} else {
		note_call(scene, event);
		note_result(scene, event);
		perfetto_note_text(scene->writer, "begin", "not seen");
		perfetto_instant(scene->writer, thread->calls, scene->now, "syscall", event->name);
	}
	thread->in_call = false;
	perfetto_legs_advance(&scene->legs, event, scene->now);
}

static void on_off(struct scene *scene, struct thread *thread, const struct report_event *event)
{
	if (!thread->waits)
		thread->waits = perfetto_track(scene->writer, thread->calls, "scheduler");
	if (thread->off) {
		perfetto_note_text(scene->writer, "end", "not seen");
		perfetto_end(scene->writer, thread->waits, scene->now);
	}
	thread->off = true;
	thread->blocked = event->value != 0;
	thread->off_ns = scene->now;
	if (!thread->blocked)
		perfetto_note_text(scene->writer, "because", "preempted");
	perfetto_begin(scene->writer, thread->waits, scene->now, "scheduler",
		       thread->blocked ? "blocked" : "runnable");
}

/* Back on a CPU. What was a wait for something became, when it was woken, a wait for a CPU. */
static void on_on(struct scene *scene, struct thread *thread, const struct report_event *event)
{
	__u64 off_ns = scene->now - thread->off_ns;
	__u64 runnable = event->value < 0 ? 0 : (__u64)event->value;

	if (!thread->waits)
		thread->waits = perfetto_track(scene->writer, thread->calls, "scheduler");
	if (!thread->off) {
		perfetto_note_text(scene->writer, "begin", "not seen");
		perfetto_instant(scene->writer, thread->waits, scene->now, "scheduler", "on CPU");
		return;
	}
	if (thread->blocked && runnable) {
		__u64 woken = scene->now - (runnable < off_ns ? runnable : off_ns);

		perfetto_end(scene->writer, thread->waits, woken);
		perfetto_note_text(scene->writer, "because", "woken");
		perfetto_begin(scene->writer, thread->waits, woken, "scheduler", "runnable");
	}
	perfetto_end(scene->writer, thread->waits, scene->now);
	thread->off = false;
}

static void write_one_event(struct scene *scene, const struct report_event *event)
{
	struct thread *thread;

	if (event->role >= scene->scenario->role_count)
		return;
	thread = thread_of(scene, event);
	/* They are in the order of time; should a file say otherwise, the trace is still sound. */
	if (event->ns > scene->now)
		scene->now = event->ns;
	switch (event->type) {
	case EVENT_ENTER:
		on_enter(scene, thread, event);
		break;
	case EVENT_EXIT:
		on_exit_of_call(scene, thread, event);
		break;
	case EVENT_OFF:
		on_off(scene, thread, event);
		break;
	case EVENT_ON:
		on_on(scene, thread, event);
		break;
	case EVENT_FAULT:
		perfetto_instant(scene->writer, thread->calls, scene->now, "fault", "page fault");
		break;
	}
}

static void end_thread(const void *node, VISIT visit, void *closure)
{
	const struct thread *thread = *(struct thread *const *)node;
	struct scene *scene = closure;

	if (visit != postorder && visit != leaf)
		return;
	if (thread->in_call) {
		perfetto_note_text(scene->writer, "end", "after the recording");
		perfetto_end(scene->writer, thread->calls, scene->now);
	}
	if (thread->off) {
		perfetto_note_text(scene->writer, "end", "after the recording");
		perfetto_end(scene->writer, thread->waits, scene->now);
	}
}

/* --- scenarios --- */

/* What the picture lacks is said on the picture. */
static void write_limits(struct scene *scene)
{
	const struct report_timeline *timeline = &scene->scenario->timeline;

	if (timeline->event_count == 0) {
		perfetto_note_text(scene->writer, "why", scene->scenario->failed);
		perfetto_instant(scene->writer, scene->group, 0, "zctrace",
				 "no timeline in this report");
	}
	if (timeline->dropped) {
		perfetto_note_count(scene->writer, "events_not_recorded", timeline->dropped);
		perfetto_note_count(scene->writer, "limit", timeline->limit);
		perfetto_instant(scene->writer, scene->group, scene->now, "zctrace",
				 "the recording is not complete");
	}
}

static void write_scenario(struct perfetto_writer *writer, const struct report_scenario *scenario,
			   size_t index)
{
	const struct report_timeline *timeline = &scenario->timeline;
	struct scene scene = {
		.writer = writer,
		.scenario = scenario,
		.first_id = (__s32)(index % ID_SCENARIOS) * IDS_PER_SCENARIO,
	};

	scenario_title(scenario, scene.title);
	scene.group = perfetto_track(writer, 0, scene.title);
	write_processes(&scene);
	perfetto_legs_begin(&scene.legs, writer, scenario, scene.group, scene.title);
	for (size_t i = 0; i < timeline->event_count; i++)
		write_one_event(&scene, &timeline->events[i]);
	twalk_r(scene.threads, end_thread, &scene);
	perfetto_legs_end(&scene.legs, scene.now);
	write_limits(&scene);
	tdestroy(scene.threads, free);
}

/* A track for the report itself, so that a trace found years later says what it is. */
static void write_report_track(struct perfetto_writer *writer, const struct report *report)
{
	__u64 track = perfetto_track(writer, 0, "zctrace");

	perfetto_note_text(writer, "found", report->sentence_count ? report->sentences[0] : NULL);
	perfetto_note_text(writer, "version", report->tool.version);
	perfetto_note_text(writer, "kernel", report->machine.kernel);
	perfetto_note_text(writer, "cpu", report->machine.cpu_model);
	perfetto_note_text(writer, "started", report->config.started);
	perfetto_note_text(writer, "file", report->config.file);
	perfetto_instant(writer, track, 0, "zctrace", text_or(report->mode, "report"));
	if (report->scenario_count == 0)
		perfetto_instant(writer, track, 0, "zctrace", "no timeline in this report");
}

int render_perfetto(const struct report *report, const struct render_options *options, FILE *out)
{
	struct perfetto_writer writer;

	(void)options;
	perfetto_open(&writer, out);
	write_report_track(&writer, report);
	for (size_t i = 0; i < report->scenario_count; i++)
		write_scenario(&writer, &report->scenarios[i], i);
	return perfetto_close(&writer);
}
