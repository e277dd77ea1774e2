// SPDX-License-Identifier: GPL-2.0
/* The measuring end of a measurement over a real network: see remote.h. */
#include "remote.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/socket.h>

#include "alloc.h"
#include "report.h"
#include "signals.h"
#include "version.h"
#include "wire.h"

static const char refusal[] = "error ";

enum { CONNECT_MS = 10000, GREET_MS = 10000, SLICE_MS = 100 };

struct remote {
	struct wire wire;
	char name[REMOTE_HOST_BYTES + 16];
	char address[NI_MAXHOST];
	char why[1024];
	struct report *counts;	/* that have come and were not taken; owned */
};

/* The reason why the connection is of no use any more; the first one stays. */
static int give_up(struct remote *remote, int err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int give_up(struct remote *remote, int err, const char *format, ...)
{
	va_list args;

	if (remote->why[0])
		return err;
	va_start(args, format);
	vsnprintf(remote->why, sizeof(remote->why), format, args);
	va_end(args);
	return err;
}

static int unreadable(struct remote *remote, const char *line)
{
	return give_up(remote, -EPROTO, "zctrace receive at %s says what cannot be read: \"%.40s\"; "
		       "install the same zctrace on both machines", remote->name, line);
}

/* Waits until the descriptor is ready: 0, -EINTR after Ctrl-C, -ETIMEDOUT. */
static int wait_for(int fd, short events, int ms)
{
	struct pollfd pollfd = { .fd = fd, .events = events };

	for (; ms > 0; ms -= SLICE_MS) {
		if (interrupted)
			return -EINTR;
		if (poll(&pollfd, 1, SLICE_MS) > 0)
			return 0;
	}
	return -ETIMEDOUT;
}

/* One of the host's addresses: a connected socket or -errno. */
static int try_address(const struct addrinfo *address)
{
	int sock = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int err = 0;
	socklen_t size = sizeof(err);

	if (sock < 0)
		return -errno;
	wire_tune(sock);
	if (connect(sock, address->ai_addr, address->ai_addrlen) == 0)
		return sock;
	err = -errno;
	if (err == -EINPROGRESS)
		err = wait_for(sock, POLLOUT, CONNECT_MS);
	if (!err && getsockopt(sock, SOL_SOCKET, SO_ERROR, &err, &size) == 0)
		err = -err;
	if (!err)
		return sock;
	close(sock);
	return err;
}

static int connect_failed(struct remote *remote, const struct remote_target *target, int err)
{
	if (err == -EINTR)
		return give_up(remote, -EINTR, "interrupted");
	if (err == -ECONNREFUSED)
		return give_up(remote, err, "connect to %s: nobody listens there; start \"zctrace "
			       "receive --bind ADDRESS\" on that machine", remote->name);
	/* Not "this machine cannot", whatever the errno. */
	return give_up(remote, -EHOSTUNREACH, "connect to %s: %s; is that machine on, and does every "
		       "firewall between let port %d through?", remote->name, strerror(-err),
		       target->port);
}

static int resolve(struct remote *remote, const struct remote_target *target, bool ipv6,
		   struct addrinfo **addresses)
{
	const struct addrinfo hints = {
		.ai_family = ipv6 ? AF_INET6 : AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICSERV,
	};
	char service[16];
	int err;

	snprintf(service, sizeof(service), "%d", target->port);
	err = getaddrinfo(target->host, service, &hints, addresses);
	if (!err)
		return 0;
	return give_up(remote, err == EAI_AGAIN || err == EAI_SYSTEM ? -EHOSTUNREACH : -EINVAL,
		       "--to %s: %s; give a name or an address%s of the machine where zctrace "
		       "receive runs", remote->name,
		       err == EAI_SYSTEM ? strerror(errno) : gai_strerror(err),
		       ipv6 ? " for IPv6" : "");
}

static int connect_to(struct remote *remote, const struct remote_target *target, bool ipv6)
{
	struct addrinfo *addresses, *address;
	int sock = -EHOSTUNREACH, err = resolve(remote, target, ipv6, &addresses);

	if (err)
		return err;
	for (address = addresses; address; address = address->ai_next) {
		sock = try_address(address);
		if (sock >= 0)
			getnameinfo(address->ai_addr, address->ai_addrlen, remote->address,
				    sizeof(remote->address), NULL, 0, NI_NUMERICHOST);
		if (sock >= 0 || sock == -EINTR)
			break;
	}
	freeaddrinfo(addresses);
	if (sock < 0)
		return connect_failed(remote, target, sock);
	wire_open(&remote->wire, sock, REMOTE_COUNTS_BYTES, REMOTE_LINE_BYTES * 4);
	return 0;
}

static int lost(struct remote *remote, int err)
{
	if (err == -EMSGSIZE || err == -EBADMSG)
		return unreadable(remote, "no line of text");
	if (err == 0 || err == -ECONNRESET || err == -EPIPE)
		return give_up(remote, -ECONNRESET, "zctrace receive at %s has closed the connection; "
			       "see what it says there", remote->name);
	return give_up(remote, err, "the connection to zctrace receive at %s was lost: %s; is that "
		       "machine still on?", remote->name, strerror(-err));
}

static bool is_refusal(const char *line)
{
	return !strncmp(line, refusal, strlen(refusal));
}

static int refused(struct remote *remote, const char *line)
{
	const char *reason = line + strlen(refusal);

	return give_up(remote, -EREMOTEIO, "zctrace receive at %s: %.*s", remote->name,
		       (int)strcspn(reason, "\n"), reason);
}

/* The next line: 1, -EAGAIN, or why there is none, in remote->why. */
static int next_line(struct remote *remote, char **line)
{
	int got = wire_receive(&remote->wire, line);

	if (got == -EAGAIN)
		return got;
	if (got != 1)
		return lost(remote, got);
	return is_refusal(*line) ? refused(remote, *line) : 1;
}

/* The first line that comes: as wire_receive(), but -ETIMEDOUT or -EINTR instead of -EAGAIN. */
static int first_line(struct remote *remote, char **line)
{
	for (int ms = 0; ms < GREET_MS; ms += SLICE_MS) {
		int got = wire_receive(&remote->wire, line);

		if (got != -EAGAIN)
			return got;
		if (wait_for(remote->wire.fd, POLLIN, SLICE_MS) == -EINTR)
			return -EINTR;
	}
	return -ETIMEDOUT;
}

static int check_hello(struct remote *remote, const char *line)
{
	struct remote_hello theirs;

	if (remote_parse_hello(line, &theirs))
		return give_up(remote, -EPROTO, "what listens at %s is not zctrace receive; is the "
			       "port right?", remote->name);
	if (theirs.protocol != REMOTE_PROTOCOL)
		return give_up(remote, -EPROTO, "zctrace receive at %s is version %s (protocol %ld), "
			       "this is %s (protocol %d): they do not understand each other; "
			       "install the same zctrace on both machines", remote->name,
			       theirs.version, theirs.protocol, ZCTRACE_VERSION, REMOTE_PROTOCOL);
	return 0;
}

static int greet(struct remote *remote)
{
	char hello[REMOTE_LINE_BYTES], *line = NULL;
	int got;

	remote_write_hello(hello);
	got = wire_send(&remote->wire, hello);
	if (!got)
		got = first_line(remote, &line);
	if (got == -EINTR)
		return give_up(remote, got, "interrupted");
	/* It has said something, though not a line. */
	if (got != 1 && remote->wire.in_used)
		return check_hello(remote, "");
	if (got == -ETIMEDOUT)
		return give_up(remote, got, "what listens at %s says nothing; is it zctrace receive, "
			       "and is the port right?", remote->name);
	if (got != 1 || !line)
		return lost(remote, got);
	return is_refusal(line) ? refused(remote, line) : check_hello(remote, line);
}

int remote_open(struct remote **out, const struct remote_target *target, bool ipv6, char *error,
		size_t size)
{
	struct remote *remote = xcalloc(1, sizeof(*remote));
	bool brackets = strchr(target->host, ':');
	int err;

	*out = NULL;
	remote->wire = WIRE_NONE;
	snprintf(remote->name, sizeof(remote->name), brackets ? "[%s]:%d" : "%s:%d", target->host,
		 target->port);
	err = connect_to(remote, target, ipv6);
	if (!err)
		err = greet(remote);
	if (err) {
		snprintf(error, size, "%s", remote->why);
		remote_close(remote);
		return err;
	}
	*out = remote;
	return 0;
}

void remote_close(struct remote *remote)
{
	if (!remote)
		return;
	wire_close(&remote->wire);
	report_free(remote->counts);
	free(remote);
}

const char *remote_name(const struct remote *remote)
{
	return remote->name;
}

const char *remote_address(const struct remote *remote)
{
	return remote->address;
}

int remote_start(struct remote *remote, const struct remote_run *run)
{
	char line[REMOTE_LINE_BYTES];

	remote_write_run(run, line);
	return remote_send(remote, line);
}

int remote_send(struct remote *remote, const char *word)
{
	int err = wire_send(&remote->wire, word);
	char *line;

	/* It may have said why before it closed. */
	if (err && next_line(remote, &line) != 1)
		lost(remote, err);
	return err;
}

int remote_receive(struct remote *remote, char message[CHILD_MESSAGE_BYTES])
{
	char *line;
	int got = next_line(remote, &line);

	if (got != 1)
		return got;
	if (!strncmp(line, "counts ", strlen("counts "))) {
		report_free(remote->counts);
		remote->counts = remote_parse_counts(line);
		if (!remote->counts)
			return unreadable(remote, line);
		line = "counts";
	} else if (!remote_message_good(line) || strlen(line) >= CHILD_MESSAGE_BYTES) {
		return unreadable(remote, line);
	}
	return snprintf(message, CHILD_MESSAGE_BYTES, "%s", line);
}

int remote_poll_fd(const struct remote *remote)
{
	return remote->wire.fd;
}

bool remote_is_lost(struct remote *remote)
{
	const char *line;
	int got = wire_look(&remote->wire, &line);

	if (got == -EAGAIN || (got == 1 && !is_refusal(line)))
		return false;
	if (got == 1)
		refused(remote, line);
	else
		lost(remote, got);
	return true;
}

const char *remote_why(const struct remote *remote)
{
	return remote->why;
}

struct report *remote_take_counts(struct remote *remote)
{
	struct report *counts = remote->counts;

	remote->counts = NULL;
	return counts;
}
