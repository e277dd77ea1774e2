// SPDX-License-Identifier: GPL-2.0
/* Medians, ranges and the noise rule: see stats.h.
 * Called by measure.c, the claims and the summary; pure arithmetic, integers where possible. */
#include "stats.h"

#include <stdlib.h>
#include <string.h>

/*
 * Why ranks: times on a shared machine have one-sided outliers, so neither means nor a normal
 * distribution can be assumed, and one slow run among fifteen must not hide a difference as it
 * does when ranges are compared. The test is H. B. Mann and D. R. Whitney, "On a test of whether
 * one of two random variables is stochastically larger than the other", Annals of Mathematical
 * Statistics 18 (1947), 50-60. With 5 runs each it is significant at 1 % (p = 2/252) exactly when
 * the ranges do not overlap, so that the rule below 5 runs is its natural continuation (p = 2/70
 * with 4 runs, 2/20 with 3).
 */
#define RANK_TEST_RUNS 5

/* Up to here the distribution of U is counted exactly; above, the normal approximation errs by
 * less than 0.001. */
#define EXACT_RUNS 20
#define EXACT_PAIRS (EXACT_RUNS * EXACT_RUNS)

#define SIGNIFICANCE_INVERSE 100	/* two-sided level 1/100 */
#define NORMAL_QUANTILE_SQUARED 6.6349	/* 2.5758^2: the same level of the normal distribution */

__u64 stats_median(const __u64 *sorted, size_t count)
{
	__u64 low, high;

	if (count == 0)
		return 0;
	low = sorted[(count - 1) / 2];
	high = sorted[count / 2];
	return low + (high - low) / 2 + (high - low) % 2;
}

static int ascending(const void *left, const void *right)
{
	const __u64 a = *(const __u64 *)left;
	const __u64 b = *(const __u64 *)right;

	return (a > b) - (a < b);
}

void stats_spread(struct report *report, struct spread *spread, const __u64 *values, size_t count,
		  const char *why)
{
	const struct measured unknown = { .why = report_text(report, why ? why : "no runs") };
	__u64 *sorted;

	*spread = (struct spread){ .median = unknown, .min = unknown, .max = unknown };
	if (count == 0)
		return;

	spread->runs = report_alloc(report, count * sizeof(*values));
	memcpy(spread->runs, values, count * sizeof(*values));
	spread->run_count = count;

	sorted = report_alloc(report, count * sizeof(*values));
	memcpy(sorted, values, count * sizeof(*values));
	qsort(sorted, count, sizeof(*sorted), ascending);
	spread->median = (struct measured){ .value = stats_median(sorted, count) };
	spread->min = (struct measured){ .value = sorted[0] };
	spread->max = (struct measured){ .value = sorted[count - 1] };
}

bool stats_known(const struct spread *spread)
{
	return !spread->median.why && !spread->min.why && !spread->max.why && spread->runs &&
	       spread->run_count > 0;
}

/* Why a spread has no numbers, for people. */
static const char *unknown_why(const struct spread *spread)
{
	return spread->median.why ? spread->median.why : "no runs";
}

struct measured_real stats_ratio(const struct spread *a, const struct spread *b)
{
	if (!stats_known(a))
		return (struct measured_real){ .why = unknown_why(a) };
	if (!stats_known(b))
		return (struct measured_real){ .why = unknown_why(b) };
	if (b->median.value == 0)
		return (struct measured_real){ .why = "nothing divides by a median of 0" };
	return (struct measured_real){ .value = (double)a->median.value / (double)b->median.value };
}

struct measured_real stats_scatter(const struct spread *spread)
{
	if (!stats_known(spread))
		return (struct measured_real){ .why = unknown_why(spread) };
	if (spread->median.value == 0)
		return (struct measured_real){ .why = "nothing divides by a median of 0" };
	return (struct measured_real){ .value = (double)(spread->max.value - spread->min.value) /
						(double)spread->median.value };
}

