// SPDX-License-Identifier: GPL-2.0
/* Tests of the claims about time: faster, less CPU time, and equal over a slow link.
 * Run by `make test`; needs no privilege. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "claims_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* One pair under a condition, with this many runs each; milliseconds. */
static void add_pair(struct report *report, const char *cache, const char *link, __u64 copy_ms,
		     __u64 sendfile_ms, size_t runs)
{
	struct report_scenario *copy = fixture_copy(report, "whole", cache, link);
	struct report_scenario *sendfile = fixture_sendfile(report, cache, link);

	fixture_times(report, &copy->elapsed_untraced_ns, copy_ms * MS, runs);
	fixture_times(report, &sendfile->elapsed_untraced_ns, sendfile_ms * MS, runs);
	copy->cpu_untraced_ns = copy->elapsed_untraced_ns;
	sendfile->cpu_untraced_ns = sendfile->elapsed_untraced_ns;
}

/* Both claims follow from their own spread by the same rule: here the spreads are alike. */
static void expect_both(struct report *report, enum report_verdict verdict, const char *text)
{
	expect_verdict(report, "sendfile-faster", verdict, text);
	expect_verdict(report, "sendfile-saves-cpu", verdict, text);
}

static void expect_both_open(struct report *report, const char *part)
{
	expect_not_measured(report, "sendfile-faster", part);
	expect_not_measured(report, "sendfile-saves-cpu", part);
}

static void the_documents_ratios_follow_from_their_times(void **state)
{
	struct report *report = fixture_compare();

	(void)state;
	const struct article_list documents = claims_documents();
	const struct article *doc1 = documents.at[0], *doc2 = documents.at[1];

	assert_int_equal(doc1->time_count, 2);
	assert_float_equal(doc1->times[0].ns, 0.51e9, 1);
	assert_float_equal(doc1->times[1].ns, 0.16e9, 1);
	assert_int_equal(doc2->time_count, 4);
	assert_float_equal(doc2->times[0].ns, 1.2538435459136963e9, 1);
	assert_float_equal(doc2->times[1].ns, 0.5658297538757324e9, 1);
	assert_float_equal(doc2->times[2].ns, 1.0714919567108154e9, 1);
	assert_float_equal(doc2->times[3].ns, 0.5623219013214111e9, 1);
	assert_string_equal(claim_of(report, "sendfile-faster")->documents, "3.19×, 2.22×, 1.91×");
	report->scenario_count = 0;
	assert_string_equal(claim_of(report, "sendfile-faster")->documents, "3.19×, 2.22×, 1.91×");
	report_free(report);
}

/* The fair comparison is a claim of its own: the same chunk, with and without copies. */
static void the_loop_is_another_claim(void **state)
{
	struct report *report = fixture_compare();
	struct report_scenario *loop = (struct report_scenario *)report_scenario(report, "copy",
										 "chunk");
	const char *id = "sendfile-faster-than-loop";

	(void)state;
	expect_verdict(report, id, VERDICT_HOLDS, "1.50×");
	fixture_times(report, &loop->elapsed_untraced_ns, 121 * MS, 5);
	expect_not_measured(report, id, "within the noise of 5 runs each");
	expect_verdict(report, "sendfile-faster", VERDICT_HOLDS, "3.56×");
	fixture_times(report, &loop->elapsed_untraced_ns, 60 * MS, 5);
	expect_verdict(report, id, VERDICT_DOES_NOT, "0.50×");
	loop->chunk_bytes = 4096;
	expect_not_measured(report, id,
			    "copy,chunk,unlimited and sendfile,unlimited were not run under one condition");
	report_free(report);
}

