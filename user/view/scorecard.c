// SPDX-License-Identifier: GPL-2.0
/* Prints several reports' verdicts side by side: see scorecard.h. */
#include "scorecard.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "html.h"
#include "page.h"
#include "table.h"
#include "texts.h"

static const char title[] = "zctrace scorecard";

static const struct report_claim *find_claim(const struct report *report, const char *id)
{
	for (size_t i = 0; i < report->claim_count; i++) {
		if (text_is(report->claims[i].id, id))
			return &report->claims[i];
	}
	return NULL;
}

/* A report before this one has the claim: its row is there. */
static bool has_row(const struct scorecard *scorecard, size_t report, const char *id)
{
	for (size_t i = 0; i < report; i++) {
		if (find_claim(scorecard->reports[i], id))
			return true;
	}
	return false;
}

static void add_verdict(struct table *table, const struct report_claim *claim)
{
	static const enum tone tones[] = {
		[VERDICT_HOLDS] = TONE_GOOD, [VERDICT_DOES_NOT] = TONE_BAD,
		[VERDICT_HOLDS_IF] = TONE_DOUBT, [VERDICT_NOT_MEASURED] = TONE_DIM,
	};

	if (!claim)
		table_cell(table, TONE_DIM, NULL);
	else if (claim->verdict == VERDICT_NOT_MEASURED)
		table_cell(table, TONE_DIM, report_verdict_text(claim->verdict));
	else
		table_format(table, tones[claim->verdict], "%s: %s",
			     report_verdict_text(claim->verdict),
			     claim->measured_text ? claim->measured_text : "—");
}

static void add_row(struct table *table, const struct scorecard *scorecard,
		    const struct report_claim *claim)
{
	table_cell(table, TONE_PLAIN, claim->text ? claim->text : claim->id);
	table_cell(table, TONE_PLAIN, claim->source);
	table_cell(table, TONE_PLAIN, claim->documents);
	for (size_t i = 0; i < scorecard->count; i++)
		add_verdict(table, find_claim(scorecard->reports[i], claim->id));
}

/* "laptop.json" and the kernel below it. */
static char *heading(const struct scorecard *scorecard, size_t column)
{
	const char *name = scorecard->names[column], *dot = strrchr(name, '.');
	const char *kernel = scorecard->reports[column]->machine.kernel;
	char plain[80], release[80];
	char *text = xasprintf("%.*s", dot && dot > name ? (int)(dot - name) : (int)strlen(name),
			       name);
	char *whole = xasprintf("%s\n%s", plain_text(text, plain, sizeof(plain)),
				plain_text(kernel ? kernel : "?", release, sizeof(release)));

	free(text);
	return whole;
}

static struct table *make_table(const struct scorecard *scorecard)
{
	struct table_column columns[3 + SCORECARD_MOST] = {
		{ "claim", .wraps = true }, { "article", .wraps = true },
		{ "says", .wraps = true },
	};
	struct table *table;

	for (size_t i = 0; i < scorecard->count; i++)
		columns[3 + i] = (struct table_column){ heading(scorecard, i), .wraps = true };
	table = table_new(columns, 3 + scorecard->count);
	for (size_t i = 0; i < scorecard->count; i++)
		free((char *)columns[3 + i].heading);
	for (size_t r = 0; r < scorecard->count; r++) {
		const struct report *report = scorecard->reports[r];

		for (size_t i = 0; i < report->claim_count; i++) {
			if (!has_row(scorecard, r, report->claims[i].id))
				add_row(table, scorecard, &report->claims[i]);
		}
	}
	return table;
}

int scorecard_print(const struct scorecard *scorecard, const struct renderer *renderer,
		    const struct render_options *options, FILE *out)
{
	struct table *table = make_table(scorecard);
	int err = 0;

	if (!strcmp(renderer->name, "text")) {
		fprintf(out, "%s\n\n", title);
		table_print_text(table, options, out);
	} else if (!strcmp(renderer->name, "markdown")) {
		fprintf(out, "# %s\n\n", title);
		table_print_markdown(table, out);
	} else if (!strcmp(renderer->name, "csv")) {
		table_print_csv(table, true, out);
	} else if (!strcmp(renderer->name, "html")) {
		page_of_table(title, table, out);
	} else {
		err = -ENOTSUP;
	}
	table_free(table);
	return err ? err : ferror(out) ? -EIO : 0;
}
