/* SPDX-License-Identifier: GPL-2.0 */
/* What was found, in plain sentences, and advice on how far to trust it: all from the report's own
 * numbers. Called once, after the claims were decided. */
#ifndef ZC_SUMMARY_H
#define ZC_SUMMARY_H

#include "article.h"

/* Fills report->sentences (the headline first) and report->warnings; 0. A sentence whose numbers
 * were not measured is left out. */
int summary_write(struct report *report);

/* The same for `zctrace check`: how many claims hold, and the times that the articles print beside
 * those of here. */
void summary_write_articles(struct report *report, const struct article_list *articles);

#endif
