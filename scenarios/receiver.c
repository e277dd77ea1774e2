// SPDX-License-Identifier: GPL-2.0
/* Takes in what a sender sends, and counts it: the documents' file receiving server.
 * Run by hand, for ever, beside the senders; or by zctrace, for one connection. */
#include "args.h"
#include "digest.h"
#include "gate.h"
#include "peer.h"
#include "tally.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/socket.h>

#define DEFAULT_CHUNK_BYTES 65536
#define PROGRESS_RECEIVES 10000

struct receiver_args {
	struct args common;
	bool once;
	bool progress;
	bool digest;
};

enum { RECV }; /* the tally's data calls */

static const struct tally fresh_tally = {
	.role = "receiver",
	.scenario = "receiver",
	.data_calls = { [RECV] = { .name = "recv" } },
};

/* The documents' loop: connection.recv(65536) until it returns nothing. */
static void receive_all(int connection, char *buffer, const struct receiver_args *args,
			struct digest *digest, struct tally *tally)
{
	__u64 *receives = &tally->data_calls[RECV].count;
	ssize_t got;

	for (;;) {
		/* Waits for bytes; then the CPU copies them from the socket to our memory. */
		got = recv(connection, buffer, args->common.chunk_bytes, 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			tally_fail(tally, EXIT_FAILED,
				   "recv: %s after %llu bytes; see what the sender says",
				   strerror(errno), tally->bytes_received);
			return;
		}
		if (got == 0) {
			tally->eof_probes++;
			return;
		}
		(*receives)++;
		tally->bytes_received += (__u64)got;
		if (digest)
			digest_add(digest, buffer, (size_t)got);
		if (args->progress && *receives % PROGRESS_RECEIVES == 0)
			printf("Current loop: %llu\n", *receives);
	}
}

static void print_totals(const struct tally *tally)
{
	printf("Done!\n");
	/* The documents count the last recv too, which returned nothing. */
	printf("Receives: %llu and one that returned 0\n", tally->data_calls[RECV].count);
	printf("Total size: %llu\n", tally->bytes_received);
	if (tally->sha256[0])
		printf("SHA-256: %s\n", tally->sha256);
}

/* Takes in one connection, from its first byte to its last, and closes it. */
static enum exit_status serve(int connection, char *buffer, const struct receiver_args *args,
			      struct gate *gate)
{
	struct tally tally = fresh_tally;
	struct digest *digest = NULL;

	if (args->digest) {
		digest = digest_start(&tally);
		if (!digest)
			goto finish;
	}

	gate_wait(gate); /* measured from here */
	receive_all(connection, buffer, args, digest, &tally);
	gate_close(gate); /* to here */

	peer_tcp_bytes_received(connection, &tally);
	if (digest)
		digest_finish(digest, &tally);
	if (!gate_present(gate) && tally.status == EXIT_OK)
		print_totals(&tally);
finish:
	digest_free(digest);
	close(connection);
	return tally_finish(&tally, gate);
}

static enum exit_status receive(const struct receiver_args *args, struct gate *gate)
{
	const bool alone = !gate_present(gate);
	int listener = -1, connection, port = args->common.port;
	struct tally set_up = fresh_tally;
	enum exit_status status = EXIT_OK;
	char *buffer;

	buffer = malloc(args->common.chunk_bytes);
	if (!buffer) {
		tally_fail(&set_up, EXIT_MACHINE,
			   "memory of %llu bytes: %s; give a smaller --chunk",
			   args->common.chunk_bytes, strerror(errno));
		goto cleanup;
	}
	listener = peer_listen(args->common.host, &port, &set_up);
	if (listener < 0)
		goto cleanup;
	gate_listening(gate, port);
	if (alone)
		printf("Start server on %s port %d\n", args->common.host, port);

	do {
		if (alone)
			printf("Waiting for connection\n");
		gate_wait_for_connection(gate, listener);
		connection = peer_accept(listener, &set_up);
		if (connection < 0)
			goto cleanup;
		status = serve(connection, buffer, args, gate);
	} while (alone && !args->once);

cleanup:
	if (listener >= 0)
		close(listener);
	free(buffer);
	return set_up.status == EXIT_OK ? status : tally_finish(&set_up, gate);
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
	struct receiver_args *args = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &args->common;
		return 0;
	case 'b':
		args->common.host = text;
		return 0;
	case '1':
		args->once = true;
		return 0;
	case 'r':
		args->progress = true;
		return 0;
	case 'd':
		args->digest = true;
		return 0;
	case ARGP_KEY_ARG:
		args_usage_error(state, "%.200s: the receiver takes no FILE", text);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option options[] = {
	{ "bind", 'b', "ADDRESS", 0, "listen on this IPv4 or IPv6 address (default 127.0.0.1)", 0 },
	{ "once", '1', NULL, 0, "serve one connection, then end", 0 },
	{ "progress", 'r', NULL, 0, "print a line every 10,000 receives, as doc2 does", 0 },
	{ "digest", 'd', NULL, 0, "print the SHA-256 of what arrived (this takes time)", 0 },
	{ 0 },
};

static const struct argp_child children[] = { { .argp = &args_common_argp }, { 0 } };

static const struct argp argp = {
	.options = options,
	.parser = parse_option,
	.children = children,
	.doc = "Receives files from copy and sendfile, one connection after the other."
	       "\vWithout --chunk a recv takes up to 64K; --port 0 takes any free port.\n\n"
	       "Examples:\n"
	       "  receiver                          as doc1 does, until Ctrl-C\n"
	       "  receiver --as doc2 --progress     as doc2 does\n"
	       "  receiver --once --digest          one file; compare with sha256sum\n",
};

int main(int argc, char **argv)
{
	struct receiver_args args = { .common = ARGS_DEFAULTS };
	struct gate gate = { .fd = -1 };

	args.common.chunk_bytes = DEFAULT_CHUNK_BYTES;
	args_parse(&argp, argc, argv, &args, &args.common);
	gate.fd = args.common.gate_fd;
	/* Each line at once, also into a pipe. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	return receive(&args, &gate);
}
