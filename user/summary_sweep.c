// SPDX-License-Identifier: GPL-2.0
/* What a sweep shows, in sentences: the fastest chunk, where larger chunks stop helping, and where
 * two curves cross; each only if it is larger than the noise. Called by summary.c. */
#include "summary_parts.h"

#include <string.h>

#include "stats.h"
#include "sweep.h"
#include "words.h"

typedef const struct spread *quantity_fn(const struct report_scenario *scenario);

static const struct spread *elapsed(const struct report_scenario *scenario)
{
	return &scenario->elapsed_untraced_ns;
}

static const struct spread *cpu(const struct report_scenario *scenario)
{
	return &scenario->cpu_untraced_ns;
}

static bool known(const struct report_scenario *scenario, quantity_fn *of)
{
	return !scenario->failed && stats_known(of(scenario));
}

/* The point with the lowest median from the given one on; NULL = none is known. */
static const struct report_scenario *best_from(const struct sweep_curve *curve, size_t first,
					       quantity_fn *of)
{
	const struct report_scenario *best = NULL;

	for (size_t i = first; i < curve->count; i++) {
		const struct report_scenario *point = curve->points[i];

		if (known(point, of) &&
		    (!best || of(point)->median.value < of(best)->median.value))
			best = point;
	}
	return best;
}

/* The point takes more than each of [first, end) that is known but for fewer than half of them. A
 * single difference among many that are looked at may be chance, most of them are not. */
static bool beaten_by_most(const struct sweep_curve *curve, const struct report_scenario *point,
			   size_t first, size_t end, quantity_fn *of)
{
	size_t beaten = 0, count = 0;

	for (size_t i = first; i < end; i++) {
		if (!known(curve->points[i], of))
			continue;
		count++;
		beaten += stats_compare(of(point), of(curve->points[i])) == STATS_GREATER;
	}
	return 2 * beaten > count;
}

static bool beaten_by_larger(const struct sweep_curve *curve, size_t at, quantity_fn *of)
{
	for (size_t i = at + 1; i < curve->count; i++) {
		if (stats_compare(of(curve->points[at]), of(curve->points[i])) == STATS_GREATER)
			return true;
	}
	return false;
}

/* Where a curve stops falling: the smallest chunk that no larger one beats beyond the noise. */
struct knee {
	size_t at;
	const struct report_scenario *below;	/* the next smaller one; NULL = there is no knee */
	bool hidden;		/* that one's median is not above the knee's: noise hides where */
};

static struct knee find_knee(const struct sweep_curve *curve, quantity_fn *of)
{
	const struct report_scenario *below = NULL, *smallest = NULL;

	for (size_t i = 0; i < curve->count; i++) {
		const struct report_scenario *point = curve->points[i];

		if (!known(point, of))
			continue;
		smallest = smallest ? smallest : point;
		if (beaten_by_larger(curve, i, of)) {
			below = point;
			continue;
		}
		if (!below || !beaten_by_most(curve, smallest, i, curve->count, of))
			return (struct knee){ .at = i };
		return (struct knee){
			i, below, of(below)->median.value <= of(point)->median.value,
		};
	}
	return (struct knee){ 0 };
}

/* The smallest chunk from which on all take more than the best beyond the noise; NULL = none. */
static const struct report_scenario *rises_at(const struct sweep_curve *curve, size_t first,
					      quantity_fn *of)
{
	const struct report_scenario *best = best_from(curve, first, of), *from = NULL;
	size_t i = curve->count;

	while (best && i-- > first) {
		const struct report_scenario *point = curve->points[i];

		if (!known(point, of) || stats_compare(of(point), of(best)) != STATS_GREATER)
			break;
		from = point;
	}
	if (from && !beaten_by_most(curve, curve->points[curve->count - 1], first, i + 1, of))
		return NULL;
	return from;
}

static const char *chunk(struct report *report, const struct report_scenario *point)
{
	return words_chunk(report, point->chunk_bytes);
}

static const char *median(struct report *report, const struct report_scenario *point,
			  quantity_fn *of)
{
	return summary_median(report, of(point));
}

