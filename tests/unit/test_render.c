// SPDX-License-Identifier: GPL-2.0
/* Tests of what the renderers share: escaping, widths, numbers for people, tables that fit.
 * Run by `make test`; needs no privilege. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "paragraph.h"
#include "render.h"

struct pair {
	const char *from, *to;
};

static void plain_text_shows_what_hides(void **state)
{
	static const struct pair cases[] = {
		{ "plain → ×·µ 中文 🦀", "plain → ×·µ 中文 🦀" },
		{ "a\nb\r\t", "a\\x0ab\\x0d\\x09" },
		{ "\x1b[31m", "\\x1b[31m" },
		{ "\x7f", "\\x7f" },
		{ "\xc2\x80\xc2\x9f", "\\xc2\\x80\\xc2\\x9f" },		/* C1 */
		{ "\xe2\x80\xae" "gpj", "\\xe2\\x80\\xaegpj" },		/* override */
		{ "\xe2\x81\xa6", "\\xe2\\x81\\xa6" },			/* isolate */
		{ "\xe2\x80\x8b\xef\xbb\xbf", "\\xe2\\x80\\x8b\\xef\\xbb\\xbf" },
		{ "\xff\xfe", "\\xff\\xfe" },
		{ "\xc3(", "\\xc3(" },					/* cut short */
		{ "\xc0\xaf", "\\xc0\\xaf" },				/* overlong */
		{ "\xed\xa0\x80", "\\xed\\xa0\\x80" },			/* surrogate */
		{ "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80" },		/* beyond Unicode */
		{ "\xf3\xa0\x80\xa1", "\\xf3\\xa0\\x80\\xa1" },		/* tag */
		{ "e\xcc\x81", "e\xcc\x81" },				/* combining */
		{ "", "" },
		{ NULL, "" },
	};
	char buf[256];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(plain_text(cases[i].from, buf, sizeof(buf)), cases[i].to);
}

static void plain_text_is_cut_between_characters(void **state)
{
	char buf[8];

	(void)state;
	assert_string_equal(plain_text("abcdefghij", buf, sizeof(buf)), "abcdefg");
	assert_string_equal(plain_text("abcdef→", buf, sizeof(buf)), "abcdef");
	assert_string_equal(plain_text("abcd→", buf, sizeof(buf)), "abcd→");
	assert_string_equal(plain_text("abcd\n", buf, sizeof(buf)), "abcd");
	assert_string_equal(plain_text("abcd", buf, 1), "");
}

static void widths_are_those_of_the_terminal(void **state)
{
	(void)state;
	assert_int_equal(plain_columns(""), 0);
	assert_int_equal(plain_columns("a→×·—b"), 6);
	assert_int_equal(plain_columns("中文"), 4);
	assert_int_equal(plain_columns("e\xcc\x81"), 1);
	assert_int_equal(plain_fit("abc", 2), 2);
	assert_int_equal(plain_fit("中文", 3), 3);
	assert_int_equal(plain_fit("e\xcc\x81x", 1), 3);
}

static char *markdown(const char *text)
{
	char *result = NULL;
	size_t size;
	FILE *out = open_memstream(&result, &size);

	render_markdown_text(out, text);
	fclose(out);
	return result;
}

