// SPDX-License-Identifier: GPL-2.0
/* Tests of a sweep's curves and of its sentences: a knee and a crossing of curves are said where
 * they are larger than the noise, and not where they are not. Needs no privilege. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "stats.h"
#include "summary.h"
#include "sweep.h"
#include "intervals.h"
#include "report_fixture.h"

enum { MOST_POINTS = 64, RUNS = 9, FIRST_CHUNK = 1024 };

static struct report *new_sweep(void)
{
	struct report *report = report_new();

	assert_non_null(report);
	report->mode = SWEEP_MODE;
	report->scenarios = report_alloc(report, MOST_POINTS * sizeof(*report->scenarios));
	return report;
}

/* Runs that lie within noise_us of the median to both sides; all µs. */
static void times(struct report *report, struct spread *spread, __u64 median_us, __u64 noise_us,
		  size_t runs)
{
	__u64 values[RUNS];

	for (size_t i = 0; i < runs; i++)
		values[i] = (median_us + noise_us * i / 2 - noise_us * (runs - 1) / 4) * 1000;
	stats_spread(report, spread, values, runs, "none");
}

static struct report_scenario *add_point(struct report *report, const char *id, __u64 chunk,
					 __u64 median_us, __u64 noise_us, size_t runs)
{
	struct report_scenario *point = &report->scenarios[report->scenario_count++];
	const double copies = strcmp(id, "copy") ? 0 : 1;

	*point = (struct report_scenario){
		.id = id, .variant = "chunk", .cache = "warm", .link = "lo", .chunk_bytes = chunk,
		.payload_bytes = 64 << 20, .crossings_total.value = (64 << 20) / chunk,
	};
	point->legs[LEG_CACHE_USER].per_byte.value = copies;
	point->legs[LEG_USER_SOCKET].per_byte.value = copies;
	times(report, &point->elapsed_untraced_ns, 2 * median_us, noise_us, runs);
	times(report, &point->cpu_untraced_ns, median_us, noise_us, runs);
	return point;
}

/* A curve over 1 KiB, 2 KiB, …; medians of CPU time in µs, elapsed takes twice that. */
static void add_curve(struct report *report, const char *id, __u64 noise_us, size_t count,
		      const __u64 *medians_us)
{
	for (size_t i = 0; i < count; i++)
		add_point(report, id, FIRST_CHUNK << i, medians_us[i], noise_us, RUNS);
}

#define CURVE(...) (sizeof((__u64[]){ __VA_ARGS__ }) / sizeof(__u64)), (__u64[]){ __VA_ARGS__ }

static const char *find(const struct report *report, const char *part)
{
	for (size_t i = 0; i < report->sentence_count; i++) {
		if (strstr(without_intervals(report->sentences[i]), part))
			return report->sentences[i];
	}
	return NULL;
}

static void expect(const struct report *report, const char *sentence)
{
	for (size_t i = 0; i < report->sentence_count; i++) {
		if (strcmp(without_intervals(report->sentences[i]), sentence) == 0)
			return;
	}
	for (size_t i = 0; i < report->sentence_count; i++)
		print_message("  %s\n", report->sentences[i]);
	fail_msg("not there: %s", sentence);
}

static void scenarios_become_curves(void **state)
{
	struct report *report = new_sweep();
	struct sweep_curves all;

	add_point(report, "sendfile", 4096, 1, 0, RUNS);
	add_point(report, "copy", 65536, 1, 0, RUNS);
	add_point(report, "sendfile", 1024, 1, 0, RUNS);
	add_point(report, "copy", 1, 1, 0, RUNS);
	add_point(report, "copy", 4096, 1, 0, RUNS)->link = "veth";
	add_point(report, "sendfile", 2048, 1, 0, RUNS);
	sweep_curves(report, &all);
	assert_int_equal(all.count, 3);
	assert_int_equal(all.curves[0].count, 3);
	assert_ptr_equal(all.curves[0].points[0], &report->scenarios[2]);
	assert_ptr_equal(all.curves[0].points[1], &report->scenarios[5]);
	assert_ptr_equal(all.curves[0].points[2], &report->scenarios[0]);
	assert_int_equal(all.curves[1].count, 2);
	assert_int_equal(all.curves[1].points[0]->chunk_bytes, 1);
	assert_string_equal(all.curves[2].points[0]->link, "veth");
	sweep_free(&all);
	report_free(report);
}

