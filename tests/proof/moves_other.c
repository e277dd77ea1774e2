// SPDX-License-Identifier: GPL-2.0
/* Moves of random_moves that move no bytes: what descriptors mean changes, processes and threads
 * come and go, and time passes. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <linux/futex.h>
#include <time.h>

#include "random_moves.h"

enum { STACK = 256 << 10 };

/* Another file takes the place of one: sometimes of the same name, sometimes of the same inode
 * number. */
static void reopen(struct world *world)
{
	int which = chance(world, FILES);

	if (world->shared)
		return;
	if (chance(world, 2))
		PLAIN(SYS_unlinkat, AT_FDCWD, world->names[which], 0, 0, 0, 0);
	PLAIN(SYS_close, world->file[which].fd, 0, 0, 0, 0, 0);
	if (chance(world, 2))
		snprintf(world->names[which], sizeof(world->names[which]), "f%u.%d.%u", world->seed,
			 which, (unsigned int)chance(world, 100));
	open_file(world, which);
}

/* A descriptor's number changes, or two numbers change their meaning. */
static void duplicate(struct world *world)
{
	struct end *end = &world->file[chance(world, FILES)];
	struct tally_entry *made;

	if (world->shared)
		return;
	if (chance(world, 2))
		end = &world->writer[chance(world, PIPES)];
	made = chance(world, 2) ? PLAIN(SYS_fcntl, end->fd, F_DUPFD, 0, 0, 0, 0) :
	       PLAIN(SYS_dup, end->fd, 0, 0, 0, 0, 0);
	if (made->result < 0)
		return;
	PLAIN(SYS_close, end->fd, 0, 0, 0, 0, 0);
	end->fd = made->result;
}

/* The numbers of a file and of a pipe are exchanged. */
static void exchange(struct world *world)
{
	struct end *a = &world->file[chance(world, FILES)],
		   *b = &world->writer[chance(world, PIPES)];
	int fd = a->fd, kept;

	if (world->shared)
		return;
	kept = PLAIN(SYS_dup, a->fd, 0, 0, 0, 0, 0)->result;
	PLAIN(SYS_dup3, b->fd, a->fd, 0, 0, 0, 0);
	PLAIN(SYS_dup3, kept, b->fd, 0, 0, 0, 0);
	PLAIN(SYS_close, kept, 0, 0, 0, 0, 0);
	a->fd = b->fd;
	b->fd = fd;
}

/* A file's number goes to another socket's end in a message, and comes back as another number. */
static void pass(struct world *world)
{
	struct end *file = &world->file[chance(world, FILES)], *to = &world->pair[1][0];
	struct end *from = &world->pair[1][1];
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr aligned;
	} control = { 0 };
	char byte = 0;
	struct iovec part = { &byte, 1 };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes,
				  .msg_controllen = sizeof(control) };
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	if (world->shared)
		return;
	/* Nothing else may lie before it. */
	while (CALL(SYS_recvfrom, from->object, NO_OBJECT, from->fd, world->memory, LARGEST, 0, 0,
		    0)
		       ->result > 0)
		;
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &file->fd, sizeof(int));
	if (CALL(SYS_sendmsg, NO_OBJECT, to->object, to->fd, &message, 0, 0, 0, 0)->result != 1)
		return;
	PLAIN(SYS_close, file->fd, 0, 0, 0, 0, 0);
	message.msg_controllen = sizeof(control);
	CALL(SYS_recvmsg, from->object, NO_OBJECT, from->fd, &message, 0, 0, 0, 0);
	memcpy(&file->fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(int));
}

static void sleep_a_while(struct world *world)
{
	uint64_t ns = 1000000 * (1 + chance(world, 6));
	struct timespec time = { .tv_nsec = ns };
	struct pollfd nothing = { .fd = -1 };
	struct tally_entry *slept;
	int word = 0;

	switch (chance(world, 4)) {
	case 0:
		slept = PLAIN(SYS_ppoll, &nothing, 1, &time, 0, 0, 0);
		break;
	case 1:
		slept = PLAIN(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &time, 0, 0, 0);
		break;
	case 2:
		slept = PLAIN(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, &time, 0, 0);
		break;
	default:
		slept = PLAIN(SYS_epoll_pwait, -1, 0, 0, 0, 0, 0);
		ns = 0;
		break;
	}
	/* poll's loop may find its time over a little early: it counts in what is left. */
	if (slept->result == 0 || slept->result == -ETIMEDOUT)
		slept->asked_ns = ns;
}

/* Nobody sends: it waits until SO_RCVTIMEO is over. */
static void wait_for_nothing(struct world *world)
{
	struct timeval time = { .tv_usec = 4000 };
	int ends[2];
	int object;

	if (world->shared || PLAIN(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, ends, 0, 0)->result)
		return;
	object = tally_object("unix", "");
	PLAIN(SYS_setsockopt, ends[0], SOL_SOCKET, SO_RCVTIMEO, &time, sizeof(time), 0);
	/* The timeout is in jiffies. */
	CALL(SYS_recvfrom, object, NO_OBJECT, ends[0], world->memory, 10, 0, 0, 0)->asked_ns =
		3000000;
	PLAIN(SYS_close, ends[0], 0, 0, 0, 0, 0);
	PLAIN(SYS_close, ends[1], 0, 0, 0, 0, 0);
}

