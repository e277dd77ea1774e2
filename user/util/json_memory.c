// SPDX-License-Identifier: GPL-2.0
/* Whether jansson lacked memory: it does not always say so, and may leave out a character or a
 * member and go on. report_load.c and report_json.c ask. */
#include <jansson.h>
#include <stdlib.h>

#include "json_memory.h"

static bool lacked;

static void *take(size_t bytes)
{
	void *memory = malloc(bytes);

	lacked = lacked || !memory;
	return memory;
}

void json_memory_watch(void)
{
	json_set_alloc_funcs(take, free);
	lacked = false;
}

bool json_memory_lacked(void)
{
	return lacked;
}
