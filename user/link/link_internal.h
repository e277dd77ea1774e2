/* SPDX-License-Identifier: GPL-2.0 */
/* What link.c and its parts share, link_*.c; nobody else includes it. */
#ifndef ZC_LINK_INTERNAL_H
#define ZC_LINK_INTERNAL_H

#include <netlink/netlink.h>
#include "exits.h"
#include "link.h"

/* Where the line for people goes. */
struct link_error {
	char *text;
	size_t size;
};

#define link_fail(error, err, ...) failed((error)->text, (error)->size, err, __VA_ARGS__)
/* The same for a failure of libnl, which has numbers of its own: the line is "what device: why;
 * advice", or how to get the privilege if that is what is missing. Returns the -errno. */
int link_netlink_failed(struct link_error *error, int netlink_error, const char *what,
			const char *device, const char *advice);

/* Scatter-gather, and what needs it. */
enum { LINK_GATHER_FEATURES = 3 };

/* One end. Its socket acts on the namespace from outside. */
struct link_end {
	int namespace_fd;	/* -1: none */
	struct nl_sock *netlink;
	const char *device;	/* that leads to the other end */
	int ifindex;		/* of the device */
	bool is_card;		/* the device was taken, and is to be returned */
	bool was_on;		/* as it was taken */
	bool turned_off[LINK_GATHER_FEATURES];
};

#define LINK_END_NONE ((struct link_end){ .namespace_fd = -1 })

/* All of these return 0, or -errno and a line in error. */

/* link_namespace.c: a socket of the caller's own namespace, to be freed; NULL after a failure. */
int link_socket_open(struct nl_sock **netlink, struct link_error *error);
/* An empty network namespace. link_end_close() is right also after a failure. */
int link_end_open(struct link_end *end, struct link_error *error);
void link_end_close(struct link_end *end);

/* link_veth.c */
/* Joins two namespaces by a pair of devices, which are down. */
int link_join(struct link_end ends[2], struct link_error *error);
/* Turns the device on. */
int link_device_up(struct link_end *end, struct link_error *error);
/* Waits until the device can carry data, seconds at most. */
int link_device_wait(const struct link_end *end, struct link_error *error);
/* Gives the device an address and its network, such as "192.0.2.1/30". */
int link_address_add(struct link_end *end, const char *address, struct link_error *error);

/* link_gather.c: one request of the ethtool ioctl, such as struct ethtool_value; 0 or -errno. */
int link_ethtool(const struct link_end *end, void *request);
/* Turns scatter-gather, and what needs it, off; and on again what was on. */
int link_gather_off(struct link_end *end, struct link_error *error);
void link_gather_back(struct link_end *end);

/* link_card.c: 0 = the network card may be taken. here: a socket of the card's namespace. */
int link_card_check(struct nl_sock *here, const char *name, struct link_error *error);

/* link_device.c: moves a network card that nothing uses into the end's namespace. */
int link_device_take(struct link_end *end, const char *device, struct link_error *error);
/* Moves it back to the caller's namespace, on if it was; nothing for what was not taken. */
void link_device_return(struct link_end *end);
/* "eth0/e1000e": its name and its driver's. Returns text. */
const char *link_device_driver(const struct link_end *end, char *text, size_t size);

/* link_rate.c: what leaves by the device, limited to bits per second. */
int link_rate_limit(struct link_end *end, __u64 rate_bits, struct link_error *error);

#endif
