// SPDX-License-Identifier: GPL-2.0
/* Tests of the closing sentences and of the warnings: each number from the report, each sentence
 * only with its numbers. Run by `make test`; needs no privilege. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "claims.h"
#include "pick.h"
#include "summary.h"
#include "texts.h"
#include "words.h"
#include "intervals.h"
#include "report_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void write_summary(struct report *report)
{
	claims_decide(report);
	assert_int_equal(summary_write(report), 0);
}

static const char *find(const char **texts, size_t count, const char *part)
{
	for (size_t i = 0; i < count; i++)
		if (strstr(without_intervals(texts[i]), part))
			return texts[i];
	return NULL;
}

static void expect_sentence(struct report *report, const char *sentence)
{
	write_summary(report);
	for (size_t i = 0; i < report->sentence_count; i++)
		if (strcmp(without_intervals(report->sentences[i]), sentence) == 0)
			return;
	for (size_t i = 0; i < report->sentence_count; i++)
		print_message("  %s\n", report->sentences[i]);
	fail_msg("not there: %s", sentence);
}

static void expect_headline(struct report *report, const char *sentence)
{
	write_summary(report);
	assert_true(report->sentence_count > 0);
	assert_string_equal(without_intervals(report->sentences[0]), sentence);
}

static void expect_no_sentence(struct report *report, const char *part)
{
	write_summary(report);
	if (find(report->sentences, report->sentence_count, part))
		fail_msg("there is: %s",
			 find(report->sentences, report->sentence_count, part));
}

static void expect_warning(struct report *report, const char *warning)
{
	write_summary(report);
	for (size_t i = 0; i < report->warning_count; i++)
		if (strcmp(report->warnings[i], warning) == 0)
			return;
	for (size_t i = 0; i < report->warning_count; i++)
		print_message("  %s\n", report->warnings[i]);
	fail_msg("not there: %s", warning);
}

static void expect_no_warning(struct report *report)
{
	write_summary(report);
	if (report->warning_count)
		fail_msg("there is: %s", report->warnings[0]);
}

/* --- words --- */

static void numbers_become_words(void **state)
{
	static const char *const items[] = { "a", "b", "c" };
	struct report *report = fixture_empty();

	(void)state;
	assert_string_equal(words_count(report, 0), "0");
	assert_string_equal(words_count(report, 999), "999");
	assert_string_equal(words_count(report, 1288490188), "1,288,490,188");
	assert_string_equal(words_many(report, 1, "run", "runs"), "1 run");
	assert_string_equal(words_many(report, 0, "run", "runs"), "0 runs");
	assert_string_equal(words_many(report, 5000, "run", "runs"), "5,000 runs");
	assert_string_equal(words_time(report, 412000000), "0.412 s");
	assert_string_equal(words_size(report, 512ULL << 20), "512 MiB");
	assert_string_equal(words_chunk(report, 65535), "65,535 B");
	assert_string_equal(words_rate(report, 1000000000), "1 Gbit/s");
	assert_string_equal(words_ratio(report, 1), "1.00");
	assert_string_equal(words_factor(report, 1.04), "1.04");
	assert_string_equal(words_factor(report, 1.994), "1.99");
	assert_string_equal(words_factor(report, 1.995), "2.0");
	assert_string_equal(words_factor(report, 9.94), "9.9");
	assert_string_equal(words_factor(report, 9.95), "10");
	assert_string_equal(words_factor(report, 586.14), "586");
	assert_string_equal(words_factor(report, 1170.5), "1,171");
	assert_string_equal(words_times(report, 3.56), "3.6×");
	assert_string_equal(words_list(report, items, 0), "");
	assert_string_equal(words_list(report, items, 1), "a");
	assert_string_equal(words_list(report, items, 2), "a and b");
	assert_string_equal(words_list(report, items, 3), "a, b and c");
	report_free(report);
}

static void scenarios_have_names(void **state)
{
	struct report *report = fixture_compare();
	struct report_scenario odd = { .rate_bits = 100000000 };

	(void)state;
	assert_string_equal(pick_label(report, &report->scenarios[COPY_WHOLE]), "copy (whole file)");
	assert_string_equal(pick_label(report, &report->scenarios[COPY_CHUNK]), "copy (64 KiB)");
	assert_string_equal(pick_label(report, &report->scenarios[COPY_PREFAULT]),
			    "copy (touched buffer)");
	assert_string_equal(pick_label(report, &report->scenarios[SENDFILE]), "sendfile (64 KiB)");
	assert_string_equal(pick_condition(report, &report->scenarios[SENDFILE]), "warm, lo");
	assert_string_equal(pick_label(report, &odd), "scenario (whole file)");
	assert_string_equal(pick_condition(report, &odd),
			    "cache not known, link not known, 100 Mbit/s");
	report_free(report);
}

static void conditions_are_compared_by_their_texts(void **state)
{
	char text[] = "warm", same[] = "warm";
	struct report_scenario a = { .cache = text, .link = "lo" };
	struct report_scenario b = { .cache = same, .link = "lo" };

	(void)state;
	assert_true(pick_same_condition(&a, &b));
	b.cache = "cold";
	assert_false(pick_same_condition(&a, &b));
	b.cache = NULL;
	assert_false(pick_same_condition(&a, &b));
	assert_false(pick_same_condition(&b, &a));
	a.cache = NULL;
	assert_true(pick_same_condition(&a, &b));
	assert_false(text_is(NULL, NULL));
}

