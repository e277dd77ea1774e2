/* SPDX-License-Identifier: GPL-2.0 */
/* What a handful of runs look like: one group or two, and whether they drift.
 * Used by the warnings, the sweep's sentences and the page. */
#ifndef ZC_STATS_SHAPE_H
#define ZC_STATS_SHAPE_H

#include "stats.h"

/* Two groups of runs with nothing between them. */
struct groups {
	size_t fast, slow;			/* runs in each, at least 2 */
	__u64 fast_min, fast_max;
	__u64 slow_min, slow_max;
};

/*
 * Whether the runs fall into two groups: the widest gap of their logarithms that leaves two runs on
 * either side is wider than chance makes one of as many values that are spread evenly, in 99 of 100
 * cases. (The spacings
 * of n such values are as the pieces of a stick broken at random: one of them is more than x of the
 * whole with probability (1 - x)^(n - 2); R. Pyke, "Spacings", J. R. Stat. Soc. B 27 (1965).)
 * Values with one peak have smaller gaps in their middle. Needs 5 runs.
 */
bool stats_two_groups(const struct spread *spread, struct groups *groups);

/*
 * Mann and Kendall's test for a trend, two-sided: the chance that values without one are as ordered
 * as these (H. B. Mann, "Nonparametric tests against trend", Econometrica 13 (1945)). rising: which
 * way. 1 with fewer than 8 values.
 */
double stats_trend(const double *values, size_t count, bool *rising);

#endif