static void the_direction_decides(void **state)
{
	static const struct {
		__u64 copy, sendfile;
		size_t runs;
		enum report_verdict verdict;
		const char *text;
	} cases[] = {
		{ 431, 121, 5, VERDICT_HOLDS, "3.56×" },
		{ 121, 431, 5, VERDICT_DOES_NOT, "0.28×" },
		{ 1100, 1000, 5, VERDICT_HOLDS, "1.10×" },
		{ 1000, 1100, 5, VERDICT_DOES_NOT, "0.91×" },
		{ 300, 100, 3, VERDICT_HOLDS, "3.00×" },
		{ 300, 100, 15, VERDICT_HOLDS, "3.00×" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct report *report = fixture_empty();

		add_pair(report, "warm", "lo", cases[i].copy, cases[i].sendfile, cases[i].runs);
		expect_both(report, cases[i].verdict, cases[i].text);
		assert_float_equal(claim_of(report, "sendfile-faster")->measured.value,
				   (double)cases[i].copy / (double)cases[i].sendfile, 1e-9);
		report_free(report);
	}
}

static void each_claim_has_its_own_spread(void **state)
{
	struct report *report = fixture_compare();
	struct report_scenario *copy = &report->scenarios[COPY_WHOLE];

	(void)state;
	fixture_times(report, &copy->elapsed_untraced_ns, 50 * MS, 5);
	expect_verdict(report, "sendfile-faster", VERDICT_DOES_NOT, "0.41×");
	expect_verdict(report, "sendfile-saves-cpu", VERDICT_HOLDS, "8.58×");
	/* Traced times are nothing to either. */
	copy->elapsed_traced_ns.median.why = "no";
	expect_verdict(report, "sendfile-faster", VERDICT_DOES_NOT, "0.41×");
	report_free(report);
}

static void noise_is_not_a_verdict(void **state)
{
	static const struct {
		size_t runs;
		const char *advice;
	} cases[] = {
		{ 3, "the difference is within the noise of 3 runs each; use -n 15" },
		{ 5, "the difference is within the noise of 5 runs each; use -n 15" },
		{ 14, "the difference is within the noise of 14 runs each; use -n 15" },
		{ 15, "the difference is within the noise of 15 runs each; use -n 45" },
		{ 2, "2 runs each cannot be told from noise; use -n 5" },
		{ 1, "1 run each cannot be told from noise; use -n 5" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct report *report = fixture_empty();

		add_pair(report, "warm", "lo", 1001, 1000, cases[i].runs);
		expect_both_open(report, "warm, lo: 1.00×, within the noise: ");
		expect_both_open(report, cases[i].advice);
		assert_null(strstr(claim_of(report, "sendfile-faster")->why, "this measures it"));
		report_free(report);
	}
}

static void the_first_noise_is_named(void **state)
{
	struct report *report = fixture_empty();

	(void)state;
	add_pair(report, "cold", "lo", 1001, 1000, 5);
	add_pair(report, "warm", "lo", 1002, 1000, 3);
	expect_both_open(report, "warm, lo: 1.00×, within the noise: the difference is within the "
				 "noise of 3 runs each");
	report_free(report);
}

/* Two runs cannot decide, however far apart they are. */
static void two_runs_do_not_decide(void **state)
{
	struct report *report = fixture_empty();

	(void)state;
	add_pair(report, "warm", "lo", 1000, 10, 2);
	expect_both_open(report, "2 runs each cannot be told from noise; use -n 5");
	fixture_times(report, &report->scenarios[0].elapsed_untraced_ns, 1000 * MS, 9);
	expect_not_measured(report, "sendfile-faster", "2 runs each");
	fixture_times(report, &report->scenarios[1].elapsed_untraced_ns, 10 * MS, 9);
	expect_verdict(report, "sendfile-faster", VERDICT_HOLDS, "100.00×");
	report_free(report);
}

static void what_is_missing_is_named(void **state)
{
	struct report *report = fixture_empty();
	struct report_scenario swap;

	(void)state;
	expect_both_open(report, "copy,whole,unlimited was not run; this measures it: zctrace "
				 "compare");
	fixture_copy(report, "chunk", "warm", "lo");
	fixture_sendfile(report, "warm", "lo");
	expect_both_open(report, "not run");
	fixture_copy(report, "whole", "warm", "lo")->failed = "memory of 5 GiB: no";
	expect_both_open(report, "copy (whole file), warm, lo: memory of 5 GiB: no");
	report->scenario_count = 0;
	fixture_slow_link(report);
	expect_both_open(report, "unlimited was not run");
	swap = report->scenarios[0];
	report->scenarios[0] = report->scenarios[1];
	report->scenarios[1] = swap;
	expect_both_open(report, "unlimited was not run");
	report->scenarios[1] = report->scenarios[0];
	report->scenarios[0] = swap;
	report->scenarios[0].failed = "no tc";
	expect_both_open(report, "not run");
	report->scenarios[0].rate_bits = 0;
	expect_both_open(report, "no tc");
	expect_not_measured(report, "nic-bound", "limited was not run");
	report_free(report);
}

static void times_that_are_missing(void **state)
{
	struct report *report = fixture_compare();

	(void)state;
	report->scenarios[SENDFILE].elapsed_untraced_ns.median.why = "no untraced run";
	expect_not_measured(report, "sendfile-faster",
			    "sendfile (64 KiB), warm, lo: no untraced run; this measures it");
	expect_verdict(report, "sendfile-saves-cpu", VERDICT_HOLDS, "8.58×");
	add_pair(report, "cold", "lo", 300, 100, 5);
	report->scenarios[4].elapsed_untraced_ns.median.why = "not that either";
	expect_not_measured(report, "sendfile-faster", "warm, lo: no untraced run");
	report->scenario_count = 4;
	report->scenarios[COPY_WHOLE].cpu_untraced_ns.run_count = 0;
	expect_not_measured(report, "sendfile-saves-cpu", "no runs");
	report_free(report);
}

/* Only what ran under the same condition is compared. */
static void conditions_are_not_mixed(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		struct report *report = fixture_empty();
		struct report_scenario *copy;

		add_pair(report, "warm", "lo", 300, 100, 5);
		copy = &report->scenarios[0];
		expect_both(report, VERDICT_HOLDS, "3.00×");
		if (i == 0)
			copy->cache = "cold";
		else if (i == 1)
			copy->link = "veth";
		else if (i == 2)
			copy->rate_bits = 1000;
		else
			copy->payload_bytes++;
		expect_both_open(report, "not run");
		report_free(report);
	}
}

static void a_condition_is_found_in_the_page_cache(void **state)
{
	struct report *report = fixture_empty();
	const struct report_claim *claim;

	(void)state;
	add_pair(report, "cold", "lo", 1001, 1000, 5);
	add_pair(report, "warm", "lo", 300, 100, 5);
	expect_both(report, VERDICT_HOLDS_IF, "3.00×");
	claim = claim_of(report, "sendfile-faster");
	assert_string_equal(without_intervals(claim->condition),
			    "the file is in the page cache (warm, lo: 3.00×; cold, "
					      "lo: 1.00×, within the noise)");
	add_pair(report, "cold", "veth", 100, 300, 5);
	assert_string_equal(without_intervals(claim_of(report, "sendfile-faster")->condition),
			    "the file is in the page cache (warm, lo: 3.00×; cold, lo: 1.00×, within "
			    "the noise; cold, veth: 0.33×)");
	add_pair(report, "warm", "veth", 1001, 1000, 5);
	assert_string_equal(without_intervals(claim_of(report, "sendfile-faster")->condition),
			    "run as here (warm, lo: 3.00×), but not as here (cold, lo: 1.00×, within "
			    "the noise; cold, veth: 0.33×; warm, veth: 1.00×, within the noise)");
	report_free(report);
}

/* Runs that scatter too much to be told apart, and are not nearly equal, speak for neither side. */
static void noise_elsewhere_is_no_condition(void **state)
{
	static const struct {
		__u64 copy_ms;
		bool equal;
	} cases[] = { { 105, true }, { 106, false }, { 95, true }, { 94, false }, { 300, false } };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct report *report = fixture_empty();

		add_pair(report, "warm", "lo", 300, 100, 5);
		add_pair(report, "cold", "lo", cases[i].copy_ms, 100, 2);
		expect_both(report, cases[i].equal ? VERDICT_HOLDS_IF : VERDICT_HOLDS, "3.00×");
		fixture_times(report, &report->scenarios[0].elapsed_untraced_ns, 50 * MS, 5);
		expect_verdict(report, "sendfile-faster", VERDICT_DOES_NOT, "0.50×");
		report_free(report);
	}
}

