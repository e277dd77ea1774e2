// SPDX-License-Identifier: GPL-2.0
/* Tests of the table of claims, of what every rule shares (losses, witnesses, missing numbers), of
 * the claims on crossings, and of --expect. Run by `make test`; needs no privilege. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>

#include "claims_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* --- the table --- */

static void table_has_every_claim(void **state)
{
	static const char *const ids[] = {
		"copy-switches",
		"sendfile-switches",
		"copy-cpu-copies",
		"copy-dma-copies",
		"sendfile-cpu-copies",
		"sendfile-dma-copies",
		"gather-removes-copy",
		"sendfile-faster",
		"sendfile-saves-cpu",
		"throughput-gain",
		"sendfile-faster-than-loop",
		"same-bytes",
		"nic-bound",
		"kernel-support",
	};
	struct report *report = fixture_empty();

	(void)state;
	claims_decide(report);
	assert_int_equal(report->claim_count, COUNT(ids));
	for (size_t i = 0; i < report->claim_count; i++) {
		const struct report_claim *claim = &report->claims[i];
		bool known = false;

		for (size_t k = 0; k < COUNT(ids); k++)
			known |= strcmp(claim->id, ids[k]) == 0;
		assert_true(known);
		assert_non_null(claim->text);
		assert_non_null(claim->documents);
		assert_non_null(claim->unit);
		assert_non_null(claim->rule);
		assert_true(strcmp(claim->source, "doc1") == 0 ||
			    strcmp(claim->source, "doc2") == 0 ||
			    strcmp(claim->source, "both") == 0);
	}
	report_free(report);
}

static void the_default_comparison_decides(void **state)
{
	struct report *report = fixture_compare();

	(void)state;
	expect_verdict(report, "copy-switches", VERDICT_HOLDS, "4.00");
	expect_verdict(report, "sendfile-switches", VERDICT_HOLDS, "2.00");
	expect_verdict(report, "copy-cpu-copies", VERDICT_HOLDS, "2.00");
	expect_verdict(report, "copy-dma-copies", VERDICT_NOT_MEASURED, "—");
	expect_verdict(report, "sendfile-cpu-copies", VERDICT_DOES_NOT, "0.00");
	expect_verdict(report, "sendfile-dma-copies", VERDICT_NOT_MEASURED, "—");
	expect_verdict(report, "gather-removes-copy", VERDICT_NOT_MEASURED, "—");
	expect_verdict(report, "sendfile-faster", VERDICT_HOLDS, "3.56×");
	expect_verdict(report, "sendfile-saves-cpu", VERDICT_HOLDS, "8.58×");
	expect_verdict(report, "same-bytes", VERDICT_HOLDS, "the same");
	expect_verdict(report, "nic-bound", VERDICT_NOT_MEASURED, "—");
	expect_verdict(report, "kernel-support", VERDICT_HOLDS, "6.18.44-amd64");
	report_free(report);
}

static void an_empty_report_decides_nothing_and_says_how(void **state)
{
	struct report *report = fixture_empty();

	(void)state;
	claims_decide(report);
	assert_int_equal(report->claim_count, 14);
	for (size_t i = 0; i < report->claim_count; i++) {
		assert_int_equal(report->claims[i].verdict, VERDICT_NOT_MEASURED);
		assert_non_null(strstr(report->claims[i].why, "this measures it: zctrace "));
		assert_null(report->claims[i].evidence);
		assert_ptr_equal(report->claims[i].measured.why, report->claims[i].why);
	}
	report_free(report);
}

/* --- crossings --- */

