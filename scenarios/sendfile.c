// SPDX-License-Identifier: GPL-2.0
/* Sends a file to the receiver the zero-copy way: sendfile, a chunk at a time, inside the kernel.
 * Run by hand beside a receiver, or by zctrace. */
#include "args.h"
#include "gate.h"
#include "peer.h"
#include "source.h"
#include "tally.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <sys/sendfile.h>

#define DEFAULT_CHUNK_BYTES 65536

enum { SENDFILE }; /* the tally's data calls */

static int sendfile_failed(int error, struct tally *tally)
{
	if (error == EINVAL || error == ENOSYS)
		return tally_fail(tally, EXIT_MACHINE,
				  "sendfile: %s; this kernel or the file's file system has none, "
				  "send the file with copy",
				  strerror(error));
	return peer_send_failed("sendfile", error, tally);
}

/* The documents' loop: one chunk at a time, until sendfile returns 0. */
static void send_chunks(int file, int sock, size_t chunk_bytes, struct tally *tally)
{
	off_t offset = 0;
	ssize_t sent;

	/* A file that grows as fast as we send it has no end: once it is longer, stop. */
	while (tally->bytes_sent <= tally->file_bytes) {
		/*
		 * The documents: "the user process calls sendfile, user mode → kernel mode; DMA
		 * brings the data from the disk into a kernel buffer; the CPU copies it into the
		 * socket's buffer; DMA moves it to the network card; kernel mode → user mode, and
		 * sendfile returns." No byte passes through this program's memory.
		 */
		sent = sendfile(sock, file, &offset, chunk_bytes);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0) {
			sendfile_failed(errno, tally);
			return;
		}
		if (sent == 0) {
			tally->eof_probes++;
			return;
		}
		tally->data_calls[SENDFILE].count++;
		tally->rounds++;
		tally->bytes_sent += (__u64)sent;
	}
}

static void send_file(const struct args *args, struct gate *gate, struct tally *tally)
{
	int sock, file;

	if (source_check(args->file, tally))
		return;
	sock = peer_connect(args->host, args->port, tally);
	if (sock < 0)
		return;

	gate_wait(gate); /* measured from here: the documents' start = time.time() */
	file = source_open(args->file, tally);
	if (file >= 0) {
		send_chunks(file, sock, args->chunk_bytes, tally);
		close(file);
	}
	close(sock);
	gate_close(gate); /* to here: end = time.time() */

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
	.doc = "Sends FILE to the receiver with sendfile: the kernel moves it, a chunk at a time."
	       "\vWithout --chunk a call moves 64K, or what the article given by --as has: 65535 "
	       "bytes in doc1, 65536 in doc2.\n\n"
	       "Examples (start the receiver first):\n"
	       "  sendfile test.tar.gz              64 KiB a call\n"
	       "  sendfile --as doc1 test.tar.gz    as doc1 does\n"
	       "  sendfile --chunk 1M test.tar.gz   fewer, larger calls\n",
};

int main(int argc, char **argv)
{
	struct args args = ARGS_DEFAULTS;
	struct gate gate = { .fd = -1 };
	struct tally tally = {
		.role = "sender",
		.scenario = "sendfile",
		.data_calls = { [SENDFILE] = { .name = "sendfile" } },
	};

	args.chunk_bytes = DEFAULT_CHUNK_BYTES;
	args_parse(&argp, argc, argv, &args, &args);
	if (args.document && !args.chunk_given)
		args.chunk_bytes = args.document->sendfile_chunk_bytes;
	gate.fd = args.gate_fd;
	send_file(&args, &gate, &tally);
	return tally_finish(&tally, &gate);
}
