// SPDX-License-Identifier: GPL-2.0
/* libFuzzer target: any bytes as what comes over the connection between two zctrace, at either end,
 * and as --to's argument. Lines have no control character; what is understood is written again as
 * it was; counts that are taken can be put into a report, and that be saved. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/socket.h>

#include "build.h"
#include "remote_words.h"
#include "wire.h"

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void check_hello(const char *line)
{
	struct remote_hello hello;
	char again[REMOTE_LINE_BYTES];

	if (remote_parse_hello(line, &hello))
		return;
	snprintf(again, sizeof(again), "zctrace-remote %ld %s", hello.protocol, hello.version);
	must(!strcmp(line, again));
}

static void check_run(const char *line)
{
	char again[REMOTE_LINE_BYTES];
	struct remote_run run;

	if (remote_parse_run(line, &run))
		return;
	must(run.seconds > 0 && run.seconds <= REMOTE_MOST_SECONDS);
	remote_write_run(&run, again);
	must(!strcmp(line, again));
}

static void check_target(const char *text)
{
	struct remote_target target;

	if (remote_parse_target(text, &target))
		return;
	must(target.port > 0 && target.port < 65536);
	must(target.host[0] && target.host[0] != '-' && strlen(target.host) <= strlen(text));
}

/* As the measuring end does it with the counts of a run. */
static void check_counts(const char *line)
{
	struct report *remote = remote_parse_counts(line), *report;
	struct report_scenario *scenario;
	struct totals totals;
	FILE *out;

	if (!remote)
		return;
	report = report_new();
	report->mode = "sendfile";
	report->scenarios = scenario = report_alloc(report, sizeof(*scenario));
	report->scenario_count = scenario->role_count = 1;
	scenario->payload_bytes = 1;
	scenario->roles = report_alloc(report, sizeof(*scenario->roles));
	scenario->roles[0].name = "receiver";
	build_remote_role(report, remote, "peer", &scenario->roles[0]);
	build_remote_leg(report, remote, "peer", scenario);
	build_remote_syscalls(report, remote, "peer", "receiver", scenario);
	build_remote_loss(remote, scenario);
	build_remote_totals(remote, &totals);
	must(totals.data_calls <= totals.calls && totals.tcp_in <= INT64_MAX);
	report_free(remote);
	out = fopen("/dev/null", "w");
	must(out && report_write_json(report, out) == 0);
	fclose(out);
	report_free(report);
}

static void check_line(const char *line)
{
	for (const char *c = line; *c; c++)
		must((unsigned char)*c >= ' ' && *c != 0x7f);
	check_hello(line);
	check_run(line);
	check_target(line);
	remote_message_good(line);
	check_counts(line);
}

/* Over a connection, in pieces whose size the first byte says; the second one, how long a line may
 * be. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t piece, most, sent = 2;
	struct wire wire;
	const char *next;
	char *line;
	int ends[2], got = -EAGAIN;

	if (size < 2 || size > 60000)
		return 0;
	piece = 1 + data[0] * 16;
	most = data[1] & 1 ? REMOTE_COUNTS_BYTES : REMOTE_LINE_BYTES;
	must(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends));
	wire_open(&wire, ends[0], most, REMOTE_LINE_BYTES);
	while (sent < size && got == -EAGAIN) {
		size_t some = size - sent < piece ? size - sent : piece;

		must(write(ends[1], data + sent, some) == (ssize_t)some);
		sent += some;
		wire_look(&wire, &next);
		while ((got = wire_receive(&wire, &line)) == 1) {
			must(strlen(line) <= most);
			check_line(line);
		}
	}
	close(ends[1]);
	if (got == -EAGAIN)
		must(wire_receive(&wire, &line) == 0);
	wire_close(&wire);
	return 0;
}