static void switches_are_data_crossings_per_round(void **state)
{
	static const struct {
		__u64 rounds, copy, sendfile;
		enum report_verdict verdict;
		const char *copy_text, *sendfile_text;
	} cases[] = {
		{ 1, 4, 2, VERDICT_HOLDS, "4.00", "2.00" },
		{ 19662, 78648, 39324, VERDICT_HOLDS, "4.00", "2.00" },
		{ 100, 404, 202, VERDICT_HOLDS, "4.04", "2.02" },
		{ 100, 396, 198, VERDICT_HOLDS, "3.96", "1.98" },
		{ 1000, 4042, 2022, VERDICT_DOES_NOT, "4.04", "2.02" },
		{ 1000, 3958, 1978, VERDICT_DOES_NOT, "3.96", "1.98" },
		{ 2, 6, 8, VERDICT_DOES_NOT, "3.00", "4.00" },
		{ 1, 0, 0, VERDICT_DOES_NOT, "0.00", "0.00" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct report *report = fixture_compare();

		fixture_crossings(&report->scenarios[COPY_CHUNK], cases[i].rounds, cases[i].copy,
				  8);
		fixture_crossings(&report->scenarios[SENDFILE], cases[i].rounds, cases[i].sendfile,
				  8);
		expect_verdict(report, "copy-switches", cases[i].verdict, cases[i].copy_text);
		expect_verdict(report, "sendfile-switches", cases[i].verdict,
			       cases[i].sendfile_text);
		report_free(report);
	}
}

static void control_calls_and_faults_are_in_no_round(void **state)
{
	struct report *report = fixture_compare();
	struct report_scenario *copy = &report->scenarios[COPY_WHOLE];

	(void)state;
	copy->crossings_control.value = 1000;
	copy->crossings_user_faults.value = 5000;
	copy->crossings_total.value = 6004;
	expect_verdict(report, "copy-switches", VERDICT_HOLDS, "4.00");
	report_free(report);
}

/* The farthest from the documents' number is shown, wherever it is among the scenarios. */
static void one_scenario_that_differs_refutes(void **state)
{
	(void)state;
	for (size_t at = COPY_WHOLE; at <= COPY_PREFAULT; at++) {
		struct report *report = fixture_compare();

		fixture_crossings(&report->scenarios[at], 10, 60, 8);
		expect_verdict(report, "copy-switches", VERDICT_DOES_NOT, "6.00");
		expect_verdict(report, "sendfile-switches", VERDICT_HOLDS, "2.00");
		report_free(report);
	}
}

static void the_farthest_is_shown_and_of_equals_the_first(void **state)
{
	struct report *report = fixture_compare();

	(void)state;
	fixture_crossings(&report->scenarios[COPY_WHOLE], 10, 60, 8);
	fixture_crossings(&report->scenarios[COPY_CHUNK], 10, 10, 8);
	expect_verdict(report, "copy-switches", VERDICT_DOES_NOT, "1.00");
	fixture_crossings(&report->scenarios[COPY_CHUNK], 10, 20, 8);
	expect_verdict(report, "copy-switches", VERDICT_DOES_NOT, "6.00");
	report_free(report);
}

static void missing_counts_are_not_measured(void **state)
{
	struct report *report = fixture_empty();
	struct report_scenario *copy = fixture_copy(report, "whole", "warm", "lo");

	(void)state;
	expect_verdict(report, "copy-switches", VERDICT_HOLDS, "4.00");
	copy->crossings_per_round.why = "sys_exit: not in this kernel";
	expect_not_measured(report, "copy-switches",
			    "copy (whole file), warm, lo: sys_exit: not in this kernel; this measures "
			    "it: zctrace compare");
	copy->crossings_per_round.why = NULL;
	copy->failed = "the receiver died";
	expect_not_measured(report, "copy-switches", "the receiver died");
	expect_not_measured(report, "sendfile-switches", "sendfile was not run");
	report_free(report);
}

static void a_failed_scenario_leaves_the_others(void **state)
{
	struct report *report = fixture_compare();

	(void)state;
	report->scenarios[COPY_WHOLE].failed = "memory of 1.2 GiB";
	fixture_crossings(&report->scenarios[COPY_WHOLE], 1, 99, 0);
	report->scenarios[COPY_PREFAULT].crossings_per_round.why = "no";
	expect_verdict(report, "copy-switches", VERDICT_HOLDS, "4.00");
	report_free(report);
}

/* --- doubts --- */

/* Of every claim: the scenarios that bear on it are in doubt, so it is not measured. */
static void any_loss_undecides_every_claim(void **state)
{
	(void)state;
	for (unsigned int kind = 0; kind < 3; kind++) {
		struct report *report = fixture_compare();

		fixture_sendfile(report, "warm", "veth-nosg");
		fixture_leg(fixture_copy(report, "whole", "cold", "remote"), LEG_SOCKET_DEVICE, 1);
		fixture_leg(fixture_sendfile(report, "cold", "remote"), LEG_SOCKET_DEVICE, 1);
		fixture_slow_link(report);
		claims_decide(report);
		for (size_t i = 0; i < report->claim_count; i++)
			assert_int_not_equal(report->claims[i].verdict, VERDICT_NOT_MEASURED);

		for (size_t i = 0; i < report->scenario_count; i++) {
			report->scenarios[i].loss_ring = kind == 0;
			report->scenarios[i].loss_map_full = kind == 1;
			report->scenarios[i].loss_recursion = kind == 2;
		}
		claims_decide(report);
		for (size_t i = 0; i < report->claim_count; i++) {
			assert_int_equal(report->claims[i].verdict, VERDICT_NOT_MEASURED);
			assert_non_null(strstr(report->claims[i].why, "1 event was lost"));
			assert_null(strstr(report->claims[i].why, "this measures it"));
		}
		report_free(report);
	}
}

static void losses_of_all_kinds_are_added(void **state)
{
	struct report *report = fixture_compare();

	(void)state;
	report->scenarios[SENDFILE].loss_ring = 1000;
	report->scenarios[SENDFILE].loss_map_full = 200;
	report->scenarios[SENDFILE].loss_recursion = 34;
	expect_not_measured(report, "sendfile-switches",
			    "sendfile (64 KiB), warm, lo: 1,234 events were lost");
	report_free(report);
}

/* The others decide, and the verdict says of which condition it does not speak. */
static void a_doubt_voids_its_condition_only(void **state)
{
	struct report *report = fixture_compare();

	(void)state;
	report->scenarios[COPY_PREFAULT].loss_map_full = 3;
	fixture_crossings(&report->scenarios[COPY_PREFAULT], 1, 99, 0);
	report->scenarios[COPY_PREFAULT].received_bytes = 1;
	expect_verdict(report, "copy-switches", VERDICT_HOLDS, "4.00");
	expect_verdict(report, "copy-cpu-copies", VERDICT_HOLDS, "2.00");
	expect_verdict(report, "same-bytes", VERDICT_HOLDS, "the same");
	expect_note(report, "copy-switches", "copy (touched buffer), warm, lo: 3 events were lost");
	expect_note(report, "copy-cpu-copies", "3 events were lost");
	expect_note(report, "same-bytes", "3 events were lost");
	assert_string_equal(report_claim_verdict(claim_of(report, "copy-switches")), "holds here");
	expect_verdict(report, "sendfile-switches", VERDICT_HOLDS, "2.00");
	assert_null(claim_of(report, "sendfile-switches")->note);
	expect_verdict(report, "sendfile-faster", VERDICT_HOLDS, "3.56×");
	report_free(report);
}

/* All runs of the whole condition are in doubt: it decides nothing, the other condition does. */
static void a_condition_in_doubt_leaves_the_others(void **state)
{
	struct report *report = fixture_compare();

	(void)state;
	fixture_copy(report, "whole", "warm", "veth");
	for (size_t i = 0; i < report->scenario_count; i++)
		if (!strcmp(report->scenarios[i].link, "lo"))
			fixture_witness(report, &report->scenarios[i], CLAIM_PAGES, false);
	expect_verdict(report, "copy-cpu-copies", VERDICT_HOLDS, "2.00");
	expect_note(report, "copy-cpu-copies", "warm, lo: the witness of");
	expect_not_measured(report, "sendfile-cpu-copies", "warm, lo: the witness of");
	report_free(report);
}

/* A failed scenario has no events to lose. */
static void a_loss_of_a_failed_scenario_is_nothing(void **state)
{
	struct report *report = fixture_compare();

	(void)state;
	report->scenarios[COPY_CHUNK].loss_ring = 3;
	report->scenarios[COPY_CHUNK].failed = "port in use";
	expect_verdict(report, "copy-switches", VERDICT_HOLDS, "4.00");
	report_free(report);
}

static void witnesses_undecide_what_rests_on_them(void **state)
{
	enum { CALLS = CLAIM_CALLS,
	       BYTES = CLAIM_BYTES,
	       PAGES = CLAIM_PAGES,
	       TIMES = CLAIM_TIMES,
	       TOTALS = CLAIM_TOTALS };
	static const unsigned int cases[] = { CALLS, BYTES, PAGES, TIMES, TOTALS, 0, ~0U };
	static const struct {
		const char *claim;
		unsigned int rests_on;
	} claims[] = {
		{ "sendfile-switches", CALLS },
		{ "sendfile-cpu-copies", BYTES | PAGES },
		{ "sendfile-dma-copies", BYTES | PAGES },
		{ "gather-removes-copy", BYTES | PAGES },
		{ "sendfile-faster", TIMES },
		{ "sendfile-saves-cpu", TIMES },
		{ "nic-bound", TIMES },
		{ "same-bytes", TOTALS },
		{ "kernel-support", CALLS | BYTES },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct report *report = fixture_compare();

		fixture_leg(fixture_sendfile(report, "cold", "remote"), LEG_SOCKET_DEVICE, 1);
		fixture_sendfile(report, "warm", "veth-nosg");
		fixture_slow_link(report);
		for (size_t j = SENDFILE; j < report->scenario_count; j++)
			fixture_witness(report, &report->scenarios[j], cases[i], false);
		for (size_t j = 0; j < COUNT(claims); j++) {
			const bool undecided = cases[i] & claims[j].rests_on;
			const struct report_claim *claim = claim_of(report, claims[j].claim);

			if ((claim->verdict == VERDICT_NOT_MEASURED) != undecided)
				fail_msg("%s, witness of %x: %s", claims[j].claim, cases[i],
					 report_verdict_text(claim->verdict));
			if (undecided)
				assert_non_null(strstr(claim->why, "disagrees (counted 46, tally "
								   "says 44); run it again"));
		}
		report_free(report);
	}
}

static void a_witness_that_agrees_is_no_doubt(void **state)
{
	struct report *report = fixture_compare();

	(void)state;
	fixture_witness(report, &report->scenarios[SENDFILE], ~0U, true);
	expect_verdict(report, "sendfile-switches", VERDICT_HOLDS, "2.00");
	report_free(report);
}

static void a_witness_tells_in_how_many_runs(void **state)
{
	struct report *report = fixture_compare();
	struct report_scenario *sendfile = &report->scenarios[SENDFILE];

	(void)state;
	fixture_witness(report, sendfile, CLAIM_CALLS, false);
	sendfile->witnesses->runs = 5;
	sendfile->witnesses->differ = 2;
	expect_not_measured(report, "sendfile-switches", "disagrees in 2 of 5 runs (counted 46");
	report_free(report);
}

/* --- same bytes, kernel --- */

static void every_byte_must_arrive(void **state)
{
	struct report *report = fixture_compare();
	struct report_scenario *chunks = &report->scenarios[COPY_CHUNK];

	(void)state;
	chunks->received_bytes--;
	expect_verdict(report, "same-bytes", VERDICT_DOES_NOT, "1 byte missing");
	chunks->received_bytes += 3;
	expect_verdict(report, "same-bytes", VERDICT_DOES_NOT, "2 bytes too many");
	assert_float_equal(claim_of(report, "same-bytes")->measured.value, 0, 0);
	chunks->failed = "it failed";
	expect_verdict(report, "same-bytes", VERDICT_HOLDS, "the same");
	assert_float_equal(claim_of(report, "same-bytes")->measured.value, 1, 0);
	report_free(report);
}

static void what_arrives_must_be_what_was_sent(void **state)
{
	struct report *report = fixture_compare();
	struct report_scenario *sendfile = &report->scenarios[SENDFILE];

	(void)state;
	sendfile->sha256_received = "00";
	expect_verdict(report, "same-bytes", VERDICT_DOES_NOT, "other bytes");
	sendfile->sha256_sent = "00"; /* each way by itself is right, but they differ */
	expect_verdict(report, "same-bytes", VERDICT_DOES_NOT, "not the same");
	sendfile->sha256_sent = sendfile->sha256_received = FIXTURE_DIGEST;
	report->scenarios[COPY_CHUNK].sha256_sent = "11";
	report->scenarios[COPY_CHUNK].sha256_received = "11";
	expect_verdict(report, "same-bytes", VERDICT_DOES_NOT, "not the same");
	report_free(report);
}

static void without_a_digest_of_both_ways_it_is_open(void **state)
{
	struct report *report = fixture_compare();

	(void)state;
	report->scenarios[COPY_WHOLE].sha256_received = NULL;
	report->scenarios[COPY_CHUNK].sha256_sent = NULL;
	expect_verdict(report, "same-bytes", VERDICT_HOLDS, "the same");
	report->scenarios[COPY_PREFAULT].sha256_received = NULL;
	expect_not_measured(report, "same-bytes",
			    "copy (whole file), warm, lo: no digest of what arrived was taken; this "
			    "measures it");
	report->scenarios[COPY_PREFAULT].sha256_received = FIXTURE_DIGEST;
	report->scenarios[COPY_WHOLE].sha256_received = FIXTURE_DIGEST;
	report->scenarios[COPY_CHUNK].sha256_sent = FIXTURE_DIGEST;
	report->scenarios[SENDFILE].sha256_sent = NULL;
	expect_not_measured(report, "same-bytes", "sendfile (64 KiB), warm, lo: no digest");
	report->scenarios[SENDFILE].failed = "it failed";
	expect_not_measured(report, "same-bytes", "sendfile (64 KiB), warm, lo: it failed");
	fixture_sendfile(report, "cold", "lo")->failed = "it failed too";
	expect_not_measured(report, "same-bytes", "sendfile (64 KiB), warm, lo: it failed;");
	report->scenario_count = SENDFILE;
	expect_not_measured(report, "same-bytes", "sendfile was not run");
	report_free(report);
}

/* A missing byte is a finding although the other way was not run. */
static void a_missing_byte_decides_alone(void **state)
{
	struct report *report = fixture_empty();

	(void)state;
	fixture_copy(report, "whole", "warm", "lo")->received_bytes = 0;
	expect_verdict(report, "same-bytes", VERDICT_DOES_NOT, "268,435,456 bytes missing");
	report_free(report);
}

static void other_programs_are_not_the_documents(void **state)
{
	struct report *report = fixture_compare();
	struct report_scenario *other = fixture_scenario(report, "splice", "chunk", "warm", "lo");

	(void)state;
	other->received_bytes = 1;
	other->loss_ring = 1;
	expect_verdict(report, "same-bytes", VERDICT_HOLDS, "the same");
	expect_verdict(report, "copy-switches", VERDICT_HOLDS, "4.00");
	report_free(report);
}

static void the_kernel_must_be_new_enough_and_do_it(void **state)
{
	static const struct {
		const char *release;
		enum report_verdict verdict;
	} cases[] = {
		{ "2.4.19", VERDICT_HOLDS },
		{ "2.4.18", VERDICT_DOES_NOT },
		{ "2.4.20-rc1", VERDICT_HOLDS },
		{ "2.3.99", VERDICT_DOES_NOT },
		{ "2.5.0", VERDICT_HOLDS },
		{ "1.9.99", VERDICT_DOES_NOT },
		{ "3.0", VERDICT_HOLDS },
		{ "6.1.0-18-amd64", VERDICT_HOLDS },
		{ "10.0.0", VERDICT_HOLDS },
		{ "2.4", VERDICT_DOES_NOT },
	};
	struct report *report = fixture_compare();

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		report->machine.kernel = cases[i].release;
		expect_verdict(report, "kernel-support", cases[i].verdict, cases[i].release);
	}
	report->machine.kernel = NULL;
	expect_not_measured(report, "kernel-support", "release is not known");
	report->machine.kernel = "6";
	expect_not_measured(report, "kernel-support", "release is not known");
	report->machine.kernel = "unknown";
	expect_not_measured(report, "kernel-support", "release is not known");
	report_free(report);
}

