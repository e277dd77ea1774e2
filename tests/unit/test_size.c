// SPDX-License-Identifier: GPL-2.0
/* Tests of size texts: what is read, what is refused, what is written, and that both agree.
 * Run by `make test`; needs no privilege. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "size.h"

#define KIB (1ULL << 10)
#define MIB (1ULL << 20)
#define GIB (1ULL << 30)
#define TIB (1ULL << 40)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct text_size {
	const char *text;
	__u64 bytes;
};

static void check_accepted(const struct text_size *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		__u64 bytes = 12345;
		int err = size_parse(cases[i].text, &bytes);

		if (err || bytes != cases[i].bytes)
			fail_msg("\"%s\": error %d, %llu bytes; expected %llu", cases[i].text, err,
				 bytes, cases[i].bytes);
	}
}

static void check_refused(const char *const *texts, size_t count, int expected)
{
	for (size_t i = 0; i < count; i++) {
		__u64 bytes = 12345;
		int err = size_parse(texts[i], &bytes);

		if (err != expected)
			fail_msg("\"%s\": returned %d; expected %d", texts[i], err, expected);
		if (bytes != 12345)
			fail_msg("\"%s\": an error changed the result", texts[i]);
	}
}

static void reads_plain_numbers(void **state)
{
	static const struct text_size cases[] = {
		{ "0", 0 },
		{ "1", 1 },
		{ "65535", 65535 },
		{ "1288490188", 1288490188 },
		{ "007", 7 },
		{ "23B", 23 },
		{ "2.0", 2 },
		{ "18446744073709551615", ~0ULL },
		{ "0018446744073709551615", ~0ULL },
	};

	(void)state;
	check_accepted(cases, COUNT(cases));
}

static void reads_powers_of_1024(void **state)
{
	static const struct text_size cases[] = {
		{ "64K", 64 * KIB },	  { "64k", 64 * KIB },	 { "64KiB", 64 * KIB },
		{ "64kiB", 64 * KIB },	  { "256M", 256 * MIB }, { "256m", 256 * MIB },
		{ "256MiB", 256 * MIB },  { "3G", 3 * GIB },	 { "3g", 3 * GIB },
		{ "3GiB", 3 * GIB },	  { "2T", 2 * TIB },	 { "2t", 2 * TIB },
		{ "2TiB", 2 * TIB },	  { "0K", 0 },		 { "16777215T", 16777215 * TIB },
		{ "17179869183G", 17179869183 * GIB },
	};

	(void)state;
	check_accepted(cases, COUNT(cases));
}

static void reads_powers_of_1000(void **state)
{
	static const struct text_size cases[] = {
		{ "1KB", 1000 },	     { "1kB", 1000 },
		{ "5MB", 5000000 },	     { "5mB", 5000000 },
		{ "2GB", 2000000000 },	     { "7TB", 7000000000000 },
		{ "18446744TB", 18446744000000000000ULL },
	};

	(void)state;
	check_accepted(cases, COUNT(cases));
}

static void reads_exact_fractions(void **state)
{
	static const struct text_size cases[] = {
		{ "1.2GB", 1200000000 },
		{ "2.4GB", 2400000000 },
		{ "1.5G", GIB + GIB / 2 },
		{ "1.5K", 1536 },
		{ "0.5k", 512 },
		{ "1.000000001GB", 1000000001 },
		{ "1.50000000000000000000000000000000000000000000K", 1536 },
		{ "0.00000000000000000000000000000000000000000000", 0 },
		{ "0.0009765625K", 1 },
		{ "0.000000000001TB", 1 },
		/* Largest size there is, written as a fraction of terabytes. */
		{ "18446744.073709551615TB", ~0ULL },
	};

	(void)state;
	check_accepted(cases, COUNT(cases));
}

static void refuses_what_is_not_a_size(void **state)
{
	static const char *const texts[] = {
		"",	 " ",	   " 1",    "1 ",   "1 K",    "64X",   "64KX",	"64KBs",  "-1",
		"+1",	 "-0",	   "0x10",  "0xK",  "K",      "KiB",   "B",	"abc",	  "1e3",
		"1,5G",	 ".5G",	   "5.",    "5.K",  "1.2.3K", "64Kb",  "64kb",	"64KIB",  "64Kib",
		"64KK",	 "64BB",   "64iB",  "64P",  "1\n",    "\t1",   "inf",	"nan",	  "1K1",
		"64b",	 "٣",	   "1..5K", "1.-5K",
	};

	(void)state;
	check_refused(texts, COUNT(texts), -EINVAL);
}

