// SPDX-License-Identifier: GPL-2.0
/* Devices and addresses of a link's namespaces, over netlink. Called by link.c. */
#include "alloc.h"
#include "link_internal.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <linux/if_addr.h>
#include <netlink/errno.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/link/veth.h>
#include <netlink/socket.h>

/* linkwatch may take a second before it lets a new device carry data (net/core/link_watch.c), and
 * two cards take seconds to agree on a speed. */
enum { WAIT_MS = 5000, CARD_WAIT_MS = 20000, PAUSE_MS = 2 };

/* NLE_OPNOTSUPP is the answer of a kernel that does not know the kind (rtnl_newlink()). */
static int join_failed(int err, struct link_error *error)
{
	if (err == -NLE_OPNOTSUPP)
		return link_fail(error, -EOPNOTSUPP,
				 "make a veth pair: this kernel has none (CONFIG_VETH); load its "
				 "module (modprobe veth), or use --link lo");
	return link_netlink_failed(error, err, "make", "a veth pair", "use --link lo");
}

/* The peer is made in its own namespace at once, so the machine's namespace sees neither. */
int link_join(struct link_end ends[2], struct link_error *error)
{
	struct rtnl_link *device = rtnl_link_veth_alloc();
	struct rtnl_link *peer;
	int err;

	if (!device)
		out_of_memory();
	peer = rtnl_link_veth_get_peer(device);
	rtnl_link_set_name(device, ends[LINK_SENDER].device);
	rtnl_link_set_name(peer, ends[LINK_RECEIVER].device);
	rtnl_link_set_ns_fd(peer, ends[LINK_RECEIVER].namespace_fd);
	err = rtnl_link_add(ends[LINK_SENDER].netlink, device, NLM_F_CREATE | NLM_F_EXCL);
	rtnl_link_put(peer);
	rtnl_link_veth_release(device);
	return err < 0 ? join_failed(err, error) : 0;
}

int link_device_up(struct link_end *end, struct link_error *error)
{
	struct rtnl_link *device = NULL;
	struct rtnl_link *change = rtnl_link_alloc();
	int err;

	if (!change)
		out_of_memory();
	err = rtnl_link_get_kernel(end->netlink, 0, end->device, &device);
	if (err < 0)
		goto cleanup;
	end->ifindex = rtnl_link_get_ifindex(device);
	rtnl_link_set_flags(change, IFF_UP);
	err = rtnl_link_change(end->netlink, device, change, 0);
cleanup:
	rtnl_link_put(change);
	rtnl_link_put(device);
	if (err < 0)
		return link_netlink_failed(error, err, "turn on device", end->device,
					   "use --link lo without --rate");
	return 0;
}

/* IFF_RUNNING: the carrier is there, and the queue that carries data is in place. */
int link_device_wait(const struct link_end *end, struct link_error *error)
{
	const struct timespec pause = { .tv_nsec = PAUSE_MS * 1000000 };
	const int most_ms = end->is_card ? CARD_WAIT_MS : WAIT_MS;

	for (int waited = 0; waited < most_ms; waited += PAUSE_MS) {
		struct rtnl_link *device;
		unsigned int flags;
		int err = rtnl_link_get_kernel(end->netlink, end->ifindex, NULL, &device);

		if (err < 0)
			return link_netlink_failed(error, err, "look at device", end->device,
						   "try it again");
		flags = rtnl_link_get_flags(device);
		rtnl_link_put(device);
		if (flags & IFF_RUNNING)
			return 0;
		nanosleep(&pause, NULL);
	}
	return link_fail(error, -ETIMEDOUT,
			 "wait for device %s: it does not run after %d s; %s", end->device,
			 most_ms / 1000, end->is_card ? "does a cable join the two cards?" :
							"try it again");
}

static int address_failed(const char *address, int err, struct link_error *error)
{
	/* The kernel's answer where the sysctl disable_ipv6 is set (inet6_addr_add()). */
	if (strchr(address, ':') && (err == -NLE_NOACCESS || err == -NLE_AF_NOSUPPORT ||
				     err == -NLE_OPNOTSUPP))
		return link_fail(error, -EOPNOTSUPP,
				 "give the link address %s: this kernel's IPv6 is off; use IPv4, "
				 "or start the kernel without ipv6.disable", address);
	return link_netlink_failed(error, err, "give the link address", address, "try it again");
}

/* IPv6: nobody else is on this link, so waiting a second for duplicates (DAD) is of no use. */
int link_address_add(struct link_end *end, const char *address, struct link_error *error)
{
	struct rtnl_addr *request = rtnl_addr_alloc();
	struct nl_addr *local = NULL;
	int err;

	if (!request)
		out_of_memory();
	err = nl_addr_parse(address, AF_UNSPEC, &local);
	if (err < 0)
		goto cleanup;
	rtnl_addr_set_ifindex(request, end->ifindex);
	rtnl_addr_set_local(request, local);
	if (nl_addr_get_family(local) == AF_INET6)
		rtnl_addr_set_flags(request, IFA_F_NODAD);
	err = rtnl_addr_add(end->netlink, request, 0);
cleanup:
	nl_addr_put(local);
	rtnl_addr_put(request);
	return err < 0 ? address_failed(address, err, error) : 0;
}
