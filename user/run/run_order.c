// SPDX-License-Identifier: GPL-2.0
/* Draws orders of runs: see run_order.h. */
#include <sys/random.h>
#include <time.h>

#include "run_order.h"

__u64 run_order_seed(void)
{
	__u64 seed;

	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		seed = (__u64)time(NULL);
	return seed % (RUN_ORDER_SEEDS - 1) + 1;
}

/* SplitMix64: G. L. Steele, D. Lea and C. H. Flood, "Fast splittable pseudorandom number generators",
 * OOPSLA 2014. */
static __u64 next(__u64 *state)
{
	__u64 z = *state += 0x9E3779B97F4A7C15ULL;

	z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ULL;
	z = (z ^ z >> 27) * 0x94D049BB133111EBULL;
	return z ^ z >> 31;
}

/* Fisher and Yates, as R. Durstenfeld has it (Algorithm 235, CACM 1964). */
void run_order_draw(__u64 *state, size_t *order, size_t count)
{
	for (size_t i = 0; i < count; i++)
		order[i] = i;
	for (size_t i = count; i > 1; i--) {
		size_t other = next(state) % i, kept = order[i - 1];

		order[i - 1] = order[other];
		order[other] = kept;
	}
}
