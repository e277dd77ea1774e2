// SPDX-License-Identifier: GPL-2.0
/* Tries a claim's rule in every case, and finds what tells the cases that hold from the others: see
 * verdict_cases.h. */
#include "verdict_cases.h"

#include <string.h>

#include "pick.h"
#include "texts.h"
#include "words.h"

static const struct condition_words conditions[] = {
	{ "warm", "the file is in the page cache", "warm", "cold", "--cold" },
	{ "cold", "the file is not in the page cache", "cold", "warm", "--warm" },
	{ "gather", "the device can gather", "with gathering", "without gathering",
	  "--link veth-nosg" },
	{ "no-gather", "the device cannot gather", "without gathering", "with gathering",
	  "--link veth" },
	{ "limited", "the link's rate is limited", "limited", "unlimited", "leaving out --rate" },
	{ "unlimited", "the link's rate is not limited", "unlimited", "limited", "--rate 1Gbit" },
	{ "chunk", "the file is sent while it is read", "piece by piece", "the whole file",
	  "leaving out --chunk" },
	{ "whole", "the whole file is read first", "the whole file", "piece by piece",
	  "--chunk 64K" },
	{ "lo", "the link is loopback", "lo", "another link", "--link veth" },
	{ "device", "the link is a real device", "a device", "no device", "--link lo" },
};

enum { CONDITIONS = sizeof(conditions) / sizeof(conditions[0]) };

/* --- trying --- */

static bool under_own_conditions(const struct article *article,
				 const struct report_scenario *scenario)
{
	const char *cache = article->cache ? article->cache : "warm";
	const char *link = article->link ? article->link : "lo";

	return text_is(scenario->cache, cache) && text_is(scenario->link, link);
}

static bool is_main(const struct article *article, const struct rule *rule,
		    const struct rule_case *at)
{
	for (size_t i = 0; i < rule->selector_count; i++) {
		if (!at->bound[i] || !under_own_conditions(article, at->bound[i]))
			return false;
	}
	return true;
}

/* Its number: that of an expression of its own is taken of the same scenarios. */
static struct rule_value number_of(const struct article_claim *claim,
				   const struct rule_context *context, const struct tried *tried)
{
	const struct rule *number = claim->number;
	struct rule_case at;
	struct rule_value value;

	if (!number)
		return tried->answer.shown;
	at = rule_bind_again(number, &tried->at);
	value = rule_value(context, number, &at, number->checks[0].left);
	/* A part of it may refute the claim, though the whole is not known. */
	if (value.why)
		return tried->answer.shown;
	value.text = tried->answer.shown.text;
	return value;
}

/* Where the condition of the claim is not met, its rule may fail; what holds instead must. */
static void try_otherwise(const struct article_claim *claim, const struct rule_context *context,
			  const struct tried_list *list, struct tried *tried)
{
	struct rule_answer answer;
	struct rule_case at;

	if (!claim->otherwise || tried->answer.truth != RULE_FALSE ||
	    verdict_case_fits(list, tried, &claim->only_if_words))
		return;
	at = rule_bind_again(claim->otherwise, &tried->at);
	answer = rule_answer(context, claim->otherwise, &at);
	if (answer.truth == RULE_UNKNOWN)
		tried->answer = answer;
	tried->refutes = answer.truth == RULE_FALSE;
}

static void count_truth(struct tried_list *list, enum rule_truth truth)
{
	list->holds += truth == RULE_TRUE;
	list->fails += truth == RULE_FALSE;
	list->alike += truth == RULE_ALIKE;
}

static bool differs(__u64 value, __u64 own, __u64 usual)
{
	return value && value != (own ? own : usual);
}

/* Whether a scenario was run for somebody else: with another size than the article's, where the
 * selector leaves that open. */
