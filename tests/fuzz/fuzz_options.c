// SPDX-License-Identifier: GPL-2.0
/* libFuzzer target: any command line. Every command of main.c reads its options, checks them and
 * makes its plan; where it would begin to do something it is stopped (see "wrapped" in tests.mk).
 * Words are separated by NUL or newline, and the first byte chooses the command. */
#include <errno.h>
#include <pwd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#define main zctrace_main
#include "main.c"
#undef main

#include "link.h"
#include "measure.h"
#include "output.h"
#include "receive.h"
#include "trace.h"

enum { MAX_WORDS = 64, SCENARIOS = 7 };

int __sanitizer_install_malloc_and_free_hooks(void (*malloc_hook)(const volatile void *, size_t),
					      void (*free_hook)(const volatile void *));

static jmp_buf stopped;

/* --- what argp holds when it is left in the middle is freed here --- */

enum { MAX_HELD = 4096 };

static const volatile void *held[MAX_HELD];
static size_t held_count;
static bool holding;

static void on_malloc(const volatile void *memory, size_t size)
{
	if (holding && held_count < MAX_HELD)
		held[held_count++] = memory;
}

static void on_free(const volatile void *memory)
{
	for (size_t i = 0; holding && i < held_count; i++) {
		if (held[i] == memory)
			held[i] = held[--held_count];
	}
}

static void let_go(void)
{
	holding = false;
	for (size_t i = 0; i < held_count; i++)
		free((void *)held[i]);
	held_count = 0;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	__sanitizer_install_malloc_and_free_hooks(on_malloc, on_free);
	return 0;
}

static void stop(void)
{
	longjmp(stopped, 1);
}

static void must(bool holds)
{
	if (!holds)
		abort();
}

/* --- instead of what would print, end us, or do something --- */

error_t __real_argp_parse(const struct argp *argp, int argc, char **argv, unsigned int flags,
			  int *end, void *input);
error_t __wrap_argp_parse(const struct argp *argp, int argc, char **argv, unsigned int flags,
			  int *end, void *input);
error_t __wrap_argp_parse(const struct argp *argp, int argc, char **argv, unsigned int flags,
			  int *end, void *input)
{
	const unsigned int quietly = ARGP_NO_EXIT | ARGP_NO_ERRS | ARGP_NO_HELP;

	if (__real_argp_parse(argp, argc, argv, flags | quietly, end, input))
		stop();
	return 0;
}

void __wrap_argp_error(const struct argp_state *state, const char *format, ...);
void __wrap_argp_error(const struct argp_state *state, const char *format, ...)
{
	char text[4096];
	va_list args;

	va_start(args, format);
	must(vsnprintf(text, sizeof(text), format, args) > 0);
	va_end(args);
	stop();
}

int __wrap_complain(enum zc_exit status, const char *format, ...);
int __wrap_complain(enum zc_exit status, const char *format, ...)
{
	char text[4096];
	va_list args;

	va_start(args, format);
	must(vsnprintf(text, sizeof(text), format, args) > 0);
	va_end(args);
	return status;
}

/* The real one reads files, and keeps memory for the next time. */
struct passwd *__wrap_getpwnam(const char *name);
struct passwd *__wrap_getpwnam(const char *name)
{
	static struct passwd nobody = { .pw_name = "nobody", .pw_uid = 65534, .pw_gid = 65534 };

	return strcmp(name, nobody.pw_name) ? NULL : &nobody;
}

/* The reports that are to be written, before anything is measured. */
int __wrap_outputs_check(const struct outputs *outputs);
int __wrap_outputs_check(const struct outputs *outputs)
{
	must(outputs->count <= OUTPUT_MAX);
	for (size_t i = 0; i < outputs->count; i++)
		must(outputs->files[i].renderer && outputs->files[i].path);
	return 0;
}

int __wrap_output_replace(const char *path, output_writer *writer, void *context);
int __wrap_output_replace(const char *path, output_writer *writer, void *context)
{
	return -EROFS;
}

int __wrap_measure(const struct measure_plan *plan, struct measurement *measurement, char *error,
		   size_t size);
int __wrap_measure(const struct measure_plan *plan, struct measurement *measurement, char *error,
		   size_t size)
{
	must(plan->variant_count > 0 && plan->variants);
	must(plan->condition_count > 0 && plan->condition_count <= MEASURE_MAX_CONDITIONS);
	must(plan->repeats > 0 && plan->repeats <= 1000);
	must(plan->bytes > 0 && plan->port >= 0 && plan->port < 65536 && plan->timeout_s >= 0);
	for (size_t i = 0; i < plan->variant_count; i++)
		must(plan->variants[i].scenario && plan->variants[i].chunk_bytes <= 0x7ffff000);
	for (size_t i = 0; i < plan->condition_count; i++)
		must(plan->conditions[i].rate_bits <= LINK_MAX_RATE_BITS);
	must(plan->session.without_count <= SESSION_MAX_WITHOUT);
	stop();
	return 0;
}

int __wrap_trace(const struct trace_options *options, struct trace_result *result, int *status,
		 char *error, size_t size);
int __wrap_trace(const struct trace_options *options, struct trace_result *result, int *status,
		 char *error, size_t size)
{
	must((options->program && options->program[0]) || options->pid > 0);
	must(options->seconds >= 0 && options->interval >= 0);
	must(options->session.max_procs <= ZC_PROC_STATES);
	must(options->session.max_cells <= ZC_MOST_CELLS);
	must(options->session.without_count <= SESSION_MAX_WITHOUT);
	stop();
	return 0;
}

int __wrap_receive(const struct receive_options *options);
int __wrap_receive(const struct receive_options *options)
{
	must(options->bind && options->port >= 0 && options->port < 65536);
	must(options->data_port >= 0 && options->data_port < 65536 && options->most_seconds > 0);
	stop();
	return 0;
}

struct report *__wrap_report_read_json(const char *path, char *error, size_t size);
struct report *__wrap_report_read_json(const char *path, char *error, size_t size)
{
	must(path != NULL);
	stop();
	return NULL;
}

/* doctor and list have nothing but options before they do what they are for. */
static bool only_parses(const struct command *command)
{
	return command->run == cmd_help || command->run == cmd_version ||
	       command->run == cmd_list || command->run == cmd_doctor;
}

static const struct command *choose(uint8_t byte)
{
	const struct scenario *scenario = scenarios;

	for (byte %= SCENARIOS + COMMANDS; byte && scenario->id; byte--)
		scenario++;
	if (scenario->id)
		return find(scenario->id);
	return only_parses(&commands[byte]) ? find("copy") : &commands[byte];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *words[MAX_WORDS + 2] = { NULL }, *text;
	const struct command *command;
	int count = 1;

	if (size < 1 || size > 4096)
		return 0;
	command = choose(data[0]);
	text = malloc(size);
	must(text != NULL);
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	words[0] = (char *)command->name;
	for (size_t at = 0; at < size && count <= MAX_WORDS; at++) {
		if (at == 0 || !text[at - 1])
			words[count++] = &text[at];
		if (text[at] == '\n')
			text[at] = '\0';
	}
	commands_line = (const char *const *)words;
	holding = true;
	if (!setjmp(stopped))
		command->run(count, words);
	let_go();
	free(text);
	commands_line = NULL;
	return 0;
}
