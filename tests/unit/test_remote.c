// SPDX-License-Identifier: GPL-2.0
/* Tests of what two zctrace say to each other: --to's argument, the words, and lines over a
 * connection whose other end is not trusted. Run by `make check-unit`. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/socket.h>

#include "remote_words.h"
#include "report.h"
#include "wire.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void reads_targets(void **state)
{
	static const struct {
		const char *text, *host;
		int port;
	} cases[] = {
		{ "host", "host", REMOTE_PORT },
		{ "host.example:1", "host.example", 1 },
		{ "192.0.2.7", "192.0.2.7", REMOTE_PORT },
		{ "192.0.2.7:65535", "192.0.2.7", 65535 },
		{ "::1", "::1", REMOTE_PORT },
		{ "2001:db8::2", "2001:db8::2", REMOTE_PORT },
		{ "[::1]", "::1", REMOTE_PORT },
		{ "[2001:db8::2]:8082", "2001:db8::2", 8082 },
		{ "fe80::1%eth0", "fe80::1%eth0", REMOTE_PORT },
		{ "[fe80::1%eth0]:9", "fe80::1%eth0", 9 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct remote_target target;

		assert_int_equal(remote_parse_target(cases[i].text, &target), 0);
		assert_string_equal(target.host, cases[i].host);
		assert_int_equal(target.port, cases[i].port);
	}
}

static void refuses_what_is_no_target(void **state)
{
	static const char *const texts[] = {
		"",	    ":",	  ":80",	"host:",     "host:0",	  "host:65536",
		"host:80x", "host: 80",	  "host:+80",	"host:-1",   "host:080",  "-host",
		"ho st",    "host\n",	  "[",		"[]",	     "[]:80",	  "[::1",
		"[::1]80",  "[::1]:",	  "[::1]:0",	"[host]:80", "[::1]]:80", "user@host",
		"a/b",	    "[[::1]]:80", "host:8083 ",
	};
	struct remote_target target;
	char longest[REMOTE_HOST_BYTES + 1];

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		if (remote_parse_target(texts[i], &target) != -EINVAL)
			fail_msg("\"%s\" was taken for a target", texts[i]);
	}
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(remote_parse_target(longest, &target), -EINVAL);
	longest[REMOTE_HOST_BYTES - 1] = '\0';
	assert_int_equal(remote_parse_target(longest, &target), 0);
}

static void hello_reads_back(void **state)
{
	struct remote_hello hello;
	char line[REMOTE_LINE_BYTES];

	(void)state;
	remote_write_hello(line);
	assert_int_equal(remote_parse_hello(line, &hello), 0);
	assert_int_equal(hello.protocol, REMOTE_PROTOCOL);
	assert_true(strlen(hello.version) > 0);
	assert_int_equal(remote_parse_hello("zctrace-remote 999 v9.9-3-gabc~x", &hello), 0);
	assert_int_equal(hello.protocol, 999);
	assert_string_equal(hello.version, "v9.9-3-gabc~x");
}

static void refuses_other_greetings(void **state)
{
	static const char *const lines[] = {
		"",
		"zctrace-remote",
		"zctrace-remote ",
		"zctrace-remote 1",
		"zctrace-remote 1 ",
		"zctrace-remote 0 v1",
		"zctrace-remote -1 v1",
		"zctrace-remote 1  v1",
		"zctrace-remote 1 v1 ",
		"zctrace-remote 1 v1\t",
		"zctrace-remote 1 \xc3\xa4",
		"zctrace-remote 99999999999999999999 v1",
		" zctrace-remote 1 v1",
		"SSH-2.0-OpenSSH_9.2p1",
		"GET / HTTP/1.1",
	};
	struct remote_hello hello;
	char line[REMOTE_LINE_BYTES];

	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		if (remote_parse_hello(lines[i], &hello) != -EINVAL)
			fail_msg("\"%s\" was taken for a zctrace's", lines[i]);
	}
	snprintf(line, sizeof(line), "zctrace-remote 1 %0*d", REMOTE_VERSION_BYTES, 0);
	assert_int_equal(remote_parse_hello(line, &hello), -EINVAL);
}

static void runs_read_back(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		const int seconds[] = { 1, 60, 86400, REMOTE_MOST_SECONDS };
		const struct remote_run run = {
			.traced = i & 1, .digest = i & 2, .seconds = seconds[i],
			.receiver = i % RECEIVER_HOWS,
		};
		struct remote_run again;
		char line[REMOTE_LINE_BYTES];

		remote_write_run(&run, line);
		assert_int_equal(remote_parse_run(line, &again), 0);
		assert_int_equal(again.traced, run.traced);
		assert_int_equal(again.digest, run.digest);
		assert_int_equal(again.seconds, run.seconds);
		assert_int_equal(again.receiver, run.receiver);
	}
}

static void refuses_other_runs(void **state)
{
	static const char *const lines[] = {
		"",
		"run",
		"run traced=1",
		"run traced=1 digest=0",
		"run traced=1 digest=0 seconds=",
		"run traced=1 digest=0 seconds=0",
		"run traced=1 digest=0 seconds=-5",
		"run traced=1 digest=0 seconds=+5",
		"run traced=1 digest=0 seconds=05",
		"run traced=1 digest=0 seconds=1000001",
		"run traced=1 digest=0 seconds=99999999999999999999",
		"run traced=2 digest=0 seconds=5",
		"run traced=1  digest=0 seconds=5",
		"run traced=1 digest=0 seconds=5 ",
		"run traced=1 digest=0 seconds=5;reboot",
		"run traced=1 digest=0 seconds=5 receiver=",
		"run traced=1 digest=0 seconds=5 receiver=recv",
		"run traced=1 digest=0 seconds=5 receiver=discard ",
		"run traced=1 digest=0 seconds=5 receiver=other",
		"run traced=1 digest=0 seconds=5  receiver=discard",
		"run traced=1 digest=0 seconds=5 receiver=splice receiver=splice",
		" run traced=1 digest=0 seconds=5",
	};
	struct remote_run run;

	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		if (remote_parse_run(lines[i], &run) != -EINVAL)
			fail_msg("\"%s\" was taken for a run", lines[i]);
	}
}

#define USAGE(n) "{\"utime_ns\":" #n ",\"stime_ns\":1,\"minflt\":1,\"majflt\":0," \
	"\"nvcsw\":1,\"nivcsw\":1}"
#define TALLY(calls, begin, end) "{\"role\":\"receiver\",\"error\":null," \
	"\"data_calls\":{\"recv\":" #calls "}," \
	"\"rusage_begin\":" USAGE(begin) ",\"rusage_end\":" USAGE(end) "}"

static void passes_on_what_a_receiver_says(void **state)
{
	static const char *const good[] = {
		"listening 1", "listening 65535", "ready 40000", "begin", "end", TALLY(23, 5, 5),
		TALLY(0, 0, 7),
		"{\"error\":\"recv: Connection reset by peer\",\"rusage_begin\":" USAGE(9) "}",
	};
	static const char *const bad[] = {
		"", "listening", "listening ", "listening 0", "listening 65536", "listening 1 ",
		"listening +1", "ready", "ready x", "begin ", "go", "bye", "end.", "[]", "{", "{}x",
		TALLY(23, 6, 5), TALLY(-1, 5, 5), TALLY(1000000000000000000, 5, 5),
	};

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		if (!remote_message_good(good[i]))
			fail_msg("%s was refused", good[i]);
	}
	for (size_t i = 0; i < COUNT(bad); i++) {
		if (remote_message_good(bad[i]))
			fail_msg("%s was passed on", bad[i]);
	}
}

/* A report of one role; its text in one line, to be freed. */
static char *counts_of(const char *role, const char *caller)
{
	struct report *report = report_new();
	struct report_scenario *scenario = report_alloc(report, sizeof(*scenario));
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	report->mode = "receive";
	report->scenarios = scenario;
	report->scenario_count = 1;
	scenario->id = "receiver";
	scenario->roles = report_alloc(report, sizeof(*scenario->roles));
	scenario->role_count = 1;
	scenario->roles[0].name = role;
	scenario->roles[0].voluntary.value = 23;
	scenario->syscalls = report_alloc(report, sizeof(*scenario->syscalls));
	scenario->syscall_count = 1;
	scenario->syscalls[0].role = caller;
	scenario->syscalls[0].name = "recvfrom";
	scenario->syscalls[0].fd = "tcp";
	fputs("counts ", out);
	assert_int_equal(report_write_json(report, out), 0);
	fclose(out);
	report_free(report);
	for (char *c = text; *c; c++)
		*c = *c == '\n' ? ' ' : *c;
	return text;
}

