/* SPDX-License-Identifier: GPL-2.0 */
/* One run at zctrace receive: the receiver program, its gate, and what is counted of it, led by
 * the words of a measuring end that is not trusted. receive.c brings the words. */
#ifndef ZC_RECEIVE_RUN_H
#define ZC_RECEIVE_RUN_H

#include "child.h"
#include "record.h"
#include "remote_words.h"
#include "session.h"
#include "wire.h"

/* What was counted of a receiver, as a report; without a snapshot for the reason that untraced
 * gives. */
typedef struct report *receive_build_fn(const struct session *session, const char *untraced,
					const struct run_record *run);

enum receive_phase {
	RECEIVE_IDLE,		/* there is no program */
	RECEIVE_STARTING,	/* until it listens */
	RECEIVE_CONNECTING,	/* until the sender has connected */
	RECEIVE_READY,		/* until "go" */
	RECEIVE_MEASURING,	/* until its tally */
	RECEIVE_TOLD,		/* until "bye" */
};

/* What is the same for all runs. */
struct receive_setup {
	struct session *session;	/* NULL = receivers are not traced */
	const char *untraced;		/* why not */
	struct identity identity;	/* who the program runs as */
	int data_port;			/* 0 = any free one */
	int most_seconds;		/* for a transfer, and for all before it */
	bool show_stderr;
	receive_build_fn *build;
};

struct receive_run {
	const struct receive_setup *setup;
	enum receive_phase phase;
	struct remote_run wanted;
	struct child program;		/* its gate is -1 while there is nothing to poll() for */
	struct run_record record;	/* only the receiver's part is filled */
	bool attached;
	char untraced[256];		/* why this run is not traced, though it was asked for */
	__u64 deadline_ns;		/* CLOCK_MONOTONIC; when it must have begun, or be over */
	char error[640];		/* for the other end, when a function returns one */
};

void receive_run_init(struct receive_run *run, const struct receive_setup *setup);

/* All return 0, or -errno and then a sentence in error; receive_run_stop() is still to be called.
 * address is where the program listens; what it says goes to the wire. */
int receive_run_start(struct receive_run *run, const struct remote_run *wanted,
		      const char *address);
int receive_run_forward(struct receive_run *run, struct wire *wire);
int receive_run_obey(struct receive_run *run, const char *word);

/* Ends the program and forgets the run; nothing if there is none. */
void receive_run_stop(struct receive_run *run);

#endif
