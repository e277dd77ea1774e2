// SPDX-License-Identifier: GPL-2.0
/* Makes the newest zctrace believe that a thread is off the CPU, as if its return had not been seen.
 * Used by the runtime tests.
 *
 *   unseen TID      exit status 1 if no zctrace traces the thread */
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <bpf/bpf.h>

#include "zctrace.h"

/* A descriptor of the map of that name that was made last; -1 = there is none. */
static int newest_map(const char *name)
{
	__u32 id = 0;
	int newest = -1;

	while (!bpf_map_get_next_id(id, &id)) {
		struct bpf_map_info info = {};
		__u32 size = sizeof(info);
		int fd = bpf_map_get_fd_by_id(id);

		if (fd < 0)
			continue;
		if (bpf_obj_get_info_by_fd(fd, &info, &size) || strcmp(info.name, name)) {
			close(fd);
			continue;
		}
		if (newest >= 0)
			close(newest);
		newest = fd;
	}
	return newest;
}

int main(int argc, char **argv)
{
	const size_t bytes = ZC_MAX_TASKS * sizeof(struct zc_task);
	int fd = newest_map("tasks");
	struct zc_task *tasks;

	if (argc != 2 || fd < 0)
		errx(2, "usage: unseen TID, while zctrace runs");
	tasks = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (tasks == MAP_FAILED)
		err(2, "map the table of threads");
	for (int i = 0; i < ZC_MAX_TASKS; i++) {
		if (tasks[i].proc && tasks[i].tid == (__u32)atoi(argv[1])) {
			tasks[i].off_voluntary = 1;
			tasks[i].wake_ns = 0;
			tasks[i].off_ns = 1;
			return 0;
		}
	}
	return 1;
}
