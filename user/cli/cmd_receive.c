// SPDX-License-Identifier: GPL-2.0
/* receive: from the options to the far end of a measurement over a real network. */
#include "build.h"
#include "commands.h"
#include "receive.h"
#include "remote_words.h"
#include "session.h"
#include "signals.h"

enum { DEFAULT_SECONDS = 3600 };

#define ARGUMENTS struct receive_options

static const struct option_row options[] = {
	{ "bind", "ADDRESS",
	  "Listen on this address of this machine, 0.0.0.0 or :: for all of them (default "
	  "127.0.0.1: only programs on this machine can connect)",
	  SETS_TEXT(bind), .letter = 'b' },
	{ "port", "N", "Listen on this port for measurements (default 8083)",
	  SETS_NUMBER(port, 0, 65535), .letter = 'p' },
	{ "data-port", "N",
	  "Receivers listen on this port, for a firewall to let through (default: any free one)",
	  SETS_NUMBER(data_port, 1, 65535) },
	{ "once", NULL, "Serve one measurement, then end", SETS_FLAG(once) },
	{ "timeout", "SECONDS",
	  "End a run, or a pause between two, that takes longer (default 3600)",
	  SETS_NUMBER(most_seconds, 1, REMOTE_MOST_SECONDS) },
	{ "verbose", NULL, "Tell who was turned away, and what receivers complain about",
	  COUNTS(verbosity), .letter = 'v' },
	{ 0 },
};

static const struct command_syntax syntax = {
	.options = { options },
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

	commands_parse(&syntax, argc, argv, &a);
	session_set_verbosity(a.verbosity > 1 ? 2 : 0);
	signals_catch();
	return receive(&a);
}
