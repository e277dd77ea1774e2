// SPDX-License-Identifier: GPL-2.0
/* The one table of the system calls that move bytes; see syscall_table.h. */
#include "syscall_table.h"

#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#include "alloc.h"

enum {
	RETURNS_BYTES = SYSCALL_RETURNS_BYTES,
	RETURNS_MESSAGES = SYSCALL_RETURNS_MESSAGES,
	KEEPS_FDS = SYSCALL_KEEPS_FDS,
	ACCOUNTED = SYSCALL_ACCOUNTED,
	PLAIN = RETURNS_BYTES | KEEPS_FDS,
	FILES = PLAIN | ACCOUNTED,	/* by way of fs/read_write.c */
};

/*
 * Left out: process_vm_readv and process_vm_writev (from memory to memory: no descriptor, no file),
 * getdents64 (entries, not contents), mq_timedsend and mq_timedreceive, msgsnd and msgrcv (queues),
 * getrandom. mmap moves a file's bytes without any call: page faults show them.
 * io_submit (native AIO) takes its descriptors from memory and returns requests, as io_uring does.
 */
static const struct syscall_mover movers[SYSCALL_BEYOND] = {
	[__NR_read] = { "read", SYSCALL_READS, FILES, .fd_in = 0 },
	[__NR_pread64] = { "pread64", SYSCALL_READS, FILES, .fd_in = 0 },
	[__NR_readv] = { "readv", SYSCALL_READS, FILES, .fd_in = 0 },
	[__NR_preadv] = { "preadv", SYSCALL_READS, FILES, .fd_in = 0 },
	[__NR_preadv2] = { "preadv2", SYSCALL_READS, FILES, .fd_in = 0 },
	[__NR_recvfrom] = { "recvfrom", SYSCALL_READS, PLAIN, .fd_in = 0 },
	/* SCM_RIGHTS puts descriptors into the receiver. */
	[__NR_recvmsg] = { "recvmsg", SYSCALL_READS, RETURNS_BYTES, .fd_in = 0 },
	/* Returns messages: bytes not in the return value. */
	[__NR_recvmmsg] = { "recvmmsg", SYSCALL_READS, RETURNS_MESSAGES, .fd_in = 0 },

	[__NR_write] = { "write", SYSCALL_WRITES, FILES, .fd_out = 0 },
	[__NR_pwrite64] = { "pwrite64", SYSCALL_WRITES, FILES, .fd_out = 0 },
	[__NR_writev] = { "writev", SYSCALL_WRITES, FILES, .fd_out = 0 },
	[__NR_pwritev] = { "pwritev", SYSCALL_WRITES, FILES, .fd_out = 0 },
	[__NR_pwritev2] = { "pwritev2", SYSCALL_WRITES, FILES, .fd_out = 0 },
	[__NR_sendto] = { "sendto", SYSCALL_WRITES, PLAIN, .fd_out = 0 },
	[__NR_sendmsg] = { "sendmsg", SYSCALL_WRITES, PLAIN, .fd_out = 0 },
	/* Returns messages: bytes not in the return value. */
	[__NR_sendmmsg] = { "sendmmsg", SYSCALL_WRITES, RETURNS_MESSAGES | KEEPS_FDS, .fd_out = 0 },

	/* On the reading end of a pipe it reads; the pipe is named as the sink all the same. */
	[__NR_vmsplice] = { "vmsplice", SYSCALL_GIVES_PAGES, PLAIN, .fd_out = 0 },

	[__NR_sendfile] = { "sendfile", SYSCALL_BETWEEN, FILES, .fd_in = 1, .fd_out = 0 },
	[__NR_splice] = { "splice", SYSCALL_BETWEEN, PLAIN, .fd_in = 0, .fd_out = 2 },
	[__NR_tee] = { "tee", SYSCALL_BETWEEN, PLAIN, .fd_in = 0, .fd_out = 1 },
	[__NR_copy_file_range] = { "copy_file_range", SYSCALL_BETWEEN,
		FILES, .fd_in = 0, .fd_out = 2 },

	/* The ring's descriptor; requests may open and accept. Bytes not in the return value. */
	[__NR_io_uring_enter] = { "io_uring_enter", SYSCALL_SUBMITS, 0, .fd_in = 0 },
};

const struct syscall_mover *syscall_mover(unsigned int nr)
{
	return nr < SYSCALL_BEYOND && movers[nr].name ? &movers[nr] : NULL;
}

const char *syscall_name(unsigned int nr)
{
	static char *names[SYSCALL_BEYOND];

	if (nr >= SYSCALL_BEYOND)
		return "beyond the table";
	if (!names[nr])
		names[nr] = seccomp_syscall_resolve_num_arch(seccomp_arch_native(), (int)nr);
	if (!names[nr])
		names[nr] = xasprintf("syscall %u", nr);
	return names[nr];
}

static const struct syscall_mover *mover_of(const char *name)
{
	for (size_t i = 0; name && i < SYSCALL_BEYOND; i++) {
		if (movers[i].name && !strcmp(movers[i].name, name))
			return &movers[i];
	}
	return NULL;
}

enum syscall_way syscall_way(const char *name)
{
	const struct syscall_mover *mover = mover_of(name);

	return mover ? mover->way : SYSCALL_MOVES_NOTHING;
}

bool syscall_returns_bytes(const char *name)
{
	const struct syscall_mover *mover = mover_of(name);

	return mover && (mover->flags & SYSCALL_RETURNS_BYTES);
}
