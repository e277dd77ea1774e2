// SPDX-License-Identifier: GPL-2.0
/* hold [COMMAND...]: holds COMMAND at a gate while a tracer gets ready, and itself after COMMAND's
 * end while the tracer is looked at. Says "bench ready PID", waits for a byte, runs COMMAND, says
 * what its life and CPU time were (ns), and waits for a byte again. Without COMMAND it only waits
 * for one. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static long long ns_of(struct timeval time)
{
	return time.tv_sec * 1000000000LL + time.tv_usec * 1000LL;
}

/* Says a line to who started this, and waits for a byte from there; no byte: that one is gone. */
static void say_and_wait(void)
{
	char byte;

	fflush(stdout);
	if (read(STDIN_FILENO, &byte, 1) != 1)
		exit(1);
}

static int run(char **command)
{
	long long begin = now_ns();
	struct rusage usage;
	pid_t pid = fork();
	int status;

	if (pid < 0)
		return 1;
	if (pid == 0) {
		execvp(command[0], command);
		_exit(127);
	}
	if (wait4(pid, &status, 0, &usage) != pid)
		return 1;
	printf("bench done {\"elapsed_ns\": %lld, \"user_ns\": %lld, \"system_ns\": %lld, "
	       "\"status\": %d}\n",
	       now_ns() - begin, ns_of(usage.ru_utime), ns_of(usage.ru_stime), status);
	say_and_wait();
	return status != 0;
}

int main(int argc, char **argv)
{
	printf("bench ready %d\n", getpid());
	say_and_wait();
	return argc > 1 ? run(argv + 1) : 0;
}
