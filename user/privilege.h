/* SPDX-License-Identifier: GPL-2.0 */
/* Giving up, for good, what is not needed any more: measure.c, trace.c and receive.c call it once
 * the kernel side is loaded, and again when nothing is traced any more. */
#ifndef ZC_PRIVILEGE_H
#define ZC_PRIVILEGE_H

#include "child.h"

/* What is still to be done. */
enum privilege {
	PRIVILEGE_TRACE = 1 << 0,	/* attach, read, detach: CAP_BPF. Loading needs CAP_PERFMON too */
	PRIVILEGE_LINK = 1 << 1,	/* enter and make namespaces: CAP_SYS_ADMIN, CAP_NET_ADMIN */
	PRIVILEGE_CACHE = 1 << 2,	/* is a file of somebody else's cached?: CAP_FOWNER, mincore() */
	PRIVILEGE_OTHERS = 1 << 3,	/* a program with other rights than ours gets signals, and its
					 * /proc/PID/io is read: CAP_KILL, CAP_SYS_PTRACE */
	PRIVILEGE_FILES = 1 << 4,	/* a root whom nobody called keeps root's rights on files:
					 * CAP_DAC_OVERRIDE, CAP_FOWNER; nobody else does */
};

/*
 * Becomes the user who called sudo (identity->change is false from then on), and keeps of the
 * capabilities only those that these needs stand for, if it has them. Under sudo they also leave the
 * bounding set, so that no exec can bring them back; what root itself starts is root as ever.
 * Returns 0, or -errno with a sentence in error.
 */
int privilege_keep(struct identity *identity, unsigned int needs, char *error, size_t size);

#endif
