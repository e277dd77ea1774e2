// SPDX-License-Identifier: GPL-2.0
/* A real network card as one end of a link: whether it may be taken, and moving it into the
 * namespace of that end. The kernel moves it back when the namespace ends, however the run ended
 * (default_device_exit_net() in net/core/dev.c), without the addresses and limits that it had
 * there. Called by link.c, and for the options. */
#include "alloc.h"
#include "link_internal.h"

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <netlink/errno.h>
#include <netlink/route/link.h>

/* A namespace ends after its last process, in a work queue of the kernel's: only then is a card of
 * the run before back. */
enum { BACK_MS = 10000, BACK_PAUSE_MS = 10 };

static bool has(const char *device, const char *what)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/class/net/%.40s/%s", device, what);
	return !access(path, F_OK);
}

/* An address that others may use; one of the link alone (fe80::) comes by itself. The first, as
 * text; false = there is none. */
static bool has_address(const char *device, char *text, size_t size)
{
	struct ifaddrs *all, *at;
	bool found = false;

	if (getifaddrs(&all))
		return false;
	for (at = all; at && !found; at = at->ifa_next) {
		const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)at->ifa_addr;
		const struct sockaddr_in *four = (const struct sockaddr_in *)at->ifa_addr;

		if (!at->ifa_addr || strcmp(at->ifa_name, device) != 0)
			continue;
		if (four->sin_family == AF_INET)
			found = inet_ntop(AF_INET, &four->sin_addr, text, size);
		else if (six->sin6_family == AF_INET6 && !IN6_IS_ADDR_LINKLOCAL(&six->sin6_addr))
			found = inet_ntop(AF_INET6, &six->sin6_addr, text, size);
	}
	freeifaddrs(all);
	return found;
}

static int check(const char *device, struct link_error *error)
{
	char address[INET6_ADDRSTRLEN];

	if (!*device || strlen(device) >= IFNAMSIZ || strchr(device, '/') ||
	    !if_nametoindex(device))
		return link_fail(error, -ENODEV,
				 "device \"%.40s\": there is none of that name; ip link lists them",
				 device);
	if (!has(device, "device"))
		return link_fail(error, -EINVAL,
				 "device %s: it is a virtual one, which would be gone with the run; "
				 "give a network card, or use --link veth", device);
	if (has(device, "master"))
		return link_fail(error, -EBUSY,
				 "device %s: it is part of a bridge or a bond; give one that nothing "
				 "uses", device);
	if (has_address(device, address, sizeof(address)))
		return link_fail(error, -EBUSY,
				 "device %s: it has the address %s, and taking it for a run would cut "
				 "off what uses that; give a card that nothing uses, or take its "
				 "addresses away first (ip address flush dev %s)", device, address,
				 device);
	return 0;
}

int link_device_check(const char *device, char *error, size_t error_size)
{
	struct link_error line = { error, error_size };

	return check(device, &line);
}

void link_device_back(const char *device)
{
	const struct timespec pause = { .tv_nsec = BACK_PAUSE_MS * 1000000 };

	for (int waited = 0; waited < BACK_MS && !if_nametoindex(device); waited += BACK_PAUSE_MS)
		nanosleep(&pause, NULL);
}

/* In our own namespace. */
static int move(struct nl_sock *here, const struct link_end *end)
{
	struct rtnl_link *device = NULL, *change = rtnl_link_alloc();
	int err;

	if (!change)
		out_of_memory();
	err = rtnl_link_get_kernel(here, 0, end->device, &device);
	if (err >= 0) {
		rtnl_link_set_ns_fd(change, end->namespace_fd);
		err = rtnl_link_change(here, device, change, 0);
	}
	rtnl_link_put(change);
	rtnl_link_put(device);
	return err;
}

int link_take_device(struct link_end *end, const char *device, struct link_error *error)
{
	struct nl_sock *here;
	int err;

	link_device_back(device);
	err = check(device, error);
	if (err)
		return err;
	end->device = device;
	here = nl_socket_alloc();
	if (!here)
		out_of_memory();
	err = nl_connect(here, NETLINK_ROUTE);
	if (err >= 0)
		err = move(here, end);
	nl_socket_free(here);
	if (err < 0)
		return link_netlink_failed(error, err, "move device", device,
					   "not every driver allows it (wireless ones do not)");
	return 0;
}
