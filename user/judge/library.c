// SPDX-License-Identifier: GPL-2.0
/* The articles that are part of the program: the files of articles/, which the Makefile puts into
 * it. Nothing is opened, so they are there wherever the program is. */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "article.h"
#include "exits.h"

/* A row of the table that tools/embed-articles.sh makes; ends with a NULL name. */
struct embedded {
	const char *name;
	const char *begin, *end;
};
extern const struct embedded library_table[];

size_t library_count(void)
{
	size_t count = 0;

	while (library_table[count].name)
		count++;
	return count;
}

const char *library_text(size_t number, size_t *bytes)
{
	const struct embedded *row = &library_table[number];

	*bytes = row->end - row->begin;
	return row->begin;
}

const struct article *library_at(size_t number)
{
	static const struct article **read;
	char error[800];
	size_t bytes;

	if (!read)
		read = xcalloc(library_count(), sizeof(*read));
	if (!read[number]) {
		const char *text = library_text(number, &bytes);
		char *copy = xmalloc(bytes + 1);

		memcpy(copy, text, bytes);
		copy[bytes] = '\0';
		read[number] = article_parse(copy, library_table[number].name, error,
					     sizeof(error));
		if (!read[number])
			exit(complain(ZC_EXIT_FAILED, "articles/%s.md: %s",
				      library_table[number].name, error));
	}
	return read[number];
}

const struct article *library_find(const char *name)
{
	for (size_t i = 0; library_table[i].name; i++) {
		if (!strcmp(library_table[i].name, name))
			return library_at(i);
	}
	return NULL;
}
