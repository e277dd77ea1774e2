// SPDX-License-Identifier: GPL-2.0
/* Processes as /proc shows them: whether one can be watched, and which descend from it. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "exits.h"
#include "processes.h"

long proc_status(pid_t pid, const char *name)
{
	char path[64], line[256];
	size_t length = strlen(name);
	long value = -1;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file)) {
		if (!strncmp(line, name, length) && line[length] == ':')
			value = strtol(line + length + 1, NULL, 10);
	}
	if (file)
		fclose(file);
	return value;
}

/* The letter behind the name, which may contain anything; 0 = there is no such process. */
static char process_state(pid_t pid, pid_t *parent)
{
	char path[64], line[1024], state = 0;
	const char *behind;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	behind = fgets(line, sizeof(line), file) ? strrchr(line, ')') : NULL;
	if (behind && sscanf(behind + 1, " %c %d", &state, parent) != 2)
		state = 0;
	fclose(file);
	return state;
}

/* Kernel threads have no executable; ourselves we cannot watch without watching the watching. */
int proc_check(pid_t pid, char *error, size_t size)
{
	char path[64], target[1];
	pid_t parent;
	char state = process_state(pid, &parent);
	long process = proc_status(pid, "Tgid");

	if (pid == getpid())
		return failed(error, size, -EINVAL,
			      "process %d is zctrace itself; give another one", pid);
	if (!state)
		return failed(error, size, -ESRCH,
			      "there is no process %d; ps -e lists those that there are", pid);
	if (process > 0 && process != pid)
		return failed(error, size, -EINVAL,
			      "%d is a thread of process %ld; give that one: -p %ld", pid, process,
			      process);
	if ((state == 'Z' || state == 'X') && proc_status(pid, "Threads") <= 1)
		return failed(error, size, -ESRCH,
			      "process %d has ended already: it is a zombie that its parent, "
			      "process %d, has not waited for", pid, parent);
	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	if (readlink(path, target, sizeof(target)) < 0 && errno == ENOENT && state != 'Z')
		return failed(error, size, -EINVAL,
			      "process %d is a kernel thread: it makes no system calls; give "
			      "a program's", pid);
	return 0;
}

/* Registers the children of registered processes; how many there were, or -errno. */
static int adopt_children(struct session *session)
{
	DIR *all = opendir("/proc");
	struct dirent *entry;
	int count = 0, index;
	pid_t pid, parent;

	if (!all)
		return -errno;
	while ((entry = readdir(all))) {
		pid = strtol(entry->d_name, NULL, 10);
		if (pid <= 0 || session_knows(session, pid) || !process_state(pid, &parent) ||
		    !session_knows(session, parent))
			continue;
		index = session_adopt(session, pid, ZC_WINDOW_OPEN, -1);
		if (index == -ENOSPC)
			break;
		count += index > 0;
	}
	closedir(all);
	return count;
}

int proc_adopt_descendants(struct session *session)
{
	int found;

	/* A child of one that is registered by now is seen when it is made. */
	do {
		found = adopt_children(session);
	} while (found > 0);
	return found;
}
