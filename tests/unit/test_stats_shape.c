// SPDX-License-Identifier: GPL-2.0
/* Intervals, groups, trends and orders of runs: known small cases, and by simulation with a fixed
 * seed how often they err. Run by `make check-unit`. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "run_order.h"
#include "stats_shape.h"

enum { TRIALS = 4000, MOST_RUNS = 25 };

static struct report *report;

static int set_up(void **state)
{
	report = report_new();
	srand48(20031);
	return report ? 0 : -1;
}

static int tear_down(void **state)
{
	report_free(report);
	return 0;
}

static double normal(void)
{
	return sqrt(-2 * log(1 - drand48())) * cos(2 * M_PI * drand48());
}

/* Kinds of runs that machines give: quiet, with a long tail, spread evenly, in two modes. */
enum kind { NORMAL, LOG_NORMAL, UNIFORM, TWO_MODES, KINDS };

static __u64 draw(enum kind kind)
{
	switch (kind) {
	case NORMAL: return 1e8 + 1e7 * fmax(-9, normal());
	case LOG_NORMAL: return 1e8 * exp(0.3 * normal());
	case UNIFORM: return 1e8 * exp(drand48());	/* of the logarithms */
	default: return (drand48() < 0.5 ? 4e7 : 1.5e8) * (1 + 0.02 * drand48());
	}
}

static void runs_of(struct spread *spread, enum kind kind, size_t count)
{
	__u64 values[MOST_RUNS];

	for (size_t i = 0; i < count; i++)
		values[i] = draw(kind);
	stats_spread(report, spread, values, count, NULL);
}

static void spread_of(struct spread *spread, size_t count, const __u64 *values)
{
	stats_spread(report, spread, values, count, NULL);
}

#define SPREAD(spread, ...) spread_of(spread, sizeof((__u64[]){ __VA_ARGS__ }) / sizeof(__u64), \
				      (__u64[]){ __VA_ARGS__ })

/* With 5 runs each, from the lowest quotient of all to the highest. */
static void the_interval_of_five_runs(void **state)
{
	struct interval ratio, difference, median;
	struct spread a, b;

	SPREAD(&a, 300, 310, 320, 330, 340);
	SPREAD(&b, 100, 110, 120, 130, 140);
	ratio = stats_ratio_interval(&a, &b);
	difference = stats_difference(&a, &b);
	median = stats_median_interval(&a);
	assert_true(ratio.known && difference.known && median.known);
	assert_true(fabs(ratio.low - 300.0 / 140) < 1e-9 && fabs(ratio.high - 3.4) < 1e-9);
	assert_true(difference.low == 160 && difference.high == 240);
	assert_true(median.low == 300 && median.high == 340);
}

static void too_few_runs_have_no_interval(void **state)
{
	struct spread a, b;

	SPREAD(&a, 300, 310);
	SPREAD(&b, 100, 110, 120);
	assert_false(stats_ratio_interval(&a, &b).known);
	assert_false(stats_median_interval(&a).known);
}

/* 1 lies outside of the interval exactly if the test tells the two apart. */
static void the_interval_is_the_tests_own(void **state)
{
	for (int i = 0; i < TRIALS; i++) {
		size_t count = 5 + (size_t)(lrand48() % 9);
		struct spread a, b;
		struct interval ratio;
		bool outside;

		runs_of(&a, LOG_NORMAL, count);
		runs_of(&b, i % 2 ? LOG_NORMAL : NORMAL, count);
		ratio = stats_ratio_interval(&a, &b);
		outside = ratio.low > 1 || ratio.high < 1;
		if (outside)
			assert_int_not_equal(stats_compare(&a, &b), STATS_ALIKE);
		if (stats_chance(&a, &b) > STATS_ERROR)
			assert_false(outside);
	}
}

/* How often intervals of two spreads that are alike have no 1 in them, in percent. */
static double misses(enum kind kind, size_t count)
{
	int missed = 0;

	for (int i = 0; i < TRIALS; i++) {
		struct spread a, b;
		struct interval ratio;

		runs_of(&a, kind, count);
		runs_of(&b, kind, count);
		ratio = stats_ratio_interval(&a, &b);
		missed += ratio.low > 1 || ratio.high < 1;
	}
	return 100.0 * missed / TRIALS;
}

static void intervals_cover_what_they_say(void **state)
{
	for (enum kind kind = 0; kind < KINDS; kind++) {
		for (size_t count = 5; count <= 15; count += 5)
			/* 1 %, and what 4,000 trials vary by */
			assert_true(misses(kind, count) < 1.5);
	}
}

/* The true median of NORMAL is 1e8. */
static void a_medians_interval_covers_it(void **state)
{
	for (size_t count = 5; count <= 25; count += 4) {
		int missed = 0;

		for (int i = 0; i < TRIALS; i++) {
			struct spread spread;
			struct interval median;

			runs_of(&spread, NORMAL, count);
			median = stats_median_interval(&spread);
			missed += median.low > 1e8 || median.high < 1e8;
		}
		assert_true(100.0 * missed / TRIALS < (count == 5 ? 7.5 : 6));
	}
}

