// SPDX-License-Identifier: GPL-2.0
/* Numbers as words of a sentence: see words.h.
 * Called by the claims, the summary and its warnings. */
#include "words.h"

#include "numbers.h"
#include "size.h"

const char *words_count(struct report *report, __u64 value)
{
	char text[NUMBER_BYTES];

	return report_text(report, number_count(value, text));
}

const char *words_many(struct report *report, __u64 value, const char *one, const char *many)
{
	return report_format(report, "%s %s", words_count(report, value), value == 1 ? one : many);
}

const char *words_time(struct report *report, __u64 ns)
{
	char text[NUMBER_BYTES];

	return report_text(report, number_time(ns, text));
}

const char *words_size(struct report *report, __u64 bytes)
{
	char text[SIZE_TEXT_BYTES];

	return report_text(report, size_format(bytes, text, sizeof(text)));
}

const char *words_chunk(struct report *report, __u64 bytes)
{
	char text[NUMBER_BYTES];

	return report_text(report, number_chunk(bytes, text));
}

const char *words_rate(struct report *report, __u64 bits)
{
	char text[NUMBER_BYTES];

	return report_text(report, number_rate(bits, text));
}

const char *words_ratio(struct report *report, double value)
{
	char text[NUMBER_BYTES];

	return report_text(report, number_ratio(value, text));
}

const char *words_factor(struct report *report, double ratio)
{
	if (ratio < 1.995)
		return report_format(report, "%.2f", ratio);
	if (ratio < 9.95)
		return report_format(report, "%.1f", ratio);
	return words_count(report, (__u64)(ratio + 0.5));
}

const char *words_times(struct report *report, double ratio)
{
	return report_format(report, "%s×", words_factor(report, ratio));
}

const char *words_times_within(struct report *report, double ratio, struct interval within)
{
	if (!within.known)
		return words_times(report, ratio);
	return report_format(report, "%s [%s–%s]", words_times(report, ratio),
			     words_factor(report, within.low), words_factor(report, within.high));
}

const char *words_median(struct report *report, const struct spread *spread)
{
	const struct interval within = stats_median_interval(spread);
	const char *median = words_time(report, spread->median.value);
	char range[NUMBER_BYTES];

	if (!within.known)
		return median;
	return report_format(report, "%s [%s]", median,
			     number_time_range(within.low, within.high, range));
}

static const char *signed_time(struct report *report, double ns)
{
	return report_format(report, "%s%s", ns < 0 ? "−" : "",
			     words_time(report, ns < 0 ? -ns : ns));
}

const char *words_difference(struct report *report, double ns, struct interval within)
{
	if (!within.known)
		return signed_time(report, ns);
	return report_format(report, "%s [%s to %s]", signed_time(report, ns),
			     signed_time(report, within.low), signed_time(report, within.high));
}

const char *words_list(struct report *report, const char *const *items, size_t count)
{
	const char *text = count > 0 ? items[0] : "";

	for (size_t i = 1; i < count; i++)
		text = report_format(report, "%s%s%s", text, i + 1 == count ? " and " : ", ",
				     items[i]);
	return text;
}
