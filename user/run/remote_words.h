/* SPDX-License-Identifier: GPL-2.0 */
/* The words that two zctrace say to each other, to be written and read: remote.c is the measuring
 * end, receive.c the receiving one. What comes from the other end is not trusted. */
#ifndef ZC_REMOTE_WORDS_H
#define ZC_REMOTE_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "child_gate.h"
#include "scenario_table.h"

/*
 * One TCP connection for a whole measurement, one line for each message:
 *
 *	measuring end                     zctrace receive
 *	zctrace-remote N VERSION  ------>
 *	                          <------ zctrace-remote N VERSION
 *	then, for every run,
 *	run traced=T digest=D seconds=S ->	a receiver program is started; behind it
 *						" receiver=HOW" if HOW is not recv
 *	                          <------ listening PORT
 *	(the sender connects to PORT)
 *	                          <------ ready PORT	traced from here, if T and if it can be
 *	go                        ------>
 *	                          <------ begin
 *	(the transfer)
 *	                          <------ end
 *	                          <------ {tally}
 *	                          <------ counts {report}	if T
 *	bye                       ------>
 *
 * Instead of any line zctrace receive may say "error WHY", and closes. All but the first line and
 * "counts" are what the receiver program and the runner say at the gate (scenarios/gate.h).
 * Whoever closes the connection ends the run. No message holds a point in time.
 */

/* Another number: the two do not understand each other, or do not count alike. */
#define REMOTE_PROTOCOL 1

enum {
	REMOTE_PORT = 8083,		/* where zctrace receive listens */
	REMOTE_LINE_BYTES = 256,	/* the longest line that zctrace receive takes in */
	REMOTE_COUNTS_BYTES = 256 << 10,	/* the longest line that it says */
	REMOTE_VERSION_BYTES = 65,
	REMOTE_HOST_BYTES = 256,
	REMOTE_MOST_SECONDS = 1000000,
};

/* What --to names. */
struct remote_target {
	char host[REMOTE_HOST_BYTES];	/* without brackets */
	int port;
};

/* Reads HOST, HOST:PORT, ADDRESS6, [ADDRESS6] or [ADDRESS6]:PORT; 0 or -EINVAL. */
int remote_parse_target(const char *text, struct remote_target *target);

/* The first line of either end. */
struct remote_hello {
	long protocol;
	char version[REMOTE_VERSION_BYTES];
};

void remote_write_hello(char line[REMOTE_LINE_BYTES]);
/* 0, or -EINVAL: this is not a zctrace. A protocol other than ours is read, too. */
int remote_parse_hello(const char *line, struct remote_hello *hello);

/* What a receiver program is started for. */
struct remote_run {
	bool traced, digest;
	int seconds;		/* at most, for the transfer; 1 to REMOTE_MOST_SECONDS */
	enum receiver_how receiver;
};

void remote_write_run(const struct remote_run *run, char line[REMOTE_LINE_BYTES]);
int remote_parse_run(const char *line, struct remote_run *run);	/* 0 or -EINVAL */

/* Whether a gate's message from the other end may be passed on: a word of the receiver program's,
 * whose port is one, or a tally whose numbers can be reckoned with. */
bool remote_message_good(const char *line);

/* The report in a "counts" line: one scenario with one role, "receiver". NULL if it is not. */
struct report *remote_parse_counts(const char *line);

#endif
