// SPDX-License-Identifier: GPL-2.0
/* Moves a file in one of Linux's ways, and says how many calls it made and bytes they moved.
 * Usage: moves WAY FILE [PORT|FILE]; test_programs.py lists the ways. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/errqueue.h>
#include <linux/tls.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHUNK = 64 << 10, BATCH = 16, DATAGRAM = 1000 };

static const char *source, *target;
static unsigned char buffer[CHUNK] __attribute__((aligned(4096)));
static long calls, bytes;

static long must(long result, const char *what)
{
	if (result >= 0)
		return result;
	fprintf(stderr, "moves: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* A call that moves payload. */
static long moved(long result, const char *what)
{
	must(result, what);
	calls++;
	bytes += result;
	return result;
}

static int open_source(int flags)
{
	return must(open(source, O_RDONLY | flags), source);
}

static int open_target(int flags)
{
	return must(open(target, O_RDWR | O_CREAT | O_TRUNC | flags, 0644), target);
}

static long source_size(int fd)
{
	struct stat st;

	must(fstat(fd, &st), "fstat");
	return st.st_size;
}

static int connect_to(const char *address, int type)
{
	struct sockaddr_in there = { .sin_family = AF_INET, .sin_port = htons(atoi(target)) };
	int fd = must(socket(AF_INET, type, 0), "socket");

	inet_pton(AF_INET, address, &there.sin_addr);
	must(connect(fd, (struct sockaddr *)&there, sizeof(there)), "connect");
	return fd;
}

static int connect_target(void)
{
	const char *address = getenv("ADDRESS");

	return connect_to(address ? address : "127.0.0.1", SOCK_STREAM);
}

static void write_all(int fd, const unsigned char *data, long size)
{
	while (size > 0) {
		long n = moved(write(fd, data, size), "write");

		data += n;
		size -= n;
	}
}

/* Each of the calls that read and write takes its turn. */
static void vectors(void)
{
	int in = open_source(0), out = open_target(0), which = 0;
	struct iovec parts[2] = { { buffer, CHUNK / 2 }, { buffer + CHUNK / 2, CHUNK / 2 } };
	off_t at = 0;
	long n = 1;

	for (; n; at += n, which++) {
		switch (which % 4) {
		case 0: n = preadv2(in, parts, 2, at, 0); break;
		case 1: n = pread(in, buffer, CHUNK, at); break;
		case 2: n = preadv(in, parts, 2, at); break;
		case 3: must(lseek(in, at, SEEK_SET), "lseek"); n = readv(in, parts, 2); break;
		}
		if (must(n, "read") > 0)
			moved(n, "read");
		parts[1].iov_len = n > CHUNK / 2 ? n - CHUNK / 2 : 0;
		parts[0].iov_len = n < CHUNK / 2 ? n : CHUNK / 2;
		switch (n ? which % 4 : 4) {
		case 0: moved(pwritev2(out, parts, 2, at, 0), "pwritev2"); break;
		case 1: moved(pwrite(out, buffer, n, at), "pwrite"); break;
		case 2: moved(pwritev(out, parts, 2, at), "pwritev"); break;
		case 3: must(lseek(out, at, SEEK_SET), "lseek"); moved(writev(out, parts, 2), "writev");
		}
		parts[0].iov_len = parts[1].iov_len = CHUNK / 2;
	}
}

