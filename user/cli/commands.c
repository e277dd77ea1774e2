// SPDX-License-Identifier: GPL-2.0
/* What all commands share: parsing under their full name, and numbers as options. */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "alloc.h"
#include "session.h"

const char *const *commands_line;

static void parse(const struct argp *argp, int argc, char **argv, unsigned int flags, void *input)
{
	char name[64], *own = argv[0];

	snprintf(name, sizeof(name), "zctrace %.40s", own);
	argv[0] = name;
	if (argp_parse(argp, argc, argv, flags, NULL, input))
		out_of_memory();
	argv[0] = own;
}

void commands_parse(const struct argp *argp, int argc, char **argv, void *input)
{
	parse(argp, argc, argv, 0, input);
}

void commands_parse_in_order(const struct argp *argp, int argc, char **argv, void *input)
{
	parse(argp, argc, argv, ARGP_IN_ORDER, input);
}

long option_number(struct argp_state *state, const char *name, const char *text, long least,
		   long most)
{
	char *end;
	long value;

	errno = 0;
	value = strtol(text, &end, 10);
	if (errno || *end || end == text || value < least || value > most)
		argp_error(state, "%s %s: give a number from %ld to %ld", name, text, least, most);
	return value;
}

void option_without(struct argp_state *state, struct session_options *session, const char *name)
{
	const struct probe *probes;
	size_t count;
	bool known = false;

	probes = session_probes(&count);
	for (size_t i = 0; i < count; i++)
		known = known || !strcmp(probes[i].tracepoint, name);
	if (!known)
		argp_error(state, "--without %s: not one of ours; zctrace doctor lists them", name);
	if (session->without_count == SESSION_MAX_WITHOUT)
		argp_error(state, "--without: at most %d", SESSION_MAX_WITHOUT);
	session->without[session->without_count++] = name;
}
