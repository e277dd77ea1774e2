/* SPDX-License-Identifier: GPL-2.0 */
/* Adds one call, or one request of io_uring, to its cell. */
#ifndef ZC_COUNT_H
#define ZC_COUNT_H

#include "state.h"

/* alone: nobody else counts in the cells of a process with one thread. Plain adds will do, at a
 * third of the price of atomic ones. */
static __always_inline void add(__u64 *counter, __u64 amount, bool alone)
{
	if (alone)
		*counter += amount;
	else
		__sync_fetch_and_add(counter, amount);
}

static __always_inline void add_call(struct zc_cell *cell, __u32 flags, long ret, bool alone)
{
	add(&cell->calls, 1, alone);
	if (ret > 0 && flags & ZC_CLASS_DATA)
		add(&cell->bytes, ret, alone);
	else if (ret < 0)
		add(&cell->errors, 1, alone);
	else if (flags & ZC_CLASS_DATA)
		add(&cell->zeros, 1, alone);
}

/* floor(log2(ns)) in a handful of shifts, without a loop. */
static __always_inline __u32 log2_ns(__u64 ns)
{
	__u32 bits = 0;

	if (ns >> 32) { bits += 32; ns >>= 32; }
	if (ns >> 16) { bits += 16; ns >>= 16; }
	if (ns >> 8) { bits += 8; ns >>= 8; }
	if (ns >> 4) { bits += 4; ns >>= 4; }
	if (ns >> 2) { bits += 2; ns >>= 2; }
	bits += ns >> 1;
	return bits < ZC_HIST_BUCKETS ? bits : ZC_HIST_BUCKETS - 1;
}

static __always_inline void add_times(struct zc_cell *cell, const struct zc_task *task, __u64 took,
				      bool alone)
{
	add(&cell->histogram[log2_ns(took)], 1, alone);
	add(&cell->total_ns, took, alone);
	if (task->blocked_ns | task->runnable_ns) {
		add(&cell->blocked_ns, task->blocked_ns, alone);
		add(&cell->runnable_ns, task->runnable_ns, alone);
	}
}

/* One whose begin was not seen: it is in the histogram as if it had taken no time, so that each
 * call is. */
static __always_inline void add_untimed(struct zc_cell *cell, __u32 flags, long ret)
{
	add_call(cell, flags, ret, false);
	add(&cell->histogram[0], 1, false);
}

#endif
