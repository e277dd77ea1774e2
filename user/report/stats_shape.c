// SPDX-License-Identifier: GPL-2.0
/* Groups and trends among runs: see stats_shape.h. Pure arithmetic. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stats_shape.h"

#include "alloc.h"

enum { GROUP_RUNS = 2, GROUPS_FROM = 5, TREND_FROM = 8 };

#define GROUPS_ERROR 0.01

static int ascending(const void *left, const void *right)
{
	const __u64 a = *(const __u64 *)left, b = *(const __u64 *)right;

	return (a > b) - (a < b);
}

/* Times spread by factors: their logarithms have no long tail that would look like a group. */
static double distance(__u64 low, __u64 high)
{
	return log((double)high + 1) - log((double)low + 1);
}

/* The widest gap with two runs or more on either side: where the slow group begins. */
static size_t widest_gap(const __u64 *sorted, size_t count)
{
	size_t at = GROUP_RUNS;

	for (size_t i = GROUP_RUNS; i + GROUP_RUNS <= count; i++) {
		if (distance(sorted[i - 1], sorted[i]) > distance(sorted[at - 1], sorted[at]))
			at = i;
	}
	return at;
}

bool stats_two_groups(const struct spread *spread, struct groups *groups)
{
	const size_t n = spread->run_count;
	double range, gap, chance;
	__u64 *sorted;
	size_t at;

	if (!stats_known(spread) || n < GROUPS_FROM)
		return false;
	sorted = xcalloc(n, sizeof(*sorted));
	memcpy(sorted, spread->runs, n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), ascending);
	at = widest_gap(sorted, n);
	range = distance(sorted[0], sorted[n - 1]);
	gap = distance(sorted[at - 1], sorted[at]);
	*groups = (struct groups){ at, n - at, sorted[0], sorted[at - 1], sorted[at],
				   sorted[n - 1] };
	free(sorted);
	if (range <= 0)
		return false;
	chance = (double)(n - 2 * GROUP_RUNS + 1) * pow(1 - gap / range, (double)(n - 2));
	return chance <= GROUPS_ERROR;
}

double stats_trend(const double *values, size_t count, bool *rising)
{
	const double n = (double)count, variance = n * (n - 1) * (2 * n + 5) / 18;
	double sum = 0;

	*rising = false;
	if (count < TREND_FROM)
		return 1;
	for (size_t i = 0; i < count; i++) {
		for (size_t j = i + 1; j < count; j++)
			sum += (values[j] > values[i]) - (values[j] < values[i]);
	}
	*rising = sum > 0;
	sum = fabs(sum) - 1;
	return sum <= 0 ? 1 : erfc(sum / sqrt(variance) / M_SQRT2);
}
