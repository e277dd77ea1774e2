// SPDX-License-Identifier: GPL-2.0
/* Tests of the OpenMetrics text: exact lines, escaping, what is left out, and what is summed.
 * Run by `make test`; needs no privilege. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "openmetrics.h"

static struct report *new_report(size_t scenarios)
{
	struct report *report = report_new();

	assert_non_null(report);
	report->mode = "run";
	report->tool.version = "1.0";
	report->machine.kernel = "6.1.0";
	report->machine.arch = "x86_64";
	report->scenarios = report_alloc(report, scenarios * sizeof(*report->scenarios));
	report->scenario_count = scenarios;
	return report;
}

/* A scenario of which nothing was measured. */
static struct report_scenario *blank_scenario(struct report *report, size_t index)
{
	struct report_scenario *scenario = &report->scenarios[index];

	scenario->id = "run";
	scenario->crossings_data.why = "x";
	scenario->crossings_control.why = "x";
	scenario->crossings_user_faults.why = "x";
	for (int leg = 0; leg < LEG_COUNT; leg++)
		scenario->legs[leg].per_byte.why = "x";
	return scenario;
}

static struct report_role *add_role(struct report *report, struct report_scenario *scenario,
				    const char *name)
{
	struct report_role *role = report_alloc(report, sizeof(*role));

	role->name = name;
	role->voluntary.why = "x";
	role->involuntary.why = "x";
	role->faults_user.why = "x";
	role->faults_kernel.why = "x";
	role->interrupts_user.why = "x";
	role->interrupts_kernel.why = "x";
	scenario->roles = role;
	scenario->role_count = 1;
	return role;
}

static struct report_syscall *add_calls(struct report *report, struct report_scenario *scenario,
					size_t count)
{
	scenario->syscalls = report_alloc(report, count * sizeof(*scenario->syscalls));
	scenario->syscall_count = count;
	for (size_t i = 0; i < count; i++) {
		scenario->syscalls[i] = (struct report_syscall){
			.role = "cat[7]", .name = "read", .fd = "file", .calls = 1,
		};
	}
	return scenario->syscalls;
}

/* The text; to be freed. */
static char *written(const struct report *report)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	assert_int_equal(openmetrics_write(report, out), 0);
	assert_int_equal(fclose(out), 0);
	return text;
}

static void check_text(struct report *report, const char *expected)
{
	char *text = written(report);

	assert_string_equal(text, expected);
	free(text);
	report_free(report);
}

static void check_line(struct report *report, const char *line)
{
	char *text = written(report);

	if (!strstr(text, line))
		fail_msg("no line \"%s\" in:\n%s", line, text);
	free(text);
	report_free(report);
}

#define INFO_LINES \
	"# TYPE zctrace_info gauge\n" \
	"# HELP zctrace_info What measured, and on what.\n" \
	"zctrace_info{version=\"1.0\",mode=\"run\",kernel=\"6.1.0\",arch=\"x86_64\"} 1\n"

