/* SPDX-License-Identifier: GPL-2.0 */
/* The totals of a report in OpenMetrics text format, for the node exporter's textfile collector.
 * Called through the table in render.c, and by zctrace run and attach at each interval. */
#ifndef ZC_OPENMETRICS_H
#define ZC_OPENMETRICS_H

#include <stdio.h>
#include "report.h"

/*
 * What was not measured has no sample; rows with the same labels are one sample, their sum.
 * 0 or -errno of the stream; then what was written is of no use.
 */
int openmetrics_write(const struct report *report, FILE *out);

#endif
