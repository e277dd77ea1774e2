// SPDX-License-Identifier: GPL-2.0
/* The channel to zctrace, which holds the program until all is being counted: see gate.h.
 * Called by the scenario programs. Between "begin" and "end" nothing here makes a system call. */
#include "gate.h"
#include "tally.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/socket.h>

#define NS_PER_S 1000000000ULL
#define NS_PER_US 1000ULL

bool gate_fd_usable(int fd)
{
	int domain = 0, type = 0;
	socklen_t bytes = sizeof(int);

	return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &bytes) == 0 && domain == AF_UNIX &&
	       getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &bytes) == 0 && type == SOCK_SEQPACKET;
}

bool gate_present(const struct gate *gate)
{
	return gate->fd >= 0;
}

/* Nobody is left to measure for, or to tell about it. */
static void leave(void)
{
	exit(EXIT_FAILED);
}

static void say(struct gate *gate, const char *message)
{
	while (send(gate->fd, message, strlen(message), MSG_NOSIGNAL) < 0) {
		if (errno != EINTR)
			leave();
	}
}

static void say_with_port(struct gate *gate, const char *word)
{
	char message[32];

	if (gate->port)
		snprintf(message, sizeof(message), "%s %d", word, gate->port);
	else
		snprintf(message, sizeof(message), "%s", word);
	say(gate, message);
}

static void await(struct gate *gate, const char *word)
{
	char message[32];
	ssize_t bytes;

	do {
		bytes = recv(gate->fd, message, sizeof(message), 0);
	} while (bytes < 0 && errno == EINTR);
	if (bytes != (ssize_t)strlen(word) || memcmp(message, word, (size_t)bytes) != 0)
		leave();
}

static __u64 now_ns(void)
{
	struct timespec now;

	/* Answered in user space by the vDSO: not a system call. */
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (__u64)now.tv_sec * NS_PER_S + (__u64)now.tv_nsec;
}

void gate_listening(struct gate *gate, int port)
{
	if (!gate_present(gate))
		return;
	gate->port = port;
	say_with_port(gate, "listening");
}

void gate_wait_for_connection(struct gate *gate, int listener)
{
	struct pollfd either[] = {
		{ .fd = listener, .events = POLLIN },
		{ .fd = gate->fd, .events = POLLIN },
	};

	if (!gate_present(gate))
		return;
	while (poll(either, 2, -1) < 0) {
		if (errno != EINTR)
			leave();
	}
	/* zctrace has nothing to say now: this is the end of the channel. */
	if (either[1].revents)
		leave();
}

void gate_wait(struct gate *gate)
{
	if (gate_present(gate)) {
		say_with_port(gate, "ready");
		await(gate, "go");
		getrusage(RUSAGE_SELF, &gate->usage_begin);
		say(gate, "begin");
	}
	gate->started_ns = now_ns();
}

void gate_close(struct gate *gate)
{
	gate->stopped_ns = now_ns();
	if (gate_present(gate)) {
		say(gate, "end");
		getrusage(RUSAGE_SELF, &gate->usage_end);
	}
}

void gate_tally(struct gate *gate, const char *json_line, bool await_bye)
{
	if (!gate_present(gate))
		return;
	say(gate, json_line);
	if (await_bye)
		await(gate, "bye");
}

__u64 gate_elapsed_ns(const struct gate *gate)
{
	return gate->stopped_ns ? gate->stopped_ns - gate->started_ns : 0;
}

__u64 timeval_ns(const struct timeval *time)
{
	return (__u64)time->tv_sec * NS_PER_S + (__u64)time->tv_usec * NS_PER_US;
}
