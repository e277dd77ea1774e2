// SPDX-License-Identifier: GPL-2.0
/* Reads an article's file, line by line: see article.h. It may come from anybody: nothing in it can
 * do anything, and a mistake is an error with its line. */
#include "article.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "exits.h"
#include "scenario_table.h"
#include "size.h"
#include "texts.h"

enum section { HEAD, CONDITIONS, CLAIMS };

struct parser {
	struct article *article;
	struct article_claim *claim;	/* the one that is read */
	enum section section;
	char **paragraph;		/* where prose goes on */
	int line;
	char *error;
	size_t size;
};

/* What takes the value of "- KEY: VALUE"; 0 or -EINVAL, with an error. */
typedef int value_fn(struct parser *p, char *value);

struct key {
	const char *name;
	value_fn *take;
};

__attribute__((format(printf, 2, 3)))
static int fail(const struct parser *p, const char *format, ...)
{
	char text[700];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	return failed(p->error, p->size, -EINVAL, "line %d: %s", p->line, text);
}

/* --- the head --- */

static int take_by(struct parser *p, char *value)
{
	p->article->by = value;
	return 0;
}

static int take_address(struct parser *p, char *value)
{
	p->article->address = value;
	return 0;
}

static int take_date(struct parser *p, char *value)
{
	p->article->date = value;
	return 0;
}

static int take_language(struct parser *p, char *value)
{
	p->article->language = value;
	return 0;
}

/* A scenario that does not exist can never be measured: it is a mistake. */
static int check_scenarios(struct parser *p, const struct rule *rule)
{
	for (size_t i = 0; i < rule->selector_count; i++) {
		const struct rule_selector *selector = &rule->selectors[i];

		if (selector->file)
			return fail(p, "\"%.40s:\": an article's rule names no report; that is for "
				    "labs", selector->file);
		if (!scenario_find(selector->id))
			return fail(p,
				    "no scenario is called \"%.40s\"; zctrace list scenarios has "
				    "their names", selector->id);
	}
	return 0;
}

/* --- conditions --- */

static int take_bytes(struct parser *p, char *value, __u64 *bytes)
{
	if (size_parse(value, bytes) || !*bytes)
		return fail(p, "\"%.40s\" is no size; write 64K, 1.2GB or 1288490188", value);
	return 0;
}

static int take_size(struct parser *p, char *value)
{
	return take_bytes(p, value, &p->article->bytes);
}

static int take_chunk(struct parser *p, char *value)
{
	return take_bytes(p, value, &p->article->chunk_bytes);
}

static int take_count(struct parser *p, const char *value, unsigned int most, unsigned int *count)
{
	char *end;
	const unsigned long number = strtoul(value, &end, 10);

	if (!isdigit((unsigned char)*value) || *end || number < 1 || number > most)
		return fail(p, "\"%.40s\": a number from 1 to %u must stand here", value, most);
	*count = number;
	return 0;
}

static int take_port(struct parser *p, char *value)
{
	return take_count(p, value, 65535, &p->article->port);
}

static int take_repeats(struct parser *p, char *value)
{
	return take_count(p, value, 1000, &p->article->repeats);
}

static int take_word(struct parser *p, const char *value, const char *const *allowed,
		     const char **word)
{
	char list[100] = "";

	for (const char *const *at = allowed; *at; at++) {
		if (!strcmp(*at, value)) {
			*word = *at;
			return 0;
		}
		snprintf(list + strlen(list), sizeof(list) - strlen(list), "%s%s",
			 *list ? ", " : "", *at);
	}
	return fail(p, "\"%.40s\": allowed are %s", value, list);
}

static int take_cache(struct parser *p, char *value)
{
	static const char *const allowed[] = { "warm", "cold", NULL };

	return take_word(p, value, allowed, &p->article->cache);
}

static int take_link(struct parser *p, char *value)
{
	static const char *const allowed[] = { "lo", "veth", "veth-nosg", NULL };

	return take_word(p, value, allowed, &p->article->link);
}

static int take_receiver(struct parser *p, char *value)
{
	static const char *const allowed[] = { "recv", "discard", "splice", "zerocopy", NULL };

	return take_word(p, value, allowed, &p->article->receiver);
}

