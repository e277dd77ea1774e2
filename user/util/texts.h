/* SPDX-License-Identifier: GPL-2.0 */
/* Comparisons of texts that may be missing, and white space around them. */
#ifndef ZC_TEXTS_H
#define ZC_TEXTS_H

#include <stdbool.h>

bool same_text(const char *a, const char *b);			/* two NULLs are the same */
bool text_is(const char *text, const char *expected);		/* NULL is nothing */
bool text_begins(const char *text, const char *beginning);	/* NULL begins with nothing */

/* Without the white space at either end; changes text. */
char *text_trim(char *text);

#endif
