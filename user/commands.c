// SPDX-License-Identifier: GPL-2.0
/* What all commands share: parsing under their full name. */
#include <argp.h>
#include <stdio.h>

#include "commands.h"

const char *const *commands_line;

static void parse(const struct argp *argp, int argc, char **argv, unsigned int flags, void *input)
{
	char name[64], *own = argv[0];

	snprintf(name, sizeof(name), "zctrace %.40s", own);
	argv[0] = name;
	argp_parse(argp, argc, argv, flags, NULL, input);
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
