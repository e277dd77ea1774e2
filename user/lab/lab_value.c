// SPDX-License-Identifier: GPL-2.0
/* Finds what a lab asks for in the reports, and judges predictions by it: see lab.h. */
#include "lab.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exits.h"
#include "size.h"
#include "texts.h"

enum { MOST_WORDS = 32, RULE_BYTES = 512 };

struct words {
	char memory[RULE_BYTES];
	char *word[MOST_WORDS];
	size_t count;
};

static int split(const char *text, struct words *words)
{
	char *rest = words->memory, *word;

	words->count = 0;
	if (strlen(text) >= sizeof(words->memory))
		return -EINVAL;
	strcpy(words->memory, text);
	while ((word = strsep(&rest, " "))) {
		if (!*word)
			continue;
		if (words->count == MOST_WORDS)
			return -EINVAL;
		words->word[words->count++] = word;
	}
	return 0;
}

#define absent(value, ...) failed((value)->why, sizeof((value)->why), 0, __VA_ARGS__)

/* --- which scenario --- */

/* One word behind the id: a variant, a condition, or the size of a chunk. */
static bool is_called(const struct report_scenario *scenario, const char *what)
{
	__u64 bytes;

	if (text_is(scenario->variant, what) || text_is(scenario->cache, what) ||
	    text_is(scenario->link, what))
		return true;
	return !size_parse(what, &bytes) && scenario->chunk_bytes == bytes;
}

static bool matches(const struct report_scenario *scenario, const char *selector)
{
	char copy[RULE_BYTES], *rest = copy, *word;

	snprintf(copy, sizeof(copy), "%s", selector);
	word = strsep(&rest, ",");
	if (!text_is(scenario->id, word))
		return false;
	while ((word = strsep(&rest, ","))) {
		if (!is_called(scenario, word))
			return false;
	}
	return true;
}

static const struct report_scenario *find_scenario(const struct report *report,
						   const char *selector)
{
	for (size_t i = 0; i < report->scenario_count; i++) {
		if (matches(&report->scenarios[i], selector))
			return &report->scenarios[i];
	}
	return NULL;
}

/* --- one term --- */

static void set_metric(struct lab_value *value, enum metric_id id, const struct metric_value *found)
{
	value->unit = metrics[id].unit;
	value->has_unit = true;
	value->number = found->ratio;
	if (found->why)
		absent(value, "%s", found->why);
	else if (!found->present)
		absent(value, "the report has no such number");
}

static int take_metric(const struct report *report, const char *selector, const char *name,
		       struct lab_value *value)
{
	const struct report_scenario *scenario = find_scenario(report, selector);
	const struct report_role *role = NULL;
	const char *at = strchr(name, '@');
	size_t length = at ? (size_t)(at - name) : strlen(name);
	struct metric_value found;

	for (int id = 0; id < METRIC_COUNT; id++) {
		if (!metrics[id].id || strncmp(metrics[id].id, name, length) ||
		    metrics[id].id[length])
			continue;
		if (!scenario)
			return absent(value, "the report has no scenario %s", selector);
		if (at)
			role = report_role(scenario, at + 1);
		if (at && !role)
			return absent(value, "the report has no %s", at + 1);
		found = metric_value(id, scenario, role);
		set_metric(value, id, &found);
		return 0;
	}
	return -EINVAL;
}

static const struct report_flow *busiest_flow(const struct report *report)
{
	const struct report_flow *busiest = NULL;

	for (size_t s = 0; s < report->scenario_count; s++) {
		const struct report_scenario *scenario = &report->scenarios[s];

		for (size_t i = 0; i < scenario->flow_count; i++) {
			if (!busiest || scenario->flows[i].bytes > busiest->bytes)
				busiest = &scenario->flows[i];
		}
	}
	return busiest;
}

static int take_flow(const struct report *report, const char *field, struct lab_value *value)
{
	const struct report_flow *flow = busiest_flow(report);
	bool copies = !strcmp(field, "copies_per_byte"), calls = !strcmp(field, "calls");

	value->is_text = !strcmp(field, "verdict");
	if (!value->is_text && !copies && !calls && strcmp(field, "bytes"))
		return -EINVAL;
	if (!flow)
		return absent(value, "the report has no flow");
	if (value->is_text)
		snprintf(value->text, sizeof(value->text), "%s", flow->verdict ? flow->verdict : "");
	else if (copies && flow->copies_per_byte.why)
		return absent(value, "%s", flow->copies_per_byte.why);
	else
		value->number = copies ? flow->copies_per_byte.value :
				calls ? (double)flow->calls : (double)flow->bytes;
	return 0;
}

static int take_claim(const struct report *report, const char *id, struct lab_value *value)
{
	value->is_text = true;
	for (size_t i = 0; i < report->claim_count; i++) {
		const struct report_claim *claim = &report->claims[i];

		if (!text_is(claim->id, id))
			continue;
		snprintf(value->text, sizeof(value->text), "%s",
			 report_verdict_text(claim->verdict));
		return 0;
	}
	return absent(value, "the report has no claim %s", id);
}

