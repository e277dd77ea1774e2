// SPDX-License-Identifier: GPL-2.0
/* Advice on the measurement itself: what happened, why it matters, what helps.
 * Called by summary.c; judges scatter, overhead, losses and witnesses of all scenarios. */

#include <stdlib.h>

#include "pick.h"
#include "numbers.h"
#include "stats_shape.h"
#include "sweep.h"
#include "texts.h"
#include "words.h"

#define WIDE_SCATTER 0.30	/* (max - min) / median of untraced runs */
#define HIGH_OVERHEAD 0.10	/* traced over untraced median, less 1 */
#define SLOW_FIRST_RUN 1.30	/* first run over the median of the others */

enum { MOST_WARNINGS = 16, ENOUGH_RUNS = 5, MANY_RUNS = 15 };

/* How much a scenario deserves a warning; at most 0 = not. */
typedef double severity_fn(struct report *report, const struct report_scenario *scenario);

/* The scenario that deserves a warning most, and how many do. */
struct worst {
	const struct report_scenario *scenario;
	double severity;
	size_t count;
};

static void warn(struct report *report, const char *warning)
{
	if (report->warning_count < MOST_WARNINGS)
		report->warnings[report->warning_count++] = warning;
}

static struct worst find_worst(struct report *report, severity_fn *severity)
{
	struct worst worst = { 0 };

	for (size_t i = 0; i < report->scenario_count; i++) {
		const struct report_scenario *scenario = &report->scenarios[i];
		const double value = scenario->failed ? 0 : severity(report, scenario);

		if (value <= 0)
			continue;
		worst.count++;
		if (value > worst.severity) {
			worst.severity = value;
			worst.scenario = scenario;
		}
	}
	return worst;
}

/* "copy (64 KiB), warm, lo", and that it is the worst of several. */
static const char *who(struct report *report, const struct worst *worst)
{
	const char *name = report_format(report, "%s, %s", pick_label(report, worst->scenario),
					 pick_condition(report, worst->scenario));

	if (worst->count == 1)
		return name;
	return report_format(report, "%s, the worst of %zu scenarios", name, worst->count);
}

/* The untraced runs but the first, as a spread. */
static struct spread later_runs(struct report *report, const struct spread *spread)
{
	struct spread later;

	stats_spread(report, &later, spread->runs + 1, spread->run_count - 1, NULL);
	return later;
}

/* How much slower the first run was than the median of the others, if all others were faster. */
static double slow_first_run(struct report *report, const struct report_scenario *scenario)
{
	const struct spread *all = &scenario->elapsed_untraced_ns;
	struct spread later;

	if (!stats_known(all) || all->run_count < STATS_MIN_RUNS)
		return 0;
	later = later_runs(report, all);
	if (all->runs[0] <= later.max.value || later.median.value == 0 ||
	    (double)all->runs[0] <= SLOW_FIRST_RUN * (double)later.median.value)
		return 0;
	return (double)all->runs[0] / (double)later.median.value;
}

/* A slow first run has a warning of its own: then the others are judged. */
static double wide_scatter(struct report *report, const struct report_scenario *scenario)
{
	struct spread judged = scenario->elapsed_untraced_ns;
	struct measured_real scatter;

	if (slow_first_run(report, scenario) > 0)
		judged = later_runs(report, &judged);
	scatter = stats_scatter(&judged);
	return !scatter.why && scatter.value > WIDE_SCATTER ? scatter.value : 0;
}

static double high_overhead(struct report *report, const struct report_scenario *scenario)
{
	const struct spread *traced = &scenario->elapsed_traced_ns;
	const struct spread *untraced = &scenario->elapsed_untraced_ns;
	const struct measured_real ratio = stats_ratio(traced, untraced);

	(void)report;
	if (ratio.why || ratio.value <= 1 + HIGH_OVERHEAD ||
	    stats_compare(traced, untraced) != STATS_GREATER)
		return 0;
	return ratio.value - 1;
}

static double lost_events(struct report *report, const struct report_scenario *scenario)
{
	(void)report;
	return (double)(scenario->loss_ring + scenario->loss_map_full + scenario->loss_recursion);
}

static double counted_coarsely(struct report *report, const struct report_scenario *scenario)
{
	(void)report;
	return (double)scenario->coarse;
}

static double disagreements(struct report *report, const struct report_scenario *scenario)
{
	double count = 0;

	(void)report;
	for (size_t i = 0; i < scenario->witness_count; i++)
		count += !scenario->witnesses[i].agree;
	return count;
}