/* --- the comparison --- */

static void a_comparison_in_sentences(void **state)
{
	static const char *const expected[] = {
		"sendfile finished 3.6× faster than the documents' copy (they report 1.9× to 3.2×) "
		"although it crossed into the kernel 586 times as often.",
		"Against a loop of read and send with the same 64 KiB, the fair comparison, "
		"sendfile is 1.50× faster.",
		"What it saved: 512 MiB of CPU copies and 65,536 page faults on a 256 MiB buffer.",
		"It saved 0.364 s of CPU time, which add up from: page faults on a fresh buffer "
		"0.232 s, 3.5 µs each; one piece instead of 64 KiB chunks (caches, less the loop's "
		"crossings) 9.0 ms; copying instead of handing pages over 0.123 s.",
		"Crossings are not where the time goes: copying 64 KiB at a time made 16,388 "
		"crossings more than copying in one piece into a touched buffer, and took less CPU "
		"time (0.171 s; 0.180 s).",
		"A crossing is one change of CPU mode, into the kernel or out of it, so that a "
		"system call is two; a context switch is the scheduler putting another task on the "
		"CPU: sendfile made 8,206 crossings and 14 context switches, the documents' copy 14 "
		"crossings and 11 context switches.",
	};
	struct report *report = fixture_compare();

	(void)state;
	write_summary(report);
	for (size_t i = 0; i < COUNT(expected) && i < report->sentence_count; i++)
		assert_string_equal(without_intervals(report->sentences[i]), expected[i]);
	assert_int_equal(report->sentence_count, COUNT(expected));
	assert_int_equal(report->warning_count, 0);
	report_free(report);
}

static void the_documents_ratio_is_that_of_the_program(void **state)
{
	struct report *report = fixture_compare();

	(void)state;
	report->config.as = "doc1";
	expect_headline(report, "sendfile finished 3.6× faster than the documents' copy (they report "
				"3.2×) although it crossed into the kernel 586 times as often.");
	report->config.as = "doc2";
	expect_headline(report, "sendfile finished 3.6× faster than the documents' copy (they report "
				"1.9× to 2.2×) although it crossed into the kernel 586 times as often.");
	report_free(report);
}

static void set_elapsed(struct report *report, __u64 copy_ms, __u64 sendfile_ms, size_t runs)
{
	fixture_times(report, &report->scenarios[COPY_WHOLE].elapsed_untraced_ns, copy_ms * MS,
		      runs);
	fixture_times(report, &report->scenarios[SENDFILE].elapsed_untraced_ns, sendfile_ms * MS,
		      runs);
}

static void set_crossings(struct report *report, __u64 copy, __u64 sendfile)
{
	report->scenarios[COPY_WHOLE].crossings_total.value = copy;
	report->scenarios[SENDFILE].crossings_total.value = sendfile;
}

static void headlines_of_other_outcomes(void **state)
{
	struct report *report = fixture_compare();

	(void)state;
	report->config.as = "doc1";
	set_elapsed(report, 100, 130, 5);
	expect_headline(report, "sendfile finished 1.30× slower than the documents' copy (they report "
				"3.2× faster), and it crossed into the kernel 586 times as often.");
	expect_no_sentence(report, "and was faster");
	set_elapsed(report, 1001, 1000, 5);
	expect_headline(report, "sendfile and the documents' copy are not told apart within the noise "
				"of 5 runs each: 1.00× (1.000 s and 1.001 s; they report 3.2×), and sendfile "
				"crossed into the kernel 586 times as often.");
	set_elapsed(report, 400, 100, 2);
	expect_headline(report, "sendfile took 0.100 s and the documents' copy 0.400 s, but 2 runs "
				"each cannot be told from noise.");
	set_elapsed(report, 400, 100, 1);
	expect_headline(report, "sendfile took 0.100 s and the documents' copy 0.400 s, but 1 run "
				"each cannot be told from noise.");
	set_elapsed(report, 400, 100, 3);
	expect_headline(report, "sendfile finished 4.0× faster than the documents' copy (they report "
				"3.2×) although it crossed into the kernel 586 times as often.");
	report_free(report);
}

static void headlines_with_other_crossings(void **state)
{
	struct report *report = fixture_compare();

	(void)state;
	report->config.as = "doc1";
	set_crossings(report, 100, 100);
	expect_headline(report, "sendfile finished 3.6× faster than the documents' copy (they report "
				"3.2×), and it crossed into the kernel as often.");
	set_crossings(report, 100, 50);
	expect_headline(report, "sendfile finished 3.6× faster than the documents' copy (they report "
				"3.2×), and it crossed into the kernel 0.50 times as often.");
	set_crossings(report, 0, 50);
	expect_headline(report, "sendfile finished 3.6× faster than the documents' copy (they report "
				"3.2×).");
	set_crossings(report, 50, 0);
	expect_headline(report, "sendfile finished 3.6× faster than the documents' copy (they report "
				"3.2×).");
	set_crossings(report, 50, 100);
	report->scenarios[COPY_WHOLE].crossings_total.why = "no";
	expect_headline(report, "sendfile finished 3.6× faster than the documents' copy (they report "
				"3.2×).");
	report->scenarios[COPY_WHOLE].crossings_total.why = NULL;
	report->scenarios[SENDFILE].crossings_total.why = "no";
	expect_headline(report, "sendfile finished 3.6× faster than the documents' copy (they report "
				"3.2×).");
	report_free(report);
}

