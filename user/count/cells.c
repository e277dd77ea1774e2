// SPDX-License-Identifier: GPL-2.0
/* What one row of the kernel side's counts says: see cells.h. */
#include "cells.h"

#include "uring_table.h"

/* io_uring_enter moves what the requests move that it hands over or waits for. */
bool cell_moves_data(const struct zc_cell *cell)
{
	return call_moves_bytes(cell->key.nr) || call_way(cell->key.nr) == SYSCALL_SUBMITS;
}
