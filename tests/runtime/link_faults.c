// SPDX-License-Identifier: GPL-2.0
/* Answers of kernels that are not at hand, for test_link.py: preloaded into link_driver, it makes
 * the function that LINK_FAULT names fail the way such a kernel does. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <dlfcn.h>
#include <netlink/errno.h>
#include <netlink/netlink.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/qdisc.h>

static int is_asked(const char *name)
{
	const char *asked = getenv("LINK_FAULT");

	return asked && !strcmp(asked, name);
}

/* As for an unknown kind of device: EOPNOTSUPP. */
int rtnl_link_add(struct nl_sock *sock, struct rtnl_link *link, int flags)
{
	int (*real)(struct nl_sock *, struct rtnl_link *, int) = dlsym(RTLD_NEXT, __func__);

	return is_asked(__func__) ? -NLE_OPNOTSUPP : real(sock, link, flags);
}

/* As for an unknown kind of queue: ENOENT. */
int rtnl_qdisc_add(struct nl_sock *sock, struct rtnl_qdisc *qdisc, int flags)
{
	int (*real)(struct nl_sock *, struct rtnl_qdisc *, int) = dlsym(RTLD_NEXT, __func__);

	return is_asked(__func__) ? -NLE_OBJ_NOTFOUND : real(sock, qdisc, flags);
}

/* As where IPv6 is off: EACCES. */
int rtnl_addr_add(struct nl_sock *sock, struct rtnl_addr *address, int flags)
{
	int (*real)(struct nl_sock *, struct rtnl_addr *, int) = dlsym(RTLD_NEXT, __func__);

	return is_asked(__func__) ? -NLE_NOACCESS : real(sock, address, flags);
}

/* As without CONFIG_NET_NS. */
int unshare(int flags)
{
	int (*real)(int) = dlsym(RTLD_NEXT, __func__);

	if (!is_asked(__func__))
		return real(flags);
	errno = EINVAL;
	return -1;
}