static void without_times_there_is_no_headline(void **state)
{
	struct report *report = fixture_compare();

	(void)state;
	report->scenarios[SENDFILE].elapsed_untraced_ns.median.why = "no";
	expect_no_sentence(report, "finished");
	expect_no_sentence(report, "not told apart");
	report_free(report);
}

/* Counts of a run that lost events are in no sentence. */
static void lost_events_leave_no_counts(void **state)
{
	(void)state;
	for (int kind = 0; kind < 3; kind++) {
		struct report *report = fixture_compare();
		struct report_scenario *sendfile = &report->scenarios[SENDFILE];

		sendfile->loss_ring = kind == 0;
		sendfile->loss_map_full = kind == 1;
		sendfile->loss_recursion = kind == 2;
		expect_headline(report, "sendfile finished 3.6× faster than the documents' copy (they "
					"report 1.9× to 3.2×).");
		expect_no_sentence(report, "What it saved");
		expect_no_sentence(report, "context switch");
		expect_no_sentence(report, "sendfile made");
		report_free(report);
	}
}

static void what_was_saved(void **state)
{
	struct report *report = fixture_compare();
	struct report_scenario *copy = &report->scenarios[COPY_WHOLE];
	struct report_scenario *sendfile = &report->scenarios[SENDFILE];

	(void)state;
	sendfile->roles->faults_user.value = 100;
	expect_sentence(report, "What it saved: 512 MiB of CPU copies and 65,436 page faults on a "
				"256 MiB buffer.");
	sendfile->roles->faults_kernel.value = 65435;
	expect_sentence(report, "What it saved: 512 MiB of CPU copies and 1 page fault on a 256 MiB "
				"buffer.");
	sendfile->roles->faults_kernel.value = 65436;
	expect_sentence(report, "What it saved: 512 MiB of CPU copies.");
	sendfile->roles->faults_kernel.value = 70000;
	expect_sentence(report, "What it saved: 512 MiB of CPU copies.");
	fixture_no_leg(copy, LEG_CACHE_USER, "no");
	expect_no_sentence(report, "What it saved");
	sendfile->roles->faults_kernel.value = 0;
	expect_sentence(report, "What it saved: 65,436 page faults on a 256 MiB buffer.");
	sendfile->roles->faults_kernel.why = "no";
	expect_no_sentence(report, "What it saved");
	sendfile->role_count = 0;
	expect_no_sentence(report, "What it saved");
	report_free(report);
}

static void set_cpu(struct report *report, __u64 copy_ms, __u64 touched_ms, __u64 sendfile_ms)
{
	const size_t at[] = { COPY_WHOLE, COPY_PREFAULT, SENDFILE };
	const __u64 ms[] = { copy_ms, touched_ms, sendfile_ms };

	for (size_t i = 0; i < 3; i++)
		fixture_times(report, &report->scenarios[at[i]].cpu_untraced_ns, ms[i] * MS, 5);
}

static void the_control_tells_faults_from_copies(void **state)
{
	struct report *report = fixture_compare();

	(void)state;
	set_cpu(report, 1001, 1000, 100);
	report->scenarios[COPY_CHUNK].link = "veth";	/* not the same condition */
	expect_sentence(report, "It saved 0.901 s of CPU time, which add up from: page faults on a "
				"fresh buffer 1.0 ms, noise; copying instead of handing pages over "
				"0.900 s.");
	set_cpu(report, 1000, 101, 100);
	expect_sentence(report, "It saved 0.900 s of CPU time, which add up from: page faults on a "
				"fresh buffer 0.899 s, 13.7 µs each; copying instead of handing pages "
				"over 1.0 ms, noise.");
	report->scenarios[COPY_PREFAULT].roles->faults_kernel.why = "no";
	expect_sentence(report, "It saved 0.900 s of CPU time, which add up from: page faults on a "
				"fresh buffer 0.899 s; copying instead of handing pages over 1.0 ms, "
				"noise.");
	/* A part may be more than the whole: then another is less than nothing, and they add up. */
	set_cpu(report, 500, 800, 100);
	expect_sentence(report, "It saved 0.400 s of CPU time, which add up from: page faults on a "
				"fresh buffer −0.300 s; copying instead of handing pages over 0.700 s.");
	set_cpu(report, 500, 50, 100);
	expect_sentence(report, "It saved 0.400 s of CPU time, which add up from: page faults on a "
				"fresh buffer 0.450 s; copying instead of handing pages over "
				"−50.0 ms.");
	set_cpu(report, 100, 100, 100);
	expect_no_sentence(report, "add up from");
	expect_sentence(report, "It took 0.100 s of CPU time, the documents' copy 0.100 s.");
	set_cpu(report, 400, 200, 100);
	report->scenarios[COPY_PREFAULT].cpu_untraced_ns.median.why = "no";
	expect_no_sentence(report, "add up from");
	report->scenarios[COPY_PREFAULT].link = "veth"; /* not the same condition */
	expect_no_sentence(report, "add up from");
	report->scenarios[SENDFILE].cpu_untraced_ns.median.why = "no";
	expect_no_sentence(report, "of CPU time");
	report_free(report);
}

