// SPDX-License-Identifier: GPL-2.0
/* The options that the scenario programs have in common: see args.h.
 * Called by argp, from each scenario program's main(). */
#include "args.h"
#include "gate.h"
#include "surroundings.h"
#include "size.h"
#include "tally.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct document documents[] = {
	{ .name = "doc1", .port = 8082, .sendfile_chunk_bytes = 65535 },
	{ .name = "doc2", .port = 10000, .sendfile_chunk_bytes = 65536 },
};

/* The kernel doubles it, in an int. */
#define MOST_BUFFER_BYTES (1 << 29)

enum { KEY_GATE = 256, KEY_CPU, KEY_SOCKET_BUFFER };

void args_usage_error(const struct argp_state *state, const char *format, ...)
{
	char why[512], line[640];
	va_list arguments;
	int length;

	va_start(arguments, format);
	vsnprintf(why, sizeof(why), format, arguments);
	va_end(arguments);
	length = snprintf(line, sizeof(line), "%s: %s; see %s --help\n", state->name, why,
			  state->name);
	if (length >= (int)sizeof(line))
		length = sizeof(line) - 1;
	if (write(STDERR_FILENO, line, (size_t)length) < 0) {
		/* The exit status still tells. */
	}
	exit(EXIT_USAGE);
}

static int parse_number(const char *text, int most, int *number)
{
	char *end;
	long value;

	if (!isdigit((unsigned char)text[0]))
		return -EINVAL;
	errno = 0;
	value = strtol(text, &end, 10);
	if (*end || errno || value > most)
		return -EINVAL;
	*number = (int)value;
	return 0;
}

static void parse_chunk(const char *text, const struct argp_state *state, struct args *args)
{
	if (size_parse(text, &args->chunk_bytes))
		args_usage_error(state, "--chunk %.100s: not a size such as 65536, 64K or 64KB",
				 text);
	if (args->chunk_bytes == 0 || args->chunk_bytes > MOST_BYTES_PER_CALL)
		args_usage_error(state, "--chunk %.100s: one call moves between 1 and %llu bytes",
				 text, MOST_BYTES_PER_CALL);
	args->chunk_given = true;
}

static void parse_cpu(const char *text, const struct argp_state *state)
{
	int cpu, err;

	if (parse_number(text, INT_MAX, &cpu))
		args_usage_error(state, "--cpu %.100s: not the number of a CPU", text);
	err = surroundings_pin(cpu);
	if (err)
		args_usage_error(state, "--cpu %d: %s; this machine has %ld, from 0", cpu,
				 strerror(-err), sysconf(_SC_NPROCESSORS_ONLN));
}

static void parse_socket_buffer(const char *text, const struct argp_state *state)
{
	__u64 bytes;

	if (size_parse(text, &bytes) || bytes == 0 || bytes > MOST_BUFFER_BYTES)
		args_usage_error(state, "--socket-buffer %.100s: not a size from 1 to %d bytes",
				 text, MOST_BUFFER_BYTES);
	surroundings_set_buffer(bytes);
}

static void parse_document(const char *name, const struct argp_state *state, struct args *args)
{
	for (size_t i = 0; i < sizeof(documents) / sizeof(documents[0]); i++) {
		if (strcmp(name, documents[i].name) == 0) {
			args->document = &documents[i];
			return;
		}
	}
	args_usage_error(state, "--as %.100s: no such document; there are doc1 and doc2", name);
}

static error_t parse_common(int key, char *text, struct argp_state *state)
{
	struct args *args = state->input;

	switch (key) {
	case 'p':
		if (parse_number(text, 65535, &args->port))
			args_usage_error(state, "--port %.100s: not a number from 0 to 65535",
					 text);
		args->port_given = true;
		return 0;
	case 'c':
		parse_chunk(text, state, args);
		return 0;
	case 'a':
		parse_document(text, state, args);
		return 0;
	case KEY_CPU:
		parse_cpu(text, state);
		return 0;
	case KEY_SOCKET_BUFFER:
		parse_socket_buffer(text, state);
		return 0;
	case KEY_GATE:
		if (parse_number(text, INT_MAX, &args->gate_fd) || !gate_fd_usable(args->gate_fd))
			args_usage_error(state,
					 "--gate %.100s: not a socket of zctrace; "
					 "only zctrace gives this option",
					 text);
		return 0;
	case 'h':
		argp_state_help(state, stdout, ARGP_HELP_STD_HELP);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t parse_sender(int key, char *text, struct argp_state *state)
{
	struct args *args = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = args;
		return 0;
	case 'H':
		args->host = text;
		return 0;
	case ARGP_KEY_ARG:
		if (args->file)
			args_usage_error(state, "%.200s: one FILE at a time", text);
		args->file = text;
		return 0;
	case ARGP_KEY_NO_ARGS:
		args_usage_error(state, "no FILE: name the file to send");
	case ARGP_KEY_SUCCESS:
		if (args->port_given && args->port == 0)
			args_usage_error(state, "--port 0: nobody listens there");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option common_options[] = {
	{ "port", 'p', "PORT", 0, "TCP port of the receiver (default 8082)", 0 },
	{ "chunk", 'c', "SIZE", 0, "bytes per call: 65536, 64K (of 1024), 64KB (of 1000)", 0 },
	{ "as", 'a', "DOCUMENT", 0, "as an article does: doc1 (port 8082), doc2 (port 10000)", 0 },
	{ "cpu", KEY_CPU, "N", 0, "run on this CPU only, counted from 0", 0 },
	{ "socket-buffer", KEY_SOCKET_BUFFER, "SIZE", 0,
	  "how much the socket holds (SO_SNDBUF, SO_RCVBUF)", 0 },
	{ "gate", KEY_GATE, "FD", OPTION_HIDDEN, "", 0 },
	{ NULL, 'h', NULL, OPTION_HIDDEN, "", 0 },
	{ 0 },
};

static const struct argp_option sender_options[] = {
	{ "host", 'H', "ADDRESS", 0, "where the receiver listens (default 127.0.0.1)", 0 },
	{ 0 },
};

const struct argp args_common_argp = { .options = common_options, .parser = parse_common };

static const struct argp_child sender_children[] = {
	{ .argp = &args_common_argp },
	{ 0 },
};

const struct argp args_sender_argp = {
	.options = sender_options,
	.parser = parse_sender,
	.children = sender_children,
};

void args_parse(const struct argp *argp, int argc, char **argv, void *input, struct args *args)
{
	argp_err_exit_status = EXIT_USAGE;
	argp_parse(argp, argc, argv, 0, NULL, input);
	if (args->document && !args->port_given)
		args->port = args->document->port;
}