/* How far apart the two groups are that the runs fall into, in terms of the fast one. */
static double two_groups(struct report *report, const struct report_scenario *scenario)
{
	struct groups groups;

	(void)report;
	if (!stats_two_groups(&scenario->elapsed_untraced_ns, &groups))
		return 0;
	return (double)groups.slow_min / (double)(groups.fast_max ? groups.fast_max : 1);
}

static const char *range(struct report *report, __u64 least, __u64 most)
{
	char text[NUMBER_BYTES];

	return report_text(report, number_time_range(least, most, text));
}

/* Where the scheduler puts the two ends is a likely reason, not a proven one. */
static void warn_of_groups(struct report *report)
{
	const struct worst worst = find_worst(report, two_groups);
	struct groups groups;

	if (!worst.scenario ||
	    !stats_two_groups(&worst.scenario->elapsed_untraced_ns, &groups))
		return;
	warn(report, report_format(report,
				   "The runs fall into two groups (%s): %zu took %s, %zu took %s. A "
				   "median of both says little. %s",
				   who(report, &worst), groups.fast,
				   range(report, groups.fast_min, groups.fast_max), groups.slow,
				   range(report, groups.slow_min, groups.slow_max),
				   report->config.cpus ?
				   "Look for what else runs on the machine." :
				   "Whether both ends share a CPU is a likely reason: --cpus 0 keeps "
				   "them on one, --cpus 0,1 apart."));
}

struct ordered {
	__u64 order;
	double value;	/* the run's time in terms of its scenario's median */
};

static int by_order(const void *left, const void *right)
{
	const struct ordered *a = left, *b = right;

	return (a->order > b->order) - (a->order < b->order);
}

/* All untraced runs in the order in which they were made; how many. */
static size_t runs_in_order(const struct report *report, struct ordered *runs)
{
	size_t count = 0;

	for (size_t i = 0; i < report->scenario_count; i++) {
		const struct report_scenario *scenario = &report->scenarios[i];
		const struct measured median = scenario->elapsed_untraced_ns.median;

		for (size_t r = 0; r < scenario->run_count && !median.why && median.value; r++) {
			const struct report_run *run = &scenario->runs[r];

			if (!run->traced && run->order)
				runs[count++] = (struct ordered){
					run->order, (double)run->elapsed_ns / (double)median.value,
				};
		}
	}
	qsort(runs, count, sizeof(*runs), by_order);
	return count;
}

static void warn_of_trend(struct report *report)
{
	struct ordered *runs;
	size_t count = 0;
	double *values;
	bool rising;

	for (size_t i = 0; i < report->scenario_count; i++)
		count += report->scenarios[i].run_count;
	runs = report_alloc(report, (count + 1) * sizeof(*runs));
	values = report_alloc(report, (count + 1) * sizeof(*values));
	count = runs_in_order(report, runs);
	for (size_t i = 0; i < count; i++)
		values[i] = runs[i].value;
	if (stats_trend(values, count, &rising) > STATS_ERROR)
		return;
	warn(report, report_format(report,
				   "The runs got %s one after the other: something on the machine "
				   "changed meanwhile. Their order was drawn at random, so that it "
				   "affected all ways equally; measure again for times that last.",
				   rising ? "slower" : "faster"));
}

static void warn_of_scatter(struct report *report)
{
	const struct worst worst = find_worst(report, wide_scatter);
	const size_t runs = worst.scenario ? worst.scenario->elapsed_untraced_ns.run_count : 0;

	if (!worst.scenario)
		return;
	warn(report, report_format(report,
				   "Times scatter by %.0f %% of their median (%s): smaller "
				   "differences cannot be seen. End other programs, or make more runs "
				   "with -n %zu.",
				   worst.severity * 100, who(report, &worst),
				   runs < MANY_RUNS ? (size_t)MANY_RUNS : 3 * runs));
}

static void warn_of_first_run(struct report *report)
{
	const struct worst worst = find_worst(report, slow_first_run);
	const struct spread *runs;
	struct spread later;

	if (!worst.scenario)
		return;
	runs = &worst.scenario->elapsed_untraced_ns;
	later = later_runs(report, runs);
	warn(report, report_format(report,
				   "The first run took %s, the others %s (%s): memory is slow when it "
				   "is touched for the first time after the host took it back. The "
				   "median of many runs is not moved by it: use -n %d, or measure once "
				   "more now.",
				   words_time(report, runs->runs[0]),
				   words_time(report, later.median.value), who(report, &worst),
				   runs->run_count < ENOUGH_RUNS ? ENOUGH_RUNS : MANY_RUNS));
}

