/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of rule/ share and nobody else needs. */
#ifndef ZC_RULE_INTERNAL_H
#define ZC_RULE_INTERNAL_H

#include "rule.h"

/* A quantity that is no metric: computed of a scenario (rule_quantity.c). */
struct rule_quantity {
	const char *name;
	bool takes_name;		/* "calls:sendfile" */
	struct rule_value (*of)(const struct rule_context *context,
				const struct report_scenario *scenario,
				const struct rule_node *term);
	unsigned int subjects;		/* enum claim_subject */
	const char *evidence;
	bool has_unit;
	enum metric_unit unit;
};

/* The one of that name, of so many bytes; NULL = there is none. */
const struct rule_quantity *rule_quantity_find(const char *name, size_t length);

/* A term's value; scenario NULL = none fits. */
struct rule_value rule_term_value(const struct rule_context *context, const struct rule *rule,
				  const struct rule_case *at, const struct rule_node *term);

/* The report that a "FILE:" names; NULL = there is none of that name. */
const struct rule_evidence *rule_find_evidence(const struct rule_evidence *evidence, size_t count,
					       const char *file);

/* One word behind a scenario's id; false: it is none. */
bool rule_word_aspect(const char *word, unsigned int *aspect);

/* Which of two says less; NULL says nothing. */
const char *rule_weaker_evidence(const char *a, const char *b);

#endif
