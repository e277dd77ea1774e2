// SPDX-License-Identifier: GPL-2.0
/* A link from its configuration to its end: see link.h. The parts are made by link_*.c.
 * Called by the runner and by the options of zctrace. */
#include "alloc.h"
#include "link_internal.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <netlink/errno.h>

struct link {
	enum link_kind kind;
	bool ipv6;
	struct link_end ends[2];	/* by enum link_side; no namespace: the caller's own */
};

static const char *const kind_names[] = {
	[LINK_LO] = "lo",
	[LINK_VETH] = "veth",
	[LINK_VETH_NOSG] = "veth-nosg",
	[LINK_DEVICE] = "device",
	[LINK_DEVICE_NOSG] = "device-nosg",
};

static bool has_cards(enum link_kind kind)
{
	return kind == LINK_DEVICE || kind == LINK_DEVICE_NOSG;
}

static bool cannot_gather(enum link_kind kind)
{
	return kind == LINK_VETH_NOSG || kind == LINK_DEVICE_NOSG;
}

/* Addresses for documentation (RFC 5737, RFC 3849): nobody has them. */
static const char *const loopback_addresses[] = { "127.0.0.1", "::1" };
static const char *const veth_addresses[2][2] = {
	[LINK_SENDER] = { "192.0.2.1", "2001:db8::1" },
	[LINK_RECEIVER] = { "192.0.2.2", "2001:db8::2" },
};

int link_parse(const char *text, enum link_kind *kind)
{
	for (size_t i = 0; i < sizeof(kind_names) / sizeof(kind_names[0]); i++) {
		if (!has_cards(i) && !strcmp(text, kind_names[i])) {
			*kind = i;
			return 0;
		}
	}
	return -EINVAL;
}

const char *link_name(enum link_kind kind)
{
	return kind_names[kind];
}

static int errno_of(int netlink_error)
{
	switch (netlink_error) {
	case -NLE_NOACCESS:
		return -EACCES;
	case -NLE_NOMEM:
		return -ENOMEM;
	case -NLE_OPNOTSUPP:
		return -EOPNOTSUPP;
	case -NLE_OBJ_NOTFOUND:
		return -ENOENT;
	case -NLE_NODEV:
		return -ENODEV;
	case -NLE_EXIST:
		return -EEXIST;
	default:
		return -EIO;
	}
}

int link_netlink_failed(struct link_error *error, int netlink_error, const char *what,
			const char *device, const char *advice)
{
	if (netlink_error == -NLE_PERM)
		return link_fail(error, -EPERM,
				 "%s %s: not permitted; run it with sudo (it needs CAP_NET_ADMIN)",
				 what, device);
	return link_fail(error, errno_of(netlink_error), "%s %s: %s; %s", what, device,
			 nl_geterror(netlink_error), advice);
}

static int add_address(struct link_end *end, const struct link *link, enum link_side side,
		       struct link_error *error)
{
	char address[64];

	snprintf(address, sizeof(address), "%s/%d", link_address(link, side),
		 link->ipv6 ? 64 : 30);
	return link_address_add(end, address, error);
}

/* A device carries nothing before its peer is on, so both are turned on and then waited for.
 * Scatter-gather goes off before: no connection has ever seen it on. */
static int turn_on(struct link_end ends[2], const struct link *link, struct link_error *error)
{
	int err = 0;

	for (int side = LINK_SENDER; !err && side <= LINK_RECEIVER; side++) {
		if (cannot_gather(link->kind))
			err = link_gather_off(&ends[side], error);
		if (!err)
			err = link_device_up(&ends[side], error);
	}
	for (int side = LINK_SENDER; !err && side <= LINK_RECEIVER; side++) {
		err = link_device_wait(&ends[side], error);
		if (!err)
			err = add_address(&ends[side], link, side, error);
	}
	return err;
}

static int take_cards(struct link_end ends[2], const struct link *link,
		      const char *const devices[2], struct link_error *error)
{
	int err = 0;

	for (int side = LINK_SENDER; !err && side <= LINK_RECEIVER; side++)
		err = link_device_take(&ends[side], devices[side], error);
	return err ? err : turn_on(ends, link, error);
}

