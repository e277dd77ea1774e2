/* SPDX-License-Identifier: GPL-2.0 */
/* Tables on a terminal: cells are collected, then columns are made to fit the width.
 * Used by render_text.c and its parts, and by diff.c. */
#ifndef ZC_GRID_H
#define ZC_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include "render.h"

enum grid_color { GRID_PLAIN, GRID_BOLD, GRID_GOOD, GRID_BAD, GRID_DOUBT, GRID_DIM };

struct grid_column {
	const char *heading;	/* NULL in all columns: no line of headings */
	bool right;		/* numbers stand at the right */
	bool wraps;		/* a long text goes on in the next line; else it is cut with "…" */
};

struct grid;

/* columns must stay until grid_free(). */
struct grid *grid_new(const struct grid_column *columns, size_t count);
void grid_free(struct grid *grid);

/* The next cell, from the left; the first of a row starts it. text goes through plain_text(),
 * NULL is "—". */
void grid_cell(struct grid *grid, enum grid_color color, const char *text);
void grid_format(struct grid *grid, enum grid_color color, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Text below the row, over all columns. */
void grid_below(struct grid *grid, enum grid_color color, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Prints it, two columns in from the left. */
void grid_print(const struct grid *grid, const struct render_options *options, FILE *out);

/* Columns to print in. */
size_t text_width(const struct render_options *options);
/* A paragraph of text from outside: first stands before it, the other lines are indented alike. */
void text_paragraph(const struct render_options *options, FILE *out, enum grid_color color,
		    const char *first, const char *text);
/* Terminal escapes, "" where there is no colour. */
const char *text_color(const struct render_options *options, enum grid_color color);
const char *text_plain_again(const struct render_options *options, enum grid_color color);

#endif
