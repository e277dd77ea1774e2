// SPDX-License-Identifier: GPL-2.0
/* Ctrl-C and its like while runs are made: see signals.h. */
#include "signals.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

volatile int interrupted;
volatile pid_t signals_passed_to;

static const int caught[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE };
enum { CAUGHT = sizeof(caught) / sizeof(caught[0]) };
static struct sigaction as_found[CAUGHT];

static void on_signal(int number, siginfo_t *info, void *context)
{
	/* The second one ends us at once; the children go with us (PR_SET_PDEATHSIG). */
	if (interrupted)
		_exit(128 + number);
	interrupted = number;
	if (signals_passed_to && info->si_code <= 0)
		kill(signals_passed_to, number);
}

void signals_catch(void)
{
	/* Every wait looks at "interrupted" itself; a report that is being written goes on. */
	const struct sigaction action = { .sa_sigaction = on_signal,
					  .sa_flags = SA_SIGINFO | SA_RESTART };

	for (int i = 0; i < CAUGHT; i++) {
		sigaction(caught[i], NULL, &as_found[i]);
		/* Ignored by who started us (nohup): so be it. */
		if (caught[i] == SIGPIPE)
			signal(SIGPIPE, SIG_IGN);
		else if (as_found[i].sa_handler != SIG_IGN)
			sigaction(caught[i], &action, NULL);
	}
}

void signals_give_back(void)
{
	for (int i = 0; i < CAUGHT; i++)
		sigaction(caught[i], &as_found[i], NULL);
}
