// SPDX-License-Identifier: GPL-2.0
/* One run at zctrace receive: see receive_run.h. The messages of the receiver program's gate go to
 * the measuring end as they are; it stands at the gate until it is counted. */
#include "receive_run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "alloc.h"
#include "clock.h"
#include "exits.h"
#include "report.h"
#include "texts.h"

enum {
	CLOSE_MS = 1000,	/* for the connection to be over, once the program has closed it */
	END_MS = 1000,
};

void receive_run_init(struct receive_run *run, const struct receive_setup *setup)
{
	*run = (struct receive_run){
		.setup = setup, .program = { .role = "receiver", .gate = -1 },
	};
}

#define fail(run, err, ...) failed((run)->error, sizeof((run)->error), err, __VA_ARGS__)

static void allow(struct receive_run *run, int seconds)
{
	if (seconds > run->setup->most_seconds)
		seconds = run->setup->most_seconds;
	run->deadline_ns = now_ns() + seconds * 1000000000ULL;
}

int receive_run_start(struct receive_run *run, const struct remote_run *wanted,
		      const char *address)
{
	const struct receive_setup *setup = run->setup;
	struct child_spec program = {
		.program = "receiver", .file_fd = -1, .identity = &setup->identity,
		.show_stderr = setup->show_stderr,
	};
	char port[16];
	int n = 0;

	snprintf(port, sizeof(port), "%d", setup->data_port);
	program.args[n++] = "--bind";
	program.args[n++] = address;
	program.args[n++] = "--port";
	program.args[n++] = port;
	if (wanted->digest)
		program.args[n++] = "--digest";
	program.args[n++] = "--how";
	program.args[n++] = receiver_how_names[wanted->digest ? RECEIVER_RECV : wanted->receiver];
	allow(run, setup->most_seconds);
	run->wanted = *wanted;
	run->record = (struct run_record){ .traced = wanted->traced };
	run->phase = RECEIVE_STARTING;
	return child_start(&run->program, &program, run->error, sizeof(run->error));
}

static void detach(struct receive_run *run)
{
	if (run->attached)
		session_detach(run->setup->session);
	run->attached = false;
}

/* The program stands at its gate, connected: from here the kernel side knows it. Where that cannot
 * be, the run goes on untraced, and says so. */
static void watch(struct receive_run *run)
{
	struct session *session = run->setup->session;
	char error[512];
	int proc;

	snprintf(run->untraced, sizeof(run->untraced), "%s", session ? "" : run->setup->untraced);
	if (!session || !run->wanted.traced)
		return;
	if (session_attach(session, error, sizeof(error))) {
		snprintf(run->untraced, sizeof(run->untraced), "%.250s", error);
		return;
	}
	run->attached = true;
	proc = session_adopt(session, run->program.pid, ZC_WINDOW_AT_GATE, CHILD_GATE_FD);
	if (proc > 0) {
		run->record.receiver.proc = proc;
		return;
	}
	detach(run);
	snprintf(run->untraced, sizeof(run->untraced), "the kernel side does not know its processes "
		 "by their numbers here; run it outside of containers");
}

static int read_counts(struct receive_run *run)
{
	struct session *session = run->setup->session;
	const struct timespec step = { .tv_nsec = 1000000 };
	bool told;

	run->record.receiver.peak_rss_bytes = child_peak_rss(&run->program);
	if (!run->attached)
		return 0;
	told = !session_missing(session, "inet_sock_set_state");
	for (int ms = 0; told && ms < CLOSE_MS && !session_socks_closed(session); ms++)
		nanosleep(&step, NULL);
	detach(run);
	return session_snapshot(session, &run->record.snapshot);
}