static void more_runs_are_narrower(void **state)
{
	struct spread few[2], many[2];
	struct interval wide, narrow;

	for (int i = 0; i < 2; i++) {
		runs_of(&few[i], UNIFORM, 5);
		runs_of(&many[i], UNIFORM, 25);
	}
	wide = stats_ratio_interval(&few[0], &few[1]);
	narrow = stats_ratio_interval(&many[0], &many[1]);
	assert_true(narrow.high / narrow.low < wide.high / wide.low);
}

static void two_groups_are_seen(void **state)
{
	struct groups groups;
	struct spread spread;

	SPREAD(&spread, 37, 150, 38, 155, 39);
	assert_true(stats_two_groups(&spread, &groups));
	assert_int_equal(groups.fast, 3);
	assert_int_equal(groups.slow, 2);
	assert_true(groups.fast_min == 37 && groups.fast_max == 39);
	assert_true(groups.slow_min == 150 && groups.slow_max == 155);
	SPREAD(&spread, 37, 38, 39, 40, 155);	/* one slow run is no group */
	assert_false(stats_two_groups(&spread, &groups));
	SPREAD(&spread, 37, 155, 38, 154);
	assert_false(stats_two_groups(&spread, &groups));
	SPREAD(&spread, 37, 37, 37, 37, 37);
	assert_false(stats_two_groups(&spread, &groups));
}

static double groups_seen(enum kind kind, size_t count)
{
	int seen = 0;

	for (int i = 0; i < TRIALS; i++) {
		struct groups groups;
		struct spread spread;

		runs_of(&spread, kind, count);
		seen += stats_two_groups(&spread, &groups);
	}
	return 100.0 * seen / TRIALS;
}

static void one_group_is_seldom_taken_for_two(void **state)
{
	for (size_t count = 5; count <= 25; count += 5) {
		for (enum kind kind = 0; kind < TWO_MODES; kind++)
			assert_true(groups_seen(kind, count) < 1.6);
		/* One of the two has fewer than two runs in 12 of 32 cases with 5. */
		assert_true(groups_seen(TWO_MODES, count) > (count == 5 ? 55 : 95));
	}
}

static void a_trend_is_seen(void **state)
{
	double values[20];
	bool rising;

	for (int i = 0; i < 20; i++)
		values[i] = 1 + 0.01 * i + 0.02 * normal();
	assert_true(stats_trend(values, 20, &rising) < STATS_ERROR && rising);
	for (int i = 0; i < 20; i++)
		values[i] = -values[i];
	assert_true(stats_trend(values, 20, &rising) < STATS_ERROR && !rising);
	assert_true(stats_trend(values, 7, &rising) == 1);
}

static void chance_is_seldom_taken_for_a_trend(void **state)
{
	int seen = 0;

	for (int i = 0; i < TRIALS; i++) {
		double values[20];
		bool rising;

		for (int k = 0; k < 20; k++)
			values[k] = exp(0.3 * normal());
		seen += stats_trend(values, 20, &rising) <= STATS_ERROR;
	}
	assert_true(100.0 * seen / TRIALS < 1.5);
}

/* Every order as often as any other, and the same from the same seed. */
static void orders_are_drawn_fairly(void **state)
{
	__u64 draws = 7, again = 7, first[3] = { 0 };
	size_t order[3], same[3];

	for (int i = 0; i < TRIALS; i++) {
		size_t seen = 0;

		run_order_draw(&draws, order, 3);
		run_order_draw(&again, same, 3);
		assert_memory_equal(order, same, sizeof(order));
		for (int k = 0; k < 3; k++)
			seen |= 1 << order[k];
		assert_int_equal(seen, 7);
		first[order[0]]++;
	}
	for (int k = 0; k < 3; k++)
		assert_in_range(first[k], TRIALS / 3 - 150, TRIALS / 3 + 150);
	assert_true(run_order_seed() != run_order_seed());
	assert_in_range(run_order_seed(), 1, RUN_ORDER_SEEDS - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_interval_of_five_runs),
		cmocka_unit_test(too_few_runs_have_no_interval),
		cmocka_unit_test(the_interval_is_the_tests_own),
		cmocka_unit_test(intervals_cover_what_they_say),
		cmocka_unit_test(a_medians_interval_covers_it),
		cmocka_unit_test(more_runs_are_narrower),
		cmocka_unit_test(two_groups_are_seen),
		cmocka_unit_test(one_group_is_seldom_taken_for_two),
		cmocka_unit_test(a_trend_is_seen),
		cmocka_unit_test(chance_is_seldom_taken_for_a_trend),
		cmocka_unit_test(orders_are_drawn_fairly),
	};

	return cmocka_run_group_tests_name("shapes", tests, set_up, tear_down);
}
