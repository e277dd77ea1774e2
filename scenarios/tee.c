// SPDX-License-Identifier: GPL-2.0
/* Sends a file to the receiver through a pipe, and its duplicate elsewhere: splice, tee, splice.
 * Run by hand beside a receiver, or by zctrace. */
#include "args.h"
#include "gate.h"
#include "peer.h"
#include "pipe.h"
#include "source.h"
#include "tally.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_CHUNK_BYTES 65536

enum { SPLICE_IN,
       TEE,
       SPLICE_OUT,
       SPLICE_ASIDE }; /* the tally's data calls */

/* What there is for all rounds. */
struct pipes {
	int main[2];  /* from the file to the socket */
	int aside[2]; /* the duplicate */
	int sink;     /* where the duplicate goes: /dev/null lets go of its pages */
};

static int refused(const char *call, int error, struct tally *tally)
{
	if (error == EINVAL || error == ENOSYS)
		return tally_fail(tally, EXIT_MACHINE,
				  "%s: %s; this kernel or the file's file system has none, send "
				  "the file with copy",
				  call, strerror(error));
	return tally_fail(tally, EXIT_FAILED,
			  "%s: %s after %llu of %llu bytes; look at the file's disk", call,
			  strerror(error), tally->bytes_sent, tally->file_bytes);
}

/* Puts one chunk of the file into the pipe: references to its pages in the page cache. */
static ssize_t splice_in(int file, int pipe_end, size_t bytes, struct tally *tally)
{
	ssize_t got;

	do {
		got = splice(file, NULL, pipe_end, NULL, bytes, 0);
	} while (got < 0 && errno == EINTR);

	if (got < 0)
		return refused("splice", errno, tally);
	if (got == 0) {
		tally->eof_probes++;
		return 0;
	}
	tally->data_calls[SPLICE_IN].count++;
	tally->rounds++;
	return got;
}

/* Refers to the pages from the second pipe as well; they stay in the first one. */
static ssize_t duplicate(const struct pipes *pipes, size_t bytes, struct tally *tally)
{
	ssize_t got;

	do {
		got = tee(pipes->main[OUT_OF_PIPE], pipes->aside[INTO_PIPE], bytes, 0);
	} while (got < 0 && errno == EINTR);

	if (got < 0)
		return refused("tee", errno, tally);
	tally->data_calls[TEE].count++;
	return got;
}

/* Hands the pages to the socket. */
static int splice_out(int pipe_end, int sock, size_t bytes, struct tally *tally)
{
	while (bytes > 0) {
		ssize_t sent = splice(pipe_end, NULL, sock, NULL, bytes, 0);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return peer_send_failed("splice", errno, tally);
		tally->data_calls[SPLICE_OUT].count++;
		tally->bytes_sent += (__u64)sent;
		bytes -= (size_t)sent;
	}
	return 0;
}

static int splice_aside(const struct pipes *pipes, size_t bytes, struct tally *tally)
{
	while (bytes > 0) {
		ssize_t moved =
			splice(pipes->aside[OUT_OF_PIPE], NULL, pipes->sink, NULL, bytes, 0);

		if (moved < 0 && errno == EINTR)
			continue;
		if (moved < 0)
			return refused("splice to /dev/null", errno, tally);
		tally->data_calls[SPLICE_ASIDE].count++;
		bytes -= (size_t)moved;
	}
	return 0;
}

/* Tee takes as much as the second pipe has room for: most often all of it. */
static int send_chunk(const struct pipes *pipes, int sock, size_t bytes, struct tally *tally)
{
	while (bytes > 0) {
		ssize_t twice = duplicate(pipes, bytes, tally);

		if (twice < 0 || splice_out(pipes->main[OUT_OF_PIPE], sock, (size_t)twice, tally) ||
		    splice_aside(pipes, (size_t)twice, tally))
			return -ECANCELED;
		bytes -= (size_t)twice;
	}
	return 0;
}

static void send_chunks(int file, const struct pipes *pipes, int sock, size_t chunk_bytes,
			struct tally *tally)
{
	ssize_t got;

	/* A file that grows as fast as we send it has no end: once it is longer, stop. */
	while (tally->bytes_sent <= tally->file_bytes) {
		got = splice_in(file, pipes->main[INTO_PIPE], chunk_bytes, tally);
		if (got <= 0 || send_chunk(pipes, sock, (size_t)got, tally))
			return;
	}
}

static int open_pipes(struct pipes *pipes, size_t chunk_bytes, struct tally *tally)
{
	if (pipe_make(pipes->main, chunk_bytes, tally) ||
	    pipe_make(pipes->aside, chunk_bytes, tally))
		return -ECANCELED;
	pipes->sink = open("/dev/null", O_WRONLY);
	if (pipes->sink < 0)
		return tally_fail(tally, EXIT_MACHINE, "/dev/null: %s; send the file with splice",
				  strerror(errno));
	return 0;
}

static void send_file(const struct args *args, struct gate *gate, struct tally *tally)
{
	struct pipes pipes;
	int sock, file;

	if (source_check(args->file, tally))
		return;
	if (open_pipes(&pipes, args->chunk_bytes, tally))
		return;
	sock = peer_connect(args->host, args->port, tally);
	if (sock < 0)
		return;

	gate_wait(gate); /* measured from here */
	file = source_open(args->file, tally);
	if (file >= 0) {
		send_chunks(file, &pipes, sock, args->chunk_bytes, tally);
		close(file);
	}
	close(sock);
	gate_close(gate); /* to here */

	source_compare(args->file, tally);
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
	(void)text;
	if (key != ARGP_KEY_INIT)
		return ARGP_ERR_UNKNOWN;
	state->child_inputs[0] = state->input;
	return 0;
}

static const struct argp_child children[] = { { .argp = &args_sender_argp }, { 0 } };

static const struct argp argp = {
	.parser = parse_option,
	.children = children,
	.args_doc = "FILE",
	.doc = "Sends FILE to the receiver with splice, and a duplicate of it to /dev/null with tee."
	       "\vWithout --chunk a round moves 64K.\n\n"
	       "Examples (start the receiver first):\n"
	       "  tee test.tar.gz              64 KiB a round\n"
	       "  tee --chunk 1M test.tar.gz   fewer, larger rounds, as far as the pipes go\n"
	       "  tee --as doc2 test.tar.gz    to doc2's port\n",
};

int main(int argc, char **argv)
{
	struct args args = ARGS_DEFAULTS;
	struct gate gate = { .fd = -1 };
	struct tally tally = {
		.role = "sender",
		.scenario = "tee",
		.data_calls = { [SPLICE_IN] = { .name = "splice-in" },
				[TEE] = { .name = "tee" },
				[SPLICE_OUT] = { .name = "splice-out" },
				[SPLICE_ASIDE] = { .name = "splice-aside" } },
	};

	args.chunk_bytes = DEFAULT_CHUNK_BYTES;
	args_parse(&argp, argc, argv, &args, &args);
	gate.fd = args.gate_fd;
	send_file(&args, &gate, &tally);
	return tally_finish(&tally, &gate);
}
