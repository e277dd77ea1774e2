// SPDX-License-Identifier: GPL-2.0
/* Tests of the language of rules: arithmetic, which scenarios go with which, what noise leaves
 * open, and mistakes. Run by `make test`; needs no privilege. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>

#include "report_fixture.h"
#include "rule.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MS 1000000ULL

static struct rule rule;
static struct rule_evidence evidence;

static struct rule_context context_of(struct report *report)
{
	evidence = (struct rule_evidence){ NULL, report };
	return (struct rule_context){ &evidence, 1, report, true };
}

static size_t cases_of(const char *text, struct report *report, struct rule_case **cases)
{
	char error[600];

	if (rule_parse(text, &rule, error, sizeof(error)))
		fail_msg("%s: %s", text, error);
	return rule_cases(&rule, report, cases);
}

/* Of a rule that has one case. */
static struct rule_answer answer(const char *text, struct report *report)
{
	const struct rule_context context = context_of(report);
	struct rule_case *cases;

	assert_int_equal(cases_of(text, report, &cases), 1);
	return rule_answer(&context, &rule, &cases[0]);
}

static void expect(const char *text, struct report *report, enum rule_truth truth)
{
	const struct rule_answer found = answer(text, report);

	if (found.truth != truth)
		fail_msg("%s: %d (%s), expected %d", text, found.truth,
			 found.why ? found.why : "", truth);
}

/* --- arithmetic --- */

static double value_of(const char *text)
{
	struct report *report = fixture_empty();
	const struct rule_context context = context_of(report);
	const struct rule_case none = { { NULL } };
	char error[600];
	struct rule_value value;

	if (rule_parse_expression(text, &rule, error, sizeof(error)))
		fail_msg("%s: %s", text, error);
	value = rule_value(&context, &rule, &none, rule.checks[0].left);
	assert_null(value.why);
	report_free(report);
	return value.number;
}

