// SPDX-License-Identifier: GPL-2.0
/* Opens the socket on which zctrace receive waits for measuring ends: see listener.h. */
#include "listener.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <netinet/in.h>

#include "exits.h"

enum { BACKLOG = 16 };

/* An address as text; one of IPv4 that an IPv6 socket shows is one of IPv4. */
void listener_address(const struct sockaddr_storage *address, socklen_t size,
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

int listener_open(const char *bind_to, int port)
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