static void sendfile_must_have_moved_bytes(void **state)
{
	struct report_syscall calls[] = {
		{ .role = "sender", .name = "sendfile", .calls = 4, .bytes = 300 },
		{ .role = "sender", .name = "sendfile", .calls = 5, .bytes = 400 },
		{ .role = "sender", .name = "sendfile", .calls = 0 },
	};
	struct report *report = fixture_compare();
	struct report_scenario *sendfile = &report->scenarios[SENDFILE];

	(void)state;
	assert_float_equal(claim_of(report, "kernel-support")->measured.value, FIXTURE_PAYLOAD, 0);
	fixture_call(report, sendfile, "sendfile64", 7, 700);
	assert_float_equal(claim_of(report, "kernel-support")->measured.value, 700, 0);
	sendfile->syscalls = calls;
	sendfile->syscall_count = 3;
	assert_float_equal(claim_of(report, "kernel-support")->measured.value, 700, 0);
	fixture_call(report, sendfile, "sendfile", 1, 0);
	expect_verdict(report, "kernel-support", VERDICT_DOES_NOT, "0 B");
	fixture_call(report, sendfile, "sendfile", 1, 1);
	expect_verdict(report, "kernel-support", VERDICT_HOLDS, "6.18.44-amd64");
	fixture_call(report, sendfile, "sendto", 7, 700);
	expect_not_measured(report, "kernel-support", "no sendfile call was seen");
	fixture_call(report, sendfile, "sendfile", 7, 700);
	sendfile->syscalls->role = "receiver";
	expect_not_measured(report, "kernel-support", "no sendfile call was seen");
	sendfile->syscalls->role = NULL;
	expect_not_measured(report, "kernel-support", "no sendfile call was seen");
	fixture_call(report, sendfile, NULL, 7, 700);
	expect_not_measured(report, "kernel-support", "no sendfile call was seen");
	report_free(report);
}

