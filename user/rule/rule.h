/* SPDX-License-Identifier: GPL-2.0 */
/* A rule as an article or a lab writes it: "copy crossings_data / copy rounds = 4 ±1 %". It is
 * parsed once, bound to scenarios of a report, and evaluated. docs/articles.md has the language. */
#ifndef ZC_RULE_H
#define ZC_RULE_H

#include <stdbool.h>
#include <stddef.h>

#include "metric.h"
#include "report.h"
#include "stats.h"

enum {
	RULE_TEXT = 512,	/* bytes of a rule, its NUL included */
	RULE_NODES = 48,	/* numbers, terms and operations */
	RULE_CHECKS = 8,	/* comparisons joined by "and" */
	RULE_SELECTORS = 6,	/* scenarios that differ */
	RULE_WORDS = 8,		/* behind a scenario's id */
};

/* Two times whose ratio is 1, give or take this, are like each other. */
#define RULE_LIKE_PERCENT 5
/* What "=" without a tolerance lets pass: counts are whole, ratios are shown with two decimals. */
#define RULE_EXACT_WITHIN 0.005

/* What a selector's words can pin down; scenarios that are compared agree in all other. */
enum rule_aspect {
	ASPECT_VARIANT = 1 << 0,
	ASPECT_CHUNK = 1 << 1,
	ASPECT_PAYLOAD = 1 << 2,
	ASPECT_CACHE = 1 << 3,
	ASPECT_LINK = 1 << 4,
	ASPECT_RATE = 1 << 5,
	ASPECT_RECEIVER = 1 << 6,
};

/* "copy,whole,cold", or "lab1-doc1:copy": which scenario, and of which report. All texts are
 * pieces of the rule's own. */
struct rule_selector {
	const char *file;		/* without ".json"; NULL = the first report */
	const char *id;
	const char *words[RULE_WORDS];
	size_t word_count;
	unsigned int aspects;		/* enum rule_aspect: what the words pin down */
};

enum rule_node_kind {
	NODE_NUMBER, NODE_METRIC, NODE_QUANTITY, NODE_FLOW, NODE_CLAIM, NODE_MACHINE,
	NODE_OPERATION,
};

struct rule_quantity;

struct rule_node {
	enum rule_node_kind kind;
	double number;			/* NODE_NUMBER */
	bool has_unit;			/* it is a time in ns, or bytes */
	enum metric_unit unit;
	int selector;			/* of a term of a scenario; -1: none */
	const char *file;		/* of a flow or a claim */
	enum metric_id metric;
	const struct rule_quantity *quantity;
	const char *name;		/* call, field, claim or fact */
	const char *role;		/* behind "@"; NULL = the sender, where there are roles */
	char operation;			/* + - * / */
	int left, right;
};

enum rule_relation {
	RELATION_NONE,			/* an expression alone */
	RELATION_EQUAL, RELATION_AT_LEAST, RELATION_AT_MOST, RELATION_MORE, RELATION_LESS,
	RELATION_WITHIN, RELATION_ABOVE, RELATION_BELOW, RELATION_LIKE, RELATION_UNLIKE,
	RELATION_IS,
};

struct rule_check {
	int left, right, high;		/* nodes; -1: none */
	enum rule_relation relation;
	double tolerance;
	bool percent;			/* of the right side; of 1 where that is 0 */
	const char *text;		/* of RELATION_IS */
};

/* Points into itself: it is not to be copied. */
struct rule {
	char text[2 * RULE_TEXT];	/* the pieces, each with its NUL */
	size_t text_used;
	struct rule_node nodes[RULE_NODES];
	int node_count;
	struct rule_selector selectors[RULE_SELECTORS];
	size_t selector_count;
	struct rule_check checks[RULE_CHECKS];
	size_t check_count;
};

/* Reads comparisons, or one expression alone. 0; -EINVAL: error says what is wrong at which word,
 * and what is allowed there. */
int rule_parse(const char *text, struct rule *rule, char *error, size_t size);
int rule_parse_expression(const char *text, struct rule *rule, char *error, size_t size);

