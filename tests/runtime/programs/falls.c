// SPDX-License-Identifier: GPL-2.0
/* falls WAY FILE PORT|FILE: tries a call that the kernel refuses TRIES times, then reads and
 * writes. test_refused.py lists the ways. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CHUNK = 64 << 10, TRIES = 3 };

static unsigned char buffer[CHUNK];

static long must(long result, const char *what)
{
	if (result >= 0)
		return result;
	fprintf(stderr, "falls: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int connect_to(const char *port)
{
	struct sockaddr_in there = { .sin_family = AF_INET, .sin_port = htons(atoi(port)),
				     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = must(socket(AF_INET, SOCK_STREAM, 0), "socket");

	must(connect(fd, (struct sockaddr *)&there, sizeof(there)), "connect");
	return fd;
}

static int append_to(const char *path)
{
	return must(open(path, O_WRONLY | O_CREAT | O_APPEND, 0644), path);
}

/* Each must fail, with that error. */
static void refused(long result, int error)
{
	if (result >= 0 || errno != error) {
		fprintf(stderr, "falls: not refused as expected: %ld %s\n", result,
			strerror(errno));
		exit(2);
	}
}

/* What it gets of a pipe that has nothing is EAGAIN: not a refusal. */
static void empty_pipe(int out)
{
	int ends[2];

	must(pipe2(ends, O_NONBLOCK), "pipe");
	refused(splice(ends[0], NULL, out, NULL, CHUNK, SPLICE_F_NONBLOCK), EAGAIN);
	close(ends[0]);
	close(ends[1]);
}

static void read_and_write(int in, int out)
{
	for (long n; (n = must(read(in, buffer, CHUNK), "read")) > 0;) {
		for (long done = 0; done < n;)
			done += must(write(out, buffer + done, n - done), "write");
	}
}

int main(int argc, char **argv)
{
	const char *way = argc == 4 ? argv[1] : "";
	int in = must(open(argv[2], O_RDONLY), argv[2]), out;

	if (!strcmp(way, "sendfile")) {
		out = append_to(argv[3]);
		for (int i = 0; i < TRIES; i++)
			refused(sendfile(out, in, NULL, CHUNK), EINVAL);
	} else if (!strcmp(way, "copy_file_range")) {
		out = append_to(argv[3]);
		for (int i = 0; i < TRIES; i++)
			refused(copy_file_range(in, NULL, out, NULL, CHUNK, 0), EBADF);
	} else if (!strcmp(way, "splice")) {
		out = connect_to(argv[3]);
		empty_pipe(out);
		for (int i = 0; i < TRIES; i++)
			refused(splice(in, NULL, out, NULL, CHUNK, 0), EINVAL);
	} else if (!strcmp(way, "several")) {
		out = append_to(argv[3]);
		refused(copy_file_range(in, NULL, out, NULL, CHUNK, 1), EINVAL);
		refused(copy_file_range(in, (off_t *)1, out, NULL, CHUNK, 0), EFAULT);
		for (int i = 0; i < TRIES; i++)
			refused(copy_file_range(in, NULL, out, NULL, CHUNK, 0), EBADF);
	} else if (!strcmp(way, "late")) {
		out = append_to(argv[3]);
		read_and_write(in, out);
		refused(sendfile(out, in, NULL, CHUNK), EINVAL);
		return 0;
	} else {
		return 2;
	}
	read_and_write(in, out);
	return 0;
}