bool stats_overlap(const struct spread *a, const struct spread *b)
{
	return a->min.value <= b->max.value && b->min.value <= a->max.value;
}

/* Twice Mann and Whitney's U: over all pairs, 2 where a's run is the greater, 1 where equal. */
static __u64 twice_u(const struct spread *a, const struct spread *b)
{
	__u64 sum = 0;

	for (size_t i = 0; i < a->run_count; i++)
		for (size_t j = 0; j < b->run_count; j++)
			sum += 2 * (a->runs[i] > b->runs[j]) + (a->runs[i] == b->runs[j]);
	return sum;
}

/*
 * ways[u] = the number of orders of n and m different values that have this U, and their sum: the
 * coefficients of the Gaussian binomial, product over i = 1..n of (1 - q^(m+i)) / (1 - q^i).
 */
static __s64 count_orders(size_t n, size_t m, __s64 ways[EXACT_PAIRS + 1])
{
	const size_t pairs = n * m;
	__s64 all = 0;

	memset(ways, 0, (EXACT_PAIRS + 1) * sizeof(*ways));
	ways[0] = 1;
	for (size_t i = 1; i <= n; i++) {
		for (size_t u = pairs; u >= m + i; u--)
			ways[u] -= ways[u - (m + i)];
		for (size_t u = i; u <= pairs; u++)
			ways[u] += ways[u - i];
	}
	for (size_t u = 0; u <= pairs; u++)
		all += ways[u];
	return all;
}

/* A U as small as this (the smaller of the two sides) is chance in at most 1 of 100 cases. */
static bool significant_exact(__u64 twice_smaller, size_t n, size_t m)
{
	const __u64 smaller = (twice_smaller + 1) / 2;	/* ties count against a difference */
	__s64 ways[EXACT_PAIRS + 1];
	__s64 all = count_orders(n, m, ways);
	__s64 tail = 0;

	for (__u64 u = 0; u <= smaller; u++)
		tail += ways[u];
	return 2 * tail * SIGNIFICANCE_INVERSE <= all;
}

static bool significant_normal(__u64 twice_smaller, size_t n, size_t m)
{
	const double pairs = (double)n * (double)m;
	const double variance = pairs * (double)(n + m + 1) / 12;
	const double distance = pairs / 2 - (double)twice_smaller / 2 - 0.5;

	return distance > 0 && distance * distance > NORMAL_QUANTILE_SQUARED * variance;
}

static enum stats_order compare_ranks(const struct spread *a, const struct spread *b)
{
	const size_t n = a->run_count, m = b->run_count;
	const __u64 all = 2 * (__u64)n * m;
	const __u64 above = twice_u(a, b);
	const __u64 smaller = above < all - above ? above : all - above;
	bool significant;

	if (n <= EXACT_RUNS && m <= EXACT_RUNS)
		significant = significant_exact(smaller, n, m);
	else
		significant = significant_normal(smaller, n, m);
	/* Ranks against medians: what is shown would contradict what is said. */
	if (!significant || (2 * above > all) != (a->median.value > b->median.value))
		return STATS_ALIKE;
	return 2 * above > all ? STATS_GREATER : STATS_LESS;
}

static enum stats_order compare_ranges(const struct spread *a, const struct spread *b)
{
	if (stats_overlap(a, b))
		return STATS_ALIKE;
	return a->min.value > b->max.value ? STATS_GREATER : STATS_LESS;
}

enum stats_order stats_compare(const struct spread *a, const struct spread *b)
{
	size_t fewer;

	if (!stats_known(a) || !stats_known(b))
		return STATS_ALIKE;
	fewer = a->run_count < b->run_count ? a->run_count : b->run_count;
	if (fewer < STATS_MIN_RUNS)
		return STATS_ALIKE;
	if (fewer < RANK_TEST_RUNS)
		return compare_ranges(a, b);
	return compare_ranks(a, b);
}