static bool is_foreign(const struct article *article, const struct rule_selector *selector,
		       const struct report_scenario *scenario)
{
	const char *receiver = article->receiver ? article->receiver : "recv";

	return (!(selector->aspects & ASPECT_CHUNK) &&
		differs(scenario->chunk_bytes, article->chunk_bytes, ARTICLE_DEFAULT_CHUNK)) ||
	       (!(selector->aspects & ASPECT_PAYLOAD) &&
		differs(scenario->payload_bytes, article->bytes, ARTICLE_DEFAULT_SIZE)) ||
	       (!(selector->aspects & ASPECT_RECEIVER) && scenario->receiver &&
		!text_is(scenario->receiver, receiver));
}

static bool is_own(const struct article *article, const struct rule *rule,
		   const struct rule_case *at)
{
	for (size_t i = 0; i < rule->selector_count; i++) {
		if (at->bound[i] && is_foreign(article, &rule->selectors[i], at->bound[i]))
			return false;
	}
	return true;
}

/* The article's own cases, if there are any: other articles may have asked for others. */
static size_t keep_own(const struct article *article, const struct rule *rule,
		       struct rule_case *cases, size_t count)
{
	size_t own = 0;

	for (size_t i = 0; i < count; i++) {
		if (is_own(article, rule, &cases[i]))
			cases[own++] = cases[i];
	}
	return own ? own : count;
}

struct tried_list verdict_try(const struct article *article, const struct article_claim *claim,
			      bool variant, const struct rule_context *context,
			      struct report *report)
{
	const struct rule *rule = variant ? claim->variant : claim->rule;
	struct tried_list list = { .scenarios = rule->selector_count };
	struct rule_case *cases;
	size_t count = rule_cases(rule, report, &cases);

	count = keep_own(article, rule, cases, count);
	list.by_noise = rule->checks[0].relation >= RELATION_ABOVE &&
			rule->checks[0].relation <= RELATION_UNLIKE;
	list.at = report_alloc(report, (count + 1) * sizeof(*list.at));
	for (int main = 1; main >= 0; main--) {
		for (size_t i = 0; i < count; i++) {
			struct tried *tried = &list.at[list.count];

			if (is_main(article, rule, &cases[i]) != main)
				continue;
			*tried = (struct tried){ .at = cases[i], .main = main };
			tried->answer = rule_answer(context, rule, &cases[i]);
			try_otherwise(claim, context, &list, tried);
			tried->number = number_of(claim, context, tried);
			count_truth(&list, tried->answer.truth);
			list.refutes += tried->refutes;
			list.count++;
		}
	}
	return list;
}

/* --- what tells them apart --- */

bool verdict_case_fits(const struct tried_list *list, const struct tried *tried,
		       const struct rule_selector *selector)
{
	for (size_t i = 0; i < list->scenarios; i++) {
		if (!tried->at.bound[i] || !rule_fits(selector, tried->at.bound[i]))
			return false;
	}
	return list->scenarios > 0;
}

const struct condition_words *verdict_words(const char *selector_words)
{
	for (size_t i = 0; i < CONDITIONS; i++) {
		if (!strcmp(conditions[i].word, selector_words))
			return &conditions[i];
	}
	return NULL;
}

/* Every case that holds fits the words, and no other that is known does. */
static bool separates(const struct tried_list *list, const struct rule_selector *selector)
{
	for (size_t i = 0; i < list->count; i++) {
		const enum rule_truth truth = list->at[i].answer.truth;

		if (truth != RULE_UNKNOWN &&
		    verdict_case_fits(list, &list->at[i], selector) != (truth == RULE_TRUE))
			return false;
	}
	return true;
}

/* The smallest and the largest number of a kind among the cases that hold, or the others. */
struct range {
	__u64 low, high;
};

typedef __u64 size_fn(const struct tried_list *list, const struct tried *tried);

/* 0 = the case has none. */
static __u64 chunk_of(const struct tried_list *list, const struct tried *tried)
{
	for (size_t i = 0; i < list->scenarios; i++) {
		if (tried->at.bound[i] && tried->at.bound[i]->chunk_bytes)
			return tried->at.bound[i]->chunk_bytes;
	}
	return 0;
}

