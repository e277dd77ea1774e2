// SPDX-License-Identifier: GPL-2.0
/* run and attach: starts or joins a program, waits for its end or Ctrl-C with a line per interval,
 * and keeps what was counted. The program itself is never stopped or changed. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cells.h"
#include "clock.h"
#include "environment.h"
#include "exits.h"
#include "memory.h"
#include "privilege.h"
#include "processes.h"
#include "signals.h"
#include "trace.h"
#include "uring_table.h"

struct tracing {
	const struct trace_options *options;
	struct trace_result result;
	struct identity caller;
	pid_t pid;		/* CMD, or the process that we joined */
	int command;		/* run: the index of CMD in procs */
	int pidfd;
	int gate;		/* run: our end of the pipe that holds CMD before it is exec'd */
	int outcome;		/* run: carries errno if the exec failed */
	__u64 last_calls, last_bytes;
	char *error;
	size_t error_size;
};

/* In the child: waits until it is registered, then becomes CMD. */
static void become_command(const struct trace_options *options, int gate, int outcome)
{
	char go;
	int err;

	if (read(gate, &go, 1) != 1)
		_exit(127);
	environment_give(&options->identity);
	err = identity_take(&options->identity);
	if (!err) {
		signals_give_back();
		execvp(options->program[0], options->program);
		err = -errno;
	}
	if (write(outcome, &err, sizeof(err)) < 0)
		_exit(127);
	_exit(err == -ENOENT ? 127 : 126);
}

static int start_command(struct tracing *t)
{
	int gate[2], outcome[2];

	if (pipe2(gate, O_CLOEXEC) || pipe2(outcome, O_CLOEXEC))
		return -errno;
	t->pid = fork();
	if (t->pid < 0)
		return -errno;
	if (t->pid == 0) {
		close(gate[1]);
		become_command(t->options, gate[0], outcome[1]);
	}
	close(gate[0]);
	close(outcome[1]);
	t->gate = gate[1];
	t->outcome = outcome[0];
	return 0;
}

/* Joins a process: it and the descendants that it has now; those to come are followed anyway. */
static int join_process(struct tracing *t)
{
	int err = proc_check(t->options->pid, t->error, t->error_size);

	if (err)
		return err;
	t->pid = t->options->pid;
	err = session_adopt(t->result.session, t->pid, ZC_WINDOW_OPEN, -1);
	if (err < 0)
		return failed(t->error, t->error_size, err,
			      "process %d could not be registered: %s", t->pid, strerror(-err));
	return proc_adopt_descendants(t->result.session);
}

static int expect_command(struct tracing *t)
{
	t->command = session_expect(t->result.session, t->pid);
	return t->command < 0 ? t->command : 0;
}

/* What was not seen to begin has no number, and 0 would be wrong. */
static int check_command(struct tracing *t)
{
	if (!t->options->program || t->result.snapshot->procs[t->command].execs)
		return 0;
	return failed(t->error, t->error_size, -ENODATA,
		      "%s ran, and the kernel side did not see it begin: nothing of it "
		      "was counted; run zctrace in the machine's own pid namespace, or attach to the "
		      "process", t->options->program[0]);
}

static int open_pidfd(struct tracing *t)
{
	t->pidfd = syscall(SYS_pidfd_open, t->pid, 0);
	return t->pidfd < 0 ? -errno : 0;
}

/* CMD is held, or all is registered that is to be watched: what is needed beyond that. */
static int keep_for_watching(struct tracing *t)
{
	const struct identity *command = &t->options->identity;
	unsigned int needs = PRIVILEGE_TRACE | PRIVILEGE_FILES;

	/* What runs as we shall needs no right of ours; root's programs have more than we keep. */
	if (t->options->program && (command->uid != t->caller.uid || !command->uid))
		needs |= PRIVILEGE_OTHERS;
	return privilege_keep(&t->caller, needs, t->error, t->error_size);
}

/* Lets CMD go; if it could not become its command, says why. */
static int release(struct tracing *t, int *status)
{
	int err = 0;

	t->result.begin_ns = now_ns();
	if (t->gate < 0)
		return 0;
	if (interrupted)
		return -EINTR;
	signals_passed_to = t->pid;
	if (write(t->gate, "g", 1) != 1)
		return -errno;
	close(t->gate);
	t->gate = -1;
	if (read(t->outcome, &err, sizeof(err)) != sizeof(err))
		return 0;	/* closed by the exec: it runs */
	*status = err == -ENOENT ? 127 : 126;
	return failed(t->error, t->error_size, err, "%s: %s", t->options->program[0],
		      strerror(-err));
}

static void sum_cells(const struct snapshot *snapshot, __u64 *calls, __u64 *bytes)
{
	*calls = *bytes = 0;
	for (__u32 i = 1; i < snapshot->cell_count; i++) {
		const struct zc_cell *cell = &snapshot->cells[i];

		if (!call_is_syscall(cell->key.nr))
			continue;
		*calls += cell->calls;
		*bytes += call_moves_bytes(cell->key.nr) ? cell->bytes : 0;
	}
}

static void save_openmetrics(struct tracing *t, const struct snapshot *snapshot)
{
	struct trace_result now = t->result;

	now.snapshot = (struct snapshot *)snapshot;
	now.end_ns = now_ns();
	t->options->save(t->options, &now);
}

