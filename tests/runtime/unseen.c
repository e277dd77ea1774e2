// SPDX-License-Identifier: GPL-2.0
/* Makes zctrace believe that a thread has just left the CPU, as if its return had not been seen.
 * Used by the runtime tests.
 *
 *   unseen TID      exit status 1 if no zctrace traces the thread */
#include <err.h>
#include <stdbool.h>
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

static bool forget_return(struct zc_task *tasks, __u32 tid)
{
	struct timespec now;

	for (int i = 0; i < ZC_MAX_TASKS; i++) {
		if (!tasks[i].proc || tasks[i].tid != tid)
			continue;
		clock_gettime(CLOCK_MONOTONIC, &now);
		tasks[i].off_voluntary = 1;
		tasks[i].wake_ns = 0;
		tasks[i].off_ns = now.tv_sec * 1000000000ULL + now.tv_nsec;
		return true;
	}
	return false;
}

int main(int argc, char **argv)
{
	const size_t bytes = ZC_MAX_TASKS * sizeof(struct zc_task);
	__u32 id = 0;
	int fd;

	if (argc != 2)
		errx(2, "usage: unseen TID, while zctrace runs");
	while ((fd = next_table(&id)) >= 0) {
		struct zc_task *tasks = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

		close(fd);
		if (tasks == MAP_FAILED)
			err(2, "map a table of threads");
		if (forget_return(tasks, atoi(argv[1])))
			return 0;
		munmap(tasks, bytes);
	}
	return 1;
}
