// SPDX-License-Identifier: GPL-2.0
/* Makes the plan of `zctrace check`: see check_plan.h. */
#include "check_plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "exits.h"
#include "size.h"
#include "texts.h"

enum {
	MOST_VARIANTS = 64,
	MOST_CONDITIONS = MEASURE_MAX_CONDITIONS,
	DEFAULT_REPEATS = 5,
	SIZES = 3,		/* that stand for ">=64K": it, and two more */
	FACTOR = 4,		/* from one to the next */
};

#define DEFAULT_RATE 1000000000ULL

struct planning {
	struct measure_options *options;
	bool wanted[MOST_CONDITIONS][MOST_VARIANTS];
	bool too_many;
};

/* What a selector asks for, of one aspect each. */
struct asked {
	const struct article *article;
	const struct article_claim *claim;	/* NULL = it is a time that the article prints */
	const struct rule_selector *selector;
	struct condition conditions[8];
	size_t condition_count;
	struct variant variants[2 * SIZES + 3];
	size_t variant_count;
};

static bool has_word(const struct rule_selector *selector, const char *word)
{
	for (size_t i = 0; i < selector->word_count; i++) {
		if (!strcmp(selector->words[i], word))
			return true;
	}
	return false;
}

/* The condition of a claim by its nature: both sides of it are measured. */
static bool needs(const struct asked *asked, const char *word)
{
	return asked->claim && asked->claim->only_if && has_word(&asked->claim->only_if_words,
								 word);
}

/* --- sizes: "64K", ">=64K", "<4K" --- */

/* Sizes that stand for the words of a kind; the others are left alone. How many. */
static size_t sizes_of(const struct rule_selector *selector, const char *before, __u64 sizes[])
{
	size_t count = 0;

	for (size_t i = 0; i < selector->word_count; i++) {
		const char *word = selector->words[i];
		const size_t skip = strlen(before);
		bool more, less;
		__u64 size;

		if (!text_begins(word, before))
			continue;
		more = word[skip] == '>';
		less = word[skip] == '<';
		word += skip + (more || less);
		if (size_parse(word + (*word == '='), &size) || !size)
			continue;
		if ((more || less) && *word != '=')
			size = more ? size * FACTOR : size / FACTOR;
		for (int k = 0; k < (more || less ? SIZES : 1) && size && count < SIZES; k++) {
			sizes[count++] = size;
			size = more ? size * FACTOR : size / FACTOR;
		}
	}
	return count;
}

/* --- variants --- */

static void ask_variant(struct asked *asked, const struct scenario *scenario, __u64 chunk,
			bool prefault)
{
	if (asked->variant_count == sizeof(asked->variants) / sizeof(asked->variants[0]))
		return;
	asked->variants[asked->variant_count++] = (struct variant){
		.scenario = scenario, .chunk_bytes = chunk, .prefault = prefault,
	};
}

static void ask_variants(struct asked *asked)
{
	const struct rule_selector *selector = asked->selector;
	const struct scenario *scenario = scenario_find(selector->id);
	const __u64 chunk = asked->article->chunk_bytes ? asked->article->chunk_bytes :
							   ARTICLE_DEFAULT_CHUNK;
	const bool whole = has_word(selector, "whole"), prefault = has_word(selector, "prefault");
	const bool any = !whole && !prefault && !has_word(selector, "chunk");
	__u64 sizes[SIZES];
	const size_t count = sizes_of(selector, "", sizes);

	if (!scenario)
		return;
	for (size_t i = 0; i < count; i++)
		ask_variant(asked, scenario, sizes[i], false);
	if (!count && (whole || (any && scenario->whole_by_default)))
		ask_variant(asked, scenario, 0, false);
	if (!count && prefault && scenario->has_prefault)
		ask_variant(asked, scenario, 0, true);
	if (!count && !whole && !prefault)
		ask_variant(asked, scenario, chunk, false);
}

/* --- conditions --- */

static void ask_condition(struct asked *asked, struct condition condition)
{
	if (asked->condition_count < sizeof(asked->conditions) / sizeof(asked->conditions[0]))
		asked->conditions[asked->condition_count++] = condition;
}

