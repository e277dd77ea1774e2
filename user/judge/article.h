/* SPDX-License-Identifier: GPL-2.0 */
/* An article: what a text claims, as a file that people read and zctrace decides. docs/articles.md
 * describes the file; article.c reads it, library.c has those that are part of the program. */
#ifndef ZC_ARTICLE_H
#define ZC_ARTICLE_H

#include "rule.h"

enum {
	ARTICLE_CLAIMS = 48,
	ARTICLE_TIMES = 8,
	ARTICLE_PROVISOS = 3,
	ARTICLE_LIST = 64,
	ARTICLE_BYTES = 256 << 10,	/* of a file, at most */
};

/* What an article has that does not say otherwise, bytes. */
#define ARTICLE_DEFAULT_SIZE (64ULL << 20)
#define ARTICLE_DEFAULT_CHUNK (64ULL << 10)

/* What must hold before a claim is decided. */
struct article_proviso {
	struct rule *rule;
	const char *rule_text;
	const char *advice;		/* what it means that it does not hold, and what to do */
};

/* All texts are pieces of the article's memory. */
struct article_claim {
	const char *id, *title;
	const char *text;		/* what the article claims, in our words, Markdown */
	const char *says;
	const char *unit;		/* NULL = none */
	const char *rule_text;
	struct rule *rule;
	struct rule *number;		/* an expression; NULL = what the rule compares first */
	const char *only_if_text;	/* "cold"; NULL = it has no condition by its nature */
	struct rule *only_if;		/* holds the selector's texts */
	struct rule_selector only_if_words;
	struct article_proviso provisos[ARTICLE_PROVISOS];
	size_t proviso_count;
	struct rule *otherwise;		/* "else": what holds where only_if is not fulfilled */
	struct rule *variant;		/* "holds if": where the rule does not hold, this may */
	const char *variant_text;	/* the condition that it stands for */
	const char *measure;		/* a command; NULL = zctrace check NAME */
	const char *source;		/* section, page or line; NULL = not given */
	const char *note;
};

/* A time that the article prints. */
struct article_time {
	const char *selector;		/* "copy,whole" */
	struct rule *rule;		/* the expression "copy,whole elapsed" */
	double ns;
};

struct article {
	const char *name;		/* "doc1" */
	const char *title, *by, *address, *date, *language;
	const char *text;		/* what it is about, Markdown */
	__u64 bytes, chunk_bytes;	/* 0 = not given */
	__u64 rate_bits;
	unsigned int port, repeats;
	const char *cache, *link, *receiver;	/* NULL = not given */
	struct article_time times[ARTICLE_TIMES];
	size_t time_count;
	struct article_claim claims[ARTICLE_CLAIMS];
	size_t claim_count;
	char *memory;
};

/* Several, in the order in which their claims are shown; they belong to somebody else. */
struct article_list {
	const struct article *at[ARTICLE_LIST];
	size_t count;
};

/* Reads a text, which article_free() frees; name is kept as it is. NULL: error says in which line,
 * what is wrong and what is allowed there. */
struct article *article_parse(char *text, const char *name, char *error, size_t size);
void article_free(struct article *article);

/* The command that measures a claim; belongs to texts. */
const char *article_measure(struct report *texts, const struct article *article,
			    const struct article_claim *claim);

/* --- the library --- */

/* The articles that are part of the program, in the order of their names; how many. They are read
 * when they are first asked for, live as long as the program, and are right (the tests see to it).
 * */
size_t library_count(void);
const struct article *library_at(size_t number);
const struct article *library_find(const char *name);	/* NULL = there is none */
/* The text as it is in the file; its bytes. */
const char *library_text(size_t number, size_t *bytes);

#endif
