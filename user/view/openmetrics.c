// SPDX-License-Identifier: GPL-2.0
/* Totals as OpenMetrics 1.0 text: see openmetrics.h.
 *
 * The node exporter reads its textfiles as the older Prometheus text format. It knows the types
 * counter and gauge (not info), passes over "# UNIT" and "# EOF" as comments, and refuses a file in
 * which two samples have the same labels. Counters it shows as untyped, because OpenMetrics
 * declares them without their _total. */
#include "openmetrics.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "render.h"
#include "title.h"

enum { LABEL_BYTES = 1024 };	/* longer values are cut */

enum metric {
	INFO, SYSCALLS, SYSCALL_ERRORS, PAYLOAD_BYTES, CROSSINGS, CONTEXT_SWITCHES, PAGE_FAULTS,
	INTERRUPTS, FLOW_BYTES, REFUSED_CALLS, COPIES_PER_BYTE, EVENTS_LOST, METRIC_COUNT,
};

/* Names without _total; a unit is the end of the name; help has nothing that must be escaped. */
static const struct {
	const char *name, *unit, *help;
	bool counter;	/* else a gauge */
} metrics[METRIC_COUNT] = {
	[INFO] = { "zctrace_info", NULL, "What measured, and on what.", false },
	[SYSCALLS] = { "zctrace_syscalls", NULL,
		"System calls that began and returned, by the kind of descriptor.", true },
	[SYSCALL_ERRORS] = { "zctrace_syscall_errors", NULL,
		"Of these, the calls that returned an error.", true },
	[PAYLOAD_BYTES] = { "zctrace_payload_bytes", "bytes",
		"Payload that the calls returned they had moved.", true },
	[CROSSINGS] = { "zctrace_crossings", NULL,
		"Changes between user and kernel mode: two per call, two per page fault.", true },
	[CONTEXT_SWITCHES] = { "zctrace_context_switches", NULL,
		"Times that the scheduler took a thread off its CPU.", true },
	[PAGE_FAULTS] = { "zctrace_page_faults", NULL,
		"Page faults by the mode in which they were taken.", true },
	[INTERRUPTS] = { "zctrace_interrupts", NULL,
		"Interrupts that hit a thread, by the mode in which it was.", true },
	[FLOW_BYTES] = { "zctrace_flow_bytes", "bytes",
		"Bytes that went from one kind of place to another, and how.", true },
	[REFUSED_CALLS] = { "zctrace_refused_calls", NULL,
		"Calls that would have moved bytes without copying them, and failed.", true },
	[COPIES_PER_BYTE] = { "zctrace_copies_per_byte", NULL,
		"Bytes that a leg copied, for each byte of payload.", false },
	[EVENTS_LOST] = { "zctrace_events_lost", NULL,
		"Events that could not be counted; not 0 puts every number in doubt.", true },
};

struct sample {
	char *labels;		/* {role="sender"}, escaped; "" of none */
	__u64 count;		/* of a counter */
	double value;		/* of a gauge */
};

/* The samples of all metrics, until they are written. */
struct samples {
	struct {
		struct sample *samples;
		size_t count, room;
	} of[METRIC_COUNT];
};

/* A label value as the format wants it: UTF-8 with \, " and newline escaped. */
static void write_value(FILE *out, const char *value)
{
	char plain[LABEL_BYTES];

	for (const char *at = plain_text(value, plain, sizeof(plain)); *at; at++) {
		if (*at == '\\' || *at == '"')
			putc('\\', out);
		putc(*at, out);
	}
}

/* Names and values by turns, up to a NULL name; a NULL value is a label that is not there. */
static char *make_labels(va_list arguments)
{
	const char *name, *value, *before = "{";
	char *labels = NULL;
	size_t size;
	FILE *out = xopen_memstream(&labels, &size);

	while ((name = va_arg(arguments, const char *))) {
		value = va_arg(arguments, const char *);
		if (!value)
			continue;
		fprintf(out, "%s%s=\"", before, name);
		write_value(out, value);
		putc('"', out);
		before = ",";
	}
	if (*before == ',')
		putc('}', out);
	xclose_memstream(out, &labels);
	return labels;
}

