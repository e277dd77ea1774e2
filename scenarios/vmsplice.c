// SPDX-License-Identifier: GPL-2.0
/* Sends a file to the receiver with read, vmsplice and splice: this program's own pages are given
 * to a pipe and from there to the socket. Run by hand beside a receiver, or by zctrace. */
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
#include <sys/mman.h>
#include <sys/uio.h>

#define DEFAULT_CHUNK_BYTES 65536

enum { READ,
       VMSPLICE,
       SPLICE_OUT }; /* the tally's data calls */

/* Whole pages of its own: what is given away is pages. NULL with the failure noted. */
static char *memory_map(size_t bytes, struct tally *tally)
{
	void *data = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (data != MAP_FAILED)
		return data;
	tally_fail(tally, EXIT_MACHINE, "memory of %zu bytes: %s; give a smaller --chunk", bytes,
		   strerror(errno));
	return NULL;
}

/*
 * Nothing tells when a page that was given away is free again: over loopback it lies in the
 * receiver's queue long after it was acknowledged, and what is written to it then arrives. So
 * this program lets go of it, and the next read gets new ones.
 */
static int memory_renew(char *data, size_t bytes, struct tally *tally)
{
	if (madvise(data, bytes, MADV_DONTNEED) == 0)
		return 0;
	return tally_fail(tally, EXIT_MACHINE, "madvise: %s; send the file with copy",
			  strerror(errno));
}

/* The same read as copy's: the CPU copies from the page cache to this program's memory. */
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

/* Puts references to this program's pages into the pipe, as many as it takes. */
static ssize_t give_pages(int pipe_end, char *data, size_t bytes, struct tally *tally)
{
	struct iovec part = { .iov_base = data, .iov_len = bytes };
	ssize_t given;

	do {
		given = vmsplice(pipe_end, &part, 1, 0);
	} while (given < 0 && errno == EINTR);

	if (given < 0)
		return tally_fail(tally,
				  errno == EINVAL || errno == ENOSYS ? EXIT_MACHINE : EXIT_FAILED,
				  "vmsplice: %s; send the file with copy", strerror(errno));
	tally->data_calls[VMSPLICE].count++;
	return given;
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

/* One chunk in parts that the pipe takes: most often one. */
static int send_chunk(const int ends[2], int sock, char *data, size_t bytes, struct tally *tally)
{
	size_t done = 0;

	while (done < bytes) {
		ssize_t given = give_pages(ends[INTO_PIPE], data + done, bytes - done, tally);

		if (given < 0 || splice_out(ends[OUT_OF_PIPE], sock, (size_t)given, tally))
			return -ECANCELED;
		done += (size_t)given;
	}
	return 0;
}

static void send_chunks(int file, const int ends[2], int sock, char *data, size_t chunk_bytes,
			struct tally *tally)
{
	ssize_t got;

	/* A file that grows as fast as we read it has no end: once it is longer, stop. */
	while (tally->bytes_sent <= tally->file_bytes) {
		got = read_some(file, data, chunk_bytes, tally);
		if (got <= 0 || send_chunk(ends, sock, data, (size_t)got, tally) ||
		    memory_renew(data, chunk_bytes, tally))
			return;
	}
}

static void send_file(const struct args *args, struct gate *gate, struct tally *tally)
{
	int ends[2] = { -1, -1 };
	int sock, file;
	char *data;

	if (source_check(args->file, tally))
		return;
	data = memory_map(args->chunk_bytes, tally);
	if (!data || pipe_make(ends, args->chunk_bytes, tally))
		return;
	sock = peer_connect(args->host, args->port, tally);
	if (sock < 0)
		return;

	gate_wait(gate); /* measured from here */
	file = source_open(args->file, tally);
	if (file >= 0) {
		send_chunks(file, ends, sock, data, args->chunk_bytes, tally);
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
	.doc = "Sends FILE to the receiver with read, vmsplice and splice: this program gives its "
	       "pages away."
	       "\vWithout --chunk a round moves 64K.\n\n"
	       "Examples (start the receiver first):\n"
	       "  vmsplice test.tar.gz              64 KiB a round\n"
	       "  vmsplice --chunk 1M test.tar.gz   fewer, larger rounds\n"
	       "  vmsplice --as doc2 test.tar.gz    to doc2's port\n",
};

int main(int argc, char **argv)
{
	struct args args = ARGS_DEFAULTS;
	struct gate gate = { .fd = -1 };
	struct tally tally = {
		.role = "sender",
		.scenario = "vmsplice",
		.data_calls = { [READ] = { .name = "read" },
				[VMSPLICE] = { .name = "vmsplice" },
				[SPLICE_OUT] = { .name = "splice-out" } },
	};

	args.chunk_bytes = DEFAULT_CHUNK_BYTES;
	args_parse(&argp, argc, argv, &args, &args);
	gate.fd = args.gate_fd;
	send_file(&args, &gate, &tally);
	return tally_finish(&tally, &gate);
}
