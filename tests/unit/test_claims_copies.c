// SPDX-License-Identifier: GPL-2.0
/* Tests of the claims about copies, by the CPU and by DMA: every verdict, every tolerance, every
 * condition. Run by `make test`; needs no privilege. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "claims_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void expect_condition(struct report *report, const char *id, const char *condition)
{
	const struct report_claim *claim = claim_of(report, id);

	if (claim->verdict != VERDICT_HOLDS_IF)
		fail_msg("%s: %s (%s)", id, report_verdict_text(claim->verdict),
			 claim->why ? claim->why : "");
	assert_string_equal(claim->condition, condition);
}

/* Spreads a payload over origins at the device. */
static void set_xmit(struct report_scenario *scenario, __u64 file, __u64 private_memory,
		     __u64 anonymous, __u64 zero, __u64 truncated, __u64 unknown)
{
	__u64 *at = scenario->legs[LEG_USER_SOCKET].at_xmit;

	at[ZC_ORIGIN_FILE] = file;
	at[ZC_ORIGIN_PRIVATE] = private_memory;
	at[ZC_ORIGIN_ANON] = anonymous;
	at[ZC_ORIGIN_ZERO] = zero;
	at[ZC_ORIGIN_TRUNCATED] = truncated;
	at[ZC_ORIGIN_UNKNOWN] = unknown;
}

/* --- copy: CPU copies --- */

