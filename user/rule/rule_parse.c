// SPDX-License-Identifier: GPL-2.0
/* Reads a rule: a small recursive descent over words between blanks. A mistake is an error that
 * names the word and what may stand there; nothing in the text can do anything but be compared. */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exits.h"
#include "rule_internal.h"
#include "size.h"
#include "texts.h"

enum { MOST_TOKENS = 128, MOST_DEPTH = 8 };

struct parser {
	struct rule *rule;
	const char *tokens[MOST_TOKENS];
	size_t count, at;
	int depth;
	char *error;
	size_t size;
};

static int fail(const struct parser *p, const char *what)
{
	if (p->at >= p->count)
		return failed(p->error, p->size, -EINVAL, "at its end: %s", what);
	return failed(p->error, p->size, -EINVAL, "at \"%.40s\": %s", p->tokens[p->at], what);
}

static const char *peek(const struct parser *p)
{
	return p->at < p->count ? p->tokens[p->at] : "";
}

static bool take(struct parser *p, const char *token)
{
	if (strcmp(peek(p), token) != 0)
		return false;
	p->at++;
	return true;
}

/* A copy of a piece of text; NULL = there is no more room. */
static char *keep(struct rule *rule, const char *text, size_t length)
{
	char *kept = rule->text + rule->text_used;

	if (length + 1 > sizeof(rule->text) - rule->text_used)
		return NULL;
	memcpy(kept, text, length);
	kept[length] = '\0';
	rule->text_used += length + 1;
	return kept;
}

/* Blanks and parentheses end a word. */
static int split(struct parser *p, const char *text)
{
	while (*text) {
		size_t length = *text == '(' || *text == ')' ? 1 : strcspn(text, " \t\n()");

		if (isspace((unsigned char)*text)) {
			text++;
			continue;
		}
		if (p->count == MOST_TOKENS)
			return failed(p->error, p->size, -EINVAL, "more than %d words",
				      MOST_TOKENS);
		p->tokens[p->count] = keep(p->rule, text, length);
		if (!p->tokens[p->count++])
			return failed(p->error, p->size, -EINVAL, "longer than %d bytes",
				      RULE_TEXT);
		text += length;
	}
	return 0;
}

static int add_node(struct parser *p, struct rule_node node)
{
	if (p->rule->node_count == RULE_NODES)
		return fail(p, "the rule has too many numbers");
	p->rule->nodes[p->rule->node_count] = node;
	return p->rule->node_count++;
}

/* --- numbers --- */

/* "2.4.19" as one number that grows with the version. */
static bool parse_version(const char *token, double *number)
{
	unsigned int part[3];
	int end = 0;

	if (sscanf(token, "%3u.%5u.%5u%n", &part[0], &part[1], &part[2], &end) != 3 || token[end])
		return false;
	*number = part[0] * 1e10 + part[1] * 1e5 + part[2];
	return true;
}

static bool parse_plain(const char *token, double *number)
{
	char *end;

	if (!isdigit((unsigned char)token[token[0] == '-' || token[0] == '+']) ||
	    strspn(token, "+-.0123456789eE") != strlen(token))
		return false;
	*number = strtod(token, &end);
	return !*end && isfinite(*number);
}

static bool parse_size(const char *token, double *number)
{
	__u64 bytes;

	if (!isdigit((unsigned char)*token) || size_parse(token, &bytes))
		return false;
	*number = (double)bytes;
	return true;
}

/* A unit of time behind a number. */
static bool take_time_unit(struct parser *p, double *factor)
{
	static const struct {
		const char *name;
		double ns;
	} units[] = { { "ns", 1 }, { "µs", 1e3 }, { "us", 1e3 }, { "ms", 1e6 }, { "s", 1e9 } };

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (take(p, units[i].name)) {
			*factor = units[i].ns;
			return true;
		}
	}
	return false;
}

static int number_node(struct parser *p)
{
	struct rule_node node = { .kind = NODE_NUMBER, .selector = -1 };
	double factor = 1;

	if (parse_plain(peek(p), &node.number)) {
		p->at++;
		node.has_unit = take_time_unit(p, &factor);
		node.unit = UNIT_NS;
		node.number *= factor;
	} else if (parse_version(peek(p), &node.number)) {
		p->at++;
	} else if (parse_size(peek(p), &node.number)) {
		p->at++;
		node.has_unit = true;
		node.unit = UNIT_BYTES;
	} else {
		return fail(p, "this is no number");
	}
	return add_node(p, node);
}

