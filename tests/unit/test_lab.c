// SPDX-License-Identifier: GPL-2.0
/* Tests of what labs rest on: the text in pieces, values found in reports, predictions judged.
 * Run by `make check-unit`; needs no privilege. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "report_fixture.h"
#include "lab.h"
#include "strain.h"

static struct report *report;
static struct rule_evidence evidence[2];

static int set_up(void **state)
{
	report = fixture_compare();
	evidence[0] = (struct rule_evidence){ "lab1-a.json", report };
	evidence[1] = (struct rule_evidence){ "lab1-b.json", NULL };
	return 0;
}

static int tear_down(void **state)
{
	report_free(report);
	return 0;
}

static double found(const char *where)
{
	struct lab_value value;

	assert_int_equal(lab_evaluate(where, evidence, 2, &value), 0);
	assert_string_equal(value.why, "");
	assert_false(value.is_text);
	return value.number;
}

static void finds_numbers(void **state)
{
	assert_true(found("copy,whole crossings_per_round") == 4);
	assert_true(found("lab1-a:sendfile rounds") == FIXTURE_ROUNDS);
	assert_true(found("sendfile,64K,lo,warm rounds") == FIXTURE_ROUNDS);
	assert_true(found("copy,64K rounds / 2") == FIXTURE_ROUNDS / 2);
	assert_true(found("sendfile crossings_data / copy,whole crossings_data") ==
		    2 * FIXTURE_ROUNDS / 4);
	assert_true(found("( copy,whole rounds + copy,whole rounds - 1 ) / 2") == 0.5);
	assert_true(found("copy,whole rounds + copy,whole rounds / 2") == 1.5);
	assert_true(found("(copy,whole rounds + 1) * 3 - 10 - 1") == -5);
	assert_true(found("copy,whole switches_voluntary@sender") ==
		    found("copy,whole switches_voluntary"));
}

static void says_why_there_is_none(void **state)
{
	static const char *const wheres[] = {
		"mmap rounds", "copy,whole,veth rounds", "copy,4K rounds", "lab1-b:copy rounds",
		"lab1-c:copy rounds", "copy rounds@nobody", "flow verdict", "claim nonsense",
		"copy,whole rounds / 0", "lab1-b:copy rounds / lab1-a:copy rounds", "flow calls",
		"copy rounds + mmap rounds",
	};

	for (size_t i = 0; i < sizeof(wheres) / sizeof(wheres[0]); i++) {
		struct lab_value value;

		assert_int_equal(lab_evaluate(wheres[i], evidence, 2, &value), 0);
		assert_string_not_equal(value.why, "");
	}
}

static void passes_on_the_reason(void **state)
{
	struct lab_value value;

	report->scenarios[0].rounds.why = "a tracepoint is missing";
	assert_int_equal(lab_evaluate("copy,whole rounds", evidence, 1, &value), 0);
	assert_string_equal(value.why, "a tracepoint is missing");
}

static void refuses_what_is_no_place(void **state)
{
	static const char *const wheres[] = {
		"", " ", "copy", "copy nonsense", "copy rounds +", "copy rounds * ", "flow nonsense",
		"copy rounds rounds", "copy rounds ++ 1", "claim copy-switches + 1",
	};
	char long_one[2000];
	struct lab_value value;

	for (size_t i = 0; i < sizeof(wheres) / sizeof(wheres[0]); i++) {
		/* A claim that is not there has a reason before it has a sum. */
		if (!strncmp(wheres[i], "claim", 5))
			continue;
		assert_int_equal(lab_evaluate(wheres[i], evidence, 2, &value), -EINVAL);
	}
	memset(long_one, 'x', sizeof(long_one));
	long_one[sizeof(long_one) - 1] = '\0';
	assert_int_equal(lab_evaluate(long_one, evidence, 2, &value), -EINVAL);
}

static bool holds(const char *rule)
{
	struct lab_value value;
	bool result;

	assert_int_equal(lab_holds(rule, evidence, 2, &value, &result), 0);
	return result;
}

