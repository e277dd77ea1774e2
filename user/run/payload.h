/* SPDX-License-Identifier: GPL-2.0 */
/* The file that is sent: the user's, or one made for the run that has no name and so cannot be
 * left behind. measure.c makes it, warms it or evicts it before each run. */
#ifndef ZC_PAYLOAD_H
#define ZC_PAYLOAD_H

#include <stddef.h>
#include <time.h>
#include <linux/types.h>
#include "identity.h"

struct payload {
	int fd;			/* open for reading; handed to the sender */
	const char *name;	/* as the user gave it; NULL = made for the run */
	__u64 bytes;
	struct timespec changed;	/* st_mtim when it was opened */
	char file_system[32];	/* "ext4", "tmpfs", "overlay", … */
	char sha256[65];	/* hexadecimal; "" until payload_digest() */
};

/* Each: 0 or -errno with a sentence in error (what, why, what to do). */

/* The user's file, opened with the user's rights: a regular file that is not empty. */
int payload_open(struct payload *payload, const char *name, const struct identity *identity,
		 char *error, size_t size);
/* bytes of incompressible data, no holes, in $TMPDIR or /var/tmp; *interrupted ends it early. */
int payload_make(struct payload *payload, __u64 bytes, const struct identity *identity,
		 const volatile int *interrupted, char *error, size_t size);
/* SHA-256 of the content into payload->sha256; *interrupted ends it early. */
int payload_digest(struct payload *payload, const volatile int *interrupted, char *error,
		   size_t size);
/* All of it into the page cache; *interrupted ends it early. */
int payload_warm(const struct payload *payload, const volatile int *interrupted, char *error,
		 size_t size);
/* All of it out of the page cache, and looked whether it is gone. */
int payload_evict(const struct payload *payload, char *error, size_t size);
/* Whether it is still what it was when opened, by its size and the time of its last change. */
int payload_unchanged(const struct payload *payload, char *error, size_t size);
void payload_close(struct payload *payload);

#endif
