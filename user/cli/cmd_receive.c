// SPDX-License-Identifier: GPL-2.0
/* receive: from the options to the far end of a measurement over a real network. */
#include <argp.h>

#include "build.h"
#include "commands.h"
#include "receive.h"
#include "remote_words.h"
#include "session.h"
#include "signals.h"

enum keys { KEY_DATA_PORT = 0x100, KEY_ONCE, KEY_TIMEOUT };

enum { DEFAULT_SECONDS = 3600 };

static const struct argp_option options[] = {
	{ .name = "bind", .key = 'b', .arg = "ADDRESS",
	  .doc = "Listen on this address of this machine, 0.0.0.0 or :: for all of them (default "
		 "127.0.0.1: only programs on this machine can connect)" },
	{ .name = "port", .key = 'p', .arg = "N",
	  .doc = "Listen on this port for measurements (default 8083)" },
	{ .name = "data-port", .key = KEY_DATA_PORT, .arg = "N",
	  .doc = "Receivers listen on this port, for a firewall to let through (default: any free "
		 "one)" },
	{ .name = "once", .key = KEY_ONCE, .doc = "Serve one measurement, then end" },
	{ .name = "timeout", .key = KEY_TIMEOUT, .arg = "SECONDS",
	  .doc = "End a run, or a pause between two, that takes longer (default 3600)" },
	{ .name = "verbose", .key = 'v',
	  .doc = "Tell who was turned away, and what receivers complain about" },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct receive_options *a = state->input;

	switch (key) {
	case 'b':
		a->bind = arg;
		return 0;
	case 'p':
		a->port = option_number(state, "--port", arg, 0, 65535);
		return 0;
	case KEY_DATA_PORT:
		a->data_port = option_number(state, "--data-port", arg, 1, 65535);
		return 0;
	case KEY_ONCE:
		a->once = true;
		return 0;
	case KEY_TIMEOUT:
		a->most_seconds = option_number(state, "--timeout", arg, 1, REMOTE_MOST_SECONDS);
		return 0;
	case 'v':
		a->verbosity++;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.doc = "Waits for zctrace copy, sendfile or compare --to this machine, and runs their receiver. "
	       "Needs no privilege; with it, the receiver is traced too. Serves one measurement at a "
	       "time, until Ctrl-C.\v"
	       "Anybody who can connect can have a receiver started, which reads what it is sent and "
	       "forgets it; nothing else. Let only machines in that you trust with that.\n\n"
	       "Examples:\n"
	       "  zctrace receive --bind 192.0.2.7\n"
	       "  sudo zctrace receive --bind :: --data-port 8082\n",
};

int cmd_receive(int argc, char **argv)
{
	struct receive_options a = {
		.bind = "127.0.0.1", .port = REMOTE_PORT, .most_seconds = DEFAULT_SECONDS,
		.build = build_receiver,
	};

	commands_parse(&argp, argc, argv, &a);
	session_set_verbosity(a.verbosity > 1 ? 2 : 0);
	signals_catch();
	return receive(&a);
}
