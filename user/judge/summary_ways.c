// SPDX-License-Identifier: GPL-2.0
/* The closing sentences about the ways beside copy and sendfile: what became of pages that the
 * kernel borrowed, and what a mapping has instead of reads. summary.c calls it. */
#include <string.h>

#include "summary_parts.h"
#include "texts.h"
#include "words.h"

/* Whether the kernel's own word, "copied", fits what was seen of all bytes; of a part of them it
 * cannot be told. */
static bool word_fits(const struct report_scenario *scenario)
{
	const struct report_zerocopy *borrowed = &scenario->zerocopy;
	const struct report_leg *send = &scenario->legs[LEG_USER_SOCKET];
	__u64 copied = send->at_xmit[ORIGIN_PRIVATE];

	if (!borrowed->late_bytes.why)
		copied += borrowed->late_bytes.value;
	else if (copied < scenario->payload_bytes)
		return true;
	if (copied == 0)
		return borrowed->copied.value == 0;
	return copied < scenario->payload_bytes ||
	       borrowed->copied.value == borrowed->completed.value;
}

static const char *own_word(struct report *report, const struct report_scenario *scenario)
{
	const struct report_zerocopy *borrowed = &scenario->zerocopy;

	if (borrowed->copied.why || borrowed->completed.why)
		return "This kernel does not say of a send whether it had to copy.";
	return report_format(report, "Its own word for it, \"copied\", came for %s of %s%s.",
			     words_count(report, borrowed->copied.value),
			     words_many(report, borrowed->completed.value, "send", "sends"),
			     word_fits(scenario) ? "" :
			     ", which is not what the pages show: do not rely on it");
}

/* Where the bytes lay when they left, and when they came. */
static const char *where_they_lay(struct report *report, const struct report_scenario *scenario)
{
	const struct report_zerocopy *borrowed = &scenario->zerocopy;
	__u64 own = scenario->legs[LEG_USER_SOCKET].at_xmit[ORIGIN_ANON];
	const char *left;

	if (!own)
		return "no byte reached the device in a page of the program's own: the kernel had "
		       "copied them all before";
	left = report_format(report, "%s left in the program's own pages", words_size(report, own));
	if (borrowed->late_bytes.why)
		return report_format(report, "%s; whether they were copied later was not seen",
				     left);
	if (!borrowed->late_bytes.value)
		return report_format(report, "%s, and lay there when the receiver took them", left);
	return report_format(report, "%s; but when the receiver took them, %s lay elsewhere: "
			     "the kernel copied them on the way", left,
			     words_size(report, borrowed->late_bytes.value));
}

static const char *what_was_borrowed(struct report *report, const struct report_scenario *scenario)
{
	if (scenario->failed || !scenario->zerocopy.used ||
	    !scenario->legs[LEG_USER_SOCKET].has_origin)
		return NULL;
	return report_format(report, "%s: %s. %s", pick_label(report, scenario),
			     where_they_lay(report, scenario), own_word(report, scenario));
}

static const char *what_was_mapped(struct report *report, const struct report_scenario *scenario)
{
	const struct report_role *sender = report_role(scenario, "sender");

	if (scenario->failed || !text_is(scenario->id, "mmap") || !sender ||
	    sender->faults_kernel.why)
		return NULL;
	return report_format(report,
			     "%s made no read: %s inside its sends brought the file's pages "
			     "instead.", pick_label(report, scenario),
			     words_many(report, sender->faults_kernel.value, "page fault",
					"page faults"));
}

/* Of the first condition only: with more of them the verdicts and the table tell the rest. */
void summary_say_ways(struct report *report)
{
	for (size_t i = 0; i < report->scenario_count; i++) {
		const struct report_scenario *scenario = &report->scenarios[i];

		if (!pick_same_condition(scenario, &report->scenarios[0]))
			continue;
		summary_say(report, what_was_mapped(report, scenario));
		summary_say(report, what_was_borrowed(report, scenario));
	}
}