/* --- terms --- */

/* The word before "FILE:", and what is behind it. */
static int cut_file(struct parser *p, const char *token, const char **file, const char **rest)
{
	const char *colon = strchr(token, ':');

	*file = NULL;
	*rest = token;
	if (!colon)
		return 0;
	*file = keep(p->rule, token, colon - token);
	*rest = colon + 1;
	return *file ? 0 : fail(p, "the rule is too long");
}

int rule_parse_words(const char *text, struct rule *rule, struct rule_selector *selector,
		     char *error, size_t size)
{
	while (*text) {
		size_t length = strcspn(text, ",");
		char *word = keep(rule, text, length);
		unsigned int aspect;

		if (!word || selector->word_count == RULE_WORDS)
			return failed(error, size, -EINVAL, "more than %d words", RULE_WORDS);
		if (!rule_word_aspect(word, &aspect))
			return failed(error, size, -EINVAL,
				      "\"%.40s\" tells no scenarios apart; allowed are whole, chunk, "
				      "prefault, warm, cold, lo, veth, veth-nosg, remote, gather, "
				      "no-gather, device, limited, unlimited, recv, discard, splice, "
				      "zerocopy, a chunk's size (64K, >=64K) and a file's (file>=1M)",
				      word);
		selector->aspects |= aspect;
		selector->words[selector->word_count++] = word;
		text += length + (text[length] == ',');
	}
	return 0;
}

static bool same_selector(const struct rule_selector *a, const struct rule_selector *b)
{
	if (!same_text(a->file, b->file) || !same_text(a->id, b->id) ||
	    a->word_count != b->word_count)
		return false;
	for (size_t i = 0; i < a->word_count; i++) {
		if (strcmp(a->words[i], b->words[i]) != 0)
			return false;
	}
	return true;
}

/* The number of the selector in the rule, which has each of them once. */
static int selector_of(struct parser *p, const char *file, const char *text)
{
	struct rule *rule = p->rule;
	struct rule_selector selector = { .file = file };
	size_t length = strcspn(text, ",");
	char why[300];

	selector.id = keep(rule, text, length);
	if (!selector.id || !length)
		return fail(p, "a scenario's name is missing");
	if (text[length] && rule_parse_words(text + length + 1, rule, &selector, why, sizeof(why)))
		return fail(p, why);
	for (size_t i = 0; i < rule->selector_count; i++) {
		if (same_selector(&rule->selectors[i], &selector))
			return (int)i;
	}
	if (rule->selector_count == RULE_SELECTORS)
		return fail(p, "the rule compares too many scenarios");
	rule->selectors[rule->selector_count] = selector;
	return (int)rule->selector_count++;
}

static bool find_metric(const char *name, size_t length, enum metric_id *id)
{
	for (int i = 0; i < METRIC_COUNT; i++) {
		if (metrics[i].id && strlen(metrics[i].id) == length &&
		    !strncmp(metrics[i].id, name, length)) {
			*id = i;
			return true;
		}
	}
	return false;
}

/* METRIC[@ROLE], or QUANTITY[:NAME][@ROLE]. */
static int name_number(struct parser *p, struct rule_node *node)
{
	const char *token = peek(p), *at = strchr(token, '@');
	const size_t length = at ? (size_t)(at - token) : strlen(token);
	const char *colon = memchr(token, ':', length);
	const size_t name = colon ? (size_t)(colon - token) : length;

	if (at)
		node->role = at + 1;
	if (!colon && find_metric(token, length, &node->metric)) {
		node->kind = NODE_METRIC;
		p->at++;
		return 0;
	}
	node->quantity = rule_quantity_find(token, name);
	if (!*token)
		return fail(p, "the name of a metric is missing behind a scenario");
	if (!node->quantity)
		return fail(p, "no number is called so; zctrace list metrics and docs/articles.md "
			    "have their names");
	if (node->quantity->takes_name != !!colon)
		return fail(p, colon ? "this number takes no name behind a colon" :
			    "this number needs the name of a call: calls:sendfile");
	node->kind = NODE_QUANTITY;
	if (colon)
		node->name = keep(p->rule, colon + 1, length - name - 1);
	p->at++;
	return colon && !node->name ? fail(p, "the rule is too long") : 0;
}

