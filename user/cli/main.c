// SPDX-License-Identifier: GPL-2.0
/* zctrace: which command is meant, and its help. Each command is a file of its own. */
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alloc.h"
#include "commands.h"
#include "exits.h"
#include "output.h"
#include "scenario_table.h"
#include "version.h"

static const struct command commands[] = {
	{ "compare", cmd_measure, "run both, decide what the documents claim; --all: every way" },
	{ "check", cmd_check, "decide what articles claim: those of the library, or your own" },
	{ "articles", cmd_articles, "the library of articles, and what each of them claims" },
	{ "sweep", cmd_sweep, "many sizes of chunk: where do crossings stop mattering?" },
	{ "run", cmd_trace, "run any program and tell where its bytes went: is it zero-copy?" },
	{ "attach", cmd_trace, "the same for a program that runs already" },
	{ "receive", cmd_receive, "the far end of a measurement over a real network (--to)" },
	{ "report", cmd_report, "show saved reports again, or turn them into another format" },
	{ "diff", cmd_diff, "two saved reports side by side" },
	{ "lab", cmd_lab, "an exercise for a class: predict, measure, explain, hand in" },
	{ "doctor", cmd_doctor, "what this machine lacks, what is lost by it, what to do" },
	{ "list", cmd_list, "the scenarios, claims or metrics that there are" },
	{ "version", cmd_version, "print the version" },
	{ "help", cmd_help, "this text, or that of a command" },
};

enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

/* The command that runs a scenario. */
static struct command command_of(const struct scenario *scenario)
{
	return (struct command){ scenario->id, cmd_measure, scenario->help };
}

/* Scenarios are commands too. */
static const struct command *find(const char *name)
{
	static struct command way;
	const struct scenario *scenario = scenario_find(name);

	if (scenario) {
		way = command_of(scenario);
		return &way;
	}
	for (int i = 0; i < COMMANDS; i++) {
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	}
	return NULL;
}

static void print_command(FILE *out, struct command command)
{
	fprintf(out, "  %-10s %s\n", command.name, command.what);
}

static void print_help(FILE *out)
{
	fprintf(out, "Usage: zctrace COMMAND [OPTION...]\n"
		"Watches the kernel while a file is sent by copying and by sendfile, and says of every\n"
		"claim about them whether it holds on this machine.\n\nCommands:\n");
	for (const struct scenario *s = scenarios; s->id; s++)
		print_command(out, command_of(s));
	for (int i = 0; i < COMMANDS; i++)
		print_command(out, commands[i]);
	fprintf(out, "\nExamples:\n"
		"  sudo zctrace compare                 4 switches against 2? 4 copies against 3?\n"
		"  sudo zctrace copy --chunk 64K        the textbook's loop: one read, one send\n"
		"  zctrace report zctrace-compare.json --html compare.html\n"
		"\nzctrace help COMMAND shows its options. Exit status: 0 measured, 1 a claim does not "
		"hold\n(--expect), 2 usage, 3 this machine cannot, 4 the measurement failed.\n");
}

int cmd_help(int argc, char **argv)
{
	const struct command *command = argc > 1 ? find(argv[1]) : NULL;
	char *help[] = { argc > 1 ? argv[1] : NULL, "--help", NULL };

	if (argc > 2)
		return complain(ZC_EXIT_USAGE, "help: takes one command, %s is the second",
				argv[2]);
	if (argc > 1 && !command)
		return complain(ZC_EXIT_USAGE, "help: there is no command %s; zctrace help lists them",
				argv[1]);
	if (command && command->run != cmd_help && command->run != cmd_version)
		return command->run(2, help);
	print_help(stdout);
	return ZC_EXIT_OK;
}

int cmd_version(int argc, char **argv)
{
	if (argc > 1)
		return complain(ZC_EXIT_USAGE, "version: takes no argument, and %s is one",
				argv[1]);
	printf("zctrace %s\n", ZCTRACE_VERSION);
	return ZC_EXIT_OK;
}

/* Started with a standard descriptor closed (2>&-), the next file that we open would get its number
 * and our messages. */
static void fill_standard_fds(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
}

/* What a command has printed may still be in the buffer: a table for grading that is cut off by a
 * full disk must not pass for a whole one. */
static int flush_output(int status)
{
	if (ferror(stdout))
		return complain(ZC_EXIT_FAILED, "standard output: not all of it could be written");
	if (!fflush(stdout))
		return status;
	output_complain(STDOUT_FILENO, -errno);
	return ZC_EXIT_FAILED;
}

int main(int argc, char **argv)
{
	const struct command *command;

	fill_standard_fds();
	argp_err_exit_status = ZC_EXIT_USAGE;
	json_set_alloc_funcs(xmalloc, free);
	if (argc < 2) {
		print_help(stderr);
		return ZC_EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))
		return flush_output(cmd_help(argc - 1, argv + 1));
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V"))
		return flush_output(cmd_version(argc - 1, argv + 1));
	command = find(argv[1]);
	if (!command)
		return complain(ZC_EXIT_USAGE, "there is no command %s; zctrace help lists them",
				argv[1]);
	commands_line = (const char *const *)argv;
	return flush_output(command->run(argc - 1, argv + 1));
}
