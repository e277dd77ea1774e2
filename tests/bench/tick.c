// SPDX-License-Identifier: GPL-2.0
/* The shortest program there is to trace: says when it began and when it ends, and does nothing. It
 * is linked statically, so that nothing comes before main() but the C library's own start. */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static long long now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

int main(void)
{
	char text[64];
	long long begin = now_ns();
	int length = snprintf(text, sizeof(text), "bench tick %lld %lld\n", begin, now_ns());

	return write(STDOUT_FILENO, text, length) != length;
}