/* A word of a small set. */
static int take_name(struct parser *p, struct rule_node *node, enum rule_node_kind kind,
		     const char *const *allowed, const char *what)
{
	node->kind = kind;
	node->name = peek(p);
	for (size_t i = 0; allowed && allowed[i]; i++) {
		if (!strcmp(allowed[i], node->name)) {
			p->at++;
			return 0;
		}
	}
	if (allowed || !*node->name)
		return fail(p, what);
	p->at++;
	return 0;
}

static int term_node(struct parser *p)
{
	static const char *const facts[] = { "kernel", "cpus", "memory", NULL };
	static const char *const fields[] = { "verdict", "copies_per_byte", "calls", "bytes",
					      NULL };
	struct rule_node node = { .selector = -1 };
	const char *file, *rest, *token = peek(p);
	int err;

	if (!isalpha((unsigned char)*token) || cut_file(p, token, &file, &rest))
		return fail(p, "a number, a scenario or \"(\" must stand here");
	node.file = file;
	if (!strcmp(rest, "machine") || !strcmp(rest, "flow") || !strcmp(rest, "claim")) {
		p->at++;
		err = *rest == 'm' ? take_name(p, &node, NODE_MACHINE, facts,
					       "a machine has kernel, cpus and memory") :
		      *rest == 'f' ? take_name(p, &node, NODE_FLOW, fields,
					       "a flow has verdict, copies_per_byte, calls and "
					       "bytes") :
				     take_name(p, &node, NODE_CLAIM, NULL,
					       "the id of a claim is missing");
	} else {
		node.selector = selector_of(p, file, rest);
		if (node.selector < 0)
			return node.selector;
		p->at++;
		err = name_number(p, &node);
	}
	return err ? err : add_node(p, node);
}

/* --- expressions --- */

static int sum(struct parser *p);

static int factor(struct parser *p)
{
	int node;

	if (take(p, "(")) {
		if (++p->depth > MOST_DEPTH)
			return fail(p, "too many parentheses");
		node = sum(p);
		p->depth--;
		if (node >= 0 && !take(p, ")"))
			return fail(p, "\")\" is missing");
		return node;
	}
	if (isdigit((unsigned char)*peek(p)) || *peek(p) == '-' || *peek(p) == '+')
		return number_node(p);
	return term_node(p);
}

/* The operation at the next word, of one of the two kinds; 0 = there is none. */
static char next_operation(struct parser *p, bool product)
{
	if (product)
		return take(p, "*") || take(p, "×") ? '*' : take(p, "/") || take(p, "÷") ? '/' : 0;
	return take(p, "+") ? '+' : take(p, "-") || take(p, "−") ? '-' : 0;
}

static int chain(struct parser *p, bool product)
{
	int left = product ? factor(p) : chain(p, true);
	char operation;

	while (left >= 0 && (operation = next_operation(p, product))) {
		struct rule_node node = { .kind = NODE_OPERATION, .operation = operation,
					  .selector = -1, .left = left };

		node.right = product ? factor(p) : chain(p, true);
		if (node.right < 0)
			return node.right;
		left = add_node(p, node);
	}
	return left;
}

static int sum(struct parser *p)
{
	return chain(p, false);
}

/* --- comparisons --- */

/* "±1 %", "±1%", "±100" behind what is compared. */
static int take_tolerance(struct parser *p, struct rule_check *check)
{
	static const char sign[] = "±";
	const char *token = peek(p);
	char number[32];
	size_t length;

	if (strncmp(token, sign, strlen(sign)) != 0)
		return 0;
	p->at++;
	token += strlen(sign);
	if (!*token) {
		token = peek(p);
		p->at++;
	}
	length = strlen(token);
	check->percent = length && token[length - 1] == '%';
	length -= check->percent;
	snprintf(number, sizeof(number), "%.*s", (int)length, token);
	if (length >= sizeof(number) || !parse_plain(number, &check->tolerance) ||
	    check->tolerance < 0) {
		p->at--;
		return fail(p, "a tolerance is ±1 % or ±100");
	}
	if (!check->percent)
		check->percent = take(p, "%");
	return 0;
}

