// SPDX-License-Identifier: GPL-2.0
/* check: measures what the claims of articles need, and decides them; or decides them from saved
 * reports, without root. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "article_file.h"
#include "check_plan.h"
#include "claims.h"
#include "commands.h"
#include "measure_options.h"
#include "scorecard.h"
#include "summary.h"

enum { MAX_EXPECT = 16, MAX_REPORTS = SCORECARD_MOST };

struct arguments {
	struct measure_options shared;
	struct article_list articles;
	const char *reports[MAX_REPORTS];
	size_t report_count;
	const char *expect[MAX_EXPECT];
	size_t expect_count;
};

static bool is_report(const char *text)
{
	const size_t length = strlen(text);

	return length > 5 && !strcmp(text + length - 5, ".json");
}

static void take_word(const struct option_use *use)
{
	struct arguments *a = use->arguments;
	char error[900];

	if (is_report(use->text)) {
		if (a->report_count == MAX_REPORTS)
			argp_error(use->state, "at most %d reports", MAX_REPORTS);
		a->reports[a->report_count++] = use->text;
		return;
	}
	if (a->articles.count == ARTICLE_LIST)
		argp_error(use->state, "at most %d articles", ARTICLE_LIST);
	a->articles.at[a->articles.count] = article_open(use->text, error, sizeof(error));
	if (!a->articles.at[a->articles.count])
		argp_error(use->state, "%s", error);
	a->articles.count++;
}

static void add_expect(const struct option_use *use)
{
	struct arguments *a = use->arguments;

	if (a->expect_count == MAX_EXPECT)
		argp_error(use->state, "--expect: at most %d", MAX_EXPECT);
	a->expect[a->expect_count++] = use->text;
}

static void end(const struct option_use *use)
{
	const struct arguments *a = use->arguments;
	char error[1024];

	if (!a->articles.count)
		argp_error(use->state, "which ARTICLE? zctrace articles lists them");
	for (size_t i = 0; i < a->expect_count; i++) {
		if (claims_expect(NULL, &a->articles, a->expect[i], error, sizeof(error)))
			argp_error(use->state, "--expect %s: %s", a->expect[i], error);
	}
	measure_end(use);
}

#define ARGUMENTS struct arguments

static const struct option_row options[] = {
	{ "expect", "CLAIM=VERDICT",
	  "Exit with 1 unless the claim has that verdict; may be repeated",
	  .take = add_expect, .group = 2 },
	{ 0 },
};

/* What the articles say themselves: check_options() refuses it, with the reason. */
static const char *const conditions[] = { "cold", "warm", "link", "rate", NULL };

static const struct command_syntax syntax = {
	.options = { options, measure_option_rows, output_options }, .hidden = conditions,
	.argument = take_word, .end = end, .args_doc = "ARTICLE... [REPORT.json...]",
	.doc = "Measures what the articles' claims need, in the fewest runs, and says of each claim "
	       "whether it holds on this machine. With saved reports, decides by these and measures "
	       "nothing.\v"
	       "ARTICLE is one that \"zctrace articles\" lists, or a file of your own (my.md): "
	       "docs/articles.md describes it.\n\n"
	       "Examples:\n"
	       "  sudo zctrace check doc1 doc2\n"
	       "  sudo zctrace check my.md --json my.json\n"
	       "  zctrace check doc1 zctrace-compare.json\n",
};

/* --- from saved reports --- */

static enum zc_exit check_expectations(const struct arguments *a, const struct report *report)
{
	enum zc_exit status = ZC_EXIT_OK;
	char error[1024];

	for (size_t i = 0; i < a->expect_count; i++) {
		if (claims_expect(report, &a->articles, a->expect[i], error, sizeof(error)))
			status = complain(ZC_EXIT_CLAIM, "--expect %s: %s", a->expect[i], error);
	}
	return status;
}

static enum zc_exit load_reports(const struct arguments *a, struct report **reports)
{
	char error[1024];

	for (size_t i = 0; i < a->report_count; i++) {
		reports[i] = report_read_json(a->reports[i], error, sizeof(error));
		if (!reports[i])
			return complain(ZC_EXIT_FAILED, "check: %s: %s", a->reports[i], error);
		claims_decide_articles(reports[i], &a->articles);
		summary_write_articles(reports[i], &a->articles);
	}
	return ZC_EXIT_OK;
}

static enum zc_exit write_saved(const struct arguments *a, struct report **reports)
{
	struct scorecard scorecard = { .count = a->report_count };

	if (a->report_count == 1) {
		reports[0]->mode = "check";
		return outputs_write(&a->shared.outputs, reports[0]) ? ZC_EXIT_FAILED : ZC_EXIT_OK;
	}
	for (size_t i = 0; i < a->report_count; i++) {
		const char *slash = strrchr(a->reports[i], '/');

		scorecard.reports[i] = reports[i];
		scorecard.names[i] = slash ? slash + 1 : a->reports[i];
	}
	return outputs_write_scorecard(&a->shared.outputs, &scorecard);
}

static enum zc_exit check_saved(const struct arguments *a)
{
	struct report *reports[MAX_REPORTS] = { NULL };
	enum zc_exit status = load_reports(a, reports), expected = ZC_EXIT_OK;

	if (!status)
		status = write_saved(a, reports);
	for (size_t i = 0; i < a->report_count && !status; i++) {
		if (check_expectations(a, reports[i]))
			expected = ZC_EXIT_CLAIM;
	}
	for (size_t i = 0; i < a->report_count; i++)
		report_free(reports[i]);
	return status ? status : expected;
}

/* --- measured --- */

/* The articles say under which conditions: options that say otherwise are mistakes. */
static enum zc_exit check_options(const struct arguments *a)
{
	const struct measure_options *o = &a->shared;
	const char *given = o->cache_given ? "--cold and --warm" : o->link_given ? "--link" :
			    o->condition.rate_bits ? "--rate" : NULL;

	if (given)
		return complain(ZC_EXIT_USAGE, "check: the articles say under which conditions; leave "
				"out %s", given);
	return measure_check(o, NULL);
}

static enum zc_exit check_measured(struct arguments *a)
{
	enum zc_exit status = check_options(a), expected;
	struct report *report;
	char error[300];

	if (status)
		return status;
	if (check_plan(&a->shared, &a->articles, error, sizeof(error))) {
		check_plan_free(&a->shared);
		return complain(ZC_EXIT_USAGE, "check: %s", error);
	}
	a->shared.announce = true;
	a->shared.articles = &a->articles;
	status = measure_and_write(&a->shared, "zctrace-check.json", &report);
	check_plan_free(&a->shared);
	if (!report)
		return status;
	expected = check_expectations(a, report);
	report_free(report);
	return status ? status : expected;
}

int cmd_check(int argc, char **argv)
{
	struct arguments a = { .shared.plan.mode = argv[0] };

	commands_parse(&syntax, argc, argv, &a);
	if (!a.report_count)
		return check_measured(&a);
	if (outputs_check(&a.shared.outputs))
		return ZC_EXIT_USAGE;
	return check_saved(&a);
}