static void says_everything_that_was_measured(void **state)
{
	struct report *report = new_report(1);
	struct report_scenario *scenario = blank_scenario(report, 0);
	struct report_syscall *calls = add_calls(report, scenario, 2);
	struct report_role *role = add_role(report, scenario, "cat[7]");
	struct report_flow *flow = report_alloc(report, sizeof(*flow));
	struct report_refusal refusal;

	(void)state;
	calls[0].calls = 17;
	calls[0].bytes = 18446744073709551615ULL;
	calls[0].data = true;
	calls[1].name = "openat";
	calls[1].fd = "-";
	calls[1].calls = 3;
	calls[1].errors = 2;
	scenario->crossings_data = (struct measured){ 34, NULL };
	scenario->crossings_control = (struct measured){ 6, NULL };
	scenario->crossings_user_faults = (struct measured){ 8, NULL };
	role->voluntary = (struct measured){ 5, NULL };
	role->involuntary = (struct measured){ 1, NULL };
	role->faults_user = (struct measured){ 4, NULL };
	role->faults_kernel = (struct measured){ 0, NULL };
	role->interrupts_user = (struct measured){ 7, NULL };
	refusal = (struct report_refusal){ .call = "splice", .error = "EINVAL", .times = 3 };
	*flow = (struct report_flow){ .source_kind = "file", .sink_kind = "tcp", .bytes = 4096,
				      .verdict = "zero-copy", .refusals = &refusal,
				      .refusal_count = 1 };
	scenario->flows = flow;
	scenario->flow_count = 1;
	scenario->legs[LEG_USER_SOCKET].by = "cpu";
	scenario->legs[LEG_USER_SOCKET].per_byte = (struct measured_real){ 0.25, NULL };
	scenario->loss_map_full = 9;

	check_text(report,
		INFO_LINES
		"# TYPE zctrace_syscalls counter\n"
		"# HELP zctrace_syscalls System calls that began and returned, by the kind of "
		"descriptor.\n"
		"zctrace_syscalls_total{scenario=\"run\",role=\"cat[7]\",call=\"openat\","
		"fd=\"-\"} 3\n"
		"zctrace_syscalls_total{scenario=\"run\",role=\"cat[7]\",call=\"read\","
		"fd=\"file\"} 17\n"
		"# TYPE zctrace_syscall_errors counter\n"
		"# HELP zctrace_syscall_errors Of these, the calls that returned an error.\n"
		"zctrace_syscall_errors_total{scenario=\"run\",role=\"cat[7]\",call=\"openat\","
		"fd=\"-\"} 2\n"
		"# TYPE zctrace_payload_bytes counter\n"
		"# UNIT zctrace_payload_bytes bytes\n"
		"# HELP zctrace_payload_bytes Payload that the calls returned they had moved.\n"
		"zctrace_payload_bytes_total{scenario=\"run\",role=\"cat[7]\",call=\"read\","
		"fd=\"file\"} 18446744073709551615\n"
		"# TYPE zctrace_crossings counter\n"
		"# HELP zctrace_crossings Changes between user and kernel mode: two per call, two "
		"per page fault.\n"
		"zctrace_crossings_total{scenario=\"run\",by=\"control calls\"} 6\n"
		"zctrace_crossings_total{scenario=\"run\",by=\"data calls\"} 34\n"
		"zctrace_crossings_total{scenario=\"run\",by=\"page faults\"} 8\n"
		"# TYPE zctrace_context_switches counter\n"
		"# HELP zctrace_context_switches Times that the scheduler took a thread off its "
		"CPU.\n"
		"zctrace_context_switches_total{scenario=\"run\",role=\"cat[7]\","
		"kind=\"involuntary\"} 1\n"
		"zctrace_context_switches_total{scenario=\"run\",role=\"cat[7]\","
		"kind=\"voluntary\"} 5\n"
		"# TYPE zctrace_page_faults counter\n"
		"# HELP zctrace_page_faults Page faults by the mode in which they were taken.\n"
		"zctrace_page_faults_total{scenario=\"run\",role=\"cat[7]\",mode=\"kernel\"} 0\n"
		"zctrace_page_faults_total{scenario=\"run\",role=\"cat[7]\",mode=\"user\"} 4\n"
		"# TYPE zctrace_interrupts counter\n"
		"# HELP zctrace_interrupts Interrupts that hit a thread, by the mode in which it "
		"was.\n"
		"zctrace_interrupts_total{scenario=\"run\",role=\"cat[7]\",mode=\"user\"} 7\n"
		"# TYPE zctrace_flow_bytes counter\n"
		"# UNIT zctrace_flow_bytes bytes\n"
		"# HELP zctrace_flow_bytes Bytes that went from one kind of place to another, and "
		"how.\n"
		"zctrace_flow_bytes_total{scenario=\"run\",source_kind=\"file\",sink_kind=\"tcp\","
		"verdict=\"zero-copy\"} 4096\n"
		"# TYPE zctrace_refused_calls counter\n"
		"# HELP zctrace_refused_calls Calls that would have moved bytes without copying "
		"them, and failed.\n"
		"zctrace_refused_calls_total{scenario=\"run\",call=\"splice\",error=\"EINVAL\"} "
		"3\n"
		"# TYPE zctrace_copies_per_byte gauge\n"
		"# HELP zctrace_copies_per_byte Bytes that a leg copied, for each byte of "
		"payload.\n"
		"zctrace_copies_per_byte{scenario=\"run\",leg=\"user-socket\",by=\"cpu\"} 0.25\n"
		"# TYPE zctrace_events_lost counter\n"
		"# HELP zctrace_events_lost Events that could not be counted; not 0 puts every "
		"number in doubt.\n"
		"zctrace_events_lost_total{scenario=\"run\",where=\"map_full\"} 9\n"
		"zctrace_events_lost_total{scenario=\"run\",where=\"recursion\"} 0\n"
		"zctrace_events_lost_total{scenario=\"run\",where=\"ring\"} 0\n"
		"# EOF\n");
}

static void leaves_out_what_was_not_measured(void **state)
{
	struct report *report = new_report(1);
	struct report_scenario *scenario = blank_scenario(report, 0);

	(void)state;
	add_role(report, scenario, "cat[7]");
	check_text(report,
		INFO_LINES
		"# TYPE zctrace_events_lost counter\n"
		"# HELP zctrace_events_lost Events that could not be counted; not 0 puts every "
		"number in doubt.\n"
		"zctrace_events_lost_total{scenario=\"run\",where=\"map_full\"} 0\n"
		"zctrace_events_lost_total{scenario=\"run\",where=\"recursion\"} 0\n"
		"zctrace_events_lost_total{scenario=\"run\",where=\"ring\"} 0\n"
		"# EOF\n");
}

static void leaves_out_a_scenario_that_failed(void **state)
{
	struct report *report = new_report(1);

	(void)state;
	blank_scenario(report, 0)->failed = "the receiver died";
	check_text(report, INFO_LINES "# EOF\n");
}

