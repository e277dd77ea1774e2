/* SPDX-License-Identifier: GPL-2.0 */
/* The exit statuses of zctrace. */
#ifndef ZC_EXIT_STATUS_H
#define ZC_EXIT_STATUS_H

enum zc_exit {
	ZC_EXIT_OK = 0,		/* measured */
	ZC_EXIT_CLAIM = 1,	/* a claim that was asked for with --expect does not hold */
	ZC_EXIT_USAGE = 2,
	ZC_EXIT_MACHINE = 3,	/* this machine cannot: privilege, kernel */
	ZC_EXIT_FAILED = 4,	/* the measurement failed or lost events */
};

#endif
