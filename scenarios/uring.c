// SPDX-License-Identifier: GPL-2.0
/* Sends a file to the receiver through io_uring: a read and a send are written into a queue that
 * the kernel shares, and one call has both done. Run by hand beside a receiver, or by zctrace. */
#include "args.h"
#include "gate.h"
#include "peer.h"
#include "pool.h"
#include "source.h"
#include "tally.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <liburing.h>
#include <sys/socket.h>
#include <sys/stat.h>

#define DEFAULT_CHUNK_BYTES 65536
#define SUBMISSIONS 8
#define COMPLETIONS 128 /* two of each buffer's send, and a read */

#ifndef IORING_SEND_ZC_REPORT_USAGE /* since Linux 6.2 */
#define IORING_SEND_ZC_REPORT_USAGE (1U << 3)
#define IORING_NOTIF_USAGE_ZC_COPIED (1U << 31)
#endif

struct uring_args {
	struct args common;
	bool zerocopy;
};

enum { ENTER }; /* the tally's data calls: the only ones that there are */

/* What a completion belongs to: the lower bit of its user_data; above it is the send's number. */
enum { OF_READ,
       OF_SEND };

struct uring {
	struct io_uring ring;
	bool ready;
	bool zerocopy;	    /* SEND_ZC instead of SEND */
	__u16 report_flags; /* asks SEND_ZC's completions whether they had to copy */
	struct pool pool;
	/* Of the round that is going on: */
	int waiting; /* completions to come */
	int got;     /* what the read returned */
	int sent;    /* what the send returned */
};

static void take_completion(struct uring *uring, const struct io_uring_cqe *cqe,
			    struct tally *tally)
{
	const __u32 number = (__u32)(cqe->user_data >> 1);

	if (cqe->flags & IORING_CQE_F_NOTIF) {
		/* The second word on a SEND_ZC: the kernel has let go of the buffer. */
		tally->zerocopy.completed++;
		if ((__u32)cqe->res & IORING_NOTIF_USAGE_ZC_COPIED)
			tally->zerocopy.copied++;
		pool_release(&uring->pool, number);
		return;
	}
	uring->waiting--;
	if ((cqe->user_data & 1) == OF_READ) {
		uring->got = cqe->res;
		return;
	}
	uring->sent = cqe->res;
	if (!uring->zerocopy)
		return;
	if (cqe->flags & IORING_CQE_F_MORE)
		tally->zerocopy.sends++;
	else
		pool_release(&uring->pool, number); /* it failed: there is no second word */
}

/*
 * The one system call: it hands over what is in the queue, waits for completions, and the requests
 * are mostly done within it. user mode → kernel mode and back, for a read and a send together.
 */
static int enter(struct uring *uring, unsigned int await, struct tally *tally)
{
	struct io_uring_cqe *cqe;
	int submitted;

	do {
		submitted = io_uring_submit_and_wait(&uring->ring, await);
	} while (submitted == -EINTR);
	if (submitted < 0)
		return tally_fail(tally, EXIT_FAILED,
				  "io_uring_enter: %s after %llu of %llu bytes; send the file with "
				  "copy",
				  strerror(-submitted), tally->bytes_sent, tally->file_bytes);
	tally->data_calls[ENTER].count++;
	while (io_uring_peek_cqe(&uring->ring, &cqe) == 0) {
		take_completion(uring, cqe, tally);
		io_uring_cqe_seen(&uring->ring, cqe);
	}
	return 0;
}

static void queue_read(struct uring *uring, int file, char *to, size_t bytes, __u64 offset,
		       unsigned int flags)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&uring->ring);

	io_uring_prep_read(sqe, file, to, (unsigned int)bytes, offset);
	sqe->flags |= (__u8)flags;
	sqe->user_data = OF_READ;
	uring->got = -ECANCELED;
	uring->waiting++;
}

static void queue_send(struct uring *uring, int sock, struct pool_buffer *buffer, size_t from,
		       size_t bytes)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&uring->ring);
	const __u64 number = uring->pool.next_send;

	/* MSG_WAITALL: a send that the socket has no room for goes on until all of it is sent. */
	if (uring->zerocopy) {
		io_uring_prep_send_zc(sqe, sock, buffer->data + from, bytes,
				      MSG_NOSIGNAL | MSG_WAITALL, uring->report_flags);
		pool_lend(&uring->pool, buffer);
	} else {
		io_uring_prep_send(sqe, sock, buffer->data + from, bytes,
				   MSG_NOSIGNAL | MSG_WAITALL);
	}
	sqe->user_data = number << 1 | OF_SEND;
	uring->sent = -ECANCELED;
	uring->waiting++;
}

