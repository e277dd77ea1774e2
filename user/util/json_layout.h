/* SPDX-License-Identifier: GPL-2.0 */
/* JSON as text that people can read, the same every time; report_json.c prints reports with it. */
#ifndef ZC_JSON_LAYOUT_H
#define ZC_JSON_LAYOUT_H

#include <stdio.h>
#include <jansson.h>

/* A line for each member, but what is short and arrays of numbers on one line; members in the order
 * in which they were added. Errors stay in the stream. */
void json_layout(json_t *root, FILE *out);

#endif
