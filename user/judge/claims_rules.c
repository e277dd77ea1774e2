// SPDX-License-Identifier: GPL-2.0
/* What the rules of all claims share: which numbers may be used, and how a verdict is said.
 * Called by the claims_*.c only. */
#include "claims_rules.h"

#include <string.h>

#include "pick.h"
#include "texts.h"
#include "words.h"

/* Bytes of unknown origin above one in a thousand make a claim about origins undecidable. */
#define UNKNOWN_ORIGIN_INVERSE 1000

bool claim_is_copy(const struct report_scenario *scenario)
{
	return text_is(scenario->id, "copy");
}

bool claim_is_sendfile(const struct report_scenario *scenario)
{
	return text_is(scenario->id, "sendfile");
}

const char *claim_leg_why(const struct report_leg *leg)
{
	return leg->per_byte.why ? leg->per_byte.why : leg->bytes.why;
}

bool claim_within(double value, double expected, double percent)
{
	const double unit = expected > 0 ? expected : 1;
	const double distance = value > expected ? value - expected : expected - value;

	/* The last term lets a value on the boundary pass, whatever its rounding. */
	return distance <= unit * percent / 100 + unit * 1e-9;
}

const char *claim_about(struct report *report, const struct report_scenario *scenario,
			const char *reason)
{
	return report_format(report, "%s, %s: %s", pick_label(report, scenario),
			     pick_condition(report, scenario), reason);
}

static const char *loss_doubt(struct report *report, const struct report_scenario *scenario)
{
	const __u64 lost = scenario->loss_ring + scenario->loss_map_full + scenario->loss_recursion;

	if (lost == 0)
		return NULL;
	return report_format(report, "%s lost; run it again, or with a smaller --size",
			     words_many(report, lost, "event was", "events were"));
}

static const char *in_runs(struct report *report, const struct report_witness *witness)
{
	return witness->runs < 2 ? "" :
	       report_format(report, " in %s of %s runs", words_count(report, witness->differ),
			     words_count(report, witness->runs));
}

static const char *witness_doubt(struct report *report, const struct report_scenario *scenario,
				 unsigned int subjects)
{
	for (size_t i = 0; i < scenario->witness_count; i++) {
		const struct report_witness *witness = &scenario->witnesses[i];

		if (witness->agree || !(witness->subjects & subjects))
			continue;
		return report_format(report,
				     "the witness of %s disagrees%s (counted %s, %s says %s); "
				     "run it again",
				     witness->id ? witness->id : "a number",
				     in_runs(report, witness),
				     words_count(report, witness->counted),
				     witness->source ? witness->source : "it",
				     words_count(report, witness->witness));
	}
	return NULL;
}

/* Every new byte must have been seen at the device, and nearly every one's origin known. */
static const char *pages_doubt(struct report *report, const struct report_scenario *scenario)
{
	const struct report_leg *leg = &scenario->legs[LEG_USER_SOCKET];
	const __u64 unknown = leg->at_xmit[ORIGIN_UNKNOWN];
	__u64 seen = 0;

	if (!leg->has_origin)
		return NULL;
	for (unsigned int i = 0; i < REPORT_ORIGINS; i++)
		seen += leg->at_xmit[i];
	if (!claim_within((double)seen, (double)scenario->payload_bytes, CLAIM_TOLERANCE_PERCENT))
		return report_format(report, "%s of %s were seen at the device; run it again",
				     words_many(report, seen, "byte", "bytes"),
				     words_count(report, scenario->payload_bytes));
	if (unknown * UNKNOWN_ORIGIN_INVERSE > seen)
		return report_format(report,
				     "%s at the device %s of unknown origin, more than 0.1 %%; "
				     "zctrace doctor tells what this kernel lets it see",
				     words_many(report, unknown, "byte", "bytes"),
				     unknown == 1 ? "is" : "are");
	return NULL;
}

const char *claim_doubt(struct report *report, const struct report_scenario *scenario,
			unsigned int subjects)
{
	const char *doubt = loss_doubt(report, scenario);

	if (!doubt)
		doubt = witness_doubt(report, scenario, subjects);
	if (!doubt && (subjects & CLAIM_PAGES))
		doubt = pages_doubt(report, scenario);
	return doubt ? claim_about(report, scenario, doubt) : NULL;
}

