/* SPDX-License-Identifier: GPL-2.0 */
/* Command lines that can be pasted into a shell again. */
#ifndef ZC_SHELL_WORD_H
#define ZC_SHELL_WORD_H

/* The word as a shell reads it back, in quotes where it needs them; to be freed. NULL = no
 * memory. */
char *shell_word(const char *word);

#endif
