// SPDX-License-Identifier: GPL-2.0
/* Leads one run: receiver, sender, gate, go, end, tally, bye. Every wait has a limit, Ctrl-C ends
 * any of them, and no process outlives the run. Called by measure.c. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "clock.h"
#include "exits.h"
#include "remote.h"
#include "report.h"
#include "runner.h"
#include "scenario_table.h"
#include "signals.h"
#include "strain.h"

enum {
	START_MS = 10000,	/* a program that has not reached its gate by then never will */
	CLOSE_MS = 1000,	/* the last acknowledgements on loopback take microseconds */
	SLOWEST_MIB_PER_S = 4,	/* a transfer slower than that, plus a minute, is stuck */
};

struct run {
	const struct run_spec *spec;
	struct run_record *record;
	struct child receiver, sender;
	__u64 deadline_ns;
	bool attached;
	char *error;
	size_t error_size;
};

static void allow(struct run *run, __u64 ms)
{
	run->deadline_ns = now_ns() + ms * 1000000;
}

#define fail(run, err, ...) failed((run)->error, (run)->error_size, err, __VA_ARGS__)

/* The program closed its gate: says how it ended. */
static int explain_end(struct run *run, struct child *child)
{
	/* Ctrl-C and a closed terminal meet the programs, too. */
	if (child->remote && !interrupted)
		return fail(run, -EREMOTEIO, "%s", remote_why(child->remote));
	child_reap(child, 1000);
	if (interrupted)
		return fail(run, -EINTR, "interrupted");
	if (WIFSIGNALED(child->status))
		return fail(run, -ECHILD, "the %s was killed by signal %d (%s); the run does not "
			    "count", child->role, WTERMSIG(child->status),
			    strsignal(WTERMSIG(child->status)));
	if (WEXITSTATUS(child->status) == 127)
		return fail(run, -ENOENT, "the %s's program did not start; build it again with make",
			    child->role);
	return fail(run, -ECHILD, "the %s ended with status %d before it was done", child->role,
		    WEXITSTATUS(child->status));
}

/* Where the sender finds the file; it knows it by no other name. */
static const char *file_path(char path[32])
{
	snprintf(path, 32, "/proc/self/fd/%d", CHILD_FILE_FD);
	return path;
}

/* Passes a program's own words on, with the file's name in them. */
static int relay(struct run *run, const struct child *child, const struct tally *tally)
{
	int err = tally->machine_cannot ? -EOPNOTSUPP : -EIO;
	const char *name = run->spec->payload->name;
	const char *said = tally->error;
	char path[32];
	size_t length = strlen(file_path(path));

	if (strncmp(said, path, length))
		return fail(run, err, "%s: %s", child->role, said);
	return fail(run, err, "%s: %s%s", child->role, name ? name : "the file made for the run",
		    said + length);
}

/* A tally instead of the awaited word: the program met an error. */
static int explain_tally(struct run *run, struct child *child, const char *message)
{
	struct tally tally;

	if (tally_parse(message, &tally) || !tally.error[0])
		return fail(run, -EPROTO, "the %s said \"%.80s\" out of turn", child->role,
			    message);
	return relay(run, child, &tally);
}

/* The connection to a remote receiver, while it is another one's turn: nobody would notice its
 * end. */
static int absent_fd(const struct run *run, const struct child *child)
{
	return run->receiver.remote && child != &run->receiver ? run->receiver.gate : -1;
}

/* The next message of child, into message; anything else ends the run. */
static int next_message(struct run *run, struct child *child, char message[CHILD_MESSAGE_BYTES])
{
	int got;

	for (;;) {
		struct pollfd fds[2] = {
			{ .fd = child->gate, .events = POLLIN },
			{ .fd = absent_fd(run, child), .events = POLLIN },
		};

		got = child_receive(child, message);
		if (got > 0)
			return 0;
		if (got == 0 || (got < 0 && got != -EAGAIN))
			return explain_end(run, child);
		if (interrupted)
			return fail(run, -EINTR, "interrupted");
		if (now_ns() > run->deadline_ns)
			return fail(run, -ETIMEDOUT, "the %s timed out; is it stopped, "
				    "or the link very slow? --timeout allows more", child->role);
		poll(fds, 2, 100);
		if (run->attached)
			session_drain(run->spec->session);
		if (fds[1].revents && remote_is_lost(run->receiver.remote))
			return explain_end(run, &run->receiver);
	}
}

