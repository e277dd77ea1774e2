/* SPDX-License-Identifier: GPL-2.0 */
/* Decides a fixture's claims and compares one with what is expected.
 * Included by test_claims*.c, after cmocka.h. */
#ifndef ZC_CLAIMS_FIXTURE_H
#define ZC_CLAIMS_FIXTURE_H

#include "intervals.h"
#include "claims.h"
#include "report_fixture.h"

/* --expect of the two documents' claims. */
static inline int expect_claim(const struct report *report, const char *spec, char *error,
			       size_t size)
{
	const struct article_list documents = claims_documents();

	return claims_expect(report, &documents, spec, error, size);
}

static inline const struct report_claim *claim_of(struct report *report, const char *id)
{
	claims_decide(report);
	for (size_t i = 0; i < report->claim_count; i++)
		if (strcmp(report->claims[i].id, id) == 0)
			return &report->claims[i];
	fail_msg("no claim %s", id);
	return NULL;
}

static inline void expect_verdict(struct report *report, const char *id,
				  enum report_verdict verdict, const char *measured_text)
{
	const struct report_claim *claim = claim_of(report, id);

	if (claim->verdict != verdict)
		fail_msg("%s: %s (%s), expected %s", id, report_verdict_text(claim->verdict),
			 claim->why ? claim->why : "", report_verdict_text(verdict));
	assert_string_equal(without_intervals(claim->measured_text), measured_text);
}

static inline void expect_not_measured(struct report *report, const char *id, const char *part)
{
	const struct report_claim *claim = claim_of(report, id);

	if (claim->verdict != VERDICT_NOT_MEASURED)
		fail_msg("%s: %s, expected not measured", id, report_verdict_text(claim->verdict));
	if (!strstr(without_intervals(claim->why), part))
		fail_msg("%s: \"%s\" lacks \"%s\"", id, claim->why, part);
}

static inline void expect_note(struct report *report, const char *id, const char *part)
{
	const struct report_claim *claim = claim_of(report, id);

	if (!claim->note || !strstr(without_intervals(claim->note), part))
		fail_msg("%s: the note \"%s\" lacks \"%s\"", id, claim->note ? claim->note : "",
			 part);
}

#endif
