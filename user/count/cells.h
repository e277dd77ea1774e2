/* SPDX-License-Identifier: GPL-2.0 */
/* What one row of the kernel side's counts says: a process, a call, and the ends that it moves
 * between. The builders and the live line of run and attach add them up. */
#ifndef ZC_CELLS_H
#define ZC_CELLS_H

#include <stdbool.h>

#include "zctrace.h"

__u64 cell_calls(const struct zc_cell *cell);	/* that began and returned in the window */
bool cell_moves_data(const struct zc_cell *cell);

#endif