/* "counts {report}" in one line, to be freed; NULL = a number is too large for it. */
static char *counts_line(const struct report *report)
{
	char *text = NULL;
	size_t size;
	FILE *out = xopen_memstream(&text, &size);
	int err;

	fputs("counts ", out);
	err = report_write_json(report, out);
	xclose_memstream(out, &text);
	if (err) {
		free(text);
		return NULL;
	}
	/* Between the tokens of JSON one white space is as good as another. */
	for (char *c = text; *c; c++) {
		if (*c == '\n')
			*c = c[1] ? ' ' : '\0';
	}
	return text;
}

static int say_counts(struct receive_run *run, struct wire *wire)
{
	struct report *report;
	char *line = NULL;
	int err = read_counts(run);

	if (!err) {
		report = run->setup->build(run->setup->session, run->untraced, &run->record);
		line = counts_line(report);
		report_free(report);
	}
	if (!line)
		return fail(run, err ? err : -EOVERFLOW, "what was counted of the receiver cannot be "
			    "put together: %s", strerror(err ? -err : EOVERFLOW));
	err = wire_send(wire, line);
	free(line);
	return err;
}

static int say_tally(struct receive_run *run, struct wire *wire, const char *line)
{
	struct tally *tally = &run->record.receiver.tally;
	int err;

	if (tally_parse(line, tally))
		return fail(run, -EPROTO, "the receiver's tally cannot be read");
	run->phase = RECEIVE_TOLD;
	err = wire_send(wire, line);
	return err || tally->error[0] || !run->wanted.traced ? err : say_counts(run, wire);
}

static int take_message(struct receive_run *run, struct wire *wire, const char *message)
{
	if (*message == '{')
		return say_tally(run, wire, message);
	if (run->phase == RECEIVE_STARTING && text_begins(message, "listening ")) {
		run->phase = RECEIVE_CONNECTING;
	} else if (run->phase == RECEIVE_CONNECTING && text_begins(message, "ready ")) {
		watch(run);
		run->phase = RECEIVE_READY;
	} else if (run->phase != RECEIVE_MEASURING || (strcmp(message, "begin") &&
							strcmp(message, "end"))) {
		return fail(run, -EPROTO, "the receiver said \"%.80s\" out of turn", message);
	}
	return wire_send(wire, message);
}

int receive_run_forward(struct receive_run *run, struct wire *wire)
{
	char message[CHILD_MESSAGE_BYTES];
	int got, err = 0;

	while (!err) {
		got = child_receive(&run->program, message);
		if (got == -EAGAIN)
			return 0;
		if (got > 0)
			err = take_message(run, wire, message);
		else
			break;
	}
	if (err)
		return run->error[0] ? err : fail(run, err, "what the receiver says cannot be sent "
						  "on: %s", strerror(-err));
	/* One that told of a failure does not wait for "bye". */
	child_reap(&run->program, END_MS);
	if (run->phase == RECEIVE_TOLD)
		return 0;
	return fail(run, -ECHILD, "its receiver program ended before it was done; is it built, and "
		    "may it be run there?");
}

static void forget(struct receive_run *run)
{
	run_record_free(&run->record);
	if (run->setup->session)
		session_reset(run->setup->session);
	receive_run_init(run, run->setup);
}

int receive_run_obey(struct receive_run *run, const char *word)
{
	bool go = !strcmp(word, "go"), bye = !strcmp(word, "bye");

	if (go && run->phase == RECEIVE_READY) {
		run->phase = RECEIVE_MEASURING;
		allow(run, run->wanted.seconds);
		if (child_send(&run->program, word))
			return fail(run, -ECHILD, "its receiver program is gone");
		return 0;
	}
	if (bye && run->phase == RECEIVE_TOLD) {
		if (run->program.pid)
			child_send(&run->program, word);
		child_reap(&run->program, END_MS);
		forget(run);
		return 0;
	}
	return fail(run, -EPROTO, "that word is not known, or out of turn");
}

void receive_run_stop(struct receive_run *run)
{
	if (run->phase == RECEIVE_IDLE)
		return;
	child_kill(&run->program);
	detach(run);
	forget(run);
}
