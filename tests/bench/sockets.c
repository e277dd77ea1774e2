// SPDX-License-Identifier: GPL-2.0
/* sockets COUNT SENDS: opens COUNT TCP connections over loopback, waits at a gate as hold does, and
 * sends SENDS times one byte, over each connection in turn: as a server with many clients does. One
 * byte went over each before, so that a tracer knows them all. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 1024 };

/* Closing resets the connection: thousands of them would fill the table of those that linger. */
static const struct linger at_once = { .l_onoff = 1, .l_linger = 0 };

static int listen_anywhere(struct sockaddr_in *address)
{
	socklen_t length = sizeof(*address);
	int listener = socket(AF_INET, SOCK_STREAM, 0);

	if (listener < 0 || bind(listener, (struct sockaddr *)address, length) ||
	    listen(listener, BACKLOG) ||
	    getsockname(listener, (struct sockaddr *)address, &length))
		return -1;
	return listener;
}

/* The other ends, in a process of their own: one process may not be allowed both. It takes in count
 * connections and ends when the pipe does. */
static int accept_all(int listener, int count, const int end[2])
{
	pid_t pid = fork();
	char byte;

	if (pid)
		return pid < 0 ? -1 : 0;
	close(end[1]);
	for (int i = 0; i < count; i++) {
		if (accept(listener, NULL, NULL) < 0) {
			perror("sockets: accept");
			_exit(1);
		}
	}
	_exit(read(end[0], &byte, 1) != 0);
}

static int connect_one(const struct sockaddr_in *address)
{
	int sender = socket(AF_INET, SOCK_STREAM, 0);

	if (sender < 0 || connect(sender, (const struct sockaddr *)address, sizeof(*address)))
		return -1;
	setsockopt(sender, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	return sender;
}

/* Says a line to who started this, and waits for a byte from there. */
static int say_and_wait(const char *line)
{
	char byte;

	printf("bench %s\n", line);
	fflush(stdout);
	return read(STDIN_FILENO, &byte, 1) == 1 ? 0 : -1;
}

/* Opens as many descriptors as are needed, if the hard limit allows them. */
static int allow_files(rlim_t count)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files))
		return -1;
	files.rlim_cur = count < files.rlim_max ? count : files.rlim_max;
	return setrlimit(RLIMIT_NOFILE, &files);
}

static int send_in_turn(const int *senders, int count, long sends)
{
	for (long i = 0; i < sends; i++) {
		if (send(senders[i % count], "x", 1, MSG_NOSIGNAL) != 1)
			return -1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int count = argc > 2 ? atoi(argv[1]) : 0, listener, end[2];
	long sends = argc > 2 ? atol(argv[2]) : 0;
	int *senders = calloc(count + 1, sizeof(*senders));

	if (count < 1 || !senders || allow_files(count + 64))
		goto failed;
	listener = listen_anywhere(&address);
	if (listener < 0 || pipe(end) || accept_all(listener, count, end))
		goto failed;
	for (int i = 0; i < count; i++) {
		senders[i] = connect_one(&address);
		if (senders[i] < 0)
			goto failed;
	}
	if (send_in_turn(senders, count, count) || say_and_wait("ready 0") ||
	    send_in_turn(senders, count, sends))
		goto failed;
	if (say_and_wait("done {}"))
		goto failed;
	free(senders);
	return 0;

failed:
	perror("sockets");
	free(senders);
	return 1;
}