/* One sendfile scenario that moved nothing refutes, in whichever place. */
static void each_sendfile_scenario_must_have_moved_bytes(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		struct report *report = fixture_compare();
		struct report_scenario *second = fixture_sendfile(report, "cold", "lo");

		fixture_call(report, i ? second : &report->scenarios[SENDFILE], "sendfile", 1, 0);
		expect_verdict(report, "kernel-support", VERDICT_DOES_NOT, "0 B");
		report_free(report);
	}
}

/* --- --expect --- */

static void expectations_are_compared(void **state)
{
	static const struct {
		const char *spec;
		int result;
	} cases[] = {
		{ "copy-switches=holds", 0 },
		{ "copy-switches=does-not-hold", 1 },
		{ "copy-switches=does not hold", 1 },
		{ "copy-switches=holds if", 1 },
		{ "copy-switches=not-measured", 1 },
		{ "sendfile-cpu-copies=holds-if", 0 },
		{ "sendfile-cpu-copies=holds if", 0 },
		{ "sendfile-cpu-copies=holds", 1 },
		{ "nic-bound=not-measured", 0 },
		{ "nic-bound=not measured", 0 },
		{ "copy-switches", -EINVAL },
		{ "copy-switches=", -EINVAL },
		{ "copy-switches=hold", -EINVAL },
		{ "copy-switches=holds-", -EINVAL },
		{ "copy-switches=Holds", -EINVAL },
		{ "copy-switches=holds ", -EINVAL },
		{ "copy-switches=does_not_hold", -EINVAL },
		{ "copy-switches=ho-ds", -EINVAL },
		{ "copy-switches=does-not-hold-", -EINVAL },
		{ "copy-switches =holds", -EINVAL },
		{ "copy-switche=holds", -EINVAL },
		{ "copy-switchesx=holds", -EINVAL },
		{ "=holds", -EINVAL },
		{ "", -EINVAL },
	};
	struct report *report = fixture_compare();
	char error[1024];

	(void)state;
	fixture_sendfile(report, "warm", "veth-nosg");
	claims_decide(report);
	for (size_t i = 0; i < COUNT(cases); i++) {
		int result = expect_claim(report, cases[i].spec, error, sizeof(error));

		if (result != cases[i].result)
			fail_msg("\"%s\": %d, expected %d (%s)", cases[i].spec, result,
				 cases[i].result, error);
		result = expect_claim(NULL, cases[i].spec, error, sizeof(error));
		assert_int_equal(result, cases[i].result == 1 ? 0 : cases[i].result);
	}
	report_free(report);
}

