/* SPDX-License-Identifier: GPL-2.0 */
/* Lines of text over a TCP connection whose other end is not trusted: a limit on each line, no
 * control characters, nothing that waits. remote.c and receive.c talk to each other with it. */
#ifndef ZC_WIRE_H
#define ZC_WIRE_H

#include <netdb.h>
#include <stdbool.h>
#include <stddef.h>

struct wire {
	int fd;				/* -1 = closed; ours */
	char *in, *out;			/* buffers, ours */
	size_t in_size, in_used;	/* bytes; those up to in_taken were given out */
	size_t in_taken;
	size_t out_size, out_used, out_sent;
	bool ended;			/* the other end will say no more */
};

/* A wire that is not there yet; wire_close() may be called on it. */
#define WIRE_NONE ((struct wire){ .fd = -1 })

/* Takes the connection over, also on an error. Lines of more than most_in bytes are not taken in;
 * at most most_out bytes wait to be sent. */
void wire_open(struct wire *wire, int fd, size_t most_in, size_t most_out);
void wire_close(struct wire *wire);

/*
 * The next line, without its end, until the next call: 1. 0: there will be no more. -EAGAIN: none
 * yet. -EMSGSIZE: it is too long. -EBADMSG: it is not text. Else -errno.
 */
int wire_receive(struct wire *wire, char **line);

/* The same, but the line stays the next one; it ends with '\n'. */
int wire_look(struct wire *wire, const char **line);

/* Sends a line, or keeps it to be sent. 0, -ENOBUFS (the other end does not read), or -errno. */
int wire_send(struct wire *wire, const char *line);
/* Sends what was kept, as much as goes; 0 or -errno. */
int wire_flush(struct wire *wire);
/* What to poll() for: POLLIN, and POLLOUT while something waits to be sent. */
short wire_events(const struct wire *wire);

/* A connection whose other end vanishes ends within half a minute, and words go out at once. */
void wire_tune(int fd);

/* A listening socket that does not wait, or -errno, which it has said; port 0 = any free one. */
int wire_listen(const char *bind_to, int port);

/* An address as text, without the port; "?" if that cannot be. */
void wire_address(const struct sockaddr_storage *address, socklen_t size,
		      char text[NI_MAXHOST]);

#endif
