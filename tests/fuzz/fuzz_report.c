// SPDX-License-Identifier: GPL-2.0
/* libFuzzer target: any bytes as a saved report. What can be read is rendered in every text format,
 * written and read again: nothing may crash or leak, the terminal never sees a control character
 * or a line of more than 100 columns, and the second file is the same as the first. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "diff.h"
#include "render.h"

enum { COLUMNS = 100 };

static struct report *read_bytes(const void *data, size_t size)
{
	char path[64], error[256] = "";
	struct report *report = NULL;
	int fd = memfd_create("report", MFD_CLOEXEC);

	if (fd < 0)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (write(fd, data, size) == (ssize_t)size)
		report = report_read_json(path, error, sizeof(error));
	close(fd);
	if (!report && (!error[0] || strchr(error, '\n')))
		abort();
	return report;
}

static void check_line(const char *line)
{
	if (plain_columns(line) > COLUMNS)
		abort();
	for (; *line; line++) {
		if ((unsigned char)*line < ' ' || *line == 0x7f)
			abort();
	}
}

/* Takes the text, whose last line ends like all others. */
static void check_terminal(char *text)
{
	char *next;

	for (char *line = text; *line; line = next + 1) {
		next = strchr(line, '\n');
		if (!next)
			abort();
		*next = '\0';
		check_line(line);
	}
	free(text);
}

typedef int renderer_fn(const struct report *report, const struct render_options *options,
			FILE *out);

static char *rendered(renderer_fn *render, const struct report *report, bool verbose)
{
	const struct render_options options = { .verbose = verbose };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out || render(report, &options, out) < 0)
		abort();
	fclose(out);
	return text;
}

static int diff_with_itself(const struct report *report, const struct render_options *options,
			    FILE *out)
{
	return report_diff(report, report, options, out);
}

static void check_again(const struct report *report)
{
	char *first = rendered(render_json, report, false), *second;
	struct report *again = read_bytes(first, strlen(first));

	if (!again)
		abort();
	second = rendered(render_json, again, false);
	if (strcmp(first, second) != 0)
		abort();
	report_free(again);
	free(first);
	free(second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct report *report = read_bytes(data, size);

	if (!report)
		return 0;
	for (int verbose = 0; verbose < 2; verbose++) {
		check_terminal(rendered(render_text, report, verbose));
		check_terminal(rendered(diff_with_itself, report, verbose));
		free(rendered(render_markdown, report, verbose));
	}
	free(rendered(render_csv, report, false));
	check_again(report);
	report_free(report);
	return 0;
}