static void expectations_say_what_is_wrong(void **state)
{
	struct report *report = fixture_compare();
	char error[1024], tiny[8];

	(void)state;
	claims_decide(report);
	expect_claim(report, "copy-switches=does-not-hold", error, sizeof(error));
	assert_string_equal(error, "copy-switches: expected \"does not hold\", found \"holds\" "
				   "(measured 4.00)");
	expect_claim(report, "nic-bound=holds", error, sizeof(error));
	assert_non_null(strstr(error, "found \"not measured\" (measured —: copy,whole,limited was"));
	expect_claim(report, "sendfile-cpu-copies=holds", error, sizeof(error));
	assert_non_null(strstr(error, "(measured 0.00: lo: 0.00; where the device cannot gather: not"));
	expect_claim(report, "nonsense=holds", error, sizeof(error));
	assert_ptr_equal(strstr(error, "no claim \"nonsense\"; there are copy-switches, "), error);
	for (size_t i = 0; i < report->claim_count; i++)
		assert_non_null(strstr(error, report->claims[i].id));
	expect_claim(report, "nic-bound=maybe", error, sizeof(error));
	assert_string_equal(error, "no verdict \"maybe\"; write CLAIM=VERDICT with one of holds, "
				   "does-not-hold, holds-if, not-measured");
	assert_int_equal(expect_claim(report, "nonsense=holds", tiny, sizeof(tiny)), -EINVAL);
	assert_string_equal(tiny, "no clai");
	report->claim_count = 0;
	assert_int_equal(expect_claim(report, "nic-bound=holds", error, sizeof(error)), 1);
	assert_non_null(strstr(error, "does not decide it"));
	report_free(report);
}

