/* SPDX-License-Identifier: GPL-2.0 */
/* What one row of the kernel side's counts says: a process, a call, and the ends that it moves
 * between. The builders and the live line of run and attach add them up. */
#ifndef ZC_CELLS_H
#define ZC_CELLS_H

#include <stdbool.h>

#include "zctrace.h"

bool cell_moves_data(const struct zc_cell *cell);

#endif
