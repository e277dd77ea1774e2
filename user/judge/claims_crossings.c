// SPDX-License-Identifier: GPL-2.0
/* Decides "4 switches per round" and "2 switches per call": crossings of data calls per round.
 * Called through the table in claims.c. */
#include "claims_rules.h"
#include "words.h"

#define COPY_CROSSINGS 4
#define SENDFILE_CROSSINGS 2

/* The documents speak of the calls that move data: neither the probe for the end of the file nor
 * open and close are in a round. */
static struct measured_real crossings_per_round(struct report *report,
						const struct report_scenario *scenario)
{
	if (scenario->crossings_data.why)
		return (struct measured_real){ .why = scenario->crossings_data.why };
	if (scenario->rounds.why)
		return (struct measured_real){ .why = scenario->rounds.why };
	if (scenario->rounds.value == 0)
		return (struct measured_real){ .why = "no call moved data" };
	return (struct measured_real){ .value = (double)scenario->crossings_data.value /
						(double)scenario->rounds.value };
}

static void decide_switches(const struct claim_info *info, struct report *report,
			    struct report_claim *claim,
			    bool (*pick)(const struct report_scenario *scenario), double expected)
{
	struct claim_samples samples = claim_samples(info, report, pick, crossings_per_round);
	double value;

	if (claim_undecided(info, report, claim, &samples))
		return;
	value = claim_farthest(&samples, expected)->value;
	claim_number(claim, value, words_ratio(report, value));
	claim_verdict(claim, claim_within(value, expected, CLAIM_TOLERANCE_PERCENT));
}

void decide_copy_switches(const struct claim_info *info, struct report *report,
			  struct report_claim *claim)
{
	decide_switches(info, report, claim, claim_is_copy, COPY_CROSSINGS);
}

void decide_sendfile_switches(const struct claim_info *info, struct report *report,
			      struct report_claim *claim)
{
	decide_switches(info, report, claim, claim_is_sendfile, SENDFILE_CROSSINGS);
}
