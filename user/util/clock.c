// SPDX-License-Identifier: GPL-2.0
/* The clock: see clock.h. */
#include "clock.h"

#include <time.h>

__u64 now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}
