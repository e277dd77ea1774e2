/* SPDX-License-Identifier: GPL-2.0 */
/* Brings the raw reports of a lab into a hand-in: saved ones, or by running the commands of its
 * text. cmd_lab.c and cmd_lab_key.c. */
#ifndef ZC_LAB_MEASURE_H
#define ZC_LAB_MEASURE_H

#include "handin.h"

/* What is saved at path: a directory (every report under the name that the lab gives it), a hand-in
 * of this lab (which takes the place of handin), or one report. Read with the rights of the calling
 * user. 0, or -errno with one line in error. */
int lab_take_saved(const char *path, const struct lab *lab, struct handin *handin, char *error,
		   size_t size);

/* Runs the command of one measurement and takes what it has saved. An exit status of exits.h; what
 * failed has been said. */
int lab_run(const struct lab_measurement *measurement, struct handin *handin);

#endif
