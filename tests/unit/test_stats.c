// SPDX-License-Identifier: GPL-2.0
/* Tests of medians, spreads and of the noise rule, against published critical values.
 * Run by `make test`; needs no privilege. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "report_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct spread spread_of(struct report *report, const __u64 *values, size_t count)
{
	struct spread spread;

	stats_spread(report, &spread, values, count, "no runs");
	return spread;
}

static void median_is_the_middle(void **state)
{
	const __u64 one[] = { 7 };
	const __u64 odd[] = { 1, 5, 100 };
	const __u64 even[] = { 1, 4, 6, 100 };
	const __u64 half[] = { 1, 2 };
	const __u64 same[] = { 9, 9, 9, 9 };
	const __u64 huge[] = { ~0ULL - 2, ~0ULL - 1 };

	(void)state;
	assert_int_equal(stats_median(NULL, 0), 0);
	assert_int_equal(stats_median(one, 1), 7);
	assert_int_equal(stats_median(odd, 3), 5);
	assert_int_equal(stats_median(even, 4), 5);
	assert_int_equal(stats_median(half, 2), 2);
	assert_int_equal(stats_median(same, 4), 9);
	assert_true(stats_median(huge, 2) == ~0ULL - 1);
}

static void spread_keeps_the_order_of_runs(void **state)
{
	const __u64 values[] = { 40, 10, 30, 21 };
	struct report *report = fixture_empty();
	struct spread spread = spread_of(report, values, COUNT(values));

	(void)state;
	assert_true(stats_known(&spread));
	assert_int_equal(spread.run_count, 4);
	assert_memory_equal(spread.runs, values, sizeof(values));
	assert_ptr_not_equal(spread.runs, values);
	assert_int_equal(spread.median.value, 26);
	assert_int_equal(spread.min.value, 10);
	assert_int_equal(spread.max.value, 40);
	assert_null(spread.median.why);
	report_free(report);
}

static void spread_of_nothing_says_why(void **state)
{
	struct report *report = fixture_empty();
	struct spread spread;

	(void)state;
	stats_spread(report, &spread, NULL, 0, "it was not run");
	assert_false(stats_known(&spread));
	assert_string_equal(spread.median.why, "it was not run");
	assert_string_equal(spread.min.why, "it was not run");
	assert_string_equal(spread.max.why, "it was not run");
	assert_int_equal(spread.run_count, 0);
	stats_spread(report, &spread, NULL, 0, NULL);
	assert_non_null(spread.median.why);
	report_free(report);
}

static void one_missing_number_makes_a_spread_unknown(void **state)
{
	const __u64 values[] = { 1, 2, 3 };
	struct report *report = fixture_empty();
	struct spread spread = spread_of(report, values, 3);

	(void)state;
	spread.min.why = "lost";
	assert_false(stats_known(&spread));
	spread = spread_of(report, values, 3);
	spread.max.why = "lost";
	assert_false(stats_known(&spread));
	spread = spread_of(report, values, 3);
	spread.runs = NULL;
	assert_false(stats_known(&spread));
	assert_non_null(stats_ratio(&spread, &spread).why);
	assert_non_null(stats_scatter(&spread).why);
	report_free(report);
}

static void ratio_and_scatter(void **state)
{
	const __u64 slow[] = { 300, 310, 330 }, fast[] = { 100, 90, 130 }, zero[] = { 0, 0 };
	struct report *report = fixture_empty();
	struct spread a = spread_of(report, slow, 3), b = spread_of(report, fast, 3);
	struct spread none = spread_of(report, NULL, 0), nothing = spread_of(report, zero, 2);

	(void)state;
	assert_null(stats_ratio(&a, &b).why);
	assert_float_equal(stats_ratio(&a, &b).value, 3.1, 1e-12);
	assert_float_equal(stats_scatter(&b).value, 0.4, 1e-12);
	assert_float_equal(stats_ratio(&nothing, &a).value, 0, 0);
	assert_non_null(stats_ratio(&a, &none).why);
	assert_non_null(stats_ratio(&none, &a).why);
	assert_non_null(stats_ratio(&a, &nothing).why);
	assert_non_null(stats_scatter(&none).why);
	assert_non_null(stats_scatter(&nothing).why);
	report_free(report);
}

static void ranges_overlap_where_they_touch(void **state)
{
	const __u64 low[] = { 1, 5 }, touching[] = { 5, 9 }, above[] = { 6, 9 };
	const __u64 inside[] = { 2, 3 };
	struct report *report = fixture_empty();
	struct spread a = spread_of(report, low, 2), b = spread_of(report, touching, 2);
	struct spread c = spread_of(report, above, 2), d = spread_of(report, inside, 2);

	(void)state;
	assert_true(stats_overlap(&a, &b));
	assert_true(stats_overlap(&b, &a));
	assert_false(stats_overlap(&a, &c));
	assert_false(stats_overlap(&c, &a));
	assert_true(stats_overlap(&a, &d));
	assert_true(stats_overlap(&d, &a));
	report_free(report);
}

/* n values below m values, except that the last of the lower ones is above `above` of them. */
static void separated(struct report *report, size_t n, size_t m, size_t above, struct spread *low,
		      struct spread *high)
{
	__u64 lower[64], higher[64];

