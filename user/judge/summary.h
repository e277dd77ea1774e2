/* SPDX-License-Identifier: GPL-2.0 */
/* What was found, in plain sentences, and advice on how far to trust it: all from the report's own
 * numbers. Called once, after the claims were decided. */
#ifndef ZC_SUMMARY_H
#define ZC_SUMMARY_H

#include "report.h"

/* Fills report->sentences (the headline first) and report->warnings; 0. A sentence whose numbers
 * were not measured is left out. */
int summary_write(struct report *report);

#endif
