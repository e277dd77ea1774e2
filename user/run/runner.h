/* SPDX-License-Identifier: GPL-2.0 */
/* One run: a receiver and a sender led from their start through the gate to their end, traced or
 * not, into one run_record. measure.c asks for runs and keeps their records. */
#ifndef ZC_RUNNER_H
#define ZC_RUNNER_H

#include "child.h"
#include "link.h"
#include "payload.h"
#include "record.h"
#include "scenario_table.h"
#include "session.h"

struct remote;
struct strain;

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

/* 0; -EINTR after Ctrl-C; -EOPNOTSUPP if this machine cannot run the scenario; or -errno with a
 * sentence in error. Nothing is left running. */
int runner_run(const struct run_spec *spec, struct run_record *record, char *error, size_t size);

#endif