/* Why the scenario does not bear on the claim; NULL = it does. */
static const char *left_out(const struct claim_info *info, struct report *report,
			    const struct report_scenario *scenario, struct measured_real number,
			    bool *doubt)
{
	const char *why = scenario->failed ? claim_about(report, scenario, scenario->failed) :
			  claim_doubt(report, scenario, info->subjects);

	*doubt = why && !scenario->failed;
	return why || !number.why ? why : claim_about(report, scenario, number.why);
}

struct claim_samples claim_samples(const struct claim_info *info, struct report *report,
				   claim_pick_fn *pick, claim_number_fn *number)
{
	struct claim_samples samples = { 0 };

	samples.at = report_alloc(report, (report->scenario_count + 1) * sizeof(*samples.at));
	for (size_t i = 0; i < report->scenario_count; i++) {
		const struct report_scenario *scenario = &report->scenarios[i];
		struct measured_real value;
		const char *why;
		bool doubt;

		if (!pick(scenario))
			continue;
		value = number(report, scenario);
		why = left_out(info, report, scenario, value, &doubt);
		if (!why)
			samples.at[samples.count++] = (struct claim_sample){ scenario,
				value.value };
		else if (!samples.why || (doubt && !samples.doubt))
			samples.why = why;
		samples.doubt |= doubt;
	}
	if (!samples.why && !samples.count)
		samples.why = "no scenario that shows it was run";
	return samples;
}

bool claim_undecided(const struct claim_info *info, struct report *report,
		     struct report_claim *claim, const struct claim_samples *samples)
{
	if (!samples->count) {
		claim_not_measured(report, claim, samples->why,
				   samples->doubt ? NULL : info->command);
		return true;
	}
	if (samples->why)
		claim_note(report, claim, samples->why);
	return false;
}

const struct claim_sample *claim_farthest(const struct claim_samples *samples, double expected)
{
	const struct claim_sample *farthest = &samples->at[0];
	double most = -1;

	for (size_t i = 0; i < samples->count; i++) {
		const double value = samples->at[i].value;
		const double distance = value > expected ? value - expected : expected - value;

		if (distance > most) {
			most = distance;
			farthest = &samples->at[i];
		}
	}
	return farthest;
}

void claim_number(struct report_claim *claim, double value, const char *text)
{
	claim->measured = (struct measured_real){ .value = value };
	claim->measured_text = text;
}

void claim_verdict(struct report_claim *claim, bool holds)
{
	claim->verdict = holds ? VERDICT_HOLDS : VERDICT_DOES_NOT;
}

void claim_holds_if(struct report_claim *claim, const char *condition)
{
	claim->verdict = VERDICT_HOLDS_IF;
	claim->condition = condition;
}

void claim_note(struct report *report, struct report_claim *claim, const char *note)
{
	claim->note = claim->note ? report_format(report, "%s; %s", claim->note, note) : note;
}

void claim_not_measured(struct report *report, struct report_claim *claim, const char *reason,
			const char *command)
{
	claim->verdict = VERDICT_NOT_MEASURED;
	claim->why = command ? report_format(report, "%s; this measures it: %s", reason, command) :
			       report_text(report, reason);
	claim->measured = (struct measured_real){ .why = claim->why };
	claim->measured_text = "—";
	claim->evidence = NULL;
	claim->note = NULL;
}

void claim_expect_number(const struct claim_info *info, struct report *report,
			 struct report_claim *claim, claim_pick_fn *pick, claim_number_fn *number,
			 double expected)
{
	struct claim_samples samples = claim_samples(info, report, pick, number);
	double value;

	if (claim_undecided(info, report, claim, &samples))
		return;
	value = claim_farthest(&samples, expected)->value;
	claim_number(claim, value, words_ratio(report, value));
	claim_verdict(claim, claim_within(value, expected, CLAIM_TOLERANCE_PERCENT));
}
