/* SPDX-License-Identifier: GPL-2.0 */
/* How a verdict follows from a claim's rule and the scenarios of a report. Called by claims.c. */
#ifndef ZC_VERDICT_H
#define ZC_VERDICT_H

#include "article.h"

/* Decides the claim of an article: verdict, numbers and reasons of *claim, whose texts are there.
 * */
void verdict_decide(const struct article *article, const struct article_claim *rule,
		    struct report *report, struct report_claim *claim);

#endif