static void what_crossings_cost(void **state)
{
	struct report *report = fixture_compare();
	struct report_scenario *chunks = &report->scenarios[COPY_CHUNK];

	(void)state;
	fixture_times(report, &chunks->cpu_untraced_ns, 181 * MS, 5);
	expect_sentence(report, "Crossings are not where the time goes: copying 64 KiB at a time made "
				"16,388 crossings more than copying in one piece into a touched "
				"buffer, and took the same CPU time within the noise (0.181 s; "
				"0.180 s).");
	fixture_times(report, &chunks->cpu_untraced_ns, 200 * MS, 5);
	expect_sentence(report, "Copying 64 KiB at a time made 16,388 crossings more than copying in "
				"one piece into a touched buffer and took 20.0 ms more CPU time: at "
				"most 1.2 µs a crossing.");
	expect_no_sentence(report, "not where the time goes");
	chunks->crossings_total.value = 14;
	expect_sentence(report, "Crossings are not where the time goes: sendfile made 8,192 crossings "
				"more, and was faster.");
	report->scenarios[COPY_PREFAULT].failed = "it failed";
	chunks->crossings_total.value = 15;
	expect_sentence(report, "Crossings are not where the time goes: copying 64 KiB at a time made "
				"1 crossing more than copying in one piece, and took less CPU time "
				"(0.200 s; 0.412 s).");
	fixture_times(report, &chunks->cpu_untraced_ns, 900 * MS, 5);
	expect_no_sentence(report, "in one piece"); /* faults and crossings are mixed there */
	fixture_times(report, &chunks->cpu_untraced_ns, 100 * MS, 2);
	expect_no_sentence(report, "in one piece");
	fixture_times(report, &chunks->cpu_untraced_ns, 100 * MS, 3);
	expect_sentence(report, "Crossings are not where the time goes: copying 64 KiB at a time made "
				"1 crossing more than copying in one piece, and took less CPU time "
				"(0.100 s; 0.412 s).");
	fixture_times(report, &report->scenarios[COPY_WHOLE].cpu_untraced_ns, 400 * MS, 2);
	expect_no_sentence(report, "in one piece");
	fixture_times(report, &report->scenarios[COPY_WHOLE].cpu_untraced_ns, 400 * MS, 3);
	expect_sentence(report, "Crossings are not where the time goes: copying 64 KiB at a time made "
				"1 crossing more than copying in one piece, and took less CPU time "
				"(0.100 s; 0.400 s).");
	report->scenarios[COPY_WHOLE].cpu_untraced_ns.median.why = "no";
	expect_no_sentence(report, "in one piece");
	report->scenarios[COPY_WHOLE].cpu_untraced_ns.median.why = NULL;
	chunks->cpu_untraced_ns.median.why = "no";
	expect_no_sentence(report, "in one piece");
	chunks->failed = "it failed";
	expect_sentence(report, "Crossings are not where the time goes: sendfile made 8,192 crossings "
				"more, and was faster.");
	set_crossings(report, 14, 14);
	expect_no_sentence(report, "not where the time goes");
	report_free(report);
}

static void other_conditions_are_mentioned(void **state)
{
	struct report *report = fixture_compare();
	struct report_scenario *linear;

	(void)state;
	expect_no_sentence(report, "These are the times under");
	linear = fixture_sendfile(report, "warm", "veth-nosg");
	expect_sentence(report, "These are the times under warm, lo; the verdicts tell what changes "
				"elsewhere.");
	expect_sentence(report, "To a device that cannot gather pages the CPU copied what sendfile "
				"sent: 1.00 per byte over veth-nosg, 0.00 over lo.");
	fixture_leg(linear, LEG_USER_SOCKET, 0.4);
	expect_no_sentence(report, "cannot gather");
	fixture_leg(linear, LEG_USER_SOCKET, 1);
	linear->legs[LEG_USER_SOCKET].has_origin = false;
	expect_no_sentence(report, "cannot gather");
	linear->legs[LEG_USER_SOCKET].has_origin = true;
	linear->loss_ring = 1;
	expect_no_sentence(report, "cannot gather");
	linear->loss_ring = 0;
	linear->link = "veth";
	expect_no_sentence(report, "cannot gather");
	linear->link = "veth-nosg";
	linear->id = "copy";
	expect_no_sentence(report, "cannot gather");
	linear->id = "sendfile";
	linear->failed = "it failed";
	expect_no_sentence(report, "cannot gather");
	expect_no_sentence(report, "These are the times under");
	linear->failed = NULL;
	report->scenarios[SENDFILE].legs[LEG_USER_SOCKET].has_origin = false;
	expect_no_sentence(report, "cannot gather");
	report_free(report);
}

