// SPDX-License-Identifier: GPL-2.0
/* Sends a file to the receiver with read and send, opened with O_DIRECT: the device writes into
 * this program's memory, past the page cache. Run by hand beside a receiver, or by zctrace. */
#include "args.h"
#include "gate.h"
#include "peer.h"
#include "source.h"
#include "tally.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/socket.h>

#define DEFAULT_CHUNK_BYTES 65536

enum { READ,
       SEND }; /* the tally's data calls */

/* Memory that begins with a page: no device asks for more. */
static char *buffer_alloc(size_t bytes, struct tally *tally)
{
	const size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE);
	void *data = NULL;
	int err = posix_memalign(&data, page_bytes, bytes);

	if (!err)
		return data;
	tally_fail(tally, EXIT_MACHINE, "memory of %zu bytes: %s; give a smaller --chunk", bytes,
		   strerror(err));
	return NULL;
}

/* Some file systems refuse O_DIRECT, and none reads a part of a block: one read, before anything is
 * measured, tells both. It leaves nothing in the page cache. */
static int try_direct(const char *path, char *buffer, size_t chunk_bytes, struct tally *tally)
{
	int file = open(path, O_RDONLY | O_DIRECT);
	ssize_t got;

	if (file < 0)
		return tally_fail(tally, EXIT_MACHINE,
				  "O_DIRECT: %s; the file's file system has none, send it with copy "
				  "or from another disk",
				  strerror(errno));
	do {
		got = pread(file, buffer, chunk_bytes, 0);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		tally_fail(tally, errno == EINVAL ? EXIT_MACHINE : EXIT_FAILED,
			   "O_DIRECT: a read of %zu bytes: %s; give a --chunk of whole blocks, such "
			   "as 64K, or send the file with copy",
			   chunk_bytes, strerror(errno));
	close(file);
	return got < 0 ? -ECANCELED : 0;
}

static int open_direct(const char *path, struct tally *tally)
{
	int file = open(path, O_RDONLY | O_DIRECT);

	return file < 0 ? tally_fail(tally, EXIT_FAILED, "O_DIRECT: %s; try it again",
				     strerror(errno)) :
			  file;
}

/* A read of whole blocks; of the file's last one it returns what there is. */
static ssize_t read_some(int file, char *to, size_t bytes, struct tally *tally)
{
	ssize_t got;

	do {
		got = read(file, to, bytes);
	} while (got < 0 && errno == EINTR);

	/* The last read may have ended within a block: some file systems then refuse the one that
	 * looks for more. */
	if (got < 0 && errno == EINVAL && tally->bytes_read == tally->file_bytes)
		return 0;
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

/* The same send as copy's: the CPU copies from this program's memory to the socket. */
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

static void send_chunks(int file, int sock, char *buffer, size_t chunk_bytes, struct tally *tally)
{
	ssize_t got;

	/* A file that grows as fast as we read it has no end: once it is longer, stop. */
	while (tally->bytes_sent <= tally->file_bytes) {
		got = read_some(file, buffer, chunk_bytes, tally);
		if (got <= 0 || send_all(sock, buffer, (size_t)got, tally))
			return;
	}
}

static void send_file(const struct args *args, struct gate *gate, struct tally *tally)
{
	char *buffer = NULL;
	int sock, file;

	if (source_check(args->file, tally))
		return;
	buffer = buffer_alloc(args->chunk_bytes, tally);
	if (!buffer || try_direct(args->file, buffer, args->chunk_bytes, tally))
		goto cleanup;
	sock = peer_connect(args->host, args->port, tally);
	if (sock < 0)
		goto cleanup;

	gate_wait(gate); /* measured from here */
	file = open_direct(args->file, tally);
	if (file >= 0) {
		send_chunks(file, sock, buffer, args->chunk_bytes, tally);
		close(file);
	}
	close(sock);
	gate_close(gate); /* to here */

	source_compare(args->file, tally);
cleanup:
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
	.doc = "Sends FILE to the receiver with read and send, past the page cache (O_DIRECT)."
	       "\vWithout --chunk a round moves 64K. A chunk is whole blocks of the file's disk.\n\n"
	       "Examples (start the receiver first):\n"
	       "  direct test.tar.gz              64 KiB a round\n"
	       "  direct --chunk 1M test.tar.gz   fewer, larger rounds\n"
	       "  direct --as doc2 test.tar.gz    to doc2's port\n",
};

int main(int argc, char **argv)
{
	struct args args = ARGS_DEFAULTS;
	struct gate gate = { .fd = -1 };
	struct tally tally = {
		.role = "sender",
		.scenario = "direct",
		.data_calls = { [READ] = { .name = "read" }, [SEND] = { .name = "send" } },
	};

	args.chunk_bytes = DEFAULT_CHUNK_BYTES;
	args_parse(&argp, argc, argv, &args, &args);
	gate.fd = args.gate_fd;
	send_file(&args, &gate, &tally);
	return tally_finish(&tally, &gate);
}
