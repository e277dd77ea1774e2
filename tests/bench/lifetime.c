// SPDX-License-Identifier: GPL-2.0
/* lifetime COMMAND...: says when COMMAND was started and when it had ended, in ns of the monotonic
 * clock, as tick does for the program under it. It is small, so that starting another is quick. */
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static long long now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

int main(int argc, char **argv)
{
	long long begin = now_ns();
	int error, status;
	pid_t pid;

	if (argc < 2)
		return 2;
	error = posix_spawnp(&pid, argv[1], NULL, NULL, argv + 1, environ);
	if (error) {
		fprintf(stderr, "lifetime: %s: %s\n", argv[1], strerror(error));
		return 127;
	}
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return 1;
	}
	printf("bench life %lld %lld %d\n", begin, now_ns(), status);
	return 0;
}