static void a_slow_link_has_a_sentence(void **state)
{
	static const char sentence[] =
		"Over a link of 1 Gbit/s copy (whole file) took 2.200 s and sendfile 2.190 s, with "
		"0.412 s and 48.0 ms of CPU time: the link decides the time, the way decides the work.";
	struct report_scenario *chunks;
	struct report *report = fixture_compare();

	(void)state;
	expect_no_sentence(report, "Over a link");
	fixture_slow_link(report);
	expect_sentence(report, sentence);
	expect_headline(report, "sendfile finished 3.6× faster than the documents' copy (they report "
				"1.9× to 3.2×) although it crossed into the kernel 586 times as often.");
	fixture_times(report, &report->scenarios[4].elapsed_untraced_ns, 2100 * MS, 5);
	fixture_times(report, &report->scenarios[5].elapsed_untraced_ns, 2000 * MS, 5);
	expect_sentence(report, "Over a link of 1 Gbit/s copy (whole file) took 2.100 s and sendfile "
				"2.000 s, with 0.412 s and 48.0 ms of CPU time: the link decides "
				"the time, the way decides the work.");
	fixture_times(report, &report->scenarios[4].elapsed_untraced_ns, 1900 * MS, 5);
	expect_sentence(report, "Over a link of 1 Gbit/s copy (whole file) took 1.900 s and sendfile "
				"2.000 s, with 0.412 s and 48.0 ms of CPU time: the link decides "
				"the time, the way decides the work.");
	fixture_times(report, &report->scenarios[5].elapsed_untraced_ns, 2190 * MS, 5);
	fixture_times(report, &report->scenarios[4].elapsed_untraced_ns, 2320 * MS, 5);
	expect_no_sentence(report, "Over a link");
	fixture_times(report, &report->scenarios[4].elapsed_untraced_ns, 2060 * MS, 5);
	expect_no_sentence(report, "Over a link");
	report->scenarios[4].elapsed_untraced_ns.median.why = "no";
	expect_no_sentence(report, "Over a link");
	chunks = fixture_copy(report, "chunk", "warm", "veth");
	chunks->rate_bits = 1000000000;
	fixture_times(report, &chunks->elapsed_untraced_ns, 2180 * MS, 5);
	expect_sentence(report, "Over a link of 1 Gbit/s copy (64 KiB) took 2.180 s and sendfile "
				"2.190 s, with 0.171 s and 48.0 ms of CPU time: the link decides "
				"the time, the way decides the work.");
	fixture_times(report, &chunks->elapsed_untraced_ns, 3180 * MS, 5);
	expect_no_sentence(report, "Over a link");
	report_free(report);

	report = fixture_empty(); /* nothing but the limited link */
	fixture_slow_link(report);
	expect_headline(report, sentence);
	report->scenarios[0].cpu_untraced_ns.median.why = "no";
	expect_no_sentence(report, "Over a link");
	report->scenarios[0].cpu_untraced_ns.median.why = NULL;
	report->scenarios[1].cpu_untraced_ns.median.why = "no";
	expect_no_sentence(report, "Over a link");
	report_free(report);
}

static void the_documents_condition_is_the_main_one(void **state)
{
	struct report *report = fixture_empty();

	(void)state;
	fixture_copy(report, "whole", "cold", "lo");
	fixture_sendfile(report, "cold", "lo");
	fixture_copy(report, "whole", "warm", "veth");
	fixture_sendfile(report, "warm", "veth");
	expect_sentence(report, "These are the times under cold, lo; the verdicts tell what changes "
				"elsewhere.");
	fixture_copy(report, "whole", "warm", "lo");
	fixture_sendfile(report, "warm", "lo");
	fixture_copy(report, "whole", "cold", "veth");
	fixture_sendfile(report, "cold", "veth");
	expect_sentence(report, "These are the times under warm, lo; the verdicts tell what changes "
				"elsewhere.");
	report_free(report);
}

/* --- one way only --- */

static void one_way_in_sentences(void **state)
{
	struct report *report = fixture_empty();
	struct report_scenario *copy = fixture_copy(report, "whole", "warm", "lo");

	(void)state;
	report->mode = "copy";
	write_summary(report);
	assert_int_equal(report->sentence_count, 3);
	assert_string_equal(without_intervals(report->sentences[0]),
			    "copy (whole file) sent 256 MiB in 0.431 s: 1 round of 4.00 crossings, 512 "
			    "MiB copied by the CPU and 0.412 s of CPU time.");
	assert_string_equal(without_intervals(report->sentences[1]),
			    "A crossing is one change of CPU mode, into the kernel or out of it, so "
			    "that a system call is two; a context switch is the scheduler putting "
			    "another task on the CPU: this run made 14 crossings and 11 context "
			    "switches.");
	assert_string_equal(without_intervals(report->sentences[2]), "This decides copy-switches and copy-cpu-copies; the "
						  "other 12 claims need more: zctrace compare --full.");
	copy->roles->voluntary.why = "no";
	expect_no_sentence(report, "A crossing is");
	copy->rounds.why = copy->crossings_per_round.why = "no";
	copy->cpu_untraced_ns.median.why = "no";
	fixture_no_leg(copy, LEG_USER_SOCKET, "no");
	expect_sentence(report, "copy (whole file) sent 256 MiB in 0.431 s.");
	expect_sentence(report, "This decides no claim; the other 14 claims need more: zctrace "
				"compare --full.");
	copy->elapsed_untraced_ns.median.why = "no";
	expect_no_sentence(report, "sent 256 MiB");
	copy->failed = "it failed";
	write_summary(report);
	assert_int_equal(report->sentence_count, 0);
	report_free(report);
}