	for (size_t i = 0; i < m; i++)
		higher[i] = 1000 + 2 * i;
	for (size_t i = 0; i < n; i++)
		lower[i] = 10 + i;
	/* U counts the pairs in the wrong order: spread them over as many values as are needed. */
	for (size_t i = n; i-- > 0 && above > 0;) {
		size_t wrong = above < m ? above : m;

		lower[i] = 1000 + 2 * wrong - 1;
		above -= wrong;
	}
	*low = spread_of(report, lower, n);
	*high = spread_of(report, higher, m);
}

/* Critical values of U, two-sided, 1 %, as in the tables (n, m, U): at U it is significant, at
 * U + 1 it is not. */
static void rank_test_has_the_published_critical_values(void **state)
{
	static const struct {
		size_t n, m, u;
	} rows[] = {
		{ 5, 5, 0 },
		{ 5, 6, 1 },
		{ 5, 8, 2 },
		{ 5, 10, 4 },
		{ 6, 6, 2 },
		{ 7, 7, 4 },
		{ 8, 8, 7 },
		{ 9, 9, 11 },
		{ 10, 10, 16 },
		{ 12, 12, 27 },
		{ 15, 15, 51 },
		{ 18, 18, 81 },
		{ 20, 20, 105 },
		{ 10, 20, 42 },
		{ 5, 20, 13 },
	};
	struct report *report = fixture_empty();

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct spread low, high;

		separated(report, rows[i].n, rows[i].m, rows[i].u, &low, &high);
		if (stats_compare(&low, &high) != STATS_LESS ||
		    stats_compare(&high, &low) != STATS_GREATER)
			fail_msg("n %zu, m %zu: U %zu should be significant", rows[i].n, rows[i].m,
				 rows[i].u);
		separated(report, rows[i].n, rows[i].m, rows[i].u + 1, &low, &high);
		if (stats_compare(&low, &high) != STATS_ALIKE ||
		    stats_compare(&high, &low) != STATS_ALIKE)
			fail_msg("n %zu, m %zu: U %zu should be chance", rows[i].n, rows[i].m,
				 rows[i].u + 1);
	}
	report_free(report);
}

/* Above 20 runs: (U - 0.5 - nm/2)^2 > 2.5758^2 nm(n+m+1)/12. For 30 and 30 it turns at 275. */
static void rank_test_of_many_runs_is_the_normal_one(void **state)
{
	struct report *report = fixture_empty();
	struct spread low, high;

	(void)state;
	separated(report, 30, 30, 275, &low, &high);
	assert_int_equal(stats_compare(&low, &high), STATS_LESS);
	assert_int_equal(stats_compare(&high, &low), STATS_GREATER);
	separated(report, 30, 30, 276, &low, &high);
	assert_int_equal(stats_compare(&low, &high), STATS_ALIKE);
	separated(report, 21, 5, 0, &low, &high);
	assert_int_equal(stats_compare(&low, &high), STATS_LESS);
	separated(report, 5, 21, 0, &low, &high);
	assert_int_equal(stats_compare(&low, &high), STATS_LESS);
	report_free(report);
}

