// SPDX-License-Identifier: GPL-2.0
/* Which scenarios a rule is about: the words behind an id, and the groups of scenarios that can be
 * set against each other. */
#include <string.h>

#include "pick.h"
#include "rule_internal.h"
#include "size.h"
#include "texts.h"
#include "trust.h"

/* Of all bytes, those in memory that the CPU copied into. The file's own pages are not, neither
 * those that were cut from it meanwhile nor the zero page of its holes. */
double rule_copied_part(const __u64 bytes[REPORT_ORIGINS])
{
	const __u64 copied = bytes[ORIGIN_PRIVATE] + bytes[ORIGIN_ANON] + bytes[ORIGIN_UNKNOWN];
	const __u64 in_place = bytes[ORIGIN_FILE] + bytes[ORIGIN_TRUNCATED] + bytes[ORIGIN_ZERO];

	return copied == 0 ? 0 : (double)copied / (double)(copied + in_place);
}

bool rule_gather_off(const struct report_scenario *scenario)
{
	return text_is(scenario->link, "veth-nosg") || text_is(scenario->link, "device-nosg");
}

bool rule_gathers(const struct report_scenario *scenario)
{
	const struct report_leg *leg = &scenario->legs[LEG_USER_SOCKET];

	if (rule_gather_off(scenario))
		return false;
	if (text_is(scenario->link, "lo") || text_is(scenario->link, "veth"))
		return true;
	/* It gathers unless pages of the file that were queued for it left as copies. */
	return !leg->has_queue ||
	       !rule_within_percent(rule_copied_part(leg->at_queue), 0, TRUST_TOLERANCE_PERCENT) ||
	       !rule_within_percent(rule_copied_part(leg->at_xmit), 1, TRUST_TOLERANCE_PERCENT);
}

/* --- words --- */

/* ">=64K" and its like: how value stands to the size; false: the text is no such comparison. */
static bool compare_size(const char *text, __u64 value, bool *fits)
{
	const bool more = *text == '>', less = *text == '<';
	const char *number = text + (more || less);
	const bool equal = *number == '=' || !(more || less);
	__u64 size;

	number += *number == '=';
	if (size_parse(number, &size))
		return false;
	*fits = (more && value > size) || (less && value < size) || (equal && value == size);
	return true;
}

static bool is_one_of(const char *word, const char *const *names)
{
	for (; *names; names++) {
		if (!strcmp(word, *names))
			return true;
	}
	return false;
}

bool rule_word_aspect(const char *word, unsigned int *aspect)
{
	static const char *const variants[] = { "whole", "chunk", "prefault", NULL };
	static const char *const caches[] = { "warm", "cold", NULL };
	static const char *const links[] = { "lo", "veth", "veth-nosg", "remote", "gather",
					     "no-gather", "device", NULL };
	static const char *const receivers[] = { "recv", "discard", "splice", "zerocopy", NULL };
	static const char *const rates[] = { "limited", "unlimited", NULL };
	bool fits;

	*aspect = is_one_of(word, variants) ? ASPECT_VARIANT :
		  is_one_of(word, caches) ? ASPECT_CACHE :
		  is_one_of(word, links) ? ASPECT_LINK :
		  is_one_of(word, rates) ? ASPECT_RATE :
		  is_one_of(word, receivers) ? ASPECT_RECEIVER :
		  text_begins(word, "file") && compare_size(word + strlen("file"), 0, &fits) ?
		  ASPECT_PAYLOAD :
		  compare_size(word, 0, &fits) ? ASPECT_CHUNK : 0;
	return *aspect != 0;
}

static bool word_fits(const char *word, const struct report_scenario *scenario)
{
	bool fits;

	if (!strcmp(word, "gather") || !strcmp(word, "no-gather"))
		return rule_gathers(scenario) == (*word == 'g');
	if (!strcmp(word, "device"))
		return !scenario->legs[LEG_SOCKET_DEVICE].bytes.why;
	if (!strcmp(word, "limited") || !strcmp(word, "unlimited"))
		return (scenario->rate_bits != 0) == (*word == 'l');
	if (text_is(scenario->variant, word) || text_is(scenario->cache, word) ||
	    text_is(scenario->link, word) ||
	    text_is(scenario->receiver ? scenario->receiver : "recv", word))
		return true;
	if (text_begins(word, "file") &&
	    compare_size(word + strlen("file"), scenario->payload_bytes, &fits))
		return fits;
	/* The whole file is no chunk of any size. */
	return scenario->chunk_bytes && compare_size(word, scenario->chunk_bytes, &fits) && fits;
}

bool rule_fits(const struct rule_selector *selector, const struct report_scenario *scenario)
{
	for (size_t i = 0; i < selector->word_count; i++) {
		if (!word_fits(selector->words[i], scenario))
			return false;
	}
	return true;
}

static bool is_meant(const struct rule_selector *selector, const struct report_scenario *scenario)
{
	return text_is(scenario->id, selector->id) && rule_fits(selector, scenario);
}

/* --- the first that fits --- */

