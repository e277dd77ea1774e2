// SPDX-License-Identifier: GPL-2.0
/* list: the tables of scenarios, claims and metrics as they are compiled in. */
#include <stdio.h>
#include <string.h>

#include "claims.h"
#include "commands.h"
#include "exits.h"
#include "metric.h"
#include "scenario_table.h"

static void list_scenarios(void)
{
	for (const struct scenario *s = scenarios; s->id; s++)
		printf("%-12s %s\n", s->id, s->what);
}

static void list_claims(void)
{
	const struct article_list documents = claims_documents();
	struct report *report = report_new();

	/* Of an empty report nothing can be decided: what each claim says is there. */
	claims_decide_articles(report, &documents);
	for (size_t i = 0; i < report->claim_count; i++) {
		const struct report_claim *claim = &report->claims[i];

		printf("%s\n  %s; %s says: %s\n  rule: %s\n  %s\n", claim->id, claim->text,
		       claim->source, claim->documents, claim->rule, claim->why);
	}
	report_free(report);
}

static void list_metrics(void)
{
	for (const struct metric *m = metrics; m < metrics + METRIC_COUNT; m++) {
		if (m->what)
			printf("%s (%s)\n  %s\n  from: %s; witness: %s\n", m->id,
			       metric_unit_text(m->unit), m->what, m->source,
			       m->witness ? m->witness : "none");
	}
}

static void take_what(const struct option_use *use)
{
	const char **what = use->arguments;

	if (*what)
		argp_error(use->state, "Too many arguments");
	*what = use->text;
}

static void end(const struct option_use *use)
{
	if (!*(const char **)use->arguments)
		argp_error(use->state, "list what? scenarios, claims or metrics");
}

static const struct command_syntax syntax = {
	.argument = take_what, .end = end, .args_doc = "scenarios|claims|metrics",
	.doc = "Prints what there is to run, to decide, or to measure.",
};

int cmd_list(int argc, char **argv)
{
	const char *what = NULL;

	commands_parse(&syntax, argc, argv, &what);
	if (!strcmp(what, "scenarios"))
		list_scenarios();
	else if (!strcmp(what, "claims"))
		list_claims();
	else if (!strcmp(what, "metrics"))
		list_metrics();
	else
		return complain(ZC_EXIT_USAGE, "list %s: there are scenarios, claims and metrics",
				what);
	return ZC_EXIT_OK;
}
