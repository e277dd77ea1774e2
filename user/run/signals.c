// SPDX-License-Identifier: GPL-2.0
/* Ctrl-C and its like while runs are made: see signals.h. */
#include "signals.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

volatile int interrupted;

static void on_signal(int number)
{
	/* The second one ends us at once; the children go with us (PR_SET_PDEATHSIG). */
	if (interrupted)
		_exit(128 + number);
	interrupted = number;
}

void signals_catch(void)
{
	/* Every wait looks at "interrupted" itself; a report that is being written goes on. */
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART }, found;
	static const int caught[] = { SIGINT, SIGTERM, SIGHUP };

	for (size_t i = 0; i < sizeof(caught) / sizeof(caught[0]); i++) {
		/* Ignored by who started us (nohup): so be it. */
		if (!sigaction(caught[i], NULL, &found) && found.sa_handler != SIG_IGN)
			sigaction(caught[i], &action, NULL);
	}
	signal(SIGPIPE, SIG_IGN);
}
