/* SPDX-License-Identifier: GPL-2.0 */
/* The one model of a table: cells with what they show and the exact value behind it, remarks below
 * a row, and the reasons of what is "—". tables.c fills them; one file prints them for each format:
 * table_text.c, table_markdown.c, table_csv.c and html.c. */
#ifndef ZC_TABLE_H
#define ZC_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "metric.h"
#include "render.h"

enum tone { TONE_PLAIN, TONE_BOLD, TONE_GOOD, TONE_BAD, TONE_DOUBT, TONE_DIM };

struct table_column {
	const char *heading;	/* NULL in all columns: no headings. A '\n' parts its lines */
	bool right;		/* numbers stand at the right */
	bool wraps;		/* a long text goes on in the next line; else it is cut with "…" */
	bool aside;		/* a remark on the row; below the table where it finds no room */
};

struct table_cell {
	char *text;		/* from plain_text(); "—" where there is nothing to show */
	char *why;		/* it was not measured; NULL = it was */
	double value;		/* what the text rounds, if exact */
	bool exact;
	enum tone tone;
};

struct table_remark {
	char *text;
	enum tone tone;
};

struct table_row {
	struct table_cell *cells;
	size_t cell_count;
	struct table_remark *remarks;
	size_t remark_count;
};

/* Why something is "—", once for all that lack it for this reason. */
struct table_note {
	char *subjects;		/* "rounds, crossings, all"; "" = the table has no names for them */
	char *why;
};

struct table {
	struct table_column *columns;
	size_t column_count;
	struct table_row *rows;
	size_t row_count, row_room;
	struct table_note *notes;
	size_t note_count;
	bool folds;		/* dim remarks are evidence that the HTML page folds away */
	const char *remarks;	/* heading of the remarks, where they are a column, or NULL */
};

struct table *table_new(const struct table_column *columns, size_t count);	/* copies them */
void table_free(struct table *table);

/* The next cell, from the left; the first of a row starts it. text goes through plain_text(),
 * NULL is "—". */
void table_cell(struct table *table, enum tone tone, const char *text);
void table_format(struct table *table, enum tone tone, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* A number as text, in buf of NUMBER_BYTES. */
typedef char *table_number(__u64 value, char *buf);
void table_value(struct table *table, __u64 value, table_number *format);
/* The number, or "—" and a note with its reason. subject: see table_note(). */
void table_measured(struct table *table, const char *subject, const struct measured *number,
		    table_number *format);
void table_real(struct table *table, const char *subject, const struct measured_real *number);
/* "9 / 3"; two that were not measured are one "—". */
void table_pair(struct table *table, const char *subject, const struct measured *a,
		const struct measured *b, table_number *format);
/* A metric of the sender, or of the scenario. */
void table_metric(struct table *table, const char *subject, enum metric_id id,
		  const struct report_scenario *scenario);

/* Text below the last row, over all columns. */
void table_remark(struct table *table, enum tone tone, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* why NULL: nothing is noted. subject NULL or "": the reason alone. */
void table_note(struct table *table, const char *subject, const char *why);

/* Its lines in one, "copy, whole file"; to be freed. "" where there is none. */
char *table_heading(const struct table_column *column);
bool table_has_headings(const struct table *table);
bool table_has_remarks(const struct table *table);

/* Bytes for people: "64 KiB". A table_number. */
char *table_size(__u64 bytes, char *buf);

void table_print_text(const struct table *table, const struct render_options *options, FILE *out);
void table_print_markdown(const struct table *table, FILE *out);
/* RFC 4180. */
void table_print_csv(const struct table *table, bool headings, FILE *out);

#endif
