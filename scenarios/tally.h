/* SPDX-License-Identifier: GPL-2.0 */
/* What one run of a scenario program did, by its own count, and how it failed if it did.
 * Filled by the scenarios' loops; handed to zctrace as a line of JSON, a witness for its numbers.
 */
#ifndef ZC_TALLY_H
#define ZC_TALLY_H

#include <stdbool.h>
#include <linux/types.h>

struct gate;

/* Exit statuses of all programs of this project. */
enum exit_status {
	EXIT_OK = 0,
	EXIT_USAGE = 2,	  /* an option or a file that cannot be used */
	EXIT_MACHINE = 3, /* this machine cannot do it: privilege, kernel, memory */
	EXIT_FAILED = 4,  /* the transfer failed, so there is nothing to measure */
};

#define TALLY_ERROR_BYTES 1024
#define TALLY_CALLS 4
#define TALLY_DIGEST_TEXT 65 /* 64 hexadecimal digits and a NUL */

/* Calls of one kind that moved payload. Calls that moved nothing are not counted here. */
struct tally_calls {
	const char *name; /* the C function's name; NULL: this entry is not used */
	__u64 count;
};

/* Sends whose pages the kernel borrows, and gives back with a word of how it went. */
struct tally_zerocopy {
	bool used; /* the scenario makes such sends */
	__u64 sends;
	__u64 completed;   /* the kernel has let go of their pages */
	bool copied_known; /* it told the next number */
	__u64 copied;	   /* of them, those that it says it copied all the same */
};

/*
 * The strings that pointers show are the caller's and outlive the tally. A scenario starts with
 * { .role, .scenario, .data_calls = { names } } and everything else zero.
 */
struct tally {
	const char *role;     /* "sender" or "receiver" */
	const char *scenario; /* the program's name, which also opens its messages */

	struct tally_calls data_calls[TALLY_CALLS];
	__u64 rounds;	  /* sender: chunks that it took from the file */
	__u64 eof_probes; /* calls that returned 0: there was nothing more */

	/* Bytes. */
	__u64 file_bytes;		/* sender: the file's size, checked before the gate */
	__u64 bytes_read;		/* sender: into its own memory; 0 where the kernel reads */
	__u64 bytes_sent;		/* sender */
	struct tally_zerocopy zerocopy; /* sender */
	__u64 bytes_received;		/* receiver */
	bool maps;			/* receiver: it maps what it can */
	__u64 bytes_mapped;		/* of those received: no call returned them */
	bool tcp_known;			/* receiver: the kernel told the next number */
	__u64 tcp_bytes_received;	/* receiver: payload by TCP_INFO */

	char sha256[TALLY_DIGEST_TEXT]; /* receiver with --digest; else "" */

	enum exit_status status;       /* EXIT_OK, or that of the first failure */
	char error[TALLY_ERROR_BYTES]; /* "" or "what failed: why; what to do" */
};

/*
 * Notes a failure; the first one stays. Makes no system call, so it may be used while calls are
 * counted. Returns -ECANCELED, for `return tally_fail(...)`.
 */
int tally_fail(struct tally *tally, enum exit_status status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Writes the noted failure to stderr, in one write; nothing if there is none. */
void tally_print_error(const struct tally *tally);

/*
 * Ends a run: a failure goes to stderr; the tally through the gate or, without a gate and from a
 * sender, its totals to stdout as the documents' programs print them. Returns the exit status.
 */
enum exit_status tally_finish(struct tally *tally, struct gate *gate);

#endif
