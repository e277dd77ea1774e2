/* SPDX-License-Identifier: GPL-2.0 */
/* The parts of the HTML page that go over its scenarios; render_html.c puts each into its place of
 * web/report.html. */
#ifndef ZC_PAGE_H
#define ZC_PAGE_H

#include <stdbool.h>
#include <stdio.h>

#include "report.h"

bool page_has_flows(const struct report *report);
void page_flows(FILE *out, const struct report *report);
bool page_has_paths(const struct report *report);
void page_paths(FILE *out, const struct report *report);
bool page_has_numbers(const struct report *report);
void page_numbers(FILE *out, const struct report *report);
void page_times(FILE *out, const struct report *report);
bool page_has_calls(const struct report *report);
void page_calls(FILE *out, const struct report *report);
bool page_has_runs(const struct report *report);
void page_runs(FILE *out, const struct report *report);
void page_witnesses(FILE *out, const struct report *report);
void page_loss(FILE *out, const struct report *report);
bool page_has_delivery(const struct report *report);
void page_delivery(FILE *out, const struct report *report);

/* The report, and what was worked out of it, as JSON for the scripts (page_data.c). */
void page_data(FILE *out, const struct report *report);

/* Every timeline, as data for web/timeline.js (html_timeline.c). */
void page_timelines(FILE *out, const struct report *report);

struct table;
/* A page of its own with one table, in the style of the others (render_html.c). */
void page_of_table(const char *title, const struct table *table, FILE *out);

#endif
