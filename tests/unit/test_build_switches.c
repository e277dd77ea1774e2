// SPDX-License-Identifier: GPL-2.0
/* A process of which a context switch was not seen: nothing that rests on them is shown, all else
 * is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "build.h"
#include "session_internal.h"

static const struct probe probes[] = {
	{ "on_switch", "sched_switch", .loses = "" },
	{ "on_wakeup", "sched_wakeup", .loses = "" },
};

static struct session session = { .probes = probes, .probe_count = 2 };

static void test_all_seen(void **state)
{
	const struct zc_proc proc = { .voluntary = 3 };

	assert_null(build_no_switches(&session, &proc));
	assert_int_equal(build_by_switches(&session, &proc, 3).value, 3);
	assert_null(build_off_cpu(&session, &proc, 5).why);
}

static void test_one_was_not_seen(void **state)
{
	const struct zc_proc proc = { .voluntary = 3, .switches_missed = 1 };
	struct measured value = build_by_switches(&session, &proc, 3);

	assert_int_equal(value.value, 0);
	assert_non_null(strstr(value.why, "did not show every context switch"));
	assert_string_equal(build_off_cpu(&session, &proc, 5).why, value.why);
}

static void test_a_sum_with_an_unknown_part_is_unknown(void **state)
{
	struct measured sum = { .value = 2 };

	build_add(&sum, (struct measured){ .value = 3 });
	assert_int_equal(sum.value, 5);
	build_add(&sum, (struct measured){ .why = "lost" });
	assert_string_equal(sum.why, "lost");
}

static void test_without_the_tracepoint(void **state)
{
	const struct zc_proc proc = { 0 };

	session.missing[1] = "no wake-up";
	assert_null(build_by_switches(&session, &proc, 3).why);
	assert_string_equal(build_off_cpu(&session, &proc, 5).why, "no wake-up");
	session.missing[0] = "no switch";
	assert_string_equal(build_by_switches(&session, &proc, 3).why, "no switch");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_seen),
		cmocka_unit_test(test_one_was_not_seen),
		cmocka_unit_test(test_a_sum_with_an_unknown_part_is_unknown),
		cmocka_unit_test(test_without_the_tracepoint),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
