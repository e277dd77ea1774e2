/* SPDX-License-Identifier: GPL-2.0 */
/* Ctrl-C and its like while runs are made: every wait looks at "interrupted". */
#ifndef ZC_SIGNALS_H
#define ZC_SIGNALS_H

/* The signal that came; set by the handler of SIGINT and SIGTERM, which signals_catch()
 * installs. */
extern volatile int interrupted;
void signals_catch(void);

#endif
