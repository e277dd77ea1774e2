// SPDX-License-Identifier: GPL-2.0
/* What all commands share: their tables of options, read by argp under the command's full name. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "alloc.h"
#include "session.h"

const char *const *commands_line;

enum { MOST_OPTIONS = 48, FIRST_KEY = 0x100 };	/* keys of options without a letter */

/* What argp hands to parse(). */
struct parsing {
	const struct command_syntax *syntax;
	const struct option_row *rows[MOST_OPTIONS];	/* in the order of argp's options */
	void *arguments;
};

static int key_of(const struct option_row *row, size_t number)
{
	return row->letter ? row->letter : FIRST_KEY + (int)number;
}

static void take_option(const struct option_use *use)
{
	const struct option_row *row = use->row;
	char name[32];
	long number;
	int small;

	if (row->given)
		*((bool *)use->arguments + row->given - 1) = true;
	if (row->kind == OPTION_TEXT) {
		*(char **)use->member = use->text;
	} else if (row->kind == OPTION_COUNT) {
		++*(int *)use->member;
	} else if (row->kind == OPTION_NUMBER) {
		snprintf(name, sizeof(name), "--%s", row->name);
		small = number = option_number(use->state, name, use->text, row->least, row->most);
		memcpy(use->member, row->bytes == sizeof(small) ? (void *)&small : &number,
		       row->bytes);
	}
	if (row->take)
		row->take(use);
}

static error_t parse(int key, char *text, struct argp_state *state)
{
	const struct parsing *parsing = state->input;
	const struct command_syntax *syntax = parsing->syntax;
	struct option_use use = { .state = state, .text = text, .arguments = parsing->arguments };
	option_fn *argument = key == ARGP_KEY_ARG ? syntax->argument :
			      key == ARGP_KEY_END ? syntax->end : NULL;

	if (argument) {
		argument(&use);
		return 0;
	}
	for (size_t i = 0; parsing->rows[i]; i++) {
		if (key_of(parsing->rows[i], i) != key)
			continue;
		use.row = parsing->rows[i];
		use.member = (char *)use.arguments + use.row->offset;
		take_option(&use);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static bool is_hidden(const struct command_syntax *syntax, const char *name)
{
	for (const char *const *hidden = syntax->hidden; hidden && *hidden; hidden++) {
		if (!strcmp(*hidden, name))
			return true;
	}
	return false;
}

/* argp's rows, made of ours. */
static void fill_options(struct parsing *parsing, struct argp_option options[MOST_OPTIONS])
{
	size_t count = 0;

	memset(options, 0, MOST_OPTIONS * sizeof(*options));
	for (int set = 0; set < 3; set++) {
		const struct option_row *row = parsing->syntax->options[set];

		for (; row && row->name && count < MOST_OPTIONS - 1; row++, count++) {
			parsing->rows[count] = row;
			options[count] = (struct argp_option){
				.name = row->name, .key = key_of(row, count), .arg = row->arg,
				.doc = row->doc, .group = row->group, .flags = row->flags,
			};
			if (is_hidden(parsing->syntax, row->name))
				options[count].flags |= OPTION_HIDDEN;
		}
	}
}

void commands_parse(const struct command_syntax *syntax, int argc, char **argv, void *arguments)
{
	static struct argp_option options[MOST_OPTIONS];
	struct parsing parsing = { .syntax = syntax, .arguments = arguments };
	const struct argp argp = { .options = options, .parser = parse,
				   .args_doc = syntax->args_doc, .doc = syntax->doc };
	char name[64], *own = argv[0];

	fill_options(&parsing, options);
	snprintf(name, sizeof(name), "zctrace %.40s", own);
	argv[0] = name;
	if (argp_parse(&argp, argc, argv, syntax->in_order ? ARGP_IN_ORDER : 0, NULL, &parsing))
		out_of_memory();
	argv[0] = own;
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

void option_without(const struct option_use *use)
{
	struct session_options *session = use->member;
	const struct probe *probes;
	size_t count;
	bool known = false;

	probes = session_probes(&count);
	for (size_t i = 0; i < count; i++)
		known = known || !strcmp(probes[i].tracepoint, use->text);
	if (!known)
		argp_error(use->state, "--without %s: not one of ours; zctrace doctor lists them",
			   use->text);
	if (session->without_count == SESSION_MAX_WITHOUT)
		argp_error(use->state, "--without: at most %d", SESSION_MAX_WITHOUT);
	session->without[session->without_count++] = use->text;
}