/* Bits per second in units of 1000: "1Gbit". */
static int take_rate(struct parser *p, char *value)
{
	static const struct {
		const char *name;
		double bits;
	} units[] = { { "kbit", 1e3 }, { "Mbit", 1e6 }, { "Gbit", 1e9 } };
	char *end;
	const double number = strtod(value, &end);

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (isdigit((unsigned char)*value) && !strcmp(end, units[i].name) &&
		    number * units[i].bits >= 1e4 && number * units[i].bits <= 1.7e10) {
			p->article->rate_bits = number * units[i].bits;
			return 0;
		}
	}
	return fail(p, "\"%.40s\" is no rate; write 100Mbit or 1Gbit, up to 17Gbit", value);
}

static bool is_time(const char *text, double *ns)
{
	struct rule *rule = xcalloc(1, sizeof(*rule));
	char why[400];
	const bool is = !rule_parse_expression(text, rule, why, sizeof(why)) &&
			rule->node_count == 1 && rule->nodes[0].kind == NODE_NUMBER &&
			rule->nodes[0].has_unit && rule->nodes[0].unit == UNIT_NS;

	*ns = rule->nodes[0].number;
	free(rule);
	return is && *ns > 0;
}

/* "copy,whole 0.51 s": which program the article timed, and how long it took. */
static int take_time(struct parser *p, char *value)
{
	struct article *article = p->article;
	struct article_time *time = &article->times[article->time_count];
	char *blank = strchr(value, ' '), *elapsed, why[400];
	int err;

	if (article->time_count == ARTICLE_TIMES)
		return fail(p, "more than %d times", ARTICLE_TIMES);
	if (!blank || !is_time(blank + 1, &time->ns))
		return fail(p, "\"%.40s\": write a scenario and a time: copy,whole 0.51 s", value);
	*blank = '\0';
	article->time_count++;
	time->selector = value;
	time->rule = xcalloc(1, sizeof(*time->rule));
	elapsed = xasprintf("%s elapsed", value);
	err = rule_parse_expression(elapsed, time->rule, why, sizeof(why));
	free(elapsed);
	return err ? fail(p, "%s", why) : check_scenarios(p, time->rule);
}

/* --- a claim --- */

static int take_says(struct parser *p, char *value)
{
	p->claim->says = value;
	return 0;
}

static int take_unit(struct parser *p, char *value)
{
	p->claim->unit = value;
	return 0;
}

static int take_measure(struct parser *p, char *value)
{
	p->claim->measure = value;
	return 0;
}

static int take_source(struct parser *p, char *value)
{
	p->claim->source = value;
	return 0;
}

static int take_note(struct parser *p, char *value)
{
	p->claim->note = value;
	return 0;
}

typedef int parse_fn(const char *text, struct rule *rule, char *error, size_t size);

static int take_parsed(struct parser *p, const char *text, parse_fn *parse, struct rule **rule)
{
	char why[600];

	if (*rule)
		return fail(p, "the claim has this twice");
	*rule = xcalloc(1, sizeof(**rule));
	if (parse(text, *rule, why, sizeof(why)))
		return fail(p, "\"%.60s\" %s", text, why);
	return check_scenarios(p, *rule);
}

static bool names_a_number(const struct rule *rule)
{
	for (int i = 0; i < rule->node_count; i++) {
		if (rule->nodes[i].kind != NODE_NUMBER && rule->nodes[i].kind != NODE_OPERATION)
			return true;
	}
	return false;
}

static int take_rule(struct parser *p, char *value)
{
	p->claim->rule_text = value;
	if (take_parsed(p, value, rule_parse, &p->claim->rule))
		return -EINVAL;
	if (!names_a_number(p->claim->rule))
		return fail(p, "the rule names nothing that is measured");
	return 0;
}

static int take_number(struct parser *p, char *value)
{
	return take_parsed(p, value, rule_parse_expression, &p->claim->number);
}

static int take_only_if(struct parser *p, char *value)
{
	struct article_claim *claim = p->claim;
	char why[600];

	if (claim->only_if)
		return fail(p, "the claim has this twice");
	claim->only_if = xcalloc(1, sizeof(*claim->only_if));
	claim->only_if_text = value;
	if (strlen(value) >= RULE_TEXT ||
	    rule_parse_words(value, claim->only_if, &claim->only_if_words, why, sizeof(why)))
		return fail(p, "only if: %s", strlen(value) >= RULE_TEXT ? "too long" : why);
	return 0;
}

/* Without the marks of code around it. */
static char *plain(char *text)
{
	size_t length;

	text = text_trim(text);
	length = strlen(text);
	if (length >= 2 && text[0] == '`' && text[length - 1] == '`') {
		text[length - 1] = '\0';
		text = text_trim(text + 1);
	}
	return text;
}

