/* SPDX-License-Identifier: GPL-2.0 */
/* The commands; main.c has the table. Each takes its own name as argv[0] and returns an exit
 * status of exits.h. */
#ifndef ZC_COMMANDS_H
#define ZC_COMMANDS_H

typedef int command_fn(int argc, char **argv);

struct command {
	const char *name;
	command_fn *run;
	const char *what;	/* for the help */
};

command_fn cmd_measure, cmd_sweep, cmd_trace, cmd_receive, cmd_report, cmd_diff, cmd_doctor;
command_fn cmd_list, cmd_lab, cmd_version, cmd_help;

/* The whole command line as it was typed, for the report; ends with NULL. */
extern const char *const *commands_line;

/* argp_parse() with "zctrace COMMAND" as the program's name; never returns on a usage error. */
struct argp;
void commands_parse(const struct argp *argp, int argc, char **argv, void *input);
/* The same, but options end at the first argument: what follows is a command's own. */
void commands_parse_in_order(const struct argp *argp, int argc, char **argv, void *input);

/* The number that an option, named as it is typed, was given; anything else ends with a usage
 * error. */
struct argp_state;
long option_number(struct argp_state *state, const char *name, const char *text, long least,
		   long most);
/* --without: adds a tracepoint to those to do without; one that zctrace does not use ends with a
 * usage error. */
struct session_options;
void option_without(struct argp_state *state, struct session_options *session, const char *name);

#endif
