/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers as words of a sentence: "1 run", "65,536 page faults", "0.412 s", "3.6×".
 * Called by the claims, the summary and its warnings; every text belongs to the report. */
#ifndef ZC_WORDS_H
#define ZC_WORDS_H

#include <linux/types.h>

#include "report.h"
#include "stats.h"

/* 1234567 -> "1,234,567" */
const char *words_count(struct report *report, __u64 value);

/* 1, "run", "runs" -> "1 run"; 5000 -> "5,000 runs" */
const char *words_many(struct report *report, __u64 value, const char *one, const char *many);

/* ns -> "0.412 s", "18.3 ms", "850 µs" */
const char *words_time(struct report *report, __u64 ns);

/* bytes -> "512 MiB" */
const char *words_size(struct report *report, __u64 bytes);

/* bytes that somebody chose -> "64 KiB", "65,535 B": exact */
const char *words_chunk(struct report *report, __u64 bytes);

/* bits per second -> "1 Gbit/s" */
const char *words_rate(struct report *report, __u64 bits);

/* 1.00, 0.00, "<0.01" where something so small is not nothing */
const char *words_ratio(struct report *report, double value);

/* How many times: "1.04×" below 2, "3.6×" below 10, "42×", "1,171×". */
const char *words_times(struct report *report, double ratio);

/* A ratio with the interval that it lies in: "3.4× [1.6–5.2]"; without brackets if none is
 * known. */
const char *words_times_within(struct report *report, double ratio, struct interval within);

/* A median with its interval: "0.325 s [0.281–0.426 s]". */
const char *words_median(struct report *report, const struct spread *spread);

/* A difference of times with its interval: "0.128 s [0.101–0.153 s]"; either may be below 0. */
const char *words_difference(struct report *report, double ns, struct interval within);

/* The same without the sign, for "586 times as often". */
const char *words_factor(struct report *report, double ratio);

/* "a", "a and b", "a, b and c"; "" of nothing. */
const char *words_list(struct report *report, const char *const *items, size_t count);

#endif
