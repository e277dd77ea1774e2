/* SPDX-License-Identifier: GPL-2.0 */
/* The connection to a zctrace receive on another machine, which starts a receiver there for every
 * run. measure.c opens it, child.c and runner.c speak through it. */
#ifndef ZC_REMOTE_H
#define ZC_REMOTE_H

#include "remote_words.h"

struct remote;

/* Connects and greets; IPv6 only if ipv6. 0, -EINTR after Ctrl-C, or -errno with a sentence in
 * error. */
int remote_open(struct remote **remote, const struct remote_target *target, bool ipv6, char *error,
		size_t size);
/* Ends the run that goes on there, if one does. NULL is allowed. */
void remote_close(struct remote *remote);

const char *remote_name(const struct remote *remote);	/* "host:8083", for people */
/* The address that answered, as text: the sender connects to the same one. */
const char *remote_address(const struct remote *remote);

/* Asks for a receiver program; it answers as one here would. 0 or -errno. */
int remote_start(struct remote *remote, const struct remote_run *run);

/* As child_send() and child_receive(). "counts" is heard when they have come, and can be taken. */
int remote_send(struct remote *remote, const char *word);
int remote_receive(struct remote *remote, char message[CHILD_MESSAGE_BYTES]);
int remote_poll_fd(const struct remote *remote);
/* True if there will be no further message; takes in what has arrived meanwhile. */
bool remote_is_lost(struct remote *remote);
/* Why remote_receive() had an error, or why it is lost: a sentence. */
const char *remote_why(const struct remote *remote);

/* The report that came with "counts", now the caller's; NULL if none has. */
struct report *remote_take_counts(struct remote *remote);

#endif
