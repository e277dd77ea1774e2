/* SPDX-License-Identifier: GPL-2.0 */
/* Sizes in bytes as people write them ("64K", "1.2GB") and read them ("64 KiB").
 * Called by every program that takes a size option, and by the renderers. */
#ifndef ZC_SIZE_H
#define ZC_SIZE_H

#include <stddef.h>
#include <linux/types.h>

/* Room for the longest text that size_format() makes, its final NUL included. */
#define SIZE_TEXT_BYTES 24

/*
 * Reads a whole size text, in dd's convention:
 *   4096  23B         bytes
 *   64K   64KiB       powers of 1024: K M G T, each also with iB
 *   64KB  1.2GB       powers of 1000: KB MB GB TB
 * The K, M, G or T may be lower case. A decimal fraction is exact: it must give a whole number of
 * bytes (1.5K is 1536, 1.2GB is 1200000000, 1.2GiB is refused).
 *
 * Returns 0 and sets *bytes; -EINVAL: not such a text; -ERANGE: more than 2^64 - 1 bytes, or more
 * significant digits than 64 bits hold. *bytes is untouched on an error.
 */
int size_parse(const char *text, __u64 *bytes);

/* The same with other units: sets *unit to what the suffix stands for; 0 or -EINVAL. */
typedef int size_unit_fn(const char *suffix, __u64 *unit);
int size_parse_as(const char *text, size_unit_fn *parse_suffix, __u64 *value);

/*
 * Writes bytes in the largest binary unit that they fill: "23 B", "64 KiB", "1.20 GiB".
 * Without decimals only where the figure is exact. Returns buf, cut to buf_bytes (which is > 0).
 */
const char *size_format(__u64 bytes, char *buf, size_t buf_bytes);

#endif
