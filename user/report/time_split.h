/* SPDX-License-Identifier: GPL-2.0 */
/* Where a process's time went, in parts that add up: what the pictures of times draw. */
#ifndef ZC_TIME_SPLIT_H
#define ZC_TIME_SPLIT_H

#include "report.h"

enum time_part {
	TIME_USER,
	TIME_DATA_CALLS,
	TIME_OTHER_KERNEL,
	TIME_RUNNABLE,
	TIME_BLOCKED,
	TIME_PARTS
};

/* ns of each part. Returns NULL, or why they are not known. */
const char *time_split(const struct report_scenario *scenario, const struct report_role *role,
		       __u64 ns[TIME_PARTS]);

#endif
