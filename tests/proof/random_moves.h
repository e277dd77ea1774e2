/* SPDX-License-Identifier: GPL-2.0 */
/* What one player of random_moves has: descriptors of every kind, memory, and its chance. */
#ifndef RANDOM_MOVES_H
#define RANDOM_MOVES_H

#include <linux/io_uring.h>
#include <stdbool.h>
#include <stddef.h>

#include "tally.h"

enum { FILES = 3, PIPES = 2, PAIRS = 2, LARGEST = 64 << 10, PAGE = 4096 };

struct end {
	int fd, object;
};

struct world {
	uint64_t chance;
	uint32_t seed;
	int depth;		/* 0 = the first; deeper ones start no further ones */
	bool shared;		/* its descriptors are others' too: it makes and closes none */
	const char *tally_path, *self;
	char names[FILES][64];
	struct end file[FILES];
	bool direct[FILES];
	struct end reader[PIPES], writer[PIPES];
	struct end pair[PAIRS][2];	/* 0: TCP with itself, 1: Unix sockets */
	struct end null;
	int ring_fd;
	struct io_uring_params ring;
	unsigned char *ring_memory;
	struct io_uring_sqe *requests;
	unsigned char *memory;		/* LARGEST bytes, aligned, touched */
	int threads;
};

struct move {
	const char *name;
	void (*make)(struct world *world);
};

extern const struct move byte_moves[], other_moves[];
extern const int byte_move_count, other_move_count;

uint64_t chance(struct world *world, uint64_t below);
void world_open(struct world *world);
void world_close(struct world *world);
void open_file(struct world *world, int which);
void play(struct world *world, const char *only, int count);

#define CALL(nr, source, sink, a, b, c, d, e, f)                                                   \
	tally_call(nr, source, sink, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e),        \
		   (long)(f))
#define PLAIN(nr, a, b, c, d, e, f) CALL(nr, UNTOLD, UNTOLD, a, b, c, d, e, f)

#endif
