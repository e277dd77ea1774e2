// SPDX-License-Identifier: GPL-2.0
/* Sends a file to the receiver with pread and write, a chunk at a time: an answer to lab 6.
 * Run by hand beside a receiver, or by zctrace. */
#include "args.h"
#include "gate.h"
#include "peer.h"
#include "source.h"
#include "tally.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_CHUNK_BYTES 65536

enum { PREAD, WRITE }; /* the tally's data calls */

/* All of it: write may take less. */
static int write_all(int sock, const char *from, size_t bytes, struct tally *tally)
{
	while (bytes > 0) {
		ssize_t sent = write(sock, from, bytes);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return peer_send_failed("write", errno, tally);
		tally->data_calls[WRITE].count++;
		tally->bytes_sent += (__u64)sent;
		from += sent;
		bytes -= (size_t)sent;
	}
	return 0;
}

static void send_chunks(int file, int sock, char *buffer, size_t chunk_bytes, struct tally *tally)
{
	/* A file that grows as fast as we send it has no end: once it is longer, stop. */
	while (tally->bytes_sent <= tally->file_bytes) {
		ssize_t got = pread(file, buffer, chunk_bytes, (off_t)tally->bytes_read);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			tally_fail(tally, EXIT_FAILED, "pread: %s; look at the file's disk",
				   strerror(errno));
			return;
		}
		if (got == 0) {
			tally->eof_probes++;
			return;
		}
		tally->data_calls[PREAD].count++;
		tally->rounds++;
		tally->bytes_read += (__u64)got;
		if (write_all(sock, buffer, (size_t)got, tally))
			return;
	}
}

static void send_file(const struct args *args, struct gate *gate, struct tally *tally)
{
	char *buffer = malloc(args->chunk_bytes);
	int sock, file;

	if (!buffer) {
		tally_fail(tally, EXIT_MACHINE, "memory: %s; give a smaller --chunk",
			   strerror(errno));
		return;
	}
	sock = source_check(args->file, tally) ? -1 : peer_connect(args->host, args->port, tally);
	if (sock >= 0) {
		gate_wait(gate); /* measured from here */
		file = source_open(args->file, tally);
		if (file >= 0) {
			send_chunks(file, sock, buffer, args->chunk_bytes, tally);
			close(file);
		}
		close(sock);
		gate_close(gate); /* to here */
		source_compare(args->file, tally);
	}
	free(buffer);
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
	.doc = "Sends FILE to the receiver with pread and write, a chunk at a time.",
};

int main(int argc, char **argv)
{
	struct args args = ARGS_DEFAULTS;
	struct gate gate = { .fd = -1 };
	struct tally tally = {
		.role = "sender",
		.scenario = "mine",
		.data_calls = { [PREAD] = { .name = "pread" }, [WRITE] = { .name = "write" } },
	};

	args.chunk_bytes = DEFAULT_CHUNK_BYTES;
	args_parse(&argp, argc, argv, &args, &args);
	gate.fd = args.gate_fd;
	send_file(&args, &gate, &tally);
	return tally_finish(&tally, &gate);
}
