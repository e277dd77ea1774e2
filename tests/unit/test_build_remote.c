// SPDX-License-Identifier: GPL-2.0
/* Tests of how the counts of a receiver on another machine become a part of the report: what it did
 * not count is not measured, for its reason, and never 0. Run by `make check-unit`. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "build.h"

#define PAYLOAD 1507328ULL

static const char reason[] = "zctrace receive at there:8083: no privilege; run it with sudo";

struct merged {
	struct report *report;
	struct report_scenario *scenario;
	struct report_role *role;
};

/* As the measuring end does it. */
static struct merged merge(const struct report *remote)
{
	struct merged m = { .report = report_new() };

	m.scenario = report_alloc(m.report, sizeof(*m.scenario));
	m.role = report_alloc(m.report, sizeof(*m.role));
	m.scenario->payload_bytes = PAYLOAD;
	m.scenario->syscalls = report_alloc(m.report, sizeof(*m.scenario->syscalls));
	m.scenario->syscalls[0] = (struct report_syscall){
		.role = "sender", .name = "sendfile", .fd = "file→tcp", .calls = 24, .zeros = 1,
		.bytes = PAYLOAD, .data = true, .cpu_ns.value = 5,
	};
	m.scenario->syscall_count = 1;
	build_remote_role(m.report, remote, "there:8083", m.role);
	build_remote_leg(m.report, remote, "there:8083", m.scenario);
	build_remote_syscalls(m.report, remote, "there:8083", "receiver", m.scenario);
	build_remote_loss(remote, m.scenario);
	return m;
}

static struct report *untraced_receiver(void)
{
	const struct run_record run = { .receiver.peak_rss_bytes = 4096,
					.receiver.tally.payload_bytes = PAYLOAD };
	struct report *report = build_receiver(NULL, "no privilege; run it with sudo", &run);

	assert_non_null(report);
	return report;
}

static void assert_not_measured(struct measured number)
{
	assert_non_null(number.why);
	assert_string_equal(number.why, reason);
}

static void untraced_is_not_measured(void **state)
{
	struct report *remote = untraced_receiver();
	struct merged m = merge(remote);
	struct totals totals;

	(void)state;
	assert_false(build_remote_totals(remote, &totals));
	/* Nothing of ours may lie in the other report. */
	report_free(remote);
	assert_not_measured(m.role->voluntary);
	assert_not_measured(m.role->involuntary);
	assert_not_measured(m.role->faults_user);
	assert_not_measured(m.role->faults_kernel);
	assert_not_measured(m.role->user_ns);
	assert_not_measured(m.role->kernel_ns);
	assert_not_measured(m.role->blocked_ns);
	assert_not_measured(m.role->runnable_ns);
	assert_not_measured(m.role->window_ns);
	assert_not_measured(m.scenario->legs[LEG_SOCKET_RECEIVER].bytes);
	assert_string_equal(m.scenario->legs[LEG_SOCKET_RECEIVER].per_byte.why, reason);
	assert_null(m.role->peak_rss_bytes.why);
	assert_int_equal(m.role->peak_rss_bytes.value, 4096);
	assert_int_equal(m.scenario->syscall_count, 1);
	report_free(m.report);
}

static void traced_is_taken_over(void **state)
{
	struct report *remote = untraced_receiver();
	struct report_scenario *theirs = &remote->scenarios[0];
	struct report_role *role = &theirs->roles[0];
	struct totals totals;
	struct merged m;

	(void)state;
	role->pid = 7;
	role->voluntary = (struct measured){ .value = 3 };
	role->faults_user = (struct measured){ .why = "left out by --without" };
	role->window_ns = (struct measured){ .value = 99 };
	theirs->legs[LEG_SOCKET_RECEIVER].bytes = (struct measured){ .value = PAYLOAD / 2 };
	theirs->loss_map_full = 5;
	theirs->coarse = 6;
	theirs->syscalls = report_alloc(remote, 2 * sizeof(*theirs->syscalls));
	theirs->syscall_count = 2;
	theirs->syscalls[0] = (struct report_syscall){ .role = "receiver", .name = "getpid", .fd = "-",
						       .calls = 1 };
	theirs->syscalls[1] = (struct report_syscall){
		.role = "receiver", .name = report_text(remote, "recvfrom"), .fd = "tcp",
		.calls = 30, .errors = 2, .zeros = 1, .bytes = PAYLOAD, .data = true,
		.cpu_ns.value = 9,
		.blocked_ns.why = report_text(remote, "left out by --without"),
		.source = report_text(remote, "192.0.2.2:1 → 192.0.2.1:2"),
	};
	assert_true(build_remote_totals(remote, &totals));
	assert_int_equal(totals.calls, 31);
	assert_int_equal(totals.data_calls, 27);
	assert_int_equal(totals.tcp_in, PAYLOAD);
	m = merge(remote);
	report_free(remote);
	assert_int_equal(m.role->pid, 7);
	assert_int_equal(m.role->voluntary.value, 3);
	assert_null(m.role->voluntary.why);
	assert_string_equal(m.role->faults_user.why,
			    "zctrace receive at there:8083: left out by --without");
	assert_float_equal(m.scenario->legs[LEG_SOCKET_RECEIVER].per_byte.value, 0.5, 0);
	assert_null(m.scenario->legs[LEG_SOCKET_RECEIVER].bytes.why);
	assert_int_equal(m.scenario->loss_map_full, 5);
	assert_int_equal(m.scenario->coarse, 6);
	/* Calls that move data first, the busiest of them first; ours is still there. */
	assert_int_equal(m.scenario->syscall_count, 3);
	assert_string_equal(m.scenario->syscalls[0].name, "recvfrom");
	assert_string_equal(m.scenario->syscalls[0].source, "192.0.2.2:1 → 192.0.2.1:2");
	assert_string_equal(m.scenario->syscalls[0].blocked_ns.why, m.role->faults_user.why);
	assert_string_equal(m.scenario->syscalls[1].name, "sendfile");
	assert_string_equal(m.scenario->syscalls[2].role, "receiver");
	report_free(m.report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(untraced_is_not_measured),
		cmocka_unit_test(traced_is_taken_over),
	};

	return cmocka_run_group_tests_name("build_remote", tests, NULL, NULL);
}
