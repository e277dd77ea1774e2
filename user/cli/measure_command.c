// SPDX-License-Identifier: GPL-2.0
/* What the commands that measure do once their options are read: fill the plan, say what is to
 * come, make the runs and write the reports. Called by cmd_measure.c and cmd_sweep.c. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "build.h"
#include "claims.h"
#include "measure_options.h"
#include "signals.h"
#include "summary.h"

void measure_make_room(struct measure_plan *plan, size_t most)
{
	plan->variants = xcalloc(most, sizeof(*plan->variants));
}

void measure_add_variant(struct measure_plan *plan, const struct scenario *scenario,
			 __u64 chunk_bytes, bool prefault)
{
	plan->variants[plan->variant_count++] = (struct variant){
		.scenario = scenario, .chunk_bytes = chunk_bytes, .prefault = prefault,
	};
}

void measure_add_condition(struct measure_options *o)
{
	struct condition *condition = &o->plan.conditions[o->plan.condition_count++];

	*condition = o->condition;
	condition->receiver = o->plan.receiver;
	condition->remote = o->plan.to != NULL;
}

/* Seconds of one run: a rough guess at a gigabyte per 2 s, 3 µs a round and 0.2 s around. */
static double guess(const struct measure_plan *plan, const struct condition *condition,
		    const struct variant *variant)
{
	const __u64 chunk = variant->chunk_bytes, rate = condition->rate_bits;
	const double bytes = condition->bytes ? condition->bytes : plan->bytes;

	return 0.2 + bytes / 5e8 + (chunk ? bytes / chunk * 3e-6 : 0) +
	       (rate ? 8 * bytes / rate : 0);
}

static void announce(const struct measure_plan *plan)
{
	const size_t runs = plan_series(plan) * (1 + 2 * plan->repeats);
	double seconds = 0;
	unsigned int minutes;

	for (size_t c = 0; c < plan->condition_count; c++) {
		for (size_t v = 0; v < plan->variant_count; v++)
			seconds += plan_wants(plan, c, v) * (1 + 2 * plan->repeats) *
				   guess(plan, &plan->conditions[c], &plan->variants[v]);
	}
	minutes = seconds / 60 + 1;
	fprintf(stderr, "zctrace: %zu condition%s, %zu runs (check, untraced, traced); about %u minute%s, "
		"if a run takes what it takes on a small machine\n", plan->condition_count,
		plan->condition_count == 1 ? "" : "s", runs, minutes, minutes == 1 ? "" : "s");
}

static bool lost_events(const struct report *report)
{
	for (size_t i = 0; i < report->scenario_count; i++) {
		const struct report_scenario *s = &report->scenarios[i];

		if (s->loss_map_full || s->loss_recursion)
			return true;
	}
	return false;
}

static void judge(const struct measure_options *o, struct report *report)
{
	if (o->articles) {
		claims_decide_articles(report, o->articles);
		summary_write_articles(report, o->articles);
		return;
	}
	if (!o->plan.no_claims)
		claims_decide(report);
	summary_write(report);
}

/* A report kept without being asked: every other format can be made from it. */
static void add_default_file(struct outputs *outputs, const char *name)
{
	if (!name || outputs->count || output_replace(name, NULL, NULL))
		return;
	outputs->files[outputs->count].renderer = renderer_find("json");
	outputs->files[outputs->count++].path = name;
}

enum zc_exit measure_and_write(struct measure_options *o, const char *default_file,
			       struct report **report)
{
	enum zc_exit status = ZC_EXIT_OK;
	struct measurement measurement;
	char error[1024];
	int err;

	*report = NULL;
	if (outputs_check(&o->outputs))
		return ZC_EXIT_USAGE;
	add_default_file(&o->outputs, default_file);
	session_set_verbosity(o->plan.verbosity);
	signals_catch();
	if (o->announce && !o->outputs.quiet)
		announce(&o->plan);
	err = measure(&o->plan, &measurement, error, sizeof(error));
	*report = build_measurement(&measurement);
	measurement_free(&measurement);
	if (*report)
		judge(o, *report);
	if (err)
		status = complain(exit_of_error(err), "%s: %s%s", o->plan.mode,
				  err == -EINTR ? "interrupted" : error,
				  *report ? "; what was measured until then follows" : "");
	if (!*report)
		return status ? status : ZC_EXIT_FAILED;
	if (outputs_write(&o->outputs, *report) && !status)
		status = ZC_EXIT_FAILED;
	if (lost_events(*report) && !status)
		status = complain(ZC_EXIT_FAILED, "%s: events were lost: no verdict rests on them",
				  o->plan.mode);
	return status;
}
