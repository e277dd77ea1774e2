// SPDX-License-Identifier: GPL-2.0
/* Sends a file to the receiver from a mapping of it: no read, the file's own pages are the memory
 * that is sent. Run by hand beside a receiver, or by zctrace. */
#include "args.h"
#include "gate.h"
#include "peer.h"
#include "source.h"
#include "tally.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>

#define DEFAULT_CHUNK_BYTES 65536

enum { SEND }; /* the tally's data calls */

/* A file as memory. */
struct mapping {
	const char *data; /* NULL: the file is empty, which cannot be mapped */
	size_t bytes;
};

/* Maps all of it. Nothing is read yet: a page comes when it is touched for the first time. */
static int map_file(int file, struct mapping *mapping, struct tally *tally)
{
	struct stat status;
	void *data;

	if (fstat(file, &status) < 0)
		return tally_fail(tally, EXIT_FAILED, "fstat: %s; try another file",
				  strerror(errno));
	if (status.st_size == 0)
		return 0;
	if ((__u64)status.st_size > SIZE_MAX)
		return tally_fail(tally, EXIT_MACHINE, "mmap: more bytes than there are addresses; "
						       "send the file with sendfile");
	data = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, file, 0);
	if (data == MAP_FAILED)
		return tally_fail(tally, EXIT_MACHINE,
				  "mmap of %llu bytes: %s; send the file with sendfile",
				  (__u64)status.st_size, strerror(errno));
	mapping->data = data;
	mapping->bytes = (size_t)status.st_size;
	return 0;
}

/*
 * One chunk. The send copies it to the socket, and touches its pages meanwhile: each that this
 * program has not touched yet is a page fault, taken inside the call. Here lies the work of the
 * read that was saved. A page that the file no longer has would be a SIGBUS, if this program
 * touched it; the kernel, which does it for us, answers EFAULT.
 */
static ssize_t send_some(int sock, const char *from, size_t bytes, struct tally *tally)
{
	ssize_t sent;

	do {
		sent = send(sock, from, bytes, MSG_NOSIGNAL);
	} while (sent < 0 && errno == EINTR);

	if (sent < 0 && errno == EFAULT)
		return 0; /* the file shrank: source_compare() says so */
	if (sent < 0)
		return peer_send_failed("send", errno, tally);
	tally->data_calls[SEND].count++;
	tally->rounds++;
	tally->bytes_sent += (__u64)sent;
	return sent;
}

static void send_chunks(int sock, const struct mapping *mapping, size_t chunk_bytes,
			struct tally *tally)
{
	size_t at = 0;

	while (at < mapping->bytes) {
		size_t left = mapping->bytes - at;
		ssize_t sent = send_some(sock, mapping->data + at,
					 left < chunk_bytes ? left : chunk_bytes, tally);

		if (sent <= 0)
			return;
		at += (size_t)sent;
	}
}

/* Of a file that was cut within its last page, zeros were sent instead of what was cut off. */
static void check_size(const char *path, const struct mapping *mapping, struct tally *tally)
{
	struct stat status;

	if (stat(path, &status) == 0 && (__u64)status.st_size < mapping->bytes)
		tally_fail(tally, EXIT_FAILED,
			   "%.800s shrank while it was sent: expected %llu, sent %llu, and now it "
			   "has %llu; send a file that nobody changes",
			   path, tally->file_bytes, tally->bytes_sent, (__u64)status.st_size);
}

static void send_file(const struct args *args, struct gate *gate, struct tally *tally)
{
	struct mapping mapping = { 0 };
	int sock, file;

	if (source_check(args->file, tally))
		return;
	sock = peer_connect(args->host, args->port, tally);
	if (sock < 0)
		return;

	gate_wait(gate); /* measured from here */
	file = source_open(args->file, tally);
	if (file >= 0) {
		if (!map_file(file, &mapping, tally))
			send_chunks(sock, &mapping, args->chunk_bytes, tally);
		if (mapping.data)
			munmap((void *)mapping.data, mapping.bytes);
		close(file);
	}
	close(sock);
	gate_close(gate); /* to here */

	source_compare(args->file, tally);
	check_size(args->file, &mapping, tally);
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
	.doc = "Sends FILE to the receiver with mmap and send: page faults instead of reads."
	       "\vWithout --chunk a call sends 64K.\n\n"
	       "Examples (start the receiver first):\n"
	       "  mmap test.tar.gz              64 KiB a call\n"
	       "  mmap --chunk 1M test.tar.gz   fewer, larger calls\n"
	       "  mmap --as doc2 test.tar.gz    to doc2's port\n",
};

int main(int argc, char **argv)
{
	struct args args = ARGS_DEFAULTS;
	struct gate gate = { .fd = -1 };
	struct tally tally = {
		.role = "sender",
		.scenario = "mmap",
		.data_calls = { [SEND] = { .name = "send" } },
	};

	args.chunk_bytes = DEFAULT_CHUNK_BYTES;
	args_parse(&argp, argc, argv, &args, &args);
	gate.fd = args.gate_fd;
	send_file(&args, &gate, &tally);
	return tally_finish(&tally, &gate);
}