static void singular_and_plural(void **state)
{
	struct report *report = fixture_empty();
	struct report_scenario *sendfile = fixture_sendfile(report, "warm", "lo");

	(void)state;
	report->mode = "sendfile";
	expect_sentence(report, "sendfile (64 KiB) sent 256 MiB in 0.121 s: 4,096 rounds of 2.00 "
				"crossings, 0 B copied by the CPU and 48.0 ms of CPU time.");
	sendfile->crossings_total.value = 1;
	sendfile->roles->voluntary.value = 0;
	sendfile->roles->involuntary.value = 1;
	expect_sentence(report, "A crossing is one change of CPU mode, into the kernel or out of it, "
				"so that a system call is two; a context switch is the scheduler "
				"putting another task on the CPU: this run made 1 crossing and 1 "
				"context switch.");
	claims_decide(report);
	for (size_t i = 1; i < report->claim_count; i++)
		report->claims[i].verdict = VERDICT_HOLDS;
	summary_write(report);
	assert_non_null(find(report->sentences, report->sentence_count,
			     "; the other 1 claim needs more: zctrace compare --full."));
	report->claims[0].verdict = VERDICT_HOLDS;
	summary_write(report);
	assert_null(find(report->sentences, report->sentence_count, "This decides"));
	report->claim_count = 0;
	summary_write(report);
	assert_null(find(report->sentences, report->sentence_count, "This decides"));
	report_free(report);
}

static void other_modes_have_no_sentence(void **state)
{
	struct report *report = fixture_empty();

	(void)state;
	fixture_copy(report, "whole", "warm", "lo");
	report->mode = "run";
	write_summary(report);
	assert_int_equal(report->sentence_count, 0);
	report->mode = NULL;
	write_summary(report);
	assert_int_equal(report->sentence_count, 0);
	report->mode = "copy";
	report->scenarios[0].id = "splice";
	write_summary(report);
	assert_int_equal(report->sentence_count, 0);
	report_free(report);
}

/* A report holds what its arrays hold, however many scenarios there are. */
static void no_more_sentences_than_there_is_room(void **state)
{
	struct report *report = fixture_empty();

	(void)state;
	report->mode = "copy";
	for (int i = 0; i < 30; i++)
		fixture_copy(report, "chunk", "warm", "lo")->failed = NULL;
	write_summary(report);
	assert_int_equal(report->sentence_count, 24);
	for (int i = 0; i < 30; i++)
		report->scenarios[i].failed = "it failed";
	write_summary(report);
	assert_int_equal(report->sentence_count, 0);
	assert_int_equal(report->warning_count, 16);
	report_free(report);
}

/* --- warnings --- */

static void set_runs(struct report *report, struct spread *spread, const __u64 *ms, size_t count)
{
	__u64 runs[16];

	for (size_t i = 0; i < count; i++)
		runs[i] = ms[i] * MS;
	stats_spread(report, spread, runs, count, NULL);
}

static void wide_scatter(void **state)
{
	const __u64 narrow[] = { 130, 100, 101, 100, 100 }, wide[] = { 100, 131, 100, 100, 100 };
	const __u64 wider[] = { 100, 100, 200, 100, 100 }, many[] = { 100, 200, 100, 100, 100, 100,
								      100, 100, 100, 100, 100, 100,
								      100, 100, 100, 100 };
	struct report *report = fixture_compare();
	struct spread *chunks = &report->scenarios[COPY_CHUNK].elapsed_untraced_ns;

	(void)state;
	set_runs(report, chunks, narrow, 5);
	report->scenarios[COPY_CHUNK].elapsed_traced_ns = *chunks;
	expect_no_warning(report);
	set_runs(report, chunks, wide, 5);
	expect_warning(report, "Times scatter by 31 % of their median (copy (64 KiB), warm, lo): "
			       "smaller differences cannot be seen. End other programs, or make more "
			       "runs with -n 15.");
	set_runs(report, &report->scenarios[SENDFILE].elapsed_untraced_ns, wider, 5);
	expect_warning(report, "Times scatter by 100 % of their median (sendfile (64 KiB), warm, lo, "
			       "the worst of 2 scenarios): smaller differences cannot be seen. End "
			       "other programs, or make more runs with -n 15.");
	report->scenarios[SENDFILE].failed = "it failed";
	set_runs(report, chunks, many, 15);
	write_summary(report);
	assert_non_null(find(report->warnings, report->warning_count, "with -n 45."));
	set_runs(report, chunks, many, 16);
	expect_warning(report, "Times scatter by 100 % of their median (copy (64 KiB), warm, lo): "
			       "smaller differences cannot be seen. End other programs, or make more "
			       "runs with -n 48.");
	report_free(report);
}

