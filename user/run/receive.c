// SPDX-License-Identifier: GPL-2.0
/* zctrace receive: one loop over the listening socket, those who have not yet said who they are,
 * the one measuring end that is served, and the receiver program. Anybody can connect, so
 * everything that somebody else can cause is limited in number, in size and in time. */
#include "receive.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/socket.h>

#include "clock.h"
#include "exits.h"
#include "privilege.h"
#include "receive_run.h"
#include "signals.h"
#include "version.h"

enum {
	MAX_WAITING = 16,	/* that have connected and not said hello */
	MAX_RUNS = 20000,	/* of one measuring end */
	HELLO_MS = 10000,
};

#define NS_PER_MS 1000000ULL
#define NS_PER_S 1000000000ULL

struct peer {
	struct wire wire;	/* fd -1 = nobody */
	char name[NI_MAXHOST];	/* its address */
	char here[NI_MAXHOST];	/* ours, that it has reached */
	__u64 deadline_ns;	/* when it must have said something */
};

struct server {
	const struct receive_options *options;
	struct receive_setup setup;
	struct receive_run run;
	char untraced[512];
	int listener;
	struct peer waiting[MAX_WAITING];
	struct peer guest;	/* the measuring end that is served */
	unsigned int runs;	/* of it */
	bool done;		/* it was the only one to be served */
	enum zc_exit status;
};

static void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void say(const char *format, ...)
{
	va_list args;

	fputs("zctrace receive: ", stdout);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
}

static bool is_there(const struct peer *peer)
{
	return peer->wire.fd >= 0;
}

/* --- those who have not said who they are --- */

static void turn_away(const struct server *server, struct peer *peer, const char *why)
{
	if (server->options->verbosity)
		say("%s: turned away: %s", peer->name, why);
	wire_close(&peer->wire);
}

/* A place for one more; the one who has kept silent for longest makes room. */
static struct peer *waiting_place(struct server *server)
{
	struct peer *oldest = &server->waiting[0];

	for (int i = 0; i < MAX_WAITING; i++) {
		if (!is_there(&server->waiting[i]))
			return &server->waiting[i];
		if (server->waiting[i].deadline_ns < oldest->deadline_ns)
			oldest = &server->waiting[i];
	}
	turn_away(server, oldest, "others have come meanwhile, and it said nothing");
	return oldest;
}

