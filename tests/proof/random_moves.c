// SPDX-License-Identifier: GPL-2.0
/* A program that moves bytes at random, and keeps a tally of its own. Usage: random_moves TALLY
 * SEED [MOVES|child|N,N,...]; play.py runs it. The same seed makes the same moves, each of which
 * depends on the seed and its number alone: a list of numbers plays only those. */
#include "random_moves.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>

enum { MOVES = 40, CHILD_MOVES = 8 };

/* splitmix64 */
static uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
	return x ^ (x >> 31);
}

uint64_t chance(struct world *world, uint64_t below)
{
	world->chance = mix(world->chance);
	return world->chance % below;
}

void open_file(struct world *world, int which)
{
	struct end *file = &world->file[which];
	char path[TALLY_NAME];
	char directory[TALLY_NAME - sizeof(world->names[0]) - 1];

	world->direct[which] = chance(world, 4) == 0;
	file->fd = PLAIN(SYS_openat, AT_FDCWD, world->names[which],
			 O_RDWR | O_CREAT | (world->direct[which] ? O_DIRECT : 0), 0644, 0, 0)
			   ->result;
	if (PLAIN(SYS_getcwd, directory, sizeof(directory), 0, 0, 0, 0)->result < 0)
		raw_call(SYS_exit_group, 95, 0, 0, 0, 0, 0);	/* too long a name */
	snprintf(path, sizeof(path), "%s/%s", directory, world->names[which]);
	file->object = tally_object(world->direct[which] ? "file (O_DIRECT)" : "file", path);
}

static void open_tcp(struct end *pair)
{
	struct sockaddr_in here = { .sin_family = AF_INET,
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(here);
	int on = 1, listener = PLAIN(SYS_socket, AF_INET, SOCK_STREAM, 0, 0, 0, 0)->result;

	PLAIN(SYS_bind, listener, &here, sizeof(here), 0, 0, 0);
	PLAIN(SYS_listen, listener, 1, 0, 0, 0, 0);
	PLAIN(SYS_getsockname, listener, &here, &size, 0, 0, 0);
	pair[0].fd = PLAIN(SYS_socket, AF_INET, SOCK_STREAM, 0, 0, 0, 0)->result;
	PLAIN(SYS_connect, pair[0].fd, &here, sizeof(here), 0, 0, 0);
	pair[1].fd = PLAIN(SYS_accept4, listener, 0, 0, 0, 0, 0)->result;
	PLAIN(SYS_setsockopt, pair[0].fd, SOL_SOCKET, SO_ZEROCOPY, &on, sizeof(on), 0);
	PLAIN(SYS_close, listener, 0, 0, 0, 0, 0);
	pair[0].object = tally_object("tcp", "");
	pair[1].object = tally_object("tcp", "");
}

void world_open(struct world *world)
{
	int ends[2];

	world->memory = (void *)PLAIN(SYS_mmap, 0, LARGEST, PROT_READ | PROT_WRITE,
				      MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0)->result;
	for (int i = 0; i < FILES; i++) {
		snprintf(world->names[i], sizeof(world->names[i]), "f%u.%d", world->seed, i);
		open_file(world, i);
		CALL(SYS_pwrite64, NO_OBJECT, world->file[i].object, world->file[i].fd,
		     world->memory, LARGEST, 0, 0, 0);
	}
	for (int i = 0; i < PIPES; i++) {
		PLAIN(SYS_pipe2, ends, O_NONBLOCK, 0, 0, 0, 0);
		world->reader[i] = (struct end){ ends[0], tally_object("pipe", "") };
		world->writer[i] = (struct end){ ends[1], world->reader[i].object };
	}
	open_tcp(world->pair[0]);
	PLAIN(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, ends, 0, 0);
	for (int i = 0; i < 2; i++)
		world->pair[1][i] = (struct end){ ends[i], tally_object("unix", "") };
	for (int i = 0; i < PAIRS * 2; i++)
		PLAIN(SYS_fcntl, world->pair[i / 2][i % 2].fd, F_SETFL, O_NONBLOCK | O_RDWR, 0, 0,
		      0);
	world->null.fd = PLAIN(SYS_openat, AT_FDCWD, "/dev/null", O_RDWR, 0, 0, 0)->result;
	world->null.object = tally_object("char device", "/dev/null");
}

/* What is under way in the sockets arrives, so that every byte sent has left. */
void world_close(struct world *world)
{
	for (int i = 0; i < 4; i++) {
		struct end *end = &world->pair[0][i % 2];

		while (CALL(SYS_recvfrom, end->object, NO_OBJECT, end->fd, world->memory, LARGEST,
			    0, 0, 0)
			       ->result > 0)
			;
	}
	for (int i = 0; i < FILES; i++) {
		PLAIN(SYS_close, world->file[i].fd, 0, 0, 0, 0, 0);
		PLAIN(SYS_unlinkat, AT_FDCWD, world->names[i], 0, 0, 0, 0);
	}
	for (int i = 0; i < PIPES; i++) {
		PLAIN(SYS_close, world->reader[i].fd, 0, 0, 0, 0, 0);
		PLAIN(SYS_close, world->writer[i].fd, 0, 0, 0, 0, 0);
	}
	for (int i = 0; i < PAIRS * 2; i++)
		PLAIN(SYS_close, world->pair[i / 2][i % 2].fd, 0, 0, 0, 0, 0);
	PLAIN(SYS_close, world->null.fd, 0, 0, 0, 0, 0);
	PLAIN(SYS_munmap, world->memory, LARGEST, 0, 0, 0, 0);
}

static void move(struct world *world, int number)
{
	world->chance = mix(world->seed) ^ mix(number + 1);
	if (chance(world, 3))
		byte_moves[chance(world, byte_move_count)].make(world);
	else
		other_moves[chance(world, other_move_count)].make(world);
}

void play(struct world *world, const char *only, int count)
{
	char *end;

	for (int i = 0; !only && i < count; i++)
		move(world, i);
	while (only && *only) {
		move(world, strtol(only, &end, 10));
		only = *end ? end + 1 : end;
	}
}

int main(int argc, char **argv)
{
	static struct world world;
	const char *how = argc > 3 ? argv[3] : "";
	bool child = !strcmp(how, "child"), listed = strchr(how, ',');

	if (argc < 3)
		return 2;
	tally_open(argv[1]);
	world = (struct world){ .seed = strtoul(argv[2], NULL, 10), .depth = child, .self = argv[0],
				.tally_path = argv[1] };
	if (tally->hold) {
		while (tally->hold)
			;
		tally->entries = 0;
	}
	__atomic_fetch_add(&tally->processes, !child, __ATOMIC_RELAXED);
	world_open(&world);
	play(&world, listed ? how : NULL, child ? CHILD_MOVES : *how ? atoi(how) : MOVES);
	world_close(&world);
	tally_thread();
	raw_call(SYS_exit_group, 0, 0, 0, 0, 0, 0);
	return 0;
}
