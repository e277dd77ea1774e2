// SPDX-License-Identifier: GPL-2.0
/* Sizes in bytes as people write them and read them, without floating point: see size.h.
 * Called by the options of zctrace and of the scenario programs, and by the renderers. */
#include "size.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const __u64 binary_units[] = { 1ULL << 10, 1ULL << 20, 1ULL << 30, 1ULL << 40 };
static const __u64 decimal_units[] = { 1000ULL, 1000000ULL, 1000000000ULL, 1000000000000ULL };

/* A decimal number as written: digits / 10^decimals. */
struct decimal {
	__u64 digits;
	unsigned int decimals;
};

/*
 * A 64-bit number of digits times the largest unit is below 10^32, so with 32 decimals or more
 * nothing but zero is a whole number of bytes. 10^32 still fits 128 bits.
 */
#define MOST_DECIMALS 31

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int append_digit(struct decimal *number, char digit)
{
	if (__builtin_mul_overflow(number->digits, 10ULL, &number->digits) ||
	    __builtin_add_overflow(number->digits, (__u64)(digit - '0'), &number->digits))
		return -ERANGE;
	return 0;
}

/* Reads "12" or "1.25" and moves *text past it. A digit is needed on both sides of the point. */
static int parse_decimal(const char **text, struct decimal *number)
{
	const char *at = *text;
	const char *end;
	int err = 0;

	*number = (struct decimal){ 0 };
	if (!is_digit(*at))
		return -EINVAL;
	for (; is_digit(*at); at++)
		err = err ? err : append_digit(number, *at);

	if (*at == '.') {
		at++;
		if (!is_digit(*at))
			return -EINVAL;
		for (end = at; is_digit(*end); end++)
			;
		*text = end;
		while (end > at && end[-1] == '0')
			end--;
		for (; at < end; at++) {
			err = err ? err : append_digit(number, *at);
			number->decimals++;
		}
	} else {
		*text = at;
	}
	return err;
}

/* Sets *unit to the bytes that a suffix stands for ("" is 1). */
static int parse_unit(const char *suffix, __u64 *unit)
{
	static const char upper[] = "KMGT", lower[] = "kmgt";
	const char *letter;
	size_t power;

	if (*suffix == '\0' || strcmp(suffix, "B") == 0) {
		*unit = 1;
		return 0;
	}
	letter = strchr(upper, *suffix);
	power = letter ? (size_t)(letter - upper) : 0;
	if (!letter) {
		letter = strchr(lower, *suffix);
		if (!letter)
			return -EINVAL;
		power = (size_t)(letter - lower);
	}
	suffix++;
	if (*suffix == '\0' || strcmp(suffix, "iB") == 0)
		*unit = binary_units[power];
	else if (strcmp(suffix, "B") == 0)
		*unit = decimal_units[power];
	else
		return -EINVAL;
	return 0;
}

int size_parse_as(const char *text, size_unit_fn *parse_suffix, __u64 *bytes)
{
	unsigned __int128 total, divisor = 1;
	struct decimal number;
	__u64 unit;
	int err, bad_unit;

	err = parse_decimal(&text, &number);
	if (err == -EINVAL)
		return err;
	/* Nonsense behind a number that is too large is still nonsense. */
	bad_unit = parse_suffix(text, &unit);
	if (bad_unit)
		return bad_unit;
	if (err)
		return err;
	if (number.decimals > MOST_DECIMALS)
		return -EINVAL;

	for (unsigned int i = 0; i < number.decimals; i++)
		divisor *= 10;
	total = (unsigned __int128)number.digits * unit;
	if (total % divisor)
		return -EINVAL;
	total /= divisor;
	if (total > ~0ULL)
		return -ERANGE;
	*bytes = (__u64)total;
	return 0;
}

int size_parse(const char *text, __u64 *bytes)
{
	return size_parse_as(text, parse_unit, bytes);
}

const char *size_format(__u64 bytes, char *buf, size_t buf_bytes)
{
	static const char *const names[] = { "KiB", "MiB", "GiB", "TiB" };
	const int last = sizeof(names) / sizeof(names[0]) - 1;
	__u64 hundredths;
	int i = 0;

	if (bytes < binary_units[0]) {
		snprintf(buf, buf_bytes, "%llu B", bytes);
		return buf;
	}
	while (i < last && bytes >= binary_units[i + 1])
		i++;
	if (bytes % binary_units[i] == 0) {
		snprintf(buf, buf_bytes, "%llu %s", bytes / binary_units[i], names[i]);
		return buf;
	}
	hundredths =
		(__u64)(((unsigned __int128)bytes * 100 + binary_units[i] / 2) / binary_units[i]);
	/* 1048575 bytes round to 1024.00 KiB, which is written 1.00 MiB. */
	if (hundredths >= 102400 && i < last) {
		hundredths = 100;
		i++;
	}
	snprintf(buf, buf_bytes, "%llu.%02llu %s", hundredths / 100, hundredths % 100, names[i]);
	return buf;
}
