// SPDX-License-Identifier: GPL-2.0
/* What a sweep shows, in sentences: the fastest chunk, where larger chunks stop helping, and where
 * two curves cross; each only if it is larger than the noise. Called by summary.c. */
#include "summary_parts.h"

#include <stdlib.h>
#include <string.h>

#include "stats_shape.h"
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

/* Every two points of a curve are looked at: one of so many comparisons. */
static double every_two(const struct sweep_curve *curve)
{
	return (double)(curve->count * (curve->count - 1)) / 2;
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
		if (stats_compare_among(of(curve->points[at]), of(curve->points[i]),
					every_two(curve)) == STATS_GREATER)
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

		if (!known(point, of) ||
		    stats_compare_among(of(point), of(best), every_two(curve)) != STATS_GREATER)
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
	return words_median(report, of(point));
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
		return report_format(report,
				     "%s: the noise hides where crossings stop mattering: %s "
				     "of CPU time at %s, %s at %s. More runs (-n 15) may show it.",
				     at->id, median(report, knee.below, cpu),
				     chunk(report, knee.below), median(report, at, cpu),
				     chunk(report, at));
	if (knee.at + 1 == curve->count)
		return report_format(report,
				     "%s: CPU time falls up to the largest chunk (%s at %s, "
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

/* Larger chunks that take much more than the knee, and are followed by some that do not: nothing of
 * what a chunk's size changes explains that, so it is said where to look. */
static const char *where_it_is_odd(struct report *report, const struct sweep_curve *curve,
				   quantity_fn *of, const char *what)
{
	enum { MUCH_PERCENT = 150 };
	const size_t knee = find_knee(curve, of).at;
	const struct report_scenario *at = curve->points[knee], *first = NULL, *last = NULL;
	double most = 0;

	for (size_t i = knee + 1; i < curve->count && known(at, of); i++) {
		const struct report_scenario *point = curve->points[i];
		const double ratio = known(point, of) ? stats_ratio(of(point), of(at)).value : 0;

		if (100 * ratio < MUCH_PERCENT ||
		    stats_compare_among(of(point), of(at), every_two(curve)) != STATS_GREATER) {
			if (first)
				break;
			continue;
		}
		first = first ? first : point;
		last = point;
		most = ratio > most ? ratio : most;
	}
	if (!first || last == curve->points[curve->count - 1])
		return NULL;
	return report_format(report,
			     "%s: with chunks of %s%s%s it takes up to %s as much %s as with "
			     "%s, and with larger ones less again. The chunk's size alone does not "
			     "explain that: look there.", at->id, chunk(report, first),
			     first == last ? "" : " to ", first == last ? "" : chunk(report, last),
			     words_times(report, most), what, chunk(report, at));
}

static void say_curve(struct report *report, const struct sweep_curve *curve)
{
	if (curve->count < 2)
		return;
	summary_say(report, where_crossings_stop(report, curve));
	summary_say(report, where_it_is_odd(report, curve, cpu, "CPU time"));
	summary_say(report, where_it_rises(report, curve, cpu, "CPU time"));
	summary_say(report, where_time_stops_falling(report, curve));
	summary_say(report, where_it_rises(report, curve, elapsed, "elapsed time"));
}

/* The best of each curve are the lowest of many: of all pairs of points, one. */
static const char *against_fastest(struct report *report, const struct report_scenario *best,
				   const struct report_scenario *fastest, double family)
{
	const struct measured_real ratio = stats_ratio(elapsed(best), elapsed(fastest));
	const char *who = report_format(report, "%s at its best, %s,", best->id,
					chunk(report, best));

	if (ratio.why || stats_compare_among(elapsed(best), elapsed(fastest), family) !=
			 STATS_GREATER)
		return report_format(report, "%s is not told apart from it (%s)", who,
				     median(report, best, elapsed));
	return report_format(report, "%s takes %s as long (%s)", who,
			     words_times_within(report, ratio.value,
						stats_ratio_interval(elapsed(best),
								     elapsed(fastest))),
			     median(report, best, elapsed));
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
			others[count++] = against_fastest(report, best, fastest,
							  (double)all->curves[i].count);
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

/* Two curves at one size. */
struct meeting {
	const struct report_scenario *a, *b;
	double chance;		/* that they are alike */
	enum stats_order order;	/* ALIKE: not told apart */
};

/* Two curves beside each other, at the sizes that both have. */
struct race {
	struct meeting *at;		/* by size */
	size_t sizes, less, greater;	/* of them: a takes less, more than b beyond the noise */
	size_t groups;			/* not compared: the runs of one fall into two groups */
	double least, most;		/* the slower over the faster, where they differ */
	size_t turns;			/* how often the order of the two changes */
};

static bool in_groups(const struct report_scenario *point, quantity_fn *of)
{
	struct groups groups;

	return stats_two_groups(of(point), &groups);
}

static int by_chance(const void *left, const void *right)
{
	const struct meeting *a = *(const struct meeting *const *)left;
	const struct meeting *b = *(const struct meeting *const *)right;

	return (a->chance > b->chance) - (a->chance < b->chance);
}

/* S. Holm, "A simple sequentially rejective multiple test procedure", Scand. J. Stat. 6 (1979): the
 * smallest of n chances is held against 1/n of the error, the next against 1/(n - 1), and so on. */
static void tell_apart(struct report *report, struct race *race, quantity_fn *of)
{
	struct meeting **by = report_alloc(report, (race->sizes + 1) * sizeof(*by));

	for (size_t i = 0; i < race->sizes; i++)
		by[i] = &race->at[i];
	qsort(by, race->sizes, sizeof(*by), by_chance);
	for (size_t i = 0; i < race->sizes; i++) {
		by[i]->order = stats_compare_among(of(by[i]->a), of(by[i]->b),
						   (double)(race->sizes - i));
		if (by[i]->order == STATS_ALIKE)
			break;
	}
}

static void add_up(struct race *race, quantity_fn *of)
{
	enum stats_order before = STATS_ALIKE;

	for (size_t i = 0; i < race->sizes; i++) {
		const struct meeting *m = &race->at[i];
		const bool greater = m->order == STATS_GREATER;
		double ratio;

		if (m->order == STATS_ALIKE)
			continue;
		ratio = stats_ratio(of(greater ? m->a : m->b), of(greater ? m->b : m->a)).value;
		race->turns += before != STATS_ALIKE && before != m->order;
		race->less += !greater;
		race->greater += greater;
		race->least = race->least == 0 || ratio < race->least ? ratio : race->least;
		race->most = ratio > race->most ? ratio : race->most;
		before = m->order;
	}
}

static struct race run_race(struct report *report, const struct sweep_curve *a,
			    const struct sweep_curve *b, quantity_fn *of)
{
	struct race race = { .at = report_alloc(report, (a->count + 1) * sizeof(*race.at)) };

	for (size_t i = 0; i < a->count; i++) {
		const struct report_scenario *here = a->points[i], *there = facing(b, here, of);

		if (!known(here, of) || !there)
			continue;
		if (in_groups(here, of) || in_groups(there, of)) {
			race.groups++;
			continue;
		}
		race.at[race.sizes++] = (struct meeting){ here, there,
							  stats_chance(of(here), of(there)),
							  STATS_ALIKE };
	}
	tell_apart(report, &race, of);
	add_up(&race, of);
	return race;
}

static const char *meeting_text(struct report *report, const struct meeting *m, quantity_fn *of)
{
	return report_format(report, "at %s %s takes %s (%s; %s)", chunk(report, m->a), m->a->id,
			     m->order == STATS_LESS ? "less" : "more", median(report, m->a, of),
			     median(report, m->b, of));
}

/* Each change of the order, by the sizes on both sides of it. */
static const char *crossing_text(struct report *report, const struct race *race, quantity_fn *of,
				 const char *what)
{
	const struct meeting *before = NULL;
	const char *all = NULL, *turn;

	for (size_t i = 0; i < race->sizes; i++) {
		const struct meeting *m = &race->at[i];

		if (m->order == STATS_ALIKE)
			continue;
		if (before && before->order != m->order) {
			turn = report_format(report, "%s, %s", meeting_text(report, before, of),
					     meeting_text(report, m, of));
			all = all ? report_format(report, "%s; %s", all, turn) : turn;
		}
		before = m;
	}
	return report_format(report, "The curves of %s and %s cross in %s%s: %s.",
			     race->at[0].a->id, race->at[0].b->id, what, race->turns == 1 ? "" :
			     report_format(report, ", %zu times", race->turns), all);
}

/* ", and the runs of 2 others fall into two groups"; "" if none do. */
static const char *groups_text(struct report *report, const struct race *race)
{
	if (!race->groups)
		return "";
	return report_format(report, "; at %s the runs fall into two groups, and nothing is said",
			     words_many(report, race->groups, "other", "others"));
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
		return report_format(report, "%s and %s are not told apart by %s at any of %s%s.",
				     faster, slower, what, sizes, groups_text(report, race));
	most = words_times(report, race->most);
	if (strcmp(range, most) != 0)
		range = report_format(report, "%s to %s", range, most);
	return report_format(report, "%s takes less %s than %s at %zu of %s (%s)%s%s.", faster,
			     what,
			     slower, told, sizes, range,
			     told < race->sizes ? ", and is not told apart at the others" : "",
			     groups_text(report, race));
}

/* a and b beside each other in one quantity; alone: they are the only two. */
static const char *race_text(struct report *report, const struct sweep_curve *a,
			     const struct sweep_curve *b, bool alone, quantity_fn *of,
			     const char *what)
{
	const struct race race = run_race(report, a, b, of);

	if (race.turns)
		return crossing_text(report, &race, of, what);
	return alone && race.sizes + race.groups ? order_text(report, a, b, &race, what) : NULL;
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

/* The least runs with which the clearest difference is more than chance among so many. */
static size_t runs_to_tell(double comparisons)
{
	double orders = 2;	/* of n runs and n runs */
	size_t n = 1;

	while (2 / orders * comparisons > STATS_FAMILY_ERROR) {
		n++;
		orders *= (double)(2 * (2 * n - 1)) / (double)n;
	}
	return n;
}

static size_t most_runs(const struct sweep_curves *all)
{
	size_t runs = 0;

	for (size_t c = 0; c < all->count; c++) {
		for (size_t p = 0; p < all->curves[c].count; p++) {
			const struct report_scenario *point = all->curves[c].points[p];

			if (known(point, elapsed) && elapsed(point)->run_count > runs)
				runs = elapsed(point)->run_count;
		}
	}
	return runs;
}

static const char *too_few_runs(struct report *report, const struct sweep_curves *all)
{
	const size_t runs = most_runs(all);

	if (runs == 0 || runs >= STATS_MIN_RUNS)
		return NULL;
	return report_format(report, "With %s each nothing can be told from noise: no knee and no "
			     "crossing of curves is looked for. Use -n 5.",
			     words_many(report, runs, "run", "runs"));
}

/* Runs that can tell two points apart, but not one pair among so many. */
static const char *more_runs(struct report *report, const struct sweep_curves *all)
{
	const size_t runs = most_runs(all);
	size_t needed = 0;

	for (size_t c = 0; c < all->count; c++) {
		const size_t least = runs_to_tell(every_two(&all->curves[c]));

		needed = all->curves[c].count > 1 && least > needed ? least : needed;
	}
	if (runs >= needed)
		return NULL;
	return report_format(report, "With %s each, one size among so many cannot be told from the "
			     "others: use -n %zu.", words_many(report, runs, "run", "runs"),
				     needed);
}

void summary_say_sweep(struct report *report)
{
	struct sweep_curves all;
	const char *too_few;

	if (report->scenario_count == 0)
		return;
	sweep_curves(report, &all);
	too_few = too_few_runs(report, &all);
	summary_say(report, headline(report, &all));
	summary_say(report, too_few ? too_few : more_runs(report, &all));
	for (size_t i = 0; i < all.count && !too_few; i++)
		say_curve(report, &all.curves[i]);
	if (!too_few)
		say_races(report, &all);
	sweep_free(&all);
}
