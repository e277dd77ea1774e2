/* SPDX-License-Identifier: GPL-2.0 */
/* Sentences without the intervals behind their numbers: what test_stats.c has on those, other tests
 * need not say again. */
#ifndef ZC_INTERVALS_H
#define ZC_INTERVALS_H

#include <string.h>

/* "0.325 s [0.281–0.426 s]" -> "0.325 s". One of several static buffers; NULL gives NULL. */
static inline const char *without_intervals(const char *text)
{
	static char buffers[4][4096];
	static unsigned int turn;
	char *out = buffers[turn++ % 4], *at = out;

	if (!text)
		return NULL;
	while (*text && at < out + sizeof(buffers[0]) - 1) {
		const char *end = text[0] == ' ' && text[1] == '[' ? strchr(text, ']') : NULL;

		if (end)
			text = end + 1;
		else
			*at++ = *text++;
	}
	*at = '\0';
	return out;
}

#endif