static void markdown_is_text_again(void **state)
{
	static const struct pair cases[] = {
		{ "<script>&", "&lt;script&gt;&amp;" },
		{ "a|b`c`*d*_e_[f](g)~h~\\", "a\\|b\\`c\\`\\*d\\*\\_e\\_\\[f\\](g)\\~h\\~\\\\" },
		{ "- list", "\\- list" },
		{ "# title", "\\# title" },
		{ "12. list", "12\\. list" },
		{ "1) list", "1\\) list" },
		{ "4.00", "4.00" },
		{ "--cold", "\\--cold" },
		{ "a - b", "a - b" },
		{ "a\nb", "a\\\\x0ab" },
		{ "http://x www.y", "http\\://x www\\.y" },
		{ NULL, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text = markdown(cases[i].from);

		assert_string_equal(text, cases[i].to);
		free(text);
	}
}

static void csv_is_no_formula(void **state)
{
	static const struct pair cases[] = {
		{ "plain", "plain" },
		{ "a,b", "\"a,b\"" },
		{ "say \"x\"", "\"say \"\"x\"\"\"" },
		{ "=1+1", "\"'=1+1\"" },
		{ "+1", "\"'+1\"" },
		{ "-2", "\"'-2\"" },
		{ "@SUM(A1)", "\"'@SUM(A1)\"" },
		{ "a\nb", "a\\x0ab" },
		{ "", "" },
		{ NULL, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text = NULL;
		size_t size;
		FILE *out = open_memstream(&text, &size);

		render_csv_text(out, cases[i].from);
		fclose(out);
		assert_string_equal(text, cases[i].to);
		free(text);
	}
}

static void numbers_read_well(void **state)
{
	char buf[NUMBER_BYTES];

	(void)state;
	assert_string_equal(number_count(0, buf), "0");
	assert_string_equal(number_count(999, buf), "999");
	assert_string_equal(number_count(1234567, buf), "1,234,567");
	assert_string_equal(number_count(~0ULL, buf), "18,446,744,073,709,551,615");
	assert_string_equal(number_time(0, buf), "0 ns");
	assert_string_equal(number_time(999, buf), "999 ns");
	assert_string_equal(number_time(2000, buf), "2.0 µs");
	assert_string_equal(number_time(850000, buf), "850 µs");
	assert_string_equal(number_time(18300000, buf), "18.3 ms");
	assert_string_equal(number_time(99960000, buf), "0.100 s");
	assert_string_equal(number_time(412000000, buf), "0.412 s");
	assert_string_equal(number_time(~0ULL, buf), "18446744073.710 s");
	assert_string_equal(number_time_range(398000000, 512000000, buf), "0.398–0.512 s");
	assert_string_equal(number_time_range(980000, 18300000, buf), "1.0–18.3 ms");
	assert_string_equal(number_ratio(0, buf), "0.00");
	assert_string_equal(number_ratio(0.0001, buf), "<0.01");
	assert_string_equal(number_ratio(4, buf), "4.00");
	assert_string_equal(number_ratio(1e300, buf), "1e+300");
	assert_string_equal(number_rate(1000000000, buf), "1 Gbit/s");
	assert_string_equal(number_rate(1500000, buf), "1.5 Mbit/s");
	assert_string_equal(number_rate(64, buf), "64 bit/s");
	assert_string_equal(number_chunk(65536, buf), "64 KiB");
	assert_string_equal(number_chunk(65535, buf), "65,535 B");
}

static char *printed(const struct table *table, unsigned int width, bool color)
{
	const struct render_options options = { .width = width, .color = color };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	table_print_text(table, &options, out);
	fclose(out);
	return text;
}

static void tables_line_up(void **state)
{
	static const struct table_column columns[] = {
		{ "call", .right = false },
		{ "bytes", .right = true },
	};
	struct table *table = table_new(columns, 2);
	char *text;

	(void)state;
	table_cell(table, TONE_PLAIN, "読む");
	table_cell(table, TONE_PLAIN, "1");
	table_cell(table, TONE_GOOD, "sendfile");
	table_cell(table, TONE_PLAIN, NULL);
	table_remark(table, TONE_PLAIN, "%s", "why not");
	text = printed(table, 0, false);
	assert_string_equal(text, "  call      bytes\n"
				  "  読む          1\n"
				  "  sendfile      —\n"
				  "      why not\n");
	free(text);
	text = printed(table, 0, true);
	assert_non_null(strstr(text, "\033[32msendfile\033[0m      —\n"));
	free(text);
	table_free(table);
}

static void check_width(const char *text, size_t width)
{
	char line[4096];

	while (*text) {
		size_t bytes = strcspn(text, "\n");

		assert_true(bytes < sizeof(line));
		snprintf(line, sizeof(line), "%.*s", (int)bytes, text);
		if (plain_columns(line) > width)
			fail_msg("more than %zu columns: %s", width, line);
		text += bytes + (text[bytes] == '\n');
	}
}

static void tables_fit(void **state)
{
	static const struct table_column columns[] = {
		{ NULL, .wraps = true },
		{ NULL, .right = true },
		{ NULL, .right = false },
	};
	char longest[4001], *text;
	struct table *table = table_new(columns, 3);

	(void)state;
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	table_cell(table, TONE_PLAIN, "words that go on and on until they fill more than one line of it, "
		  "and then some more of them to be sure");
	table_cell(table, TONE_PLAIN, longest);
	table_cell(table, TONE_PLAIN, "中文字符中文字符中文字符中文字符中文字符中文字符中文字符中文字符");
	table_cell(table, TONE_PLAIN, longest);
	table_cell(table, TONE_PLAIN, "");
	table_cell(table, TONE_PLAIN, "\xcc\x81\xcc\x81");
	table_remark(table, TONE_PLAIN, "%s 中文字符中文字符中文字符中文字符中文字符", longest);
	for (unsigned int width = 40; width < 130; width++) {
		text = printed(table, width, false);
		check_width(text, width);
		free(text);
	}
	table_free(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_text_shows_what_hides),
		cmocka_unit_test(plain_text_is_cut_between_characters),
		cmocka_unit_test(widths_are_those_of_the_terminal),
		cmocka_unit_test(markdown_is_text_again),
		cmocka_unit_test(csv_is_no_formula),
		cmocka_unit_test(numbers_read_well),
		cmocka_unit_test(tables_line_up),
		cmocka_unit_test(tables_fit),
	};

	return cmocka_run_group_tests_name("render", tests, NULL, NULL);
}