static int finish(struct uring *uring, struct tally *tally)
{
	while (uring->waiting > 0) {
		if (enter(uring, (unsigned int)uring->waiting, tally))
			return -ECANCELED;
	}
	return 0;
}

/* What the send of a round did; true if it is to be made again for what is left. */
static int take_sent(struct uring *uring, size_t *done, struct tally *tally)
{
	const int sent = uring->sent;

	if (sent > 0) {
		tally->bytes_sent += (__u64)sent;
		*done += (size_t)sent;
		return 0;
	}
	/* Not begun, as the read before it came to less than was asked for; or interrupted. */
	if (sent == -ECANCELED || sent == -EINTR || sent == -EAGAIN)
		return 0;
	if (sent == -ENOMEM && uring->pool.pending)
		return enter(uring, 1, tally); /* some pages must come back before it goes on */
	if (sent == -ENOMEM || sent == -ENOBUFS)
		return tally_fail(tally, EXIT_MACHINE,
				  "io_uring send: %s; allow more locked memory (ulimit -l), or give "
				  "a smaller --chunk",
				  strerror(-sent));
	return peer_send_failed("io_uring send", -sent, tally);
}

/* One chunk: a read, and linked to it the send of what it reads. Returns its bytes; 0: the end. */
static ssize_t move_chunk(struct uring *uring, int file, int sock, struct pool_buffer *buffer,
			  size_t bytes, __u64 offset, struct tally *tally)
{
	size_t done = 0;

	do {
		queue_read(uring, file, buffer->data, bytes, offset, IOSQE_IO_LINK);
		queue_send(uring, sock, buffer, 0, bytes);
		if (finish(uring, tally))
			return -ECANCELED;
		/* A send that may not borrow more pages is refused, and the read with it. */
		if (uring->got == -ECANCELED && take_sent(uring, &done, tally))
			return -ECANCELED;
	} while (uring->got == -ECANCELED && uring->sent == -ENOMEM);
	if (uring->got < 0)
		return tally_fail(tally, EXIT_FAILED,
				  "io_uring read: %s after %llu of %llu bytes; look at the file's "
				  "disk",
				  strerror(-uring->got), tally->bytes_read, tally->file_bytes);
	if (uring->got == 0) {
		tally->eof_probes++;
		return 0;
	}
	tally->rounds++;
	tally->bytes_read += (__u64)uring->got;
	if (take_sent(uring, &done, tally))
		return -ECANCELED;
	while (done < (size_t)uring->got) {
		queue_send(uring, sock, buffer, done, (size_t)uring->got - done);
		if (finish(uring, tally) || take_sent(uring, &done, tally))
			return -ECANCELED;
	}
	return uring->got;
}

static int move_chunks(struct uring *uring, int file, int sock, size_t chunk_bytes,
		       struct tally *tally)
{
	struct pool *pool = &uring->pool;
	struct stat status;
	__u64 offset = 0;

	if (fstat(file, &status) < 0)
		return tally_fail(tally, EXIT_FAILED, "fstat: %s; try another file",
				  strerror(errno));
	while (offset < (__u64)status.st_size) {
		struct pool_buffer *buffer = uring->zerocopy ? pool_next(pool) : pool->buffers;
		__u64 left = (__u64)status.st_size - offset;
		ssize_t moved;

		while (buffer->pending) {
			if (enter(uring, 1, tally))
				return -ECANCELED;
		}
		moved = move_chunk(uring, file, sock, buffer,
				   left < chunk_bytes ? (size_t)left : chunk_bytes, offset, tally);
		if (moved <= 0)
			return -ECANCELED;
		offset += (__u64)moved;
	}
	while (pool->pending) {
		if (enter(uring, 1, tally))
			return -ECANCELED;
	}
	return 0;
}

