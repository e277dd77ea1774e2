/* SPDX-License-Identifier: GPL-2.0 */
/* What has to be run for the claims of articles: every scenario that a rule names, under every
 * condition that it asks for, once for all claims. */
#ifndef ZC_CHECK_PLAN_H
#define ZC_CHECK_PLAN_H

#include "article.h"
#include "measure_options.h"

/* Fills the plan's variants, conditions and what is wanted of them; --size, --runs and --to stand
 * above what the articles say. To be ended with check_plan_free(). 0, or -E2BIG with a sentence in
 * error. */
int check_plan(struct measure_options *options, const struct article_list *articles, char *error,
	       size_t size);
void check_plan_free(struct measure_options *options);

#endif
