// SPDX-License-Identifier: GPL-2.0
/* Looks into the tables of threads of the zctrace that run. Used by the runtime tests.
 *
 *   threads_table forget-return TID   the thread has just left the CPU, by its record
 *   threads_table forget-earlier TID  the same again and again, but that it left 5 s ago
 *   threads_table double TID          the thread has been added twice, from two sides
 *   threads_table used TID            prints how many places hold a thread, or held one and are not
 *                                     empty, in the table that has this thread
 *
 * Exit status 1 if no zctrace traces the thread. */
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include <bpf/bpf.h>

#include "zctrace.h"

/* The tables of threads of all zctrace that run, one after the other: descriptors, -1 = no more. */
static int next_table(__u32 *id)
{
	while (!bpf_map_get_next_id(*id, id)) {
		struct bpf_map_info info = {};
		__u32 size = sizeof(info);
		int fd = bpf_map_get_fd_by_id(*id);

		if (fd < 0)
			continue;
		if (!bpf_obj_get_info_by_fd(fd, &info, &size) && !strcmp(info.name, "tasks") &&
		    info.value_size == sizeof(struct zc_task))
			return fd;
		close(fd);
	}
	return -1;
}

static struct zc_task *find_thread(struct zc_task *tasks, __u32 tid)
{
	for (int i = 0; i < ZC_MAX_TASKS; i++)
		if (tasks[i].proc && tasks[i].tid == tid)
			return &tasks[i];
	return NULL;
}

static void forget_return(struct zc_task *task, int seconds_ago)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	task->off_voluntary = 1;
	task->wake_ns = 0;
	task->off_ns = (now.tv_sec - seconds_ago) * 1000000000ULL + now.tv_nsec;
}

static void forget_earlier(struct zc_task *task)
{
	for (int i = 0; i < 100; i++) {
		if (!task->off_ns)	/* else it is away, and comes back as everybody does */
			forget_return(task, 5);
		usleep(1000);
	}
}

static void double_place(struct zc_task *tasks, struct zc_task *task)
{
	int place = task - tasks;

	while (tasks[place].key)
		place = (place + 1) % ZC_MAX_TASKS;
	tasks[place] = *task;
}

static int count_used(const struct zc_task *tasks)
{
	int used = 0;

	for (int i = 0; i < ZC_MAX_TASKS; i++)
		used += tasks[i].key != 0;
	return used;
}

int main(int argc, char **argv)
{
	const size_t bytes = ZC_MAX_TASKS * sizeof(struct zc_task);
	struct zc_task *task;
	__u32 id = 0;
	int fd;

	if (argc != 3)
		errx(2, "usage: threads_table forget-return|forget-earlier|double|used TID, while zctrace runs");
	while ((fd = next_table(&id)) >= 0) {
		struct zc_task *tasks =
			mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

		close(fd);
		if (tasks == MAP_FAILED)
			err(2, "map a table of threads");
		task = find_thread(tasks, atoi(argv[2]));
		if (task && !strcmp(argv[1], "used"))
			printf("%d\n", count_used(tasks));
		else if (task && !strcmp(argv[1], "double"))
			double_place(tasks, task);
		else if (task && !strcmp(argv[1], "forget-earlier"))
			forget_earlier(task);
		else if (task)
			forget_return(task, 0);
		if (task)
			return 0;
		munmap(tasks, bytes);
	}
	return 1;
}
