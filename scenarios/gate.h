/* SPDX-License-Identifier: GPL-2.0 */
/* The channel on which zctrace holds a scenario program still until everything is being counted.
 * Called by every scenario program around what is measured; does nothing when run alone. */
#ifndef ZC_GATE_H
#define ZC_GATE_H

#include <stdbool.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <linux/types.h>

/*
 * The messages, one datagram each, over an AF_UNIX SOCK_SEQPACKET socket:
 *
 *	program                           zctrace
 *	listening PORT  ---------------->             receiver only
 *	ready [PORT]    ---------------->             PORT: receiver only
 *	                <---------------- go
 *	begin           ---------------->             counting opens when this send() returns
 *	(what is measured)
 *	end             ---------------->             counting closes when this send() is called
 *	{tally}         ---------------->             one line of JSON, less than 4 KiB
 *	                <---------------- bye         after a tally without error; then we exit
 *
 * A program that fails sends its tally, with the error, instead of any later message, and exits
 * without waiting. (Behind "begin" it still sends "end" first.) When zctrace is gone, the program
 * exits without a word.
 */
struct gate {
	int fd;		  /* -1: no zctrace, the program runs alone */
	int port;	  /* receiver: where it listens; sender: 0 */
	__u64 started_ns; /* CLOCK_MONOTONIC around the measured part */
	__u64 stopped_ns;
	struct rusage usage_begin; /* of this process, just outside the measured part */
	struct rusage usage_end;
};

/* True if fd is a socket of the kind that the messages need. */
bool gate_fd_usable(int fd);

/* True if zctrace is at the other end. */
bool gate_present(const struct gate *gate);

/* Tells zctrace on which port the program listens. */
void gate_listening(struct gate *gate, int port);

/* Waits until listener has a connection to accept, or until zctrace is gone. */
void gate_wait_for_connection(struct gate *gate, int listener);

/* Waits for zctrace's word, then starts the clock: what follows is measured. */
void gate_wait(struct gate *gate);

/* Stops the clock: what came before was measured. */
void gate_close(struct gate *gate);

/* Sends the tally's line; then waits for zctrace to say bye, if await_bye. */
void gate_tally(struct gate *gate, const char *json_line, bool await_bye);

/* Nanoseconds between gate_wait() and gate_close(), also without zctrace; 0 if never closed. */
__u64 gate_elapsed_ns(const struct gate *gate);

__u64 timeval_ns(const struct timeval *time);

#endif