/* Every state of the page cache that is asked for. */
static void ask_caches(struct asked *asked, struct condition condition)
{
	const bool cold = has_word(asked->selector, "cold"), warm = has_word(asked->selector,
									     "warm");

	condition.cold = cold || (!warm && text_is(asked->article->cache, "cold"));
	ask_condition(asked, condition);
	if (!cold && !warm && (needs(asked, "cold") || needs(asked, "warm"))) {
		condition.cold = !condition.cold;
		ask_condition(asked, condition);
	}
}

static void ask_sizes(struct asked *asked, struct condition condition)
{
	__u64 sizes[SIZES];
	const size_t count = sizes_of(asked->selector, "file", sizes);

	for (size_t i = 0; i < count; i++) {
		condition.bytes = sizes[i];
		ask_caches(asked, condition);
	}
	if (!count)
		ask_caches(asked, condition);
}

static void ask_link(struct asked *asked, struct condition condition, enum link_kind link)
{
	condition.link = link;
	ask_sizes(asked, condition);
}

static bool named_link(const struct rule_selector *selector, enum link_kind *link)
{
	for (size_t i = 0; i < selector->word_count; i++) {
		if (!link_parse(selector->words[i], link))
			return true;
	}
	return false;
}

static enum receiver_how receiver_of(const struct asked *asked, enum receiver_how usual)
{
	for (int i = 0; i < RECEIVER_HOWS; i++) {
		if (has_word(asked->selector, receiver_how_names[i]))
			return i;
	}
	for (int i = 0; i < RECEIVER_HOWS; i++) {
		if (text_is(asked->article->receiver, receiver_how_names[i]))
			return i;
	}
	return usual;
}

/* A device is not made for a run: --to goes through one. */
static void ask_conditions(struct asked *asked, const struct measure_options *o)
{
	const struct rule_selector *selector = asked->selector;
	const bool limited = has_word(selector, "limited");
	const __u64 rate = asked->article->rate_bits ? asked->article->rate_bits : DEFAULT_RATE;
	struct condition condition = o->condition;
	enum link_kind link = LINK_LO, no_gather;

	condition.receiver = receiver_of(asked, o->plan.receiver);
	condition.bytes = o->size_given || o->plan.file ? 0 : asked->article->bytes;
	condition.rate_bits = limited ? rate : 0;
	condition.remote = o->plan.to;
	if (has_word(selector, "remote") || has_word(selector, "device")) {
		if (o->plan.to || o->device_given)
			ask_link(asked, condition, o->plan.to ? LINK_LO : LINK_DEVICE);
		return;
	}
	if (asked->article->link)
		link_parse(asked->article->link, &link);
	if (limited && link == LINK_LO)
		link = LINK_VETH;
	if (has_word(selector, "no-gather"))
		link = LINK_VETH_NOSG;
	named_link(selector, &link);
	/* Real devices stand in the place of loopback, which has none. */
	if (o->device_given)
		link = link == LINK_VETH_NOSG ? LINK_DEVICE_NOSG : LINK_DEVICE;
	no_gather = o->device_given ? LINK_DEVICE_NOSG : LINK_VETH_NOSG;
	ask_link(asked, condition, condition.remote ? LINK_LO : link);
	if (!condition.remote && needs(asked, "no-gather") && link != no_gather)
		ask_link(asked, condition, no_gather);
}

/* --- the plan --- */

static bool same_condition(const struct condition *a, const struct condition *b)
{
	return a->cold == b->cold && a->link == b->link && a->rate_bits == b->rate_bits &&
	       a->ipv6 == b->ipv6 && a->remote == b->remote && a->receiver == b->receiver &&
	       a->bytes == b->bytes;
}

static size_t condition_number(struct planning *p, const struct condition *condition)
{
	struct measure_plan *plan = &p->options->plan;

	for (size_t i = 0; i < plan->condition_count; i++) {
		if (same_condition(&plan->conditions[i], condition))
			return i;
	}
	if (plan->condition_count == MOST_CONDITIONS) {
		p->too_many = true;
		return 0;
	}
	plan->conditions[plan->condition_count] = *condition;
	return plan->condition_count++;
}

