// SPDX-License-Identifier: GPL-2.0
/* The dense loop: nothing but system calls that do next to nothing, in many short segments: 1-byte
 * reads and writes, and reads of 0 bytes in turn. Prints the ns per call of each kind's fastest
 * segment, which other programs disturb least, the mean over all, and its own tally. */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* What one kind of call took: ns of its fastest segment, and of all together. */
struct took {
	double best, sum;
};

struct options {
	long segments, calls; /* calls of one kind in a segment */
	int cpu;	      /* -1: any */
	int processes;
	int gate; /* wait for a byte on standard input before the loop */
};

static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1e9 + now.tv_nsec;
}

static void add_segment(struct took *took, double ns)
{
	took->sum += ns;
	if (took->best == 0 || ns < took->best)
		took->best = ns;
}

static int read_and_write(int from, int to, long pairs)
{
	char byte;

	for (long i = 0; i < pairs; i++) {
		if (syscall(SYS_read, from, &byte, 1) != 1 || syscall(SYS_write, to, &byte, 1) != 1)
			return -1;
	}
	return 0;
}

static int read_nothing(int from, long calls)
{
	char byte;

	for (long i = 0; i < calls; i++) {
		if (syscall(SYS_pread64, from, &byte, 0, 0) != 0)
			return -1;
	}
	return 0;
}

static int loop(const struct options *options, struct took *pairs, struct took *preads)
{
	int from = open("/dev/zero", O_RDONLY), to = open("/dev/null", O_WRONLY);

	if (from < 0 || to < 0)
		return -1;
	for (long s = 0; s < options->segments; s++) {
		double begin = now_ns(), middle;

		if (read_and_write(from, to, options->calls / 2))
			return -1;
		middle = now_ns();
		add_segment(pairs, middle - begin);
		if (read_nothing(from, options->calls))
			return -1;
		add_segment(preads, now_ns() - middle);
	}
	return 0;
}

/* The same loop in several processes at once; what each took is not of interest. */
static int crowd(const struct options *options)
{
	struct took pairs = { 0 }, preads = { 0 };
	int status, failed = 0;

	for (int i = 0; i < options->processes; i++) {
		pid_t pid = fork();

		if (pid < 0)
			return -1;
		if (pid == 0)
			_exit(loop(options, &pairs, &preads) != 0);
	}
	for (int i = 0; i < options->processes; i++)
		failed |= wait(&status) < 0 || status != 0;
	return failed ? -1 : 0;
}

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		perror("dense: sched_setaffinity");
}

static void wait_for_go(void)
{
	char byte;

	printf("bench ready %d\n", getpid());
	fflush(stdout);
	if (read(STDIN_FILENO, &byte, 1) != 1)
		exit(1);
}

static void print_result(const struct options *options, const struct took *pairs,
			 const struct took *preads)
{
	double calls = options->calls, all = calls * options->segments;

	printf("bench done {\"rw_ns\": %.2f, \"rw_mean_ns\": %.2f, \"pread_ns\": %.2f, "
	       "\"pread_mean_ns\": %.2f, \"reads\": %.0f, \"writes\": %.0f, \"preads\": %.0f, "
	       "\"bytes\": %.0f}\n",
	       pairs->best / calls, pairs->sum / all, preads->best / calls, preads->sum / all,
	       all / 2, all / 2, all, all);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	struct options options = { .segments = 200, .calls = 2000, .cpu = -1 };
	struct took pairs = { 0 }, preads = { 0 };
	int option, failed;

	while ((option = getopt(argc, argv, "s:n:c:p:g")) != -1) {
		switch (option) {
		case 's':
			options.segments = atol(optarg);
			break;
		case 'n':
			options.calls = atol(optarg) & ~1L;
			break;
		case 'c':
			options.cpu = atoi(optarg);
			break;
		case 'p':
			options.processes = atoi(optarg);
			break;
		case 'g':
			options.gate = 1;
			break;
		default:
			return 2;
		}
	}
	if (options.cpu >= 0)
		pin(options.cpu);
	if (options.gate)
		wait_for_go();
	failed = options.processes ? crowd(&options) : loop(&options, &pairs, &preads);
	if (failed) {
		perror("dense");
		return 1;
	}
	print_result(&options, &pairs, &preads);
	return 0;
}
