// SPDX-License-Identifier: GPL-2.0
/* What one row of the kernel side's counts says: see cells.h. */
#include "cells.h"

#include "uring_table.h"

/* The kernel side counts a call once, in the bucket of its time: a number of its own would be one
 * more store in every call that is watched. */
__u64 cell_calls(const struct zc_cell *cell)
{
	__u64 calls = 0;

	for (int i = 0; i < ZC_HIST_BUCKETS; i++)
		calls += cell->histogram[i];
	return calls;
}

/* io_uring_enter moves what the requests move that it hands over or waits for. */
bool cell_moves_data(const struct zc_cell *cell)
{
	return call_moves_bytes(cell->key.nr) || call_way(cell->key.nr) == SYSCALL_SUBMITS;
}
