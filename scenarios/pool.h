/* SPDX-License-Identifier: GPL-2.0 */
/* Buffers that the kernel borrows: one is used again only when every send of it is done.
 * Called by the senders that do not copy what they send: zerocopy and uring. */
#ifndef ZC_POOL_H
#define ZC_POOL_H

#include <stddef.h>
#include <linux/types.h>

#define POOL_BUFFERS 16

struct tally;

struct pool_buffer {
	char *data;
	__u32 first;   /* number of the first send since it was free; the others follow */
	__u32 sends;   /* since it was free */
	__u32 pending; /* of them, those that are not done */
};

struct pool {
	struct pool_buffer buffers[POOL_BUFFERS];
	size_t count;
	size_t turn;	 /* the next one to be used */
	__u32 next_send; /* the number of the next send, as the kernel counts them */
	__u32 pending;	 /* sends that are not done, of all buffers */
};

/*
 * As many buffers of chunk_bytes as fit into 4 MiB: at least 2, at most POOL_BUFFERS. Returns 0, or
 * -ECANCELED with the failure noted; pool_free() either way.
 */
int pool_alloc(struct pool *pool, size_t chunk_bytes, struct tally *tally);
void pool_free(struct pool *pool);

/* The buffer whose turn it is. It may still be lent. */
struct pool_buffer *pool_next(struct pool *pool);

/* One more send of a buffer has begun. */
void pool_lend(struct pool *pool, struct pool_buffer *buffer);

/* The send of that number is done. */
void pool_release(struct pool *pool, __u32 number);

#endif
