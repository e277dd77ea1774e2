/* SPDX-License-Identifier: GPL-2.0 */
/* The clock that the kernel side uses as well (bpf_ktime_get_ns). */
#ifndef ZC_CLOCK_H
#define ZC_CLOCK_H

#include <linux/types.h>

__u64 now_ns(void);	/* CLOCK_MONOTONIC */

#endif
