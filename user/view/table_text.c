// SPDX-License-Identifier: GPL-2.0
/* Tables and paragraphs on a terminal: see table.h and paragraph.h.
 * Called by render_text.c, diff.c and the labs. */
#include "paragraph.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "texts.h"

enum {
	INDENT = 2,
	GAP = 2,
	BELOW_INDENT = 6,
	NARROWEST = 6,		/* columns are not made narrower than this */
	MOST_LINES = 6,		/* of one cell; the rest of the text is cut off */
	DEFAULT_WIDTH = 100,
	LEAST_WIDTH = 40,
	MOST_WIDTH = 1000,
};

size_t text_width(const struct render_options *options)
{
	size_t width = options->width ? options->width : DEFAULT_WIDTH;

	return width < LEAST_WIDTH ? LEAST_WIDTH : width > MOST_WIDTH ? MOST_WIDTH : width;
}

const char *text_color(const struct render_options *options, enum tone tone)
{
	static const char *const escapes[] = {
		[TONE_PLAIN] = "",	     [TONE_BOLD] = "\033[1m",  [TONE_GOOD] = "\033[32m",
		[TONE_BAD] = "\033[31m",     [TONE_DOUBT] = "\033[33m", [TONE_DIM] = "\033[2m",
	};

	return options->color ? escapes[tone] : "";
}

const char *text_plain_again(const struct render_options *options, enum tone tone)
{
	return options->color && tone != TONE_PLAIN ? "\033[0m" : "";
}

/* The last place in the second half of so many bytes of text where a line may end; 0 = none. */
static size_t last_break(const char *text, size_t bytes, char after)
{
	for (size_t at = bytes; at > bytes / 2; at--) {
		if (text[at - 1] == after)
			return at;
	}
	return 0;
}

/* Bytes of the line that begins at text: up to a space, or a slash, or what fits; at least one
 * character, however narrow the line is. */
static size_t line_bytes(const char *text, size_t columns)
{
	size_t fits = plain_fit(text, columns), at;

	if (fits == 0)
		fits = plain_fit(text, columns + 2);
	if (fits == 0 || text[fits] == '\0' || text[fits] == ' ')
		return fits ? fits : strlen(text);
	at = last_break(text, fits, ' ');
	at = at ? at : last_break(text, fits, '/');
	return at ? at : fits;
}

/* The text after the line and the spaces between. */
static const char *next_line(const char *text, size_t bytes)
{
	text += bytes;
	while (*text == ' ')
		text++;
	return text;
}

static void spaces(size_t count, FILE *out)
{
	while (count--)
		putc(' ', out);
}

void text_paragraph(const struct render_options *options, FILE *out, enum tone tone,
		    const char *first, const char *text)
{
	size_t indent = plain_columns(first), room = text_width(options) - indent;
	char *plain = plain_copy(text);
	const char *at = plain;

	/* Nothing ends in blanks, an empty text neither. */
	fprintf(out, "%.*s", *plain ? (int)strlen(first) : (int)strcspn(first, " "), first);
	while (*at) {
		size_t bytes = line_bytes(at, room);
		int shown = (int)bytes;

		while (shown > 0 && at[shown - 1] == ' ')
			shown--;
		if (at != plain)
			spaces(indent, out);
		fprintf(out, "%s%.*s%s\n", text_color(options, tone), shown, at,
			text_plain_again(options, tone));
		at = next_line(at, bytes);
	}
	if (!*plain)
		putc('\n', out);
	free(plain);
}

/* Lines of a heading are parted by '\n'. */
static size_t heading_lines(const struct table_column *column)
{
	size_t lines = column->heading != NULL;

	for (const char *at = column->heading; at && *at; at++)
		lines += *at == '\n';
	return lines;
}

/* The line of the heading, to be freed; "" where it has fewer. */
static char *heading_line(const struct table_column *column, size_t line)
{
	const char *at = column->heading ? column->heading : "";

	while (line-- && *at) {
		at += strcspn(at, "\n");
		at += *at == '\n';
	}
	return xasprintf("%.*s", (int)strcspn(at, "\n"), at);
}

static size_t heading_width(const struct table_column *column)
{
	size_t widest = 0;

	for (size_t i = 0; i < heading_lines(column); i++) {
		char *line = heading_line(column, i);
		size_t width = plain_columns(line);

		widest = width > widest ? width : widest;
		free(line);
	}
	return widest;
}

