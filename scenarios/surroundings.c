// SPDX-License-Identifier: GPL-2.0
/* What is around a program: see surroundings.h.
 * Called before anything is measured. */
#include "surroundings.h"

#include <errno.h>
#include <sched.h>
#include <sys/socket.h>

static int buffer_bytes; /* 0: as the kernel has it */

int surroundings_pin(int cpu)
{
	cpu_set_t cpus;

	if (cpu >= CPU_SETSIZE)
		return -EINVAL;
	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	return sched_setaffinity(0, sizeof(cpus), &cpus) < 0 ? -errno : 0;
}

void surroundings_set_buffer(__u64 bytes)
{
	buffer_bytes = (int)bytes;
}

int surroundings_apply(int sock)
{
	if (!buffer_bytes)
		return 0;
	/* A buffer that was set does not grow by itself (tcp_rcv_space_adjust()). */
	if (setsockopt(sock, SOL_SOCKET, SO_SNDBUF, &buffer_bytes, sizeof(buffer_bytes)) < 0 ||
	    setsockopt(sock, SOL_SOCKET, SO_RCVBUF, &buffer_bytes, sizeof(buffer_bytes)) < 0)
		return -errno;
	return 0;
}
