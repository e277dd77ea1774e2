/* SPDX-License-Identifier: GPL-2.0 */
/* One name for a scenario of a report, that tells it from the others: "copy whole",
 * "sendfile 64 KiB, veth-nosg". For formats where it stands alone: perfetto, openmetrics.
 * And the name of what strained a measurement, for every title. */
#ifndef ZC_TITLE_H
#define ZC_TITLE_H

#include "report.h"

enum { TITLE_BYTES = 256 };

/* Not escaped: its parts may come from outside. Usual conditions (lo, warm) are not named.
 * Returns buf, of at least TITLE_BYTES. */
char *scenario_title(const struct report_scenario *scenario, char *buf);

/* "on CPU 0, socket buffers 16 KiB, receiver sleeps 100 µs"; "" if none was chosen. The same. */
char *strain_title(const struct report_config *config, char *buf);

#endif