/* Waits for one word; rest gets what follows it. */
static int await(struct run *run, struct child *child, const char *word, char *rest)
{
	char message[CHILD_MESSAGE_BYTES];
	size_t length = strlen(word);
	int err = next_message(run, child, message);

	if (err)
		return err;
	if (strncmp(message, word, length))
		return explain_tally(run, child, message);
	if (rest)
		snprintf(rest, 16, "%.15s", message + length);
	return 0;
}

static int await_tally(struct run *run, struct child *child, struct tally *tally)
{
	char message[CHILD_MESSAGE_BYTES];
	int err = next_message(run, child, message);

	if (err)
		return err;
	if (tally_parse(message, tally))
		return fail(run, -EPROTO, "the %s's tally cannot be read", child->role);
	if (tally->error[0])
		return relay(run, child, tally);
	return 0;
}

/* Seconds that the transfer may take. */
static __u64 transfer_limit_s(const struct run_spec *spec)
{
	if (spec->timeout_s)
		return spec->timeout_s;
	return 60 + (spec->payload->bytes >> 20) / SLOWEST_MIB_PER_S;
}

static int start_remote_receiver(struct run *run, char port[16])
{
	const struct run_spec *spec = run->spec;
	__u64 limit_s = transfer_limit_s(spec);
	const struct remote_run wanted = {
		.traced = spec->session != NULL, .digest = spec->digest,
		.receiver = spec->receiver,
		.seconds = limit_s < REMOTE_MOST_SECONDS ? limit_s : REMOTE_MOST_SECONDS,
	};

	child_take_remote(&run->receiver, spec->remote);
	if (remote_start(spec->remote, &wanted))
		return explain_end(run, &run->receiver);
	allow(run, START_MS);
	return await(run, &run->receiver, "listening ", port);
}

static int start_receiver(struct run *run, char port[16])
{
	const struct run_spec *spec = run->spec;
	struct child_spec child = {
		.program = "receiver", .file_fd = -1, .link = spec->link, .side = LINK_RECEIVER,
		.identity = spec->identity, .show_stderr = spec->show_stderr,
	};
	char wanted[16], strained[3][STRAIN_ARG_BYTES];
	int err, n = 0;

	if (spec->remote)
		return start_remote_receiver(run, port);
	snprintf(wanted, sizeof(wanted), "%d", spec->port);
	child.args[n++] = "--bind";
	child.args[n++] = link_address(spec->link, LINK_RECEIVER);
	child.args[n++] = "--port";
	child.args[n++] = wanted;
	if (spec->digest)
		child.args[n++] = "--digest";
	child.args[n++] = "--how";
	child.args[n++] = receiver_how_names[spec->receiver];
	if (spec->strain)
		strain_arguments(spec->strain, true, child.args, n, strained);
	err = child_start(&run->receiver, &child, run->error, run->error_size);
	if (err)
		return err;
	allow(run, START_MS);
	return await(run, &run->receiver, "listening ", port);
}

static int start_sender(struct run *run, const char *port)
{
	const struct run_spec *spec = run->spec;
	struct child_spec child = {
		.program = scenario_program(spec->scenario), .file_fd = spec->payload->fd,
		.link = spec->link,
		.side = LINK_SENDER, .identity = spec->identity, .show_stderr = spec->show_stderr,
	};
	char chunk[24], file[32], strained[3][STRAIN_ARG_BYTES];
	int err, n = 0;

	snprintf(chunk, sizeof(chunk), "%llu", spec->chunk_bytes);
	child.args[n++] = "--host";
	child.args[n++] = spec->remote ? remote_address(spec->remote) :
			  link_address(spec->link, LINK_RECEIVER);
	child.args[n++] = "--port";
	child.args[n++] = port;
	if (spec->chunk_bytes) {
		child.args[n++] = "--chunk";
		child.args[n++] = chunk;
	}
	if (spec->prefault)
		child.args[n++] = "--prefault";
	if (spec->scenario->option)
		child.args[n++] = spec->scenario->option;
	if (spec->strain)
		n = strain_arguments(spec->strain, false, child.args, n, strained);
	child.args[n++] = file_path(file);
	err = child_start(&run->sender, &child, run->error, run->error_size);
	if (err)
		return err;
	allow(run, START_MS + 1000 * (spec->payload->bytes >> 30));
	err = await(run, &run->sender, "ready", NULL);
	if (err == -ETIMEDOUT && spec->remote)
		return fail(run, err, "the sender cannot connect to %s port %s: no answer; does every "
			    "firewall between let that port through? \"zctrace receive --data-port "
			    "N\" chooses it", remote_address(spec->remote), port);
	return err ? err : await(run, &run->receiver, "ready", NULL);
}

