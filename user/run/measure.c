// SPDX-License-Identifier: GPL-2.0
/* Makes the runs of a plan: for every condition and repeat, every variant once untraced and once
 * traced, in a random order so that drift affects all variants equally. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "measure.h"
#include "alloc.h"
#include "memory.h"
#include "privilege.h"
#include "progress.h"
#include "remote.h"
#include "run_order.h"
#include "runner.h"
#include "signals.h"

/* A measurement while its runs are made. */
struct measuring {
	struct measurement *kept;
	const struct measure_plan *plan;
	struct identity identity;
	struct progress progress;
	__u64 order_state;		/* of the order of runs */
	unsigned int timed_runs;
	char *error;
	size_t error_size;
};

const char *condition_link(const struct condition *condition)
{
	return condition->remote ? "remote" : link_name(condition->link);
}

static const char *variant_text(const struct variant *variant, char *buf, size_t size)
{
	if (variant->chunk_bytes)
		snprintf(buf, size, "%s, %llu bytes a round%s", variant->scenario->id,
			 variant->chunk_bytes, variant->prefault ? ", prefaulted" : "");
	else
		snprintf(buf, size, "%s, whole file%s", variant->scenario->id,
			 variant->prefault ? ", prefaulted" : "");
	return buf;
}

/* The file that the condition wants, unless it is the one that is there. */
static int open_payload(struct measuring *m, const struct condition *condition)
{
	const struct measure_plan *plan = m->plan;
	const __u64 bytes = condition->bytes ? condition->bytes : plan->bytes;
	struct payload *payload = &m->kept->payload;
	int err;

	if (payload->fd >= 0 && (plan->file || payload->bytes == bytes))
		return 0;
	payload_close(payload);
	if (plan->file)
		err = payload_open(payload, plan->file, &m->identity, m->error, m->error_size);
	else
		err = payload_make(payload, bytes, &m->identity, &interrupted, m->error,
				   m->error_size);
	return err ? err : payload_digest(&m->kept->payload, &interrupted, m->error, m->error_size);
}

/* What a program takes for the whole file has been touched a moment ago, and was given back: memory
 * that the host has to find first would cost the run that happens to meet it. */
static void settle_memory(struct measuring *m, const struct variant *variant)
{
	if (!variant->chunk_bytes)
		memory_settle(m->kept->payload.bytes);
}

static int prepare_cache(struct measuring *m, const struct condition *condition)
{
	if (condition->cold)
		return payload_evict(&m->kept->payload, m->error, m->error_size);
	return payload_warm(&m->kept->payload, &interrupted, m->error, m->error_size);
}

static int one_run(struct measuring *m, const struct series *series, const struct link *link,
		   bool traced, bool digest, struct run_record *record)
{
	const struct variant *variant = series->variant;
	const struct run_spec spec = {
		.scenario = variant->scenario,
		.prefault = variant->prefault,
		.digest = digest,
		.chunk_bytes = variant->chunk_bytes,
		.receiver = digest ? RECEIVER_RECV : series->condition->receiver,
		.payload = &m->kept->payload,
		.link = link,
		.remote = m->kept->remote,
		.port = m->plan->port,
		.strain = &m->plan->strain,
		.session = traced ? m->kept->session : NULL,
		.identity = &m->identity,
		.timeout_s = m->plan->timeout_s,
		.show_stderr = m->plan->verbosity > 0,
	};
	char text[96];
	int err;

	progress_step(&m->progress, variant_text(variant, text, sizeof(text)),
		      digest ? "checking" : traced ? "traced" : "untraced");
	err = prepare_cache(m, series->condition);
	settle_memory(m, variant);
	if (!err)
		err = runner_run(&spec, record, m->error, m->error_size);
	if (err)
		return err;
	err = payload_unchanged(&m->kept->payload, m->error, m->error_size);
	if (err)
		run_record_free(record);
	return err;
}

/* Beside others, one that this machine cannot run is left out, and the report says why. */
static void leave_out(struct measuring *m, struct series *series)
{
	series->failed = xstrdup(m->error);
	m->error[0] = '\0';
}

/* One untimed run of each: what arrives is digested, and caches, memory and clocks warm up. */
static int verify(struct measuring *m, struct series *series, const struct link *link)
{
	struct run_record record;
	int err = one_run(m, series, link, false, true, &record);

	if (err == -EOPNOTSUPP && m->plan->variant_count > 1) {
		leave_out(m, series);
		return 0;
	}
	if (err)
		return err;
	snprintf(series->sha256_sent, sizeof(series->sha256_sent), "%s", m->kept->payload.sha256);
	snprintf(series->sha256_received, sizeof(series->sha256_received), "%s",
		 record.receiver.tally.sha256);
	run_record_free(&record);
	return 0;
}

static int timed_run(struct measuring *m, struct series *series, const struct link *link,
		     bool traced)
{
	struct run_record *record = traced ? &series->traced[series->traced_count] :
					     &series->untraced[series->untraced_count];
	int err = one_run(m, series, link, traced, false, record);

	if (err)
		return err;
	record->order = ++m->timed_runs;
	*(traced ? &series->traced_count : &series->untraced_count) += 1;
	return 0;
}

/* Every variant once traced and once untraced, in an order of this repeat's own: nobody always
 * follows the same other one, or always finds warmer memory. */
