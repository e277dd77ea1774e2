// SPDX-License-Identifier: GPL-2.0
/* The scenarios that there are. The commands, list and the runner read this table. */
#include <string.h>

#include "scenario_table.h"

const struct scenario scenarios[] = {
	{
		.id = "copy",
		.what = "read the file into memory, send it from there",
		.data_calls = { "read", "sendto" },
		.round_call = "read",
		.whole_by_default = true,
		.has_prefault = true,
	},
	{
		.id = "sendfile",
		.what = "let the kernel move it from the file to the socket",
		.data_calls = { "sendfile" },
		.round_call = "sendfile",
	},
	{ .id = NULL },
};

const struct scenario *scenario_find(const char *id)
{
	for (const struct scenario *s = scenarios; s->id; s++) {
		if (!strcmp(s->id, id))
			return s;
	}
	return NULL;
}
