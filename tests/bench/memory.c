// SPDX-License-Identifier: GPL-2.0
/* The machine's limit: how fast one CPU copies memory. Prints the bytes per second of the fastest
 * of several copies of a block larger than the caches, source and target touched before. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BLOCK_BYTES = 256 << 20,
       COPIES = 7 };

static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1e9 + now.tv_nsec;
}

int main(void)
{
	char *from = malloc(BLOCK_BYTES);
	char *to = malloc(BLOCK_BYTES);
	double best = 0;

	if (!from || !to)
		return 1;
	memset(from, 1, BLOCK_BYTES);
	memset(to, 2, BLOCK_BYTES);
	for (int i = 0; i < COPIES; i++) {
		double begin = now_ns(), rate;

		memcpy(to, from, BLOCK_BYTES);
		/* The compiler must not leave it out. */
		__asm__ volatile(""
				 :
				 : "r"(to)
				 : "memory");
		rate = BLOCK_BYTES / ((now_ns() - begin) / 1e9);
		if (rate > best)
			best = rate;
	}
	printf("bench memory %.0f\n", best);
	free(from);
	free(to);
	return 0;
}
