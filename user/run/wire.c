// SPDX-License-Identifier: GPL-2.0
/* Lines of text over a TCP connection, and where one is waited for: see wire.h. Called by both ends
 * of a measurement over a real network. */
#include "wire.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "alloc.h"
#include "exits.h"

enum { BACKLOG = 16 };
enum { ALIVE_IDLE_S = 10, ALIVE_EVERY_S = 5, ALIVE_PROBES = 3, UNANSWERED_MS = 25000 };

void wire_open(struct wire *wire, int fd, size_t most_in, size_t most_out)
{
	*wire = (struct wire){
		.fd = fd, .in_size = most_in + 1, .out_size = most_out,
		.in = xmalloc(most_in + 1), .out = xmalloc(most_out),
	};
}

void wire_close(struct wire *wire)
{
	if (wire->fd >= 0)
		close(wire->fd);
	free(wire->in);
	free(wire->out);
	*wire = WIRE_NONE;
}

static bool is_text(const char *line, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
			return false;
	}
	return true;
}

/* Bytes from the connection into the buffer: their number, 0 at the end, or -errno. */
static ssize_t fill(struct wire *wire)
{
	ssize_t got;

	if (wire->in_taken) {
		wire->in_used -= wire->in_taken;
		memmove(wire->in, wire->in + wire->in_taken, wire->in_used);
		wire->in_taken = 0;
	}
	if (wire->in_used == wire->in_size)
		return -EMSGSIZE;
	got = recv(wire->fd, wire->in + wire->in_used, wire->in_size - wire->in_used, MSG_DONTWAIT);
	if (got < 0)
		return errno == EINTR ? -EAGAIN : -errno;
	wire->in_used += (size_t)got;
	wire->ended = got == 0;
	return got;
}

static char *find_end(const struct wire *wire)
{
	size_t left = wire->in_used - wire->in_taken;

	return left ? memchr(wire->in + wire->in_taken, '\n', left) : NULL;
}

int wire_look(struct wire *wire, const char **line)
{
	while (!find_end(wire)) {
		ssize_t got = wire->ended ? 0 : fill(wire);

		if (got <= 0)
			return (int)got;
	}
	*line = wire->in + wire->in_taken;
	return 1;
}

int wire_receive(struct wire *wire, char **line)
{
	const char *begin;
	int got = wire_look(wire, &begin);
	char *end;

	if (got != 1)
		return got;
	*line = wire->in + wire->in_taken;
	end = find_end(wire);
	*end = '\0';
	wire->in_taken = (size_t)(end + 1 - wire->in);
	return is_text(*line, (size_t)(end - *line)) ? 1 : -EBADMSG;
}

int wire_send(struct wire *wire, const char *line)
{
	size_t length = strlen(line);

	if (wire->out_sent) {
		wire->out_used -= wire->out_sent;
		memmove(wire->out, wire->out + wire->out_sent, wire->out_used);
		wire->out_sent = 0;
	}
	if (length + 1 > wire->out_size - wire->out_used)
		return -ENOBUFS;
	memcpy(wire->out + wire->out_used, line, length);
	wire->out[wire->out_used + length] = '\n';
	wire->out_used += length + 1;
	return wire_flush(wire);
}

int wire_flush(struct wire *wire)
{
	while (wire->out_sent < wire->out_used) {
		ssize_t sent = send(wire->fd, wire->out + wire->out_sent,
				    wire->out_used - wire->out_sent, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (sent < 0 && errno != EINTR)
			return errno == EAGAIN ? 0 : -errno;
		if (sent > 0)
			wire->out_sent += (size_t)sent;
	}
	return 0;
}

short wire_events(const struct wire *wire)
{
	return wire->out_sent < wire->out_used ? POLLIN | POLLOUT : POLLIN;
}

static void set(int fd, int level, int option, int value)
{
	/* Each of them only makes things better: a failure is not worth a word. */
	(void)setsockopt(fd, level, option, &value, sizeof(value));
}

void wire_tune(int fd)
{
	set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	set(fd, IPPROTO_TCP, TCP_KEEPIDLE, ALIVE_IDLE_S);
	set(fd, IPPROTO_TCP, TCP_KEEPINTVL, ALIVE_EVERY_S);
	set(fd, IPPROTO_TCP, TCP_KEEPCNT, ALIVE_PROBES);
	set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, UNANSWERED_MS);
}

/* --- where zctrace receive listens --- */

/* An address as text; one of IPv4 that an IPv6 socket shows is one of IPv4. */
void wire_address(const struct sockaddr_storage *address, socklen_t size,
		      char text[NI_MAXHOST])
{
	const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)address;
	struct sockaddr_in four = { .sin_family = AF_INET };

	snprintf(text, NI_MAXHOST, "?");
	if (address->ss_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&six->sin6_addr)) {
		memcpy(&four.sin_addr, &six->sin6_addr.s6_addr[12], sizeof(four.sin_addr));
		getnameinfo((struct sockaddr *)&four, sizeof(four), text, NI_MAXHOST, NULL, 0,
			    NI_NUMERICHOST);
		return;
	}
	getnameinfo((const struct sockaddr *)address, size, text, NI_MAXHOST, NULL, 0,
		    NI_NUMERICHOST);
}

static int listen_at(const struct addrinfo *address)
{
	int sock, on = 1, off = 0, err;

	sock = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (sock < 0)
		return -errno;
	setsockopt(sock, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	/* "::" is for IPv4 as well, whatever the machine's default is. */
	if (address->ai_family == AF_INET6)
		setsockopt(sock, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	if (bind(sock, address->ai_addr, address->ai_addrlen) == 0 && listen(sock, BACKLOG) == 0)
		return sock;
	err = -errno;
	close(sock);
	return err;
}

int wire_listen(const char *bind_to, int port)
{
	const struct addrinfo hints = {
		.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV,
	};
	struct addrinfo *addresses;
	int err, sock = -EADDRNOTAVAIL;
	char service[16];

	snprintf(service, sizeof(service), "%d", port);
	err = getaddrinfo(bind_to, service, &hints, &addresses);
	if (err) {
		complain(ZC_EXIT_USAGE, "receive: --bind %s: %s; give an address of this machine, or "
			 "0.0.0.0 or :: for all", bind_to, gai_strerror(err));
		return -EINVAL;
	}
	for (struct addrinfo *a = addresses; a && sock < 0; a = a->ai_next)
		sock = listen_at(a);
	freeaddrinfo(addresses);
	if (sock < 0)
		complain(ZC_EXIT_FAILED, "receive: listen on %s port %d: %s; %s", bind_to,
			 port, strerror(-sock), sock == -EACCES ?
			 "give a --port above 1023" : sock == -EADDRINUSE ?
			 "stop the program that listens there, or give another --port" :
			 "give an address of this machine as --bind");
	return sock;
}