static void a_curve_fails_for_one_reason(void **state)
{
	struct report *report = new_sweep();
	struct sweep_curves all;

	add_point(report, "uring", 1024, 1, 0, RUNS)->failed = "there is none";
	add_point(report, "uring", 2048, 1, 0, RUNS)->failed = strdup("there is none");
	sweep_curves(report, &all);
	assert_string_equal(sweep_failed(&all.curves[0]), "there is none");
	free((char *)report->scenarios[1].failed);
	report->scenarios[1].failed = "killed";
	assert_null(sweep_failed(&all.curves[0]));
	report->scenarios[1].failed = NULL;
	assert_null(sweep_failed(&all.curves[0]));
	sweep_free(&all);
	report_free(report);
}

static void copies_are_those_of_the_sender(void **state)
{
	struct report_scenario scenario = { .id = "copy" };

	scenario.legs[LEG_CACHE_USER].per_byte.value = 1;
	scenario.legs[LEG_USER_SOCKET].per_byte.value = 0.5;
	scenario.legs[LEG_SOCKET_RECEIVER].per_byte.value = 1;
	assert_true(sweep_copies(&scenario).value == 1.5);
	scenario.legs[LEG_USER_SOCKET].per_byte.why = "no probe";
	assert_string_equal(sweep_copies(&scenario).why, "no probe");
}

static void a_knee_is_said(void **state)
{
	struct report *report = new_sweep();

	add_curve(report, "copy", 1000, CURVE(80000, 40000, 20000, 20100, 19900, 20000));
	assert_int_equal(summary_write(report), 0);
	assert_string_equal(without_intervals(report->sentences[0]),
			    "At its best chunk, 16 KiB, copy sends 64 MiB in 39.8 ms.");
	expect(report, "copy: crossings stop mattering at chunks of 4 KiB: no larger one takes less "
	       "CPU time beyond the noise (20.0 ms; 40.0 ms at 2 KiB). Crossings go on falling, from "
	       "16,384 to 2,048; copies do not: the CPU makes 2.00 per byte at every size.");
	expect(report, "copy: elapsed time stops falling at 4 KiB (40.0 ms; 80.0 ms at 2 KiB).");
	assert_null(find(report, "again"));
	assert_int_equal(report->claim_count, 0);
	report_free(report);
}

static void no_knee_within_the_noise(void **state)
{
	struct report *report = new_sweep();

	add_curve(report, "copy", 40000, CURVE(50000, 45000, 41000, 40000));
	assert_int_equal(summary_write(report), 0);
	assert_int_equal(report->sentence_count, 1);
	report_free(report);
}

/* One difference among many, of a curve that is flat otherwise. */
static void no_knee_of_one_outlier(void **state)
{
	struct report *report = new_sweep();

	add_curve(report, "copy", 4000, CURVE(41000, 40000, 40000, 40000, 30000, 40000, 40000));
	assert_int_equal(summary_write(report), 0);
	assert_null(find(report, "stop"));
	report_free(report);
}

static void a_curve_that_falls_to_its_end(void **state)
{
	struct report *report = new_sweep();

	add_curve(report, "copy", 1000, CURVE(80000, 40000, 20000));
	assert_int_equal(summary_write(report), 0);
	expect(report, "copy: CPU time falls up to the largest chunk (40.0 ms at 2 KiB, 20.0 ms at 4 "
	       "KiB): crossings matter at every size that was tried.");
	assert_null(find(report, "stop"));
	report_free(report);
}

static void a_hidden_knee(void **state)
{
	struct report *report = new_sweep();

	add_curve(report, "copy", 1000, CURVE(80000, 40000));
	add_point(report, "copy", 4096, 45000, 20000, RUNS);
	add_point(report, "copy", 8192, 30000, 1000, RUNS);
	assert_int_equal(summary_write(report), 0);
	expect(report, "copy: the noise hides where crossings stop mattering: 40.0 ms of CPU time at "
	       "2 KiB, 45.0 ms at 4 KiB. More runs (-n 15) may show it.");
	assert_null(find(report, "stops falling"));
	report_free(report);
}

static void a_curve_that_rises_again(void **state)
{
	struct report *report = new_sweep();

	add_curve(report, "copy", 1000, CURVE(80000, 40000, 20000, 20000, 30000, 50000));
	assert_int_equal(summary_write(report), 0);
	expect(report, "copy: with chunks of 16 KiB and more it takes more CPU time again (50.0 ms at "
	       "32 KiB; 20.0 ms at 4 KiB, the best).");
	expect(report, "copy: with chunks of 16 KiB and more it takes more elapsed time again (0.100 "
	       "s at 32 KiB; 40.0 ms at 4 KiB, the best).");
	report_free(report);
}

