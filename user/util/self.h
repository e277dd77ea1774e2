/* SPDX-License-Identifier: GPL-2.0 */
/* Where the running zctrace lies: what belongs to it is found from there, built or installed. */
#ifndef ZC_SELF_H
#define ZC_SELF_H

#include <stdbool.h>

enum { SELF_PATH_BYTES = 4096 };

/* The first of these places, from the directory of the running program, that fits; places end with
 * NULL. What path holds already is taken as it is, "" is nothing. Returns path, or NULL. */
const char *self_find(char path[SELF_PATH_BYTES], const char *const *places,
		      bool (*fits)(const char *path));

#endif