/* " Crossings go on falling, from 4,110 to 22; copies do not: …"; "" where it was not counted. */
static const char *what_goes_on(struct report *report, const struct sweep_curve *curve,
				const struct report_scenario *knee)
{
	const struct report_scenario *last = curve->points[curve->count - 1];
	const struct measured here = summary_crossings(knee), there = summary_crossings(last);
	double least = 0, most = 0;

	if (here.why || there.why || here.value <= there.value)
		return "";
	for (size_t i = 0; i < curve->count; i++) {
		const struct measured_real copies = sweep_copies(curve->points[i]);

		if (curve->points[i]->failed || copies.why)
			return "";
		least = i == 0 || copies.value < least ? copies.value : least;
		most = copies.value > most ? copies.value : most;
	}
	return report_format(report, " Crossings go on falling, from %s to %s; copies do not: the "
			     "CPU makes %s%s%s per byte at every size.",
			     words_count(report, here.value), words_count(report, there.value),
			     words_ratio(report, least), most - least < 0.005 ? "" : " to ",
			     most - least < 0.005 ? "" : words_ratio(report, most));
}

/* Where larger chunks stop saving CPU time: there crossings stop mattering. */
static const char *where_crossings_stop(struct report *report, const struct sweep_curve *curve)
{
	const struct knee knee = find_knee(curve, cpu);
	const struct report_scenario *at = curve->points[knee.at];

	if (!knee.below)
		return NULL;
	if (knee.hidden)
		return report_format(report, "%s: the noise hides where crossings stop mattering: %s "
				     "of CPU time at %s, %s at %s. More runs (-n 15) tell more.",
				     at->id, median(report, knee.below, cpu),
				     chunk(report, knee.below), median(report, at, cpu),
				     chunk(report, at));
	if (knee.at + 1 == curve->count)
		return report_format(report, "%s: CPU time falls up to the largest chunk (%s at %s, "
				     "%s at %s): crossings matter at every size that was tried.",
				     at->id, median(report, knee.below, cpu),
				     chunk(report, knee.below), median(report, at, cpu),
				     chunk(report, at));
	return report_format(report, "%s: crossings stop mattering at chunks of %s: no larger one "
			     "takes less CPU time beyond the noise (%s; %s at %s).%s", at->id,
			     chunk(report, at), median(report, at, cpu),
			     median(report, knee.below, cpu), chunk(report, knee.below),
			     what_goes_on(report, curve, at));
}

static const char *where_time_stops_falling(struct report *report, const struct sweep_curve *curve)
{
	const struct knee knee = find_knee(curve, elapsed);
	const struct report_scenario *at = curve->points[knee.at];

	if (!knee.below || knee.hidden || knee.at + 1 == curve->count)
		return NULL;
	return report_format(report, "%s: elapsed time stops falling at %s (%s; %s at %s).", at->id,
			     chunk(report, at), median(report, at, elapsed),
			     median(report, knee.below, elapsed), chunk(report, knee.below));
}

static const char *where_it_rises(struct report *report, const struct sweep_curve *curve,
				  quantity_fn *of, const char *what)
{
	const size_t first = find_knee(curve, of).at;
	const struct report_scenario *from = rises_at(curve, first, of), *best;
	const struct report_scenario *last = curve->points[curve->count - 1];

	if (!from)
		return NULL;
	best = best_from(curve, first, of);
	return report_format(report, "%s: with chunks of %s%s it takes more %s again (%s at %s; %s "
			     "at %s, the best).", curve->points[0]->id, chunk(report, from),
			     from == last ? "" : " and more", what, median(report, last, of),
			     chunk(report, last), median(report, best, of), chunk(report, best));
}

static void say_curve(struct report *report, const struct sweep_curve *curve)
{
	if (curve->count < 2)
		return;
	summary_say(report, where_crossings_stop(report, curve));
	summary_say(report, where_it_rises(report, curve, cpu, "CPU time"));
	summary_say(report, where_time_stops_falling(report, curve));
	summary_say(report, where_it_rises(report, curve, elapsed, "elapsed time"));
}