/* --- properties --- */

static void spoil(struct report *report, unsigned long long *random)
{
	for (unsigned int spoils = fixture_random(random, 6); spoils > 0; spoils--) {
		struct report_scenario *scenario =
			&report->scenarios[fixture_random(random,
							  (unsigned int)report->scenario_count)];

		switch (fixture_random(random, 10)) {
		case 0:
			scenario->failed = "it failed";
			break;
		case 1:
			scenario->loss_ring = fixture_random(random, 3);
			break;
		case 2:
			fixture_witness(report, scenario, CLAIM_BYTES, false);
			break;
		case 3:
			fixture_crossings(scenario, fixture_random(random, 3),
					  fixture_random(random, 12), 4);
			break;
		case 4:
			fixture_no_leg(scenario, fixture_random(random, LEG_COUNT), "no probe");
			break;
		case 5:
			fixture_leg(scenario, fixture_random(random, LEG_COUNT),
				    fixture_random(random, 3) / 2.0);
			break;
		case 6:
			fixture_origin(scenario, fixture_random(random, ZC_ORIGIN_COUNT),
				       fixture_random(random, ZC_ORIGIN_COUNT));
			break;
		case 7:
			fixture_times(report, &scenario->elapsed_untraced_ns,
				      (1 + fixture_random(random, 4000)) * MS,
				      fixture_random(random, 8));
			break;
		case 8:
			fixture_times(report, &scenario->cpu_untraced_ns,
				      (1 + fixture_random(random, 400)) * MS,
				      fixture_random(random, 8));
			break;
		case 9:
			scenario->sha256_received = fixture_random(random, 2) ? NULL : "00";
			break;
		}
	}
}