static void slow_first_run(void **state)
{
	const __u64 slow[] = { 960, 180, 190, 200, 220 }, limit[] = { 131, 100, 101, 99, 100 };
	const __u64 not_worst[] = { 200, 100, 210, 100, 100 }, two[] = { 960, 180 };
	const __u64 slower[] = { 2000, 400, 400, 400, 400 };
	const __u64 both[] = { 400, 100, 135, 100, 100 };
	struct report *report = fixture_compare();
	struct spread *copy = &report->scenarios[COPY_WHOLE].elapsed_untraced_ns;

	(void)state;
	set_runs(report, copy, slow, 5);
	expect_warning(report, "The first run took 0.960 s, the others 0.195 s (copy (whole file), "
			       "warm, lo): memory is slow when it is touched for the first time after "
			       "the host took it back. The median of many runs is not moved by it: use "
			       "-n 15, or measure once more now.");
	assert_int_equal(report->warning_count, 1); /* the scatter of the others is small */
	report->scenarios[COPY_CHUNK].elapsed_untraced_ns = *copy;
	set_runs(report, copy, slower, 5);
	write_summary(report);
	assert_non_null(find(report->warnings, report->warning_count,
			     "The first run took 2.000 s, the others 0.400 s (copy (whole file), warm, "
			     "lo, the worst of 2 scenarios)"));
	report->scenarios[COPY_CHUNK].failed = "it failed";
	set_runs(report, copy, slow, 3);
	write_summary(report);
	assert_non_null(find(report->warnings, report->warning_count, "The first run took 0.960 s"));
	set_runs(report, copy, slow, 4);
	write_summary(report);
	assert_non_null(find(report->warnings, report->warning_count, "use -n 5, or"));
	set_runs(report, copy, limit, 5);
	write_summary(report);
	assert_non_null(find(report->warnings, report->warning_count, "The first run took 0.131 s"));
	copy->runs[0] = 130 * MS;
	copy->max.value = 130 * MS;
	write_summary(report);
	assert_null(find(report->warnings, report->warning_count, "The first run"));
	set_runs(report, copy, not_worst, 5);
	write_summary(report);
	assert_null(find(report->warnings, report->warning_count, "The first run"));
	assert_non_null(find(report->warnings, report->warning_count, "Times scatter by 110 %"));
	set_runs(report, copy, two, 2);
	write_summary(report);
	assert_null(find(report->warnings, report->warning_count, "The first run"));
	set_runs(report, copy, both, 5);
	write_summary(report);
	assert_non_null(find(report->warnings, report->warning_count, "The first run took 0.400 s"));
	assert_non_null(find(report->warnings, report->warning_count, "Times scatter by 35 %"));
	report_free(report);
}

static void high_overhead(void **state)
{
	struct report *report = fixture_compare();
	struct report_scenario *chunks = &report->scenarios[COPY_CHUNK];

	(void)state;
	fixture_times(report, &chunks->elapsed_untraced_ns, 1000 * MS, 5);
	fixture_times(report, &chunks->elapsed_traced_ns, 1100 * MS, 5);
	expect_no_warning(report);
	fixture_times(report, &chunks->elapsed_traced_ns, 1110 * MS, 5);
	expect_warning(report, "Tracing made the run 11 % slower (copy (64 KiB), warm, lo). Elapsed and "
			       "CPU times are from untraced runs and do not have it, times in calls do. "
			       "A larger --chunk makes fewer calls.");
	fixture_times(report, &chunks->elapsed_traced_ns, 2000 * MS, 2); /* perhaps noise */
	expect_no_warning(report);
	chunks->elapsed_traced_ns.median.why = "no";
	expect_no_warning(report);
	report_free(report);
}

static void lost_and_coarse(void **state)
{
	struct report *report = fixture_compare();
	struct report_scenario *sendfile = &report->scenarios[SENDFILE];

	(void)state;
	sendfile->loss_recursion = 1;
	expect_warning(report, "1 event was lost: 0 in the ring, 0 for want of room in a table, 1 by "
			       "recursion (sendfile (64 KiB), warm, lo). Counts are too low, so that "
			       "the claims on them are not measured. Run it again with less going on, "
			       "or with a smaller --size.");
	sendfile->loss_ring = 1000;
	sendfile->loss_map_full = 20;
	expect_warning(report, "1,021 events were lost: 1,000 in the ring, 20 for want of room in a "
			       "table, 1 by recursion (sendfile (64 KiB), warm, lo). Counts are too "
			       "low, so that the claims on them are not measured. Run it again with "
			       "less going on, or with a smaller --size.");
	sendfile->loss_ring = sendfile->loss_map_full = sendfile->loss_recursion = 0;
	sendfile->coarse = 1;
	expect_warning(report, "1 call was counted by kind of descriptor only (sendfile (64 KiB), "
			       "warm, lo): sums are right, the single files and sockets are not told "
			       "apart.");
	sendfile->coarse = 7;
	sendfile->coarse_why = "a table was full";
	expect_warning(report, "7 calls were counted by kind of descriptor only (sendfile (64 KiB), "
			       "warm, lo): sums are right, the single files and sockets are not told "
			       "apart; a table was full.");
	report_free(report);
}

