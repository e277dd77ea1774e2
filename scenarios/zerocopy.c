// SPDX-License-Identifier: GPL-2.0
/* Sends a file to the receiver with MSG_ZEROCOPY: read into this program's memory, whose pages the
 * kernel then borrows instead of copying them. Run by hand beside a receiver, or by zctrace. */
#include "args.h"
#include "gate.h"
#include "peer.h"
#include "pool.h"
#include "source.h"
#include "tally.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>
#include <linux/errqueue.h>
#include <sys/socket.h>

#define DEFAULT_CHUNK_BYTES 65536

#ifndef SO_ZEROCOPY
#define SO_ZEROCOPY 60
#define MSG_ZEROCOPY 0x4000000
#endif

enum { READ,
       SEND }; /* the tally's data calls */

static int allow_zerocopy(int sock, struct tally *tally)
{
	int yes = 1;

	if (setsockopt(sock, SOL_SOCKET, SO_ZEROCOPY, &yes, sizeof(yes)) < 0)
		return tally_fail(tally, EXIT_MACHINE,
				  "SO_ZEROCOPY: %s; this kernel has none, send the file with copy",
				  strerror(errno));
	return 0;
}

/* What one message of the error queue says: "sends number ee_info to ee_data are done". */
static void take_completion(struct msghdr *message, struct pool *pool, struct tally *tally)
{
	const struct sock_extended_err *error;
	__u32 sends;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
		error = (const struct sock_extended_err *)CMSG_DATA(c);
		if (error->ee_origin != SO_EE_ORIGIN_ZEROCOPY)
			continue;
		sends = error->ee_data - error->ee_info + 1;
		tally->zerocopy.completed += sends;
		/* The kernel's own word for it: it did not help, the bytes were copied. */
		if (error->ee_code & SO_EE_CODE_ZEROCOPY_COPIED)
			tally->zerocopy.copied += sends;
		for (__u32 i = 0; i < sends; i++)
			pool_release(pool, error->ee_info + i);
	}
}

/* Takes what completions there are: 0, or -EAGAIN if there was none. */
static int take_completions(int sock, struct pool *pool, struct tally *tally)
{
	int found = -EAGAIN;

	for (;;) {
		char control[256];
		struct msghdr message = { .msg_control = control,
					  .msg_controllen = sizeof(control) };

		if (recvmsg(sock, &message, MSG_ERRQUEUE) < 0) {
			if (errno == EINTR)
				continue;
			return found;
		}
		take_completion(&message, pool, tally);
		found = 0;
	}
}

/* Waits for completions, at least one. */
static int await_completions(int sock, struct pool *pool, struct tally *tally)
{
	struct pollfd queue = { .fd = sock }; /* POLLERR is not to be asked for */

	while (take_completions(sock, pool, tally)) {
		/* The connection is over, and yet nothing is said of what was borrowed. */
		if (queue.revents & POLLHUP)
			return peer_send_failed("send", EPIPE, tally);
		if (poll(&queue, 1, -1) < 0 && errno != EINTR)
			return tally_fail(tally, EXIT_FAILED, "poll: %s; try it again",
					  strerror(errno));
	}
	return 0;
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

/* Pages may be borrowed up to a limit: then some must come back before it goes on. */
static int await_memory(int sock, struct pool *pool, struct tally *tally)
{
	if (pool->pending)
		return await_completions(sock, pool, tally);
	return tally_fail(tally, EXIT_MACHINE,
			  "MSG_ZEROCOPY: %s; allow more locked memory (ulimit -l), or a larger "
			  "net.core.optmem_max, or give a smaller --chunk",
			  strerror(ENOBUFS));
}

/* Sends all of a buffer. No byte is copied: the segments point at the buffer's pages. */
static int send_all(int sock, struct pool *pool, struct pool_buffer *buffer, size_t bytes,
		    struct tally *tally)
{
	size_t done = 0;

	while (done < bytes) {
		ssize_t sent = send(sock, buffer->data + done, bytes - done,
				    MSG_NOSIGNAL | MSG_ZEROCOPY);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0 && errno == ENOBUFS) {
			if (await_memory(sock, pool, tally))
				return -ECANCELED;
			continue;
		}
		if (sent < 0)
			return peer_send_failed("send", errno, tally);
		tally->data_calls[SEND].count++;
		tally->zerocopy.sends++;
		pool_lend(pool, buffer);
		tally->bytes_sent += (__u64)sent;
		done += (size_t)sent;
	}
	return 0;
}

/* Each round takes the next buffer, which must not be written to before the kernel has let go of
 * it: the other side might get what was written later. */
static int send_chunks(int file, int sock, struct pool *pool, size_t chunk_bytes,
		       struct tally *tally)
{
	ssize_t got;

	/* A file that grows as fast as we read it has no end: once it is longer, stop. */
	while (tally->bytes_sent <= tally->file_bytes) {
		struct pool_buffer *buffer = pool_next(pool);

		while (buffer->pending) {
			if (await_completions(sock, pool, tally))
				return -ECANCELED;
		}
		got = read_some(file, buffer->data, chunk_bytes, tally);
		if (got < 0)
			return -ECANCELED;
		if (got == 0)
			break;
		if (send_all(sock, pool, buffer, (size_t)got, tally))
			return -ECANCELED;
	}
	while (pool->pending) {
		if (await_completions(sock, pool, tally))
			return -ECANCELED;
	}
	return 0;
}

static void send_file(const struct args *args, struct gate *gate, struct tally *tally)
{
	struct pool pool = { 0 };
	int sock, file;

	if (source_check(args->file, tally))
		return;
	if (pool_alloc(&pool, args->chunk_bytes, tally))
		goto cleanup;
	sock = peer_connect(args->host, args->port, tally);
	if (sock < 0 || allow_zerocopy(sock, tally))
		goto cleanup;

	gate_wait(gate); /* measured from here */
	file = source_open(args->file, tally);
	if (file >= 0) {
		send_chunks(file, sock, &pool, args->chunk_bytes, tally);
		close(file);
	}
	close(sock);
	gate_close(gate); /* to here */

	source_compare(args->file, tally);
cleanup:
	pool_free(&pool);
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
	.doc = "Sends FILE to the receiver with read and MSG_ZEROCOPY: the kernel borrows this "
	       "program's pages."
	       "\vWithout --chunk a round moves 64K.\n\n"
	       "Examples (start the receiver first):\n"
	       "  zerocopy test.tar.gz              64 KiB a round\n"
	       "  zerocopy --chunk 1M test.tar.gz   fewer, larger rounds\n"
	       "  zerocopy --as doc2 test.tar.gz    to doc2's port\n",
};

int main(int argc, char **argv)
{
	struct args args = ARGS_DEFAULTS;
	struct gate gate = { .fd = -1 };
	struct tally tally = {
		.role = "sender",
		.scenario = "zerocopy",
		.data_calls = { [READ] = { .name = "read" }, [SEND] = { .name = "send" } },
		.zerocopy = { .used = true, .copied_known = true },
	};

	args.chunk_bytes = DEFAULT_CHUNK_BYTES;
	args_parse(&argp, argc, argv, &args, &args);
	gate.fd = args.gate_fd;
	send_file(&args, &gate, &tally);
	return tally_finish(&tally, &gate);
}
