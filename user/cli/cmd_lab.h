/* SPDX-License-Identifier: GPL-2.0 */
/* What lab and lab key have in common: which lab, and where its reports are. */
#ifndef ZC_CMD_LAB_H
#define ZC_CMD_LAB_H

#include "output.h"

enum { LAB_MOST_FROM = 8, LAB_MOST_LABS = 99 };

/* The arguments of both begin with it. */
struct lab_arguments {
	struct outputs outputs;
	int number;		/* 0 = none was given */
	const char *from[LAB_MOST_FROM];
	size_t from_count;
};

option_fn lab_take_number, lab_take_from;

#endif