/* Everything to the next "and": a text may have blanks. */
static int take_text(struct parser *p, struct rule_check *check)
{
	char text[RULE_TEXT] = "";
	size_t used = 0;

	while (*peek(p) && strcmp(peek(p), "and") != 0 && used < sizeof(text))
		used += snprintf(text + used, sizeof(text) - used, "%s%s", used ? " " : "",
				 p->tokens[p->at++]);
	check->text = used ? keep(p->rule, text, strlen(text)) : NULL;
	return check->text ? 0 : fail(p, "a text must stand behind \"is\"");
}

static enum rule_relation relation_of(const char *token)
{
	static const struct {
		const char *token;
		enum rule_relation relation;
	} relations[] = {
		{ "=", RELATION_EQUAL }, { ">=", RELATION_AT_LEAST }, { "≥", RELATION_AT_LEAST },
		{ "<=", RELATION_AT_MOST }, { "≤", RELATION_AT_MOST }, { ">", RELATION_MORE },
		{ "<", RELATION_LESS }, { "within", RELATION_WITHIN }, { "above", RELATION_ABOVE },
		{ "below", RELATION_BELOW }, { "like", RELATION_LIKE },
		{ "unlike", RELATION_UNLIKE }, { "is", RELATION_IS },
	};

	for (size_t i = 0; i < sizeof(relations) / sizeof(relations[0]); i++) {
		if (!strcmp(relations[i].token, token))
			return relations[i].relation;
	}
	return RELATION_NONE;
}

static int comparison(struct parser *p)
{
	struct rule_check check = { .right = -1, .high = -1, .left = sum(p) };

	if (check.left < 0)
		return check.left;
	check.relation = relation_of(peek(p));
	if (!check.relation)
		return fail(p,
			    "a comparison must stand here: =, >=, <=, >, <, within, above, below, "
			    "like, unlike or is");
	p->at++;
	if (check.relation == RELATION_IS && take_text(p, &check))
		return -EINVAL;
	if (check.relation != RELATION_IS) {
		check.right = sum(p);
		if (check.right < 0)
			return check.right;
	}
	if (check.relation == RELATION_WITHIN) {
		if (!take(p, ".."))
			return fail(p, "\"within A .. B\" needs \"..\" here");
		check.high = sum(p);
		if (check.high < 0)
			return check.high;
	}
	if (check.relation == RELATION_EQUAL && take_tolerance(p, &check))
		return -EINVAL;
	if (p->rule->check_count == RULE_CHECKS)
		return fail(p, "too many comparisons");
	p->rule->checks[p->rule->check_count++] = check;
	return 0;
}

static int begin(struct parser *p, const char *text)
{
	memset(p->rule, 0, sizeof(*p->rule));
	if (strlen(text) >= RULE_TEXT)
		return failed(p->error, p->size, -EINVAL, "longer than %d bytes", RULE_TEXT);
	return split(p, text);
}

int rule_parse(const char *text, struct rule *rule, char *error, size_t size)
{
	struct parser p = { .rule = rule, .error = error, .size = size };
	int err = begin(&p, text);

	if (!err)
		err = comparison(&p);
	while (!err && take(&p, "and"))
		err = comparison(&p);
	if (!err && p.at < p.count)
		err = fail(&p, "\"and\" or the end must stand here");
	return err;
}

int rule_parse_expression(const char *text, struct rule *rule, char *error, size_t size)
{
	struct parser p = { .rule = rule, .error = error, .size = size };
	struct rule_check alone = { .right = -1, .high = -1 };
	int err = begin(&p, text);

	if (err)
		return err;
	alone.left = sum(&p);
	if (alone.left < 0)
		return alone.left;
	if (p.at < p.count)
		return fail(&p, "+, -, *, / or the end must stand here");
	rule->checks[rule->check_count++] = alone;
	return 0;
}
