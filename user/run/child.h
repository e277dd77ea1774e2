/* SPDX-License-Identifier: GPL-2.0 */
/* One scenario program as a process: started behind its gate, talked to, looked at, reaped.
 * runner.c leads a sender and a receiver through a run with it. */
#ifndef ZC_CHILD_H
#define ZC_CHILD_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <linux/types.h>
#include "child_gate.h"
#include "identity.h"
#include "link.h"

enum { CHILD_MAX_ARGS = 24 };

struct child_spec {
	const char *program;		/* file name below the scenarios' directory */
	const char *args[CHILD_MAX_ARGS];	/* after argv[0] and --gate; ends with NULL */
	int file_fd;			/* handed on as CHILD_FILE_FD, -1 = none */
	const struct link *link;	/* whose network it runs in, NULL = ours */
	enum link_side side;
	const struct identity *identity;
	bool show_stderr;
};

struct remote;

/* A program behind its gate: a process of ours, or one that a zctrace receive on another machine
 * starts, whose messages come over its connection. */
struct child {
	const char *role;		/* "sender", "receiver": for messages */
	pid_t pid;			/* 0 = not running, or not here */
	struct remote *remote;		/* not ours; NULL = it is not there */
	int gate;			/* to poll() for messages; -1 = none */
	int status;			/* as waitpid() gave it, once reaped */
};

/* 0 or -errno with a sentence in error. */
int child_start(struct child *child, const struct child_spec *spec, char *error, size_t size);
/* The program that was asked for with remote_start(). */
void child_take_remote(struct child *child, struct remote *remote);
int child_send(struct child *child, const char *word);
/* One message if there is one: its length, 0 when the program is gone, -EAGAIN, or -errno. Of a
 * remote one that is gone remote_why() tells more. */
int child_receive(struct child *child, char message[CHILD_MESSAGE_BYTES]);
/* Reaps it, killed first if it does not end within timeout_ms. A remote one is only let go: its
 * end is for the zctrace receive there. */
void child_reap(struct child *child, int timeout_ms);
/* Kills and reaps; nothing if it is not running. */
void child_kill(struct child *child);

/* Largest resident set since exec, bytes; 0 = could not be read. */
__u64 child_peak_rss(const struct child *child);

#endif