static void one_outlier_among_many_does_not_hide_a_difference(void **state)
{
	__u64 fast[15], slow[15];
	struct report *report = fixture_empty();
	struct spread a, b;

	(void)state;
	for (size_t i = 0; i < 15; i++) {
		fast[i] = 100 + i;
		slow[i] = 200 + i;
	}
	fast[3] = 900;
	a = spread_of(report, fast, 15);
	b = spread_of(report, slow, 15);
	assert_true(stats_overlap(&a, &b));
	assert_int_equal(stats_compare(&a, &b), STATS_LESS);
	report_free(report);
}

static void few_runs_are_compared_by_their_ranges(void **state)
{
	const __u64 low[] = { 10, 12, 11, 13 }, high[] = { 20, 22, 21, 23 };
	const __u64 touching[] = { 13, 22, 21, 23, 24 };
	struct report *report = fixture_empty();

	(void)state;
	for (size_t n = 1; n <= 4; n++) {
		struct spread a = spread_of(report, low, n), b = spread_of(report, high, n);
		struct spread c = spread_of(report, touching, 5);

		assert_int_equal(stats_compare(&a, &b),
				 n < STATS_MIN_RUNS ? STATS_ALIKE : STATS_LESS);
		assert_int_equal(stats_compare(&b, &a),
				 n < STATS_MIN_RUNS ? STATS_ALIKE : STATS_GREATER);
		if (n == 4)
			assert_int_equal(stats_compare(&a, &c), STATS_ALIKE);
	}
	report_free(report);
}

static void equal_and_unknown_are_not_told_apart(void **state)
{
	const __u64 same[] = { 5, 5, 5, 5, 5, 5 }, other[] = { 6, 6, 6, 6, 6, 6 };
	struct report *report = fixture_empty();
	struct spread a = spread_of(report, same, 6), b = spread_of(report, other, 6);
	struct spread none = spread_of(report, NULL, 0);

	(void)state;
	assert_int_equal(stats_compare(&a, &a), STATS_ALIKE);
	assert_int_equal(stats_compare(&a, &b), STATS_LESS);
	assert_int_equal(stats_compare(&a, &none), STATS_ALIKE);
	assert_int_equal(stats_compare(&none, &b), STATS_ALIKE);
	a.median.why = "lost"; /* although the runs are there */
	assert_int_equal(stats_compare(&a, &b), STATS_ALIKE);
	assert_int_equal(stats_compare(&b, &a), STATS_ALIKE);
	report_free(report);
}

/* A tie is half a pair in the wrong order, and counts as a whole one: 5 against 5 runs with one
 * tie between them are not different. */
static void a_tie_counts_against_a_difference(void **state)
{
	const __u64 low[] = { 1, 2, 3, 4, 5 }, high[] = { 5, 6, 7, 8, 9 };
	struct report *report = fixture_empty();
	struct spread a = spread_of(report, low, 5), b = spread_of(report, high, 5);

	(void)state;
	assert_int_equal(stats_compare(&a, &b), STATS_ALIKE);
	report_free(report);
}

/* Most runs of a are above those of b, but its median is not: to call it greater would contradict
 * the numbers that are shown. */
static void ranks_do_not_contradict_medians(void **state)
{
	__u64 first[61], second[61];
	struct report *report = fixture_empty();
	struct spread a, b;

	(void)state;
	for (size_t i = 0; i < 61; i++) {
		first[i] = i < 31 ? 100 + i : 1000 + i;
		second[i] = i < 30 ? i : 140 + i;
	}
	a = spread_of(report, first, 61);
	b = spread_of(report, second, 61);
	assert_true(a.median.value < b.median.value);
	assert_int_equal(stats_compare(&a, &b), STATS_ALIKE);
	assert_int_equal(stats_compare(&b, &a), STATS_ALIKE);
	first[30] = 500; /* now the medians agree with the ranks */
	a = spread_of(report, first, 61);
	assert_int_equal(stats_compare(&a, &b), STATS_GREATER);
	assert_int_equal(stats_compare(&b, &a), STATS_LESS);
	report_free(report);
}

