// SPDX-License-Identifier: GPL-2.0
/* Starts a scenario program behind its gate, as the calling user and with nothing of ours, and
 * ends it. runner.c says when. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "child.h"
#include "exits.h"
#include "processes.h"
#include "remote.h"
#include "self.h"

enum { KEEP_CLEAR = 10 };	/* descriptors are moved above those that the program gets */

static bool is_directory(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

/* The directory of the scenario programs, found beside our own executable; NULL = nowhere. */
static const char *scenario_directory(void)
{
	static const char *const places[] = { "scenarios", "../libexec/zctrace/scenarios", NULL };
	static char directory[SELF_PATH_BYTES];

	return self_find(directory, places, is_directory);
}

/* Puts descriptor from at to, safely if either is in the way of the other. */
static int place_fd(int from, int to)
{
	int clear = fcntl(from, F_DUPFD, KEEP_CLEAR);

	return clear < 0 || dup2(clear, to) < 0 ? -errno : 0;
}

static int arrange_fds(const struct child_spec *spec, int gate)
{
	int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
	int file = spec->file_fd >= 0 ? fcntl(spec->file_fd, F_DUPFD, KEEP_CLEAR) : -1;
	int kept = fcntl(gate, F_DUPFD, KEEP_CLEAR);
	int err;

	if (nothing < 0 || kept < 0)
		return -errno;
	if (dup2(nothing, 0) < 0 || dup2(nothing, 1) < 0)
		return -errno;
	if (!spec->show_stderr && dup2(nothing, 2) < 0)
		return -errno;
	err = place_fd(kept, CHILD_GATE_FD);
	if (!err && file >= 0)
		err = place_fd(file, CHILD_FILE_FD);
	if (!err && close_range(file >= 0 ? CHILD_FILE_FD + 1 : CHILD_GATE_FD + 1, ~0U, 0) < 0)
		err = -errno;
	return err;
}

/* In the forked child: never returns. A failure ends it with 127; its gate closes. */
static void become(const struct child_spec *spec, int gate, pid_t parent)
{
	char path[4200], gate_text[16], *argv[CHILD_MAX_ARGS + 4];
	static char *const environment[] = { "PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", NULL };
	sigset_t none;
	int n = 0;

	snprintf(path, sizeof(path), "%s/%s", scenario_directory(), spec->program);
	snprintf(gate_text, sizeof(gate_text), "%d", CHILD_GATE_FD);
	argv[n++] = (char *)spec->program;
	argv[n++] = "--gate";
	argv[n++] = gate_text;
	for (int i = 0; spec->args[i]; i++)
		argv[n++] = (char *)spec->args[i];
	argv[n] = NULL;

	if (spec->link && link_enter(spec->link, spec->side))
		_exit(127);
	if (arrange_fds(spec, gate) || identity_take(spec->identity))
		_exit(127);
	/* After the change of user, which clears it. Our own death must not leave anything. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent)
		_exit(127);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGINT, SIG_IGN);	/* Ctrl-C is ours to answer: we end the program */
	execve(path, argv, environment);
	_exit(127);
}

int child_start(struct child *child, const struct child_spec *spec, char *error, size_t size)
{
	pid_t parent = getpid();
	int ends[2];

	if (!scenario_directory())
		return failed(error, size, -ENOENT,
			      "the scenario programs are not beside this program: "
			      "no such directory; build them with make");
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return failed(error, size, -errno, "a socket pair for the gate: %s",
			      strerror(errno));
	child->pid = fork();
	if (child->pid == 0)
		become(spec, ends[1], parent);
	close(ends[1]);
	if (child->pid < 0) {
		child->pid = 0;
		close(ends[0]);
		return failed(error, size, -errno, "a new process: %s; end some others",
			      strerror(errno));
	}
	child->gate = ends[0];
	return 0;
}

void child_take_remote(struct child *child, struct remote *remote)
{
	child->remote = remote;
	child->gate = remote_poll_fd(remote);
}

int child_send(struct child *child, const char *word)
{
	if (child->remote)
		return remote_send(child->remote, word);
	return send(child->gate, word, strlen(word), MSG_NOSIGNAL) < 0 ? -errno : 0;
}

int child_receive(struct child *child, char message[CHILD_MESSAGE_BYTES])
{
	ssize_t length;

	if (child->remote)
		return remote_receive(child->remote, message);
	length = recv(child->gate, message, CHILD_MESSAGE_BYTES - 1, MSG_DONTWAIT);
	if (length < 0)
		return errno == EINTR ? -EAGAIN : -errno;
	message[length] = '\0';
	return length;
}

static void forget(struct child *child)
{
	if (child->gate >= 0 && !child->remote)
		close(child->gate);
	child->gate = -1;
	child->remote = NULL;
	child->pid = 0;
}

void child_reap(struct child *child, int timeout_ms)
{
	const struct timespec step = { .tv_nsec = 1000000 };
	pid_t got = 0;

	if (!child->pid) {
		forget(child);
		return;
	}
	for (int waited = 0; waited < timeout_ms; waited++) {
		got = waitpid(child->pid, &child->status, WNOHANG);
		if (got)
			break;
		nanosleep(&step, NULL);
	}
	if (!got) {
		kill(child->pid, SIGKILL);
		while (waitpid(child->pid, &child->status, 0) < 0 && errno == EINTR)
			;
	}
	forget(child);
}

void child_kill(struct child *child)
{
	if (child->pid)
		kill(child->pid, SIGKILL);
	child_reap(child, 1000);
}

__u64 child_peak_rss(const struct child *child)
{
	long kib = proc_status(child->pid, "VmHWM");

	return kib > 0 ? kib * 1024ULL : 0;
}
