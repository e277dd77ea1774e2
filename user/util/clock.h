/* SPDX-License-Identifier: GPL-2.0 */
/* The clock that the kernel side uses as well (bpf_ktime_get_ns): CLOCK_MONOTONIC. */
#ifndef ZC_CLOCK_H
#define ZC_CLOCK_H

#include <time.h>
#include <linux/types.h>

static inline __u64 now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

#endif
