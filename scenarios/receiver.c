// SPDX-License-Identifier: GPL-2.0
/* Takes in what a sender sends, and counts it: the documents' file receiving server.
 * Run by hand, for ever, beside the senders; or by zctrace, for one connection. */
#include "args.h"
#include "digest.h"
#include "gate.h"
#include "mapping.h"
#include "peer.h"
#include "tally.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/socket.h>

#define DEFAULT_CHUNK_BYTES 65536
#define PROGRESS_RECEIVES 10000
#define MOST_DELAY_US 10000000

/* How the bytes are taken in. */
enum how { HOW_RECV,
	   HOW_DISCARD,
	   HOW_SPLICE,
	   HOW_ZEROCOPY };
static const char *const how_names[] = { "recv", "discard", "splice", "zerocopy" };

struct receiver_args {
	struct args common;
	enum how how;
	const char *output; /* where splice puts the bytes */
	bool once;
	bool progress;
	bool digest;
	struct timespec delay; /* after each receive */
};

/* What is there for all connections. */
struct sink {
	char *buffer; /* all but splice */
	int pipe[2];  /* splice: a pipe, and where it leads to */
	int output;
	struct mapping mapping; /* zerocopy: of the connection */
};

enum { OUT_OF_PIPE,
       INTO_PIPE };
enum { RECEIVE,
       SPLICE_OUT }; /* the tally's data calls */

static const struct tally fresh_tally = {
	.role = "receiver",
	.scenario = "receiver",
	.data_calls = { [RECEIVE] = { .name = "recv" } },
};

static struct tally tally_for(enum how how)
{
	struct tally tally = fresh_tally;

	if (how == HOW_SPLICE) {
		tally.data_calls[RECEIVE].name = "splice-in";
		tally.data_calls[SPLICE_OUT].name = "splice-out";
	}
	tally.maps = how == HOW_ZEROCOPY;
	return tally;
}

/* Waits for bytes, then takes them in. *data is where they are, if they are anywhere. */
static ssize_t receive_some(int connection, const struct sink *sink, enum how how, size_t bytes,
			    const char **data)
{
	*data = sink->buffer;
	switch (how) {
	case HOW_DISCARD:
		/* They are dropped where they lie: no copy at all. */
		return recv(connection, sink->buffer, bytes, MSG_TRUNC);
	case HOW_SPLICE:
		/* The pipe gets references to the pages that the segments came in. */
		return splice(connection, NULL, sink->pipe[INTO_PIPE], NULL, bytes, 0);
	case HOW_ZEROCOPY:
		/* Whole pages of segments are mapped; the CPU copies the rest. */
		return mapping_receive(&sink->mapping, connection, sink->buffer, bytes, data);
	default:
		/* The CPU copies them from the socket to our memory. */
		return recv(connection, sink->buffer, bytes, 0);
	}
}

/* Empties the pipe: /dev/null lets go of the pages, a file takes the bytes. */
static int pass_on(const struct sink *sink, size_t bytes, struct tally *tally)
{
	while (bytes > 0) {
		ssize_t moved = splice(sink->pipe[OUT_OF_PIPE], NULL, sink->output, NULL, bytes, 0);

		if (moved < 0 && errno == EINTR)
			continue;
		if (moved <= 0)
			return tally_fail(tally, EXIT_FAILED,
					  "splice to the output: %s after %llu bytes; look at its "
					  "disk",
					  strerror(errno), tally->bytes_received);
		tally->data_calls[SPLICE_OUT].count++;
		bytes -= (size_t)moved;
	}
	return 0;
}

/* The documents' loop: connection.recv(65536) until it returns nothing. */
static void receive_all(int connection, const struct sink *sink, const struct receiver_args *args,
			struct digest *digest, struct tally *tally)
{
	__u64 *receives = &tally->data_calls[RECEIVE].count;
	const char *data;
	ssize_t got;

	for (;;) {
		got = receive_some(connection, sink, args->how, args->common.chunk_bytes,
				   &data);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			tally_fail(tally, EXIT_FAILED,
				   "%s: %s after %llu bytes; see what the sender says",
				   args->how == HOW_SPLICE ? "splice" : "recv", strerror(errno),
				   tally->bytes_received);
			return;
		}
		if (got == 0) {
			tally->eof_probes++;
			return;
		}
		if (args->how == HOW_ZEROCOPY && data != sink->buffer)
			tally->bytes_mapped += (__u64)got;
		else
			(*receives)++;
		tally->bytes_received += (__u64)got;
		if (digest)
			digest_add(digest, data, (size_t)got);
		if (args->how == HOW_SPLICE && pass_on(sink, (size_t)got, tally))
			return;
		if (args->progress && *receives % PROGRESS_RECEIVES == 0)
			printf("Current loop: %llu\n", *receives);
		if (args->delay.tv_sec || args->delay.tv_nsec)
			nanosleep(&args->delay, NULL);
	}
}

static void print_totals(const struct tally *tally)
{
	printf("Done!\n");
	/* The documents count the last recv too, which returned nothing. */
	printf("Receives: %llu and one that returned 0\n", tally->data_calls[RECEIVE].count);
	printf("Total size: %llu\n", tally->bytes_received);
	if (tally->maps)
		printf("Mapped: %llu\n", tally->bytes_mapped);
	if (tally->sha256[0])
		printf("SHA-256: %s\n", tally->sha256);
}

