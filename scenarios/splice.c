// SPDX-License-Identifier: GPL-2.0
/* Sends a file to the receiver through a pipe, with splice: the pipe holds references to the file's
 * own pages, and no byte. Run by hand beside a receiver, or by zctrace. */
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
       SPLICE_OUT }; /* the tally's data calls */
/* Puts one chunk of the file into the pipe: references to its pages in the page cache. */
static ssize_t splice_in(int file, int pipe_end, size_t bytes, struct tally *tally)
{
	ssize_t got;

	do {
		got = splice(file, NULL, pipe_end, NULL, bytes, 0);
	} while (got < 0 && errno == EINTR);

	if (got < 0 && (errno == EINVAL || errno == ENOSYS))
		return tally_fail(tally, EXIT_MACHINE,
				  "splice: %s; this kernel or the file's file system has none, "
				  "send the file with copy",
				  strerror(errno));
	if (got < 0)
		return tally_fail(tally, EXIT_FAILED,
				  "splice: %s after %llu of %llu bytes; look at the file's disk",
				  strerror(errno), tally->bytes_sent, tally->file_bytes);
	if (got == 0) {
		tally->eof_probes++;
		return 0;
	}
	tally->data_calls[SPLICE_IN].count++;
	tally->rounds++;
	return got;
}

/* Hands what is in the pipe to the socket: the same pages again. */
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

static void send_chunks(int file, const int ends[2], int sock, size_t chunk_bytes,
			struct tally *tally)
{
	ssize_t got;

	/* A file that grows as fast as we send it has no end: once it is longer, stop. */
	while (tally->bytes_sent <= tally->file_bytes) {
		got = splice_in(file, ends[INTO_PIPE], chunk_bytes, tally);
		if (got <= 0 || splice_out(ends[OUT_OF_PIPE], sock, (size_t)got, tally))
			return;
	}
}

static void send_file(const struct args *args, struct gate *gate, struct tally *tally)
{
	int ends[2] = { -1, -1 };
	int sock, file;

	if (source_check(args->file, tally))
		return;
	if (pipe_make(ends, args->chunk_bytes, tally))
		return;
	sock = peer_connect(args->host, args->port, tally);
	if (sock < 0)
		return;

	gate_wait(gate); /* measured from here */
	file = source_open(args->file, tally);
	if (file >= 0) {
		send_chunks(file, ends, sock, args->chunk_bytes, tally);
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
	.doc = "Sends FILE to the receiver with splice: from the file to a pipe, from there to the "
	       "socket."
	       "\vWithout --chunk a round moves 64K.\n\n"
	       "Examples (start the receiver first):\n"
	       "  splice test.tar.gz              64 KiB a round\n"
	       "  splice --chunk 1M test.tar.gz   fewer, larger rounds, as far as the pipe goes\n"
	       "  splice --as doc2 test.tar.gz    to doc2's port\n",
};

int main(int argc, char **argv)
{
	struct args args = ARGS_DEFAULTS;
	struct gate gate = { .fd = -1 };
	struct tally tally = {
		.role = "sender",
		.scenario = "splice",
		.data_calls = { [SPLICE_IN] = { .name = "splice-in" },
				[SPLICE_OUT] = { .name = "splice-out" } },
	};

	args.chunk_bytes = DEFAULT_CHUNK_BYTES;
	args_parse(&argp, argc, argv, &args, &args);
	gate.fd = args.gate_fd;
	send_file(&args, &gate, &tally);
	return tally_finish(&tally, &gate);
}
