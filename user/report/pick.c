// SPDX-License-Identifier: GPL-2.0
/* Which scenarios of a report can be set against each other, and what to call them: see pick.h.
 * Called by the claims, the summary and its warnings. */
#include "pick.h"

#include <string.h>

#include "texts.h"
#include "words.h"

bool pick_same_condition(const struct report_scenario *a, const struct report_scenario *b)
{
	return same_text(a->cache, b->cache) && same_text(a->link, b->link) &&
	       a->rate_bits == b->rate_bits && a->payload_bytes == b->payload_bytes;
}

const struct report_scenario *pick_twin(const struct report *report,
					const struct report_scenario *like, const char *id,
					const char *variant)
{
	for (size_t i = 0; i < report->scenario_count; i++) {
		const struct report_scenario *scenario = &report->scenarios[i];

		if (!scenario->failed && text_is(scenario->id, id) &&
		    text_is(scenario->variant, variant) && pick_same_condition(scenario, like))
			return scenario;
	}
	return NULL;
}

bool pick_next_pair(const struct report *report, bool limited, size_t *cursor,
		    struct pick_pair *pair)
{
	while (*cursor < report->scenario_count) {
		const struct report_scenario *scenario = &report->scenarios[(*cursor)++];

		if (scenario->failed || !text_is(scenario->id, "sendfile") ||
		    (scenario->rate_bits != 0) != limited)
			continue;
		pair->sendfile = scenario;
		pair->copy = pick_twin(report, scenario, "copy", "whole");
		if (pair->copy)
			return true;
	}
	return false;
}

bool pick_documents_condition(const struct report_scenario *scenario)
{
	return text_is(scenario->cache, "warm") && text_is(scenario->link, "lo");
}

bool pick_main_pair(const struct report *report, struct pick_pair *pair)
{
	struct pick_pair next;
	size_t cursor = 0;
	bool found = false;

	while (pick_next_pair(report, false, &cursor, &next)) {
		bool documents = pick_documents_condition(next.sendfile);

		if (!found || documents)
			*pair = next;
		found = true;
		if (documents)
			break;
	}
	return found;
}

const char *pick_label(struct report *report, const struct report_scenario *scenario)
{
	const char *id = scenario->id ? scenario->id : "scenario";

	if (text_is(scenario->variant, "prefault"))
		return report_format(report, "%s (touched buffer)", id);
	if (scenario->chunk_bytes == 0)
		return report_format(report, "%s (whole file)", id);
	return report_format(report, "%s (%s)", id, words_chunk(report, scenario->chunk_bytes));
}

const char *pick_condition(struct report *report, const struct report_scenario *scenario)
{
	const char *text = report_format(report, "%s, %s",
					 scenario->cache ? scenario->cache : "cache not known",
					 scenario->link ? scenario->link : "link not known");

	if (scenario->rate_bits)
		text = report_format(report, "%s, %s", text,
				     words_rate(report, scenario->rate_bits));
	return text;
}
