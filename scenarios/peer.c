// SPDX-License-Identifier: GPL-2.0
/* The two ends of the TCP connection: see peer.h.
 * Called by the scenario programs before and after what is measured. */
#include "peer.h"
#include "surroundings.h"
#include "tally.h"

#include <errno.h>
#include <netdb.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

/* The documents' listen(1). */
#define BACKLOG 1

/* All addresses that a host name or number stands for; freeaddrinfo() them. NULL: failure noted. */
static struct addrinfo *resolve(const char *host, int port, int flags, struct tally *tally)
{
	struct addrinfo hints = {
		.ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = flags | AI_NUMERICSERV,
	};
	struct addrinfo *addresses;
	char service[16];
	int err;

	snprintf(service, sizeof(service), "%d", port);
	err = getaddrinfo(host, service, &hints, &addresses);
	if (!err)
		return addresses;
	tally_fail(tally, EXIT_USAGE, "address %.200s: %s; give an IPv4 or IPv6 address", host,
		   err == EAI_SYSTEM ? strerror(errno) : gai_strerror(err));
	return NULL;
}

int peer_connect(const char *host, int port, struct tally *tally)
{
	struct addrinfo *addresses, *address;
	int sock = -1, error = 0;

	/* A receiver that went away must be an error: sendfile() has no MSG_NOSIGNAL. */
	signal(SIGPIPE, SIG_IGN);

	addresses = resolve(host, port, 0, tally);
	if (!addresses)
		return -ECANCELED;
	for (address = addresses; address; address = address->ai_next) {
		sock = socket(address->ai_family, SOCK_STREAM, 0);
		if (sock >= 0 && surroundings_apply(sock) == 0 &&
		    connect(sock, address->ai_addr, address->ai_addrlen) == 0)
			break;
		error = errno;
		if (sock >= 0)
			close(sock);
		sock = -1;
	}
	freeaddrinfo(addresses);
	if (sock < 0)
		return tally_fail(tally, EXIT_FAILED,
				  "connect to %.200s port %d: %s; start the receiver there first",
				  host, port, strerror(error));
	return sock;
}

static int bound_port(int sock)
{
	/* IPv4's address has its port at the same place (sin_port). */
	struct sockaddr_in6 address = { 0 };
	socklen_t bytes = sizeof(address);

	if (getsockname(sock, (struct sockaddr *)&address, &bytes) < 0)
		return -errno;
	return ntohs(address.sin6_port);
}

static int listen_failed(const char *address, int port, int error, struct tally *tally)
{
	const char *advice = "give another --bind or --port";
	enum exit_status status = EXIT_FAILED;

	if (error == EADDRINUSE) {
		advice = "stop the program that listens there, or give another --port";
	} else if (error == EACCES) {
		advice = "give a --port above 1023";
		status = EXIT_MACHINE;
	}
	return tally_fail(tally, status, "listen on %.200s port %d: %s; %s", address, port,
			  strerror(error), advice);
}

int peer_listen(const char *address, int *port, struct tally *tally)
{
	struct addrinfo *found = resolve(address, *port, AI_NUMERICHOST | AI_PASSIVE, tally);
	int sock, taken, error, yes = 1;

	if (!found)
		return -ECANCELED;
	sock = socket(found->ai_family, SOCK_STREAM, 0);
	if (sock < 0)
		goto failed;
	/* Or the address would stay taken for a minute after a connection. */
	if (setsockopt(sock, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) < 0)
		goto failed;
	error = -surroundings_apply(sock);
	if (error) {
		errno = error;
		goto failed;
	}
	if (bind(sock, found->ai_addr, found->ai_addrlen) < 0 || listen(sock, BACKLOG) < 0)
		goto failed;
	taken = bound_port(sock);
	if (taken < 0)
		goto failed;
	freeaddrinfo(found);
	*port = taken;
	return sock;

failed:
	error = errno;
	freeaddrinfo(found);
	if (sock >= 0)
		close(sock);
	return listen_failed(address, *port, error, tally);
}

int peer_accept(int listener, struct tally *tally)
{
	for (;;) {
		int connection = accept(listener, NULL, NULL);

		if (connection >= 0)
			return connection;
		/* ECONNABORTED: the sender gave up before we got to it. */
		if (errno != EINTR && errno != ECONNABORTED)
			return tally_fail(tally, EXIT_FAILED, "accept: %s; start it again",
					  strerror(errno));
	}
}

int peer_send_failed(const char *call, int error, struct tally *tally)
{
	if (error == EPIPE || error == ECONNRESET)
		return tally_fail(tally, EXIT_FAILED,
				  "%s: the receiver closed the connection after %llu of %llu bytes "
				  "were sent; see what the receiver says",
				  call, tally->bytes_sent, tally->file_bytes);
	return tally_fail(tally, EXIT_FAILED, "%s: %s after %llu of %llu bytes; try it again", call,
			  strerror(error), tally->bytes_sent, tally->file_bytes);
}

void peer_tcp_bytes_received(int connection, struct tally *tally)
{
	const size_t needed = offsetof(struct tcp_info, tcpi_bytes_received) +
			      sizeof(((struct tcp_info *)NULL)->tcpi_bytes_received);
	struct tcp_info info = { 0 };
	socklen_t bytes = sizeof(info);

	if (getsockopt(connection, IPPROTO_TCP, TCP_INFO, &info, &bytes) < 0 || bytes < needed)
		return;
	tally->tcp_known = true;
	tally->tcp_bytes_received = info.tcpi_bytes_received;
	/* tcp_rcv_nxt_update() counts sequence numbers, and the FIN that ended the data is one. */
	if (tally->eof_probes)
		tally->tcp_bytes_received--;
}