static const char *against_fastest(struct report *report, const struct report_scenario *best,
				   const struct report_scenario *fastest)
{
	const struct measured_real ratio = stats_ratio(elapsed(best), elapsed(fastest));
	const char *who = report_format(report, "%s at its best, %s,", best->id,
					chunk(report, best));

	if (ratio.why || stats_compare(elapsed(best), elapsed(fastest)) != STATS_GREATER)
		return report_format(report, "%s is not told apart from it (%s)", who,
				     median(report, best, elapsed));
	return report_format(report, "%s takes %s as long (%s)", who,
			     words_times(report, ratio.value), median(report, best, elapsed));
}

/* The best point of each curve, against the best of all. */
static const char *headline(struct report *report, const struct sweep_curves *all)
{
	const struct report_scenario *fastest = NULL;
	const char **others = report_alloc(report, (all->count + 1) * sizeof(*others));
	size_t count = 0;

	for (size_t i = 0; i < all->count; i++) {
		const struct report_scenario *best = best_from(&all->curves[i], 0, elapsed);

		if (best && (!fastest ||
			     elapsed(best)->median.value < elapsed(fastest)->median.value))
			fastest = best;
	}
	if (!fastest)
		return NULL;
	for (size_t i = 0; i < all->count; i++) {
		const struct report_scenario *best = best_from(&all->curves[i], 0, elapsed);

		if (best && best != fastest)
			others[count++] = against_fastest(report, best, fastest);
	}
	return report_format(report, "At its best chunk, %s, %s sends %s in %s%s%s.",
			     chunk(report, fastest), fastest->id,
			     words_size(report, fastest->payload_bytes),
			     median(report, fastest, elapsed), count ? "; " : "",
			     words_list(report, others, count));
}

/* The point of a curve at the size that another curve's has; NULL = it was not measured there. */
static const struct report_scenario *facing(const struct sweep_curve *curve,
					    const struct report_scenario *point, quantity_fn *of)
{
	for (size_t i = 0; i < curve->count; i++) {
		if (curve->points[i]->chunk_bytes == point->chunk_bytes &&
		    known(curve->points[i], of))
			return curve->points[i];
	}
	return NULL;
}

/* Two curves beside each other, at the sizes that both have. */
struct race {
	size_t sizes, less, greater;	/* of them: a takes less, more than b beyond the noise */
	double least, most;		/* the slower over the faster, where they differ */
	size_t turns;			/* how often the order of the two changes */
	const struct report_scenario *before[2], *after[2];	/* the first time */
	const struct report_scenario *last[2];	/* where the order was seen last, */
	enum stats_order order;			/* and which it was */
};

static void add_to_race(struct race *race, const struct report_scenario *a,
			const struct report_scenario *b, enum stats_order order, quantity_fn *of)
{
	const struct report_scenario *more = order == STATS_GREATER ? a : b;
	const double ratio = stats_ratio(of(more), of(more == a ? b : a)).value;

	if (race->order != STATS_ALIKE && race->order != order && race->turns++ == 0) {
		memcpy(race->before, race->last, sizeof(race->before));
		race->after[0] = a;
		race->after[1] = b;
	}
	race->less += order == STATS_LESS;
	race->greater += order == STATS_GREATER;
	race->least = race->least == 0 || ratio < race->least ? ratio : race->least;
	race->most = ratio > race->most ? ratio : race->most;
	race->last[0] = a;
	race->last[1] = b;
	race->order = order;
}

static struct race run_race(const struct sweep_curve *a, const struct sweep_curve *b,
			    quantity_fn *of)
{
	struct race race = { 0 };

	for (size_t i = 0; i < a->count; i++) {
		const struct report_scenario *here = a->points[i], *there = facing(b, here, of);
		enum stats_order order;

		if (!known(here, of) || !there)
			continue;
		race.sizes++;
		order = stats_compare(of(here), of(there));
		if (order != STATS_ALIKE)
			add_to_race(&race, here, there, order, of);
	}
	return race;
}

