// SPDX-License-Identifier: GPL-2.0
/* Lends 2 MiB of memory to a TCP socket with MSG_ZEROCOPY, to itself. Usage: lend MEMORY; the
 * memory is one that was never written to ("zero", "huge"), or a ring of packets ("ring"). */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <linux/if_packet.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SIZE = 2 << 20, CHUNK = 64 << 10, FRAME = 2048 };

static volatile char sum;

static char *must_map(size_t size, int flags, int fd)
{
	char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, fd, 0);

	if (memory == MAP_FAILED)
		err(1, "mmap");
	return memory;
}

/* Aligned to its size, read and never written to. */
static char *untouched(int advice)
{
	char *memory = must_map(2 * SIZE, MAP_PRIVATE | MAP_ANONYMOUS, -1);

	memory += SIZE - (unsigned long)memory % SIZE;
	if (madvise(memory, SIZE, advice))
		err(1, "madvise");
	for (long i = 0; i < SIZE; i += 4096)
		sum += memory[i];
	return memory;
}

static char *ring(void)
{
	struct tpacket_req request = { .tp_block_size = 1 << 16, .tp_block_nr = SIZE >> 16,
				       .tp_frame_size = FRAME, .tp_frame_nr = SIZE / FRAME };
	int packets = socket(AF_PACKET, SOCK_RAW, 0);

	if (setsockopt(packets, SOL_PACKET, PACKET_RX_RING, &request, sizeof(request)))
		err(1, "PACKET_RX_RING");
	return must_map(SIZE, MAP_SHARED, packets);
}

static void take(int from, long left)
{
	static char buffer[CHUNK];
	long n;

	for (; left > 0; left -= n) {
		n = read(from, buffer, left);
		if (n <= 0)
			err(1, "read");
	}
}

static void lend(const char *memory)
{
	struct sockaddr_in here = { .sin_family = AF_INET };
	int listener = socket(AF_INET, SOCK_STREAM, 0), out = socket(AF_INET, SOCK_STREAM, 0);
	socklen_t size = sizeof(here);
	int on = 1, in;
	long n;

	inet_pton(AF_INET, "127.0.0.1", &here.sin_addr);
	if (bind(listener, (struct sockaddr *)&here, size) || listen(listener, 1) ||
	    getsockname(listener, (struct sockaddr *)&here, &size) ||
	    connect(out, (struct sockaddr *)&here, size) ||
	    setsockopt(out, SOL_SOCKET, SO_ZEROCOPY, &on, sizeof(on)))
		err(1, "connect");
	in = accept(listener, NULL, NULL);
	for (long at = 0; at < SIZE; at += n) {
		n = send(out, memory + at, CHUNK, MSG_ZEROCOPY);
		if (n <= 0)
			err(1, "send");
		take(in, n);
	}
}

int main(int argc, char **argv)
{
	const char *kind = argc > 1 ? argv[1] : "";

	if (!strcmp(kind, "ring"))
		lend(ring());
	else
		lend(untouched(strcmp(kind, "huge") ? MADV_NOHUGEPAGE : MADV_HUGEPAGE));
	return 0;
}
