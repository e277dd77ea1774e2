// SPDX-License-Identifier: GPL-2.0
/* The SHA-256 of what arrived, by libcrypto: see digest.h.
 * Called by the receiver. */
#include "digest.h"
#include "tally.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <openssl/evp.h>

struct digest {
	EVP_MD_CTX *context;
	bool failed;
};

static void note_failure(struct tally *tally)
{
	tally_fail(tally, EXIT_MACHINE, "SHA-256: libcrypto refuses; leave out --digest");
}

struct digest *digest_start(struct tally *tally)
{
	struct digest *digest = calloc(1, sizeof(*digest));

	if (digest)
		digest->context = EVP_MD_CTX_new();
	if (!digest || !digest->context ||
	    !EVP_DigestInit_ex(digest->context, EVP_sha256(), NULL)) {
		note_failure(tally);
		digest_free(digest);
		return NULL;
	}
	return digest;
}

void digest_add(struct digest *digest, const void *data, size_t bytes)
{
	if (!EVP_DigestUpdate(digest->context, data, bytes))
		digest->failed = true;
}

void digest_finish(struct digest *digest, struct tally *tally)
{
	unsigned char bytes[EVP_MAX_MD_SIZE];
	unsigned int count = 0;

	if (digest->failed || !EVP_DigestFinal_ex(digest->context, bytes, &count) ||
	    count * 2 + 1 != sizeof(tally->sha256)) {
		note_failure(tally);
		return;
	}
	for (unsigned int i = 0; i < count; i++)
		snprintf(tally->sha256 + 2 * i, 3, "%02x", bytes[i]);
}

void digest_free(struct digest *digest)
{
	if (!digest)
		return;
	EVP_MD_CTX_free(digest->context);
	free(digest);
}