static int take_else(struct parser *p, char *value)
{
	return take_parsed(p, value, rule_parse, &p->claim->otherwise);
}

/* "RULE | TEXT" in two. */
static int cut_bar(struct parser *p, char *value, const char **rule, const char **text,
		   const char *what)
{
	char *bar = strchr(value, '|');

	if (!bar || !*text_trim(bar + 1))
		return fail(p, "write a rule, | and %s", what);
	*bar = '\0';
	*rule = plain(value);
	*text = text_trim(bar + 1);
	return 0;
}

static int take_holds_if(struct parser *p, char *value)
{
	const char *rule;

	if (cut_bar(p, value, &rule, &p->claim->variant_text, "the condition that it stands for"))
		return -EINVAL;
	return take_parsed(p, rule, rule_parse, &p->claim->variant);
}

static int take_provided(struct parser *p, char *value)
{
	struct article_claim *claim = p->claim;
	struct article_proviso *proviso = &claim->provisos[claim->proviso_count];

	if (claim->proviso_count == ARTICLE_PROVISOS)
		return fail(p, "more than %d provided", ARTICLE_PROVISOS);
	if (cut_bar(p, value, &proviso->rule_text, &proviso->advice,
		    "what it means that it does not hold"))
		return -EINVAL;
	claim->proviso_count++;
	return take_parsed(p, proviso->rule_text, rule_parse, &proviso->rule);
}

/* --- lines --- */

static const struct key keys[][14] = {
	[HEAD] = { { "by", take_by }, { "at", take_address }, { "date", take_date },
		   { "language", take_language } },
	[CONDITIONS] = { { "size", take_size }, { "chunk", take_chunk }, { "port", take_port },
			 { "cache", take_cache }, { "link", take_link }, { "rate", take_rate },
			 { "receiver", take_receiver }, { "repeats", take_repeats },
			 { "took", take_time } },
	[CLAIMS] = { { "says", take_says }, { "unit", take_unit }, { "rule", take_rule },
		     { "number", take_number }, { "only if", take_only_if },
		     { "else", take_else }, { "holds if", take_holds_if },
		     { "provided", take_provided }, { "measure", take_measure },
		     { "source", take_source }, { "note", take_note } },
};

static int key_line(struct parser *p, char *line)
{
	char *colon = strstr(line, ": "), *name = text_trim(line + 2), list[200] = "";
	const struct key *key = keys[p->section];

	if (!colon)
		return fail(p, "\"- KEY: VALUE\" must stand here");
	if (p->section == CLAIMS && !p->claim)
		return fail(p, "a claim begins with \"### ID: TITLE\"");
	*colon = '\0';
	for (; key->name; key++) {
		if (!strcmp(key->name, name))
			return key->take(p, plain(colon + 2));
		snprintf(list + strlen(list), sizeof(list) - strlen(list), "%s%s",
			 *list ? ", " : "", key->name);
	}
	return fail(p, "there is no \"%.40s\" here; allowed are %s", name, list);
}

/* Ids stand in commands (--expect) and in pages: plain letters. */
static bool is_id(const char *id)
{
	return *id && strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-.") == strlen(id) &&
	       strlen(id) < 64;
}

static int claim_line(struct parser *p, char *line)
{
	struct article *article = p->article;
	char *colon = strchr(line, ':');

	if (p->section != CLAIMS)
		return fail(p, "claims stand below \"## Claims\"");
	if (!colon || !*text_trim(colon + 1))
		return fail(p, "a claim begins with \"### ID: TITLE\"");
	if (article->claim_count == ARTICLE_CLAIMS)
		return fail(p, "more than %d claims", ARTICLE_CLAIMS);
	*colon = '\0';
	line = text_trim(line);
	if (!is_id(line))
		return fail(p, "\"%.40s\": an id has small letters, digits, - and . only", line);
	for (size_t i = 0; i < article->claim_count; i++) {
		if (!strcmp(article->claims[i].id, line))
			return fail(p, "there are two claims %s", line);
	}
	p->claim = &article->claims[article->claim_count++];
	p->claim->id = line;
	p->claim->title = text_trim(colon + 1);
	p->paragraph = (char **)&p->claim->text;
	return 0;
}