static int make_veth(struct link_end ends[2], const struct link *link, struct link_error *error)
{
	static const char *const devices[] = {
		[LINK_SENDER] = "zc-sender",
		[LINK_RECEIVER] = "zc-receiver",
	};
	int err;

	ends[LINK_SENDER].device = devices[LINK_SENDER];
	ends[LINK_RECEIVER].device = devices[LINK_RECEIVER];
	err = link_join(ends, error);
	return err ? err : turn_on(ends, link, error);
}

/* Makes the namespaces, as many as the kind has sides apart, each with its loopback on. */
static int make_namespaces(struct link_end ends[2], enum link_kind kind, struct link_error *error)
{
	int last = kind == LINK_LO ? LINK_SENDER : LINK_RECEIVER;
	int err = 0;

	for (int side = LINK_SENDER; !err && side <= last; side++) {
		err = link_end_open(&ends[side], error);
		if (err)
			break;
		ends[side].device = "lo";
		err = link_device_up(&ends[side], error);
	}
	return err;
}

static int check(const struct link_config *config, struct link_error *error)
{
	if (config->rate_bits && (config->rate_bits < LINK_MIN_RATE_BITS ||
				  config->rate_bits > LINK_MAX_RATE_BITS))
		return link_fail(error, -EINVAL,
				 "a link of %llu bit/s: out of range; give a rate from %s",
				 config->rate_bits, LINK_RATE_RANGE_TEXT);
	return 0;
}

static int make(const struct link_config *config, struct link *link, struct link_error *error)
{
	struct link_end *ends = link->ends;
	int err = make_namespaces(ends, config->kind, error);

	if (!err && has_cards(config->kind))
		err = take_cards(ends, link, config->devices, error);
	else if (!err && config->kind != LINK_LO)
		err = make_veth(ends, link, error);
	if (!err && config->rate_bits)
		err = link_rate_limit(&ends[LINK_SENDER], config->rate_bits, error);
	return err;
}

int link_open(const struct link_config *config, struct link **link, char *error,
	      size_t error_size)
{
	struct link_error line = { error, error_size };
	struct link *made;
	int err;

	*link = NULL;
	err = check(config, &line);
	if (err)
		return err;
	made = xcalloc(1, sizeof(*made));
	made->kind = config->kind;
	made->ipv6 = config->ipv6;
	made->ends[LINK_SENDER] = made->ends[LINK_RECEIVER] = LINK_END_NONE;
	if (config->kind != LINK_LO || config->rate_bits)
		err = make(config, made, &line);
	if (err) {
		link_close(made);
		return err;
	}
	*link = made;
	return 0;
}

void link_close(struct link *link)
{
	if (!link)
		return;
	for (int side = LINK_SENDER; side <= LINK_RECEIVER; side++) {
		link_device_return(&link->ends[side]);
		link_end_close(&link->ends[side]);
	}
	free(link);
}

int link_enter(const struct link *link, enum link_side side)
{
	int fd = link->ends[side].namespace_fd;

	/* A loopback of its own has one namespace for both sides. */
	if (fd < 0)
		fd = link->ends[LINK_SENDER].namespace_fd;
	if (fd < 0)
		return 0;
	return setns(fd, CLONE_NEWNET) < 0 ? -errno : 0;
}

const char *link_address(const struct link *link, enum link_side side)
{
	if (link->kind == LINK_LO)
		return loopback_addresses[link->ipv6];
	return veth_addresses[side][link->ipv6];
}

const char *link_cards(const struct link *link, char *text, size_t size)
{
	char cards[2][64];

	if (!has_cards(link->kind))
		return NULL;
	snprintf(text, size, "%s, %s",
		 link_device_driver(&link->ends[LINK_SENDER], cards[0], sizeof(cards[0])),
		 link_device_driver(&link->ends[LINK_RECEIVER], cards[1], sizeof(cards[1])));
	return text;
}