/* Both stand at their gates: from here the kernel side knows them. */
static int watch(struct run *run)
{
	struct session *session = run->spec->session;
	int err;

	if (!session)
		return 0;
	err = session_attach(session, run->error, run->error_size);
	if (err)
		return err;
	run->attached = true;
	run->record->sender.proc = session_adopt(session, run->sender.pid, ZC_WINDOW_AT_GATE,
						 CHILD_GATE_FD);
	if (run->receiver.pid)
		run->record->receiver.proc = session_adopt(session, run->receiver.pid,
							   ZC_WINDOW_AT_GATE, CHILD_GATE_FD);
	if (run->record->sender.proc < 0 || run->record->receiver.proc < 0)
		return fail(run, -ESRCH, "the programs could not be registered with the kernel "
			    "side; try again with -v");
	return 0;
}

static int open_gate(struct run *run, struct child *child)
{
	if (child_send(child, "go"))
		return explain_end(run, child);
	return await(run, child, "begin", NULL);
}

static int transfer(struct run *run)
{
	int err;

	allow(run, 1000 * transfer_limit_s(run->spec));
	err = open_gate(run, &run->receiver);
	if (!err)
		err = open_gate(run, &run->sender);
	if (!err)
		err = await(run, &run->sender, "end", NULL);
	if (!err)
		err = await_tally(run, &run->sender, &run->record->sender.tally);
	if (!err)
		err = await(run, &run->receiver, "end", NULL);
	if (!err)
		err = await_tally(run, &run->receiver, &run->record->receiver.tally);
	return err;
}

/* Where the receiver was counted, if it was. */
static int await_counts(struct run *run)
{
	int err;

	allow(run, START_MS);
	err = await(run, &run->receiver, "counts", NULL);
	run->record->remote = remote_take_counts(run->spec->remote);
	return err;
}

/* Both have told their tally and wait for bye: what the kernel says of them is read now. */
static int collect(struct run *run)
{
	struct session *session = run->spec->session;
	const struct timespec step = { .tv_nsec = 1000000 };
	bool told;
	int err;

	run->record->sender.peak_rss_bytes = child_peak_rss(&run->sender);
	run->record->receiver.peak_rss_bytes = child_peak_rss(&run->receiver);
	if (!session)
		return 0;
	told = !session_missing(session, "inet_sock_set_state");
	for (int ms = 0; told && ms < CLOSE_MS && !session_socks_closed(session); ms++)
		nanosleep(&step, NULL);
	session_detach(session);
	run->attached = false;
	err = session_snapshot(session, &run->record->snapshot);
	return err || !run->spec->remote ? err : await_counts(run);
}

static void part(struct child *child)
{
	child_send(child, "bye");
	child_reap(child, START_MS);
}

int runner_run(const struct run_spec *spec, struct run_record *record, char *error, size_t size)
{
	struct run run = {
		.spec = spec, .record = record, .error = error, .error_size = size,
		.receiver = { .role = "receiver", .gate = -1 },
		.sender = { .role = "sender", .gate = -1 },
	};
	char port[16];
	int err;

	memset(record, 0, sizeof(*record));
	record->traced = spec->session != NULL;
	err = start_receiver(&run, port);
	if (!err)
		err = start_sender(&run, port);
	if (!err)
		err = watch(&run);
	if (!err)
		err = transfer(&run);
	if (!err)
		err = collect(&run);
	if (!err) {
		part(&run.sender);
		part(&run.receiver);
	}
	child_kill(&run.sender);
	child_kill(&run.receiver);
	if (run.attached)
		session_detach(spec->session);
	if (spec->session)
		session_reset(spec->session);
	if (err)
		run_record_free(record);
	return err;
}

void run_record_free(struct run_record *record)
{
	snapshot_free(record->snapshot);
	report_free(record->remote);
	record->snapshot = NULL;
	record->remote = NULL;
}
