// SPDX-License-Identifier: GPL-2.0
/* The pipe between the file and the socket: see pipe.h.
 * Called by splice, vmsplice and tee. */
#include "pipe.h"
#include "tally.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

/*
 * It holds pages, and a chunk that does not begin with a page touches one more. Larger ones than
 * /proc/sys/fs/pipe-max-size are not for everybody: then a round moves what the largest one takes.
 */
int pipe_make(int ends[2], size_t chunk_bytes, struct tally *tally)
{
	const size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE);
	size_t wanted = chunk_bytes + 2 * page_bytes;

	if (pipe(ends) < 0)
		return tally_fail(tally, EXIT_MACHINE, "pipe: %s; send the file with sendfile",
				  strerror(errno));
	while (wanted > page_bytes &&
	       (wanted > INT_MAX || fcntl(ends[INTO_PIPE], F_SETPIPE_SZ, (int)wanted) < 0))
		wanted /= 2;
	return 0;
}
