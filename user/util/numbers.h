/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers as text for people, as in the C locale: LC_NUMERIC is left alone. */
#ifndef ZC_NUMBERS_H
#define ZC_NUMBERS_H

#include <linux/types.h>

/* Numbers for people; each returns buf, of at least NUMBER_BYTES. */
enum { NUMBER_BYTES = 64 };
/* 1234567 -> "1,234,567" (32 bytes are enough) */
char *number_count(__u64 value, char *buf);
/* ns -> "0.412 s", "18.3 ms", "850 µs" (32 bytes are enough) */
char *number_time(__u64 ns, char *buf);
/* Two times in the unit of the longer: "0.398–0.512 s" */
char *number_time_range(__u64 min_ns, __u64 max_ns, char *buf);
/* 1.00; "<0.01" where something so small is not nothing; 1.23e+09 */
char *number_ratio(double value, char *buf);
/* Bits per second -> "1 Gbit/s" */
char *number_rate(__u64 bits, char *buf);
/* 65536 -> "64 KiB", 65535 -> "65,535 B": exact, for sizes that somebody chose */
char *number_chunk(__u64 bytes, char *buf);

#endif