static void reads_counts(void **state)
{
	char *line = counts_of("receiver", "receiver");
	struct report *report = remote_parse_counts(line);

	(void)state;
	assert_non_null(report);
	assert_int_equal(report->scenarios[0].roles[0].voluntary.value, 23);
	report_free(report);
	/* Cut anywhere, it is none; and nothing is read behind its end. */
	for (size_t length = strlen(line) - 3; length; length -= length > 100 ? 61 : 1) {
		char *cut = strndup(line, length);

		assert_null(remote_parse_counts(cut));
		free(cut);
	}
	free(line);
}

static void refuses_counts_of_others(void **state)
{
	static const char *const roles[][2] = {
		{ "sender", "sender" }, { "sender", "receiver" }, { "receiver", "sender" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(roles); i++) {
		char *line = counts_of(roles[i][0], roles[i][1]);

		assert_null(remote_parse_counts(line));
		free(line);
	}
	assert_null(remote_parse_counts("counts "));
	assert_null(remote_parse_counts("counts null"));
	assert_null(remote_parse_counts("counts {}"));
	assert_null(remote_parse_counts("counts {\"schema\": 7}"));
	assert_null(remote_parse_counts("{}"));
}

/* --- lines --- */

enum { MOST = 16 };

struct pair {
	struct wire wire;
	int other;
};

static void open_pair(struct pair *pair)
{
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	wire_open(&pair->wire, ends[0], MOST, MOST);
	pair->other = ends[1];
}

static void close_pair(struct pair *pair)
{
	wire_close(&pair->wire);
	assert_int_equal(pair->wire.fd, -1);
	if (pair->other >= 0)
		close(pair->other);
}

static void send_text(struct pair *pair, const char *text, size_t length)
{
	assert_int_equal(write(pair->other, text, length), length);
}

static void assert_line(struct pair *pair, const char *expected)
{
	char *line;

	assert_int_equal(wire_receive(&pair->wire, &line), 1);
	assert_string_equal(line, expected);
}

static void hears_lines_however_they_come(void **state)
{
	static const char text[] = "one\n\ntwo three\n0123456789abcdef\nlast\n";
	const char *next;
	struct pair pair;
	char *line;

	(void)state;
	open_pair(&pair);
	assert_int_equal(wire_receive(&pair.wire, &line), -EAGAIN);
	for (size_t step = 1; step < sizeof(text); step++) {
		const char *const lines[] = { "one", "", "two three", "0123456789abcdef", "last" };
		size_t sent = 0, heard = 0;

		while (heard < COUNT(lines)) {
			size_t some = sent + step < sizeof(text) ? step : sizeof(text) - 1 - sent;
			int got;

			send_text(&pair, text + sent, some);
			sent += some;
			while ((got = wire_receive(&pair.wire, &line)) == 1)
				assert_string_equal(line, lines[heard++]);
			assert_int_equal(got, -EAGAIN);
		}
	}
	send_text(&pair, "look\nhalf", 9);
	assert_int_equal(wire_look(&pair.wire, &next), 1);
	assert_int_equal(strncmp(next, "look\n", 5), 0);
	assert_line(&pair, "look");
	assert_int_equal(wire_look(&pair.wire, &next), -EAGAIN);
	close(pair.other);
	pair.other = -1;
	/* The end comes once, and for good; half a line is none. */
	assert_int_equal(wire_receive(&pair.wire, &line), 0);
	assert_int_equal(wire_receive(&pair.wire, &line), 0);
	close_pair(&pair);
}

static void refuses_long_lines_and_binary(void **state)
{
	static const struct {
		const char *text;
		size_t length;
		int err;
	} cases[] = {
		{ "0123456789abcdefg", 17, -EMSGSIZE }, { "0123456789abcdefg\n", 18, -EMSGSIZE },
		{ "a\0b\n", 4, -EBADMSG },		{ "\x1b[2J\n", 5, -EBADMSG },
		{ "a\r\n", 3, -EBADMSG },		{ "\t\n", 2, -EBADMSG },
		{ "\x7f\n", 2, -EBADMSG },
	};
	struct pair pair;
	char *line;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		open_pair(&pair);
		send_text(&pair, cases[i].text, cases[i].length);
		assert_int_equal(wire_receive(&pair.wire, &line), cases[i].err);
		close_pair(&pair);
	}
}

