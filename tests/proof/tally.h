/* SPDX-License-Identifier: GPL-2.0 */
/* The own tally of random_moves: every system call that it makes goes through tally_call(), which
 * notes in memory shared with compare.py what was asked and what came back. */
#ifndef TALLY_H
#define TALLY_H

#include <stdint.h>

enum {
	TALLY_OBJECTS = 1024,
	TALLY_CALLS = 16384,
	TALLY_NAME = 160,
	TALLY_URING = 1000,	/* + opcode: a request to io_uring, no system call */
	NO_OBJECT = -1,
	BAD_FD = -2,		/* a number that no descriptor has */
	UNTOLD = -3,		/* the call has no descriptor, or its kind is not compared */
};

struct tally_object {
	char kind[16];		/* as zctrace calls it */
	char name[TALLY_NAME];	/* path of a file, or empty */
};

struct tally_entry {
	int32_t nr;
	int16_t source, sink;	/* numbers of objects, or one of the above */
	int64_t result;
	uint64_t asked_ns;	/* the least that it must have slept */
	uint64_t wall_ns;	/* around the call */
	uint64_t message_bytes;	/* of calls that return messages */
	uint64_t lent;		/* bytes in pages that the kernel may borrow (MSG_ZEROCOPY) */
	uint64_t faults;	/* first touches of pages that followed in user mode */
};

struct tally {
	uint32_t objects, entries, processes, threads;
	uint64_t cpu_ns;	/* user + system of all threads, by getrusage at their ends */
	uint64_t voluntary;	/* nvcsw of the same; io_uring's workers are no threads of ours */
	uint64_t voluntary_begin;
	volatile uint64_t hold;	/* 1: attach comes; what is noted before it is 0 does not count */
	uint64_t reserved;
	struct tally_object object[TALLY_OBJECTS];
	struct tally_entry entry[TALLY_CALLS];
};

extern struct tally *tally;

/* A system call by itself: no errno, so that threads may share all memory. -errno on failure. */
long raw_call(long nr, long a, long b, long c, long d, long e, long f);

/* The same, noted; what else is known of the call goes into the entry returned. */
struct tally_entry *tally_call(long nr, int source, int sink, long a, long b, long c, long d,
			       long e, long f);
struct tally_entry *tally_note(long nr, int source, int sink, long result, uint64_t wall_ns);

int tally_object(const char *kind, const char *name);

/* Maps the file, which is made if there is none, and notes the calls that took. */
void tally_open(const char *path);

/* Notes what getrusage says at the end of a thread. */
void tally_thread(void);

#endif
