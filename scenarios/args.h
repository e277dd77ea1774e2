/* SPDX-License-Identifier: GPL-2.0 */
/* The options that the scenario programs have in common.
 * A program fills in its defaults, lists a parser below as its child, and calls args_parse(). */
#ifndef ZC_ARGS_H
#define ZC_ARGS_H

#include <argp.h>
#include <stdbool.h>
#include <linux/types.h>

/* The most that one read, send or sendfile moves (MAX_RW_COUNT of the kernel, for 4 KiB pages). */
#define MOST_BYTES_PER_CALL 0x7ffff000ULL

/* What an article's programs use, for --as. */
struct document {
	const char *name;
	int port;
	__u64 sendfile_chunk_bytes;
};

struct args {
	const char *host; /* sender: where to connect; receiver: where to listen */
	const char *file; /* sender: what to send */
	int port;	  /* 0: any free one */
	bool port_given;
	__u64 chunk_bytes; /* per call; 0: the whole file */
	bool chunk_given;
	const struct document *document; /* NULL without --as */
	int gate_fd;			 /* -1 without --gate */
};

/* The documents' choices where an option says nothing else. */
#define ARGS_DEFAULTS                                                                              \
	{                                                                                          \
		.host = "127.0.0.1", .port = 8082, .gate_fd = -1                                   \
	}

/* Child parsers, whose input is a struct args: for every program, and for the senders. */
extern const struct argp args_common_argp;
extern const struct argp args_sender_argp;

/* Parses the command line; input goes to the program's own parser. Exits 2 on a usage error. */
void args_parse(const struct argp *argp, int argc, char **argv, void *input, struct args *args);

/* Says in one write what is wrong with the command line, and exits 2. */
void args_usage_error(const struct argp_state *state, const char *format, ...)
	__attribute__((format(printf, 2, 3), noreturn));

#endif
