// SPDX-License-Identifier: GPL-2.0
/* Whether a number may be used for a verdict: see trust.h. Called wherever a rule meets a number,
 * and by the sentences that say what was lost. */
#include "trust.h"

#include "pick.h"
#include "rule.h"
#include "words.h"

/* Bytes of unknown origin above one in a thousand make a claim about origins undecidable. */
#define UNKNOWN_ORIGIN_INVERSE 1000

const char *trust_about(struct report *texts, const struct report_scenario *scenario,
			const char *reason)
{
	return report_format(texts, "%s, %s: %s", pick_label(texts, scenario),
			     pick_condition(texts, scenario), reason);
}

static const char *loss_doubt(struct report *texts, const struct report_scenario *scenario)
{
	const __u64 lost = scenario->loss_ring + scenario->loss_map_full + scenario->loss_recursion;

	if (lost == 0)
		return NULL;
	return report_format(texts, "%s lost; run it again, or with a smaller --size",
			     words_many(texts, lost, "event was", "events were"));
}

static const char *in_runs(struct report *texts, const struct report_witness *witness)
{
	return witness->runs < 2 ? "" :
	       report_format(texts, " in %s of %s runs", words_count(texts, witness->differ),
			     words_count(texts, witness->runs));
}

static const char *witness_doubt(struct report *texts, const struct report_scenario *scenario,
				 unsigned int subjects)
{
	for (size_t i = 0; i < scenario->witness_count; i++) {
		const struct report_witness *witness = &scenario->witnesses[i];

		if (witness->agree || !(witness->subjects & subjects))
			continue;
		return report_format(texts,
				     "the witness of %s disagrees%s (counted %s, %s says %s); "
				     "run it again",
				     witness->id ? witness->id : "a number",
				     in_runs(texts, witness), words_count(texts, witness->counted),
				     witness->source ? witness->source : "it",
				     words_count(texts, witness->witness));
	}
	return NULL;
}

/* Every new byte must have been seen at the device, and nearly every one's origin known. */
static const char *pages_doubt(struct report *texts, const struct report_scenario *scenario)
{
	const struct report_leg *leg = &scenario->legs[LEG_USER_SOCKET];
	const __u64 unknown = leg->at_xmit[ORIGIN_UNKNOWN];
	__u64 seen = 0;

	if (!leg->has_origin)
		return NULL;
	for (unsigned int i = 0; i < REPORT_ORIGINS; i++)
		seen += leg->at_xmit[i];
	if (!rule_within_percent((double)seen, (double)scenario->payload_bytes,
				 TRUST_TOLERANCE_PERCENT))
		return report_format(texts, "%s of %s were seen at the device; run it again",
				     words_many(texts, seen, "byte", "bytes"),
				     words_count(texts, scenario->payload_bytes));
	if (unknown * UNKNOWN_ORIGIN_INVERSE > seen)
		return report_format(texts,
				     "%s at the device %s of unknown origin, more than 0.1 %%; "
				     "zctrace doctor tells what this kernel lets it see",
				     words_many(texts, unknown, "byte", "bytes"),
				     unknown == 1 ? "is" : "are");
	return NULL;
}

const char *trust_doubt(struct report *texts, const struct report_scenario *scenario,
			unsigned int subjects)
{
	const char *doubt = loss_doubt(texts, scenario);

	if (!doubt)
		doubt = witness_doubt(texts, scenario, subjects);
	if (!doubt && (subjects & CLAIM_PAGES))
		doubt = pages_doubt(texts, scenario);
	return doubt;
}