static void numbers_are_calculated_as_usual(void **state)
{
	static const struct {
		const char *text;
		double number;
	} cases[] = {
		{ "1 + 2 * 3", 7 }, { "(1 + 2) * 3", 9 }, { "12 / 3 / 2", 2 }, { "7 - 2 - 1", 4 },
		{ "( 7 - ( 2 - 1 ) )", 6 }, { "2 × 3", 6 }, { "6 ÷ 4", 1.5 }, { "-3 + 1", -2 },
		{ "64K", 65536 }, { "1.5M", 1572864 }, { "1GB", 1e9 }, { "3 µs", 3000 },
		{ "3 us + 2 ms", 2003000 }, { "1.5 s", 1.5e9 }, { "500 ns * 2", 1000 },
		{ "1e3", 1000 }, { "0.5", 0.5 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_float_equal(value_of(cases[i].text), cases[i].number, 1e-9);
}

static void versions_are_compared_part_by_part(void **state)
{
	struct report *report = fixture_empty();

	(void)state;
	report->machine.kernel = "6.9.10-1";
	expect("machine kernel >= 6.9.9", report, RULE_TRUE);
	expect("machine kernel >= 6.9.11", report, RULE_FALSE);
	expect("machine kernel < 6.10.0", report, RULE_TRUE);
	expect("machine kernel > 5.99.99", report, RULE_TRUE);
	report->machine.kernel = NULL;
	expect("machine kernel > 5.99.99", report, RULE_UNKNOWN);
	report_free(report);
}

/* --- comparisons --- */

static void comparisons_have_their_edges(void **state)
{
	static const struct {
		const char *text;
		enum rule_truth truth;
	} cases[] = {
		{ "4 = 4", RULE_TRUE }, { "4 = 4.004", RULE_TRUE }, { "4 = 4.006", RULE_FALSE },
		{ "101 = 100 ±1 %", RULE_TRUE }, { "99 = 100 ±1%", RULE_TRUE },
		{ "101.1 = 100 ±1 %", RULE_FALSE }, { "0.01 = 0 ±1 %", RULE_TRUE },
		{ "0.011 = 0 ±1 %", RULE_FALSE }, { "12 = 10 ±2", RULE_TRUE },
		{ "12.1 = 10 ±2", RULE_FALSE }, { "4 >= 4", RULE_TRUE }, { "4 <= 4", RULE_TRUE },
		{ "4 > 4", RULE_FALSE }, { "4 < 4", RULE_FALSE }, { "5 > 4", RULE_TRUE },
		{ "4 within 4 .. 5", RULE_TRUE }, { "5 within 4 .. 5", RULE_TRUE },
		{ "5.1 within 4 .. 5", RULE_FALSE }, { "1 = 1 and 2 = 3", RULE_FALSE },
		{ "5 above 4", RULE_TRUE }, { "4 above 5", RULE_FALSE }, { "4 above 4",
									  RULE_ALIKE },
		{ "104 like 100", RULE_TRUE }, { "106 like 100", RULE_FALSE },
		{ "1 / 0 = 1", RULE_UNKNOWN }, { "1 / 0 = 1 and 1 = 2", RULE_FALSE },
		{ "1 / 0 = 1 and 1 = 1", RULE_UNKNOWN },
	};
	struct report *report = fixture_empty();

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		expect(cases[i].text, report, cases[i].truth);
	report_free(report);
}

static void noise_leaves_open_what_it_must(void **state)
{
	struct report *report = fixture_empty();
	struct report_scenario *copy = fixture_copy(report, "whole", "warm", "lo");

	(void)state;
	fixture_sendfile(report, "warm", "lo");
	fixture_times(report, &report->scenarios[0].elapsed_untraced_ns, 300 * MS, 5);
	fixture_times(report, &report->scenarios[1].elapsed_untraced_ns, 100 * MS, 5);
	expect("copy elapsed above sendfile elapsed", report, RULE_TRUE);
	expect("copy elapsed below sendfile elapsed", report, RULE_FALSE);
	expect("copy elapsed unlike sendfile elapsed", report, RULE_TRUE);
	expect("copy elapsed / sendfile elapsed >= 2", report, RULE_TRUE);
	expect("copy elapsed / sendfile elapsed <= 2", report, RULE_FALSE);
	/* The interval has 3 in it. */
	expect("copy elapsed / sendfile elapsed >= 3", report, RULE_UNKNOWN);
	expect("copy elapsed / sendfile elapsed = 3 ±10 %", report, RULE_TRUE);
	expect("copy elapsed / sendfile elapsed = 9 ±10 %", report, RULE_FALSE);
	expect("copy elapsed above 2 * sendfile elapsed", report, RULE_TRUE);
	expect("copy elapsed within 250 ms .. 350 ms", report, RULE_TRUE);
	fixture_times(report, &report->scenarios[1].elapsed_untraced_ns, 100 * MS, 2);
	expect("copy elapsed above sendfile elapsed", report, RULE_UNKNOWN);
	expect("copy elapsed / sendfile elapsed >= 2", report, RULE_UNKNOWN);
	assert_non_null(strstr(answer("copy elapsed above sendfile elapsed", report).why,
			       "2 runs each"));
	copy = &report->scenarios[0];
	copy->loss_map_full = 1;
	assert_true(answer("copy elapsed above sendfile elapsed", report).doubt);
	report_free(report);
}

/* --- which scenarios --- */

static void groups_agree_in_what_is_not_named(void **state)
{
	static const struct {
		const char *text;
		size_t count;
	} cases[] = {
		{ "1 = 1", 1 },
		{ "copy rounds = 1", 4 },
		{ "copy,whole rounds = 1", 2 },
		{ "copy,cold rounds = 1", 2 },
		{ "copy,whole,warm rounds = 1", 1 },
		{ "copy,chunk rounds = sendfile rounds", 2 },
		{ "copy,whole rounds = sendfile rounds", 2 },	/* no chunk goes with any */
		{ "copy rounds = sendfile rounds", 4 },
		{ "copy,cold rounds = sendfile,warm rounds", 2 },
		{ "copy,whole,cold rounds = copy,whole,warm rounds", 1 },
		{ "copy,64K rounds = 1", 2 }, { "copy,>=64K rounds = 1", 2 },
		{ "copy,>64K rounds = 1", 1 },	/* none: unbound */
		{ "copy,file>=1M rounds = 1", 4 }, { "mmap rounds = 1", 1 },
		{ "copy,limited rounds = 1", 1 }, { "copy,unlimited rounds = 1", 4 },
		{ "copy,gather rounds = 1", 4 }, { "copy,recv rounds = 1", 4 },
	};
	static const char *const caches[] = { "warm", "cold" };
	struct report *report = fixture_empty();
	struct rule_case *bound;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		fixture_copy(report, "whole", caches[i], "lo");
		fixture_copy(report, "chunk", caches[i], "lo");
		fixture_sendfile(report, caches[i], "lo");
	}
	for (size_t i = 0; i < COUNT(cases); i++) {
		const size_t count = cases_of(cases[i].text, report, &bound);

		if (count != cases[i].count)
			fail_msg("%s: %zu cases, expected %zu", cases[i].text, count,
				 cases[i].count);
		for (size_t k = 0; k < count && rule.selector_count == 2; k++) {
			const struct report_scenario *const *at = bound[k].bound;

			if (!strstr(cases[i].text, "cold"))
				assert_string_equal(at[0]->cache, at[1]->cache);
		}
	}
	/* Other files are not compared, unless that is asked for. */
	report->scenarios[0].payload_bytes++;
	assert_int_equal(cases_of("copy,whole rounds = sendfile rounds", report, &bound), 1);
	report_free(report);
}

/* --- mistakes --- */

static void mistakes_are_named(void **state)
{
	static const struct {
		const char *text, *what;
	} cases[] = {
		{ "", "at its end" }, { "copy", "name of a metric is missing" },
		{ "copy nonsense = 1", "at \"nonsense\": no number is called so" },
		{ "copy rounds", "a comparison must stand here" },
		{ "copy rounds = ", "must stand here" },
		{ "copy rounds = 1 2", "\"and\" or the end" },
		{ "copy rounds within 1", "needs \"..\"" },
		{ "(copy rounds = 1", "\")\" is missing" },
		{ "copy,nonsense rounds = 1", "tells no scenarios apart" },
		{ "copy calls = 1", "needs the name of a call" },
		{ "copy payload:read = 1", "takes no name" },
		{ "machine nonsense = 1", "a machine has" }, { "flow x = 1", "a flow has" },
		{ "copy rounds is", "a text must stand" }, { "copy rounds = 1 ±", "±1 %" },
		{ "1x = 1", "no number" }, { "= 1", "must stand here" },
		{ "((((((((((1))))))))))", "too many parentheses" },
		{ "1 = 1 and", "must stand here" }, { "1 = 1 or 2 = 2", "\"and\" or the end" },
	};
	char error[600], longest[RULE_TEXT + 8];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(rule_parse(cases[i].text, &rule, error, sizeof(error)), -EINVAL);
		if (!strstr(error, cases[i].what))
			fail_msg("%s: \"%s\" lacks \"%s\"", cases[i].text, error, cases[i].what);
	}
	memset(longest, '1', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(rule_parse(longest, &rule, error, sizeof(error)), -EINVAL);
	strcpy(longest, "1");
	for (int i = 0; i < 60; i++)
		strcat(longest, " + 1");
	assert_int_equal(rule_parse_expression(longest, &rule, error, sizeof(error)), -EINVAL);
	assert_non_null(strstr(error, "too many numbers"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_calculated_as_usual),
		cmocka_unit_test(versions_are_compared_part_by_part),
		cmocka_unit_test(comparisons_have_their_edges),
		cmocka_unit_test(noise_leaves_open_what_it_must),
		cmocka_unit_test(groups_agree_in_what_is_not_named),
		cmocka_unit_test(mistakes_are_named),
	};

	return cmocka_run_group_tests_name("rules", tests, NULL, NULL);
}
