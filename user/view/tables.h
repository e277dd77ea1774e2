/* SPDX-License-Identifier: GPL-2.0 */
/* Every table of a report, filled once and printed by each format: see table.h. The caller frees
 * them. What is computed for them is computed in report/. */
#ifndef ZC_TABLES_H
#define ZC_TABLES_H

#include "overview.h"
#include "table.h"

/* Tables of one scenario, in the order in which they are shown. */
struct table_kind {
	const char *id;
	const char *title;	/* the scenario's name follows it */
	bool detail;		/* only with -v */
	bool any_program;	/* only where zctrace did not choose the program */
	/* NULL = the scenario has nothing to show in it. */
	struct table *(*make)(const struct report_scenario *scenario);
};
extern const struct table_kind scenario_tables[];	/* ends with a NULL id */

/* The one with this id. */
struct table *table_of_kind(const char *id, const struct report_scenario *scenario);

/* The scenarios [first, first + count) side by side, a row for each metric. */
struct table *table_of_numbers(const struct report *report, const struct render_options *options,
			       size_t first, size_t count);
/* A sweep: a row for each way and size of the chunk. */
struct table *table_of_sweep(const struct report *report);
struct table *table_of_claims(const struct report *report, bool rules);
struct table *table_of_runs(const struct report_scenario *scenario);
struct table *table_of_loss(const struct report *report);	/* NULL: none, and all exact */
struct table *table_of_delivery(const struct report *report);	/* NULL: it was not verified */
struct table *table_of_facts(const struct report *report);	/* the machine, the options */
#endif
