// SPDX-License-Identifier: GPL-2.0
/* See sha256.h; the digest itself is nettle's. */
#include <nettle/base64.h>
#include <nettle/base16.h>

#include "sha256.h"

void sha256_end(struct sha256_ctx *digest, char hex[SHA256_HEX_BYTES])
{
	unsigned char raw[SHA256_DIGEST_SIZE];

	sha256_digest(digest, sizeof(raw), raw);
	base16_encode_update(hex, sizeof(raw), raw);
	hex[SHA256_HEX_BYTES - 1] = '\0';
}

void sha256_hex(const void *bytes, size_t count, char hex[SHA256_HEX_BYTES])
{
	struct sha256_ctx digest;

	sha256_init(&digest);
	sha256_update(&digest, count, bytes);
	sha256_end(&digest, hex);
}

void sha256_base64(const void *bytes, size_t count, char base64[SHA256_BASE64_BYTES])
{
	unsigned char raw[SHA256_DIGEST_SIZE];
	struct sha256_ctx digest;

	sha256_init(&digest);
	sha256_update(&digest, count, bytes);
	sha256_digest(&digest, sizeof(raw), raw);
	base64_encode_raw(base64, sizeof(raw), raw);
	base64[SHA256_BASE64_BYTES - 1] = '\0';
}