static void curves_that_cross(void **state)
{
	struct report *report = new_sweep();

	add_curve(report, "copy", 1000, CURVE(80000, 40000, 20000, 10000));
	add_curve(report, "sendfile", 1000, CURVE(60000, 30000, 20000, 20000));
	assert_int_equal(summary_write(report), 0);
	assert_string_equal(without_intervals(report->sentences[0]),
			    "At its best chunk, 8 KiB, copy sends 64 MiB in 20.0 ms; sendfile at its "
			    "best, 4 KiB, takes 2.0× as long (40.0 ms).");
	expect(report, "The curves of copy and sendfile cross in CPU time: at 2 KiB copy takes more "
	       "(40.0 ms; 30.0 ms), at 8 KiB copy takes less (10.0 ms; 20.0 ms).");
	report_free(report);
}

static void curves_that_cross_twice(void **state)
{
	struct report *report = new_sweep();

	add_curve(report, "copy", 1000, CURVE(80000, 40000, 90000));
	add_curve(report, "sendfile", 1000, CURVE(60000, 60000, 60000));
	assert_int_equal(summary_write(report), 0);
	expect(report, "The curves of copy and sendfile cross in CPU time, 2 times: at 1 KiB copy takes "
	       "more (80.0 ms; 60.0 ms), at 2 KiB copy takes less (40.0 ms; 60.0 ms); at 2 KiB copy "
	       "takes less (40.0 ms; 60.0 ms), at 4 KiB copy takes more (90.0 ms; 60.0 ms).");
	report_free(report);
}

static void curves_that_do_not_cross(void **state)
{
	struct report *report = new_sweep();

	add_curve(report, "copy", 1000, CURVE(80000, 40000, 20000));
	add_curve(report, "sendfile", 1000, CURVE(40000, 30000, 20000));
	assert_int_equal(summary_write(report), 0);
	assert_string_equal(without_intervals(report->sentences[0]),
			    "At its best chunk, 4 KiB, copy sends 64 MiB in 40.0 ms; sendfile at its "
			    "best, 4 KiB, is not told apart from it (40.0 ms).");
	expect(report, "sendfile takes less CPU time than copy at 2 of 3 chunk sizes (1.33× to 2.0×), "
	       "and is not told apart at the others.");
	assert_null(find(report, " cross in "));
	report_free(report);
}

/* Runs of one size fall into two groups: its median is neither's, and no curve crosses there. */
static void groups_cross_nothing(void **state)
{
	static const __u64 runs[RUNS] = { 18, 64, 18, 19, 65, 64, 18, 19, 64 };
	struct report *report = new_sweep();
	struct report_scenario *point;
	__u64 values[RUNS];

	add_curve(report, "copy", 100, CURVE(40000, 30000, 20000));
	add_curve(report, "sendfile", 100, CURVE(30000, 20000, 10000));
	point = &report->scenarios[2];
	for (size_t i = 0; i < RUNS; i++)
		values[i] = runs[i] * 1000000 / 4;
	stats_spread(report, &point->cpu_untraced_ns, values, RUNS, NULL);
	assert_int_equal(summary_write(report), 0);
	assert_null(find(report, "cross in CPU time"));
	expect(report, "sendfile takes less CPU time than copy at 2 of 2 chunk sizes (1.33× to 1.50×); "
	       "at 1 other the runs fall into two groups, and nothing is said.");
	report_free(report);
}

/* With 5 runs each the clearest difference at one of 15 sizes is chance in one of 8 sweeps. */
static void one_of_many_sizes_is_no_evidence(void **state)
{
	struct report *report = new_sweep();

	for (size_t i = 0; i < 15; i++) {
		add_point(report, "copy", FIRST_CHUNK << i, 20000, 1000, 5);
		add_point(report, "sendfile", FIRST_CHUNK << i, i == 7 ? 10000 : 20000, 1000, 5);
	}
	assert_int_equal(summary_write(report), 0);
	assert_null(find(report, "takes less CPU time than"));
	expect(report, "With 5 runs each, one size among so many cannot be told from the others: use "
	       "-n 8.");
	report_free(report);
}

/* A middle that takes more than what is smaller and what is larger is a surprise. */
static void a_hump_is_said(void **state)
{
	struct report *report = new_sweep();

	add_curve(report, "copy", 100, CURVE(80000, 20000, 45000, 42000, 20000, 20000));
	assert_int_equal(summary_write(report), 0);
	expect(report, "copy: with chunks of 4 KiB to 8 KiB it takes up to 2.2× as much CPU time as with "
	       "2 KiB, and with larger ones less again. The chunk's size alone does not explain that: "
	       "look there.");
	report_free(report);
}

