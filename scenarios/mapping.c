// SPDX-License-Identifier: GPL-2.0
/* A connection mapped into this program's memory: see mapping.h.
 * Called by the receiver. */
#include "mapping.h"
#include "tally.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/socket.h>

int mapping_open(struct mapping *mapping, int connection, size_t bytes, struct tally *tally)
{
	const size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE);
	void *at;

	/* Whole pages, and at least one. */
	mapping->bytes = bytes < page_bytes ? page_bytes : bytes - bytes % page_bytes;
	at = mmap(NULL, mapping->bytes, PROT_READ, MAP_SHARED, connection, 0);
	if (at == MAP_FAILED)
		return tally_fail(tally, EXIT_MACHINE,
				  "mmap of the connection: %s; this kernel has no "
				  "TCP_ZEROCOPY_RECEIVE, leave out --how zerocopy",
				  strerror(errno));
	mapping->at = at;
	return 0;
}

void mapping_close(struct mapping *mapping)
{
	if (mapping->at)
		munmap(mapping->at, mapping->bytes);
	mapping->at = NULL;
}

/* How many bytes were mapped, and how many of those behind them cannot be. Does not wait. */
static int map_some(const struct mapping *mapping, int connection, size_t *mapped, size_t *rest)
{
	struct tcp_zerocopy_receive request = {
		.address = (__u64)(unsigned long)mapping->at,
		.length = (__u32)mapping->bytes,
	};
	/* No more fields than needed: with .err the connection's error would be taken from recv. */
	socklen_t length = offsetof(struct tcp_zerocopy_receive, recv_skip_hint) +
			   sizeof(request.recv_skip_hint);

	*mapped = *rest = 0;
	if (getsockopt(connection, IPPROTO_TCP, TCP_ZEROCOPY_RECEIVE, &request, &length) < 0)
		return errno == EIO ? 0 : -1; /* EIO: nothing is left, and nothing will come */
	*mapped = request.length;
	*rest = request.recv_skip_hint;
	return 0;
}

ssize_t mapping_receive(const struct mapping *mapping, int connection, char *buffer, size_t bytes,
			const char **data)
{
	struct pollfd wanted = { .fd = connection, .events = POLLIN };
	size_t mapped, rest;

	if (map_some(mapping, connection, &mapped, &rest) < 0)
		return -1;
	if (!mapped && !rest) {
		if (poll(&wanted, 1, -1) < 0 ||
		    map_some(mapping, connection, &mapped, &rest) < 0)
			return -1;
	}
	*data = mapped ? mapping->at : buffer;
	if (mapped)
		return (ssize_t)mapped;
	return recv(connection, buffer, rest && rest < bytes ? rest : bytes, 0);
}