/* A queue to share with the kernel. */
static int set_up(struct uring *uring, size_t chunk_bytes, struct tally *tally)
{
	struct io_uring_params params = { .flags = IORING_SETUP_CQSIZE, .cq_entries = COMPLETIONS };
	int err = io_uring_queue_init_params(SUBMISSIONS, &uring->ring, &params);

	if (err)
		return tally_fail(tally, EXIT_MACHINE,
				  "io_uring_setup: %s; this machine allows no io_uring (sysctl "
				  "kernel.io_uring_disabled, a container's rules): send the file "
				  "with copy",
				  strerror(-err));
	uring->ready = true;
	return pool_alloc(&uring->pool, chunk_bytes, tally);
}

static bool has_send_zc(struct uring *uring)
{
	struct io_uring_probe *probe = io_uring_get_probe_ring(&uring->ring);
	bool has = probe && io_uring_opcode_supported(probe, IORING_OP_SEND_ZC);

	io_uring_free_probe(probe);
	return has;
}

/* Does SEND_ZC tell whether it had to copy? A send of nothing asks, before the clock starts. */
static int ask_for_reports(struct uring *uring, int sock, struct tally *tally)
{
	struct tally unused = *tally;

	if (!uring->zerocopy)
		return 0;
	if (!has_send_zc(uring))
		return tally_fail(tally, EXIT_MACHINE, "io_uring SEND_ZC: this kernel has none, "
						       "Linux 6.0 has; leave out --zerocopy");
	uring->report_flags = IORING_SEND_ZC_REPORT_USAGE;
	queue_send(uring, sock, uring->pool.buffers, 0, 0);
	while (uring->waiting || uring->pool.pending) {
		if (enter(uring, 1, &unused))
			return tally_fail(tally, EXIT_MACHINE, "%s", unused.error);
	}
	tally->zerocopy.copied_known = uring->sent == 0;
	if (uring->sent < 0)
		uring->report_flags = 0;
	return 0;
}

static void send_file(const struct uring_args *args, struct gate *gate, struct tally *tally)
{
	const struct args *common = &args->common;
	struct uring uring = { .zerocopy = args->zerocopy };
	int sock, file;

	if (source_check(common->file, tally))
		return;
	if (set_up(&uring, common->chunk_bytes, tally))
		goto cleanup;
	sock = peer_connect(common->host, common->port, tally);
	if (sock < 0 || ask_for_reports(&uring, sock, tally))
		goto cleanup;

	gate_wait(gate); /* measured from here */
	file = source_open(common->file, tally);
	if (file >= 0) {
		move_chunks(&uring, file, sock, common->chunk_bytes, tally);
		close(file);
	}
	close(sock);
	gate_close(gate); /* to here */

	source_compare(common->file, tally);
cleanup:
	if (uring.ready)
		io_uring_queue_exit(&uring.ring);
	pool_free(&uring.pool);
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
	struct uring_args *args = state->input;

	(void)text;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &args->common;
		return 0;
	case 'z':
		args->zerocopy = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option options[] = {
	{ "zerocopy", 'z', NULL, 0, "use SEND_ZC: the kernel borrows this program's pages", 0 },
	{ 0 },
};

static const struct argp_child children[] = { { .argp = &args_sender_argp }, { 0 } };

static const struct argp argp = {
	.options = options,
	.parser = parse_option,
	.children = children,
	.args_doc = "FILE",
	.doc = "Sends FILE to the receiver with io_uring: a read and a send by one system call."
	       "\vWithout --chunk a round moves 64K.\n\n"
	       "Examples (start the receiver first):\n"
	       "  uring test.tar.gz              64 KiB a round\n"
	       "  uring --zerocopy test.tar.gz   nothing is copied on the way to the socket\n"
	       "  uring --chunk 1M test.tar.gz   fewer, larger rounds\n",
};

int main(int argc, char **argv)
{
	struct uring_args args = { .common = ARGS_DEFAULTS };
	struct gate gate = { .fd = -1 };
	struct tally tally = {
		.role = "sender",
		.scenario = "uring",
		.data_calls = { [ENTER] = { .name = "io_uring_enter" } },
	};

	args.common.chunk_bytes = DEFAULT_CHUNK_BYTES;
	args_parse(&argp, argc, argv, &args, &args.common);
	tally.zerocopy.used = args.zerocopy;
	gate.fd = args.common.gate_fd;
	send_file(&args, &gate, &tally);
	return tally_finish(&tally, &gate);
}
