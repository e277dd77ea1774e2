// SPDX-License-Identifier: GPL-2.0
/* Memory that is there or ends zctrace: see alloc.h. */
#include "alloc.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "exit_status.h"

void out_of_memory(void)
{
	static const char message[] = "zctrace: out of memory; close other programs\n";

	if (write(STDERR_FILENO, message, sizeof(message) - 1) < 0)
		_exit(ZC_EXIT_FAILED);
	exit(ZC_EXIT_FAILED);
}

static void *must(void *memory)
{
	if (!memory)
		out_of_memory();
	return memory;
}

void *xmalloc(size_t bytes)
{
	return must(malloc(bytes ? bytes : 1));
}

void *xcalloc(size_t count, size_t bytes)
{
	return must(calloc(count ? count : 1, bytes ? bytes : 1));
}

void *xrealloc(void *old, size_t count, size_t bytes)
{
	return must(reallocarray(old, count ? count : 1, bytes ? bytes : 1));
}

char *xstrdup(const char *text)
{
	return must(strdup(text));
}

char *xvasprintf(const char *format, va_list arguments)
{
	char *text;

	if (vasprintf(&text, format, arguments) < 0)
		out_of_memory();
	return text;
}

char *xasprintf(const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	text = xvasprintf(format, arguments);
	va_end(arguments);
	return text;
}

FILE *xopen_memstream(char **text, size_t *size)
{
	return must(open_memstream(text, size));
}

void xclose_memstream(FILE *stream, char **text)
{
	if (fclose(stream) || !*text)
		out_of_memory();
}
