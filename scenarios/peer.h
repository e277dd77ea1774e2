/* SPDX-License-Identifier: GPL-2.0 */
/* The two ends of the TCP connection: a sender connects, the receiver listens.
 * Called by the scenario programs before anything is measured. */
#ifndef ZC_PEER_H
#define ZC_PEER_H

struct tally;

/*
 * Connects to a receiver and ignores SIGPIPE from then on. Returns the socket, or -ECANCELED with
 * the failure noted.
 */
int peer_connect(const char *host, int port, struct tally *tally);

/*
 * Listens on an address. *port 0 means any free one; it is set to the one that was taken.
 * Returns the socket, or -ECANCELED with the failure noted.
 */
int peer_listen(const char *address, int *port, struct tally *tally);

/* Accepts one connection. Returns its socket, or -ECANCELED with the failure noted. */
int peer_accept(int listener, struct tally *tally);

/* Notes why a call that sends (its name given) failed with errno error. Returns -ECANCELED. */
int peer_send_failed(const char *call, int error, struct tally *tally);

/* Notes in the tally the payload bytes that the kernel says it received on a connection. */
void peer_tcp_bytes_received(int connection, struct tally *tally);

#endif
