// SPDX-License-Identifier: GPL-2.0
/* Medians, ranges and the noise rule: see stats.h.
 * Called by the builders, the claims and the summary; pure arithmetic, integers where possible. */
#include "stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"

/*
 * Why ranks: times on a shared machine have one-sided outliers, so neither means nor a normal
 * distribution can be assumed, and one slow run among fifteen must not hide a difference as it
 * does when ranges are compared. The test is H. B. Mann and D. R. Whitney, "On a test of whether
 * one of two random variables is stochastically larger than the other", Annals of Mathematical
 * Statistics 18 (1947), 50-60. With 5 runs each it is significant at 1 % (p = 2/252) exactly when
 * the ranges do not overlap, so that the rule below 5 runs is its natural continuation (p = 2/70
 * with 4 runs, 2/20 with 3). The intervals of ratios and differences are those of the same test
 * (L. E. Moses, in Walker and Lev, "Statistical Inference", 1953; Hollander and Wolfe,
 * "Nonparametric Statistical Methods", 4.3): 1 is within a ratio's exactly if the test does not
 * tell the two apart.
 */
#define RANK_TEST_RUNS 5

/* Up to here the distribution of U is counted exactly; above, the normal approximation errs by
 * less than 0.001. */
#define EXACT_RUNS 20
#define EXACT_PAIRS (EXACT_RUNS * EXACT_RUNS)

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

void stats_unknown(struct spread *spread, const char *why)
{
	spread->median.why = spread->min.why = spread->max.why = why;
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

/* The chance of a U as small as this, on either side, if both are alike. */
static double chance_of(__u64 smaller, size_t n, size_t m)
{
	const double pairs = (double)n * (double)m;
	const double deviation = sqrt(pairs * (double)(n + m + 1) / 12);
	__s64 ways[EXACT_PAIRS + 1];
	__s64 all, tail = 0;
	double p;

	if (n > EXACT_RUNS || m > EXACT_RUNS) {
		p = erfc((pairs / 2 - (double)smaller - 0.5) / deviation / M_SQRT2);
	} else {
		all = count_orders(n, m, ways);
		for (__u64 u = 0; u <= smaller; u++)
			tail += ways[u];
		p = 2 * (double)tail / (double)all;
	}
	return p < 1 ? p : 1;
}

static __u64 smaller_u(const struct spread *a, const struct spread *b)
{
	const __u64 all = 2 * (__u64)a->run_count * b->run_count, above = twice_u(a, b);

	return ((above < all - above ? above : all - above) + 1) / 2;	/* ties count against it */
}

double stats_chance(const struct spread *a, const struct spread *b)
{
	if (!stats_known(a) || !stats_known(b))
		return 1;
	return chance_of(smaller_u(a, b), a->run_count, b->run_count);
}

/* Ranks against medians: what is shown would contradict what is said. */
static enum stats_order direction(const struct spread *a, const struct spread *b)
{
	const __u64 all = 2 * (__u64)a->run_count * b->run_count, above = twice_u(a, b);

	if ((2 * above > all) != (a->median.value > b->median.value))
		return STATS_ALIKE;
	return 2 * above > all ? STATS_GREATER : STATS_LESS;
}

enum stats_order stats_compare_among(const struct spread *a, const struct spread *b, double family)
{
	if (!stats_known(a) || !stats_known(b) || stats_chance(a, b) * family > STATS_FAMILY_ERROR)
		return STATS_ALIKE;
	return direction(a, b);
}

/* --- intervals --- */

static int ascending_real(const void *left, const void *right)
{
	const double a = *(const double *)left, b = *(const double *)right;

	return (a > b) - (a < b);
}

/* The pairs' values from the k-th lowest to the k-th highest, where so small a U as k - 1 is still
 * as rare as the test asks: the values at which the test would not tell the two apart. */
static struct interval of_pairs(double *pairs, size_t n, size_t m)
{
	size_t count = n * m, k = 1;

	qsort(pairs, count, sizeof(*pairs), ascending_real);
	while (2 * k + 1 < count && chance_of(k, n, m) <= STATS_ERROR)
		k++;
	return (struct interval){ pairs[k - 1], pairs[count - k], true };
}

static struct interval combine(const struct spread *a, const struct spread *b, bool quotient)
{
	struct interval interval = { 0 };
	double *pairs, middle;
	size_t count = 0;

	if (!stats_known(a) || !stats_known(b) || a->run_count < STATS_MIN_RUNS ||
	    b->run_count < STATS_MIN_RUNS || (quotient && b->min.value == 0))
		return interval;
	pairs = xcalloc(a->run_count * b->run_count, sizeof(*pairs));
	for (size_t i = 0; i < a->run_count; i++) {
		for (size_t j = 0; j < b->run_count; j++)
			pairs[count++] = quotient ? (double)a->runs[i] / (double)b->runs[j] :
						    (double)a->runs[i] - (double)b->runs[j];
	}
	interval = of_pairs(pairs, a->run_count, b->run_count);
	free(pairs);
	/* It is shown beside the medians' own. */
	middle = quotient ? (double)a->median.value / (double)b->median.value :
			    (double)a->median.value - (double)b->median.value;
	interval.low = middle < interval.low ? middle : interval.low;
	interval.high = middle > interval.high ? middle : interval.high;
	return interval;
}

struct interval stats_ratio_interval(const struct spread *a, const struct spread *b)
{
	return combine(a, b, true);
}

struct interval stats_difference(const struct spread *a, const struct spread *b)
{
	return combine(a, b, false);
}

/* The median lies between the k-th lowest and the k-th highest run unless fewer than k of n runs
 * fall on one side of it, as n tosses of a coin would. */
struct interval stats_median_interval(const struct spread *spread)
{
	const size_t n = spread->run_count;
	double ways = 1, tail = 1, all = exp2((double)n);
	struct interval interval = { 0 };
	__u64 *sorted;
	size_t k = 1;

	if (!stats_known(spread) || n < STATS_MIN_RUNS)
		return interval;
	sorted = xcalloc(n, sizeof(*sorted));
	memcpy(sorted, spread->runs, n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), ascending);
	while (2 * k + 1 < n) {
		ways = ways * (double)(n - k + 1) / (double)k;
		tail += ways;
		if (2 * tail / all > STATS_FAMILY_ERROR)
			break;
		k++;
	}
	interval = (struct interval){ sorted[k - 1], sorted[n - k], true };
	free(sorted);
	return interval;
}

/* --- the noise rule --- */

static enum stats_order compare_ranks(const struct spread *a, const struct spread *b)
{
	return stats_chance(a, b) <= STATS_ERROR ? direction(a, b) : STATS_ALIKE;
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