static void warn_of_overhead(struct report *report)
{
	const struct worst worst = find_worst(report, high_overhead);

	if (!worst.scenario)
		return;
	warn(report, report_format(report,
				   "Tracing made the run %.0f %% slower (%s). Elapsed and CPU times "
				   "are from untraced runs and do not have it, times in calls do. A "
				   "larger --chunk makes fewer calls.",
				   worst.severity * 100, who(report, &worst)));
}

static void warn_of_loss(struct report *report)
{
	const struct worst worst = find_worst(report, lost_events);
	const struct report_scenario *scenario = worst.scenario;
	const __u64 lost = (__u64)worst.severity;

	if (!scenario)
		return;
	warn(report, report_format(report,
				   "%s lost: %s in the ring, %s for want of room in a table, %s by "
				   "recursion (%s). Counts are too low, so that the claims on them are "
				   "not measured. Run it again with less going on, or with a smaller "
				   "--size.",
				   words_many(report, lost, "event was", "events were"),
				   words_count(report, scenario->loss_ring),
				   words_count(report, scenario->loss_map_full),
				   words_count(report, scenario->loss_recursion),
				   who(report, &worst)));
}

static void warn_of_coarse_counts(struct report *report)
{
	const struct worst worst = find_worst(report, counted_coarsely);

	if (!worst.scenario)
		return;
	warn(report, report_format(report,
				   "%s counted by kind of descriptor only (%s): sums are right, the "
				   "single files and sockets are not told apart%s%s.",
				   words_many(report, worst.scenario->coarse, "call was",
					      "calls were"),
				   who(report, &worst), worst.scenario->coarse_why ? "; " : "",
				   worst.scenario->coarse_why ? worst.scenario->coarse_why : ""));
}

static void warn_of_witnesses(struct report *report)
{
	const struct worst worst = find_worst(report, disagreements);
	const struct report_witness *witness = NULL;

	for (size_t i = 0; worst.scenario && i < worst.scenario->witness_count && !witness; i++)
		if (!worst.scenario->witnesses[i].agree)
			witness = &worst.scenario->witnesses[i];
	if (!witness)
		return;
	warn(report, report_format(report,
				   "%s: %s counted %s, %s says %s (%s). What rests on it is not measured "
				   "there. Run it again; -v shows every witness.",
				   words_many(report, (__u64)worst.severity, "witness disagrees",
					      "witnesses disagree"),
				   witness->id ? witness->id : "a number",
				   words_count(report, witness->counted),
				   witness->source ? witness->source : "its witness",
				   words_count(report, witness->witness), who(report, &worst)));
}

/* How many of [first, end) are the same way and failed for the same reason. */
static size_t failed_alike(const struct report *report, const struct report_scenario *failed,
			   size_t first, size_t end)
{
	size_t count = 0;

	for (size_t i = first; i < end; i++)
		count += text_is(report->scenarios[i].id, failed->id) &&
			 text_is(report->scenarios[i].failed, failed->failed);
	return count;
}

/* A sweep's way is warned of once, not at every size. */
static void warn_of_failed_way(struct report *report, size_t at)
{
	const struct report_scenario *failed = &report->scenarios[at];
	const size_t sizes = failed_alike(report, failed, at, report->scenario_count);

	if (failed_alike(report, failed, 0, at))
		return;
	warn(report, report_format(report, "%s was not measured with %s of the chunk: %s.",
				   failed->id, words_many(report, sizes, "size", "sizes"),
				   failed->failed));
}

static void warn_of_failures(struct report *report)
{
	for (size_t i = 0; i < report->scenario_count; i++) {
		const struct report_scenario *scenario = &report->scenarios[i];

		if (scenario->failed && sweep_is(report))
			warn_of_failed_way(report, i);
		else if (scenario->failed)
			warn(report, report_format(report, "%s, %s, was not measured: %s.",
						   pick_label(report, scenario),
						   pick_condition(report, scenario),
						   scenario->failed));
	}
}

void summary_warn(struct report *report)
{
	report->warnings = report_alloc(report, MOST_WARNINGS * sizeof(*report->warnings));
	report->warning_count = 0;
	warn_of_loss(report);
	warn_of_witnesses(report);
	warn_of_failures(report);
	warn_of_groups(report);
	warn_of_trend(report);
	warn_of_scatter(report);
	warn_of_first_run(report);
	warn_of_overhead(report);
	warn_of_coarse_counts(report);
}
