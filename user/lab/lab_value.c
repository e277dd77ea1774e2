// SPDX-License-Identifier: GPL-2.0
/* Finds what a lab asks for in the reports, by the rules of rule/: see lab.h. A lab's number is the
 * first scenario's that fits, and a student may see one that a verdict would not rest on. */
#include "lab.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "rule.h"

/* What a question is answered with: the reports, and room for the texts of reasons. */
struct asking {
	struct rule rule;
	struct rule_context context;
	struct rule_case at;
};

static struct asking *ask(void)
{
	struct asking *asking = xcalloc(1, sizeof(*asking));

	asking->context.texts = report_new();
	return asking;
}

static void bind(struct asking *asking, const struct rule_evidence *evidence, size_t count)
{
	asking->context.evidence = evidence;
	asking->context.evidence_count = count;
	asking->at = rule_bind_first(&asking->rule, evidence, count);
}

static void done(struct asking *asking)
{
	report_free(asking->context.texts);
	free(asking);
}

static void set_value(struct lab_value *value, const struct rule_value *found)
{
	*value = (struct lab_value){ .is_text = found->is_text, .number = found->number,
				     .unit = found->unit, .has_unit = found->has_unit };
	if (found->is_text && found->text)
		snprintf(value->text, sizeof(value->text), "%s", found->text);
	if (found->why)
		snprintf(value->why, sizeof(value->why), "%s", found->why);
}

int lab_evaluate(const char *where, const struct rule_evidence *evidence, size_t count,
		 struct lab_value *value)
{
	struct asking *asking = ask();
	struct rule_value found;
	char error[256];
	int err;

	memset(value, 0, sizeof(*value));
	err = rule_parse_expression(where, &asking->rule, error, sizeof(error));
	if (!err) {
		bind(asking, evidence, count);
		found = rule_value(&asking->context, &asking->rule, &asking->at,
				   asking->rule.checks[0].left);
		set_value(value, &found);
	}
	done(asking);
	return err;
}

int lab_holds(const char *rule, const struct rule_evidence *evidence, size_t count,
	      struct lab_value *value, bool *holds)
{
	struct asking *asking = ask();
	struct rule_answer answer;
	char error[256];
	int err;

	*holds = false;
	memset(value, 0, sizeof(*value));
	err = rule_parse(rule, &asking->rule, error, sizeof(error));
	if (!err) {
		bind(asking, evidence, count);
		answer = rule_answer(&asking->context, &asking->rule, &asking->at);
		set_value(value, &answer.left);
		*holds = answer.truth == RULE_TRUE;
	}
	done(asking);
	return err;
}
