// SPDX-License-Identifier: GPL-2.0
/* spins user|kernel: keeps a CPU to itself for a while, in that mode, and says how many interrupts
 * /proc/interrupts has for it from beginning to end. */
#define _GNU_SOURCE
#include <ctype.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { SPIN_MS = 200, TRIES = 50, LONG = 16 << 20 };

static char table[1 << 20], zeros[LONG];

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);	/* vDSO */
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* What hypervisors call with, machine checks and errors have no tracepoint that is watched. */
static int is_watched(const char *name)
{
	static const char *const rows[] = { "LOC:", "RES:", "CAL:", "TLB:", "IWI:", "NMI:" };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!strncmp(name, rows[i], 4))
			return 1;
	}
	return isdigit((unsigned char)*name);
}

/* Of the only CPU that this program runs on. */
static long interrupts(int cpu)
{
	int fd = open("/proc/interrupts", O_RDONLY);
	long sum = 0, size = 0, n;
	char *line, *rest, *word, *save;

	while (fd >= 0 && (n = read(fd, table + size, sizeof(table) - 1 - size)) > 0)
		size += n;
	if (fd < 0 || size == 0)
		fail("/proc/interrupts");
	close(fd);
	table[size] = '\0';
	for (line = strtok_r(strchr(table, '\n'), "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest)) {
		word = strtok_r(line, " ", &save);
		if (!word || !is_watched(word))
			continue;
		for (int i = 0; word && i <= cpu; i++)
			word = strtok_r(NULL, " ", &save);
		sum += word ? atol(word) : 0;
	}
	return sum;
}

static long preempted(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_nvcsw + usage.ru_nivcsw;
}

static void spin(int in_kernel)
{
	int fd = open("/dev/zero", O_RDONLY);

	for (long end = now_ms() + SPIN_MS; now_ms() < end;) {
		if (in_kernel && read(fd, zeros, LONG) != LONG)
			fail("read");
	}
	close(fd);
}

int main(int argc, char **argv)
{
	int cpu = sched_getcpu(), in_kernel = argc == 2 && !strcmp(argv[1], "kernel");
	struct sched_param first = { .sched_priority = 1 };
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	if (sched_setaffinity(0, sizeof(one), &one))
		fail("sched_setaffinity");
	if (sched_setscheduler(0, SCHED_FIFO, &first))
		fail("sched_setscheduler");
	memset(zeros, 1, LONG);
	for (int i = 0; i < TRIES; i++) {
		long switches = preempted(), before = interrupts(cpu);

		spin(in_kernel);
		before = interrupts(cpu) - before;
		if (preempted() != switches)
			continue;
		printf("%ld\n", before);
		return 0;
	}
	fprintf(stderr, "spins: something else had the CPU each time\n");
	return 2;
}
