// SPDX-License-Identifier: GPL-2.0
/* Whether a network card may be taken for a run: it is a real one, and nothing of this machine goes
 * through it. Looks only, and needs no privilege. Called by link_device.c, and for the options. */
#include "alloc.h"
#include "link_internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <netlink/errno.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/route.h>

#define GIVE_ANOTHER "give a card that nothing uses"

/* fe80::/10 and ff00::/8: every device that is on has them, and nothing beyond its cable goes
 * there. */
static bool is_of_the_cable(struct nl_addr *addr)
{
	const unsigned char *bytes;

	if (!addr || nl_addr_get_family(addr) != AF_INET6 || nl_addr_get_len(addr) < 2)
		return false;
	bytes = nl_addr_get_binary_addr(addr);
	return bytes[0] == 0xff || (bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80);
}

static int check_kind(struct rtnl_link *card, const char *name, struct link_error *error)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/class/net/%.15s/device", name);
	/* The kernel deletes what has a kind together with its namespace, even if it has a device
	 * (default_device_exit_net() in net/core/dev.c). */
	if (access(path, F_OK) || rtnl_link_get_type(card))
		return link_fail(error, -EINVAL,
				 "device %s: it is a virtual one, which would be gone with the run; "
				 "give a network card, or use --link veth", name);
	if (rtnl_link_get_master(card))
		return link_fail(error, -EBUSY,
				 "device %s: it is part of a bridge or a bond; " GIVE_ANOTHER,
				 name);
	return 0;
}

/* VLANs, macvlans and their like would be deleted when the card moves. */
static int check_above(struct nl_sock *here, int ifindex, const char *name,
		       struct link_error *error)
{
	const char *above = NULL;
	struct nl_object *at;
	struct nl_cache *all;
	int err = rtnl_link_alloc_cache(here, AF_UNSPEC, &all);

	if (err < 0)
		return link_netlink_failed(error, err, "look at what is on device", name,
					   "try it again");
	for (at = nl_cache_get_first(all); at && !above; at = nl_cache_get_next(at)) {
		struct rtnl_link *other = (struct rtnl_link *)at;

		if (rtnl_link_get_link(other) == ifindex && rtnl_link_get_ifindex(other) != ifindex)
			above = rtnl_link_get_name(other);
	}
	if (above)
		err = link_fail(error, -EBUSY, "device %s: %s is on top of it; " GIVE_ANOTHER, name,
				above);
	nl_cache_free(all);
	return err;
}

static bool leaves_by(struct rtnl_route *route, int ifindex)
{
	for (int i = 0; i < rtnl_route_get_nnexthops(route); i++) {
		if (rtnl_route_nh_get_ifindex(rtnl_route_nexthop_n(route, i)) == ifindex)
			return true;
	}
	return false;
}

/* Of several the default route, on which most depends; NULL = there is none. */
static struct nl_addr *find_route(struct nl_cache *all, int ifindex)
{
	struct nl_addr *found = NULL;
	struct nl_object *at;

	for (at = nl_cache_get_first(all); at; at = nl_cache_get_next(at)) {
		struct rtnl_route *route = (struct rtnl_route *)at;
		struct nl_addr *to = rtnl_route_get_dst(route);

		if (!to || rtnl_route_get_type(route) != RTN_UNICAST ||
		    !leaves_by(route, ifindex) || is_of_the_cable(to))
			continue;
		if (!found || !nl_addr_get_prefixlen(to))
			found = to;
	}
	return found;
}

static int check_routes(struct nl_sock *here, int ifindex, const char *name,
			struct link_error *error)
{
	char text[INET6_ADDRSTRLEN + 8];
	struct nl_addr *found;
	struct nl_cache *all;
	int err = rtnl_route_alloc_cache(here, AF_UNSPEC, 0, &all);

	if (err < 0)
		return link_netlink_failed(error, err, "look at the routes of device", name,
					   "try it again");
	found = find_route(all, ifindex);
	if (found && !nl_addr_get_prefixlen(found))
		err = link_fail(error, -EBUSY,
				"device %s: this machine's default route leaves by it, and a run "
				"would cut the machine off; " GIVE_ANOTHER, name);
	else if (found)
		err = link_fail(error, -EBUSY,
				"device %s: the route to %s leaves by it, and a run would cut that "
				"off; " GIVE_ANOTHER, name, nl_addr2str(found, text, sizeof(text)));
	nl_cache_free(all);
	return err;
}

static int check_addresses(struct nl_sock *here, int ifindex, const char *name,
			   struct link_error *error)
{
	char text[INET6_ADDRSTRLEN + 8];
	struct nl_addr *found = NULL;
	struct nl_object *at;
	struct nl_cache *all;
	int err = rtnl_addr_alloc_cache(here, &all);

	if (err < 0)
		return link_netlink_failed(error, err, "look at the addresses of device", name,
					   "try it again");
	for (at = nl_cache_get_first(all); at && !found; at = nl_cache_get_next(at)) {
		struct rtnl_addr *address = (struct rtnl_addr *)at;

		if (rtnl_addr_get_ifindex(address) == ifindex &&
		    !is_of_the_cable(rtnl_addr_get_local(address)))
			found = rtnl_addr_get_local(address);
	}
	if (found)
		err = link_fail(error, -EBUSY,
				"device %s: it has the address %s, and a run would cut off what uses "
				"that; " GIVE_ANOTHER ", or take its addresses away first (ip "
				"address flush dev %s)", name,
				nl_addr2str(found, text, sizeof(text)), name);
	nl_cache_free(all);
	return err;
}

int link_card_check(struct nl_sock *here, const char *name, struct link_error *error)
{
	struct rtnl_link *card = NULL;
	int ifindex, err;

	if (!*name || strlen(name) >= IFNAMSIZ || strchr(name, '/') ||
	    rtnl_link_get_kernel(here, 0, name, &card) < 0)
		return link_fail(error, -ENODEV,
				 "device \"%.40s\": there is none of that name; ip link lists them",
				 name);
	ifindex = rtnl_link_get_ifindex(card);
	err = check_kind(card, name, error);
	rtnl_link_put(card);
	if (!err)
		err = check_routes(here, ifindex, name, error);
	if (!err)
		err = check_addresses(here, ifindex, name, error);
	if (!err)
		err = check_above(here, ifindex, name, error);
	return err;
}

int link_device_check(const char *device, char *error, size_t error_size)
{
	struct link_error line = { error, error_size };
	struct nl_sock *here;
	int err = link_socket_open(&here, &line);

	if (!err)
		err = link_card_check(here, device, &line);
	nl_socket_free(here);
	return err;
}
