/* SPDX-License-Identifier: GPL-2.0 */
/* Where zctrace receive listens, and addresses as text. receive.c calls it. */
#ifndef ZC_LISTENER_H
#define ZC_LISTENER_H

#include <netdb.h>
#include <sys/socket.h>

/* A listening socket that does not wait, or -errno, which it has said; port 0 = any free one. */
int listener_open(const char *bind_to, int port);

/* An address as text, without the port; "?" if that cannot be. */
void listener_address(const struct sockaddr_storage *address, socklen_t size,
		      char text[NI_MAXHOST]);

#endif
