/* SPDX-License-Identifier: GPL-2.0 */
/* What the closing sentences share: numbers of one scenario, and how a sentence is added.
 * Only for summary*.c. */
#ifndef ZC_SUMMARY_PARTS_H
#define ZC_SUMMARY_PARTS_H

#include "pick.h"

/* There are no sentences yet. */
void summary_begin(struct report *report);
/* Adds a sentence; NULL: its numbers are not there. */
void summary_say(struct report *report, const char *sentence);

/* Of a scenario's sender: crossings, page faults, context switches, bytes copied by the CPU. Not
 * known where events were lost. */
struct measured summary_crossings(const struct report_scenario *scenario);
struct measured summary_faults(const struct report_scenario *scenario);
struct measured summary_copies(const struct report_scenario *scenario);

/* What sendfile saved, and what that cost: summary_causes.c. */
void summary_say_causes(struct report *report, const struct pick_pair *pair);

/* What another link changes. */
void summary_say_gathering(struct report *report, const struct pick_pair *pair);
void summary_say_slow_link(struct report *report);

void summary_warn(struct report *report);

/* What the size of the chunk changes. */
void summary_say_sweep(struct report *report);
/* What the other ways did: pages that the kernel borrowed, a mapping's page faults. */
void summary_say_ways(struct report *report);

#endif