/* Reads the words of a selector, "cold,no-gather"; the same errors. Uses text of rule. */
int rule_parse_words(const char *text, struct rule *rule, struct rule_selector *selector,
		     char *error, size_t size);

/* --- which scenarios --- */

/* A report under the name that a rule's "FILE:" gives it. */
struct rule_evidence {
	const char *file;		/* "lab1-doc1.json"; NULL = any */
	const struct report *report;	/* NULL = it is missing */
};

/* Scenarios in the order of the rule's selectors; NULL where the report has none that fits. */
struct rule_case {
	const struct report_scenario *bound[RULE_SELECTORS];
};

/* Whether the words (not the id) fit. */
bool rule_fits(const struct rule_selector *selector, const struct report_scenario *scenario);
/* Whether the device of its link gathers pages: a link of our own is known, another is judged by
 * where a copy was made. */
bool rule_gathers(const struct report_scenario *scenario);
/* Whether scatter-gather was turned off for the run. */
bool rule_gather_off(const struct report_scenario *scenario);
/* The part of all bytes that lies in memory which the CPU copied into. */
double rule_copied_part(const __u64 bytes[REPORT_ORIGINS]);

/* The first scenario that fits each selector, whatever the others are: as the labs do. */
struct rule_case rule_bind_first(const struct rule *rule, const struct rule_evidence *evidence,
				 size_t count);
/* Every group of scenarios that fits: they agree in all aspects that no selector pins down. A
 * selector that nothing in the report fits stays unbound. The cases belong to the report; how many:
 * 1 of a rule without selectors. */
size_t rule_cases(const struct rule *rule, struct report *report, struct rule_case **cases);
/* Another rule on the scenarios of a case: each selector gets the first of them that fits. */
struct rule_case rule_bind_again(const struct rule *rule, const struct rule_case *at);

/* --- values --- */

struct rule_value {
	double number;			/* the median, where there are several runs */
	bool is_text;
	const char *text;
	enum metric_unit unit;
	bool has_unit;
	bool is_ratio_of_runs;		/* a ratio of what was measured several times */
	size_t runs;			/* the fewest that went into it; 0 = it has no noise */
	const struct spread *spread;	/* the runs themselves; NULL = it is computed, or exact */
	struct interval interval;	/* where the number lies; known only of what has noise */
	const char *why;		/* it is not there: the reason; NULL = it is */
	bool doubt;			/* it is there, but may not be used: why says what to do */
	const char *evidence;		/* "counted", "inferred", …: the weakest; NULL = none */
};

enum rule_truth {
	RULE_FALSE,
	RULE_TRUE,
	RULE_ALIKE,	/* "above" or "below": not told apart, and within RULE_LIKE_PERCENT */
	RULE_UNKNOWN,
};

struct rule_context {
	const struct rule_evidence *evidence;
	size_t evidence_count;
	struct report *texts;		/* owns the texts that are made */
	bool strict;			/* numbers in doubt may not be used: trust.h */
};

/* One expression. The text of a reason belongs to context->texts. */
struct rule_value rule_value(const struct rule_context *context, const struct rule *rule,
			     const struct rule_case *at, int node);

struct rule_answer {
	enum rule_truth truth;
	const char *why;		/* of RULE_UNKNOWN */
	bool doubt;			/* why is a doubt */
	bool noise;			/* why is noise: more runs may decide it */
	struct rule_value left;		/* of the check that decides; the first, if all hold */
	struct rule_value shown;	/* the same; of "above" and its like the ratio */
	const char *evidence;		/* the weakest of all */
};

/* All checks: false if one is, else unknown if one is. */
struct rule_answer rule_answer(const struct rule_context *context, const struct rule *rule,
			       const struct rule_case *at);

/* A value for people: "4.00", "3.44× [1.62–5.18]", "0.412 s", "the same"; "—" if it is not there.
 * */
const char *rule_value_text(struct report *texts, const struct rule_value *value);

/* value is expected, give or take percent of it (of 1 where 0 is expected). */
bool rule_within_percent(double value, double expected, double percent);

#endif
