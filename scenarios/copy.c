// SPDX-License-Identifier: GPL-2.0
/* Sends a file to the receiver the traditional way: read it into memory, send it from there.
 * Run by hand beside a receiver, or by zctrace. */
#include "args.h"
#include "gate.h"
#include "peer.h"
#include "source.h"
#include "tally.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/socket.h>
#include <sys/stat.h>

struct copy_args {
	struct args common;
	bool prefault;
};

/* The program's own memory, through which every byte passes. */
struct buffer {
	char *data;
	size_t bytes;
};

enum { READ, SEND }; /* the tally's data calls */

static int buffer_alloc(struct buffer *buffer, size_t bytes, struct tally *tally)
{
	if (buffer->bytes >= bytes)
		return 0;
	free(buffer->data);
	buffer->bytes = 0;
	buffer->data = malloc(bytes);
	if (!buffer->data)
		return tally_fail(tally, EXIT_MACHINE,
				  "memory of %zu bytes: %s; send it in pieces, with --chunk 64K",
				  bytes, strerror(errno));
	buffer->bytes = bytes;
	return 0;
}

/* Writes to every page, so that none is faulted in later while it is measured. */
static void buffer_touch(struct buffer *buffer)
{
	const size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE);

	for (size_t at = 0; at < buffer->bytes; at += page_bytes)
		((volatile char *)buffer->data)[at] = 0;
	if (buffer->bytes)
		((volatile char *)buffer->data)[buffer->bytes - 1] = 0;
}

/*
 * One read. The documents: "the application calls read, user mode → kernel mode; DMA brings the
 * data from the disk into a kernel buffer; the CPU copies it into the application's buffer, kernel
 * mode → user mode, and read returns."
 */
static ssize_t read_some(int file, char *to, size_t bytes, struct tally *tally)
{
	ssize_t got;

	do {
		got = read(file, to, bytes);
	} while (got < 0 && errno == EINTR);

	if (got < 0)
		return tally_fail(tally, EXIT_FAILED,
				  "read: %s after %llu of %llu bytes; look at the file's disk",
				  strerror(errno), tally->bytes_read, tally->file_bytes);
	if (got == 0) {
		tally->eof_probes++;
		return 0;
	}
	tally->data_calls[READ].count++;
	tally->rounds++;
	tally->bytes_read += (__u64)got;
	return got;
}

/*
 * Sends all of it: one send, unless the kernel takes less at once. The documents: "the application
 * calls write, user mode → kernel mode, and the data is copied into the socket's buffer; DMA moves
 * it on to the network card; kernel mode → user mode, and write returns."
 */
static int send_all(int sock, const char *from, size_t bytes, struct tally *tally)
{
	while (bytes > 0) {
		ssize_t sent = send(sock, from, bytes, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return peer_send_failed("send", errno, tally);
		tally->data_calls[SEND].count++;
		tally->bytes_sent += (__u64)sent;
		from += sent;
		bytes -= (size_t)sent;
	}
	return 0;
}

/* The documents' program: f.read() of the whole file, then one sendall() of it. */
static int copy_whole(int file, int sock, struct buffer *buffer, struct tally *tally)
{
	size_t filled = 0;
	struct stat status;
	ssize_t got;

	if (fstat(file, &status) < 0)
		return tally_fail(tally, EXIT_FAILED, "fstat: %s; try another file",
				  strerror(errno));
	/* One byte more than the file has, so that the read that finds its end has room to ask. */
	if (buffer_alloc(buffer, (size_t)status.st_size + 1, tally))
		return -ECANCELED;

	while (filled < buffer->bytes) {
		got = read_some(file, buffer->data + filled, buffer->bytes - filled, tally);
		if (got < 0)
			return -ECANCELED;
		if (got == 0)
			break;
		filled += (size_t)got;
	}
	return send_all(sock, buffer->data, filled, tally);
}

/* The textbook's loop: each round reads one chunk and sends it. */
static int copy_chunks(int file, int sock, size_t chunk_bytes, struct buffer *buffer,
		       struct tally *tally)
{
	ssize_t got;

	if (buffer_alloc(buffer, chunk_bytes, tally))
		return -ECANCELED;

	/* A file that grows as fast as we read it has no end: once it is longer, stop. */
	while (tally->bytes_sent <= tally->file_bytes) {
		got = read_some(file, buffer->data, chunk_bytes, tally);
		if (got < 0)
			return -ECANCELED;
		if (got == 0)
			break;
		if (send_all(sock, buffer->data, (size_t)got, tally))
			return -ECANCELED;
	}
	return 0;
}

static void copy(const struct copy_args *args, struct gate *gate, struct tally *tally)
{
	const struct args *common = &args->common;
	struct buffer buffer = { 0 };
	int sock, file;

	if (source_check(common->file, tally))
		return;
	if (args->prefault) {
		size_t bytes = common->chunk_bytes ? common->chunk_bytes : tally->file_bytes + 1;

		if (buffer_alloc(&buffer, bytes, tally))
			return;
		buffer_touch(&buffer);
	}
	sock = peer_connect(common->host, common->port, tally);
	if (sock < 0)
		goto cleanup;

	gate_wait(gate); /* measured from here: the documents' start = time.time() */
	file = source_open(common->file, tally);
	if (file >= 0) {
		if (common->chunk_bytes)
			copy_chunks(file, sock, common->chunk_bytes, &buffer, tally);
		else
			copy_whole(file, sock, &buffer, tally);
		close(file);
	}
	close(sock);
	gate_close(gate); /* to here: end = time.time() */

	source_compare(common->file, tally);
cleanup:
	free(buffer.data);
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
	struct copy_args *args = state->input;

	(void)text;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &args->common;
		return 0;
	case 'P':
		args->prefault = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option options[] = {
	{ "prefault", 'P', NULL, 0, "touch the memory before the clock starts", 0 },
	{ 0 },
};

static const struct argp_child children[] = { { .argp = &args_sender_argp }, { 0 } };

static const struct argp argp = {
	.options = options,
	.parser = parse_option,
	.children = children,
	.args_doc = "FILE",
	.doc = "Sends FILE to the receiver with read and send: through this program's memory."
	       "\vWithout --chunk the whole file is read at once, as the documents do.\n\n"
	       "Examples (start the receiver first):\n"
	       "  copy test.tar.gz                  as the documents do\n"
	       "  copy --chunk 64K test.tar.gz      one chunk at a time, as textbooks do\n"
	       "  copy --as doc2 test.tar.gz        to doc2's port\n",
};

int main(int argc, char **argv)
{
	struct copy_args args = { .common = ARGS_DEFAULTS };
	struct gate gate = { .fd = -1 };
	struct tally tally = {
		.role = "sender",
		.scenario = "copy",
		.data_calls = { [READ] = { .name = "read" }, [SEND] = { .name = "send" } },
	};

	args_parse(&argp, argc, argv, &args, &args.common);
	gate.fd = args.common.gate_fd;
	copy(&args, &gate, &tally);
	return tally_finish(&tally, &gate);
}
