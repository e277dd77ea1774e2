// SPDX-License-Identifier: GPL-2.0
/* Moves a file to a socket with io_uring. Usage: ring WAY FILE PORT; test_programs.py lists the
 * ways. "refused" asks for a ring that no kernel gives. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK = 64 << 10 };

static unsigned char buffer[CHUNK] __attribute__((aligned(4096)));
static struct io_uring ring;
static long requests, bytes;

static long must(long result, const char *what)
{
	if (result >= 0)
		return result;
	fprintf(stderr, "ring: %s: %s\n", what, strerror(-result));
	exit(1);
}

static long result_of_next(unsigned int *flags)
{
	struct io_uring_cqe *cqe;
	long result;

	must(io_uring_wait_cqe(&ring, &cqe), "wait");
	result = cqe->res;
	if (flags)
		*flags = cqe->flags;
	io_uring_cqe_seen(&ring, cqe);
	return result;
}

static long result_of(const char *what)
{
	must(io_uring_submit(&ring), "submit");
	requests++;
	return must(result_of_next(NULL), what);
}

static void send_all(int out, long size)
{
	for (long at = 0, n; at < size; at += n) {
		io_uring_prep_send(io_uring_get_sqe(&ring), out, buffer + at, size - at, MSG_WAITALL);
		n = result_of("send");
	}
}

static void read_and_send(int in, int out)
{
	for (long at = 0, n; ; at += n) {
		io_uring_prep_read(io_uring_get_sqe(&ring), in, buffer, CHUNK, at);
		n = result_of("read");
		if (!n)
			return;
		bytes += n;
		send_all(out, n);
	}
}

/* The buffer is ours again only after the second completion. */
static void send_zc(int in, int out)
{
	unsigned int flags;
	long n;

	while ((n = read(in, buffer, CHUNK)) > 0) {
		io_uring_prep_send_zc(io_uring_get_sqe(&ring), out, buffer, n, MSG_WAITALL, 0);
		must(io_uring_submit(&ring), "submit");
		requests++;
		if (must(result_of_next(&flags), "send_zc") != n)
			exit(2);
		if (flags & IORING_CQE_F_MORE)
			result_of_next(&flags);
		bytes += n;
	}
}

static void splice_file(int in, int out)
{
	int ends[2];

	if (pipe(ends))
		exit(1);
	for (long at = 0, n; ; at += n) {
		io_uring_prep_splice(io_uring_get_sqe(&ring), in, at, ends[1], -1, CHUNK, 0);
		n = result_of("splice");
		if (!n)
			return;
		bytes += n;
		for (long left = n; left;) {
			io_uring_prep_splice(io_uring_get_sqe(&ring), ends[0], -1, out, -1, left, 0);
			left -= result_of("splice");
		}
	}
}

/* One request, many completions: it sends itself datagrams of one byte. */
static void multishot(int in, int out)
{
	enum { COUNT = 23, GROUP = 7 };
	static unsigned char space[64][16];
	struct io_uring_sqe *sqe;
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, ends))
		exit(1);
	io_uring_prep_provide_buffers(io_uring_get_sqe(&ring), space, 16, 64, GROUP, 0);
	result_of("provide buffers");
	sqe = io_uring_get_sqe(&ring);
	io_uring_prep_recv_multishot(sqe, ends[0], NULL, 0, 0);
	sqe->flags |= IOSQE_BUFFER_SELECT;
	sqe->buf_group = GROUP;
	must(io_uring_submit(&ring), "submit");
	for (int i = 0; i < COUNT; i++) {
		if (write(ends[1], "x", 1) != 1)
			exit(1);
		bytes += must(result_of_next(NULL), "multishot");
		requests++;
	}
}

/* Each completes without a word; what comes after them does not. */
static void silent(int in, int out)
{
	for (; requests < 23; requests++) {
		struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);

		if (read(in, buffer, 1009) != 1009)
			exit(2);
		io_uring_prep_send(sqe, out, buffer, 1009, MSG_WAITALL);
		sqe->flags |= IOSQE_CQE_SKIP_SUCCESS;
		must(io_uring_submit(&ring), "submit");
		bytes += 1009;
	}
	io_uring_prep_nop(io_uring_get_sqe(&ring));
	result_of("nop");
}

int main(int argc, char **argv)
{
	struct sockaddr_in there = { .sin_family = AF_INET };
	struct io_uring_params params = { 0 };
	void (*move)(int in, int out);
	int in, out, refused;

	if (argc < 4)
		return 2;
	move = !strcmp(argv[1], "send_zc") ? send_zc : !strcmp(argv[1], "splice") ? splice_file :
	       !strcmp(argv[1], "multishot") ? multishot :
	       !strcmp(argv[1], "silent") ? silent : read_and_send;
	if (!strcmp(argv[1], "refused"))
		params.flags = 1U << 31;
	if (!strcmp(argv[1], "polled"))
		params.flags = IORING_SETUP_SQPOLL;
	in = open(argv[2], O_RDONLY);
	out = socket(AF_INET, SOCK_STREAM, 0);
	there.sin_port = htons(atoi(argv[3]));
	inet_pton(AF_INET, "127.0.0.1", &there.sin_addr);
	if (in < 0 || connect(out, (struct sockaddr *)&there, sizeof(there)))
		return 1;
	refused = io_uring_queue_init_params(16, &ring, &params);
	if (!refused)
		move(in, out);
	printf("{\"requests\": %ld, \"bytes\": %ld, \"refused\": %d}\n", requests, bytes, -refused);
	return 0;
}
