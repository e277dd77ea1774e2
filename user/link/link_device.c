// SPDX-License-Identifier: GPL-2.0
/* A real network card as one end of a link: moved into that end's namespace, and back. Should
 * zctrace be killed, the kernel moves it back when the namespace ends, to the machine's first
 * namespace, and leaves it off (default_device_exit_net() in net/core/dev.c). Called by link.c. */
#include "alloc.h"
#include "link_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <linux/ethtool.h>
#include <netlink/errno.h>
#include <netlink/route/link.h>

/* What is asked of a card in one request: a namespace, -1 = where it is; and on, or as it is. */
struct change {
	int namespace_fd;
	bool on;
};

/* 0 or libnl's error. *was_on: whether it was. */
static int change_card(struct nl_sock *netlink, const char *name, struct change wanted,
		       bool *was_on)
{
	struct rtnl_link *card = NULL, *change = rtnl_link_alloc();
	int err;

	if (!change)
		out_of_memory();
	err = rtnl_link_get_kernel(netlink, 0, name, &card);
	if (err >= 0) {
		*was_on = rtnl_link_get_flags(card) & IFF_UP;
		if (wanted.namespace_fd >= 0)
			rtnl_link_set_ns_fd(change, wanted.namespace_fd);
		if (wanted.on)
			rtnl_link_set_flags(change, IFF_UP);
		err = rtnl_link_change(netlink, card, change, 0);
	}
	rtnl_link_put(change);
	rtnl_link_put(card);
	return err;
}

int link_device_take(struct link_end *end, const char *device, struct link_error *error)
{
	const struct change away = { .namespace_fd = end->namespace_fd };
	struct nl_sock *here;
	int err = link_socket_open(&here, error);

	if (!err)
		err = link_card_check(here, device, error);
	if (err)
		goto cleanup;
	end->device = device;
	err = change_card(here, device, away, &end->was_on);
	end->is_card = err >= 0;
	if (err < 0)
		err = link_netlink_failed(error, err, "move device", device,
					  "not every driver allows it (wireless ones do not)");
cleanup:
	nl_socket_free(here);
	return err;
}

/* Nobody can be told of a failure: the kernel then does it when the namespace ends. */
void link_device_return(struct link_end *end)
{
	struct change home = { .namespace_fd = -1 }, on = { .namespace_fd = -1, .on = true };
	struct link_error nobody = { NULL, 0 };
	struct nl_sock *here;
	bool was_on;

	if (!end->is_card)
		return;
	link_gather_back(end);
	home.namespace_fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	if (home.namespace_fd < 0 ||
	    change_card(end->netlink, end->device, home, &was_on) < 0)
		goto cleanup;
	end->is_card = false;
	if (end->was_on && !link_socket_open(&here, &nobody)) {
		change_card(here, end->device, on, &was_on);
		nl_socket_free(here);
	}
cleanup:
	if (home.namespace_fd >= 0)
		close(home.namespace_fd);
}

const char *link_device_driver(const struct link_end *end, char *text, size_t size)
{
	struct ethtool_drvinfo info = { .cmd = ETHTOOL_GDRVINFO };

	if (link_ethtool(end, &info))
		snprintf(text, size, "%s", end->device);
	else
		snprintf(text, size, "%s/%.31s", end->device, info.driver);
	return text;
}
