// SPDX-License-Identifier: GPL-2.0
/* The closing sentences about the ways beside copy and sendfile: what became of pages that the kernel
 * borrowed, and what a mapping has instead of reads. summary.c calls it. */
#include <string.h>

#include "summary_parts.h"
#include "words.h"
#include "zctrace.h"

/* What the kernel itself says of it, which must not be taken for what happened. */
static const char *own_word(struct report *report, const struct report_zerocopy *borrowed,
			    bool copied)
{
	if (borrowed->copied.why || borrowed->completed.why)
		return "This kernel does not say of a send whether it had to copy.";
	return report_format(report, "Its own word for it, \"copied\", came for %s of %s%s.",
			     words_count(report, borrowed->copied.value),
			     words_many(report, borrowed->completed.value, "send", "sends"),
			     !borrowed->late_bytes.why && (borrowed->copied.value > 0) != copied ?
			     ", and does not agree with where the bytes lay" : "");
}

/* "zerocopy (64 KiB): … left as the program's own pages, …" */
static const char *what_was_borrowed(struct report *report, const struct report_scenario *scenario)
{
	const struct report_zerocopy *borrowed = &scenario->zerocopy;
	const struct report_leg *send = &scenario->legs[LEG_USER_SOCKET];
	const char *label = pick_label(report, scenario), *left;

	if (!borrowed->used || !send->has_origin || scenario->failed)
		return NULL;
	if (!send->at_xmit[ZC_ORIGIN_ANON])
		return report_format(report, "%s: no byte reached the device in a page of the program's "
				     "own, the kernel had copied them all before. %s", label,
				     own_word(report, borrowed, true));
	left = report_format(report, "%s: %s left in the program's own pages", label,
			     words_size(report, send->at_xmit[ZC_ORIGIN_ANON]));
	if (borrowed->late_bytes.why)
		return report_format(report, "%s; whether they were copied later was not seen. %s",
				     left,
				     own_word(report, borrowed, false));
	if (!borrowed->late_bytes.value)
		return report_format(report, "%s, and lay there when the receiver took them. %s", left,
				     own_word(report, borrowed, false));
	return report_format(report, "%s; but %s of them lay elsewhere when the receiver took them: "
			     "the kernel copied them on the way. %s", left,
			     words_size(report, borrowed->late_bytes.value),
			     own_word(report, borrowed, true));
}

static const char *what_was_mapped(struct report *report, const struct report_scenario *scenario)
{
	const struct report_role *sender = report_role(scenario, "sender");

	if (scenario->failed || !pick_is(scenario->id, "mmap") || !sender ||
	    sender->faults_kernel.why)
		return NULL;
	return report_format(report, "%s made no read: %s inside its sends brought the file's pages "
			     "instead.", pick_label(report, scenario),
			     words_many(report, sender->faults_kernel.value, "page fault",
					"page faults"));
}

/* Of the first condition only: the others say the same. */
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
