// SPDX-License-Identifier: GPL-2.0
/* Sends a file over TCP with io_uring: the bytes are in no call's return value, so only the
 * io_uring tracepoint counts them. Run by measure.sh under "zctrace run".
 *
 *   ring_copy PORT FILE CHUNK        to 127.0.0.1; one read and one send at a time
 *
 * Exit status 3: this kernel has no io_uring. */
#include <err.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <linux/io_uring.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>

enum { EXIT_USAGE = 2, EXIT_MACHINE = 3, EXIT_FAILED = 4 };

struct ring {
	int fd;
	struct io_uring_sqe *request;	/* the only one */
	unsigned int *submit_tail, *complete_head, *complete_tail, *complete_mask;
	struct io_uring_cqe *completions;
};

static void *map(int fd, size_t bytes, off_t offset)
{
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset);

	if (memory == MAP_FAILED)
		err(EXIT_FAILED, "mmap of the ring");
	return memory;
}

static void ring_open(struct ring *ring)
{
	struct io_uring_params params = { 0 };
	char *submit, *complete;

	ring->fd = (int)syscall(__NR_io_uring_setup, 1, &params);
	if (ring->fd < 0)
		err(EXIT_MACHINE, "io_uring_setup");
	submit = map(ring->fd, params.sq_off.array + sizeof(unsigned int), IORING_OFF_SQ_RING);
	complete = map(ring->fd, params.cq_off.cqes +
		       params.cq_entries * sizeof(struct io_uring_cqe), IORING_OFF_CQ_RING);
	ring->request = map(ring->fd, sizeof(*ring->request), IORING_OFF_SQES);
	ring->submit_tail = (unsigned int *)(submit + params.sq_off.tail);
	*(unsigned int *)(submit + params.sq_off.array) = 0;
	ring->complete_head = (unsigned int *)(complete + params.cq_off.head);
	ring->complete_tail = (unsigned int *)(complete + params.cq_off.tail);
	ring->complete_mask = (unsigned int *)(complete + params.cq_off.ring_mask);
	ring->completions = (struct io_uring_cqe *)(complete + params.cq_off.cqes);
}

/* Hands in one request and waits for it; its result. */
static int ring_do(struct ring *ring, struct io_uring_sqe request)
{
	unsigned int head = *ring->complete_head;
	int result;

	*ring->request = request;
	__atomic_store_n(ring->submit_tail, *ring->submit_tail + 1, __ATOMIC_RELEASE);
	if (syscall(__NR_io_uring_enter, ring->fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) != 1)
		err(EXIT_FAILED, "io_uring_enter");
	if (__atomic_load_n(ring->complete_tail, __ATOMIC_ACQUIRE) == head)
		errx(EXIT_FAILED, "io_uring_enter did not wait");
	result = ring->completions[head & *ring->complete_mask].res;
	__atomic_store_n(ring->complete_head, head + 1, __ATOMIC_RELEASE);
	if (result < 0)
		errx(EXIT_FAILED, "request %d: error %d", request.opcode, -result);
	return result;
}

/* Moves at most so many bytes from or to fd; how many it were. */
static int ring_move(struct ring *ring, int opcode, int fd, char *buffer, size_t bytes,
		     __u64 offset)
{
	struct io_uring_sqe request = {
		.opcode = (__u8)opcode, .fd = fd, .addr = (uintptr_t)buffer, .len = (__u32)bytes,
	};

	/* MSG_WAITALL: all of it in one request. */
	if (opcode == IORING_OP_SEND)
		request.msg_flags = MSG_WAITALL;
	else
		request.off = offset;
	return ring_do(ring, request);
}

static int connect_to(int port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int sock = socket(AF_INET, SOCK_STREAM, 0);

	if (sock < 0 || connect(sock, (struct sockaddr *)&address, sizeof(address)) < 0)
		err(EXIT_FAILED, "connect to port %d", port);
	return sock;
}

int main(int argc, char **argv)
{
	size_t chunk = argc == 4 ? strtoul(argv[3], NULL, 10) : 0;
	char *buffer = malloc(chunk ? chunk : 1);
	__u64 offset = 0;
	struct ring ring;
	int file, sock, got;

	if (!chunk || !buffer)
		errx(EXIT_USAGE, "usage: ring_copy PORT FILE CHUNK");
	file = open(argv[2], O_RDONLY);
	if (file < 0)
		err(EXIT_USAGE, "%s", argv[2]);
	sock = connect_to(atoi(argv[1]));
	ring_open(&ring);
	while ((got = ring_move(&ring, IORING_OP_READ, file, buffer, chunk, offset)) > 0) {
		if (ring_move(&ring, IORING_OP_SEND, sock, buffer, (size_t)got, 0) != got)
			errx(EXIT_FAILED, "not all of %d bytes were sent", got);
		offset += (__u64)got;
	}
	return 0;
}
