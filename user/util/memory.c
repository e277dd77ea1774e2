// SPDX-License-Identifier: GPL-2.0
/* In a virtual machine a page that is made when it is first touched costs 20 µs or more, one of
 * many that are asked for together less than 1 (docs/cost.md). trace.c and session.c call this. */
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "memory.h"

enum { HEAP_BYTES = 1 << 20 };	/* what libbpf, the kernel's types and a small report take */

extern const char __executable_start[], etext[];	/* by the linker */

static void populate(uintptr_t start, uintptr_t end, int how)
{
	uintptr_t page = sysconf(_SC_PAGESIZE);

	start &= ~(page - 1);
	madvise((void *)start, (end - start + page - 1) & ~(page - 1), how);
}

void memory_populate_range(void *start, size_t bytes)
{
	populate((uintptr_t)start, (uintptr_t)start + bytes, MADV_POPULATE_WRITE);
}

void memory_populate(void)
{
	void *heap;

	/* Large blocks come from the heap, too, and it keeps what is freed. */
	mallopt(M_MMAP_THRESHOLD, 2 * HEAP_BYTES);
	mallopt(M_TRIM_THRESHOLD, 2 * HEAP_BYTES);
	heap = malloc(HEAP_BYTES);
	if (heap)
		memory_populate_range(heap, HEAP_BYTES);
	free(heap);
	populate((uintptr_t)__executable_start, (uintptr_t)etext, MADV_POPULATE_READ);
}

void memory_settle(size_t bytes)
{
	void *block = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (block == MAP_FAILED)
		return;
	memory_populate_range(block, bytes);
	munmap(block, bytes);
}