static void pin(struct world *world)
{
	unsigned long mask = 1 + chance(world, 3);

	PLAIN(SYS_sched_setaffinity, 0, sizeof(mask), &mask, 0, 0, 0);
}

static void spin(struct world *world)
{
	for (volatile uint64_t i = chance(world, 2000000); i; i--)
		;
	PLAIN(SYS_getppid, 0, 0, 0, 0, 0, 0);
}

/* First touches of memory: a page fault each. */
static void touch(struct world *world)
{
	int pages = 1 + chance(world, 32);
	volatile unsigned char *memory = (void *)PLAIN(SYS_mmap, 0, pages * PAGE,
						       PROT_READ | PROT_WRITE,
						       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
						 ->result;
	struct tally_entry *advised =
		PLAIN(SYS_madvise, memory, pages * PAGE, MADV_NOHUGEPAGE, 0, 0, 0);

	for (int i = 0; i < pages; i++)
		memory[i * PAGE] = 1;
	advised->faults = pages;
	PLAIN(SYS_munmap, memory, pages * PAGE, 0, 0, 0, 0);
}

/* A child with all that we have, while we wait; or with a world of its own, beside us. */
static void fork_child(struct world *world)
{
	bool beside = chance(world, 2), run = chance(world, 2);
	char seed[16];
	struct tally_entry *made;
	struct world theirs;
	long pid;

	if (world->depth)
		return;
	snprintf(seed, sizeof(seed), "%u", world->seed * 7 + (unsigned int)chance(world, 1000));
	pid = raw_call(SYS_clone, SIGCHLD, 0, 0, 0, 0, 0);
	if (pid) {
		made = tally_note(SYS_clone, UNTOLD, UNTOLD, pid, 0);
		if (beside)
			spin(world);
		if (made->result > 0)
			PLAIN(SYS_wait4, pid, 0, 0, 0, 0, 0);
		return;
	}
	__atomic_fetch_add(&tally->processes, 1, __ATOMIC_RELAXED);
	if (run) {
		char *argv[] = { (char *)world->self, (char *)world->tally_path, seed, "child",
				 NULL };
		char *envp[] = { NULL };

		tally_note(SYS_execve, UNTOLD, UNTOLD, 0, 0);
		raw_call(SYS_execve, (long)world->self, (long)argv, (long)envp, 0, 0, 0);
		raw_call(SYS_exit_group, 96, 0, 0, 0, 0, 0);
	}
	theirs = *world;
	theirs.depth = 1;
	theirs.shared = true;
	play(&theirs, NULL, 6);
	tally_thread();
	raw_call(SYS_exit_group, 0, 0, 0, 0, 0, 0);
}

static int thread(void *argument)
{
	struct world *world = argument;

	world_open(world);
	play(world, NULL, 8);
	world_close(world);
	tally_thread();
	return 0;
}

/* Without a thread descriptor of the C library's, which would make calls of its own. */
static void start_thread(struct world *world)
{
	const int flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
			  CLONE_SYSVSEM | CLONE_CHILD_CLEARTID | CLONE_PARENT_SETTID;
	struct world *theirs;
	unsigned char *stack;
	volatile int *id;
	int seen;

	if (world->depth)
		return;
	stack = (void *)PLAIN(SYS_mmap, 0, STACK, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
			->result;
	id = (void *)stack;
	theirs = (void *)(stack + 64);
	*theirs = (struct world){ .chance = world->chance,
				  .seed = world->seed * 13 + ++world->threads,
				  .depth = 1,
				  .self = world->self,
				  .tally_path = world->tally_path };
	tally_note(SYS_clone, UNTOLD, UNTOLD,
		   clone(thread, stack + STACK - 64, flags, theirs, id, NULL, id), 0);
	__atomic_fetch_add(&tally->threads, 1, __ATOMIC_RELAXED);
	for (int i = 0; i < 4; i++)
		byte_moves[chance(world, byte_move_count)].make(world);
	while ((seen = *id))
		PLAIN(SYS_futex, id, FUTEX_WAIT, seen, 0, 0, 0);
	PLAIN(SYS_munmap, stack, STACK, 0, 0, 0, 0);
}

const struct move other_moves[] = {
	{ "reopen", reopen },	{ "duplicate", duplicate }, { "exchange", exchange },
	{ "pass", pass },	{ "sleep", sleep_a_while }, { "wait", wait_for_nothing },
	{ "pin", pin },		{ "spin", spin },	    { "touch", touch },
	{ "fork", fork_child }, { "thread", start_thread },
};
const int other_move_count = sizeof(other_moves) / sizeof(other_moves[0]);
