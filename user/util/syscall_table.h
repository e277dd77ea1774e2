/* SPDX-License-Identifier: GPL-2.0 */
/* What zctrace knows of the system calls that move bytes: between what, and what they return.
 * The kernel side gets it through syscall_classes.c; the builders and renderers ask it. */
#ifndef ZC_SYSCALL_TABLE_H
#define ZC_SYSCALL_TABLE_H

#include <stdbool.h>

/* Which way a call moves payload. */
enum syscall_way {
	SYSCALL_MOVES_NOTHING,	/* or nothing that is a file's or a socket's */
	SYSCALL_READS,		/* a descriptor -> the program's memory */
	SYSCALL_WRITES,		/* the program's memory -> a descriptor */
	SYSCALL_GIVES_PAGES,	/* vmsplice: the program's pages, not a copy of them -> a pipe */
	SYSCALL_BETWEEN,	/* a descriptor -> another one, inside the kernel */
	SYSCALL_SUBMITS,	/* io_uring_enter: any of these, of any number of requests */
};

enum {
	SYSCALL_RETURNS_BYTES = 1 << 0,		/* payload */
	SYSCALL_RETURNS_MESSAGES = 1 << 1,	/* whose bytes are in memory */
	SYSCALL_KEEPS_FDS = 1 << 2,		/* every descriptor means what it did */
	SYSCALL_ACCOUNTED = 1 << 3,		/* fs/read_write.c adds its bytes to rchar, wchar */
	SYSCALL_BEYOND = 511,			/* a row shared by all numbers from here on */
};

/* One call that moves payload. */
struct syscall_mover {
	const char *name;
	enum syscall_way way;
	unsigned char flags;
	unsigned char fd_in, fd_out;	/* which argument, where it has such a descriptor */
};

/* What moves payload by that number; NULL = nothing does. */
const struct syscall_mover *syscall_mover(unsigned int nr);

/* "read"; "syscall 467" if this machine's library has no name for it; "beyond the table" for the
 * row that all numbers from SYSCALL_BEYOND on share. Lives until the program ends. */
const char *syscall_name(unsigned int nr);

/* By name, so that it can be asked of a report from another machine. NULL moves nothing. */
enum syscall_way syscall_way(const char *name);

/* Is the number of payload bytes what the call returns? False for recvmmsg, sendmmsg (messages)
 * and io_uring_enter (requests), whose bytes are counted elsewhere or not at all. */
bool syscall_returns_bytes(const char *name);

#endif