static void curves_that_are_one(void **state)
{
	struct report *report = new_sweep();

	add_curve(report, "copy", 1000, CURVE(80000, 40000, 20000));
	add_curve(report, "sendfile", 1000, CURVE(80010, 40010, 20010));
	assert_int_equal(summary_write(report), 0);
	expect(report, "copy and sendfile are not told apart by CPU time at any of 3 chunk sizes.");
	report_free(report);
}

/* Crossings fall from one chunk to the next whatever else is known. */
static void a_knee_without_copies(void **state)
{
	struct report *report = new_sweep();

	add_curve(report, "copy", 1000, CURVE(80000, 40000, 20000, 20100, 19900));
	report->scenarios[1].legs[LEG_CACHE_USER].per_byte.why = "a probe is missing";
	assert_int_equal(summary_write(report), 0);
	expect(report, "copy: crossings stop mattering at chunks of 4 KiB: no larger one takes less "
	       "CPU time beyond the noise (20.0 ms; 40.0 ms at 2 KiB).");
	report_free(report);
}

/* With more than two ways only crossings are worth a sentence each. */
static void many_curves(void **state)
{
	struct report *report = new_sweep();

	add_curve(report, "copy", 1000, CURVE(80000, 40000));
	add_curve(report, "sendfile", 1000, CURVE(40000, 30000));
	add_curve(report, "splice", 1000, CURVE(90000, 20000));
	assert_int_equal(summary_write(report), 0);
	assert_non_null(find(report, "The curves of copy and splice cross"));
	assert_non_null(find(report, "The curves of sendfile and splice cross"));
	assert_null(find(report, "chunk sizes"));
	report_free(report);
}

static void few_runs_tell_nothing(void **state)
{
	struct report *report = new_sweep();

	for (size_t i = 0; i < 4; i++)
		add_point(report, "copy", FIRST_CHUNK << i, 80000 >> i, 0, 2);
	assert_int_equal(summary_write(report), 0);
	assert_int_equal(report->sentence_count, 2);
	expect(report, "With 2 runs each nothing can be told from noise: no knee and no crossing of "
	       "curves is looked for. Use -n 5.");
	report_free(report);
}

static void what_was_not_measured_is_left_out(void **state)
{
	struct report *report = new_sweep();

	add_curve(report, "copy", 1000, CURVE(80000, 40000, 20000, 20100, 19900));
	report->scenarios[3].failed = "killed";
	report->scenarios[4].loss_map_full = 1;
	add_point(report, "uring", 1024, 1, 0, RUNS)->failed = "there is none";
	add_point(report, "uring", 2048, 1, 0, RUNS)->failed = "there is none";
	assert_int_equal(summary_write(report), 0);
	expect(report, "copy: crossings stop mattering at chunks of 4 KiB: no larger one takes less "
	       "CPU time beyond the noise (20.0 ms; 40.0 ms at 2 KiB).");
	assert_null(find(report, "uring"));
	assert_int_equal(report->warning_count, 3);
	assert_string_equal(report->warnings[1], "copy was not measured with 1 size of the chunk: "
			    "killed.");
	assert_string_equal(report->warnings[2], "uring was not measured with 2 sizes of the chunk: "
			    "there is none.");
	report_free(report);
	report = new_sweep();
	add_point(report, "uring", 1024, 1, 0, RUNS)->failed = "there is none";
	assert_int_equal(summary_write(report), 0);
	assert_int_equal(report->sentence_count, 0);
	report->scenario_count = 0;
	assert_int_equal(summary_write(report), 0);
	assert_int_equal(report->sentence_count, 0);
	report_free(report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scenarios_become_curves),
		cmocka_unit_test(a_curve_fails_for_one_reason),
		cmocka_unit_test(copies_are_those_of_the_sender),
		cmocka_unit_test(a_knee_is_said),
		cmocka_unit_test(no_knee_within_the_noise),
		cmocka_unit_test(no_knee_of_one_outlier),
		cmocka_unit_test(a_curve_that_falls_to_its_end),
		cmocka_unit_test(a_hidden_knee),
		cmocka_unit_test(a_curve_that_rises_again),
		cmocka_unit_test(curves_that_cross),
		cmocka_unit_test(curves_that_cross_twice),
		cmocka_unit_test(curves_that_do_not_cross),
		cmocka_unit_test(curves_that_are_one),
		cmocka_unit_test(groups_cross_nothing),
		cmocka_unit_test(one_of_many_sizes_is_no_evidence),
		cmocka_unit_test(a_hump_is_said),
		cmocka_unit_test(a_knee_without_copies),
		cmocka_unit_test(many_curves),
		cmocka_unit_test(few_runs_tell_nothing),
		cmocka_unit_test(what_was_not_measured_is_left_out),
	};

	return cmocka_run_group_tests_name("sweep", tests, NULL, NULL);
}