static void statements_hold_or_not(void **state)
{
	struct lab_value value;
	bool result;

	assert_true(holds("copy,whole crossings_per_round = 4"));
	assert_false(holds("copy,whole crossings_per_round = 4.01"));
	assert_true(holds("copy,whole rounds >= 1") && holds("copy,whole rounds <= 1"));
	assert_false(holds("copy,whole rounds >= 2") || holds("copy,whole rounds <= 0"));
	assert_true(holds("copy,whole rounds within 0.5 .. 1.5"));
	assert_false(holds("copy,whole rounds within 1.5 .. 2.5"));
	assert_false(holds("mmap rounds = 0"));
	assert_int_equal(lab_holds("copy rounds", evidence, 2, &value, &result), -EINVAL);
	assert_int_equal(lab_holds("copy rounds =", evidence, 2, &value, &result), -EINVAL);
	assert_int_equal(lab_holds("copy rounds = x", evidence, 2, &value, &result), -EINVAL);
	assert_int_equal(lab_holds("copy rounds is holds", evidence, 2, &value, &result), 0);
	assert_false(result);	/* a number is no text */
}

static void reads_what_people_write(void **state)
{
	static const struct {
		const char *text;
		double number;
	} good[] = { { "4", 4 }, { "39,324", 39324 }, { "0.50", 0.5 }, { "3.5×", 3.5 },
		     { "2 x", 2 }, { "-1", -1 }, { "1e3", 1000 } };
	static const char *const bad[] = { "", "four", "nan", "inf", "1e999", "4 or 5", "0x10",
					   "," };
	double number;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(lab_parse_number(good[i].text, &number), 0);
		assert_true(number == good[i].number);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(lab_parse_number(bad[i], &number), -EINVAL);
}

static enum lab_judgement judged(const char *within, const char *answer, double measured)
{
	const struct lab_prediction prediction = { .unit = "things", .within = within };
	const struct lab_value value = { .number = measured };

	return lab_judge(&prediction, answer, &value);
}

static void judges_by_the_tolerance(void **state)
{
	const struct lab_value gone = { .why = "not there" };
	const struct lab_value text = { .is_text = true, .text = "b" };
	const struct lab_prediction choice = { .unit = "a / b / c d", .within = "exact" };

	assert_int_equal(judged("exact", "4", 4), LAB_RIGHT);
	assert_int_equal(judged("exact", "4.01", 4), LAB_WRONG);
	assert_int_equal(judged("±5 %", "105", 100), LAB_RIGHT);
	assert_int_equal(judged("±5 %", "94.9", 100), LAB_WRONG);
	assert_int_equal(judged("±100", "0", 100), LAB_RIGHT);
	assert_int_equal(judged("±100", "0", 101), LAB_WRONG);
	assert_int_equal(judged("×2", "5", 10), LAB_RIGHT);
	assert_int_equal(judged("×2", "4.9", 10), LAB_WRONG);
	assert_int_equal(judged("×2", "21", 10), LAB_WRONG);
	assert_int_equal(judged("×2", "0", 10), LAB_WRONG);
	assert_int_equal(judged("×2", "0", 0), LAB_RIGHT);
	assert_int_equal(judged("exact", "", 4), LAB_NOT_PREDICTED);
	assert_int_equal(lab_judge(&choice, "b", &gone), LAB_NOT_MEASURED);
	assert_int_equal(lab_judge(&choice, "B", &text), LAB_RIGHT);
	assert_int_equal(lab_judge(&choice, "a", &text), LAB_WRONG);
	assert_true(lab_answer_fits(&choice, "a") && lab_answer_fits(&choice, "c d"));
	assert_false(lab_answer_fits(&choice, "c") || lab_answer_fits(&choice, "a / b"));
}

static int parsed(const char *text, struct lab *lab)
{
	char error[256] = "";
	int err = lab_parse(strdup(text), lab, error, sizeof(error));

	assert_int_equal(err == 0, error[0] == '\0');
	return err;
}