static void refuses_parts_of_bytes(void **state)
{
	static const char *const texts[] = {
		"1.5",	"0.1",	"1.2GiB", "1.2G", "0.3K", "1.0000000001GB", "0.0001KB", "0.0000001K",
		"0.00000000000000000000000000000000000000000001T",
	};

	(void)state;
	check_refused(texts, COUNT(texts), -EINVAL);
}

static void refuses_what_overflows(void **state)
{
	static const char *const texts[] = {
		"18446744073709551616",	   "18446744073709551616K", "99999999999999999999999999999",
		"16777216T",		   "17179869184G",	    "18446745TB",
		"18446744.073709551616TB", "99999999999999999999999999999.5K",
	};
	static const char *const nonsense[] = { "99999999999999999999999999999X",
						"18446744073709551616 ", "99999999999999999999." };

	(void)state;
	check_refused(texts, COUNT(texts), -ERANGE);
	check_refused(nonsense, COUNT(nonsense), -EINVAL);
}

static void writes_sizes(void **state)
{
	static const struct text_size cases[] = {
		{ "0 B", 0 },
		{ "23 B", 23 },
		{ "1023 B", 1023 },
		{ "1 KiB", KIB },
		{ "1.00 KiB", KIB + 1 },
		{ "1.50 KiB", 1536 },
		{ "64 KiB", 64 * KIB },
		{ "64.00 KiB", 65535 },
		{ "1.00 MiB", MIB - 1 },
		{ "256 MiB", 256 * MIB },
		{ "258.10 MiB", 270637466 },
		{ "1.20 GiB", 1288490188 },
		{ "1.12 GiB", 1200000000 },
		{ "1023 GiB", TIB - GIB },
		{ "5 TiB", 5 * TIB },
		{ "16777216.00 TiB", ~0ULL },
	};
	char buf[SIZE_TEXT_BYTES];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_ptr_equal(size_format(cases[i].bytes, buf, sizeof(buf)), buf);
		assert_string_equal(buf, cases[i].text);
	}
}

static void writes_into_a_short_buffer(void **state)
{
	char buf[4] = "???";

	(void)state;
	assert_string_equal(size_format(256 * MIB, buf, sizeof(buf)), "256");
	assert_string_equal(size_format(256 * MIB, buf, 1), "");
}

/* What is written without decimals is exact: read back, it is the same size. */
static void exact_texts_read_back(void **state)
{
	char written[SIZE_TEXT_BYTES], packed[SIZE_TEXT_BYTES];
	unsigned int exact = 0;

	(void)state;
	for (int shift = 0; shift < 64; shift++) {
		for (__u64 factor = 1; factor < 1024; factor += 2) {
			__u64 bytes = factor << shift, again = 0;
			char *space;

			if (bytes >> shift != factor)
				continue;
			size_format(bytes, written, sizeof(written));
			if (strchr(written, '.'))
				continue;
			space = strchr(written, ' ');
			assert_non_null(space);
			snprintf(packed, sizeof(packed), "%.*s%s", (int)(space - written), written,
				 space + 1);
			assert_int_equal(size_parse(packed, &again), 0);
			assert_true(again == bytes);
			exact++;
		}
	}
	assert_true(exact > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_plain_numbers),
		cmocka_unit_test(reads_powers_of_1024),
		cmocka_unit_test(reads_powers_of_1000),
		cmocka_unit_test(reads_exact_fractions),
		cmocka_unit_test(refuses_what_is_not_a_size),
		cmocka_unit_test(refuses_parts_of_bytes),
		cmocka_unit_test(refuses_what_overflows),
		cmocka_unit_test(writes_sizes),
		cmocka_unit_test(writes_into_a_short_buffer),
		cmocka_unit_test(exact_texts_read_back),
	};

	return cmocka_run_group_tests_name("size", tests, NULL, NULL);
}
