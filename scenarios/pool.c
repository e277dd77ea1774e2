// SPDX-License-Identifier: GPL-2.0
/* Buffers that the kernel borrows: see pool.h.
 * Called by zerocopy and uring; makes no system call between the gates. */
#include "pool.h"
#include "tally.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define POOL_BYTES (4ULL << 20)
#define FEWEST_BUFFERS 2

int pool_alloc(struct pool *pool, size_t chunk_bytes, struct tally *tally)
{
	size_t wanted = POOL_BYTES / chunk_bytes;
	const size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE);
	void *data;
	int err;

	if (wanted > POOL_BUFFERS)
		wanted = POOL_BUFFERS;
	if (wanted < FEWEST_BUFFERS)
		wanted = FEWEST_BUFFERS;
	for (pool->count = 0; pool->count < wanted; pool->count++) {
		/* Whole pages of its own: what is lent is pages. */
		err = posix_memalign(&data, page_bytes, chunk_bytes);
		if (err)
			return tally_fail(tally, EXIT_MACHINE,
					  "memory of %zu times %zu bytes: %s; give a smaller "
					  "--chunk",
					  wanted, chunk_bytes, strerror(err));
		pool->buffers[pool->count].data = data;
	}
	return 0;
}

void pool_free(struct pool *pool)
{
	for (size_t i = 0; i < pool->count; i++)
		free(pool->buffers[i].data);
	pool->count = 0;
}

struct pool_buffer *pool_next(struct pool *pool)
{
	struct pool_buffer *buffer = &pool->buffers[pool->turn];

	pool->turn = (pool->turn + 1) % pool->count;
	return buffer;
}

void pool_lend(struct pool *pool, struct pool_buffer *buffer)
{
	if (!buffer->pending) {
		buffer->first = pool->next_send;
		buffer->sends = 0;
	}
	buffer->sends++;
	buffer->pending++;
	pool->pending++;
	pool->next_send++;
}

void pool_release(struct pool *pool, __u32 number)
{
	for (size_t i = 0; i < pool->count; i++) {
		struct pool_buffer *buffer = &pool->buffers[i];

		/* Numbers go round at 2^32; differences do not. */
		if (!buffer->pending || number - buffer->first >= buffer->sends)
			continue;
		buffer->pending--;
		pool->pending--;
		return;
	}
}