static const struct lab_evidence *find_evidence(const char *file, size_t length,
						const struct lab_evidence *evidence, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!length || (!strncmp(evidence[i].file, file, length) &&
				!strcmp(evidence[i].file + length, ".json")))
			return &evidence[i];
	}
	return NULL;
}

static int take_term(const char *first, const char *second, const struct lab_evidence *evidence,
		     size_t count, struct lab_value *value)
{
	const char *colon = strchr(first, ':');
	const struct lab_evidence *from;

	from = find_evidence(first, colon ? (size_t)(colon - first) : 0, evidence, count);
	if (!from)
		return absent(value, "there is no report %.60s", first);
	first = colon ? colon + 1 : first;
	if (!from->report)
		return absent(value, "%s is missing", from->file);
	if (!strcmp(first, "flow"))
		return take_flow(from->report, second, value);
	if (!strcmp(first, "claim"))
		return take_claim(from->report, second, value);
	return take_metric(from->report, first, second, value);
}

static bool is_number(const char *word, double *number)
{
	char *end;

	*number = strtod(word, &end);
	return end > word && !*end;
}

/* A term of one or two words at *at, which is moved behind it. */
static int next_term(const struct words *words, size_t end, size_t *at,
		     const struct lab_evidence *evidence, size_t count, struct lab_value *value)
{
	memset(value, 0, sizeof(*value));
	if (*at < end && is_number(words->word[*at], &value->number)) {
		(*at)++;
		return 0;
	}
	if (*at + 1 >= end)
		return -EINVAL;
	*at += 2;
	return take_term(words->word[*at - 2], words->word[*at - 1], evidence, count, value);
}

static int apply(char operation, struct lab_value *left, const struct lab_value *right)
{
	if (left->why[0])
		return 0;
	if (right->why[0])
		return absent(left, "%s", right->why);
	if (left->is_text || right->is_text)
		return -EINVAL;
	switch (operation) {
	case '+':
		left->number += right->number;
		return 0;
	case '-':
		left->number -= right->number;
		return 0;
	case '/':
		left->has_unit = false;
		if (right->number == 0)
			return absent(left, "division by 0");
		left->number /= right->number;
		return 0;
	default:
		return -EINVAL;
	}
}

/* The words up to end. */
static int evaluate(const struct words *words, size_t end, const struct lab_evidence *evidence,
		    size_t count, struct lab_value *value)
{
	struct lab_value right;
	size_t at = 0;
	int err = next_term(words, end, &at, evidence, count, value);

	while (!err && at < end) {
		const char *operation = words->word[at++];

		err = next_term(words, end, &at, evidence, count, &right);
		if (!err)
			err = operation[1] ? -EINVAL : apply(operation[0], value, &right);
	}
	return err;
}

int lab_evaluate(const char *where, const struct lab_evidence *evidence, size_t count,
		 struct lab_value *value)
{
	struct words words = { 0 };

	memset(value, 0, sizeof(*value));
	if (split(where, &words))
		return -EINVAL;
	return evaluate(&words, words.count, evidence, count, value);
}

/* --- statements of a key --- */

static bool is_relation(const char *word)
{
	static const char *const relations[] = { "=", ">=", "<=", "within", "is" };

	for (size_t i = 0; i < sizeof(relations) / sizeof(relations[0]); i++) {
		if (!strcmp(word, relations[i]))
			return true;
	}
	return false;
}

/* What stands behind the relation, as it is written. */
static const char *rest_of(const char *rule, const char *relation)
{
	char around[16];
	const char *at;

	snprintf(around, sizeof(around), " %s ", relation);
	at = strstr(rule, around);
	return at ? at + strlen(around) : "";
}

static int compare(const char *relation, const struct words *words, size_t at,
		   const struct lab_value *value, bool *holds)
{
	double limit[2] = { 0 };
	bool range = !strcmp(relation, "within");

	if (words->count != at + (range ? 3 : 1) || !is_number(words->word[at], &limit[0]))
		return -EINVAL;
	if (range && (strcmp(words->word[at + 1], "..") ||
		      !is_number(words->word[at + 2], &limit[1])))
		return -EINVAL;
	*holds = range ? value->number >= limit[0] && value->number <= limit[1] :
		 *relation == '=' ? fabs(value->number - limit[0]) < LAB_EXACT_WITHIN :
		 *relation == '>' ? value->number >= limit[0] : value->number <= limit[0];
	return 0;
}

int lab_holds(const char *rule, const struct lab_evidence *evidence, size_t count,
	      struct lab_value *value, bool *holds)
{
	struct words words = { 0 };
	size_t at = 0;
	int err;

	*holds = false;
	memset(value, 0, sizeof(*value));
	if (split(rule, &words))
		return -EINVAL;
	while (at < words.count && !is_relation(words.word[at]))
		at++;
	if (at + 1 >= words.count)
		return -EINVAL;
	err = evaluate(&words, at, evidence, count, value);
	if (err || value->why[0])
		return err;
	if (!strcmp(words.word[at], "is")) {
		*holds = value->is_text && !strcmp(value->text, rest_of(rule, "is"));
		return value->is_text ? 0 : -EINVAL;
	}
	return value->is_text ? -EINVAL : compare(words.word[at], &words, at + 1, value, holds);
}