static int repeat(struct measuring *m, struct series *series, const struct link *link)
{
	const size_t count = 2 * m->plan->variant_count;
	size_t *order = xcalloc(count, sizeof(*order));
	int err = 0;

	run_order_draw(&m->order_state, order, count);
	for (size_t i = 0; i < count && !err; i++) {
		struct series *next = &series[order[i] / 2];

		if (next->wanted && !next->failed)
			err = timed_run(m, next, link, order[i] % 2);
	}
	free(order);
	return err;
}

/* All variants under one condition. */
static int measure_condition(struct measuring *m, size_t number)
{
	const struct condition *condition = &m->plan->conditions[number];
	struct series *series = &m->kept->series[number * m->plan->variant_count];
	const struct link_config config = { .kind = condition->link,
					    .devices = { condition->devices[LINK_SENDER],
							 condition->devices[LINK_RECEIVER] },
					    .ipv6 = condition->ipv6,
					    .rate_bits = condition->rate_bits };
	struct link *link = NULL;
	int err = 0;

	err = open_payload(m, condition);
	if (!err && !condition->remote)
		err = link_open(&config, &link, m->error, m->error_size);
	if (link)
		link_cards(link, m->kept->cards, sizeof(m->kept->cards));

	for (size_t v = 0; v < m->plan->variant_count && !err; v++) {
		series[v].payload_bytes = m->kept->payload.bytes;
		if (series[v].wanted)
			err = verify(m, &series[v], link);
	}
	for (unsigned int r = 0; r < m->plan->repeats && !err; r++)
		err = repeat(m, series, link);
	link_close(link);
	return err;
}

static void make_series(struct measurement *kept)
{
	const struct measure_plan *plan = kept->plan;

	kept->series_count = plan->condition_count * plan->variant_count;
	kept->series = xcalloc(kept->series_count, sizeof(*kept->series));
	for (size_t i = 0; i < kept->series_count; i++) {
		struct series *series = &kept->series[i];

		series->condition = &plan->conditions[i / plan->variant_count];
		series->variant = &plan->variants[i % plan->variant_count];
		series->wanted = plan_wants(plan, i / plan->variant_count, i % plan->variant_count);
		series->traced = xcalloc(plan->repeats, sizeof(*series->traced));
		series->untraced = xcalloc(plan->repeats, sizeof(*series->untraced));
	}
}

static void free_series(struct measurement *kept)
{
	for (size_t i = 0; i < kept->series_count; i++) {
		struct series *series = &kept->series[i];

		for (size_t r = 0; r < series->traced_count; r++)
			run_record_free(&series->traced[r]);
		free(series->traced);
		free(series->untraced);
		free(series->failed);
	}
	free(kept->series);
	kept->series = NULL;
	kept->series_count = 0;
}

/* Loading is done, the file is open: what the runs need beyond that. */
static int keep_for_runs(struct measuring *m)
{
	unsigned int needs = PRIVILEGE_TRACE | PRIVILEGE_FILES;

	for (size_t i = 0; i < m->plan->condition_count; i++) {
		const struct condition *condition = &m->plan->conditions[i];

		if (!condition->remote && (condition->link != LINK_LO || condition->rate_bits))
			needs |= PRIVILEGE_LINK;
		if (condition->cold && m->plan->file)
			needs |= PRIVILEGE_CACHE;
	}
	return privilege_keep(&m->identity, needs, m->error, m->error_size);
}

/* From here on nothing is left but to write the report. */
static int keep_for_report(struct measuring *m)
{
	char error[256];

	return privilege_keep(&m->identity, PRIVILEGE_FILES, m->error[0] ? error : m->error,
			      m->error[0] ? sizeof(error) : m->error_size);
}

size_t plan_series(const struct measure_plan *plan)
{
	size_t count = 0;

	for (size_t c = 0; c < plan->condition_count; c++) {
		for (size_t v = 0; v < plan->variant_count; v++)
			count += plan_wants(plan, c, v);
	}
	return count;
}

int measure(const struct measure_plan *plan, struct measurement *measurement, char *error,
	    size_t size)
{
	struct measuring m = { .kept = measurement, .plan = plan, .error = error,
			       .error_size = size };
	int err;

	*measurement = (struct measurement){ .plan = plan, .payload = { .fd = -1 } };
	error[0] = '\0';
	m.identity = identity_of_caller();
	measurement->seed = m.order_state = plan->seed ? plan->seed : run_order_seed();
	err = session_open(&measurement->session, &plan->session, error, size);
	if (!err && plan->to)
		err = remote_open(&measurement->remote, plan->to, plan->conditions[0].ipv6, error,
				  size);
	if (err)
		return err;
	progress_begin(&m.progress, plan->quiet, plan_series(plan) * (1 + 2 * plan->repeats) + 1);
	progress_step(&m.progress, plan->file ? "reading the file" : "making the file", "");
	err = open_payload(&m, &plan->conditions[0]);
	make_series(measurement);
	if (!err)
		err = keep_for_runs(&m);
	for (size_t c = 0; c < plan->condition_count && !err; c++)
		err = measure_condition(&m, c);
	progress_end(&m.progress);
	if (keep_for_report(&m)) {
		free_series(measurement);
		err = err ? err : -EPERM;
	}
	return err;
}

void measurement_free(struct measurement *measurement)
{
	free_series(measurement);
	payload_close(&measurement->payload);
	remote_close(measurement->remote);
	session_close(measurement->session);
}
