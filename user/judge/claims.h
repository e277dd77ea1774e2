/* SPDX-License-Identifier: GPL-2.0 */
/* The claims of articles, decided by a report. Claims know nothing of processes or BPF: they read a
 * report's scenarios. Called by measure_command.c, check, list and --expect. */
#ifndef ZC_CLAIMS_H
#define ZC_CLAIMS_H

#include <stddef.h>

#include "article.h"

/* The two articles that compare decides. */
struct article_list claims_documents(void);

/* Fills report->claims from report->scenarios: every claim of the articles, one that several make
 * with the same rule once. The articles must live as long as the report. */
void claims_decide_articles(struct report *report, const struct article_list *articles);
/* The same of the two documents. */
void claims_decide(struct report *report);

/*
 * Does --expect CLAIM=VERDICT hold? The verdict is spelled as in the JSON, spaces may be hyphens.
 * 0: it does. 1: it does not, error says what was found instead. -EINVAL: no such claim in the
 * articles, or no such verdict; error names those there are. With report NULL only the spelling is
 * checked.
 */
int claims_expect(const struct report *report, const struct article_list *articles,
		  const char *spec, char *error, size_t error_size);

#endif
