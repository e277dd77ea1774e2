// SPDX-License-Identifier: GPL-2.0
/* The dense loop: nothing but 1-byte reads and writes, in many short segments. Prints the ns per
 * call of the fastest segment, which other programs on the machine disturb least. bench.py runs it. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1e9 + now.tv_nsec;
}

int main(int argc, char **argv)
{
	long segments = argc > 1 ? atol(argv[1]) : 200, rounds = argc > 2 ? atol(argv[2]) : 3000;
	int from = open("/dev/zero", O_RDONLY), to = open("/dev/null", O_WRONLY);
	double best = 1e18;
	char byte;

	for (long s = 0; s < segments; s++) {
		double begin = now_ns(), ns;

		for (long i = 0; i < rounds; i++) {
			if (syscall(SYS_read, from, &byte, 1) != 1 ||
			    syscall(SYS_write, to, &byte, 1) != 1)
				return 1;
		}
		ns = (now_ns() - begin) / (2.0 * rounds);
		if (ns < best)
			best = ns;
	}
	fprintf(stderr, "ns_per_call %.1f\n", best);
	return 0;
}
