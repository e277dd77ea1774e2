// SPDX-License-Identifier: GPL-2.0
/* Decides the claims about copies by the CPU: from the legs, and from the origin of each page that
 * reached the device. Called through the table in claims.c. */
#include "claims_rules.h"
#include "texts.h"
#include "words.h"

#define COPY_CPU_COPIES 2

/* Of one way, the scenarios on devices that gather pages, or on those that do not. */
struct side {
	size_t count;
	double min, max;	/* CPU-copied bytes per byte at the device */
	const char *text;	/* "lo: 0.00, veth: 0.00" */
};

struct sides {
	struct side gather, linear;
};

/* Where the device cannot gather, software segmentation copies private memory into private memory
 * once more, which the origin of a page does not show: such a number would be too low. */
static bool is_copy_on_gathering_link(const struct report_scenario *scenario)
{
	return text_is(scenario->id, "copy") && !text_is(scenario->link, "veth-nosg");
}

static struct measured_real copy_cpu_copies(struct report *report,
					    const struct report_scenario *scenario)
{
	const struct report_leg *in = &scenario->legs[LEG_CACHE_USER];
	const struct report_leg *out = &scenario->legs[LEG_USER_SOCKET];
	const char *why = NULL;

	if (claim_leg_why(in))
		why = report_format(report, "page cache → user: %s", claim_leg_why(in));
	else if (claim_leg_why(out))
		why = report_format(report, "user → socket: %s", claim_leg_why(out));
	return (struct measured_real){ .value = in->per_byte.value + out->per_byte.value,
				       .why = why };
}

void decide_copy_cpu_copies(const struct claim_info *info, struct report *report,
			    struct report_claim *claim)
{
	claim_expect_number(info, report, claim, is_copy_on_gathering_link, copy_cpu_copies,
			    COPY_CPU_COPIES);
}

/* The part of all new bytes that lies in memory which the CPU copied into. The file's own pages
 * were not, neither those that were cut from it meanwhile nor the zero page of its holes. */
static double copied_part(const __u64 bytes[REPORT_ORIGINS])
{
	const __u64 copied = bytes[ORIGIN_PRIVATE] + bytes[ORIGIN_ANON] +
			     bytes[ORIGIN_UNKNOWN];
	const __u64 in_place = bytes[ORIGIN_FILE] + bytes[ORIGIN_TRUNCATED] +
			       bytes[ORIGIN_ZERO];

	return copied == 0 ? 0 : (double)copied / (double)(copied + in_place);
}

static struct measured_real sendfile_cpu_copies(struct report *report,
						const struct report_scenario *scenario)
{
	const struct report_leg *leg = &scenario->legs[LEG_USER_SOCKET];

	(void)report;
	if (!leg->has_origin)
		return (struct measured_real){
			.why = claim_leg_why(leg) ? claim_leg_why(leg) :
					      "the pages at the device were not looked at" };
	return (struct measured_real){ .value = copied_part(leg->at_xmit) };
}

/* A device of our own is known; another one is judged by where its copy was made: it gathers
 * unless file pages that were queued for it left as copies. */
static bool cannot_gather(const struct report_scenario *scenario)
{
	const struct report_leg *leg = &scenario->legs[LEG_USER_SOCKET];

	if (text_is(scenario->link, "veth-nosg"))
		return true;
	if (text_is(scenario->link, "lo") || text_is(scenario->link, "veth"))
		return false;
	return leg->has_queue &&
	       claim_within(copied_part(leg->at_queue), 0, CLAIM_TOLERANCE_PERCENT) &&
	       claim_within(copied_part(leg->at_xmit), 1, CLAIM_TOLERANCE_PERCENT);
}

static void side_add(struct report *report, struct side *side, const struct claim_sample *sample)
{
	const char *link = sample->scenario->link ? sample->scenario->link : "link not known";

	if (side->count == 0 || sample->value < side->min)
		side->min = sample->value;
	if (side->count == 0 || sample->value > side->max)
		side->max = sample->value;
	side->text = report_format(report, "%s%s%s: %s", side->count ? side->text : "",
				   side->count ? ", " : "", link,
				   words_ratio(report, sample->value));
	side->count++;
}

/* A link that was used under several conditions is named once, if its number was the same. */
static bool named_before(const struct claim_samples *samples, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (text_is(samples->at[i].scenario->link, samples->at[at].scenario->link) &&
		    claim_within(samples->at[i].value, samples->at[at].value, 0))
			return true;
	return false;
}

static struct sides split_sides(struct report *report, const struct claim_samples *samples)
{
	struct sides sides = { { 0 }, { 0 } };

	for (size_t i = 0; i < samples->count; i++) {
		const struct claim_sample *sample = &samples->at[i];

		if (!named_before(samples, i))
			side_add(report,
				 cannot_gather(sample->scenario) ? &sides.linear : &sides.gather,
				 sample);
	}
	return sides;
}

/* All scenarios of a side copied this many times per byte, or there are none. */
static bool side_is(const struct side *side, double copies)
{
	return side->count == 0 || (claim_within(side->min, copies, CLAIM_TOLERANCE_PERCENT) &&
				    claim_within(side->max, copies, CLAIM_TOLERANCE_PERCENT));
}

static const char *gather_condition(struct report *report, const struct sides *sides)
{
	const char *gather = sides->gather.count ?
				     sides->gather.text :
				     "with gathering not measured, --link veth measures it";

	return report_format(report, "the device cannot gather (%s; %s)", sides->linear.text,
			     gather);
}

void decide_sendfile_cpu_copies(const struct claim_info *info, struct report *report,
				struct report_claim *claim)
{
	struct claim_samples samples =
		claim_samples(info, report, claim_is_sendfile, sendfile_cpu_copies);
	struct sides sides;
	double value;

	if (claim_undecided(info, report, claim, &samples))
		return;
	sides = split_sides(report, &samples);
	value = sides.gather.count ? sides.gather.max : sides.linear.min;

	if (sides.gather.count && side_is(&sides.gather, 1) && side_is(&sides.linear, 1))
		claim_verdict(claim, true);
	else if (sides.linear.count && side_is(&sides.gather, 0) && side_is(&sides.linear, 1))
		claim_holds_if(claim, gather_condition(report, &sides));
	else {
		claim_verdict(claim, false);
		value = claim_farthest(&samples, 1)->value;
	}
	claim_number(claim, value, words_ratio(report, value));
	if (!sides.linear.count)
		claim_note(report, claim,
			   report_format(report, "%s; a device that cannot gather: not measured; "
					 "this measures it: %s", sides.gather.text, info->command));
}

void decide_gather_removes_copy(const struct claim_info *info, struct report *report,
				struct report_claim *claim)
{
	struct claim_samples samples =
		claim_samples(info, report, claim_is_sendfile, sendfile_cpu_copies);
	struct sides sides;
	double saved;

	if (claim_undecided(info, report, claim, &samples))
		return;
	sides = split_sides(report, &samples);
	if (!sides.linear.count || !sides.gather.count) {
		claim_not_measured(report, claim,
				   report_format(report, "sendfile was only run %s gathering (%s)",
						 sides.gather.count ? "with" : "without",
						 sides.gather.count ? sides.gather.text :
								      sides.linear.text),
				   info->command);
		return;
	}
	saved = sides.linear.min - sides.gather.max;
	claim_number(claim, saved, words_ratio(report, saved));
	claim_verdict(claim, claim_within(saved, 1, CLAIM_TOLERANCE_PERCENT));
}
