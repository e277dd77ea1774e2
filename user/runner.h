/* SPDX-License-Identifier: GPL-2.0 */
/* One run: a receiver and a sender led from their start through the gate to their end, traced or
 * not, into one run_record. measure.c asks for runs and puts many records together. */
#ifndef ZC_RUNNER_H
#define ZC_RUNNER_H

#include "child.h"
#include "link.h"
#include "payload.h"
#include "scenario_table.h"
#include "session.h"

struct remote;
struct strain;
struct report;

enum { TALLY_MAX_CALLS = 4 };

/* Sends whose pages the kernel borrows, by the program's own count. */
struct tally_zerocopy {
	bool used;
	__u64 sends, completed;
	bool copied_known;
	__u64 copied;			/* completed ones of which the kernel says that it copied */
};

struct usage {
	__u64 user_ns, system_ns;
};

/* What a program says of itself; scenarios/tally.h writes it. Counts, bytes and ns. */
struct tally {
	struct {
		char name[16];
		__u64 count;
	} calls[TALLY_MAX_CALLS];		/* calls that moved payload */
	size_t call_count;
	__u64 rounds, eof_probes;
	__u64 payload_bytes;		/* sent, or received */
	__u64 file_bytes, bytes_read;	/* sender */
	struct tally_zerocopy zerocopy;	/* sender */
	__u64 tcp_bytes_received;	/* receiver, by TCP_INFO */
	bool tcp_known;
	__u64 elapsed_ns;
	struct usage begin, end;	/* getrusage() just outside the measured part */
	char sha256[65];
	char error[1024];		/* "" = it went well */
	bool machine_cannot;		/* of an error: here nobody can do this */
};

/* One process of a run. */
struct party {
	struct tally tally;
	__u64 peak_rss_bytes;
	int proc;			/* index in the snapshot, 0 = not traced here */
};

struct run_spec {
	const struct scenario *scenario;
	bool prefault, digest;
	__u64 chunk_bytes;		/* 0 = the whole file */
	enum receiver_how receiver;	/* a digest needs RECEIVER_RECV */
	const struct payload *payload;
	const struct link *link;	/* NULL with a remote receiver */
	struct remote *remote;		/* where the receiver is to run; NULL = here */
	int port;			/* 0 = any free one */
	const struct strain *strain;	/* NULL = none */
	struct session *session;	/* NULL = untraced */
	const struct identity *identity;
	int timeout_s;			/* for the transfer; 0 = by the payload's size */
	bool show_stderr;
};

struct run_record {
	bool traced;
	unsigned int order;		/* among all timed runs, from 1 */
	struct party sender, receiver;
	struct snapshot *snapshot;	/* owned; NULL if untraced */
	struct report *remote;		/* a remote receiver's counts; owned; else NULL */
};

/* 0; -EINTR after Ctrl-C; -EOPNOTSUPP if this machine cannot run the scenario; or -errno with a
 * sentence in error. Nothing is left running. */
int runner_run(const struct run_spec *spec, struct run_record *record, char *error, size_t size);
void run_record_free(struct run_record *record);

/* Reads one tally line; 0 or -EINVAL. Unknown fields are passed over. */
int tally_parse(const char *line, struct tally *tally);

/* Set by the handler of SIGINT and SIGTERM, which runner_catch_signals() installs. */
extern volatile int interrupted;
void runner_catch_signals(void);

#endif