static struct sample *new_sample(struct samples *all, enum metric metric)
{
	size_t room = all->of[metric].room;

	if (all->of[metric].count == room) {
		room = room ? room * 2 : 16;
		all->of[metric].samples = xrealloc(all->of[metric].samples, room,
						   sizeof(*all->of[metric].samples));
		all->of[metric].room = room;
	}
	return &all->of[metric].samples[all->of[metric].count++];
}

static void add_sample(struct samples *all, enum metric metric, __u64 count, double value,
		       va_list labels)
{
	*new_sample(all, metric) = (struct sample){ make_labels(labels), count, value };
}

/* The labels: names and values by turns, then NULL. */
__attribute__((sentinel))
static void add_count(struct samples *all, enum metric metric, __u64 count, ...)
{
	va_list labels;

	va_start(labels, count);
	add_sample(all, metric, count, 0, labels);
	va_end(labels);
}

__attribute__((sentinel))
static void add_value(struct samples *all, enum metric metric, double value, ...)
{
	va_list labels;

	va_start(labels, value);
	add_sample(all, metric, 0, value, labels);
	va_end(labels);
}

static void add_call(struct samples *all, const char *title, const struct report_syscall *call)
{
	add_count(all, SYSCALLS, call->calls, "scenario", title, "role", call->role,
		  "call", call->name, "fd", call->fd, NULL);
	if (call->errors)
		add_count(all, SYSCALL_ERRORS, call->errors, "scenario", title, "role", call->role,
			  "call", call->name, "fd", call->fd, NULL);
	if (call->data)
		add_count(all, PAYLOAD_BYTES, call->bytes, "scenario", title, "role", call->role,
			  "call", call->name, "fd", call->fd, NULL);
}

static void add_crossings(struct samples *all, const char *title, const char *by,
			  const struct measured *count)
{
	if (!count->why)
		add_count(all, CROSSINGS, count->value, "scenario", title, "by", by, NULL);
}

static void add_of_role(struct samples *all, enum metric metric, const char *title,
			const char *role, const char *label, const char *value,
			const struct measured *count)
{
	if (!count->why)
		add_count(all, metric, count->value, "scenario", title, "role", role, label, value,
			  NULL);
}

static void add_role(struct samples *all, const char *title, const struct report_role *role)
{
	add_of_role(all, CONTEXT_SWITCHES, title, role->name, "kind", "voluntary",
		    &role->voluntary);
	add_of_role(all, CONTEXT_SWITCHES, title, role->name, "kind", "involuntary",
		    &role->involuntary);
	add_of_role(all, PAGE_FAULTS, title, role->name, "mode", "user", &role->faults_user);
	add_of_role(all, PAGE_FAULTS, title, role->name, "mode", "kernel", &role->faults_kernel);
	add_of_role(all, INTERRUPTS, title, role->name, "mode", "user", &role->interrupts_user);
	add_of_role(all, INTERRUPTS, title, role->name, "mode", "kernel",
		    &role->interrupts_kernel);
}

static void add_flow(struct samples *all, const char *title, const struct report_flow *flow)
{
	add_count(all, FLOW_BYTES, flow->bytes, "scenario", title,
		  "source_kind", flow->source_kind, "sink_kind", flow->sink_kind,
		  "verdict", flow->verdict, NULL);
	for (size_t i = 0; i < flow->refusal_count; i++)
		add_count(all, REFUSED_CALLS, flow->refusals[i].times, "scenario", title,
			  "call", flow->refusals[i].call, "error", flow->refusals[i].error,
			  NULL);
}

static void add_leg(struct samples *all, const char *title, const struct report_scenario *scenario,
		    enum report_leg_id id)
{
	const struct report_leg *leg = &scenario->legs[id];

