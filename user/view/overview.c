// SPDX-License-Identifier: GPL-2.0
/* The names of scenarios and the sums of witnesses: see overview.h. */
#include "overview.h"

#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "texts.h"

bool overview_any_program(const struct report *report)
{
	return same_text(report->mode, "run") || same_text(report->mode, "attach");
}

char *overview_variant(const struct report_scenario *scenario, char *buf)
{
	char variant[64], chunk[NUMBER_BYTES];

	plain_text(scenario->variant, variant, sizeof(variant));
	number_chunk(scenario->chunk_bytes, chunk);
	if (same_text(variant, "whole") || (!*variant && !scenario->chunk_bytes))
		snprintf(buf, OVERVIEW_TEXT_BYTES, "%s", *variant ? "whole file" : "");
	else if (same_text(variant, "chunk") || !*variant)
		snprintf(buf, OVERVIEW_TEXT_BYTES, "%s", chunk);
	else if (scenario->chunk_bytes)
		snprintf(buf, OVERVIEW_TEXT_BYTES, "%s, %s", variant, chunk);
	else
		snprintf(buf, OVERVIEW_TEXT_BYTES, "%s", variant);
	return buf;
}

static void add_part(char *buf, const char *part)
{
	size_t used = strlen(buf);
	char plain[48];

	plain_text(part, plain, sizeof(plain));
	if (*plain)
		snprintf(buf + used, OVERVIEW_TEXT_BYTES - used, "%s%s", used ? ", " : "", plain);
}

static const char *condition_text(const struct report_scenario *scenario, unsigned int part,
				  char *number)
{
	switch (part) {
	case OVERVIEW_CACHE:
		return scenario->cache;
	case OVERVIEW_LINK:
		return scenario->link;
	default:
		return scenario->rate_bits ? number_rate(scenario->rate_bits, number) : NULL;
	}
}

char *overview_condition(const struct report *report, const struct report_scenario *scenario,
			 enum overview_condition part, char *buf)
{
	char number[NUMBER_BYTES], other[NUMBER_BYTES];
	const char *text = condition_text(scenario, part, number);
	bool differs = false;

	for (size_t i = 0; i < report->scenario_count && !differs; i++)
		differs = !same_text(text, condition_text(&report->scenarios[i], part, other));
	buf[0] = '\0';
	if (differs)
		add_part(buf, text);
	return buf;
}

char *overview_name(const struct report *report, const struct report_scenario *scenario, char *buf)
{
	char part[OVERVIEW_TEXT_BYTES];

	buf[0] = '\0';
	add_part(buf, scenario->id);
	add_part(buf, overview_variant(scenario, part));
	for (int i = 0; i < OVERVIEW_CONDITIONS; i++)
		add_part(buf, overview_condition(report, scenario, i, part));
	return buf;
}

static void add_up(__u64 *sum, __u64 value)
{
	if (__builtin_add_overflow(*sum, value, sum))
		*sum = ~0ULL;
}

struct overview_witnesses overview_witnesses(const struct report *report)
{
	struct overview_witnesses sum = { 0 };

	for (size_t i = 0; i < report->scenario_count; i++) {
		const struct report_scenario *scenario = &report->scenarios[i];

		sum.all += scenario->witness_count;
		for (size_t w = 0; w < scenario->witness_count; w++)
			sum.agree += scenario->witnesses[w].agree;
		add_up(&sum.lost, scenario->loss_ring);
		add_up(&sum.lost, scenario->loss_map_full);
		add_up(&sum.lost, scenario->loss_recursion);
	}
	return sum;
}
