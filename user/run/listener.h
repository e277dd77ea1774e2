/* SPDX-License-Identifier: GPL-2.0 */
/* Where zctrace receive listens, and addresses as text. receive.c calls it. */
#ifndef ZC_LISTENER_H
#define ZC_LISTENER_H

#include <netdb.h>
#include <sys/socket.h>

#include "receive.h"

/* A listening socket that does not wait, or -errno, which it has said. */
int listener_open(const struct receive_options *options);

/* An address as text, without the port; "?" if that cannot be. */
void listener_address(const struct sockaddr_storage *address, socklen_t size,
		      char text[NI_MAXHOST]);

#endif