/* Whatever the numbers: the median is between the ends and splits the runs, the order of the
 * runs is nothing to it, comparing is antisymmetric, and no spread differs from itself. */
static void properties_of_random_runs(void **state)
{
	unsigned long long random = 1;
	size_t differences = 0;

	(void)state;
	for (unsigned int trial = 0; trial < 2000; trial++) {
		struct report *report = fixture_empty();
		__u64 first[40], second[40];
		size_t n = 1 + fixture_random(&random, 30), m = 1 + fixture_random(&random, 30);
		unsigned int shift = fixture_random(&random, 200);
		size_t below = 0, above = 0;
		struct spread a, b;

		for (size_t i = 0; i < n; i++)
			first[i] = 100 + fixture_random(&random, 100);
		for (size_t i = 0; i < m; i++)
			second[i] = 100 + shift + fixture_random(&random, 100);
		a = spread_of(report, first, n);
		b = spread_of(report, second, m);

		assert_true(a.min.value <= a.median.value && a.median.value <= a.max.value);
		for (size_t i = 0; i < n; i++) {
			below += first[i] < a.median.value;
			above += first[i] > a.median.value;
		}
		assert_true(2 * below <= n && 2 * above <= n);
		assert_int_equal(stats_compare(&a, &b), -(int)stats_compare(&b, &a));
		assert_int_equal(stats_compare(&a, &a), STATS_ALIKE);
		if (!stats_overlap(&a, &b) && n >= 5 && m >= 5)
			assert_int_equal(stats_compare(&a, &b), STATS_LESS);
		if (n >= STATS_MIN_RUNS && m >= STATS_MIN_RUNS && shift == 0)
			differences += stats_compare(&a, &b) != STATS_ALIKE;
		report_free(report);
	}
	assert_in_range(differences, 0, 3); /* of the few trials without a shift */
}

/* Without a difference the rank test sees one in about 1 of 100 cases: not many, and not never. */
static void false_alarms_are_one_in_a_hundred(void **state)
{
	unsigned long long random = 7;
	struct report *report = fixture_empty();
	unsigned int alarms = 0;

	(void)state;
	for (unsigned int trial = 0; trial < 4000; trial++) {
		__u64 first[9], second[9];
		struct spread a, b;

		for (size_t i = 0; i < 9; i++) {
			first[i] = fixture_random(&random, 1000000);
			second[i] = fixture_random(&random, 1000000);
		}
		a = spread_of(report, first, 9);
		b = spread_of(report, second, 9);
		alarms += stats_compare(&a, &b) != STATS_ALIKE;
	}
	assert_in_range(alarms, 15, 60);
	report_free(report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(median_is_the_middle),
		cmocka_unit_test(spread_keeps_the_order_of_runs),
		cmocka_unit_test(spread_of_nothing_says_why),
		cmocka_unit_test(one_missing_number_makes_a_spread_unknown),
		cmocka_unit_test(ratio_and_scatter),
		cmocka_unit_test(ranges_overlap_where_they_touch),
		cmocka_unit_test(rank_test_has_the_published_critical_values),
		cmocka_unit_test(rank_test_of_many_runs_is_the_normal_one),
		cmocka_unit_test(one_outlier_among_many_does_not_hide_a_difference),
		cmocka_unit_test(few_runs_are_compared_by_their_ranges),
		cmocka_unit_test(equal_and_unknown_are_not_told_apart),
		cmocka_unit_test(a_tie_counts_against_a_difference),
		cmocka_unit_test(ranks_do_not_contradict_medians),
		cmocka_unit_test(properties_of_random_runs),
		cmocka_unit_test(false_alarms_are_one_in_a_hundred),
	};

	return cmocka_run_group_tests_name("stats", tests, NULL, NULL);
}
