/* SPDX-License-Identifier: GPL-2.0 */
/* Text from outside, made harmless for a terminal, and how many columns it takes there.
 * Called by messages, the reader of reports and the renderers. */
#ifndef ZC_PLAIN_H
#define ZC_PLAIN_H

#include <stdbool.h>
#include <stddef.h>

/* Copies text with control characters, bidirectional overrides, invisible characters and invalid
 * UTF-8 made visible (as \xNN), at most size - 1 bytes, cut between characters. NULL is "".
 * Nothing more is escaped: not <, not |. Returns buf. */
char *plain_text(const char *text, char *buf, size_t size);
/* The same as a copy, to be freed. */
char *plain_copy(const char *text);
/* Columns that a text from plain_text() takes on a terminal. */
size_t plain_columns(const char *text);
/* The longest beginning of text that takes at most columns, in bytes. */
size_t plain_fit(const char *text, size_t columns);

#endif
