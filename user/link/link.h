/* SPDX-License-Identifier: GPL-2.0 */
/* The network between sender and receiver: the machine's own loopback, or one made for the run.
 * The runner opens a link, and each scenario program enters its side of it before it is exec'd. */
#ifndef ZC_LINK_H
#define ZC_LINK_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

enum link_kind {
	LINK_LO,		/* loopback */
	LINK_VETH,		/* two network namespaces joined by a veth pair */
	LINK_VETH_NOSG,		/* the same, and neither device can gather: scatter-gather is off */
	LINK_DEVICE,		/* two network cards, each in a namespace of its own */
	LINK_DEVICE_NOSG,	/* the same, and scatter-gather of both is off */
};

enum link_side { LINK_SENDER, LINK_RECEIVER };

/* Bits per second that a link can be limited to: what fits libnl's tbf, both ends included. */
#define LINK_MIN_RATE_BITS 10000ULL
#define LINK_MAX_RATE_BITS 17000000000ULL
#define LINK_RATE_RANGE_TEXT "10kbit to 17Gbit"

struct link_config {
	enum link_kind kind;
	const char *devices[2];	/* the cards' names, by enum link_side; they outlive the link */
	bool ipv6;
	__u64 rate_bits;	/* bits per second from the sender to the receiver; 0 = unlimited */
};

struct link;

/* Whether a network card may be taken for a run: it is a real one, has no address and no route but
 * those of its own cable (fe80::), and nothing stands on it. Returns 0, or -errno and a line for
 * people in error. */
int link_device_check(const char *device, char *error, size_t error_size);

/* Reads "lo", "veth" or "veth-nosg"; cards are named. Returns 0, or -EINVAL and leaves *kind as it
 * is. */
int link_parse(const char *text, enum link_kind *kind);
const char *link_name(enum link_kind kind);

/*
 * Reads a rate as tc does: "1Gbit", "100Mbit", "500kbit", "2.5gbit", "64000bit", "64000": bits per
 * second, powers of 1000, in upper or lower case. Not "bps", which is bits to people and bytes to
 * tc. Returns 0 and sets *bits; -EINVAL: not such a text, or not a whole number of bits; -ERANGE:
 * not between LINK_MIN_RATE_BITS and LINK_MAX_RATE_BITS. *bits is untouched on an error.
 */
int rate_parse(const char *text, __u64 *bits);

/*
 * Makes the link and, but for lo, waits until it can carry data.
 *
 * LINK_LO without a rate is the caller's own loopback, and nothing is made. LINK_LO with a rate is
 * the loopback of a namespace of its own, in which both sides run: a limit on the machine's
 * loopback would slow down everybody else. There the receiver's acknowledgements pass the same
 * limit.
 *
 * Namespaces have no name: open descriptors (close-on-exec) and the processes in them keep them
 * alive, so nothing remains when those are gone, however they went. The caller stays in its own
 * namespace on every path. Cards are moved back by link_close(), or by the kernel if that is never
 * called. Needs CAP_SYS_ADMIN and CAP_NET_ADMIN, but LINK_LO without a rate does not.
 *
 * Returns 0 and a link to give to link_close(); else *link is NULL and error has a line for people
 * without a newline: what failed: why; what to do. -EPERM (privilege), -EOPNOTSUPP (not in this
 * kernel) and -ENOSPC (the limit of namespaces): this machine cannot. -EINVAL: the rate is out of
 * range. Any other -errno: it failed.
 */
int link_open(const struct link_config *config, struct link **link, char *error,
	      size_t error_size);

/* Also when processes are still on it: a veth pair then lives as long as they do, cards leave them.
 * NULL is allowed. */
void link_close(struct link *link);

/*
 * Moves the calling thread to its side of the link. To be called in the forked child, before it
 * gives up its privileges; changes nothing for LINK_LO without a rate. Returns 0 or -errno.
 */
int link_enter(const struct link *link, enum link_side side);

/* Both cards with their drivers, "eth0/e1000e, eth1/e1000e", in text; NULL: there are none. */
const char *link_cards(const struct link *link, char *text, size_t size);

/* The side's address as text, without a port: the receiver's is the one to listen on and to
 * connect to. Lives as long as the program. */
const char *link_address(const struct link *link, enum link_side side);

#endif