static int section_line(struct parser *p, const char *heading)
{
	p->claim = NULL;
	if (!strcmp(heading, "Conditions"))
		p->section = CONDITIONS;
	else if (!strcmp(heading, "Claims"))
		p->section = CLAIMS;
	else
		return fail(p, "\"## %.40s\": there are \"## Conditions\" and \"## Claims\"",
			    heading);
	return 0;
}

static int title_line(struct parser *p, char *line)
{
	static const char mark[] = "# Article: ";

	if (!text_begins(line, mark) || !*text_trim(line + strlen(mark)))
		return fail(p, "an article begins with \"# Article: TITLE\"");
	p->article->title = text_trim(line + strlen(mark));
	return 0;
}

/* Prose is kept where it stands: the lines of the file, joined again. */
static int prose_line(struct parser *p, char *line)
{
	if (p->paragraph && *p->paragraph)
		line[-1] = '\n';
	else if (p->paragraph && *line)
		*p->paragraph = line;
	return 0;
}

static void end_prose(struct parser *p)
{
	if (p->paragraph && *p->paragraph)
		text_trim(*p->paragraph);
	p->paragraph = NULL;
}

static int check_claim(const struct parser *p, const struct article_claim *claim)
{
	if (!claim->says || !claim->rule)
		return failed(p->error, p->size, -EINVAL, "claim %s: \"- %s: …\" is missing",
			      claim->id, claim->says ? "rule" : "says");
	return 0;
}

static int one_line(struct parser *p, char *line)
{
	if (!p->article->title)
		return *line ? title_line(p, line) : 0;
	if (*line != '#' && !text_begins(line, "- "))
		return prose_line(p, line);
	end_prose(p);
	if (text_begins(line, "### "))
		return claim_line(p, line + 4);
	if (text_begins(line, "## "))
		return section_line(p, text_trim(line + 3));
	if (*line == '#')
		return fail(p, "there are headings with one #, two and three, and a blank behind");
	return key_line(p, line);
}

static int check_whole(const struct parser *p)
{
	const struct article *article = p->article;

	if (!article->title)
		return failed(p->error, p->size, -EINVAL, "it is empty");
	if (!article->by || !article->address || !article->date || !article->language)
		return failed(p->error, p->size, -EINVAL,
			      "the head lacks one of \"- by: …\", \"- at: …\", \"- date: …\", "
			      "\"- language: …\"");
	if (!article->claim_count)
		return failed(p->error, p->size, -EINVAL, "it has no claim");
	for (size_t i = 0; i < article->claim_count; i++) {
		if (check_claim(p, &article->claims[i]))
			return -EINVAL;
	}
	return 0;
}

/* Ends the line at its newline; a key's value may go on in lines that are indented. The next line,
 * NULL = there is none. */
static char *cut_line(char *line, int *number)
{
	char *end = strchr(line, '\n');

	++*number;
	while (end && text_begins(line, "- ") && text_begins(end + 1, "  ")) {
		const size_t blanks = strspn(end + 1, " ");

		*end = ' ';
		memmove(end + 1, end + 1 + blanks, strlen(end + 1 + blanks) + 1);
		end = strchr(end, '\n');
		++*number;
	}
	if (end)
		*end++ = '\0';
	return end;
}

struct article *article_parse(char *text, const char *name, char *error, size_t size)
{
	struct article *article = xcalloc(1, sizeof(*article));
	struct parser p = { .article = article, .error = error, .size = size };
	int err = 0;

	*article = (struct article){ .name = name, .memory = text };
	p.paragraph = (char **)&article->text;
	for (char *line = text, *next; line && !err; line = next) {
		next = cut_line(line, &p.line);
		err = one_line(&p, line);
	}
	end_prose(&p);
	if (!err)
		err = check_whole(&p);
	if (!err)
		return article;
	article_free(article);
	return NULL;
}

void article_free(struct article *article)
{
	if (!article)
		return;
	for (size_t i = 0; i < article->time_count; i++)
		free(article->times[i].rule);
	for (size_t i = 0; i < article->claim_count; i++) {
		struct article_claim *claim = &article->claims[i];

		free(claim->rule);
		free(claim->number);
		free(claim->only_if);
		free(claim->otherwise);
		free(claim->variant);
		for (size_t k = 0; k < claim->proviso_count; k++)
			free(claim->provisos[k].rule);
	}
	free(article->memory);
	free(article);
}

const char *article_measure(struct report *texts, const struct article *article,
			    const struct article_claim *claim)
{
	return claim->measure ? claim->measure :
				report_format(texts, "zctrace check %s", article->name);
}
