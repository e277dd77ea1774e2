/* SPDX-License-Identifier: GPL-2.0 */
/* The table of scenarios: a program in scenarios/ that moves a file to a socket, and how the
 * commands, the runner and the report speak of it. One row adds one. */
#ifndef ZC_SCENARIO_TABLE_H
#define ZC_SCENARIO_TABLE_H

#include <stdbool.h>
#include <stddef.h>

enum { SCENARIO_CALLS = 4 };

struct scenario {
	const char *id;			/* also the program's file name and the command */
	const char *what;		/* one line for people */
	const char *data_calls[SCENARIO_CALLS];	/* the kernel's names of the calls that move data */
	const char *round_call;		/* the one that begins a round */
	bool whole_by_default;		/* without --chunk the whole file is one round */
	bool has_prefault;		/* knows --prefault */
};

/* Ends with a NULL id. */
extern const struct scenario scenarios[];
const struct scenario *scenario_find(const char *id);

#endif
