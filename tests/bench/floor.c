// SPDX-License-Identifier: GPL-2.0
/* floor empty|clock COMMAND...: runs COMMAND while a pair of programs that do next to nothing is
 * attached to every system call. Every other tracer is measured against it. */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "floor.skel.h"

static int attach(struct floor_bpf *skel, int clock)
{
	bpf_program__set_autoload(clock ? skel->progs.clock_enter : skel->progs.empty_enter, true);
	bpf_program__set_autoload(clock ? skel->progs.clock_exit : skel->progs.empty_exit, true);
	return floor_bpf__load(skel) || floor_bpf__attach(skel);
}

static int run(char **command)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		execvp(command[0], command);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	return status != 0;
}

int main(int argc, char **argv)
{
	struct floor_bpf *skel;
	int status = 3;

	if (argc < 3 || (strcmp(argv[1], "empty") && strcmp(argv[1], "clock")))
		return 2;
	skel = floor_bpf__open();
	if (!skel || attach(skel, !strcmp(argv[1], "clock")))
		fprintf(stderr, "floor: the programs cannot be attached; run it as root\n");
	else
		status = run(argv + 2);
	floor_bpf__destroy(skel);
	return status;
}
