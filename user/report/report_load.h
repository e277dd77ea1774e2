/* SPDX-License-Identifier: GPL-2.0 */
/* Files and texts of JSON from anybody, read within limits. The hand-ins of labs use what
 * report_read_json() is made of. */
#ifndef ZC_REPORT_LOAD_H
#define ZC_REPORT_LOAD_H

#include <jansson.h>
#include "report.h"

/* A whole regular file of at most that many bytes, a NUL behind it, to be freed; NULL with one line
 * for people in error. */
char *load_text(const char *path, __u64 most_bytes, size_t *bytes, char *error, size_t error_size);

/* Parses it, but not more containers and values than a report can have. NULL: as above. */
json_t *load_json(const char *text, size_t bytes, char *error, size_t error_size);

/* A report out of a text: as report_read_json(). */
struct report *load_report(const char *text, size_t bytes, char *error, size_t error_size);

#endif