static void says_lines(void **state)
{
	char heard[32] = "";
	struct pair pair;

	(void)state;
	open_pair(&pair);
	assert_int_equal(wire_send(&pair.wire, "hello"), 0);
	assert_int_equal(wire_send(&pair.wire, ""), 0);
	assert_int_equal(wire_events(&pair.wire), POLLIN);
	assert_int_equal(read(pair.other, heard, sizeof(heard)), 7);
	assert_string_equal(heard, "hello\n\n");
	close(pair.other);
	pair.other = -1;
	assert_int_equal(wire_send(&pair.wire, "hello"), -EPIPE);
	close_pair(&pair);
}

/* Whoever does not read may not make us keep more than the limit, nor wait. */
static void keeps_no_more_than_the_limit(void **state)
{
	char bytes[4096];
	struct pair pair;
	int err = 0, said = 0;
	ssize_t got, heard = 0;

	(void)state;
	open_pair(&pair);
	while (!err) {
		err = wire_send(&pair.wire, "0123456");
		said += !err;
	}
	assert_int_equal(err, -ENOBUFS);
	assert_int_equal(wire_events(&pair.wire), POLLIN | POLLOUT);
	while ((got = recv(pair.other, bytes, sizeof(bytes), MSG_DONTWAIT)) > 0 ||
	       wire_events(&pair.wire) & POLLOUT) {
		heard += got > 0 ? got : 0;
		assert_int_equal(wire_flush(&pair.wire), 0);
	}
	assert_int_equal(heard, said * 8);
	assert_int_equal(wire_send(&pair.wire, "0123456"), 0);
	assert_int_equal(wire_send(&pair.wire, "more than sixteen bytes"), -ENOBUFS);
	close_pair(&pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_targets),
		cmocka_unit_test(refuses_what_is_no_target),
		cmocka_unit_test(hello_reads_back),
		cmocka_unit_test(refuses_other_greetings),
		cmocka_unit_test(runs_read_back),
		cmocka_unit_test(refuses_other_runs),
		cmocka_unit_test(passes_on_what_a_receiver_says),
		cmocka_unit_test(reads_counts),
		cmocka_unit_test(refuses_counts_of_others),
		cmocka_unit_test(hears_lines_however_they_come),
		cmocka_unit_test(refuses_long_lines_and_binary),
		cmocka_unit_test(says_lines),
		cmocka_unit_test(keeps_no_more_than_the_limit),
	};

	return cmocka_run_group_tests_name("remote", tests, NULL, NULL);
}