static void says_little_of_an_empty_report(void **state)
{
	struct report *report = new_report(0);

	(void)state;
	report->mode = NULL;
	report->tool.version = NULL;
	report->machine.kernel = NULL;
	report->machine.arch = NULL;
	check_text(report,
		"# TYPE zctrace_info gauge\n"
		"# HELP zctrace_info What measured, and on what.\n"
		"zctrace_info 1\n"
		"# EOF\n");
}

static void escapes_labels(void **state)
{
	static const struct {
		const char *name, *label;
	} cases[] = {
		{ "", "" },
		{ "nginx: worker", "nginx: worker" },
		{ "a\"b", "a\\\"b" },
		{ "a\\b", "a\\\\b" },
		{ "back\\", "back\\\\" },
		{ "a\nb", "a\\\\x0ab" },
		{ "a\r\033[31m", "a\\\\x0d\\\\x1b[31m" },
		{ "bad \xff\xfe utf-8", "bad \\\\xff\\\\xfe utf-8" },
		{ "cut \xe2\x86", "cut \\\\xe2\\\\x86" },
		{ "naïve → 文件", "naïve → 文件" },
		{ "} 1\n# EOF", "} 1\\\\x0a# EOF" },
	};
	char line[256];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct report *report = new_report(1);

		add_calls(report, blank_scenario(report, 0), 1)->role = cases[i].name;
		snprintf(line, sizeof(line), "\nzctrace_syscalls_total{scenario=\"run\","
			 "role=\"%s\",call=\"read\",fd=\"file\"} 1\n", cases[i].label);
		check_line(report, line);
	}
}

static void cuts_labels_that_are_too_long(void **state)
{
	struct report *report = new_report(1);
	char name[5000], *text;

	(void)state;
	memset(name, '\\', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	add_calls(report, blank_scenario(report, 0), 1)->role = name;
	text = written(report);
	assert_in_range(strlen(text), 2000, 4000);
	assert_string_equal(text + strlen(text) - strlen("# EOF\n"), "# EOF\n");
	free(text);
	report_free(report);
}

/* Two samples with the same labels would make the node exporter refuse the whole file. */
static void adds_up_rows_with_the_same_labels(void **state)
{
	struct report *report = new_report(2);
	struct report_syscall *calls = add_calls(report, blank_scenario(report, 0), 3);

	(void)state;
	calls[0].calls = 10;
	calls[0].source = "/a";
	calls[1].calls = 200;
	calls[1].fd = "tcp";
	calls[2].calls = 3000;
	calls[2].source = "/b";
	add_calls(report, blank_scenario(report, 1), 1)->calls = 40000;
	check_line(report,
		   "descriptor.\n"
		   "zctrace_syscalls_total{scenario=\"run\",role=\"cat[7]\",call=\"read\","
		   "fd=\"file\"} 43010\n"
		   "zctrace_syscalls_total{scenario=\"run\",role=\"cat[7]\",call=\"read\","
		   "fd=\"tcp\"} 200\n"
		   "#");
}

static void tells_scenarios_apart(void **state)
{
	struct report *report = new_report(2);
	struct report_scenario *scenario = blank_scenario(report, 0);

	(void)state;
	add_calls(report, scenario, 1);
	scenario->id = "copy";
	scenario->variant = "whole";
	scenario = blank_scenario(report, 1);
	add_calls(report, scenario, 1);
	scenario->id = "sendfile";
	scenario->variant = "chunk";
	scenario->chunk_bytes = 65536;
	scenario->link = "veth-nosg";
	scenario->cache = "cold";
	check_line(report,
		   "zctrace_syscalls_total{scenario=\"copy whole\",role=\"cat[7]\",call=\"read\","
		   "fd=\"file\"} 1\n"
		   "zctrace_syscalls_total{scenario=\"sendfile 64 KiB, veth-nosg, cold\","
		   "role=\"cat[7]\",call=\"read\",fd=\"file\"} 1\n");
}

static void reports_a_full_disk(void **state)
{
	struct report *report = new_report(1);
	FILE *full = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(full);
	add_calls(report, blank_scenario(report, 0), 1);
	assert_int_equal(openmetrics_write(report, full), -ENOSPC);
	fclose(full);
	report_free(report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_everything_that_was_measured),
		cmocka_unit_test(leaves_out_what_was_not_measured),
		cmocka_unit_test(leaves_out_a_scenario_that_failed),
		cmocka_unit_test(says_little_of_an_empty_report),
		cmocka_unit_test(escapes_labels),
		cmocka_unit_test(cuts_labels_that_are_too_long),
		cmocka_unit_test(adds_up_rows_with_the_same_labels),
		cmocka_unit_test(tells_scenarios_apart),
		cmocka_unit_test(reports_a_full_disk),
	};

	return cmocka_run_group_tests_name("openmetrics", tests, NULL, NULL);
}
