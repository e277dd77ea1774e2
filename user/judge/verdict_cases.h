/* SPDX-License-Identifier: GPL-2.0 */
/* The cases of a claim, each with its answer, and what tells those that hold from the others.
 * Only for verdict*.c. */
#ifndef ZC_VERDICT_CASES_H
#define ZC_VERDICT_CASES_H

#include "article.h"

/* A rule tried on one group of scenarios. */
struct tried {
	struct rule_case at;
	struct rule_answer answer;
	struct rule_value number;	/* what is shown of it */
	bool refutes;			/* it fails even where the claim's condition is not met */
	bool main;			/* under the article's own conditions */
};

struct tried_list {
	struct tried *at;		/* those under the article's own conditions first */
	size_t count;
	size_t scenarios;		/* bound in each */
	size_t holds, fails, alike;	/* how many; the others are not known */
	size_t refutes;
	bool by_noise;			/* what is compared are times, by their noise */
};

/* A condition that scenarios may have, and how it is spoken of. */
struct condition_words {
	const char *word;		/* in a selector */
	const char *sentence;		/* "the file is not in the page cache" */
	const char *name;		/* "cold" */
	const char *other;		/* "warm": the other side */
	const char *option;		/* "--warm": what measures the other side */
};

/* The claim's rule; or, with variant, its other one. */
struct tried_list verdict_try(const struct article *article, const struct article_claim *claim,
			      bool variant, const struct rule_context *context,
			      struct report *report);

/* All scenarios of the case fit the selector: a pair with a whole file in it is not one of chunks.
 * */
bool verdict_case_fits(const struct tried_list *list, const struct tried *tried,
		       const struct rule_selector *selector);

/* The words of a condition that selectors name; NULL = of none that is known. */
const struct condition_words *verdict_words(const char *selector_words);

/* What tells the cases that hold from the others; false = nothing that is known does. The sentence
 * belongs to the report; *words is NULL where a threshold or a link does it. */
bool verdict_separate(const struct tried_list *list, struct report *report, const char **sentence,
		      const struct condition_words **words);

/* "cold: 2.00", or "warm, lo: 3.44×; warm, veth: 3.1×": the cases of that truth (RULE_FALSE: those
 * that are alike, too), each text once; NULL = there are none. words NULL = the whole condition. */
const char *verdict_side(const struct tried_list *list, struct report *report, bool holds,
			 const struct condition_words *words);

#endif
