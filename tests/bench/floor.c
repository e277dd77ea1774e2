// SPDX-License-Identifier: GPL-2.0
/* floor empty|clock COMMAND...: runs COMMAND while a pair of programs that do next to nothing is
 * attached to every system call. bench.py measures others against it. */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "floor.skel.h"

int main(int argc, char **argv)
{
	struct floor_bpf *skel = floor_bpf__open();
	int clock = argc > 2 && !strcmp(argv[1], "clock"), status = 1;
	pid_t pid;

	if (!skel || argc < 3)
		return 2;
	bpf_program__set_autoload(clock ? skel->progs.clock_enter : skel->progs.empty_enter, true);
	bpf_program__set_autoload(clock ? skel->progs.clock_exit : skel->progs.empty_exit, true);
	if (floor_bpf__load(skel) || floor_bpf__attach(skel)) {
		fprintf(stderr, "floor: the programs cannot be attached; run it as root\n");
		return 3;
	}
	pid = fork();
	if (pid == 0) {
		execvp(argv[2], argv + 2);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	floor_bpf__destroy(skel);
	return status != 0;
}
