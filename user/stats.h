/* SPDX-License-Identifier: GPL-2.0 */
/* Statistics over a handful of runs: medians, ranges, and whether two differ by more than noise.
 * Called by measure.c to fill the spreads, by the claims and by the summary to compare them. */
#ifndef ZC_STATS_H
#define ZC_STATS_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

#include "report.h"

/* With fewer runs on either side, stats_compare() never sees a difference. */
#define STATS_MIN_RUNS 3

/*
 * The middle of count values in ascending order; of an even count the mean of the middle two,
 * halves rounded up. count 0 gives 0.
 */
__u64 stats_median(const __u64 *sorted, size_t count);

/*
 * Fills *spread from count values in the order in which they were measured; the arrays belong to
 * the report. Without values the three numbers are not measured, for the reason why.
 */
void stats_spread(struct report *report, struct spread *spread, const __u64 *values, size_t count,
		  const char *why);

/* The spread holds numbers, with the runs that they come from. */
bool stats_known(const struct spread *spread);

/* Median of a over median of b; why if either is not known or b's is 0. */
struct measured_real stats_ratio(const struct spread *a, const struct spread *b);

/* (max - min) / median; why if it is not known or the median is 0. */
struct measured_real stats_scatter(const struct spread *spread);

/* The ranges [min, max] of a and b have a value in common. Both must be known. */
bool stats_overlap(const struct spread *a, const struct spread *b);

enum stats_order {
	STATS_LESS = -1,	/* a is less than b, by more than noise */
	STATS_ALIKE = 0,	/* not told apart */
	STATS_GREATER = 1,
};

/*
 * Whether a and b differ by more than their own noise:
 *   5 or more runs each: the Mann-Whitney test, two-sided, 1 %;
 *   3 or 4 runs of either: the ranges must not overlap;
 *   fewer: never.
 * Spreads that are not known are not told apart.
 */
enum stats_order stats_compare(const struct spread *a, const struct spread *b);

#endif
