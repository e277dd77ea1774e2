/* SPDX-License-Identifier: GPL-2.0 */
/* Ctrl-C and its like while runs are made: every wait looks at "interrupted". */
#ifndef ZC_SIGNALS_H
#define ZC_SIGNALS_H

#include <sys/types.h>

/* The signal that came; set by the handler of SIGINT, SIGTERM and SIGHUP, which signals_catch()
 * installs. The second one ends zctrace at once. */
extern volatile int interrupted;
void signals_catch(void);

/* The process, or 0, that signals are passed on to if they came from a process: a terminal's go to
 * both of us. */
extern volatile pid_t signals_passed_to;

/* In a child that becomes another program: all as zctrace found it. */
void signals_give_back(void);

#endif
