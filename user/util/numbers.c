// SPDX-License-Identifier: GPL-2.0
/* Numbers for people: see numbers.h. Called by the renderers and by diff.c; the exact values are in
 * the JSON and in the CSV. */
#include "numbers.h"
#include "size.h"

#include <stdio.h>

char *number_count(__u64 value, char *buf)
{
	char digits[24];
	int length = snprintf(digits, sizeof(digits), "%llu", value);
	char *to = buf;

	for (int i = 0; i < length; i++) {
		if (i > 0 && (length - i) % 3 == 0)
			*to++ = ',';
		*to++ = digits[i];
	}
	*to = '\0';
	return buf;
}

struct time_unit {
	const char *name;
	__u64 from_ns;		/* the unit is used from here on */
	double ns;
	int decimals;
};

/* A unit begins where the one below it would round up to four digits. */
static const struct time_unit *time_unit(__u64 ns)
{
	static const struct time_unit units[] = {
		{ "s", 99950000, 1e9, 3 },
		{ "ms", 999500, 1e6, 1 },
		{ "µs", 99950, 1e3, 0 },
		{ "µs", 1000, 1e3, 1 },
		{ "ns", 0, 1, 0 },
	};
	const struct time_unit *unit = units;

	while (ns < unit->from_ns)
		unit++;
	return unit;
}

char *number_time(__u64 ns, char *buf)
{
	const struct time_unit *unit = time_unit(ns);

	snprintf(buf, 32, "%.*f %s", unit->decimals, (double)ns / unit->ns, unit->name);
	return buf;
}

char *number_time_range(__u64 min_ns, __u64 max_ns, char *buf)
{
	const struct time_unit *unit = time_unit(max_ns);

	snprintf(buf, NUMBER_BYTES, "%.*f–%.*f %s", unit->decimals,
		 (double)min_ns / unit->ns, unit->decimals, (double)max_ns / unit->ns, unit->name);
	return buf;
}

char *number_ratio(double value, char *buf)
{
	if (value > 0 && value < 0.005)
		snprintf(buf, NUMBER_BYTES, "<0.01");
	else if (value > -1e6 && value < 1e6)
		snprintf(buf, NUMBER_BYTES, "%.2f", value);
	else
		snprintf(buf, NUMBER_BYTES, "%.3g", value);
	return buf;
}

char *number_rate(__u64 bits, char *buf)
{
	static const struct {
		__u64 bits;
		const char *name;
	} units[] = { { 1000000000, "Gbit/s" }, { 1000000, "Mbit/s" }, { 1000, "kbit/s" } };

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (bits >= units[i].bits) {
			snprintf(buf, NUMBER_BYTES, "%.4g %s",
				 (double)bits / (double)units[i].bits, units[i].name);
			return buf;
		}
	}
	snprintf(buf, NUMBER_BYTES, "%llu bit/s", bits);
	return buf;
}

char *number_chunk(__u64 bytes, char *buf)
{
	if (bytes % 1024 == 0) {
		size_format(bytes, buf, NUMBER_BYTES);
	} else {
		char count[32];

		snprintf(buf, NUMBER_BYTES, "%s B", number_count(bytes, count));
	}
	return buf;
}