static size_t variant_number(struct planning *p, const struct variant *variant)
{
	struct measure_plan *plan = &p->options->plan;

	for (size_t i = 0; i < plan->variant_count; i++) {
		const struct variant *known = &plan->variants[i];

		if (known->scenario == variant->scenario && known->prefault == variant->prefault &&
		    known->chunk_bytes == variant->chunk_bytes)
			return i;
	}
	if (plan->variant_count == MOST_VARIANTS) {
		p->too_many = true;
		return 0;
	}
	measure_add_variant(plan, variant->scenario, variant->chunk_bytes, variant->prefault);
	return plan->variant_count - 1;
}

static void add_selector(struct planning *p, const struct article *article,
			 const struct article_claim *claim, const struct rule_selector *selector)
{
	struct asked asked = { .article = article, .claim = claim, .selector = selector };

	ask_variants(&asked);
	ask_conditions(&asked, p->options);
	for (size_t c = 0; c < asked.condition_count; c++) {
		const size_t condition = condition_number(p, &asked.conditions[c]);

		for (size_t v = 0; v < asked.variant_count; v++)
			p->wanted[condition][variant_number(p, &asked.variants[v])] = true;
	}
}

static void add_rule(struct planning *p, const struct article *article,
		     const struct article_claim *claim, const struct rule *rule)
{
	for (size_t i = 0; rule && i < rule->selector_count; i++)
		add_selector(p, article, claim, &rule->selectors[i]);
}

/* The programs whose times the article prints. */
static void add_times(struct planning *p, const struct article *article)
{
	for (size_t i = 0; i < article->time_count; i++)
		add_rule(p, article, NULL, article->times[i].rule);
}

static void add_article(struct planning *p, const struct article *article)
{
	for (size_t i = 0; i < article->claim_count; i++) {
		const struct article_claim *claim = &article->claims[i];

		add_rule(p, article, claim, claim->rule);
		add_rule(p, article, claim, claim->variant);
	}
	add_times(p, article);
}

/* The matrix in the plan's own form. */
static void set_wanted(struct planning *p)
{
	struct measure_plan *plan = &p->options->plan;
	bool *wanted = xcalloc(plan->condition_count * plan->variant_count + 1, sizeof(*wanted));

	for (size_t c = 0; c < plan->condition_count; c++) {
		for (size_t v = 0; v < plan->variant_count; v++)
			wanted[c * plan->variant_count + v] = p->wanted[c][v];
	}
	plan->wanted = wanted;
}

/* One that all articles agree on, or the usual one. */
static unsigned int repeats_of(const struct article_list *articles)
{
	unsigned int most = 0;

	for (size_t i = 0; i < articles->count; i++) {
		if (articles->at[i]->repeats > most)
			most = articles->at[i]->repeats;
	}
	return most ? most : DEFAULT_REPEATS;
}

int check_plan(struct measure_options *options, const struct article_list *articles, char *error,
	       size_t size)
{
	struct planning *p = xcalloc(1, sizeof(*p));
	const struct measure_defaults defaults = {
		.bytes = ARTICLE_DEFAULT_SIZE, .repeats = repeats_of(articles),
	};
	int err = 0;

	p->options = options;
	measure_complete(options, &defaults);
	measure_make_room(&options->plan, MOST_VARIANTS);
	for (size_t i = 0; i < articles->count; i++)
		add_article(p, articles->at[i]);
	if (articles->count == 1)
		options->plan.as = articles->at[0]->name;
	if (p->too_many)
		err = failed(error, size, -E2BIG,
			     "more than %d conditions or %d programs are needed; check fewer articles "
			     "at once", MOST_CONDITIONS, MOST_VARIANTS);
	else if (!options->plan.condition_count || !options->plan.variant_count)
		err = failed(error, size, -ENOENT,
			     "nothing of this can be measured here; zctrace articles ARTICLE says what "
			     "would measure each claim");
	set_wanted(p);
	free(p);
	return err;
}

void check_plan_free(struct measure_options *options)
{
	free((void *)options->plan.wanted);
	free(options->plan.variants);
}
