// SPDX-License-Identifier: GPL-2.0
/* Moves of random_moves that move bytes, by every call that does. All descriptors are nonblocking:
 * a call moves what it can, and the tally has what it said. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "random_moves.h"

static size_t length(struct world *world, bool direct)
{
	size_t size = chance(world, 3) ? 1 + chance(world, LARGEST) : 1 + chance(world, 200);

	return direct ? PAGE * (1 + chance(world, LARGEST / PAGE)) : size;
}

static void halves(struct iovec *parts, unsigned char *memory, size_t size)
{
	parts[0] = (struct iovec){ memory, size / 2 };
	parts[1] = (struct iovec){ memory + size / 2, size - size / 2 };
}

static void file_io(struct world *world, bool writes)
{
	static const int nrs[2][5] = {
		{ SYS_read, SYS_readv, SYS_pread64, SYS_preadv, SYS_preadv2 },
		{ SYS_write, SYS_writev, SYS_pwrite64, SYS_pwritev, SYS_pwritev2 },
	};
	int which = chance(world, FILES), how = chance(world, 5), nr = nrs[writes][how];
	struct end *file = &world->file[which];
	int source = writes ? NO_OBJECT : file->object, sink = writes ? file->object : NO_OBJECT;
	size_t size = length(world, world->direct[which]);
	long at = PAGE * chance(world, 32);
	struct iovec parts[2];

	halves(parts, world->memory, size);
	if (world->direct[which])
		parts[0].iov_len = size, parts[1].iov_len = 0;
	if (how < 2)
		PLAIN(SYS_lseek, file->fd, at, SEEK_SET, 0, 0, 0);
	if (how == 0 || how == 2)
		CALL(nr, source, sink, file->fd, world->memory, size, at, 0, 0);
	else
		CALL(nr, source, sink, file->fd, parts, 2, at, 0, 0);
}

static void read_file(struct world *world)
{
	file_io(world, false);
}

static void write_file(struct world *world)
{
	file_io(world, true);
}

static void pipe_io(struct world *world)
{
	int which = chance(world, PIPES), how = chance(world, 4);
	size_t size = length(world, false);
	struct end *reader = &world->reader[which], *writer = &world->writer[which];
	struct iovec parts[2];

	halves(parts, world->memory, size);
	if (how == 0)
		CALL(SYS_read, reader->object, NO_OBJECT, reader->fd, world->memory, size, 0, 0, 0);
	else if (how == 1)
		CALL(SYS_readv, reader->object, NO_OBJECT, reader->fd, parts, 2, 0, 0, 0);
	else if (how == 2)
		CALL(SYS_write, NO_OBJECT, writer->object, writer->fd, world->memory, size, 0, 0,
		     0);
	else
		CALL(SYS_writev, NO_OBJECT, writer->object, writer->fd, parts, 2, 0, 0, 0);
}

static struct end *a_socket(struct world *world)
{
	return &world->pair[chance(world, PAIRS)][chance(world, 2)];
}

/* The call returns how many messages. */
static void add_messages(struct tally_entry *entry, const struct mmsghdr *messages)
{
	for (long i = 0; i < entry->result; i++)
		entry->message_bytes += messages[i].msg_len;
}

static void send_bytes(struct world *world)
{
	struct end *to = a_socket(world);
	size_t size = length(world, false);
	struct iovec parts[2];
	struct mmsghdr messages[2] = { 0 };
	struct msghdr *message = &messages[0].msg_hdr;

	halves(parts, world->memory, size);
	*message = (struct msghdr){ .msg_iov = parts, .msg_iovlen = 2 };
	messages[1].msg_hdr = *message;
	switch (chance(world, 5)) {
	case 0:
		CALL(SYS_write, NO_OBJECT, to->object, to->fd, world->memory, size, 0, 0, 0);
		break;
	case 1:
		CALL(SYS_writev, NO_OBJECT, to->object, to->fd, parts, 2, 0, 0, 0);
		break;
	case 2:
		CALL(SYS_sendto, NO_OBJECT, to->object, to->fd, world->memory, size, 0, 0, 0);
		break;
	case 3:
		CALL(SYS_sendmsg, NO_OBJECT, to->object, to->fd, message, 0, 0, 0, 0);
		break;
	case 4:
		add_messages(
			CALL(SYS_sendmmsg, NO_OBJECT, to->object, to->fd, messages, 2, 0, 0, 0),
			messages);
	}
}

