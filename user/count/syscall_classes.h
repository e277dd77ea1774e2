/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel side is told of each system call: which of its arguments are descriptors, what
 * its result means, and whether it leaves a process's descriptors as they were. */
#ifndef ZC_SYSCALL_CLASSES_H
#define ZC_SYSCALL_CLASSES_H

#include "zctrace.h"

/* Fills all ZC_MAX_SYSCALLS rows; a call that is not known has the row { 0 }. */
void syscall_classes(struct zc_class *classes);

#endif
