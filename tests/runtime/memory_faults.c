// SPDX-License-Identifier: GPL-2.0
/* Preloaded by test_memory.py: refuses one allocation. $ZCTRACE_REFUSE says which: the first of
 * the n-th chain of callers that asks for memory, counted from 1. Their number is written to the
 * file $ZCTRACE_CHAINS at the end of the program. */
#include <errno.h>
#include <execinfo.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { CALLERS = 7, MOST_CHAINS = 1 << 14 };

void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t count, size_t bytes);
void *__libc_realloc(void *old, size_t bytes);

static uint64_t chains[MOST_CHAINS];	/* hashes; 0 = free */
static unsigned long known, refused;
static __thread bool busy;	/* what is called here may ask for memory itself */

static void tell(void)
{
	const char *path = getenv("ZCTRACE_CHAINS");
	FILE *file;

	busy = true;
	file = path ? fopen(path, "w") : NULL;
	if (file) {
		fprintf(file, "%lu\n", known);
		fclose(file);
	}
}

/* With the first request of the program, so that what comes after its end is not counted. */
static void begin(void)
{
	const char *which = getenv("ZCTRACE_REFUSE");

	refused = which ? strtoul(which, NULL, 10) : 0;
	atexit(tell);
}

static bool is_new(uint64_t chain)
{
	size_t place = chain % MOST_CHAINS;

	while (chains[place] && chains[place] != chain)
		place = (place + 1) % MOST_CHAINS;
	if (chains[place])
		return false;
	chains[place] = chain;
	return true;
}

static bool refuse(void)
{
	void *callers[CALLERS + 2];
	uint64_t chain = 1;
	bool now = false;
	int count;

	if (busy)
		return false;
	busy = true;
	if (!known)
		begin();
	count = backtrace(callers, CALLERS + 2);
	for (int i = 2; i < count; i++)
		chain = chain * 0x100000001b3 + (uintptr_t)callers[i];
	if (is_new(chain))
		now = ++known == refused;
	busy = false;
	if (now)
		errno = ENOMEM;
	return now;
}

void *malloc(size_t bytes)
{
	return refuse() ? NULL : __libc_malloc(bytes);
}

void *calloc(size_t count, size_t bytes)
{
	return refuse() ? NULL : __libc_calloc(count, bytes);
}

void *realloc(void *old, size_t bytes)
{
	return refuse() ? NULL : __libc_realloc(old, bytes);
}
