/* SPDX-License-Identifier: GPL-2.0 */
/* A connection mapped into this program's memory (TCP_ZEROCOPY_RECEIVE): whole pages of the
 * segments appear there, and the rest is received as ever. Called by the receiver. */
#ifndef ZC_MAPPING_H
#define ZC_MAPPING_H

#include <stddef.h>
#include <sys/types.h>
#include <linux/types.h>

struct tally;

struct mapping {
	char *at; /* NULL: there is none */
	size_t bytes;
};

/* Returns 0, or -ECANCELED with the failure noted; mapping_close() either way. */
int mapping_open(struct mapping *mapping, int connection, size_t bytes, struct tally *tally);
void mapping_close(struct mapping *mapping);

/*
 * Waits for bytes, and returns how many there are and where: mapped, or received into the buffer.
 * 0 and -1 with errno are recv's.
 */
ssize_t mapping_receive(const struct mapping *mapping, int connection, char *buffer, size_t bytes,
			const char **data);

#endif