/* Where the documents' own condition is open, others do not decide in its place. */
static void the_documents_condition_must_be_decided(void **state)
{
	struct report *report = fixture_empty();

	(void)state;
	add_pair(report, "cold", "lo", 300, 100, 5);
	add_pair(report, "warm", "veth", 300, 100, 5);
	add_pair(report, "warm", "lo", 300, 100, 2);
	expect_both_open(report, "warm, lo: 3.00×, within the noise: 2 runs each");
	report->scenarios[4].elapsed_untraced_ns.median.why = "no untraced run";
	expect_not_measured(report, "sendfile-faster", "warm, lo: no untraced run");
	report->scenarios[4].failed = "it failed";
	expect_both(report, VERDICT_HOLDS, "3.00×");
	fixture_times(report, &report->scenarios[0].elapsed_untraced_ns, 300 * MS, 2);
	expect_verdict(report, "sendfile-faster", VERDICT_HOLDS, "3.00×");	/* as good as any */
	report_free(report);
}

static void a_condition_elsewhere(void **state)
{
	struct report *report = fixture_empty();

	(void)state;
	add_pair(report, "cold", "lo", 300, 100, 5);
	add_pair(report, "cold", "veth", 100, 300, 5);
	expect_both(report, VERDICT_HOLDS_IF, "3.00×");
	assert_string_equal(without_intervals(claim_of(report, "sendfile-saves-cpu")->condition),
			    "the link is loopback (cold, lo: 3.00×; cold, veth: 0.33×)");
	add_pair(report, "warm", "veth", 400, 100, 5);
	assert_string_equal(without_intervals(claim_of(report, "sendfile-saves-cpu")->condition),
			    "run as here (cold, lo: 3.00×; warm, veth: 4.00×), but not as here (cold, "
			    "veth: 0.33×)");
	report_free(report);

	report = fixture_empty();
	add_pair(report, "warm", "lo", 300, 100, 5);
	add_pair(report, "warm", "veth", 100, 300, 5);
	add_pair(report, "cold", "veth", 100, 300, 5);
	assert_string_equal(without_intervals(claim_of(report, "sendfile-saves-cpu")->condition),
			    "the link is loopback (warm, lo: 3.00×; warm, veth: 0.33×; cold, veth: 0.33×)");
	report_free(report);
}

