// SPDX-License-Identifier: GPL-2.0
/* The claims of articles, each decided once, and --expect: see claims.h. */
#include "claims.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "texts.h"
#include "verdict.h"

static const enum report_verdict verdicts[] = { VERDICT_HOLDS, VERDICT_DOES_NOT, VERDICT_HOLDS_IF,
						VERDICT_NOT_MEASURED };

#define VERDICT_COUNT (sizeof(verdicts) / sizeof(verdicts[0]))

struct article_list claims_documents(void)
{
	return (struct article_list){ { library_find("doc1"), library_find("doc2") }, 2 };
}

/* --- deciding --- */

/* A claim that the report already has, of another article. */
static struct report_claim *find_decided(struct report *report, const struct article_claim *claim)
{
	for (size_t i = 0; i < report->claim_count; i++) {
		if (text_is(report->claims[i].id, claim->id))
			return &report->claims[i];
	}
	return NULL;
}

static bool has_word(const char *list, const char *word)
{
	const char *at = strstr(list, word);

	return at && (at == list || at[-1] == ' ') &&
	       (at[strlen(word)] == ',' || !at[strlen(word)]);
}

static const char *add_word(struct report *report, const char *list, const char *word)
{
	return has_word(list, word) ? list : report_format(report, "%s, %s", list, word);
}

static void decide(const struct article *article, const struct article_claim *rule,
		   struct report *report, const char *id)
{
	struct report_claim *claim = &report->claims[report->claim_count++];

	*claim = (struct report_claim){
		.id = report_text(report, id), .text = rule->title, .source = article->name,
		.documents = rule->says, .unit = rule->unit, .rule = rule->rule_text,
	};
	verdict_decide(article, rule, report, claim);
}

/* Two articles mean different things by one id: the second is told by its name. */
static void add_claim(const struct article *article, const struct article_claim *rule,
		      struct report *report)
{
	struct report_claim *before = find_decided(report, rule);

	if (!before) {
		decide(article, rule, report, rule->id);
	} else if (strcmp(before->rule, rule->rule_text) != 0) {
		decide(article, rule, report,
		       report_format(report, "%s.%s", article->name, rule->id));
	} else {
		before->source = add_word(report, before->source, article->name);
		before->documents = add_word(report, before->documents, rule->says);
	}
}

void claims_decide_articles(struct report *report, const struct article_list *articles)
{
	size_t room = 0;

	for (size_t i = 0; i < articles->count; i++)
		room += articles->at[i]->claim_count;
	report->claims = report_alloc(report, room * sizeof(*report->claims));
	report->claim_count = 0;
	for (size_t i = 0; i < articles->count; i++) {
		for (size_t k = 0; k < articles->at[i]->claim_count; k++)
			add_claim(articles->at[i], &articles->at[i]->claims[k], report);
	}
	/* What schema 1 calls both. */
	for (size_t i = 0; i < report->claim_count; i++) {
		if (text_is(report->claims[i].source, "doc1, doc2"))
			report->claims[i].source = "both";
	}
}

void claims_decide(struct report *report)
{
	const struct article_list documents = claims_documents();

	claims_decide_articles(report, &documents);
}

/* --- --expect --- */

/* Equal, where the text may have hyphens for spaces. */
static bool spells(const char *text, const char *verdict)
{
	for (; *text && *verdict; text++, verdict++)
		if (*text != *verdict && !(*text == '-' && *verdict == ' '))
			return false;
	return *text == *verdict;
}

static int parse_verdict(const char *text, enum report_verdict *verdict)
{
	for (size_t i = 0; i < VERDICT_COUNT; i++) {
		if (spells(text, report_verdict_text(verdicts[i]))) {
			*verdict = verdicts[i];
			return 0;
		}
	}
	return -EINVAL;
}

/* Among the first so many. */
static bool has_claim(const struct article_list *articles, size_t count, const char *id)
{
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < articles->at[i]->claim_count; k++) {
			if (!strcmp(articles->at[i]->claims[k].id, id))
				return true;
		}
	}
	return false;
}

/* Appends to a text that is cut where its buffer ends. */
static void append(char *buf, size_t size, const char *separator, const char *text)
{
	const size_t used = strlen(buf);

	snprintf(buf + used, size - used, "%s%s", separator, text);
}

static int unknown_claim(const struct article_list *articles, const char *id, char *error,
			 size_t size)
{
	const char *separator = " ";

	snprintf(error, size, "no claim \"%s\"; there are", id);
	for (size_t i = 0; i < articles->count; i++) {
		for (size_t k = 0; k < articles->at[i]->claim_count; k++) {
			const char *known = articles->at[i]->claims[k].id;

			if (has_claim(articles, i, known))
				continue;
			append(error, size, separator, known);
			separator = ", ";
		}
	}
	return -EINVAL;
}

static int unknown_verdict(const char *text, char *error, size_t size)
{
	snprintf(error, size, "no verdict \"%s\"; write CLAIM=VERDICT with one of", text);
	for (size_t i = 0; i < VERDICT_COUNT; i++) {
		char name[32];

		snprintf(name, sizeof(name), "%s", report_verdict_text(verdicts[i]));
		for (char *at = name; *at; at++)
			if (*at == ' ')
				*at = '-';
		append(error, size, i ? ", " : " ", name);
	}
	return -EINVAL;
}

static int compare_verdict(const struct report *report, const char *id,
			   enum report_verdict expected, char *error, size_t size)
{
	for (size_t i = 0; i < report->claim_count; i++) {
		const struct report_claim *claim = &report->claims[i];
		const char *detail = claim->why ? claim->why :
				     claim->condition ? claim->condition : claim->note;

		if (!claim->id || strcmp(claim->id, id) != 0)
			continue;
		if (claim->verdict == expected)
			return 0;
		snprintf(error, size, "%s: expected \"%s\", found \"%s\" (measured %s%s%s)",
			 id, report_verdict_text(expected),
			 report_verdict_text(claim->verdict),
			 claim->measured_text ? claim->measured_text : "—", detail ? ": " : "",
			 detail ? detail : "");
		return 1;
	}
	snprintf(error, size, "%s: expected \"%s\", but this report does not decide it", id,
		 report_verdict_text(expected));
	return 1;
}

int claims_expect(const struct report *report, const struct article_list *articles,
		  const char *spec, char *error, size_t error_size)
{
	const char *equals = strchr(spec, '=');
	enum report_verdict expected;
	char id[80];

	snprintf(id, sizeof(id), "%.*s", equals ? (int)(equals - spec) : (int)strlen(spec), spec);
	if (!has_claim(articles, articles->count, id))
		return unknown_claim(articles, id, error, error_size);
	if (!equals || parse_verdict(equals + 1, &expected))
		return unknown_verdict(equals ? equals + 1 : "", error, error_size);
	return report ? compare_verdict(report, id, expected, error, error_size) : 0;
}
