// SPDX-License-Identifier: GPL-2.0
/* Numbers as words of a sentence: see words.h.
 * Called by the claims, the summary and its warnings. */
#include "words.h"

#include "render.h"
#include "size.h"

const char *words_count(struct report *report, __u64 value)
{
	char text[RENDER_NUMBER_BYTES];

	return report_text(report, render_count(value, text));
}

const char *words_many(struct report *report, __u64 value, const char *one, const char *many)
{
	return report_format(report, "%s %s", words_count(report, value), value == 1 ? one : many);
}

const char *words_time(struct report *report, __u64 ns)
{
	char text[RENDER_NUMBER_BYTES];

	return report_text(report, render_time(ns, text));
}

const char *words_size(struct report *report, __u64 bytes)
{
	char text[SIZE_TEXT_BYTES];

	return report_text(report, size_format(bytes, text, sizeof(text)));
}

const char *words_chunk(struct report *report, __u64 bytes)
{
	char text[RENDER_NUMBER_BYTES];

	return report_text(report, render_chunk(bytes, text));
}

const char *words_rate(struct report *report, __u64 bits)
{
	char text[RENDER_NUMBER_BYTES];

	return report_text(report, render_rate(bits, text));
}

const char *words_ratio(struct report *report, double value)
{
	char text[RENDER_NUMBER_BYTES];

	return report_text(report, render_ratio(value, text));
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

const char *words_list(struct report *report, const char *const *items, size_t count)
{
	const char *text = count > 0 ? items[0] : "";

	for (size_t i = 1; i < count; i++)
		text = report_format(report, "%s%s%s", text, i + 1 == count ? " and " : ", ",
				     items[i]);
	return text;
}
