/* SPDX-License-Identifier: GPL-2.0 */
/* Where the running zctrace lies: what belongs to it is found from there, built or installed. */
#ifndef ZC_SELF_H
#define ZC_SELF_H

#include <stdbool.h>
#include <stddef.h>

/* The directory of the running program; false if the kernel does not tell. */
bool self_directory(char *buf, size_t size);

#endif
