/* SPDX-License-Identifier: GPL-2.0 */
/* The table of scenarios: a program in scenarios/ that moves a file to a socket, and how the
 * commands, the runner and the report speak of it. One row adds one. */
#ifndef ZC_SCENARIO_TABLE_H
#define ZC_SCENARIO_TABLE_H

#include <stdbool.h>
#include <stddef.h>

enum { SCENARIO_CALLS = 4 };

/* How the receiver takes the bytes in; the names are those of its --how. */
enum receiver_how {
	RECEIVER_RECV, RECEIVER_DISCARD, RECEIVER_SPLICE, RECEIVER_ZEROCOPY, RECEIVER_HOWS,
};
extern const char *const receiver_how_names[RECEIVER_HOWS];

struct scenario {
	const char *id;			/* also the command */
	const char *help;		/* what the command does, one line for its help */
	const char *what;		/* how it moves the file, one line for people */
	const char *data_calls[SCENARIO_CALLS];	/* the kernel's names of the calls that move data */
	const char *program;		/* its file name; NULL = the id */
	const char *option;		/* what it is always started with, or NULL */
	const char *round_call;		/* the one that begins a round */
	bool round_from_file;		/* only where it takes from the file */
	bool whole_by_default;		/* without --chunk the whole file is one round */
	bool has_prefault;		/* knows --prefault */
};

/* Ends with a NULL id. */
extern const struct scenario scenarios[];
const struct scenario *scenario_find(const char *id);
/* Whether a call of that name, on descriptors of those kinds ("file→tcp"), begins a round. */
bool scenario_begins_round(const struct scenario *scenario, const char *call, const char *fd);
const char *scenario_program(const struct scenario *scenario);

#endif