static void takes_a_text_to_pieces(void **state)
{
	struct lab lab;

	assert_int_equal(parsed("# Lab 7: T\n\nBefore.\n\n## Question\n\nQ?\n\n## Predict\n\nP.\n\n"
				"| id | a | b | c | d |\n|---|---|---|---|---|\n"
				"| x | How? | u | `copy rounds` | ±5 % |\n\n## Measure\n\nOne\ntwo.\n\n"
				"```sh\nsudo ./zctrace copy --json lab7-x.json -n 1\necho --json lab7-no.json\n"
				"sudo ./zctrace copy --json other.json\n```\n\nNot this.\n\n"
				"**Stop.** Do\nthat.\n\n```sh\nsudo ./zctrace run --json lab7-y.json -- true\n"
				"```\n\n## Explain\n\n1. Why\n   so?\n2. And?\n\n## Hand in\n\n"
				"1. Nothing.\n", &lab), 0);
	assert_int_equal(lab.number, 7);
	assert_string_equal(lab.title, "T");
	assert_non_null(strstr(lab.introduction, "Q?"));
	assert_non_null(strstr(lab.introduction, "P."));
	assert_null(strstr(lab.introduction, "|"));
	assert_int_equal(lab.prediction_count, 1);
	assert_string_equal(lab.predictions[0].where, "copy rounds");
	assert_int_equal(lab.measurement_count, 2);
	assert_string_equal(lab.measurements[0].file, "lab7-x.json");
	assert_null(lab.measurements[0].before);
	assert_string_equal(lab.measurements[1].before, "Do that.");
	assert_int_equal(lab.question_count, 2);
	assert_string_equal(lab.questions[0], "Why so?");
	assert_string_equal(lab.questions[1], "And?");
	lab_free(&lab);
}

static void refuses_what_is_no_lab(void **state)
{
	static const char *const texts[] = {
		"", "\n", "# Lab: x\n", "# Lab one\n", "text\n",
		"# Lab 1: x\n## Predict\n| a | b |\n|---|---|\n| a | b |\n",
		"# Lab 1: x\n## Statements\n| a | b | c |\n|---|---|---|\n| a | b | c | d | e |\n",
	};
	struct lab lab;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(parsed(texts[i], &lab), -EINVAL);
		lab_free(&lab);
	}
}

/* A text whose line, below the heading, is repeated once too often. */
static void refused_above(const char *head, const char *line, size_t most, const char *what)
{
	char error[256] = "", wanted[64], *text = NULL;
	size_t bytes;
	FILE *file = open_memstream(&text, &bytes);
	struct lab lab;

	fputs(head, file);
	for (size_t i = 0; i <= most; i++)
		fprintf(file, line, (int)i);
	fclose(file);
	snprintf(wanted, sizeof(wanted), "more than %zu %s", most, what);
	assert_int_equal(lab_parse(text, &lab, error, sizeof(error)), -EINVAL);
	assert_non_null(strstr(error, wanted));
	lab_free(&lab);
}

static void refuses_more_than_it_can_hold(void **state)
{
	refused_above("# Lab 1: x\n## Predict\n| a | b | c | d | e |\n|---|---|---|---|---|\n",
		      "| p%d | q | u | copy rounds | exact |\n", LAB_MAX_PREDICTIONS, "predictions");
	refused_above("# Lab 1: x\n## Statements\n| a | b | c |\n|---|---|---|\n",
		      "| s%d | copy rounds = 1 | r |\n", LAB_MAX_STATEMENTS, "statements");
	refused_above("# Lab 1: x\n## Measure\n```sh\n",
		      "sudo ./zctrace copy --json lab1-%d.json\n", LAB_MAX_MEASUREMENTS,
		      "measurements");
	refused_above("# Lab 1: x\n## Explain\n", "%d. Why?\n", LAB_MAX_QUESTIONS, "questions");
}

static void cpus_of_both_ends(void **state)
{
	static const char *const bad[] = { "", "x", ",", "0,", ",0", "-1", "0,0,0", "0 ",
					   "99999999999" };
	struct strain strain = { 0 };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(strain_parse_cpus(bad[i], &strain), -EINVAL);
	assert_int_equal(strain_parse_cpus("2000000000", &strain), -ENODEV);
	assert_false(strain.pinned);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(finds_numbers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(says_why_there_is_none, set_up, tear_down),
		cmocka_unit_test_setup_teardown(passes_on_the_reason, set_up, tear_down),
		cmocka_unit_test_setup_teardown(refuses_what_is_no_place, set_up, tear_down),
		cmocka_unit_test_setup_teardown(statements_hold_or_not, set_up, tear_down),
		cmocka_unit_test(reads_what_people_write),
		cmocka_unit_test(judges_by_the_tolerance),
		cmocka_unit_test(takes_a_text_to_pieces),
		cmocka_unit_test(refuses_what_is_no_lab),
		cmocka_unit_test(refuses_more_than_it_can_hold),
		cmocka_unit_test(cpus_of_both_ends),
	};

	return cmocka_run_group_tests_name("lab", tests, NULL, NULL);
}
