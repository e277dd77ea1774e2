// SPDX-License-Identifier: GPL-2.0
/* The SHA-256 of what arrived, by nettle: see digest.h.
 * Called by the receiver. */
#include "digest.h"
#include "tally.h"

#include <nettle/base16.h>
#include <nettle/sha2.h>
#include <stdlib.h>

struct digest {
	struct sha256_ctx context;
};

struct digest *digest_start(struct tally *tally)
{
	struct digest *digest = malloc(sizeof(*digest));

	if (digest)
		sha256_init(&digest->context);
	else
		tally_fail(tally, EXIT_MACHINE, "SHA-256: no memory; leave out --digest");
	return digest;
}

void digest_add(struct digest *digest, const void *data, size_t bytes)
{
	sha256_update(&digest->context, bytes, data);
}

void digest_finish(struct digest *digest, struct tally *tally)
{
	unsigned char bytes[SHA256_DIGEST_SIZE];

	_Static_assert(sizeof(tally->sha256) == 2 * sizeof(bytes) + 1, "two digits a byte, and NUL");
	sha256_digest(&digest->context, sizeof(bytes), bytes);
	base16_encode_update(tally->sha256, sizeof(bytes), bytes);
	tally->sha256[2 * sizeof(bytes)] = '\0';
}

void digest_free(struct digest *digest)
{
	free(digest);
}
