/* SPDX-License-Identifier: GPL-2.0 */
/* SHA-256 as text: in hexadecimal as sha256sum prints it, and as a page's policy wants it. */
#ifndef ZC_SHA256_H
#define ZC_SHA256_H

#include <nettle/sha2.h>
#include <stddef.h>

enum { SHA256_HEX_BYTES = 65, SHA256_BASE64_BYTES = 45 };	/* with the NUL */

/* Ends what was begun with sha256_init() and sha256_update(). */
void sha256_end(struct sha256_ctx *digest, char hex[SHA256_HEX_BYTES]);

void sha256_hex(const void *bytes, size_t count, char hex[SHA256_HEX_BYTES]);
void sha256_base64(const void *bytes, size_t count, char base64[SHA256_BASE64_BYTES]);

#endif
