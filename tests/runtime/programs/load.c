// SPDX-License-Identifier: GPL-2.0
/* Makes very many system calls in many processes and threads, with children that live shortly, and
 * says how many. Usage: load PROCESSES THREADS ROUNDS CHILDREN */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHILD_CALLS = 23 };

static struct {
	long getppid, reads, writes, forks;
} *tally;
static long rounds, children;
static int zero, null;

static void add(long *sum, long count)
{
	__atomic_fetch_add(sum, count, __ATOMIC_RELAXED);
}

/* A process whose whole life is a few calls. */
static void live_shortly(void)
{
	pid_t pid = syscall(SYS_clone, 17 /* SIGCHLD */, 0, 0, 0, 0);

	if (pid == 0) {
		for (int i = 0; i < CHILD_CALLS; i++)
			syscall(SYS_getppid);
		add(&tally->getppid, CHILD_CALLS);
		syscall(SYS_exit_group, 0);
	}
	if (pid < 0 || waitpid(pid, NULL, 0) != pid)
		exit(1);
	add(&tally->forks, 1);
}

static void *work(void *unused)
{
	char byte = 0;

	for (long i = 0; i < rounds; i++) {
		syscall(SYS_getppid);
		if (read(zero, &byte, 1) != 1 || write(null, &byte, 1) != 1)
			exit(1);
		if (children && i % (rounds / children + 1) == 0)
			live_shortly();
	}
	add(&tally->getppid, rounds);
	add(&tally->reads, rounds);
	add(&tally->writes, rounds);
	return NULL;
}

int main(int argc, char **argv)
{
	long processes = argc > 4 ? atol(argv[1]) : 0, threads = argc > 4 ? atol(argv[2]) : 0;

	if (!processes || threads < 1 || threads > 64)
		return 2;
	rounds = atol(argv[3]);
	children = atol(argv[4]);
	tally = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	zero = open("/dev/zero", O_RDONLY);
	null = open("/dev/null", O_WRONLY);
	for (long p = 0; p < processes; p++) {
		pthread_t ids[64];

		if (fork())
			continue;
		for (long t = 0; t < threads; t++)
			pthread_create(&ids[t], NULL, work, NULL);
		for (long t = 0; t < threads; t++)
			pthread_join(ids[t], NULL);
		exit(0);
	}
	for (long p = 0; p < processes; p++) {
		int status;

		if (wait(&status) < 0 || status)
			return 1;
	}
	printf("{\"getppid\": %ld, \"reads\": %ld, \"writes\": %ld, \"forks\": %ld}\n",
	       tally->getppid, tally->reads, tally->writes, tally->forks);
	return 0;
}
