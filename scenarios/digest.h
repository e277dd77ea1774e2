/* SPDX-License-Identifier: GPL-2.0 */
/* The SHA-256 of what arrived, to prove that two ways of sending deliver the same file.
 * Called by the receiver with --digest, in runs that are not timed. */
#ifndef ZC_DIGEST_H
#define ZC_DIGEST_H

#include <stddef.h>

struct digest;
struct tally;

/* Returns a digest to be freed with digest_free(), or NULL with the failure noted. */
struct digest *digest_start(struct tally *tally);

/* Adds bytes. */
void digest_add(struct digest *digest, const void *data, size_t bytes);

/* Writes the digest to tally->sha256. */
void digest_finish(struct digest *digest, struct tally *tally);

/* Frees a digest; NULL is fine. */
void digest_free(struct digest *digest);

#endif