static void accept_one(struct server *server)
{
	struct sockaddr_storage theirs, ours;
	socklen_t theirs_size = sizeof(theirs), ours_size = sizeof(ours);
	struct peer *peer;
	int sock;

	sock = accept4(server->listener, (struct sockaddr *)&theirs, &theirs_size,
		       SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (sock < 0)
		return;
	wire_tune(sock);
	peer = waiting_place(server);
	wire_address(&theirs, theirs_size, peer->name);
	if (getsockname(sock, (struct sockaddr *)&ours, &ours_size))
		ours.ss_family = AF_UNSPEC;
	wire_address(&ours, ours_size, peer->here);
	peer->deadline_ns = now_ns() + HELLO_MS * NS_PER_MS;
	wire_open(&peer->wire, sock, REMOTE_LINE_BYTES, REMOTE_COUNTS_BYTES + CHILD_MESSAGE_BYTES);
}

static __u64 guest_limit_ns(const struct server *server)
{
	return now_ns() + server->options->most_seconds * NS_PER_S;
}

/* From now on it is the one that is served; what it has said beyond hello goes with it. */
static void welcome(struct server *server, struct peer *peer, const struct remote_hello *hello)
{
	server->guest = *peer;
	peer->wire = WIRE_NONE;
	server->guest.deadline_ns = guest_limit_ns(server);
	server->runs = 0;
	say("%s: measuring, with zctrace %s", server->guest.name, hello->version);
}

static void read_hello(struct server *server, struct peer *peer)
{
	char *line, answer[REMOTE_LINE_BYTES];
	struct remote_hello hello;
	int got = wire_receive(&peer->wire, &line);

	if (got == -EAGAIN)
		return;
	if (got != 1 || remote_parse_hello(line, &hello)) {
		turn_away(server, peer, got == 0 ? "it left without a word" : "it is not zctrace");
		return;
	}
	remote_write_hello(answer);
	if (hello.protocol != REMOTE_PROTOCOL) {
		wire_send(&peer->wire, answer);
		say("%s: its zctrace %s and this %s do not understand each other; install the same "
		    "on both machines", peer->name, hello.version, ZCTRACE_VERSION);
		wire_close(&peer->wire);
		return;
	}
	if (is_there(&server->guest)) {
		wire_send(&peer->wire, "error it serves another measurement now, and one at a time; "
			  "try again later");
		turn_away(server, peer, "another measurement goes on");
		return;
	}
	if (wire_send(&peer->wire, answer))
		turn_away(server, peer, "it is gone again");
	else
		welcome(server, peer, &hello);
}

/* --- the one that is served --- */

static void guest_leaves(struct server *server, bool well)
{
	bool measured = server->runs > 0;

	receive_run_stop(&server->run);
	wire_close(&server->guest.wire);
	if (!server->options->once || !measured)
		return;
	server->done = true;
	server->status = well ? ZC_EXIT_OK : ZC_EXIT_FAILED;
}

static void dismiss(struct server *server, const char *why)
{
	char line[700];

	say("%s: the measurement was ended: %s", server->guest.name, why);
	snprintf(line, sizeof(line), "error %s", why);
	wire_send(&server->guest.wire, line);
	guest_leaves(server, false);
}

static void guest_is_gone(struct server *server, int err)
{
	bool well = err == 0 && server->run.phase == RECEIVE_IDLE;

	if (err == -EMSGSIZE || err == -EBADMSG) {
		dismiss(server, "it does not speak as zctrace does");
		return;
	}
	if (well)
		say("%s: done, %u runs", server->guest.name, server->runs);
	else
		say("%s: gone in the middle of a run%s%s", server->guest.name, err ? ": " : "",
		    err ? strerror(-err) : "");
	guest_leaves(server, well);
}

static int take_word(struct server *server, const char *word)
{
	struct receive_run *run = &server->run;
	struct remote_run wanted;

	if (run->phase != RECEIVE_IDLE || remote_parse_run(word, &wanted))
		return receive_run_obey(run, word);
	if (server->runs == MAX_RUNS)
		return failed(run->error, sizeof(run->error), -EDQUOT,
			      "more than %d runs in one measurement", MAX_RUNS);
	server->runs++;
	return receive_run_start(run, &wanted, server->guest.here);
}

static void read_guest(struct server *server)
{
	char *word;
	int got = 1;

	while (is_there(&server->guest)) {
		got = wire_receive(&server->guest.wire, &word);
		if (got != 1)
			break;
		server->guest.deadline_ns = guest_limit_ns(server);
		if (take_word(server, word))
			dismiss(server, server->run.error);
	}
	if (got != 1 && got != -EAGAIN)
		guest_is_gone(server, got);
}

static void forward_program(struct server *server)
{
	server->guest.deadline_ns = guest_limit_ns(server);
	if (receive_run_forward(&server->run, &server->guest.wire))
		dismiss(server, server->run.error);
}

/* --- the loop --- */

static void end_what_is_late(struct server *server)
{
	__u64 now = now_ns();
	char why[128];

	for (int i = 0; i < MAX_WAITING; i++) {
		if (is_there(&server->waiting[i]) && now > server->waiting[i].deadline_ns)
			turn_away(server, &server->waiting[i], "it says nothing");
	}
	if (!is_there(&server->guest))
		return;
	if (server->run.phase == RECEIVE_IDLE ? now > server->guest.deadline_ns :
						now > server->run.deadline_ns) {
		snprintf(why, sizeof(why), "no end after the time that is allowed here; its --timeout "
			 "(%d s) allows more", server->options->most_seconds);
		dismiss(server, why);
	}
}

enum { LISTENER, GUEST, PROGRAM, WAITING, POLLED = WAITING + MAX_WAITING };

static void fill_fds(const struct server *server, struct pollfd fds[POLLED])
{
	fds[LISTENER] = (struct pollfd){ .fd = server->listener, .events = POLLIN };
	fds[GUEST] = (struct pollfd){
		.fd = server->guest.wire.fd, .events = wire_events(&server->guest.wire),
	};
	fds[PROGRAM] = (struct pollfd){ .fd = server->run.program.gate, .events = POLLIN };
	for (int i = 0; i < MAX_WAITING; i++)
		fds[WAITING + i] = (struct pollfd){
			.fd = server->waiting[i].wire.fd, .events = POLLIN,
		};
}

static void serve(struct server *server, const sigset_t *while_waiting)
{
	/* The traced program is left alone: we wake up once a second at most. */
	const struct timespec second = { .tv_sec = 1 };
	struct pollfd fds[POLLED];

	while (!interrupted && !server->done) {
		fill_fds(server, fds);
		if (ppoll(fds, POLLED, &second, while_waiting) > 0) {
			/* What the program says first: it may end with the guest's next word. */
			if (fds[PROGRAM].revents)
				forward_program(server);
			if (fds[GUEST].revents & POLLOUT && is_there(&server->guest))
				wire_flush(&server->guest.wire);
			if (fds[GUEST].revents & ~POLLOUT && is_there(&server->guest))
				read_guest(server);
			for (int i = 0; i < MAX_WAITING; i++) {
				if (fds[WAITING + i].revents)
					read_hello(server, &server->waiting[i]);
			}
			if (fds[LISTENER].revents)
				accept_one(server);
		}
		end_what_is_late(server);
	}
	if (is_there(&server->guest))
		dismiss(server, "zctrace receive was stopped");
}

/* --- start and end --- */

/* Prepares to trace receivers, or finds out why that cannot be. */
static void open_session(struct server *server)
{
	const struct session_options options = { 0 };
	int err = session_open(&server->setup.session, &options, server->untraced,
			       sizeof(server->untraced));

	if (err == -EPERM || err == -EACCES)
		snprintf(server->untraced, sizeof(server->untraced), "no privilege; run it with sudo");
	server->setup.untraced = server->untraced;
}

static void say_start(const struct server *server)
{
	struct sockaddr_storage address = { 0 };
	socklen_t size = sizeof(address);
	char text[NI_MAXHOST], port[NI_MAXSERV] = "?";
	bool this_machine;

	getsockname(server->listener, (struct sockaddr *)&address, &size);
	getnameinfo((struct sockaddr *)&address, size, NULL, 0, port, sizeof(port), NI_NUMERICSERV);
	wire_address(&address, size, text);
	this_machine = !strncmp(text, "127.", 4) || !strcmp(text, "::1");
	say("listening on %s port %s%s", text, port, this_machine ?
	    ", for this machine only; --bind ADDRESS lets others in" : "");
	if (server->setup.session)
		say("receivers are traced");
	else
		say("receivers are not traced: %s", server->untraced);
}

int receive(const struct receive_options *options)
{
	struct server server = {
		.options = options, .guest.wire = WIRE_NONE,
		.setup = {
			.identity = identity_of_caller(), .data_port = options->data_port,
			.most_seconds = options->most_seconds, .show_stderr = options->verbosity,
			.build = options->build,
		},
	};
	sigset_t ours, before;
	char error[256];

	for (int i = 0; i < MAX_WAITING; i++)
		server.waiting[i].wire = WIRE_NONE;
	receive_run_init(&server.run, &server.setup);
	server.listener = wire_listen(options->bind, options->port);
	if (server.listener < 0)
		return exit_of_error(server.listener);
	open_session(&server);
	if (privilege_keep(&server.setup.identity, PRIVILEGE_TRACE, error, sizeof(error))) {
		server.status = complain(ZC_EXIT_MACHINE, "receive: %s", error);
		goto cleanup;
	}
	/* Signals come only while we wait: none gets lost before it. */
	sigemptyset(&ours);
	sigaddset(&ours, SIGINT);
	sigaddset(&ours, SIGTERM);
	sigaddset(&ours, SIGHUP);
	sigprocmask(SIG_BLOCK, &ours, &before);
	say_start(&server);
	serve(&server, &before);
	for (int i = 0; i < MAX_WAITING; i++)
		wire_close(&server.waiting[i].wire);
	sigprocmask(SIG_SETMASK, &before, NULL);
cleanup:
	close(server.listener);
	session_close(server.setup.session);
	return server.status;
}