/* Datagrams from ourselves to ourselves, BATCH at a time. */
static void messages(void)
{
	struct sockaddr_in here = { .sin_family = AF_INET };
	socklen_t size = sizeof(here);
	struct mmsghdr out[BATCH] = { 0 }, in[BATCH] = { 0 };
	static unsigned char space[BATCH][2 * DATAGRAM];
	struct iovec outgoing[BATCH], incoming[BATCH];
	int a = must(socket(AF_INET, SOCK_DGRAM, 0), "socket");
	int b = must(socket(AF_INET, SOCK_DGRAM, 0), "socket");

	inet_pton(AF_INET, "127.0.0.1", &here.sin_addr);
	must(bind(b, (struct sockaddr *)&here, size), "bind");
	must(getsockname(b, (struct sockaddr *)&here, &size), "getsockname");
	must(connect(a, (struct sockaddr *)&here, size), "connect");
	for (int i = 0; i < BATCH; i++) {
		outgoing[i] = (struct iovec){ space[i], DATAGRAM + i };
		incoming[i] = (struct iovec){ space[i], 2 * DATAGRAM };
		out[i].msg_hdr = (struct msghdr){ .msg_iov = &outgoing[i], .msg_iovlen = 1 };
		in[i].msg_hdr = (struct msghdr){ .msg_iov = &incoming[i], .msg_iovlen = 1 };
	}
	for (int round = 0; round < 23; round++) {
		must(sendmmsg(a, out, BATCH, 0), "sendmmsg");
		calls++;
		for (int got = 0; got < BATCH;)
			got += must(recvmmsg(b, in, BATCH - got, MSG_WAITFORONE, NULL), "recvmmsg");
		for (int i = 0; i < BATCH; i++)
			bytes += DATAGRAM + i;
	}
}

/* file -> pipe -> socket */
static void splices(void)
{
	int in = open_source(0), out = connect_target(), ends[2];
	long n, m;

	must(pipe(ends), "pipe");
	while ((n = must(splice(in, NULL, ends[1], NULL, CHUNK, 0), "splice"))) {
		calls++;
		bytes += n;
		for (; n; n -= m, calls++)
			m = must(splice(ends[0], NULL, out, NULL, n, SPLICE_F_MORE), "splice");
	}
}

/* file -> pipe, tee -> other pipe -> file */
static void tees(void)
{
	int in = open_source(0), out = open_target(0), first[2], second[2];
	int null = must(open("/dev/null", O_WRONLY), "/dev/null");
	long n;

	must(pipe(first), "pipe");
	must(pipe(second), "pipe");
	while ((n = must(splice(in, NULL, first[1], NULL, CHUNK, 0), "splice"))) {
		if (must(tee(first[0], second[1], n, 0), "tee") != n)
			exit(2);
		moved(n, "tee");
		for (long m, left = n; left; left -= m)
			m = must(splice(first[0], NULL, null, NULL, left, 0), "splice");
		for (long m, left = n; left; left -= m)
			m = must(splice(second[0], NULL, out, NULL, left, 0), "splice");
	}
}

/* memory -> pipe, by a reader that copies it out again */
static void vmsplices(void)
{
	int ends[2];
	long left = 23 * CHUNK;

	must(pipe(ends), "pipe");
	if (must(fork(), "fork") == 0) {
		close(ends[1]);
		while (read(ends[0], buffer, CHUNK) > 0)
			;
		_exit(0);
	}
	while (left) {
		struct iovec part = { buffer, left < CHUNK ? left : CHUNK };

		left -= moved(vmsplice(ends[1], &part, 1, 0), "vmsplice");
	}
	close(ends[1]);
	wait(NULL);
}

static void file_ranges(void)
{
	int in = open_source(0), out = open_target(0);

	while (must(copy_file_range(in, NULL, out, NULL, CHUNK, 0), "copy_file_range"))
		calls++;
	bytes = source_size(in);
}

/* The file is read without any call. */
static void mapped(void)
{
	int in = open_source(0), out = connect_target();
	long size = source_size(in);
	unsigned char *data = mmap(NULL, size, PROT_READ, MAP_SHARED, in, 0);

	close(in);
	for (long at = 0; at < size; at += CHUNK)
		write_all(out, data + at, size - at < CHUNK ? size - at : CHUNK);
}

static void direct(void)
{
	int in = open_source(O_DIRECT), out = open_target(O_DIRECT);
	long n;

	while ((n = must(read(in, buffer, CHUNK), "read"))) {
		moved(n, "read");
		moved(write(out, buffer, n), "write");
	}
}

/* Waits for all completions: a page may be used again only then. */
static void complete(int fd, long sent)
{
	for (long done = 0; done < sent;) {
		struct pollfd ready = { .fd = fd };
		char control[128];
		struct msghdr message = { .msg_control = control, .msg_controllen = sizeof(control) };
		struct sock_extended_err *err;

		must(poll(&ready, 1, 10000), "poll");
		if (must(recvmsg(fd, &message, MSG_ERRQUEUE), "recvmsg") || !CMSG_FIRSTHDR(&message))
			exit(2);
		err = (void *)CMSG_DATA(CMSG_FIRSTHDR(&message));
		done += err->ee_data - err->ee_info + 1;
	}
}

