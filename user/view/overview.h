/* SPDX-License-Identifier: GPL-2.0 */
/* What every format says of a report as a whole: the names of its scenarios, which tell them apart,
 * and how many witnesses agree. Used by the tables, the renderers and diff.c. */
#ifndef ZC_OVERVIEW_H
#define ZC_OVERVIEW_H

#include "metric.h"
#include "render.h"

enum { OVERVIEW_TEXT_BYTES = 160 };

/* zctrace run and attach: zctrace did not choose the program. */
bool overview_any_program(const struct report *report);

/* These three are plain text of bounded length, in buf of OVERVIEW_TEXT_BYTES. */
/* "whole file", "64 KiB", "prefault, 64 KiB" */
char *overview_variant(const struct report_scenario *scenario, char *buf);
/* What tells the scenario from the others: "cold", "veth", "1 Gbit/s"; "" if all have the same. */
enum overview_condition { OVERVIEW_CACHE, OVERVIEW_LINK, OVERVIEW_RATE, OVERVIEW_CONDITIONS };
char *overview_condition(const struct report *report, const struct report_scenario *scenario,
			 enum overview_condition part, char *buf);
/* "copy, whole file, cold" */
char *overview_name(const struct report *report, const struct report_scenario *scenario, char *buf);

/* Sums over all scenarios; lost stops at 2^64 - 1. */
struct overview_witnesses {
	__u64 agree, all, lost;
};
struct overview_witnesses overview_witnesses(const struct report *report);

#endif
