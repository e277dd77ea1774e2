// SPDX-License-Identifier: GPL-2.0
/* Decides "4 switches per round" and "2 switches per call": crossings of data calls per round.
 * Called through the table in claims.c. */
#include "claims_rules.h"

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

void decide_copy_switches(const struct claim_info *info, struct report *report,
			  struct report_claim *claim)
{
	claim_expect_number(info, report, claim, claim_is_copy, crossings_per_round,
			    COPY_CROSSINGS);
}

void decide_sendfile_switches(const struct claim_info *info, struct report *report,
			      struct report_claim *claim)
{
	claim_expect_number(info, report, claim, claim_is_sendfile, crossings_per_round,
			    SENDFILE_CROSSINGS);
}