static void check_form(const struct report_claim *claim)
{
	assert_non_null(claim->measured_text);
	assert_non_null(claim->documents);
	assert_non_null(claim->rule);
	switch (claim->verdict) {
	case VERDICT_NOT_MEASURED:
		assert_non_null(claim->why);
		assert_non_null(claim->measured.why);
		assert_null(claim->condition);
		assert_null(claim->evidence);
		break;
	case VERDICT_HOLDS_IF:
		assert_non_null(claim->condition);
		assert_non_null(claim->evidence);
		break;
	case VERDICT_HOLDS:
	case VERDICT_DOES_NOT:
		assert_null(claim->why);
		assert_null(claim->measured.why);
		assert_null(claim->condition);
		assert_non_null(claim->evidence);
		break;
	}
}

/* Whatever is missing or wrong: every claim has its form, deciding twice gives the same, and the
 * order of the scenarios does not change a verdict. */
static void properties_of_spoilt_reports(void **state)
{
	unsigned long long random = 42;
	size_t verdicts[4] = { 0 };

	(void)state;
	for (unsigned int trial = 0; trial < 3000; trial++) {
		struct report *report = fixture_compare();
		enum report_verdict before[12];

		fixture_copy(report, "whole", "cold", "lo");
		fixture_sendfile(report, "cold", "lo");
		fixture_sendfile(report, "warm", "veth-nosg");
		fixture_slow_link(report);
		spoil(report, &random);
		claims_decide(report);
		for (size_t i = 0; i < 12; i++) {
			check_form(&report->claims[i]);
			before[i] = report->claims[i].verdict;
			verdicts[before[i]]++;
		}
		for (size_t i = report->scenario_count - 1; i > 0; i--) {
			size_t other = fixture_random(&random, (unsigned int)i + 1);
			struct report_scenario swap = report->scenarios[i];

			report->scenarios[i] = report->scenarios[other];
			report->scenarios[other] = swap;
		}
		claims_decide(report);
		for (size_t i = 0; i < 12; i++)
			if (report->claims[i].verdict != before[i])
				fail_msg("trial %u, %s: %s after %s", trial, report->claims[i].id,
					 report_verdict_text(report->claims[i].verdict),
					 report_verdict_text(before[i]));
		report_free(report);
	}
	for (size_t i = 0; i < 4; i++)
		assert_true(verdicts[i] > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_has_every_claim),
		cmocka_unit_test(the_default_comparison_decides),
		cmocka_unit_test(an_empty_report_decides_nothing_and_says_how),
		cmocka_unit_test(switches_are_data_crossings_per_round),
		cmocka_unit_test(control_calls_and_faults_are_in_no_round),
		cmocka_unit_test(one_scenario_that_differs_refutes),
		cmocka_unit_test(the_farthest_is_shown_and_of_equals_the_first),
		cmocka_unit_test(missing_counts_are_not_measured),
		cmocka_unit_test(a_failed_scenario_leaves_the_others),
		cmocka_unit_test(any_loss_undecides_every_claim),
		cmocka_unit_test(losses_of_all_kinds_are_added),
		cmocka_unit_test(a_doubt_voids_its_condition_only),
		cmocka_unit_test(a_condition_in_doubt_leaves_the_others),
		cmocka_unit_test(a_loss_of_a_failed_scenario_is_nothing),
		cmocka_unit_test(witnesses_undecide_what_rests_on_them),
		cmocka_unit_test(a_witness_that_agrees_is_no_doubt),
		cmocka_unit_test(a_witness_tells_in_how_many_runs),
		cmocka_unit_test(every_byte_must_arrive),
		cmocka_unit_test(what_arrives_must_be_what_was_sent),
		cmocka_unit_test(without_a_digest_of_both_ways_it_is_open),
		cmocka_unit_test(a_missing_byte_decides_alone),
		cmocka_unit_test(other_programs_are_not_the_documents),
		cmocka_unit_test(the_kernel_must_be_new_enough_and_do_it),
		cmocka_unit_test(sendfile_must_have_moved_bytes),
		cmocka_unit_test(each_sendfile_scenario_must_have_moved_bytes),
		cmocka_unit_test(expectations_are_compared),
		cmocka_unit_test(expectations_say_what_is_wrong),
		cmocka_unit_test(properties_of_spoilt_reports),
	};

	return cmocka_run_group_tests_name("claims", tests, NULL, NULL);
}