static size_t natural_width(const struct table *table, size_t column)
{
	size_t widest = heading_width(&table->columns[column]);

	for (size_t i = 0; i < table->row_count; i++) {
		const struct table_row *row = &table->rows[i];
		size_t width = column < row->cell_count ?
				       plain_columns(row->cells[column].text) : 0;

		widest = width > widest ? width : widest;
	}
	return widest;
}

/* Columns up to the asides, which stand last. */
static size_t columns_before_asides(const struct table *table)
{
	size_t count = table->column_count;

	return count && table->columns[count - 1].aside ? count - 1 : count;
}

static size_t width_of(const struct table *table, size_t columns)
{
	size_t total = INDENT + GAP * (columns - 1);

	for (size_t i = 0; i < columns; i++)
		total += natural_width(table, i);
	return total;
}

size_t text_table_width(const struct table *table)
{
	return width_of(table, columns_before_asides(table));
}

/* A table on its way to the terminal: how wide each column is, how many are shown. */
struct layout {
	const struct table *table;
	const struct render_options *options;
	size_t *widths;
	size_t columns;		/* without the asides */
	size_t room;		/* columns for an aside */
	FILE *out;
};

/* The widest column that may be narrowed: one that wraps, if there is any. */
static size_t *to_narrow(const struct layout *layout, bool wraps)
{
	size_t *widest = NULL;

	for (size_t i = 0; i < layout->columns; i++) {
		size_t *width = &layout->widths[i];

		if (layout->table->columns[i].wraps == wraps && *width > NARROWEST &&
		    (!widest || *width > *widest))
			widest = width;
	}
	return widest;
}

static void fit_widths(struct layout *layout)
{
	size_t width = text_width(layout->options);
	size_t total = INDENT + GAP * (layout->columns - 1);
	size_t *widest;

	for (size_t i = 0; i < layout->columns; i++) {
		size_t natural = natural_width(layout->table, i);

		/* Narrowing goes in steps of one: no need to start far outside. */
		layout->widths[i] = natural > width ? width : natural;
		total += layout->widths[i];
	}
	while (total > width) {
		widest = to_narrow(layout, true);
		if (!widest)
			widest = to_narrow(layout, false);
		if (!widest)
			return;
		(*widest)--;
		total--;
	}
}

/* Columns of the first bytes of text. */
static size_t columns_of(const char *text, size_t bytes)
{
	return plain_columns(text) - plain_columns(text + bytes);
}

/* What of a cell is not printed yet. */
struct rest {
	const char *text;
	enum tone tone;
};

/* Prints what of the cell goes into this line and moves its rest behind it. Spaces are owed until
 * something follows them. */
static void put_cell_line(const struct layout *layout, size_t column, bool last_line,
			  struct rest *rest, size_t *owed)
{
	const struct table_column *shape = &layout->table->columns[column];
	const char *text = rest->text;
	size_t width = layout->widths[column];
	bool whole = last_line || !shape->wraps;	/* no other line will follow */
	bool cut = whole && plain_columns(text) > width;
	size_t bytes = cut ? plain_fit(text, width - 1) :
		       whole ? strlen(text) : line_bytes(text, width);
	size_t shown = bytes, columns, pad;

	rest->text = cut ? "" : next_line(text, bytes);
	while (shown > 0 && text[shown - 1] == ' ')
		shown--;
	columns = columns_of(text, shown) + cut;
	pad = columns < width ? width - columns : 0;
	if (shape->right)
		*owed += pad;
	if (shown > 0 || cut) {
		spaces(*owed, layout->out);
		*owed = 0;
		fprintf(layout->out, "%s%.*s%s%s", text_color(layout->options, rest->tone),
			(int)shown, text, cut ? "…" : "",
			text_plain_again(layout->options, rest->tone));
	}
	if (!shape->right)
		*owed += pad;
}

/* All lines of a row of cells. */
static void put_cells(const struct layout *layout, struct rest *rest, size_t count)
{
	bool more = true;

	for (int number = 1; more; number++) {
		size_t owed = INDENT;

		more = false;
		for (size_t i = 0; i < count; i++) {
			owed += i ? GAP : 0;
			put_cell_line(layout, i, number == MOST_LINES, &rest[i], &owed);
			more = more || *rest[i].text;
		}
		putc('\n', layout->out);
	}
}