static void receive_bytes(struct world *world)
{
	struct end *from = a_socket(world);
	size_t size = length(world, false);
	int flags = chance(world, 6) ? 0 : MSG_PEEK;
	struct iovec parts[2];
	struct mmsghdr messages[2] = { 0 };
	struct msghdr *message = &messages[0].msg_hdr;

	halves(parts, world->memory, size);
	*message = (struct msghdr){ .msg_iov = parts, .msg_iovlen = 2 };
	messages[1].msg_hdr = *message;
	switch (chance(world, 5)) {
	case 0:
		CALL(SYS_read, from->object, NO_OBJECT, from->fd, world->memory, size, 0, 0, 0);
		break;
	case 1:
		CALL(SYS_readv, from->object, NO_OBJECT, from->fd, parts, 2, 0, 0, 0);
		break;
	case 2:
		CALL(SYS_recvfrom, from->object, NO_OBJECT, from->fd, world->memory, size, flags, 0,
		     0);
		break;
	case 3:
		CALL(SYS_recvmsg, from->object, NO_OBJECT, from->fd, message, flags, 0, 0, 0);
		break;
	case 4:
		add_messages(
			CALL(SYS_recvmmsg, from->object, NO_OBJECT, from->fd, messages, 2, 0, 0, 0),
			messages);
	}
}

/* Makes room in the sockets, so that what follows can move. */
static void drain(struct world *world)
{
	for (int i = 0; i < PAIRS * 2; i++) {
		struct end *from = &world->pair[i / 2][i % 2];

		CALL(SYS_recvfrom, from->object, NO_OBJECT, from->fd, world->memory, LARGEST, 0, 0,
		     0);
	}
	for (int i = 0; i < PIPES; i++)
		CALL(SYS_read, world->reader[i].object, NO_OBJECT, world->reader[i].fd,
		     world->memory, LARGEST, 0, 0, 0);
}

static void send_mapped(struct world *world)
{
	struct end *file = &world->file[0], *to = &world->pair[0][0];
	struct tally_entry *map = CALL(SYS_mmap, UNTOLD, UNTOLD, 0, LARGEST, PROT_READ, MAP_SHARED,
				       file->fd, 0);

	if (map->result < 0 && map->result > -PAGE)
		return;
	if (chance(world, 2))
		to = &world->writer[0];
	CALL(SYS_write, NO_OBJECT, to->object, to->fd, map->result, 1 + chance(world, LARGEST), 0,
	     0, 0);
	PLAIN(SYS_munmap, map->result, LARGEST, 0, 0, 0, 0);
}

static void by_sendfile(struct world *world)
{
	struct end *from = &world->file[chance(world, FILES)], *to;
	struct end *sinks[] = { &world->pair[0][0], &world->pair[0][1], &world->file[0],
				&world->null,	    &world->writer[0],	&world->pair[1][0] };
	long at = PAGE * chance(world, 16);

	to = sinks[chance(world, 6)];
	if (to == &world->file[0])
		PLAIN(SYS_lseek, to->fd, 0, SEEK_SET, 0, 0, 0);
	CALL(SYS_sendfile, from->object, to->object, to->fd, from->fd, &at, length(world, true), 0,
	     0);
}

static void by_splice(struct world *world)
{
	int which = chance(world, PIPES);
	struct end *in = &world->reader[which], *out = &world->writer[which];
	struct end *ends[][2] = {
		{ &world->file[chance(world, FILES)], out }, { &world->pair[0][0], out },
		{ in, &world->file[1] }, { in, &world->pair[0][1] }, { in, &world->null },
		{ in, &world->writer[!which] },
	};
	struct end **pick = ends[chance(world, 3) ? chance(world, 6) : 0];
	long at = PAGE * chance(world, 16);

	CALL(SYS_splice, pick[0]->object, pick[1]->object, pick[0]->fd,
	     pick[0]->object == in->object || pick[0] == &world->pair[0][0] ? NULL : &at,
	     pick[1]->fd, pick[1] == &world->file[1] ? &at : NULL, length(world, true),
	     2 /* SPLICE_F_NONBLOCK */);
}

static void by_tee(struct world *world)
{
	CALL(SYS_tee, world->reader[0].object, world->writer[1].object, world->reader[0].fd,
	     world->writer[1].fd, length(world, false), 2, 0, 0);
}

static void by_vmsplice(struct world *world)
{
	struct iovec part = { world->memory, length(world, false) };

	CALL(SYS_vmsplice, NO_OBJECT, world->writer[0].object, world->writer[0].fd, &part, 1, 2, 0,
	     0);
}

static void by_copy_file_range(struct world *world)
{
	int from = chance(world, FILES), to = chance(world, FILES);
	long in = PAGE * chance(world, 16), out = PAGE * chance(world, 16);

	CALL(SYS_copy_file_range, world->file[from].object, world->file[to].object,
	     world->file[from].fd, &in, world->file[to].fd, &out, length(world, true), 0);
}

/* Never closed before the process ends: the kernel would interrupt other calls for that, and make
 * them again, of which the program learns nothing. */
static bool open_ring(struct world *world)
{
	struct io_uring_params *params = &world->ring;

	if (world->ring_fd > 0)
		return true;
	world->ring_fd = PLAIN(SYS_io_uring_setup, 4, params, 0, 0, 0, 0)->result;
	if (world->ring_fd < 0)
		return false;
	world->ring_memory = (void *)PLAIN(SYS_mmap, 0, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED,
					   world->ring_fd, IORING_OFF_SQ_RING)->result;
	world->requests = (void *)PLAIN(SYS_mmap, 0, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED,
					world->ring_fd, IORING_OFF_SQES)->result;
	return true;
}