static void disagreeing_witnesses(void **state)
{
	struct report *report = fixture_compare();
	struct report_witness witnesses[3] = {
		{ .id = "sender.faults", .agree = true },
		{ .id = "sender.data_calls", .source = "tally", .counted = 4096, .witness = 1 },
		{ .id = "sender.bytes_out", .source = "tally" },
	};

	(void)state;
	fixture_witness(report, &report->scenarios[SENDFILE], 0, true);
	expect_no_warning(report);
	report->scenarios[SENDFILE].witnesses = witnesses;
	report->scenarios[SENDFILE].witness_count = 2;
	expect_warning(report, "1 witness disagrees: sender.data_calls counted 4,096, tally says 1 "
			       "(sendfile (64 KiB), warm, lo). What rests on it is not measured there. "
			       "Run it again; -v shows every witness.");
	report->scenarios[SENDFILE].witness_count = 3;
	fixture_witness(report, &report->scenarios[COPY_CHUNK], 0, false);
	expect_warning(report, "2 witnesses disagree: sender.data_calls counted 4,096, tally says 1 "
			       "(sendfile (64 KiB), warm, lo, the worst of 2 scenarios). What rests "
			       "on it is not measured there. Run it again; -v shows every witness.");
	report->scenarios[SENDFILE].witness_count = 0;
	report->scenarios[COPY_CHUNK].witnesses->id = NULL;
	report->scenarios[COPY_CHUNK].witnesses->source = NULL;
	write_summary(report);
	assert_non_null(find(report->warnings, report->warning_count,
			     "a number counted 46, its witness says 44"));
	report_free(report);
}

static void failed_scenarios(void **state)
{
	struct report *report = fixture_compare();

	(void)state;
	report->scenarios[COPY_CHUNK].failed = "the receiver was killed";
	report->scenarios[COPY_CHUNK].loss_ring = 9;
	expect_warning(report, "copy (64 KiB), warm, lo, was not measured: the receiver was killed.");
	assert_int_equal(report->warning_count, 1);
	report_free(report);
}

/* Whatever is missing: every text is whole, and nothing is read that is not there. */
static void properties_of_spoilt_reports(void **state)
{
	unsigned long long random = 4;

	(void)state;
	for (unsigned int trial = 0; trial < 2000; trial++) {
		struct report *report = fixture_compare();

		fixture_sendfile(report, "warm", "veth-nosg");
		fixture_slow_link(report);
		for (unsigned int spoils = fixture_random(&random, 8); spoils > 0; spoils--) {
			struct report_scenario *scenario =
				&report->scenarios[fixture_random(&random, 7)];
			const __u64 ms = fixture_random(&random, 300);

			switch (fixture_random(&random, 9)) {
			case 0:
				scenario->failed = "it failed";
				break;
			case 1:
				scenario->role_count = 0;
				break;
			case 2:
				scenario->crossings_total.value = fixture_random(&random, 3);
				break;
			case 3:
				fixture_times(report, &scenario->elapsed_untraced_ns, ms * MS,
					      fixture_random(&random, 7));
				break;
			case 4:
				fixture_times(report, &scenario->cpu_untraced_ns, ms * MS,
					      fixture_random(&random, 7));
				break;
			case 5:
				fixture_no_leg(scenario, fixture_random(&random, LEG_COUNT), "no");
				break;
			case 6:
				scenario->loss_map_full = fixture_random(&random, 2);
				break;
			case 7:
				fixture_witness(report, scenario, ~0U, false);
				break;
			case 8:
				scenario->link = NULL;
				break;
			}
		}
		write_summary(report);
		for (size_t i = 0; i < report->sentence_count; i++) {
			const char *text = report->sentences[i];

			assert_true(strlen(text) > 20);
			assert_int_equal(text[strlen(text) - 1], '.');
			assert_null(strstr(text, "(null)"));
			assert_null(strstr(text, "nan"));
			assert_null(strstr(text, "inf"));
			assert_null(strstr(text, "  "));
		}
		for (size_t i = 0; i < report->warning_count; i++) {
			assert_null(strstr(report->warnings[i], "(null)"));
			assert_null(strstr(report->warnings[i], "nan"));
		}
		report_free(report);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_become_words),
		cmocka_unit_test(scenarios_have_names),
		cmocka_unit_test(conditions_are_compared_by_their_texts),
		cmocka_unit_test(a_comparison_in_sentences),
		cmocka_unit_test(the_documents_ratio_is_that_of_the_program),
		cmocka_unit_test(headlines_of_other_outcomes),
		cmocka_unit_test(headlines_with_other_crossings),
		cmocka_unit_test(without_times_there_is_no_headline),
		cmocka_unit_test(lost_events_leave_no_counts),
		cmocka_unit_test(what_was_saved),
		cmocka_unit_test(the_control_tells_faults_from_copies),
		cmocka_unit_test(what_crossings_cost),
		cmocka_unit_test(other_conditions_are_mentioned),
		cmocka_unit_test(a_slow_link_has_a_sentence),
		cmocka_unit_test(the_documents_condition_is_the_main_one),
		cmocka_unit_test(one_way_in_sentences),
		cmocka_unit_test(singular_and_plural),
		cmocka_unit_test(other_modes_have_no_sentence),
		cmocka_unit_test(no_more_sentences_than_there_is_room),
		cmocka_unit_test(wide_scatter),
		cmocka_unit_test(slow_first_run),
		cmocka_unit_test(high_overhead),
		cmocka_unit_test(lost_and_coarse),
		cmocka_unit_test(disagreeing_witnesses),
		cmocka_unit_test(failed_scenarios),
		cmocka_unit_test(properties_of_spoilt_reports),
	};

	return cmocka_run_group_tests_name("summary", tests, NULL, NULL);
}
