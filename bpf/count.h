/* SPDX-License-Identifier: GPL-2.0 */
/* Adds one call, or one request of io_uring, to its cell. */
#ifndef ZC_COUNT_H
#define ZC_COUNT_H

#include "state.h"

#define EINTR 4
#define EAGAIN 11
#define ERESTARTSYS 512	/* include/linux/errno.h: from here on, the kernel's own */

/* alone: nobody else counts in the cells of a process with one thread. Plain adds will do, at a
 * third of the price of atomic ones. */
static __always_inline void add(__u64 *counter, __u64 amount, bool alone)
{
	if (alone)
		*counter += amount;
	else
		__sync_fetch_and_add(counter, amount);
}

/* Errors that say "not now" are none, nor is what the kernel answers itself when a signal comes
 * (ERESTARTSYS and its like, which no program sees). */
static __always_inline bool is_refusal(__u64 error)
{
	return error != EINTR && error != EAGAIN && error < ERESTARTSYS;
}

/* Which errors a cell's calls failed with. Off the path of calls that do what they are to. */
static __noinline int note_refusal(struct zc_cell *cell, __u64 error)
{
	if (!cell || !is_refusal(error))
		return 0;
	for (int i = 0; i < ZC_REFUSALS; i++) {
		struct zc_refusal *place = &cell->refusals[i];
		__u32 taken = place->error;

		if (!taken)
			taken = __sync_val_compare_and_swap(&place->error, 0, (__u32)error);
		if (!taken || taken == error) {
			__sync_fetch_and_add(&place->calls, 1);
			return 0;
		}
	}
	__sync_fetch_and_add(&cell->refused_otherwise, 1);
	return 0;
}

static __always_inline void add_error(struct zc_cell *cell, __u64 error, bool alone)
{
	add(&cell->errors, 1, alone);
	note_refusal(cell, error);
}

static __always_inline void add_call(struct zc_cell *cell, __u32 flags, long ret, bool alone)
{
	add(&cell->calls, 1, alone);
	if (ret > 0 && flags & ZC_CLASS_DATA)
		add(&cell->bytes, ret, alone);
	else if (ret < 0)
		add_error(cell, -ret, alone);
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
