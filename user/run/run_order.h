/* SPDX-License-Identifier: GPL-2.0 */
/* In which order the runs of a repeat are made: drawn anew for each from a recorded seed, so that
 * no program always follows the same other one. measure.c uses it. */
#ifndef ZC_RUN_ORDER_H
#define ZC_RUN_ORDER_H

#include <linux/types.h>
#include <stddef.h>

/* Seeds fit into the whole numbers of JavaScript, so that a report's can be given again. */
#define RUN_ORDER_SEEDS (1ULL << 53)

/* A seed from the kernel, at least 1. */
__u64 run_order_seed(void);

/* Puts 0 to count - 1 into order[], every order as likely as any other; *state is the seed, and
 * then what the next call goes on from. */
void run_order_draw(__u64 *state, size_t *order, size_t count);

#endif