/* One line of what the last interval brought, on stderr: stdout belongs to CMD. */
static void tell_interval(struct tracing *t)
{
	struct snapshot *snapshot;
	__u64 calls, bytes, lost = 0;

	if (session_snapshot(t->result.session, &snapshot))
		return;
	sum_cells(snapshot, &calls, &bytes);
	for (int i = 0; i < ZC_LOSS_COUNT; i++)
		lost += snapshot->loss[i];
	if (!t->options->quiet && t->options->interval)
		fprintf(stderr, "%8.1f s  %12llu calls  %15llu bytes moved by calls  %u processes  "
			"%llu lost\n", (now_ns() - t->result.begin_ns) / 1e9,
			calls - t->last_calls, bytes - t->last_bytes, snapshot->proc_count - 1,
			lost);
	t->last_calls = calls;
	t->last_bytes = bytes;
	if (t->options->openmetrics)
		save_openmetrics(t, snapshot);
	snapshot_free(snapshot);
}

/* Without live lines, FILE is written all the same. */
enum { USUAL_INTERVAL_S = 10 };

static double interval_of(const struct trace_options *options)
{
	return options->interval || !options->openmetrics ? options->interval : USUAL_INTERVAL_S;
}

static bool has_ended(struct tracing *t, int timeout_ms)
{
	struct pollfd end = { .fd = t->pidfd, .events = POLLIN };

	poll(&end, 1, timeout_ms);
	session_drain(t->result.session);
	return end.revents != 0;
}

/* What is recorded of the timeline is taken out of its buffer this often. */
enum { DRAIN_MS = 50 };

/* The time until then, or less; what is not a whole millisecond counts as one. */
static int patience_ms(__u64 until_ns)
{
	__u64 now = now_ns();

	if (until_ns <= now)
		return 0;
	now = until_ns - now;
	return now < DRAIN_MS * 1000000ULL ? (now + 999999) / 1000000 : DRAIN_MS;
}

/* Until the program ends, the time is up, or Ctrl-C (which CMD gets as well: it decides). */
static void wait_for_end(struct tracing *t)
{
	const struct trace_options *options = t->options;
	__u64 limit = options->seconds * 1e9, every = interval_of(options) * 1e9;
	__u64 next = t->result.begin_ns + every;

	while (!has_ended(t, every ? patience_ms(next) : DRAIN_MS)) {
		__u64 now = now_ns();

		if (!options->program && interrupted)
			return;
		if (limit && now - t->result.begin_ns >= limit)
			return;
		if (every && now >= next) {
			tell_interval(t);
			next += every;
		}
	}
}

/* The kernel sends on what a program that has ended left in its sockets. */
static void wait_for_sockets(struct tracing *t)
{
	enum { PATIENCE_MS = 500, STEP_MS = 10 };

	if (!t->options->program)
		return;
	for (int ms = 0; ms < PATIENCE_MS && !session_socks_closed(t->result.session);
	     ms += STEP_MS)
		poll(NULL, 0, STEP_MS);
}

static void reap(struct tracing *t, int *status)
{
	siginfo_t info;

	if (!t->options->program || waitid(P_PID, t->pid, &info, WEXITED | WNOWAIT))
		return;
	signals_passed_to = 0;
	if (waitpid(t->pid, &t->result.status, 0) != t->pid)
		return;
	t->result.ended = true;
	*status = WIFSIGNALED(t->result.status) ? 128 + WTERMSIG(t->result.status) :
		  WEXITSTATUS(t->result.status);
}

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

int trace(const struct trace_options *options, struct trace_result *result, int *status,
	  char *error, size_t size)
{
	struct tracing t = { .options = options, .pidfd = -1, .gate = -1, .outcome = -1,
			     .error = error, .error_size = size,
			     .caller = identity_of_caller() };
	int err;

	*result = (struct trace_result){ 0 };
	error[0] = '\0';
	/* While we have little memory: the fork copies what maps it. */
	err = options->program ? start_command(&t) : proc_check(options->pid, error, size);
	if (err)
		goto cleanup;
	memory_populate();
	err = session_open(&t.result.session, &options->session, error, size);
	if (!err)
		err = session_attach(t.result.session, error, size);
	if (!err)
		err = options->program ? expect_command(&t) : join_process(&t);
	if (!err)
		err = open_pidfd(&t);
	if (!err)
		err = keep_for_watching(&t);
	if (!err)
		err = release(&t, status);
	if (err)
		goto cleanup;
	wait_for_end(&t);
	t.result.end_ns = now_ns();
	reap(&t, status);
	wait_for_sockets(&t);
	session_detach(t.result.session);
	err = session_snapshot(t.result.session, &t.result.snapshot);
	if (!err)
		err = check_command(&t);
	if (!err)
		err = privilege_keep(&t.caller, PRIVILEGE_FILES, error, size);
	if (err)
		goto cleanup;
	if (options->openmetrics)
		save_openmetrics(&t, t.result.snapshot);
cleanup:
	if (err && !error[0] && interrupted)
		snprintf(error, size, "interrupted");
	if (err && !error[0])
		snprintf(error, size, "%s", strerror(-err));
	close_fd(t.gate);
	close_fd(t.outcome);
	if (err && t.pid > 0 && options->program && !t.result.ended)
		waitpid(t.pid, NULL, 0);
	close_fd(t.pidfd);
	if (err)
		trace_result_free(&t.result);
	*result = t.result;
	return err;
}

void trace_result_free(struct trace_result *result)
{
	snapshot_free(result->snapshot);
	session_close(result->session);
	*result = (struct trace_result){ 0 };
}
