/* SPDX-License-Identifier: GPL-2.0 */
/* What /proc tells of processes. trace.c and child.c ask. */
#ifndef ZC_PROCESSES_H
#define ZC_PROCESSES_H

#include <sys/types.h>

#include "session.h"

/* The number in a line of /proc/PID/status; -1 = there is none. */
long proc_status(pid_t pid, const char *name);

/* Can it be watched? 0, or -errno with a sentence in error. */
int proc_check(pid_t pid, char *error, size_t size);

/* Registers the children of registered processes, and theirs. 0 or -errno; what ends meanwhile is
 * no error. */
int proc_adopt_descendants(struct session *session);

#endif
