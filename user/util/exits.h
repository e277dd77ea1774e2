/* SPDX-License-Identifier: GPL-2.0 */
/* Exit statuses of zctrace, and how its messages look. Every command uses them. */
#ifndef ZC_EXITS_H
#define ZC_EXITS_H

enum zc_exit {
	ZC_EXIT_OK = 0,		/* measured */
	ZC_EXIT_CLAIM = 1,	/* a claim that was asked for with --expect does not hold */
	ZC_EXIT_USAGE = 2,
	ZC_EXIT_MACHINE = 3,	/* this machine cannot: privilege, kernel */
	ZC_EXIT_FAILED = 4,	/* the measurement failed or lost events */
};

/* "zctrace: what failed: why; what to do" on stderr, in one write; returns status. */
int complain(enum zc_exit status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The status that belongs to an error of measuring: -EPERM and such mean "this machine cannot". */
enum zc_exit exit_of_error(int err);

#endif
