// SPDX-License-Identifier: GPL-2.0
/* Texts that may be missing: see texts.h. */
#include "texts.h"

#include <ctype.h>
#include <string.h>

bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

bool text_is(const char *text, const char *expected)
{
	return text && expected && !strcmp(text, expected);
}

bool text_begins(const char *text, const char *beginning)
{
	return text && !strncmp(text, beginning, strlen(beginning));
}

char *text_trim(char *text)
{
	char *end;

	while (isspace((unsigned char)*text))
		text++;
	end = text + strlen(text);
	while (end > text && isspace((unsigned char)end[-1]))
		*--end = '\0';
	return text;
}