	if (!leg->per_byte.why)
		add_value(all, COPIES_PER_BYTE, leg->per_byte.value, "scenario", title,
			  "leg", report_leg_id_text(id), "by", leg->by, NULL);
}

static void add_lost(struct samples *all, const char *title, const char *where, __u64 count)
{
	add_count(all, EVENTS_LOST, count, "scenario", title, "where", where, NULL);
}

static void add_scenario(struct samples *all, const struct report_scenario *scenario)
{
	char title[TITLE_BYTES];

	scenario_title(scenario, title);
	for (size_t i = 0; i < scenario->syscall_count; i++)
		add_call(all, title, &scenario->syscalls[i]);
	add_crossings(all, title, "data calls", &scenario->crossings_data);
	add_crossings(all, title, "control calls", &scenario->crossings_control);
	add_crossings(all, title, "page faults", &scenario->crossings_user_faults);
	for (size_t i = 0; i < scenario->role_count; i++)
		add_role(all, title, &scenario->roles[i]);
	for (size_t i = 0; i < scenario->flow_count; i++)
		add_flow(all, title, &scenario->flows[i]);
	for (int leg = 0; leg < LEG_COUNT; leg++)
		add_leg(all, title, scenario, leg);
	add_lost(all, title, "ring", scenario->loss_ring);
	add_lost(all, title, "map_full", scenario->loss_map_full);
	add_lost(all, title, "recursion", scenario->loss_recursion);
}

static int by_labels(const void *left, const void *right)
{
	const struct sample *a = left, *b = right;

	return strcmp(a->labels, b->labels);
}

static void write_sample(enum metric metric, const struct sample *sample, FILE *out)
{
	if (metrics[metric].counter)
		fprintf(out, "%s_total%s %llu\n", metrics[metric].name, sample->labels,
			sample->count);
	else
		fprintf(out, "%s%s %.9g\n", metrics[metric].name, sample->labels, sample->value);
}

static void write_metric(const struct samples *all, enum metric metric, FILE *out)
{
	struct sample *samples = all->of[metric].samples;
	size_t count = all->of[metric].count;

	if (!count)
		return;
	fprintf(out, "# TYPE %s %s\n", metrics[metric].name,
		metrics[metric].counter ? "counter" : "gauge");
	if (metrics[metric].unit)
		fprintf(out, "# UNIT %s %s\n", metrics[metric].name, metrics[metric].unit);
	fprintf(out, "# HELP %s %s\n", metrics[metric].name, metrics[metric].help);
	qsort(samples, count, sizeof(*samples), by_labels);
	for (size_t i = 0; i < count; i++) {
		if (i + 1 < count && by_labels(&samples[i], &samples[i + 1]) == 0)
			samples[i + 1].count += samples[i].count;
		else
			write_sample(metric, &samples[i], out);
	}
}

static void free_samples(struct samples *all)
{
	for (int metric = 0; metric < METRIC_COUNT; metric++) {
		for (size_t i = 0; i < all->of[metric].count; i++)
			free(all->of[metric].samples[i].labels);
		free(all->of[metric].samples);
	}
}

int openmetrics_write(const struct report *report, FILE *out)
{
	struct samples all = { 0 };

	add_value(&all, INFO, 1, "version", report->tool.version, "mode", report->mode,
		  "kernel", report->machine.kernel, "arch", report->machine.arch, NULL);
	for (size_t i = 0; i < report->scenario_count; i++) {
		if (!report->scenarios[i].failed)
			add_scenario(&all, &report->scenarios[i]);
	}
	for (int metric = 0; metric < METRIC_COUNT; metric++)
		write_metric(&all, metric, out);
	free_samples(&all);
	fputs("# EOF\n", out);
	if (fflush(out))
		return -errno;
	return ferror(out) ? -EIO : 0;
}

int render_openmetrics(const struct report *report, const struct render_options *options,
		       FILE *out)
{
	(void)options;
	return openmetrics_write(report, out);
}
