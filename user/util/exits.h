/* SPDX-License-Identifier: GPL-2.0 */
/* How the messages of zctrace look, and the exit statuses that go with them. */
#ifndef ZC_EXITS_H
#define ZC_EXITS_H

#include <stddef.h>

#include "exit_status.h"

/* "zctrace: what failed: why; what to do" on stderr, in one write; returns status. */
int complain(enum zc_exit status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A sentence about what failed, for whoever will show it; returns err, so that a failure is one
 * statement. */
int failed(char *error, size_t size, int err, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* The status that belongs to an error of measuring: -EPERM and such mean "this machine cannot". */
enum zc_exit exit_of_error(int err);

#endif
