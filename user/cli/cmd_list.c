// SPDX-License-Identifier: GPL-2.0
/* list: the tables of scenarios, claims and metrics as they are compiled in. */
#include <argp.h>
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
	const struct claim_info *claims;
	size_t count;

	claims = claims_all(&count);
	for (size_t i = 0; i < count; i++) {
		printf("%s\n  %s; %s says: %s\n  rule: %s\n  measured by: %s\n", claims[i].id,
		       claims[i].text, claims[i].source, claims[i].documents, claims[i].rule,
		       claims[i].command);
	}
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

static error_t parse(int key, char *arg, struct argp_state *state)
{
	const char **what = state->input;

	if (key == ARGP_KEY_ARG && !*what) {
		*what = arg;
		return 0;
	}
	if (key == ARGP_KEY_END && !*what)
		argp_error(state, "list what? scenarios, claims or metrics");
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
	.parser = parse,
	.args_doc = "scenarios|claims|metrics",
	.doc = "Prints what there is to run, to decide, or to measure.",
};

int cmd_list(int argc, char **argv)
{
	const char *what = NULL;

	commands_parse(&argp, argc, argv, &what);
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
