/* SPDX-License-Identifier: GPL-2.0 */
/* What /proc tells of processes that zctrace did not start. trace.c asks. */
#ifndef ZC_PROCESSES_H
#define ZC_PROCESSES_H

#include "child.h"
#include "session.h"

/* Can it be watched? 0, or -errno with a sentence in error. */
int proc_check(pid_t pid, char *error, size_t size);

/* Registers the children of registered processes, and theirs. 0 or -errno; what ends meanwhile is
 * no error. */
int proc_adopt_descendants(struct session *session);

#endif
