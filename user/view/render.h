/* SPDX-License-Identifier: GPL-2.0 */
/* One renderer per format, all alike: a report in, text out, nothing computed that is not in it.
 * output.c picks one from the table in render.c. */
#ifndef ZC_RENDER_H
#define ZC_RENDER_H

#include <stdio.h>
#include "numbers.h"
#include "plain.h"
#include "report.h"

struct render_options {
	bool color;		/* terminal escapes allowed */
	bool verbose;		/* per-call table, all witnesses, machine */
	unsigned int width;	/* columns, 0 = 100 */
};

/* Each returns 0 or -errno of the stream. Everything from outside is escaped for the format. */
int render_text(const struct report *report, const struct render_options *options, FILE *out);
int render_json(const struct report *report, const struct render_options *options, FILE *out);
int render_html(const struct report *report, const struct render_options *options, FILE *out);
int render_markdown(const struct report *report, const struct render_options *options, FILE *out);
int render_csv(const struct report *report, const struct render_options *options, FILE *out);
int render_openmetrics(const struct report *report, const struct render_options *options,
		       FILE *out);
int render_perfetto(const struct report *report, const struct render_options *options, FILE *out);

struct renderer {
	const char *name;	/* also the option: --html, --markdown, … */
	const char *what;	/* of the option, for the help; NULL = there is no option */
	bool binary;		/* not for a terminal */
	int (*render)(const struct report *report, const struct render_options *options, FILE *out);
};

enum { RENDERERS_MAX = 16 };

extern const struct renderer renderers[RENDERERS_MAX];	/* ends with a NULL name */
const struct renderer *renderer_find(const char *name);	/* NULL = there is none */

/* plain_text(), and then what Markdown would read as markup is escaped. */
void render_markdown_text(FILE *out, const char *text);
/* One CSV field, quoted where RFC 4180 asks for it; text that a spreadsheet would calculate
 * (it begins with = + - @) gets an apostrophe in front. */
void render_csv_text(FILE *out, const char *text);

/* A time, or a dash where it was not measured; buf has NUMBER_BYTES. */
char *render_measured_time(struct measured ns, char *buf);

#endif
