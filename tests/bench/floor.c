// SPDX-License-Identifier: GPL-2.0
/* floor empty|clock|TRACEPOINT,... COMMAND...: runs COMMAND while a pair of programs that do next
 * to nothing is attached to every system call, or an empty one to each of the tracepoints. Every
 * other tracer is measured against it. */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "floor.skel.h"

#define MOST 32

static int attach_pair(struct floor_bpf *skel, int clock)
{
	bpf_program__set_autoload(clock ? skel->progs.clock_enter : skel->progs.empty_enter, true);
	bpf_program__set_autoload(clock ? skel->progs.clock_exit : skel->progs.empty_exit, true);
	return floor_bpf__load(skel) || floor_bpf__attach(skel);
}

/* A program of its own for each tracepoint: the kernel keeps its statistics by program. */
static int attach_one(struct floor_bpf *skel, const char *tracepoint)
{
	bpf_program__set_autoload(skel->progs.empty, true);
	if (floor_bpf__load(skel))
		return -1;
	skel->links.empty = bpf_program__attach_raw_tracepoint(skel->progs.empty, tracepoint);
	return skel->links.empty ? 0 : -1;
}

/* Returns 0 if all are attached, else -1. The caller destroys them. */
static int attach(struct floor_bpf **skels, char *what)
{
	int clock = !strcmp(what, "clock"), count = 0;
	char *name, *rest = NULL;

	if (clock || !strcmp(what, "empty")) {
		skels[0] = floor_bpf__open();
		return skels[0] && !attach_pair(skels[0], clock) ? 0 : -1;
	}
	for (name = strtok_r(what, ",", &rest); name; name = strtok_r(NULL, ",", &rest)) {
		skels[count] = count < MOST ? floor_bpf__open() : NULL;
		if (!skels[count] || attach_one(skels[count], name))
			return -1;
		count++;
	}
	return 0;
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
	struct floor_bpf *skels[MOST + 1] = {};
	int status = 3;

	if (argc < 3)
		return 2;
	if (attach(skels, argv[1]) < 0)
		fprintf(stderr, "floor: the programs cannot be attached; run it as root\n");
	else
		status = run(argv + 2);
	for (int i = 0; i < MOST; i++)
		floor_bpf__destroy(skels[i]);
	return status;
}