static const char *crossing_text(struct report *report, const struct race *race, quantity_fn *of,
				 const char *what)
{
	const struct report_scenario *const *before = race->before, *const *after = race->after;
	const bool less = of(before[0])->median.value < of(before[1])->median.value;
	const char *often = race->turns == 1 ? "" :
			    report_format(report, " %zu times, first here", race->turns);

	return report_format(report, "The curves of %s and %s cross%s: at %s %s takes %s %s (%s; %s), "
			     "at %s %s (%s; %s).", before[0]->id, before[1]->id, often,
			     chunk(report, before[0]), before[0]->id, less ? "less" : "more", what,
			     median(report, before[0], of), median(report, before[1], of),
			     chunk(report, after[0]), less ? "more" : "less",
			     median(report, after[0], of), median(report, after[1], of));
}

/* The same order wherever there is one. */
static const char *order_text(struct report *report, const struct sweep_curve *a,
			      const struct sweep_curve *b, const struct race *race,
			      const char *what)
{
	const char *faster = race->greater ? b->points[0]->id : a->points[0]->id;
	const char *slower = race->greater ? a->points[0]->id : b->points[0]->id;
	const char *sizes = words_many(report, race->sizes, "chunk size", "chunk sizes");
	const char *range = words_times(report, race->least), *most;
	const size_t told = race->less + race->greater;

	if (told == 0)
		return report_format(report, "%s and %s are not told apart by %s at any of %s.",
				     faster, slower, what, sizes);
	most = words_times(report, race->most);
	if (strcmp(range, most) != 0)
		range = report_format(report, "%s to %s", range, most);
	return report_format(report, "%s takes less %s than %s at %zu of %s (%s)%s.", faster, what,
			     slower, told, sizes, range,
			     told < race->sizes ? ", and is not told apart at the others" : "");
}

/* a and b beside each other in one quantity; alone: they are the only two. */
static const char *race_text(struct report *report, const struct sweep_curve *a,
			     const struct sweep_curve *b, bool alone, quantity_fn *of,
			     const char *what)
{
	const struct race race = run_race(a, b, of);

	if (race.turns)
		return crossing_text(report, &race, of, what);
	return alone && race.sizes ? order_text(report, a, b, &race, what) : NULL;
}

static void say_races(struct report *report, const struct sweep_curves *all)
{
	for (size_t i = 0; i < all->count; i++) {
		for (size_t j = i + 1; j < all->count; j++) {
			const struct sweep_curve *a = &all->curves[i], *b = &all->curves[j];
			const bool alone = all->count == 2;

			summary_say(report,
				    race_text(report, a, b, alone, elapsed, "elapsed time"));
			summary_say(report, race_text(report, a, b, alone, cpu, "CPU time"));
		}
	}
}

static const char *too_few_runs(struct report *report, const struct sweep_curves *all)
{
	size_t runs = 0;

	for (size_t c = 0; c < all->count; c++) {
		for (size_t p = 0; p < all->curves[c].count; p++) {
			const struct report_scenario *point = all->curves[c].points[p];

			if (known(point, elapsed) && elapsed(point)->run_count > runs)
				runs = elapsed(point)->run_count;
		}
	}
	if (runs == 0 || runs >= STATS_MIN_RUNS)
		return NULL;
	return report_format(report, "With %s each nothing can be told from noise: no knee and no "
			     "crossing of curves is looked for. Use -n 5.",
			     words_many(report, runs, "run", "runs"));
}

void summary_say_sweep(struct report *report)
{
	struct sweep_curves all;
	const char *too_few;

	if (report->scenario_count == 0 || sweep_curves(report, &all))
		return;
	too_few = too_few_runs(report, &all);
	summary_say(report, headline(report, &all));
	summary_say(report, too_few);
	for (size_t i = 0; i < all.count && !too_few; i++)
		say_curve(report, &all.curves[i]);
	if (!too_few)
		say_races(report, &all);
	sweep_free(&all);
}
