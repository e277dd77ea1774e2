/* SPDX-License-Identifier: GPL-2.0 */
/* Paragraphs and colours on a terminal; table_text.c prints both these and the tables. */
#ifndef ZC_PARAGRAPH_H
#define ZC_PARAGRAPH_H

#include "table.h"

/* Columns to print in. */
size_t text_width(const struct render_options *options);
/* A paragraph of text from outside: first stands before it, the other lines are indented alike. */
void text_paragraph(const struct render_options *options, FILE *out, enum tone tone,
		    const char *first, const char *text);
/* Terminal escapes, "" where there is no colour. */
const char *text_color(const struct render_options *options, enum tone tone);
const char *text_plain_again(const struct render_options *options, enum tone tone);

/* Columns that a table takes if nothing is cut or wrapped, without its asides. */
size_t text_table_width(const struct table *table);
/* The rows alone, and what belongs below them: a wide table is printed in several parts. The first
 * returns the columns that were left for asides, the second prints those that are wider. */
size_t text_table_rows(const struct table *table, const struct render_options *options, FILE *out);
void text_table_notes(const struct table *table, const struct render_options *options, size_t room,
		      FILE *out);

/* The way of the bytes as a picture, once for scenarios that look alike (text_path.c). */
void text_paths(const struct report *report, const struct render_options *options, FILE *out);

#endif
