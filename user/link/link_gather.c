// SPDX-License-Identifier: GPL-2.0
/* Scatter-gather of a device, by ethtool: when it is off the device takes no pages, so the kernel
 * copies. Called by link.c and link_device.c. */
#include "link_internal.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <netlink/socket.h>
#include <sys/ioctl.h>

struct feature {
	const char *name;	/* as in ethtool -k */
	__u32 set, get;
};

/* Segmentation offloads need scatter-gather; off first, or the kernel does it and warns. */
static const struct feature features[LINK_GATHER_FEATURES] = {
	{ "tcp-segmentation-offload", ETHTOOL_STSO, ETHTOOL_GTSO },
	{ "generic-segmentation-offload", ETHTOOL_SGSO, ETHTOOL_GGSO },
	{ "scatter-gather", ETHTOOL_SSG, ETHTOOL_GSG },
};

/* Any socket of the namespace serves. */
int link_ethtool(const struct link_end *end, void *request)
{
	struct ifreq named = { .ifr_data = request };

	snprintf(named.ifr_name, sizeof(named.ifr_name), "%s", end->device);
	return ioctl(nl_socket_get_fd(end->netlink), SIOCETHTOOL, &named) < 0 ? -errno : 0;
}

/* A command with a value in and out. */
static int ethtool(const struct link_end *end, __u32 command, __u32 *value)
{
	struct ethtool_value data = { .cmd = command, .data = *value };
	int err = link_ethtool(end, &data);

	if (!err)
		*value = data.data;
	return err;
}

/* Read back, because a device may keep a feature on and still say yes. *was_on: whether it was; a
 * device that never had it need not be asked. */
static int turn_off(const struct link_end *end, const struct feature *feature, bool *was_on,
		    struct link_error *error)
{
	__u32 value = 0;
	int err = ethtool(end, feature->get, &value);

	*was_on = !err && value;
	if (*was_on) {
		value = 0;
		err = ethtool(end, feature->set, &value);
	}
	if (!err)
		err = ethtool(end, feature->get, &value);
	if (err)
		return link_fail(error, err, "turn off %s of device %s: %s; use --link veth",
				 feature->name, end->device, strerror(-err));
	if (value)
		return link_fail(error, -EOPNOTSUPP,
				 "turn off %s of device %s: this kernel keeps it on; "
				 "use --link veth", feature->name, end->device);
	return 0;
}

int link_gather_off(struct link_end *end, struct link_error *error)
{
	int err = 0;

	for (size_t i = 0; !err && i < LINK_GATHER_FEATURES; i++)
		err = turn_off(end, &features[i], &end->turned_off[i], error);
	return err;
}

void link_gather_back(struct link_end *end)
{
	for (size_t i = LINK_GATHER_FEATURES; i > 0; i--) {
		__u32 value = 1;

		if (end->turned_off[i - 1])
			ethtool(end, features[i - 1].set, &value);
		end->turned_off[i - 1] = false;
	}
}