static __u64 payload_of(const struct tried_list *list, const struct tried *tried)
{
	return tried->at.bound[0] ? tried->at.bound[0]->payload_bytes : 0;
}

static struct range range_of(const struct tried_list *list, size_fn *size, bool holds)
{
	struct range range = { .low = ~0ULL };

	for (size_t i = 0; i < list->count; i++) {
		const enum rule_truth truth = list->at[i].answer.truth;
		const __u64 value = size(list, &list->at[i]);

		if (truth == RULE_UNKNOWN || (truth == RULE_TRUE) != holds)
			continue;
		if (value < range.low)
			range.low = value;
		if (value > range.high)
			range.high = value;
	}
	return range;
}

/* From some size on, or up to one. */
static const char *threshold(const struct tried_list *list, struct report *report, size_fn *size,
			     const char *what)
{
	const struct range yes = range_of(list, size, true), no = range_of(list, size, false);

	if (!yes.low || !no.low)
		return NULL;
	if (yes.low > no.high)
		return report_format(report, "the %s is %s or more", what,
				     words_chunk(report, yes.low));
	if (yes.high < no.low)
		return report_format(report, "the %s is %s or less", what,
				     words_chunk(report, yes.high));
	return NULL;
}

bool verdict_separate(const struct tried_list *list, struct report *report, const char **sentence,
		      const struct condition_words **words)
{
	for (size_t i = 0; i < CONDITIONS; i++) {
		const struct rule_selector selector = { .words = { conditions[i].word },
							.word_count = 1 };

		if (separates(list, &selector)) {
			*sentence = conditions[i].sentence;
			*words = &conditions[i];
			return true;
		}
	}
	*words = NULL;
	*sentence = threshold(list, report, chunk_of, "chunk");
	if (!*sentence)
		*sentence = threshold(list, report, payload_of, "file");
	return *sentence;
}

/* --- for people --- */

/* What the condition is about, of one case: the state of the page cache, the link, … */
static const char *short_label(struct report *report, const struct report_scenario *scenario,
			       const struct condition_words *words)
{
	unsigned int aspect = strstr("warm cold", words->word) ? ASPECT_CACHE :
			      strstr("no-gather lo device", words->word) ? ASPECT_LINK :
			      strstr("unlimited", words->word) ? ASPECT_RATE : ASPECT_VARIANT;
	const char *text = aspect == ASPECT_CACHE ? scenario->cache :
			   aspect == ASPECT_LINK ? scenario->link : NULL;

	if (aspect == ASPECT_VARIANT)
		return pick_label(report, scenario);
	return text ? text : pick_condition(report, scenario);
}

static const char *label(const struct tried_list *list, struct report *report,
			 const struct tried *tried, const struct condition_words *words)
{
	const struct report_scenario *first = tried->at.bound[0];

	if (!first)
		return "here";
	if (words && !list->by_noise)
		return short_label(report, first, words);
	if (list->scenarios == 1 || !tried->at.bound[1] || !pick_same_condition(first,
										tried->at.bound[1]))
		return report_format(report, "%s, %s", pick_label(report, first),
				     pick_condition(report, first));
	return pick_condition(report, first);
}

const char *verdict_side(const struct tried_list *list, struct report *report, bool holds,
			 const struct condition_words *words)
{
	const char *separator = list->by_noise ? "; " : ", ", *all = NULL;

	for (size_t i = 0; i < list->count; i++) {
		const struct tried *tried = &list->at[i];
		const enum rule_truth truth = tried->answer.truth;
		const char *text;

		if (truth == RULE_UNKNOWN || (truth == RULE_TRUE) != holds)
			continue;
		text = report_format(report, "%s: %s%s", label(list, report, tried, words),
				     rule_value_text(report, &tried->number),
				     truth == RULE_ALIKE ? ", within the noise" : "");
		if (!all)
			all = text;
		else if (!strstr(all, text))
			all = report_format(report, "%s%s%s", all, separator, text);
	}
	return all;
}
