/* SPDX-License-Identifier: GPL-2.0 */
/* A lab: labs/N-name.md is both what a student reads and what the program does. lab_text.c reads
 * it, lab_value.c finds what it asks for in reports; cmd_lab*.c and the hand-ins rest on them. */
#ifndef ZC_LAB_H
#define ZC_LAB_H

#include <stdbool.h>
#include <stddef.h>
#include "metric.h"
#include "report.h"
#include "rule.h"

enum {
	LAB_MAX_PREDICTIONS = 16,
	LAB_MAX_QUESTIONS = 8,
	LAB_MAX_MEASUREMENTS = 8,
	LAB_MAX_STATEMENTS = 32,
	LAB_TEXT_BYTES = 256,		/* of a value, with its NUL */
};

/* A row of the table below "## Predict". */
struct lab_prediction {
	const char *id;
	const char *question;
	const char *unit;		/* "crossings"; "a / b / c": one of these */
	const char *where;		/* for lab_evaluate() */
	const char *within;		/* "exact", "±10 %", "×2" */
};

/* A command below "## Measure" that saves a report: "sudo ./zctrace … --json labN….json …". */
struct lab_measurement {
	const char *command;		/* as it is written */
	const char *file;		/* "labN….json" */
	const char *before;		/* what has to be done first ("**Stop.** …"), or NULL */
};

/* A row of the key's table: what a fresh measurement shows. */
struct lab_statement {
	const char *text;
	const char *rule;		/* for lab_holds() */
	const char *reason;
};

struct lab {
	int number;
	const char *title;
	const char *introduction;	/* what a student reads before the predictions, Markdown */
	struct lab_prediction predictions[LAB_MAX_PREDICTIONS];
	size_t prediction_count;
	struct lab_measurement measurements[LAB_MAX_MEASUREMENTS];
	size_t measurement_count;
	const char *questions[LAB_MAX_QUESTIONS];	/* the list below "## Explain" */
	size_t question_count;
	struct lab_statement statements[LAB_MAX_STATEMENTS];	/* of a key: "## Statements" */
	size_t statement_count;
	char *memory;			/* the file, in pieces: everything above points into it */
	char *introduction_memory;
};

/* labs/ of the source tree or of what was installed, found beside our executable; NULL: nowhere. */
const char *lab_directory(void);

/* Lab number, or its key, from lab_directory(). 0; -ENOENT: there is no such lab; -errno, with a
 * sentence in error. lab_free() in any case. */
int lab_read(int number, bool key, struct lab *lab, char *error, size_t size);
/* The same from a text that lab_free() frees. -EINVAL: it is none, error says where. */
int lab_parse(char *text, struct lab *lab, char *error, size_t size);
void lab_free(struct lab *lab);

/* The title of a lab, for a list; false = there is none of that number. */
bool lab_exists(int number, char *title, size_t size);

/* --- numbers --- */

/* What stands in the reports: a number, or a text (a verdict). */
struct lab_value {
	bool is_text;
	double number;
	enum metric_unit unit;
	bool has_unit;
	char text[LAB_TEXT_BYTES];	/* if is_text */
	char why[LAB_TEXT_BYTES];	/* it is not there: the reason, else "" */
};

/* Finds what an expression of rule.h says, in the reports by the names that the lab gives them. 0,
 * also when the value is not there (why says so); -EINVAL: it is no expression. */
int lab_evaluate(const char *where, const struct rule_evidence *evidence, size_t count,
		 struct lab_value *value);

/* A rule of rule.h; *holds is set, and value is what stands on the left of its first comparison. 0
 * or -EINVAL. */
int lab_holds(const char *rule, const struct rule_evidence *evidence, size_t count,
	      struct lab_value *value, bool *holds);

enum lab_judgement { LAB_RIGHT, LAB_WRONG, LAB_NOT_PREDICTED, LAB_NOT_MEASURED };

/* What a student wrote as a number: "39,324", "3.5×". 0 or -EINVAL. */
int lab_parse_number(const char *text, double *number);
/* Whether answer can be one to the question: a number, or one of its choices. */
bool lab_answer_fits(const struct lab_prediction *prediction, const char *answer);
/* value for people, in buf of LAB_TEXT_BYTES; "—" if it is not there. Returns buf. */
char *lab_value_text(const struct lab_prediction *prediction, const struct lab_value *value,
		     char *buf);
/* answer NULL or "" = none was given. */
enum lab_judgement lab_judge(const struct lab_prediction *prediction, const char *answer,
			     const struct lab_value *value);
const char *lab_judgement_text(enum lab_judgement judgement);

#endif
