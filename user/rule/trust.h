/* SPDX-License-Identifier: GPL-2.0 */
/* Whether a number may be used for a verdict: events were lost, a witness disagrees, pages are of
 * unknown origin. */
#ifndef ZC_TRUST_H
#define ZC_TRUST_H

#include "report.h"

/* Counts and bytes come from different moments of a run: 1 % lets a partial send pass. */
#define TRUST_TOLERANCE_PERCENT 1

/* Why no number of the scenario on these subjects (enum claim_subject) may be used, without a name
 * of the scenario before it; NULL = it may be used. */
const char *trust_doubt(struct report *texts, const struct report_scenario *scenario,
			unsigned int subjects);

/* "copy (64 KiB), warm, lo: reason" */
const char *trust_about(struct report *texts, const struct report_scenario *scenario,
			const char *reason);

#endif
