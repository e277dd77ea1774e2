/* SPDX-License-Identifier: GPL-2.0 */
/* Giving up, for good, what is not needed any more: measure.c, trace.c and receive.c call it once
 * the kernel side is loaded, and again when nothing is traced any more. */
#ifndef ZC_PRIVILEGE_H
#define ZC_PRIVILEGE_H

#include "identity.h"

/* What is still to be done. */
enum privilege {
	/* Attach, read, detach: CAP_BPF. Only loading needs CAP_PERFMON, too. */
	PRIVILEGE_TRACE = 1 << 0,
	/* Make and enter network namespaces: CAP_SYS_ADMIN, CAP_NET_ADMIN. */
	PRIVILEGE_LINK = 1 << 1,
	/* Ask whether somebody else's file is in the page cache, mincore(): CAP_FOWNER. */
	PRIVILEGE_CACHE = 1 << 2,
	/* Pass signals to a program that has other rights: CAP_KILL. */
	PRIVILEGE_OTHERS = 1 << 3,
	/* Root's rights on files, for a root whom no user called: CAP_DAC_OVERRIDE, CAP_FOWNER.
	 * Nobody else has or needs them. */
	PRIVILEGE_FILES = 1 << 4,
};

/*
 * Becomes the user who called sudo (identity->change is false from then on), and keeps of the
 * capabilities only those that these needs stand for, if it has them. Under sudo the others leave
 * the bounding set as well: no exec brings them back. What root itself starts is root as ever.
 * Returns 0, or -errno with a sentence in error.
 */
int privilege_keep(struct identity *identity, unsigned int needs, char *error, size_t size);

#endif
