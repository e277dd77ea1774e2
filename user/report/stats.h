/* SPDX-License-Identifier: GPL-2.0 */
/* Statistics over a handful of runs: medians, ranges, and whether two differ by more than noise.
 * Called by the builders to fill the spreads, by the claims and by the summary to compare them. */
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

/* Nothing of it is known. */
void stats_unknown(struct spread *spread, const char *why);

/* The spread holds numbers, with the runs that they come from. */
bool stats_known(const struct spread *spread);

/* Median of a over median of b; why if either is not known or b's is 0. */
struct measured_real stats_ratio(const struct spread *a, const struct spread *b);

/* (max - min) / median; why if it is not known or the median is 0. */
struct measured_real stats_scatter(const struct spread *spread);

/* The ranges [min, max] of a and b have a value in common. Both must be known. */
bool stats_overlap(const struct spread *a, const struct spread *b);

/* Two-sided error of one comparison, and of its interval; that of a family of comparisons together,
 * and of a median's interval. */
#define STATS_ERROR 0.01
#define STATS_FAMILY_ERROR 0.05

/* Where a value lies with the runs that there are; known only from STATS_MIN_RUNS on. */
struct interval {
	double low, high;
	bool known;
};

/*
 * Of the ratio and of the difference of two medians: 99 %, from 5 runs each on. With 5 it is from
 * the lowest of all pairs of runs to the highest (99.2 %); with 4, 97 %, with 3, 90 %.
 */
struct interval stats_ratio_interval(const struct spread *a, const struct spread *b);
struct interval stats_difference(const struct spread *a, const struct spread *b);
/* Of a median, from its order statistics: 95 %; up to 5 runs the whole range (5: 94 %, 3: 75 %). */
struct interval stats_median_interval(const struct spread *spread);

/* Mann and Whitney's p, two-sided; 1 if either is not known. */
double stats_chance(const struct spread *a, const struct spread *b);

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

/* The same for one of so many comparisons that are looked at together: with 5 % at most, one of all
 * of them is a false alarm (Bonferroni). */
enum stats_order stats_compare_among(const struct spread *a, const struct spread *b, double family);

#endif
