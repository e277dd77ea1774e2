/* SPDX-License-Identifier: GPL-2.0 */
/* One name for a scenario of a report, that tells it from the others: "copy whole",
 * "sendfile 64 KiB, veth-nosg". For formats where it stands alone: perfetto, openmetrics. */
#ifndef ZC_TITLE_H
#define ZC_TITLE_H

#include "report.h"

enum { TITLE_BYTES = 256 };

/* Not escaped: its parts may come from outside. Usual conditions (lo, warm) are not named.
 * Returns buf, of at least TITLE_BYTES. */
char *scenario_title(const struct report_scenario *scenario, char *buf);

#endif
