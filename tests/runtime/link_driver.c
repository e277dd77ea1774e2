// SPDX-License-Identifier: GPL-2.0
/* Opens links the way the runner does, and moves bytes over them. Driven by test_link.py.
 *
 *   link_driver KIND RATE 4|6 hold         one link: a line of JSON, then for every line "BYTES" on
 *                                          stdin a transfer and a line of JSON, until end of file
 *   link_driver KIND RATE 4|6 open TIMES   opens and closes links: a line of JSON, then waits for
 *                                          the end of stdin
 *
 * RATE is 0 for unlimited. Exit status as zctrace's: 2 usage, 3 this machine cannot, 4 failed. */
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <netinet/in.h>
#include <linux/tcp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "link.h"

enum { EXIT_USAGE = 2, EXIT_MACHINE = 3, EXIT_FAILED = 4, CHUNK = 65536, PERIOD = 251 };

/* Shared with the two processes of a transfer. */
struct transfer {
	__u64 bytes;			/* to be sent */
	__u64 received, wrong;		/* wrong: bytes that are not what was sent */
	__u64 elapsed_ns;		/* connect to end of file */
	__u64 retransmitted;		/* bytes, by the sender's TCP_INFO */
};

static struct link *open_link(const struct link_config *config)
{
	struct link *link;
	char error[256];
	int problem = link_open(config, &link, error, sizeof(error));

	if (!problem)
		return link;
	fprintf(stderr, "link_driver: %s\n", error);
	exit(problem == -EPERM || problem == -EOPNOTSUPP || problem == -ENOSPC ? EXIT_MACHINE :
									       EXIT_FAILED);
}

static __u64 namespace_of(const char *path)
{
	struct stat status;

	if (stat(path, &status) < 0)
		err(EXIT_FAILED, "%s", path);
	return status.st_ino;
}

static __u64 now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (__u64)now.tv_sec * 1000000000 + (__u64)now.tv_nsec;
}

/* A child that dies with the driver, on its side of the link. Returns 0 in the child. */
static pid_t fork_on(const struct link *link, enum link_side side)
{
	pid_t parent = getpid();
	pid_t child = fork();
	int problem;

	if (child < 0)
		err(EXIT_FAILED, "fork");
	if (child)
		return child;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(EXIT_FAILED);
	problem = link_enter(link, side);
	if (problem) {
		fprintf(stderr, "link_driver: link_enter: %s\n", strerror(-problem));
		_exit(EXIT_FAILED);
	}
	return 0;
}

static struct addrinfo *resolve(const char *address, int port)
{
	struct addrinfo hints = {
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
	};
	struct addrinfo *found;
	char service[16];

	snprintf(service, sizeof(service), "%d", port);
	if (getaddrinfo(address, service, &hints, &found))
		errx(EXIT_FAILED, "%s: not an address", address);
	return found;
}

/* Returns the listening socket, and the port that the kernel chose. */
static int listen_on(const char *address, int *port)
{
	struct addrinfo *found = resolve(address, 0);
	int sock = socket(found->ai_family, SOCK_STREAM, 0);
	struct sockaddr_in6 bound;	/* sin6_port is where sin_port is */
	socklen_t size = sizeof(bound);

	if (sock < 0 || bind(sock, found->ai_addr, found->ai_addrlen) < 0 ||
	    listen(sock, 1) < 0 || getsockname(sock, (struct sockaddr *)&bound, &size) < 0)
		err(EXIT_FAILED, "listen on %s", address);
	freeaddrinfo(found);
	*port = ntohs(bound.sin6_port);
	return sock;
}

static void receive(const struct link *link, int port_pipe, struct transfer *transfer)
{
	static unsigned char buffer[CHUNK];
	int port, connection, sock = listen_on(link_address(link, LINK_RECEIVER), &port);
	ssize_t got;

	if (write(port_pipe, &port, sizeof(port)) != sizeof(port))
		err(EXIT_FAILED, "write");
	connection = accept(sock, NULL, NULL);
	if (connection < 0)
		err(EXIT_FAILED, "accept");
	while ((got = recv(connection, buffer, sizeof(buffer), 0)) > 0) {
		for (ssize_t i = 0; i < got; i++)
			transfer->wrong += buffer[i] != transfer->received++ % PERIOD;
	}
	if (got < 0)
		err(EXIT_FAILED, "recv");
}

/* sent is the number of the buffer's first byte. */
static void fill(unsigned char *buffer, __u64 sent)
{
	for (size_t i = 0; i < CHUNK; i++)
		buffer[i] = (sent + i) % PERIOD;
}

static void wait_for_close(int sock, struct transfer *transfer)
{
	struct tcp_info info = { 0 };
	socklen_t size = sizeof(info);
	char byte;

	shutdown(sock, SHUT_WR);
	if (recv(sock, &byte, 1, 0) != 0)
		err(EXIT_FAILED, "wait for the receiver");
	if (getsockopt(sock, IPPROTO_TCP, TCP_INFO, &info, &size) < 0)
		err(EXIT_FAILED, "TCP_INFO");
	transfer->retransmitted = info.tcpi_bytes_retrans;
}

