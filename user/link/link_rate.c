// SPDX-License-Identifier: GPL-2.0
/* How fast a link is: a rate as people write it, and the token bucket that keeps a device to it.
 * Called by link.c, and by the options of zctrace. */
#include "alloc.h"
#include "link_internal.h"
#include "size.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <linux/pkt_sched.h>
#include <netlink/errno.h>
#include <netlink/route/qdisc.h>
#include <netlink/route/qdisc/tbf.h>
#include <netlink/route/tc.h>

/* A packet before segmentation is 64 KiB and a header per segment. tbf would cut up what is larger
 * than its bucket, and then both ways of sending would look alike at the device. */
enum { LEAST_BURST_BYTES = 128 << 10 };
/* A bucket that holds the bytes of this time loses no rate when the timer comes late. */
enum { BURST_MS = 10 };
/* One connection queues no more than tcp_limit_output_bytes (4 MiB), so nothing is ever dropped. */
enum { QUEUE_BYTES = 8 << 20 };

/* Sets *unit to the bits that a suffix stands for ("" is 1). */
static int parse_unit(const char *suffix, __u64 *unit)
{
	static const struct {
		const char *name;
		__u64 bits;
	} units[] = {
		{ "", 1 },
		{ "bit", 1 },
		{ "kbit", 1000 },
		{ "mbit", 1000000 },
		{ "gbit", 1000000000 },
	};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (!strcasecmp(suffix, units[i].name)) {
			*unit = units[i].bits;
			return 0;
		}
	}
	return -EINVAL;
}

int rate_parse(const char *text, __u64 *bits)
{
	__u64 value;
	int err = size_parse_as(text, parse_unit, &value);

	if (!err && (value < LINK_MIN_RATE_BITS || value > LINK_MAX_RATE_BITS))
		err = -ERANGE;
	if (!err)
		*bits = value;
	return err;
}

static int limit_failed(const struct link_end *end, int err, struct link_error *error)
{
	/* The answer of a kernel that does not know the kind (qdisc_create()). */
	if (err == -NLE_OBJ_NOTFOUND || err == -NLE_OPNOTSUPP)
		return link_fail(error, -EOPNOTSUPP,
				 "limit the rate of device %s: this kernel has no tbf "
				 "(CONFIG_NET_SCH_TBF); load its module (modprobe sch_tbf), "
				 "or leave out --rate", end->device);
	return link_netlink_failed(error, err, "limit the rate of device", end->device,
				   "leave out --rate");
}

/* 0 or libnl's error. */
static int add_bucket(struct link_end *end, int rate_bytes, int burst_bytes)
{
	struct rtnl_qdisc *qdisc = rtnl_qdisc_alloc();
	int err;

	if (!qdisc)
		out_of_memory();
	rtnl_tc_set_ifindex(TC_CAST(qdisc), end->ifindex);
	rtnl_tc_set_parent(TC_CAST(qdisc), TC_H_ROOT);
	err = rtnl_tc_set_kind(TC_CAST(qdisc), "tbf");
	if (!err) {
		rtnl_qdisc_tbf_set_rate(qdisc, rate_bytes, burst_bytes, 0);
		rtnl_qdisc_tbf_set_limit(qdisc, burst_bytes + QUEUE_BYTES);
		err = rtnl_qdisc_add(end->netlink, qdisc, NLM_F_CREATE | NLM_F_REPLACE);
	}
	rtnl_qdisc_put(qdisc);
	return err;
}

/* Bytes per second of the device's bucket, negative: there is none, or it cannot be read. */
static int read_rate(struct link_end *end)
{
	struct rtnl_qdisc *qdisc;
	struct nl_cache *cache;
	int rate = -NLE_OBJ_NOTFOUND;
	int err = rtnl_qdisc_alloc_cache(end->netlink, &cache);

	if (err < 0)
		return err;
	qdisc = rtnl_qdisc_get_by_parent(cache, end->ifindex, TC_H_ROOT);
	if (qdisc && !strcmp(rtnl_tc_get_kind(TC_CAST(qdisc)), "tbf"))
		rate = rtnl_qdisc_tbf_get_rate(qdisc);
	rtnl_qdisc_put(qdisc);
	nl_cache_free(cache);
	return rate;
}

int link_rate_limit(struct link_end *end, __u64 rate_bits, struct link_error *error)
{
	__u64 rate_bytes = rate_bits / 8;
	__u64 burst_bytes = rate_bytes * BURST_MS / 1000;
	int err, found;

	if (burst_bytes < LEAST_BURST_BYTES)
		burst_bytes = LEAST_BURST_BYTES;
	err = add_bucket(end, (int)rate_bytes, (int)burst_bytes);
	if (err < 0)
		return limit_failed(end, err, error);
	found = read_rate(end);
	if (found < 0)
		return limit_failed(end, found, error);
	if ((__u64)found != rate_bytes)
		return link_fail(error, -EIO,
				 "limit the rate of device %s: asked for %llu bytes/s, got %d; "
				 "leave out --rate", end->device, rate_bytes, found);
	return 0;
}