/* One request, submitted and waited for. */
static void by_uring(struct world *world)
{
	bool writes = chance(world, 2), socket = chance(world, 2);
	struct end *end = socket ? &world->pair[1][0] : &world->file[0];
	unsigned int *tail, *mask, *seen, *posted;
	struct io_uring_cqe *done;

	/* The ring is its maker's, also where a child has the same memory. */
	if (world->shared || !open_ring(world))
		return;
	tail = (void *)(world->ring_memory + world->ring.sq_off.tail);
	mask = (void *)(world->ring_memory + world->ring.sq_off.ring_mask);
	world->requests[*tail & *mask] = (struct io_uring_sqe){
		.opcode = socket ? (writes ? IORING_OP_SEND : IORING_OP_RECV)
				 : (writes ? IORING_OP_WRITE : IORING_OP_READ),
		.fd = end->fd,
		.addr = (unsigned long)world->memory,
		.len = length(world, !socket && world->direct[0]),
		.off = socket ? 0 : PAGE * chance(world, 16),
		.msg_flags = socket ? MSG_DONTWAIT : 0,
	};
	((unsigned int *)(world->ring_memory + world->ring.sq_off.array))[*tail & *mask] = *tail &
											   *mask;
	__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
	PLAIN(SYS_io_uring_enter, world->ring_fd, 1, 1, IORING_ENTER_GETEVENTS, 0, 0);
	seen = (void *)(world->ring_memory + world->ring.cq_off.head);
	posted = (void *)(world->ring_memory + world->ring.cq_off.tail);
	mask = (void *)(world->ring_memory + world->ring.cq_off.ring_mask);
	done = (void *)(world->ring_memory + world->ring.cq_off.cqes);
	if (__atomic_load_n(posted, __ATOMIC_ACQUIRE) == *seen)
		return;
	tally_note(TALLY_URING + (socket ? (writes ? IORING_OP_SEND : IORING_OP_RECV) :
				  (writes ? IORING_OP_WRITE : IORING_OP_READ)),
		   writes ? NO_OBJECT : end->object, writes ? end->object : NO_OBJECT,
		   done[*seen & *mask].res, 0);
	__atomic_store_n(seen, *seen + 1, __ATOMIC_RELEASE);
}

static void by_zerocopy(struct world *world)
{
	struct end *to = &world->pair[0][0];
	char control[128];
	struct msghdr message = { .msg_control = control, .msg_controllen = sizeof(control) };
	struct tally_entry *sent = CALL(SYS_sendto, NO_OBJECT, to->object, to->fd, world->memory,
					8 * PAGE, MSG_ZEROCOPY, 0, 0);

	if (sent->result > 0)
		sent->lent = sent->result;
	CALL(SYS_recvmsg, to->object, NO_OBJECT, to->fd, &message, MSG_ERRQUEUE, 0, 0, 0);
}

static void fail(struct world *world)
{
	static const long gone = 77777;
	void *nowhere = (void *)8;
	struct end *file = &world->file[0], *pipe = &world->writer[0];

	switch (chance(world, 6)) {
	case 0:
		CALL(SYS_read, BAD_FD, NO_OBJECT, gone, world->memory, 100, 0, 0, 0);
		break;
	case 1:
		CALL(SYS_write, NO_OBJECT, BAD_FD, gone, world->memory, 100, 0, 0, 0);
		break;
	case 2:
		CALL(SYS_write, NO_OBJECT, pipe->object, pipe->fd, nowhere, 100, 0, 0, 0);
		break;
	case 3:
		CALL(SYS_sendfile, file->object, BAD_FD, gone, file->fd, 0, 100, 0, 0);
		break;
	case 4:
		CALL(SYS_pread64, file->object, NO_OBJECT, file->fd, nowhere, 4 * PAGE, 0, 0, 0);
		break;
	case 5:
		CALL(SYS_splice, file->object, file->object, file->fd, 0, file->fd, 0, 100, 0);
	}
}

const struct move byte_moves[] = {
	{ "read", read_file },
	{ "write", write_file },
	{ "pipe", pipe_io },
	{ "send", send_bytes },
	{ "receive", receive_bytes },
	{ "drain", drain },
	{ "mapped", send_mapped },
	{ "sendfile", by_sendfile },
	{ "splice", by_splice },
	{ "tee", by_tee },
	{ "vmsplice", by_vmsplice },
	{ "copy_file_range", by_copy_file_range },
	{ "uring", by_uring },
	{ "zerocopy", by_zerocopy },
	{ "fail", fail },
};
const int byte_move_count = sizeof(byte_moves) / sizeof(byte_moves[0]);
