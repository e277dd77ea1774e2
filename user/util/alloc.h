/* SPDX-License-Identifier: GPL-2.0 */
/* Memory that is there or ends zctrace: what is measured, judged and shown is small, and nobody can
 * go on usefully without it. The one policy for all of user/, as in strace. */
#ifndef ZC_ALLOC_H
#define ZC_ALLOC_H

#include <stddef.h>
#include <stdarg.h>
#include <stdio.h>

/* Says so, and ends with ZC_EXIT_FAILED; also for libraries that return NULL. */
void out_of_memory(void) __attribute__((noreturn));

/* As the functions without x, but never NULL; xcalloc() and xrealloc() look at the product. */
void *xmalloc(size_t bytes) __attribute__((malloc, returns_nonnull));
void *xcalloc(size_t count, size_t bytes) __attribute__((malloc, returns_nonnull));
void *xrealloc(void *old, size_t count, size_t bytes) __attribute__((returns_nonnull));
char *xstrdup(const char *text) __attribute__((malloc, returns_nonnull));
char *xasprintf(const char *format, ...)
	__attribute__((malloc, returns_nonnull, format(printf, 1, 2)));
char *xvasprintf(const char *format, va_list arguments)
	__attribute__((malloc, returns_nonnull, format(printf, 1, 0)));

/* open_memstream(), and its end: what was written to it is whole. */
FILE *xopen_memstream(char **text, size_t *size) __attribute__((returns_nonnull));
void xclose_memstream(FILE *stream, char **text);

#endif