static void under_all_conditions_alike(void **state)
{
	struct report *report = fixture_empty();

	(void)state;
	add_pair(report, "cold", "lo", 200, 100, 5);
	add_pair(report, "warm", "veth", 500, 100, 5);
	expect_both(report, VERDICT_HOLDS, "2.00×"); /* the first pair's */
	add_pair(report, "warm", "lo", 400, 100, 5);
	expect_both(report, VERDICT_HOLDS, "4.00×"); /* the documents' condition */
	add_pair(report, "warm", "lo", 400, 80, 5);
	expect_both(report, VERDICT_HOLDS, "4.00×"); /* and the first that has it */
	report_free(report);

	report = fixture_empty();
	add_pair(report, "cold", "lo", 100, 200, 5);
	add_pair(report, "warm", "lo", 100, 400, 5);
	expect_both(report, VERDICT_DOES_NOT, "0.25×");
	add_pair(report, "warm", "veth", 1001, 1000, 5);
	expect_both(report, VERDICT_DOES_NOT, "0.25×");
	report_free(report);

	report = fixture_empty();
	add_pair(report, "warm", "lo", 1001, 1000, 5);
	add_pair(report, "cold", "lo", 100, 200, 5);
	expect_both(report, VERDICT_DOES_NOT, "0.50×");
	report_free(report);
}