static void send_bytes(const struct link *link, int port_pipe, struct transfer *transfer)
{
	static unsigned char buffer[CHUNK];
	struct addrinfo *found;
	__u64 sent = 0, start;
	int port, sock;

	if (read(port_pipe, &port, sizeof(port)) != sizeof(port))
		errx(EXIT_FAILED, "the receiver did not say its port");
	found = resolve(link_address(link, LINK_RECEIVER), port);
	start = now_ns();
	sock = socket(found->ai_family, SOCK_STREAM, 0);
	if (sock < 0 || connect(sock, found->ai_addr, found->ai_addrlen) < 0)
		err(EXIT_FAILED, "connect to %s", link_address(link, LINK_RECEIVER));
	freeaddrinfo(found);
	while (sent < transfer->bytes) {
		__u64 left = transfer->bytes - sent;
		ssize_t done;

		fill(buffer, sent);
		done = send(sock, buffer, left < CHUNK ? left : CHUNK, MSG_NOSIGNAL);
		if (done < 0)
			err(EXIT_FAILED, "send");
		sent += (__u64)done;
	}
	wait_for_close(sock, transfer);
	transfer->elapsed_ns = now_ns() - start;
}

static void check_child(pid_t child, const char *name)
{
	int status;

	if (waitpid(child, &status, 0) != child || status)
		errx(EXIT_FAILED, "the %s failed (status %#x)", name, status);
}

static void run_transfer(const struct link *link, struct transfer *transfer, __u64 bytes)
{
	pid_t receiver, sender;
	int ports[2];

	*transfer = (struct transfer){ .bytes = bytes };
	if (pipe(ports) < 0)
		err(EXIT_FAILED, "pipe");
	receiver = fork_on(link, LINK_RECEIVER);
	if (!receiver) {
		receive(link, ports[1], transfer);
		_exit(0);
	}
	close(ports[1]);
	sender = fork_on(link, LINK_SENDER);
	if (!sender) {
		send_bytes(link, ports[0], transfer);
		_exit(0);
	}
	close(ports[0]);
	check_child(sender, "sender");
	check_child(receiver, "receiver");
	printf("{\"received\": %llu, \"wrong\": %llu, \"elapsed_ns\": %llu, "
	       "\"retransmitted\": %llu}\n", transfer->received, transfer->wrong,
	       transfer->elapsed_ns, transfer->retransmitted);
	fflush(stdout);
}

static void say_side(const struct link *link, enum link_side side, const char *name, pid_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/net", pid);
	printf(", \"%s\": {\"pid\": %d, \"netns\": %llu, \"address\": \"%s\"}", name, pid,
	       namespace_of(path), link_address(link, side));
}

/* A process that does nothing on a side, so that there is a PID to look at it through. */
static pid_t stand_on(const struct link *link, enum link_side side)
{
	int entered[2];
	pid_t child;
	char byte;

	if (pipe(entered) < 0)
		err(EXIT_FAILED, "pipe");
	child = fork_on(link, side);
	if (!child) {
		close(entered[0]);
		close(entered[1]);
		for (;;)
			pause();
	}
	close(entered[1]);
	if (read(entered[0], &byte, 1) != 0)
		errx(EXIT_FAILED, "the process on a side did not start");
	close(entered[0]);
	return child;
}

static void hold(const struct link_config *config)
{
	struct link *link = open_link(config);
	struct transfer *transfer = mmap(NULL, sizeof(*transfer), PROT_READ | PROT_WRITE,
					 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t sender = stand_on(link, LINK_SENDER);
	pid_t receiver = stand_on(link, LINK_RECEIVER);
	char line[64];

	if (transfer == MAP_FAILED)
		err(EXIT_FAILED, "mmap");
	printf("{\"netns\": %llu", namespace_of("/proc/thread-self/ns/net"));
	say_side(link, LINK_SENDER, "sender", sender);
	say_side(link, LINK_RECEIVER, "receiver", receiver);
	printf("}\n");
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin))
		run_transfer(link, transfer, strtoull(line, NULL, 10));
	kill(sender, SIGKILL);
	kill(receiver, SIGKILL);
	waitpid(sender, NULL, 0);
	waitpid(receiver, NULL, 0);
	munmap(transfer, sizeof(*transfer));
	link_close(link);
}

static int count_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int count = 0;

	if (!dir)
		err(EXIT_FAILED, "/proc/self/fd");
	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

static void open_often(const struct link_config *config, int times)
{
	__u64 before = namespace_of("/proc/thread-self/ns/net");
	int fds = count_fds();

	for (int i = 0; i < times; i++)
		link_close(open_link(config));
	printf("{\"fds_before\": %d, \"fds_after\": %d, \"same_netns\": %s}\n", fds, count_fds(),
	       namespace_of("/proc/thread-self/ns/net") == before ? "true" : "false");
	fflush(stdout);
	while (getchar() != EOF)
		;
}

int main(int argc, char **argv)
{
	struct link_config config = { .kind = LINK_LO };

	if (argc < 5 || link_parse(argv[1], &config.kind) ||
	    (strcmp(argv[2], "0") && rate_parse(argv[2], &config.rate_bits)) ||
	    (strcmp(argv[3], "4") && strcmp(argv[3], "6")))
		errx(EXIT_USAGE, "usage: link_driver KIND RATE 4|6 hold|open [TIMES]");
	config.ipv6 = argv[3][0] == '6';
	if (!strcmp(argv[4], "hold"))
		hold(&config);
	else
		open_often(&config, argc > 5 ? atoi(argv[5]) : 1);
	return 0;
}
