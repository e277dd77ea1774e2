// SPDX-License-Identifier: GPL-2.0
/* Quotes a word for a shell: see shell_word.h. */
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "shell_word.h"

#include "alloc.h"

/* Whether a shell takes the word as it stands. */
static bool is_plain_word(const char *word)
{
	if (!*word)
		return false;
	for (; *word; word++) {
		if (!isalnum((unsigned char)*word) && !strchr("_-./:=,+@%", *word))
			return false;
	}
	return true;
}

char *shell_word(const char *word)
{
	char *quoted = xmalloc(strlen(word) * 4 + 3), *to = quoted;

	if (is_plain_word(word))
		return strcpy(quoted, word);
	*to++ = '\'';
	for (; *word; word++) {
		if (*word == '\'')
			to = stpcpy(to, "'\\''");
		else
			*to++ = *word;
	}
	strcpy(to, "'");
	return quoted;
}
