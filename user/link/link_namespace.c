// SPDX-License-Identifier: GPL-2.0
/* An empty network namespace that nothing but descriptors and processes keeps alive.
 * Called by link.c. */
#include "alloc.h"
#include "link_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>
#include <netlink/errno.h>

/* What the thread is asked and what it answers. */
struct birth {
	struct link_end *end;
	struct link_error *error;
	int err;
};

static int unshare_failed(struct link_error *error, int number)
{
	switch (number) {
	case EPERM:
		return link_fail(error, -EPERM,
				 "make a network namespace: not permitted; run it with sudo "
				 "(it needs CAP_SYS_ADMIN and CAP_NET_ADMIN), or use --link lo "
				 "without --rate");
	case EINVAL:
		return link_fail(error, -EOPNOTSUPP,
				 "make a network namespace: this kernel has none (CONFIG_NET_NS); "
				 "use --link lo without --rate");
	case ENOSPC:
		return link_fail(error, -ENOSPC,
				 "make a network namespace: there are too many; end what uses them "
				 "(lsns -t net), or raise /proc/sys/user/max_net_namespaces");
	default:
		return link_fail(error, -number,
				 "make a network namespace: %s; try it again, or use --link lo "
				 "without --rate", strerror(number));
	}
}

int link_socket_open(struct nl_sock **netlink, struct link_error *error)
{
	int err;

	*netlink = nl_socket_alloc();
	if (!*netlink)
		out_of_memory();
	err = nl_connect(*netlink, NETLINK_ROUTE);
	if (err >= 0)
		return 0;
	nl_socket_free(*netlink);
	*netlink = NULL;
	return link_netlink_failed(error, err, "open a socket for", "netlink",
				   "use --link lo without --rate");
}

/* unshare() moves only the calling thread, and a socket stays in the namespace that it was made
 * in: this thread leaves both behind as descriptors and ends, so nobody has to be moved back. */
static void *give_birth(void *argument)
{
	struct birth *birth = argument;
	struct link_end *end = birth->end;

	if (unshare(CLONE_NEWNET) < 0) {
		birth->err = unshare_failed(birth->error, errno);
		return NULL;
	}
	end->namespace_fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	if (end->namespace_fd < 0) {
		birth->err = link_fail(birth->error, -errno,
				       "open /proc/thread-self/ns/net: %s; is /proc mounted?",
				       strerror(errno));
		return NULL;
	}
	birth->err = link_socket_open(&end->netlink, birth->error);
	return NULL;
}

int link_end_open(struct link_end *end, struct link_error *error)
{
	struct birth birth = { .end = end, .error = error };
	pthread_t thread;
	int number = pthread_create(&thread, NULL, give_birth, &birth);

	if (number)
		return link_fail(error, -number, "start a thread: %s; raise ulimit -u",
				 strerror(number));
	pthread_join(thread, NULL);
	return birth.err;
}

void link_end_close(struct link_end *end)
{
	if (end->netlink)
		nl_socket_free(end->netlink);
	if (end->namespace_fd >= 0)
		close(end->namespace_fd);
	*end = LINK_END_NONE;
}
