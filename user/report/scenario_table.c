// SPDX-License-Identifier: GPL-2.0
/* The scenarios that there are. The commands, list and the runner read this table. */
#include <string.h>

#include "scenario_table.h"

const struct scenario scenarios[] = {
	{
		.id = "copy",
		.help = "run the documents' copying program, watched",
		.what = "read the file into memory, send it from there",
		.data_calls = { "read", "sendto" },
		.round_call = "read",
		.round_from_file = true,
		.whole_by_default = true,
		.has_prefault = true,
	},
	{
		.id = "sendfile",
		.help = "run the documents' zero-copy program, watched",
		.what = "let the kernel move it from the file to the socket",
		.data_calls = { "sendfile" },
		.round_call = "sendfile",
		.round_from_file = true,
	},
	{
		.id = "mmap",
		.help = "another way: send from a mapping of the file",
		.what = "map the file into memory, send it from there: page faults instead of reads",
		.data_calls = { "sendto" },
		.round_call = "sendto",
	},
	{
		.id = "splice",
		.help = "another way: through a pipe, with splice",
		.what = "from the file into a pipe, from the pipe to the socket: references only",
		.data_calls = { "splice" },
		.round_call = "splice",
		.round_from_file = true,
	},
	{
		.id = "zerocopy",
		.help = "another way: read, and send with MSG_ZEROCOPY",
		.what = "read it into memory, whose pages the kernel borrows to send them",
		.data_calls = { "read", "sendto" },
		.round_call = "read",
		.round_from_file = true,
	},
	{
		.id = "uring",
		.help = "another way: read and send through io_uring",
		.what = "a read and a send in the kernel's queue, and one call for both",
		.data_calls = { "io_uring_enter" },
		.round_call = "io_uring READ",
		.round_from_file = true,
	},
	{
		.id = "uring-zc",
		.help = "the same with io_uring's SEND_ZC",
		.what = "the same with SEND_ZC, for which the kernel borrows the memory's pages",
		.program = "uring",
		.option = "--zerocopy",
		.data_calls = { "io_uring_enter" },
		.round_call = "io_uring READ",
		.round_from_file = true,
	},
	{
		.id = "direct",
		.help = "another way: read past the page cache, with O_DIRECT",
		.what = "the disk writes it into memory, past the page cache; send it from there",
		.data_calls = { "read", "sendto" },
		.round_call = "read",
		.round_from_file = true,
	},
	{
		.id = "vmsplice",
		.help = "another way: give the program's own pages away, with vmsplice",
		.what = "read it into memory, whose pages go into a pipe and to the socket",
		.data_calls = { "read", "vmsplice", "splice" },
		.round_call = "read",
		.round_from_file = true,
	},
	{
		.id = "tee",
		.help = "another way: through a pipe that tee duplicates",
		.what = "as splice, and tee hands the same pages to a second pipe",
		.data_calls = { "splice", "tee" },
		.round_call = "splice",
		.round_from_file = true,
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

bool scenario_begins_round(const struct scenario *scenario, const char *call, const char *fd)
{
	/* Requests are no calls: what hands them over begins the round. */
	bool request = !strncmp(scenario->round_call, "io_uring ", 9);
	const char *wanted = request ? scenario->data_calls[0] : scenario->round_call;
	bool from_file = scenario->round_from_file && !request;

	return call && !strcmp(call, wanted) && (!from_file || (fd && !strncmp(fd, "file", 4)));
}

const char *scenario_program(const struct scenario *scenario)
{
	return scenario->program ? scenario->program : scenario->id;
}

const char *const receiver_how_names[RECEIVER_HOWS] = {
	"recv", "discard", "splice", "zerocopy",
};