static void zero_copy(int source_is_mapped)
{
	int in = open_source(0), out = connect_target(), on = 1;
	long size = source_size(in), sent = 0, n;
	unsigned char *data = mmap(NULL, size, source_is_mapped ? PROT_READ : PROT_READ | PROT_WRITE,
				   source_is_mapped ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS,
				   source_is_mapped ? in : -1, 0);

	for (long at = 0; !source_is_mapped && at < size; at += CHUNK)
		memset(data + at, at, size - at < CHUNK ? size - at : CHUNK);
	must(setsockopt(out, SOL_SOCKET, SO_ZEROCOPY, &on, sizeof(on)), "SO_ZEROCOPY");
	for (long at = 0; at < size; at += n, sent++)
		n = moved(send(out, data + at, size - at < CHUNK ? size - at : CHUNK, MSG_ZEROCOPY), "send");
	complete(out, sent);
}

static void zero_copy_memory(void)
{
	zero_copy(0);
}

static void zero_copy_mapped(void)
{
	zero_copy(1);
}

/* Says on stderr what the kernel says to TLS, and sends the file with or without it. */
static void tls(void)
{
	struct tls12_crypto_info_aes_gcm_128 keys = {
		.info = { .version = TLS_1_2_VERSION, .cipher_type = TLS_CIPHER_AES_GCM_128 },
	};
	int in = open_source(0), out = connect_target();
	long size = source_size(in);

	if (setsockopt(out, SOL_TCP, TCP_ULP, "tls", sizeof("tls")))
		fprintf(stderr, "no TLS: %s\n", strerror(errno));
	else
		must(setsockopt(out, SOL_TLS, TLS_TX, &keys, sizeof(keys)), "TLS_TX");
	for (long n; size; size -= n)
		n = moved(sendfile(out, in, NULL, size < CHUNK ? size : CHUNK), "sendfile");
}

/* A header by write, the file by sendfile, on one socket. */
static void header_and_file(void)
{
	int in = open_source(0), out = connect_target();
	long size = source_size(in);

	memset(buffer, 'h', 5000);
	write_all(out, buffer, 5000);
	for (long n; size; size -= n)
		n = moved(sendfile(out, in, NULL, size < CHUNK ? size : CHUNK), "sendfile");
}

static void file_to_file(void)
{
	int in = open_source(0), out = open_target(0);

	while (must(sendfile(out, in, NULL, CHUNK), "sendfile"))
		calls++;
	bytes = source_size(in);
}

/* Two files of one size into two others: which went where is not for us to say. */
static void twins(void)
{
	char other[4096];
	int in = open_source(0), out[2];
	long n;

	out[0] = open_target(0);
	snprintf(other, sizeof(other), "%s.twin", target);
	out[1] = must(open(other, O_RDWR | O_CREAT | O_TRUNC, 0644), other);
	while ((n = must(read(in, buffer, CHUNK), "read"))) {
		moved(write(out[0], buffer, n), "write");
		moved(write(out[1], buffer, n), "write");
	}
}

static const struct {
	const char *name;
	void (*move)(void);
} ways[] = {
	{ "vectors", vectors }, { "messages", messages }, { "splice", splices }, { "tee", tees },
	{ "vmsplice", vmsplices }, { "copy_file_range", file_ranges }, { "mmap", mapped },
	{ "direct", direct }, { "zerocopy", zero_copy_memory }, { "zerocopy-mmap", zero_copy_mapped },
	{ "tls", tls }, { "header", header_and_file }, { "sendfile", file_to_file },
	{ "twins", twins },
};

int main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	source = argv[2];
	target = argc > 3 ? argv[3] : "";
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		if (strcmp(ways[i].name, argv[1]))
			continue;
		ways[i].move();
		printf("{\"calls\": %ld, \"bytes\": %ld}\n", calls, bytes);
		return 0;
	}
	return 2;
}