static void put_headings(const struct layout *layout, struct rest *rest)
{
	size_t lines = 0;

	for (size_t i = 0; i < layout->columns; i++) {
		size_t own = heading_lines(&layout->table->columns[i]);

		lines = own > lines ? own : lines;
	}
	for (size_t line = 0; line < lines; line++) {
		char **texts = xcalloc(layout->columns, sizeof(*texts));

		for (size_t i = 0; i < layout->columns; i++) {
			texts[i] = heading_line(&layout->table->columns[i], line);
			rest[i] = (struct rest){ texts[i], lines > 1 && line == 0 ? TONE_BOLD :
									 TONE_DIM };
		}
		put_cells(layout, rest, layout->columns);
		for (size_t i = 0; i < layout->columns; i++)
			free(texts[i]);
		free(texts);
	}
}

static void put_row(const struct layout *layout, const struct table_row *row, struct rest *rest)
{
	size_t count = row->cell_count;
	char indent[BELOW_INDENT + 1];

	for (size_t i = 0; i < count; i++)
		rest[i] = (struct rest){ row->cells[i].text, row->cells[i].tone };
	/* An aside that finds no room stands below the table. */
	if (count > layout->columns && plain_columns(rest[layout->columns].text) > layout->room)
		rest[layout->columns].text = "";
	put_cells(layout, rest, count);
	snprintf(indent, sizeof(indent), "%*s", BELOW_INDENT, "");
	for (size_t i = 0; i < row->remark_count; i++)
		text_paragraph(layout->options, layout->out, row->remarks[i].tone, indent,
			       row->remarks[i].text);
}

size_t text_table_rows(const struct table *table, const struct render_options *options, FILE *out)
{
	size_t before = columns_before_asides(table), used = width_of(table, before) + GAP;
	struct layout layout = {
		table, options, .columns = before, .out = out,
		.room = text_width(options) > used ? text_width(options) - used : 0,
		.widths = xcalloc(table->column_count, sizeof(size_t)),
	};
	struct rest *rest = xcalloc(table->column_count, sizeof(*rest));

	fit_widths(&layout);
	layout.widths[table->column_count - 1] = before < table->column_count ? layout.room :
						  layout.widths[table->column_count - 1];
	if (table_has_headings(table))
		put_headings(&layout, rest);
	for (size_t i = 0; i < table->row_count; i++)
		put_row(&layout, &table->rows[i], rest);
	free(layout.widths);
	free(rest);
	return layout.room;
}

/* The reason of a number that is not there says more than the remark beside it. */
static bool is_said(const struct table *table, const char *aside)
{
	for (size_t i = 0; i < table->note_count; i++) {
		if (text_begins(table->notes[i].why, aside))
			return true;
	}
	return false;
}

/* Those that found no room. */
static void put_asides(const struct table *table, const struct render_options *options,
		       size_t room, FILE *out)
{
	if (columns_before_asides(table) == table->column_count)
		return;
	for (size_t i = 0; i < table->row_count; i++) {
		const struct table_row *row = &table->rows[i];
		const char *aside = row->cells[table->column_count - 1].text;
		const char *label = row->cells[0].text + strspn(row->cells[0].text, " ");
		char *first;

		if (plain_columns(aside) <= room || is_said(table, aside))
			continue;
		first = xasprintf("  %s: ", label);
		text_paragraph(options, out, TONE_DIM, first, aside);
		free(first);
	}
}

void text_table_notes(const struct table *table, const struct render_options *options,
		      size_t room, FILE *out)
{
	put_asides(table, options, room, out);
	for (size_t i = 0; i < table->note_count; i++) {
		const struct table_note *note = &table->notes[i];
		char *text = xasprintf("%s%s%s", note->subjects, *note->subjects ? ": " : "",
				       note->why);

		text_paragraph(options, out, TONE_DIM, "  — ", text);
		free(text);
	}
}

void table_print_text(const struct table *table, const struct render_options *options, FILE *out)
{
	text_table_notes(table, options, text_table_rows(table, options, out), out);
}