static void copy_is_two_cpu_copies(void **state)
{
	static const struct {
		double in, out;
		enum report_verdict verdict;
		const char *text;
	} cases[] = {
		{ 1, 1, VERDICT_HOLDS, "2.00" },
		{ 1, 1.02, VERDICT_HOLDS, "2.02" },
		{ 1.02, 1, VERDICT_HOLDS, "2.02" },
		{ 0.98, 1, VERDICT_HOLDS, "1.98" },
		{ 1, 1.021, VERDICT_DOES_NOT, "2.02" },
		{ 1, 0.979, VERDICT_DOES_NOT, "1.98" },
		{ 1, 0, VERDICT_DOES_NOT, "1.00" },
		{ 0, 1, VERDICT_DOES_NOT, "1.00" },
		{ 2, 0, VERDICT_HOLDS, "2.00" },
		{ 1, 2, VERDICT_DOES_NOT, "3.00" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct report *report = fixture_compare();

		fixture_leg(&report->scenarios[COPY_CHUNK], LEG_CACHE_USER, cases[i].in);
		fixture_leg(&report->scenarios[COPY_CHUNK], LEG_USER_SOCKET, cases[i].out);
		expect_verdict(report, "copy-cpu-copies", cases[i].verdict, cases[i].text);
		assert_string_equal(claim_of(report, "copy-cpu-copies")->evidence, "inferred");
		report_free(report);
	}
}

static void a_leg_that_was_not_measured(void **state)
{
	struct report *report = fixture_empty();
	struct report_scenario *copy = fixture_copy(report, "whole", "warm", "lo");

	(void)state;
	fixture_no_leg(copy, LEG_CACHE_USER, "no probe");
	expect_not_measured(report, "copy-cpu-copies",
			    "copy (whole file), warm, lo: page cache → user: no probe; this");
	fixture_leg(copy, LEG_CACHE_USER, 1);
	fixture_no_leg(copy, LEG_USER_SOCKET, "net_dev_start_xmit: missing");
	expect_not_measured(report, "copy-cpu-copies", "user → socket: net_dev_start_xmit: missing");
	fixture_leg(copy, LEG_USER_SOCKET, 1);
	copy->legs[LEG_USER_SOCKET].bytes.why = "only the bytes are missing";
	expect_not_measured(report, "copy-cpu-copies", "only the bytes are missing");
	report_free(report);
}

/* Software segmentation copies once more there, unseen: its number does not count. */
static void copy_to_a_device_that_cannot_gather_does_not_count(void **state)
{
	struct report *report = fixture_empty();
	struct report_scenario *copy = fixture_copy(report, "whole", "warm", "veth-nosg");

	(void)state;
	expect_not_measured(report, "copy-cpu-copies", "was not run");
	copy->link = "veth";
	expect_verdict(report, "copy-cpu-copies", VERDICT_HOLDS, "2.00");
	report_free(report);
}

static void nearly_every_page_must_be_known(void **state)
{
	static const struct {
		__u64 unknown, of;
		bool known;
	} cases[] = {
		{ 0, 100000, true },
		{ 100, 100000, true },
		{ 101, 100000, false },
		{ 1, 1000, true },
		{ 2, 1999, false },
		{ 1000, 1000, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct report *report = fixture_compare();

		for (size_t j = 0; j < report->scenario_count; j++) {
			report->scenarios[j].payload_bytes = cases[i].of;
			set_xmit(&report->scenarios[j], 0, cases[i].of - cases[i].unknown, 0, 0, 0,
				 cases[i].unknown);
		}
		if (cases[i].known) {
			expect_verdict(report, "copy-cpu-copies", VERDICT_HOLDS, "2.00");
			expect_verdict(report, "sendfile-cpu-copies", VERDICT_HOLDS, "1.00");
		} else {
			expect_not_measured(report, "copy-cpu-copies", "of unknown origin");
			expect_not_measured(report, "sendfile-cpu-copies", "of unknown origin");
			expect_not_measured(report, "gather-removes-copy",
					    "bytes at the device are of unknown origin");
		}
		report_free(report);
	}
}

static void all_bytes_must_be_seen_at_the_device(void **state)
{
	static const struct {
		__u64 seen;
		bool enough;
	} cases[] = {
		{ 10000, true },
		{ 9900, true },
		{ 10100, true },
		{ 9899, false },
		{ 10101, false },
		{ 0, false },
		{ 1, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct report *report = fixture_compare();

		for (size_t j = 0; j < report->scenario_count; j++) {
			report->scenarios[j].payload_bytes = 10000;
			set_xmit(&report->scenarios[j], cases[i].seen, 0, 0, 0, 0, 0);
		}
		if (cases[i].enough) {
			expect_verdict(report, "sendfile-cpu-copies", VERDICT_DOES_NOT, "0.00");
			expect_verdict(report, "copy-cpu-copies", VERDICT_HOLDS, "2.00");
		} else {
			expect_not_measured(report, "sendfile-cpu-copies", "of 10,000 were seen at");
			expect_not_measured(report, "copy-cpu-copies", "of 10,000 were seen at");
		}
		report_free(report);
	}
}

static void one_unknown_byte_is_singular(void **state)
{
	struct report *report = fixture_empty();
	struct report_scenario *sendfile = fixture_sendfile(report, "warm", "lo");

	(void)state;
	sendfile->payload_bytes = 2;
	set_xmit(sendfile, 1, 0, 0, 0, 0, 1);
	expect_not_measured(report, "sendfile-cpu-copies",
			    "1 byte at the device is of unknown origin, more than 0.1 %; zctrace "
			    "doctor");
	report_free(report);
}

/* The pages are nothing to the claims on crossings and on DMA. */
static void unknown_pages_do_not_undecide_other_claims(void **state)
{
	struct report *report = fixture_empty();
	struct report_scenario *sendfile = fixture_sendfile(report, "cold", "lo");

	(void)state;
	set_xmit(sendfile, 0, 0, 0, 0, 0, 10);
	expect_verdict(report, "sendfile-switches", VERDICT_HOLDS, "2.00");
	expect_not_measured(report, "sendfile-dma-copies", "loopback has no device");
	report_free(report);
}

/* --- sendfile: CPU copies --- */

/* What reaches a device: per mille of file pages, with gathering and without; -1 = not run. */
static struct report *sendfile_over(int gathered, int linear)
{
	struct report *report = fixture_empty();
	const int file[] = { gathered, linear };

	for (size_t i = 0; i < 2; i++) {
		struct report_scenario *sendfile;

		if (file[i] < 0)
			continue;
		sendfile = fixture_sendfile(report, "warm", i ? "veth-nosg" : "veth");
		sendfile->payload_bytes = 1000;
		set_xmit(sendfile, (__u64)file[i], 1000 - (__u64)file[i], 0, 0, 0, 0);
	}
	return report;
}

static void sendfile_copies_where_the_device_cannot_gather(void **state)
{
	static const struct {
		int gathered, linear;
		enum report_verdict cpu, gather;
		const char *cpu_text, *gather_text;
	} cases[] = {
		{ 1000, 0, VERDICT_HOLDS_IF, VERDICT_HOLDS, "1.00", "1.00" },
		{ 990, 0, VERDICT_HOLDS_IF, VERDICT_HOLDS, "1.00", "0.99" },
		{ 989, 0, VERDICT_DOES_NOT, VERDICT_DOES_NOT, "0.01", "0.99" },
		{ 1000, 10, VERDICT_HOLDS_IF, VERDICT_HOLDS, "0.99", "0.99" },
		{ 1000, 11, VERDICT_DOES_NOT, VERDICT_DOES_NOT, "0.00", "0.99" },
		{ 1000, 1000, VERDICT_DOES_NOT, VERDICT_DOES_NOT, "0.00", "0.00" },
		{ 0, 0, VERDICT_HOLDS, VERDICT_DOES_NOT, "1.00", "0.00" },
		{ 10, 10, VERDICT_HOLDS, VERDICT_DOES_NOT, "0.99", "0.00" },
		{ 11, 0, VERDICT_DOES_NOT, VERDICT_DOES_NOT, "0.99", "0.01" },
		{ 0, 1000, VERDICT_DOES_NOT, VERDICT_DOES_NOT, "0.00", "-1.00" },
		{ 1000, -1, VERDICT_DOES_NOT, VERDICT_NOT_MEASURED, "0.00", "—" },
		{ 0, -1, VERDICT_HOLDS, VERDICT_NOT_MEASURED, "1.00", "—" },
		{ 500, -1, VERDICT_DOES_NOT, VERDICT_NOT_MEASURED, "0.50", "—" },
		{ -1, 0, VERDICT_HOLDS_IF, VERDICT_NOT_MEASURED, "1.00", "—" },
		{ -1, 1000, VERDICT_DOES_NOT, VERDICT_NOT_MEASURED, "0.00", "—" },
		{ -1, 500, VERDICT_DOES_NOT, VERDICT_NOT_MEASURED, "0.50", "—" },
		{ -1, -1, VERDICT_NOT_MEASURED, VERDICT_NOT_MEASURED, "—", "—" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct report *report = sendfile_over(cases[i].gathered, cases[i].linear);

		expect_verdict(report, "sendfile-cpu-copies", cases[i].cpu, cases[i].cpu_text);
		expect_verdict(report, "gather-removes-copy", cases[i].gather,
			       cases[i].gather_text);
		report_free(report);
	}
}

static void the_condition_names_both_sides(void **state)
{
	struct report *report = sendfile_over(1000, 0);

	(void)state;
	expect_condition(report, "sendfile-cpu-copies",
			 "the device cannot gather (veth-nosg: 1.00; veth: 0.00)");
	fixture_sendfile(report, "warm", "lo");
	fixture_sendfile(report, "cold", "lo"); /* named once */
	expect_condition(report, "sendfile-cpu-copies",
			 "the device cannot gather (veth-nosg: 1.00; lo: 0.00, veth: 0.00)");
	fixture_sendfile(report, "cold", "veth"); /* like the first */
	expect_condition(report, "sendfile-cpu-copies",
			 "the device cannot gather (veth-nosg: 1.00; lo: 0.00, veth: 0.00)");
	set_xmit(&report->scenarios[0], 994, 6, 0, 0, 0, 0); /* not like the last any more */
	expect_condition(report, "sendfile-cpu-copies",
			 "the device cannot gather (veth-nosg: 1.00; lo: 0.00, veth: 0.01, veth: "
			 "0.00)");
	report_free(report);

	report = sendfile_over(1000, -1);
	expect_verdict(report, "sendfile-cpu-copies", VERDICT_DOES_NOT, "0.00");
	assert_string_equal(report_claim_verdict(claim_of(report, "sendfile-cpu-copies")),
			    "does not hold here");
	expect_note(report, "sendfile-cpu-copies",
		    "veth: 0.00; where the device cannot gather: not measured; this measures it: zctrace "
		    "compare --link veth-nosg");
	expect_not_measured(report, "gather-removes-copy",
			    "sendfile,no-gather was not run; this measures it: zctrace compare --full");
	report_free(report);

	report = sendfile_over(-1, 0);
	expect_condition(report, "sendfile-cpu-copies",
			 "the device cannot gather (veth-nosg: 1.00; with gathering: not measured, "
			 "--link veth measures it)");
	expect_not_measured(report, "gather-removes-copy",
			    "sendfile,gather was not run");
	report_free(report);
}

/* Under several conditions of one link the worst of them counts. */
static void every_scenario_of_a_side_counts(void **state)
{
	for (int swap = 0; swap < 2; swap++) {
		struct report *report = sendfile_over(1000, 0);
		struct report_scenario *first = &report->scenarios[0];
		struct report_scenario *second = fixture_sendfile(report, "cold", "veth");
		struct report_scenario *linear = fixture_sendfile(report, "cold", "veth-nosg");

		(void)state;
		linear->payload_bytes = 1000;
		set_xmit(linear, 0, 1000, 0, 0, 0, 0);
		first = &report->scenarios[0];
		second = &report->scenarios[2];
		second->payload_bytes = 1000;
		set_xmit(swap ? first : second, 700, 300, 0, 0, 0, 0);
		set_xmit(swap ? second : first, 1000, 0, 0, 0, 0, 0);
		expect_verdict(report, "sendfile-cpu-copies", VERDICT_DOES_NOT, "0.00");
		expect_verdict(report, "gather-removes-copy", VERDICT_DOES_NOT, "0.70");
		report_free(report);
	}
}

static void origins_that_the_cpu_did_not_copy(void **state)
{
	struct report *report = sendfile_over(1000, 0);
	struct report_scenario *gathered = &report->scenarios[0];

	(void)state;
	set_xmit(gathered, 400, 0, 0, 300, 300, 0);
	expect_condition(report, "sendfile-cpu-copies",
			 "the device cannot gather (veth-nosg: 1.00; veth: 0.00)");
	set_xmit(gathered, 400, 100, 0, 200, 300, 0);
	expect_verdict(report, "sendfile-cpu-copies", VERDICT_DOES_NOT, "0.10");
	set_xmit(gathered, 999, 1, 0, 0, 0, 0);
	expect_condition(report, "sendfile-cpu-copies",
			 "the device cannot gather (veth-nosg: 1.00; veth: <0.01)");
	set_xmit(gathered, 900, 0, 100, 0, 0, 0);
	expect_verdict(report, "sendfile-cpu-copies", VERDICT_DOES_NOT, "0.10");
	gathered->payload_bytes = 100000;
	set_xmit(gathered, 99900, 0, 0, 0, 0, 100);
	expect_condition(report, "sendfile-cpu-copies",
			 "the device cannot gather (veth-nosg: 1.00; veth: <0.01)");
	report_free(report);
}

/* A link that is not ours is judged by its pages. */
static void another_device_is_judged_by_where_it_copied(void **state)
{
	struct report *report = fixture_empty();
	struct report_scenario *sendfile = fixture_sendfile(report, "warm", "remote");

	(void)state;
	expect_verdict(report, "sendfile-cpu-copies", VERDICT_DOES_NOT, "0.00");
	expect_note(report, "sendfile-cpu-copies", "remote: 0.00; where the device cannot gather: not");
	fixture_origin(sendfile, ZC_ORIGIN_FILE, ZC_ORIGIN_PRIVATE);
	expect_condition(report, "sendfile-cpu-copies",
			 "the device cannot gather (remote: 1.00; with gathering: not measured, "
			 "--link veth measures it)");
	/* Copied before it was queued: that has nothing to do with the device. */
	fixture_origin(sendfile, ZC_ORIGIN_PRIVATE, ZC_ORIGIN_PRIVATE);
	expect_verdict(report, "sendfile-cpu-copies", VERDICT_HOLDS, "1.00");
	sendfile->link = NULL;
	fixture_origin(sendfile, ZC_ORIGIN_FILE, ZC_ORIGIN_FILE);
	expect_verdict(report, "sendfile-cpu-copies", VERDICT_DOES_NOT, "0.00");
	report_free(report);
}

static void without_a_look_at_the_pages_it_is_open(void **state)
{
	struct report *report = fixture_empty();
	struct report_scenario *sendfile = fixture_sendfile(report, "warm", "lo");

	(void)state;
	sendfile->legs[LEG_USER_SOCKET].has_origin = false;
	set_xmit(sendfile, 0, 0, 0, 0, 0, 0);
	expect_not_measured(report, "sendfile-cpu-copies", "the pages at the device were not looked");
	fixture_no_leg(sendfile, LEG_USER_SOCKET, "net_dev_start_xmit: missing");
	expect_not_measured(report, "sendfile-cpu-copies", "net_dev_start_xmit: missing");
	expect_not_measured(report, "gather-removes-copy", "sendfile,no-gather was not run");
	sendfile = fixture_copy(report, "whole", "warm", "lo");
	sendfile->legs[LEG_USER_SOCKET].has_origin = false;
	set_xmit(sendfile, 0, 0, 0, 0, 0, 0);
	expect_verdict(report, "copy-cpu-copies", VERDICT_HOLDS, "2.00");
	report_free(report);
}

/* --- DMA --- */

static void set_device(struct report_scenario *scenario, double per_byte)
{
	fixture_leg(scenario, LEG_SOCKET_DEVICE, per_byte);
}

static void loopback_shows_half_of_the_dma(void **state)
{
	struct report *report = fixture_empty();

	(void)state;
	fixture_copy(report, "whole", "cold", "lo");
	expect_not_measured(report, "copy-dma-copies",
			    "copy (whole file), cold, lo: socket → device: loopback has no device; this "
			    "measures it: zctrace compare --cold --to HOST");
	expect_not_measured(report, "sendfile-dma-copies", "was not run");
	report_free(report);
}

static void warm_loopback_shows_nothing_of_the_dma(void **state)
{
	struct report *report = fixture_compare();

	(void)state;
	expect_not_measured(report, "copy-dma-copies",
			    "warm, lo: socket → device: loopback has no device; this measures it: "
			    "zctrace compare --cold --to HOST");
	expect_not_measured(report, "sendfile-dma-copies", "loopback has no device");
	report_free(report);
}

static void with_a_device_the_page_cache_decides(void **state)
{
	struct report *report = fixture_empty();
	struct report_scenario *cold = fixture_sendfile(report, "cold", "remote"), *warm;

	(void)state;
	set_device(cold, 1);
	expect_condition(report, "sendfile-dma-copies",
			 "the file is not in the page cache (cold: 2.00; warm: not measured, --warm "
			 "measures it)");
	expect_verdict(report, "sendfile-dma-copies", VERDICT_HOLDS_IF, "2.00");
	warm = fixture_sendfile(report, "warm", "remote");
	set_device(warm, 1);
	expect_condition(report, "sendfile-dma-copies",
			 "the file is not in the page cache (cold: 2.00; warm: 1.00)");
	cold->failed = "it failed";
	expect_verdict(report, "sendfile-dma-copies", VERDICT_DOES_NOT, "1.00");
	expect_note(report, "sendfile-dma-copies",
		    "warm: 1.00; where the file is not in the page cache: not measured; this measures "
		    "it: zctrace compare --cold --to HOST");
	report_free(report);
}

/* What was seen at the device is in doubt: then only the disk's half counts. */
static void a_doubtful_device_is_none(void **state)
{
	struct report *report = fixture_empty();
	struct report_scenario *cold = fixture_sendfile(report, "cold", "remote");

	(void)state;
	set_device(cold, 0.5);
	fixture_witness(report, cold, CLAIM_PAGES, false);
	expect_not_measured(report, "sendfile-dma-copies",
			    "sendfile (64 KiB), cold, remote: the witness of sender.data_calls "
			    "disagrees");
	cold->witnesses->agree = true;
	expect_verdict(report, "sendfile-dma-copies", VERDICT_DOES_NOT, "1.50");
	report_free(report);
}

static void dma_copies_have_a_tolerance(void **state)
{
	static const struct {
		double disk, device;
		enum report_verdict verdict;
		const char *text;
	} cases[] = {
		{ 1.01, 1, VERDICT_HOLDS_IF, "2.01" },
		{ 0.99, 1, VERDICT_HOLDS_IF, "1.99" },
		{ 1, 1.01, VERDICT_HOLDS_IF, "2.01" },
		{ 1, 0.99, VERDICT_HOLDS_IF, "1.99" },
		{ 1.02, 1, VERDICT_DOES_NOT, "2.02" },
		{ 0.98, 1, VERDICT_DOES_NOT, "1.98" },
		{ 1, 1.02, VERDICT_DOES_NOT, "2.02" },
		{ 1, 0.98, VERDICT_DOES_NOT, "1.98" },
		{ 0, 1, VERDICT_DOES_NOT, "1.00" },
		{ 1, 0, VERDICT_DOES_NOT, "1.00" },
		{ 0.5, 1.5, VERDICT_DOES_NOT, "2.00" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct report *report = fixture_empty();
		struct report_scenario *cold = fixture_copy(report, "whole", "cold", "remote");

		fixture_leg(cold, LEG_DISK_CACHE, cases[i].disk);
		set_device(cold, cases[i].device);
		expect_verdict(report, "copy-dma-copies", cases[i].verdict, cases[i].text);
		report_free(report);
	}
}

/* One wrong scenario among right ones, without a device; the farthest is shown. */
static void half_a_file_from_the_disk_refutes(void **state)
{
	struct report *report = fixture_empty();
	struct report_scenario *wrong;

	(void)state;
	fixture_copy(report, "whole", "cold", "lo");
	wrong = fixture_copy(report, "chunk", "cold", "lo");
	fixture_leg(wrong, LEG_DISK_CACHE, 0.5);
	fixture_leg(fixture_copy(report, "prefault", "cold", "lo"), LEG_DISK_CACHE, 0.25);
	expect_verdict(report, "copy-dma-copies", VERDICT_DOES_NOT, "0.25");
	report_free(report);
}

/* The last page comes whole: a file of 100 bytes is 4096 bytes from the disk. */
static void the_last_page_comes_whole(void **state)
{
	static const struct {
		const char *arch;
		__u64 payload, bytes;
		enum report_verdict verdict;
	} cases[] = {
		{ "x86_64", 100, 4096, VERDICT_NOT_MEASURED },
		{ "x86_64", 100, 4097, VERDICT_DOES_NOT },
		{ "x86_64", 100, 8192, VERDICT_DOES_NOT },
		{ "x86_64", 100, 65536, VERDICT_DOES_NOT },
		{ "x86_64", 5000, 8192, VERDICT_NOT_MEASURED },
		{ "x86_64", 5000, 4096, VERDICT_DOES_NOT },
		{ "x86_64", 4096, 4096, VERDICT_NOT_MEASURED },
		{ "x86_64", 4097, 8192, VERDICT_NOT_MEASURED },
		{ "x86_64", 4096, 8192, VERDICT_DOES_NOT },
		{ "aarch64", 100, 65536, VERDICT_NOT_MEASURED },
		{ "aarch64", 100, 65537, VERDICT_DOES_NOT },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct report *report = fixture_empty();
		struct report_scenario *cold = fixture_sendfile(report, "cold", "lo");
		struct report_leg *disk = &cold->legs[LEG_DISK_CACHE];

		report->machine.arch = cases[i].arch;
		cold->payload_bytes = cases[i].payload;
		disk->bytes.value = cases[i].bytes;
		disk->per_byte.value = (double)cases[i].bytes / (double)cases[i].payload;
		if (claim_of(report, "sendfile-dma-copies")->verdict != cases[i].verdict)
			fail_msg("%s: %llu of %llu", cases[i].arch, cases[i].bytes,
				 cases[i].payload);
		report_free(report);
	}
}

static void a_cache_that_did_not_stay_warm(void **state)
{
	static const struct {
		double disk;
		bool warm;
	} cases[] = { { 0.01, true }, { 0.011, false }, { 1, false } };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct report *report = fixture_empty();

		fixture_sendfile(report, "cold", "lo");
		fixture_leg(fixture_sendfile(report, "warm", "lo"), LEG_DISK_CACHE, cases[i].disk);
		if (cases[i].warm)
			expect_not_measured(report, "sendfile-dma-copies",
					    "loopback has no device");
		else
			expect_not_measured(report, "sendfile-dma-copies",
					    "sendfile (64 KiB), warm, lo: the page cache did not stay "
					    "warm, some of the file came from the disk; run it again");
		report_free(report);
	}
}

static void memory_file_systems_have_no_disk(void **state)
{
	struct report *report = fixture_empty();

	(void)state;
	fixture_sendfile(report, "cold", "lo");
	report->config.file_system = "tmpfs";
	expect_not_measured(report, "sendfile-dma-copies", "tmpfs keeps files in memory");
	report->config.file_system = NULL;
	expect_not_measured(report, "sendfile-dma-copies", "loopback has no device");
	fixture_no_leg(&report->scenarios[0], LEG_DISK_CACHE, "no tracepoint");
	expect_not_measured(report, "sendfile-dma-copies", "disk → page cache: no tracepoint");
	report_free(report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(copy_is_two_cpu_copies),
		cmocka_unit_test(a_leg_that_was_not_measured),
		cmocka_unit_test(copy_to_a_device_that_cannot_gather_does_not_count),
		cmocka_unit_test(nearly_every_page_must_be_known),
		cmocka_unit_test(all_bytes_must_be_seen_at_the_device),
		cmocka_unit_test(one_unknown_byte_is_singular),
		cmocka_unit_test(unknown_pages_do_not_undecide_other_claims),
		cmocka_unit_test(sendfile_copies_where_the_device_cannot_gather),
		cmocka_unit_test(the_condition_names_both_sides),
		cmocka_unit_test(every_scenario_of_a_side_counts),
		cmocka_unit_test(origins_that_the_cpu_did_not_copy),
		cmocka_unit_test(another_device_is_judged_by_where_it_copied),
		cmocka_unit_test(without_a_look_at_the_pages_it_is_open),
		cmocka_unit_test(loopback_shows_half_of_the_dma),
		cmocka_unit_test(warm_loopback_shows_nothing_of_the_dma),
		cmocka_unit_test(with_a_device_the_page_cache_decides),
		cmocka_unit_test(a_doubtful_device_is_none),
		cmocka_unit_test(dma_copies_have_a_tolerance),
		cmocka_unit_test(half_a_file_from_the_disk_refutes),
		cmocka_unit_test(the_last_page_comes_whole),
		cmocka_unit_test(a_cache_that_did_not_stay_warm),
		cmocka_unit_test(memory_file_systems_have_no_disk),
	};

	return cmocka_run_group_tests_name("claims: copies", tests, NULL, NULL);
}