/* Another condition is left out, and the note says so; nothing stands in for the documents' own. */
static void a_doubt_on_either_side(void **state)
{
	(void)state;
	for (size_t side = 0; side < 2; side++) {
		struct report *report = fixture_empty();

		add_pair(report, "warm", "lo", 300, 100, 5);
		add_pair(report, "cold", "lo", 100, 300, 5);
		report->scenarios[2 + side].loss_map_full = 2;
		expect_both(report, VERDICT_HOLDS, "3.00×");
		expect_note(report, "sendfile-faster", "cold, lo: 2 events were lost");
		report->scenarios[side].loss_map_full = 3;
		report->scenarios[2 + side].loss_map_full = 0;
		expect_both_open(report, "warm, lo: 3 events were lost");
		report->scenarios[2 + side].loss_map_full = 2;
		expect_both_open(report, "warm, lo: 3 events were lost");
		report_free(report);
	}
}

static void a_limited_link_in_doubt_leaves_the_others(void **state)
{
	struct report *report = fixture_empty();

	(void)state;
	fixture_slow_link(report);
	fixture_slow_link(report);
	report->scenarios[0].rate_bits = report->scenarios[1].rate_bits = 1;
	report->scenarios[1].loss_recursion = 1;
	expect_verdict(report, "nic-bound", VERDICT_HOLDS, "1.00×");
	expect_note(report, "nic-bound", "1 event was lost");
	report_free(report);
}

/* --- a limited link: 1 Gbit/s takes 2.147 s for the payload --- */

static struct report *over_slow_link(__u64 copy_ms, __u64 sendfile_ms, __u64 copy_cpu_ms,
				     __u64 sendfile_cpu_ms, size_t runs)
{
	struct report *report = fixture_empty();

	fixture_slow_link(report);
	fixture_times(report, &report->scenarios[0].elapsed_untraced_ns, copy_ms * MS, runs);
	fixture_times(report, &report->scenarios[1].elapsed_untraced_ns, sendfile_ms * MS, runs);
	fixture_times(report, &report->scenarios[0].cpu_untraced_ns, copy_cpu_ms * MS, runs);
	fixture_times(report, &report->scenarios[1].cpu_untraced_ns, sendfile_cpu_ms * MS, runs);
	return report;
}