const struct rule_evidence *rule_find_evidence(const struct rule_evidence *evidence, size_t count,
					       const char *file)
{
	const size_t length = file ? strlen(file) : 0;

	for (size_t i = 0; i < count; i++) {
		if (!file || (evidence[i].file && !strncmp(evidence[i].file, file, length) &&
			      !strcmp(evidence[i].file + length, ".json")))
			return &evidence[i];
	}
	return NULL;
}

struct rule_case rule_bind_first(const struct rule *rule, const struct rule_evidence *evidence,
				 size_t count)
{
	struct rule_case found = { { NULL } };

	for (size_t s = 0; s < rule->selector_count; s++) {
		const struct rule_selector *selector = &rule->selectors[s];
		const struct rule_evidence *from =
			rule_find_evidence(evidence, count, selector->file);
		const struct report *report = from ? from->report : NULL;

		for (size_t i = 0; report && i < report->scenario_count && !found.bound[s]; i++) {
			if (is_meant(selector, &report->scenarios[i]))
				found.bound[s] = &report->scenarios[i];
		}
	}
	return found;
}

/* --- every group that fits --- */

static bool agree_but(unsigned int free, const struct report_scenario *a,
		      const struct report_scenario *b)
{
	if (!(free & ASPECT_CACHE) && !same_text(a->cache, b->cache))
		return false;
	if (!(free & ASPECT_LINK) && !same_text(a->link, b->link))
		return false;
	if (!(free & ASPECT_RATE) && a->rate_bits != b->rate_bits)
		return false;
	if (!(free & ASPECT_RECEIVER) && !same_text(a->receiver, b->receiver))
		return false;
	if (!(free & ASPECT_PAYLOAD) && a->payload_bytes != b->payload_bytes)
		return false;
	/* What moves the whole file at once goes with chunks of any size. */
	return (free & ASPECT_CHUNK) || !a->chunk_bytes || !b->chunk_bytes ||
	       a->chunk_bytes == b->chunk_bytes;
}

struct search {
	const struct rule *rule;
	struct report *report;
	struct rule_case *cases;
	size_t count, room;
	struct rule_case next;
};

static bool has_word(const struct rule_selector *selector, const char *word)
{
	for (size_t i = 0; i < selector->word_count; i++) {
		if (!strcmp(selector->words[i], word))
			return true;
	}
	return false;
}

/* Aspects in which the two are meant to differ: those of words that only one of them has. */
static unsigned int freed(const struct rule_selector *a, const struct rule_selector *b)
{
	unsigned int free = 0, aspect;

	for (size_t i = 0; i < a->word_count; i++) {
		if (!has_word(b, a->words[i]) && rule_word_aspect(a->words[i], &aspect))
			free |= aspect;
	}
	return free;
}

/* scenario goes with those bound before it. */
static bool goes_with(const struct search *search, size_t selector,
		      const struct report_scenario *scenario)
{
	const struct rule_selector *own = &search->rule->selectors[selector];

	for (size_t s = 0; s < selector; s++) {
		const struct rule_selector *other = &search->rule->selectors[s];

		if (search->next.bound[s] &&
		    !agree_but(freed(own, other) | freed(other, own), search->next.bound[s],
			       scenario))
			return false;
	}
	return true;
}

static void keep_case(struct search *search)
{
	if (search->count == search->room) {
		struct rule_case *more;

		search->room = search->room ? 2 * search->room : 16;
		more = report_alloc(search->report, search->room * sizeof(*more));
		if (search->count)
			memcpy(more, search->cases, search->count * sizeof(*more));
		search->cases = more;
	}
	search->cases[search->count++] = search->next;
}

static bool any_fits(const struct search *search, const struct rule_selector *selector)
{
	for (size_t i = 0; i < search->report->scenario_count; i++) {
		if (is_meant(selector, &search->report->scenarios[i]))
			return true;
	}
	return false;
}

static void bind_from(struct search *search, size_t selector)
{
	enum { MOST_CASES = 4096 };

	if (selector == search->rule->selector_count) {
		keep_case(search);
		return;
	}
	if (!any_fits(search, &search->rule->selectors[selector])) {
		search->next.bound[selector] = NULL;
		bind_from(search, selector + 1);
		return;
	}
	for (size_t i = 0; i < search->report->scenario_count && search->count < MOST_CASES; i++) {
		const struct report_scenario *scenario = &search->report->scenarios[i];

		if (!is_meant(&search->rule->selectors[selector], scenario) ||
		    !goes_with(search, selector, scenario))
			continue;
		search->next.bound[selector] = scenario;
		bind_from(search, selector + 1);
	}
}

struct rule_case rule_bind_again(const struct rule *rule, const struct rule_case *at)
{
	struct rule_case found = { { NULL } };

	for (size_t s = 0; s < rule->selector_count; s++) {
		for (size_t i = 0; i < RULE_SELECTORS && !found.bound[s]; i++) {
			if (at->bound[i] && is_meant(&rule->selectors[s], at->bound[i]))
				found.bound[s] = at->bound[i];
		}
	}
	return found;
}

size_t rule_cases(const struct rule *rule, struct report *report, struct rule_case **cases)
{
	struct search search = { .rule = rule, .report = report };

	bind_from(&search, 0);
	*cases = search.cases;
	return search.count;
}
