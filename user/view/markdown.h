/* SPDX-License-Identifier: GPL-2.0 */
/* What the two parts of the Markdown report share; render_markdown.c calls the tables. */
#ifndef ZC_MARKDOWN_H
#define ZC_MARKDOWN_H

#include "overview.h"

/* One cell of a table and the bar behind it; NULL is "—". */
void markdown_cell(FILE *out, const char *text);
/* The line below a table's headings: columns that stand at the left, then those at the right. */
void markdown_rule(FILE *out, size_t left, size_t right);

/* Nothing is printed where there is nothing to show. */
void markdown_flows(const struct report_scenario *scenario, FILE *out);
void markdown_processes(const struct report_scenario *scenario, FILE *out);
void markdown_sweep(const struct report *report, FILE *out);
void markdown_calls(const struct report *report, const struct report_scenario *scenario, FILE *out);
void markdown_witnesses(const struct report *report, const struct report_scenario *scenario,
			FILE *out);

#endif
