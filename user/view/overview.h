/* SPDX-License-Identifier: GPL-2.0 */
/* The table of a report's scenarios side by side, for every format that shows it: its rows, the
 * scenarios' headings, and the reasons of what was not measured.
 * Used by render_text.c and its parts, render_markdown.c and diff.c. */
#ifndef ZC_OVERVIEW_H
#define ZC_OVERVIEW_H

#include "metric.h"
#include "render.h"

/* One row of the table beside the scenarios. */
struct overview_row {
	const char *label;
	enum metric_id metric;
	enum metric_id second;		/* shown behind a slash; METRIC_COUNT = none */
	bool heading;			/* only the label: the rows below belong to it */
	bool inner;			/* belongs to the heading above */
	bool range;			/* shows the lowest and the highest run */
	bool detail;			/* only with options->verbose */
};

enum { OVERVIEW_ROWS = 23, OVERVIEW_TEXT_BYTES = 160 };
extern const struct overview_row overview_rows[OVERVIEW_ROWS];

/* zctrace run and attach: rows that say nothing about any program are left out. */
bool overview_any_program(const struct report *report);

/* Whether any scenario has such a number, measured or not. */
bool overview_shows(const struct report *report, const struct render_options *options,
		    const struct overview_row *row);

/* One cell, in buf of OVERVIEW_TEXT_BYTES: "—" where it was not measured. Returns buf. */
char *overview_cell(const struct overview_row *row, const struct report_scenario *scenario,
		    char *buf);

/* "CPU", "DMA": who moves the bytes of the leg that the row shows; "" if it is no leg. */
const char *overview_by(const struct overview_row *row);
/* The remark beside a row, if its scenarios agree on one; else NULL. */
const char *overview_note(const struct report *report, const struct overview_row *row);

/* These three are plain text of bounded length, in buf of OVERVIEW_TEXT_BYTES. */
/* "whole file", "64 KiB", "prefault, 64 KiB" */
char *overview_variant(const struct report_scenario *scenario, char *buf);
/* What tells the scenario from the others: "cold", "veth", "1 Gbit/s"; "" if all have the same. */
enum overview_condition { OVERVIEW_CACHE, OVERVIEW_LINK, OVERVIEW_RATE, OVERVIEW_CONDITIONS };
char *overview_condition(const struct report *report, const struct report_scenario *scenario,
			 enum overview_condition part, char *buf);
/* "copy, whole file, cold" */
char *overview_name(const struct report *report, const struct report_scenario *scenario, char *buf);

/* Why numbers were not measured: each reason once, with the labels that it belongs to. */
struct overview_reason {
	const char *why;
	__u32 rows;			/* bit i: overview_rows[i] */
	const struct report_scenario *failed;	/* or: this one could not be measured at all */
};
/* *reasons is to be freed. */
void overview_reasons(const struct report *report, const struct render_options *options,
		      struct overview_reason **reasons, size_t *count);

/* Sums over all scenarios; lost stops at 2^64 - 1. */
struct overview_witnesses {
	__u64 agree, all, lost;
};
struct overview_witnesses overview_witnesses(const struct report *report);

#endif
