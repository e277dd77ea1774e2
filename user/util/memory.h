/* SPDX-License-Identifier: GPL-2.0 */
/* Has memory that will be used anyway made in one go: see memory.c. */
#ifndef ZC_MEMORY_H
#define ZC_MEMORY_H

#include <stddef.h>

/* The heap's first megabytes and the program itself. What malloc() gives and gets back afterwards
 * comes from there. Nothing fails: without it, the pages come one by one. */
void memory_populate(void);

/* Pages that are going to be touched. */
void memory_populate_range(void *start, size_t bytes);

/* Touches so much memory and gives it back to the kernel: what a program takes next was used just
 * now. What cannot be had is left. */
void memory_settle(size_t bytes);

#endif
