/* SPDX-License-Identifier: GPL-2.0 */
/* A report out of a parsed JSON document; report_load.c reads the file and calls it. */
#ifndef ZC_REPORT_FROM_JSON_H
#define ZC_REPORT_FROM_JSON_H

#include <jansson.h>
#include "report.h"

/* The schema must be the right one. 0 and *report, or -errno and one line for people in error. */
int report_from_json(const json_t *root, struct report **report, char *error, size_t error_size);

#endif
