/* SPDX-License-Identifier: GPL-2.0 */
/* Whether jansson lacked memory since it was last watched. */
#ifndef ZC_JSON_MEMORY_H
#define ZC_JSON_MEMORY_H

#include <stdbool.h>

void json_memory_watch(void);
bool json_memory_lacked(void);

#endif