static void a_slow_link_makes_both_equal(void **state)
{
	static const struct {
		__u64 copy, sendfile;
		enum report_verdict verdict;
		const char *text;
	} cases[] = {
		{ 2200, 2200, VERDICT_HOLDS, "1.00×" },
		{ 2100, 2000, VERDICT_HOLDS, "1.05×" },
		{ 1900, 2000, VERDICT_HOLDS, "0.95×" },
		{ 2120, 2000, VERDICT_DOES_NOT, "1.06×" },
		{ 1880, 2000, VERDICT_DOES_NOT, "0.94×" },
		{ 3000, 2000, VERDICT_DOES_NOT, "1.50×" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct report *report =
			over_slow_link(cases[i].copy, cases[i].sendfile, 400, 50, 5);

		expect_verdict(report, "nic-bound", cases[i].verdict, cases[i].text);
		report_free(report);
	}
}

/* Which of the two takes less CPU time is no matter, but they must differ. */
static void the_cpu_times_must_differ(void **state)
{
	struct report *report = over_slow_link(2200, 2200, 50, 400, 5);

	(void)state;
	expect_verdict(report, "nic-bound", VERDICT_HOLDS, "1.00×");
	report_free(report);
	report = over_slow_link(2200, 2200, 400, 400, 5);
	expect_not_measured(report, "nic-bound",
			    "the difference is within the noise of 5 runs each; use -n 15");
	report_free(report);
	report = over_slow_link(3000, 2000, 400, 400, 5);
	expect_verdict(report, "nic-bound", VERDICT_DOES_NOT, "1.50×");
	report_free(report);
	report = over_slow_link(2200, 2200, 400, 50, 2);
	expect_not_measured(report, "nic-bound", "2 runs each cannot be told from noise");
	report_free(report);
}

static void unequal_times_within_the_noise_are_open(void **state)
{
	struct report *report = over_slow_link(2200, 2000, 400, 50, 25);

	(void)state;
	expect_verdict(report, "nic-bound", VERDICT_DOES_NOT, "1.10×");
	report_free(report);
	report = over_slow_link(2200, 2000, 400, 50, 2);
	expect_not_measured(report, "nic-bound", "2 runs each cannot be told");
	report_free(report);
}

static void the_link_must_be_what_limits(void **state)
{
	static const struct {
		__u64 ms;
		bool bound;
		const char *advice;
	} cases[] = {
		{ 1074, true, NULL },
		{ 1073, false,
		 "the link was not what limited it; use a larger --size or a lower --rate" },
		{ 4294, true, NULL },
		{ 4295, false,
		 "the link was not what limited it; use a larger --size or a lower --rate" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct report *report = over_slow_link(cases[i].ms, cases[i].ms, 400, 50, 5);

		if (cases[i].bound)
			expect_verdict(report, "nic-bound", VERDICT_HOLDS, "1.00×");
		else
			expect_not_measured(report, "nic-bound", cases[i].advice);
		report_free(report);
	}
}

/* Half and twice the link's own time, to the nanosecond. */
static void the_link_limits_at_the_boundary(void **state)
{
	const __u64 link_ns = 2147483648;
	const __u64 times[] = { link_ns / 2, link_ns * 2, link_ns / 2 - 1, link_ns * 2 + 1 };

	(void)state;
	for (size_t i = 0; i < COUNT(times); i++) {
		struct report *report = over_slow_link(2200, 2200, 400, 50, 5);
		const __u64 runs[] = { times[i], times[i], times[i], times[i], times[i] };

		for (size_t j = 0; j < 2; j++)
			stats_spread(report, &report->scenarios[j].elapsed_untraced_ns, runs, 5,
				     NULL);
		if (i < 2)
			expect_verdict(report, "nic-bound", VERDICT_HOLDS, "1.00×");
		else
			expect_not_measured(report, "nic-bound", "was not what limited it");
		report_free(report);
	}
}

static void each_way_must_be_limited_by_the_link(void **state)
{
	struct report *report = over_slow_link(1000, 2200, 400, 50, 5);

	(void)state;
	expect_not_measured(report, "nic-bound",
			    "copy (whole file), warm, veth, 1 Gbit/s: the link was not what limited "
			    "it; use a larger --size or a lower --rate (measured 0.47, where ");
	report_free(report);
	report = over_slow_link(2200, 1000, 400, 50, 5);
	expect_not_measured(report, "nic-bound",
			    "sendfile (64 KiB), warm, veth, 1 Gbit/s: the link was not");
	report_free(report);
	report = over_slow_link(1000, 2200, 400, 50, 2);	/* also too few runs */
	expect_not_measured(report, "nic-bound", "the link was not what limited it");
	report_free(report);
}

static void without_a_limit_it_is_open(void **state)
{
	struct report *report = fixture_compare();

	(void)state;
	expect_not_measured(report, "nic-bound",
			    "limited was not run; this measures it: zctrace compare --rate 1Gbit");
	report_free(report);
	report = over_slow_link(2200, 2200, 400, 50, 5);
	report->scenarios[1].elapsed_untraced_ns.median.why = "no untraced run";
	expect_not_measured(report, "nic-bound", "no untraced run");
	report->scenarios[1].elapsed_untraced_ns.median.why = NULL;
	report->scenarios[0].cpu_untraced_ns.median.why = "no rusage";
	expect_not_measured(report, "nic-bound", "no rusage");
	report->scenarios[0].cpu_untraced_ns.median.why = NULL;
	report->scenarios[0].loss_ring = 1;
	expect_not_measured(report, "nic-bound", "1 event was lost");
	report_free(report);
}

/* The documents' copy reads before it sends, so that it may be later: chunks are not. */
static void a_copy_in_chunks_may_be_the_condition(void **state)
{
	static const struct {
		__u64 chunk_ms;
		enum report_verdict verdict;
	} cases[] = {
		{ 2000, VERDICT_HOLDS_IF }, { 2100, VERDICT_HOLDS_IF }, { 1900, VERDICT_HOLDS_IF },
		{ 2120, VERDICT_DOES_NOT }, { 1880, VERDICT_DOES_NOT }, { 1000, VERDICT_DOES_NOT },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct report *report = over_slow_link(2600, 2000, 400, 50, 5);
		struct report_scenario *chunks = fixture_copy(report, "chunk", "warm", "veth");
		const struct report_claim *claim;

		expect_verdict(report, "nic-bound", VERDICT_DOES_NOT, "1.30×");	/* no limit */
		chunks->rate_bits = 1000000000;
		fixture_times(report, &chunks->elapsed_untraced_ns, cases[i].chunk_ms * MS, 5);
		expect_verdict(report, "nic-bound", cases[i].verdict, "1.30×");
		claim = claim_of(report, "nic-bound");
		if (cases[i].chunk_ms == 2100)
			assert_string_equal(without_intervals(claim->condition),
					    "the file is sent while it is read (copy (64 KiB): 1.05×; copy "
					    "(whole file): 1.30×)");
		chunks->loss_ring = 1;
		expect_verdict(report, "nic-bound", VERDICT_DOES_NOT, "1.30×");
		chunks->loss_ring = 0;
		fixture_times(report, &chunks->cpu_untraced_ns, 50 * MS, 5);	/* not unequal */
		expect_verdict(report, "nic-bound", VERDICT_DOES_NOT, "1.30×");
		report_free(report);
	}
}

/* Several limited links: one that differs refutes, and the farthest from 1 is shown. */
static void every_limited_link_counts(void **state)
{
	(void)state;
	for (int swap = 0; swap < 2; swap++) {
		struct report *report = over_slow_link(2200, 2200, 400, 50, 5);

		fixture_slow_link(report);
		for (int i = 0; i < 2; i++)
			report->scenarios[2 + i].link = "lo";
		fixture_times(report, &report->scenarios[swap ? 0 : 2].elapsed_untraced_ns,
			      3000 * MS, 5);
		expect_verdict(report, "nic-bound", VERDICT_DOES_NOT, swap ? "1.36×" : "1.37×");
		report_free(report);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_documents_ratios_follow_from_their_times),
		cmocka_unit_test(the_loop_is_another_claim),
		cmocka_unit_test(the_direction_decides),
		cmocka_unit_test(each_claim_has_its_own_spread),
		cmocka_unit_test(noise_is_not_a_verdict),
		cmocka_unit_test(the_first_noise_is_named),
		cmocka_unit_test(two_runs_do_not_decide),
		cmocka_unit_test(what_is_missing_is_named),
		cmocka_unit_test(times_that_are_missing),
		cmocka_unit_test(conditions_are_not_mixed),
		cmocka_unit_test(a_condition_is_found_in_the_page_cache),
		cmocka_unit_test(noise_elsewhere_is_no_condition),
		cmocka_unit_test(the_documents_condition_must_be_decided),
		cmocka_unit_test(a_condition_elsewhere),
		cmocka_unit_test(under_all_conditions_alike),
		cmocka_unit_test(a_doubt_on_either_side),
		cmocka_unit_test(a_limited_link_in_doubt_leaves_the_others),
		cmocka_unit_test(a_slow_link_makes_both_equal),
		cmocka_unit_test(the_cpu_times_must_differ),
		cmocka_unit_test(unequal_times_within_the_noise_are_open),
		cmocka_unit_test(the_link_must_be_what_limits),
		cmocka_unit_test(the_link_limits_at_the_boundary),
		cmocka_unit_test(each_way_must_be_limited_by_the_link),
		cmocka_unit_test(without_a_limit_it_is_open),
		cmocka_unit_test(a_copy_in_chunks_may_be_the_condition),
		cmocka_unit_test(every_limited_link_counts),
	};

	return cmocka_run_group_tests_name("claims: times", tests, NULL, NULL);
}
