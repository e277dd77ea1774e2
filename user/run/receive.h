/* SPDX-License-Identifier: GPL-2.0 */
/* The machine at the far end of a measurement over a real network: waits for measuring ends and
 * runs a receiver for one of them at a time. cmd_receive.c fills the options. */
#ifndef ZC_RECEIVE_H
#define ZC_RECEIVE_H

#include <stdbool.h>

#include "receive_run.h"

struct receive_options {
	const char *bind;	/* address or name to listen on */
	int port;		/* 0 = any free one */
	int data_port;		/* where receivers listen; 0 = any free one */
	int most_seconds;	/* for a run, and between two */
	receive_build_fn *build;
	bool once;		/* end after one measuring end */
	int verbosity;
};

/* Until Ctrl-C, or the end of the one; says on stdout what goes on. An exit status of exits.h. */
int receive(const struct receive_options *options);

#endif