/* Takes in one connection, from its first byte to its last, and closes it. */
static enum exit_status serve(int connection, struct sink *sink,
			      const struct receiver_args *args, struct gate *gate)
{
	struct tally tally = tally_for(args->how);
	struct digest *digest = NULL;

	if (args->digest) {
		digest = digest_start(&tally);
		if (!digest)
			goto finish;
	}

	if (args->how == HOW_ZEROCOPY &&
	    mapping_open(&sink->mapping, connection, args->common.chunk_bytes, &tally))
		goto finish;

	gate_wait(gate); /* measured from here */
	receive_all(connection, sink, args, digest, &tally);
	gate_close(gate); /* to here */

	peer_tcp_bytes_received(connection, &tally);
	if (digest)
		digest_finish(digest, &tally);
	if (!gate_present(gate) && tally.status == EXIT_OK)
		print_totals(&tally);
finish:
	mapping_close(&sink->mapping);
	digest_free(digest);
	close(connection);
	return tally_finish(&tally, gate);
}

static int open_splice(struct sink *sink, const char *output, struct tally *tally)
{
	if (pipe(sink->pipe) < 0)
		return tally_fail(tally, EXIT_MACHINE, "pipe: %s; leave out --how splice",
				  strerror(errno));
	sink->output = open(output, O_WRONLY | O_CREAT | O_TRUNC, 0666);
	if (sink->output < 0)
		return tally_fail(tally, EXIT_USAGE, "--output %.800s: %s; name another file",
				  output, strerror(errno));
	return 0;
}

static int open_sink(struct sink *sink, const struct receiver_args *args, struct tally *tally)
{
	if (args->how == HOW_SPLICE)
		return open_splice(sink, args->output, tally);
	sink->buffer = malloc(args->common.chunk_bytes);
	if (!sink->buffer)
		return tally_fail(tally, EXIT_MACHINE,
				  "memory of %llu bytes: %s; give a smaller --chunk",
				  args->common.chunk_bytes, strerror(errno));
	return 0;
}

static void close_sink(struct sink *sink)
{
	const int all[] = { sink->pipe[0], sink->pipe[1], sink->output };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (all[i] >= 0)
			close(all[i]);
	}
	free(sink->buffer);
}

static enum exit_status receive(const struct receiver_args *args, struct gate *gate)
{
	const bool alone = !gate_present(gate);
	int listener = -1, connection, port = args->common.port;
	struct sink sink = { .pipe = { -1, -1 }, .output = -1 };
	struct tally set_up = fresh_tally;
	enum exit_status status = EXIT_OK;

	if (open_sink(&sink, args, &set_up))
		goto cleanup;
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
		status = serve(connection, &sink, args, gate);
	} while (alone && !args->once);

cleanup:
	if (listener >= 0)
		close(listener);
	close_sink(&sink);
	return set_up.status == EXIT_OK ? status : tally_finish(&set_up, gate);
}

static enum how parse_how(const char *text, const struct argp_state *state)
{
	for (size_t i = 0; i < sizeof(how_names) / sizeof(how_names[0]); i++) {
		if (!strcmp(text, how_names[i]))
			return (enum how)i;
	}
	args_usage_error(state, "--how %.100s: there are recv, discard, splice and zerocopy", text);
}

/* Options that do not go together. */
static void check(const struct receiver_args *args, const struct argp_state *state)
{
	if (args->digest && args->how != HOW_RECV && args->how != HOW_ZEROCOPY)
		args_usage_error(state, "--digest: only --how recv and zerocopy see the bytes");
	if (args->output && args->how != HOW_SPLICE)
		args_usage_error(state, "--output: only --how splice passes the bytes on");
}

static void parse_delay(const char *text, const struct argp_state *state, struct timespec *delay)
{
	char *end;
	long us;

	us = strtol(text, &end, 10);
	if (end == text || *end || us < 0 || us > MOST_DELAY_US)
		args_usage_error(state, "--delay %.100s: not a number of microseconds from 0 to %d",
				 text, MOST_DELAY_US);
	delay->tv_sec = us / 1000000;
	delay->tv_nsec = us % 1000000 * 1000;
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
	case 'w':
		args->how = parse_how(text, state);
		return 0;
	case 'o':
		args->output = text;
		return 0;
	case 'D':
		parse_delay(text, state, &args->delay);
		return 0;
	case ARGP_KEY_SUCCESS:
		check(args, state);
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
	{ "delay", 'D', "US", 0, "sleep so many microseconds after each receive: a slow receiver",
	  0 },
	{ "digest", 'd', NULL, 0, "print the SHA-256 of what arrived (this takes time)", 0 },
	{ "how", 'w', "recv|discard|splice|zerocopy", 0,
	  "recv: into memory (default); discard: nowhere (MSG_TRUNC); splice: through a pipe; "
	  "zerocopy: mapped where it can be (TCP_ZEROCOPY_RECEIVE)", 0 },
	{ "output", 'o', "FILE", 0, "where splice puts the bytes (default /dev/null)", 0 },
	{ 0 },
};

static const struct argp_child children[] = { { .argp = &args_common_argp }, { 0 } };

static const struct argp argp = {
	.options = options,
	.parser = parse_option,
	.children = children,
	.doc = "Receives files from the senders, one connection after the other."
	       "\vWithout --chunk a recv takes up to 64K; --port 0 takes any free port.\n\n"
	       "Examples:\n"
	       "  receiver                          as doc1 does, until Ctrl-C\n"
	       "  receiver --as doc2 --progress     as doc2 does\n"
	       "  receiver --once --digest          one file; compare with sha256sum\n"
	       "  receiver --how splice -o copy     into a file, and not through its memory\n",
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
	if (!args.output)
		args.output = "/dev/null";
	return receive(&args, &gate);
}
