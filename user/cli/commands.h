/* SPDX-License-Identifier: GPL-2.0 */
/* The commands; main.c has the table. Each takes its own name as argv[0] and returns an exit
 * status of exits.h. What they take is a table of options, from which the help is made, too. */
#ifndef ZC_COMMANDS_H
#define ZC_COMMANDS_H

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>

typedef int command_fn(int argc, char **argv);

struct command {
	const char *name;
	command_fn *run;
	const char *what;	/* for the help */
};

command_fn cmd_measure, cmd_sweep, cmd_trace, cmd_receive, cmd_report, cmd_diff, cmd_doctor;
command_fn cmd_articles, cmd_check, cmd_list, cmd_lab, cmd_version, cmd_help;
/* The second words of lab, which calls them. */
command_fn cmd_lab_check, cmd_lab_key;

/* The whole command line as it was typed, for the report; ends with NULL. */
extern const char *const *commands_line;

struct option_row;

/* An option, an argument or the end while it is read, for what is more than a row can say. What is
 * wrong ends with argp_error(). */
struct option_use {
	struct argp_state *state;
	const struct option_row *row;	/* NULL = none: an argument, or the end */
	char *text;
	void *arguments;		/* the command's own */
	void *member;			/* of them, that the row names */
};
typedef void option_fn(const struct option_use *use);

enum option_kind { OPTION_OTHER, OPTION_TEXT, OPTION_NUMBER, OPTION_COUNT };

/* One option, and what it sets in the command's arguments. */
struct option_row {
	const char *name, *arg, *doc;	/* arg NULL: it takes none */
	enum option_kind kind;
	size_t offset, bytes;		/* the member that is set */
	long least, most;		/* of the number */
	option_fn *take;		/* NULL = there is nothing to call */
	size_t given;			/* 1 + the offset of a bool that becomes true; 0 = none */
	char letter;
	int group, flags;
};

/* For the rows, as members of ARGUMENTS, which is defined before. */
#define SETS_FLAG(member) .given = 1 + offsetof(ARGUMENTS, member)
#define MEMBER(member) .offset = offsetof(ARGUMENTS, member)
#define SETS_TEXT(member) .kind = OPTION_TEXT, MEMBER(member)
#define COUNTS(member) .kind = OPTION_COUNT, MEMBER(member)
#define SETS_NUMBER(member, from, to) .kind = OPTION_NUMBER, MEMBER(member), \
	.bytes = sizeof(((ARGUMENTS *)0)->member), .least = (from), .most = (to)

/* What a command takes; what is NULL it has not. */
struct command_syntax {
	const struct option_row *options[3];	/* each ends with a row without a name */
	const char *const *hidden;	/* of them, that help leaves out; ends with NULL */
	const char *args_doc, *doc;
	option_fn *argument;		/* called with each */
	option_fn *end;			/* called at the end: does all fit together? */
	bool in_order;			/* options end at the first argument: others' follow it */
};

/* Reads the options into arguments, with "zctrace COMMAND" as the program's name; never returns on
 * a usage error. */
void commands_parse(const struct command_syntax *syntax, int argc, char **argv, void *arguments);

/* The number that an option, named as it is typed, was given; anything else ends with a usage
 * error. */
long option_number(struct argp_state *state, const char *name, const char *text, long least,
		   long most);
/* --without: the member is a struct session_options, which is to do without one more tracepoint. */
option_fn option_without;

#endif
