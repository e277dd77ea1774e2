// SPDX-License-Identifier: GPL-2.0
/* Preloaded into zctrace by test_faults.py: pages that are lent are copied, so that zctrace's test
 * of whether it tells pages from each other fails, as on a kernel that marks them otherwise. */
#include <fcntl.h>
#include <sys/uio.h>

ssize_t vmsplice(int pipe_end, const struct iovec *parts, size_t count, unsigned int flags)
{
	(void)flags;
	return writev(pipe_end, parts, count);
}
