// SPDX-License-Identifier: GPL-2.0
/* Tables and paragraphs on a terminal: see grid.h.
 * Called by render_text.c and its parts, and by diff.c. */
#include "grid.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"

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

struct cell {
	char *text;
	enum grid_color color;
};

/* A row is count cells, or one text over all columns. */
struct row {
	struct cell *cells;
	size_t count;
	bool below;
};

struct grid {
	const struct grid_column *columns;
	size_t column_count;
	struct row *rows;
	size_t row_count;
};

size_t text_width(const struct render_options *options)
{
	size_t width = options->width ? options->width : DEFAULT_WIDTH;

	return width < LEAST_WIDTH ? LEAST_WIDTH : width > MOST_WIDTH ? MOST_WIDTH : width;
}

const char *text_color(const struct render_options *options, enum grid_color color)
{
	static const char *const escapes[] = {
		[GRID_PLAIN] = "",	     [GRID_BOLD] = "\033[1m",  [GRID_GOOD] = "\033[32m",
		[GRID_BAD] = "\033[31m",     [GRID_DOUBT] = "\033[33m", [GRID_DIM] = "\033[2m",
	};

	return options->color ? escapes[color] : "";
}

const char *text_plain_again(const struct render_options *options, enum grid_color color)
{
	return options->color && color != GRID_PLAIN ? "\033[0m" : "";
}

struct grid *grid_new(const struct grid_column *columns, size_t count)
{
	struct grid *grid = xcalloc(1, sizeof(*grid));

	grid->columns = columns;
	grid->column_count = count;
	return grid;
}

void grid_free(struct grid *grid)
{
	for (size_t i = 0; i < grid->row_count; i++) {
		for (size_t c = 0; c < grid->rows[i].count; c++)
			free(grid->rows[i].cells[c].text);
		free(grid->rows[i].cells);
	}
	free(grid->rows);
	free(grid);
}

static struct row *add_row(struct grid *grid)
{
	struct row *row;

	grid->rows = xrealloc(grid->rows, grid->row_count + 1, sizeof(*row));
	row = &grid->rows[grid->row_count++];
	*row = (struct row){ .cells = xcalloc(grid->column_count, sizeof(struct cell)) };
	return row;
}

/* The row that still lacks cells, or a new one. */
static struct row *open_row(struct grid *grid)
{
	struct row *last = grid->row_count ? &grid->rows[grid->row_count - 1] : NULL;

	if (last && !last->below && last->count < grid->column_count)
		return last;
	return add_row(grid);
}

static void add_cell(struct row *row, enum grid_color color, const char *text)
{
	row->cells[row->count++] = (struct cell){ plain_copy(text ? text : "—"), color };
}

void grid_cell(struct grid *grid, enum grid_color color, const char *text)
{
	add_cell(open_row(grid), color, text);
}

void grid_format(struct grid *grid, enum grid_color color, const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	text = xvasprintf(format, arguments);
	va_end(arguments);
	grid_cell(grid, color, text);
	free(text);
}

void grid_below(struct grid *grid, enum grid_color color, const char *format, ...)
{
	struct row *row = add_row(grid);
	va_list arguments;
	char *text;

	va_start(arguments, format);
	text = xvasprintf(format, arguments);
	va_end(arguments);
	row->below = true;
	add_cell(row, color, text);
	free(text);
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

void text_paragraph(const struct render_options *options, FILE *out, enum grid_color color,
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
		fprintf(out, "%s%.*s%s\n", text_color(options, color), shown, at,
			text_plain_again(options, color));
		at = next_line(at, bytes);
	}
	if (!*plain)
		putc('\n', out);
	free(plain);
}

static size_t natural_width(const struct grid *grid, size_t column)
{
	const char *heading = grid->columns[column].heading;
	size_t widest = heading ? plain_columns(heading) : 0;

	for (size_t i = 0; i < grid->row_count; i++) {
		const struct row *row = &grid->rows[i];
		size_t width = !row->below && column < row->count ?
				       plain_columns(row->cells[column].text) : 0;

		widest = width > widest ? width : widest;
	}
	return widest;
}

/* The widest column that may be narrowed: one that wraps, if there is any. */
static size_t *to_narrow(const struct grid *grid, size_t *widths, bool wraps)
{
	size_t *widest = NULL;

	for (size_t i = 0; i < grid->column_count; i++) {
		if (grid->columns[i].wraps == wraps && widths[i] > NARROWEST &&
		    (!widest || widths[i] > *widest))
			widest = &widths[i];
	}
	return widest;
}

static void fit_widths(const struct grid *grid, size_t *widths, size_t width)
{
	size_t total = INDENT + GAP * (grid->column_count - 1);
	size_t *widest;

	for (size_t i = 0; i < grid->column_count; i++) {
		widths[i] = natural_width(grid, i);
		/* Narrowing goes in steps of one: no need to start far outside. */
		widths[i] = widths[i] > width ? width : widths[i];
		total += widths[i];
	}
	while (total > width) {
		widest = to_narrow(grid, widths, true);
		if (!widest)
			widest = to_narrow(grid, widths, false);
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

/* One line being printed: spaces are owed until something follows them. */
struct line {
	FILE *out;
	size_t owed;
};

/* Prints what of the cell goes into this line and moves *rest behind it. */
static void put_cell_line(struct line *line, const struct render_options *options,
			  const struct grid_column *column, size_t width, bool last_line,
			  const char **rest, enum grid_color color)
{
	const char *text = *rest;
	bool whole = last_line || !column->wraps;	/* no other line will follow */
	bool cut = whole && plain_columns(text) > width;
	size_t bytes = cut ? plain_fit(text, width - 1) :
		       whole ? strlen(text) : line_bytes(text, width);
	size_t shown = bytes, columns, pad;

	*rest = cut ? "" : next_line(text, bytes);
	while (shown > 0 && text[shown - 1] == ' ')
		shown--;
	columns = columns_of(text, shown) + cut;
	pad = columns < width ? width - columns : 0;
	if (column->right)
		line->owed += pad;
	if (shown > 0 || cut) {
		spaces(line->owed, line->out);
		line->owed = 0;
		fprintf(line->out, "%s%.*s%s%s", text_color(options, color), (int)shown, text,
			cut ? "…" : "", text_plain_again(options, color));
	}
	if (!column->right)
		line->owed += pad;
}

static void print_cells(const struct grid *grid, const struct render_options *options, FILE *out,
			const struct cell *cells, size_t count, const size_t *widths,
			const char **rest)
{
	bool more = true;

	for (size_t i = 0; i < count; i++)
		rest[i] = cells[i].text;
	for (int number = 1; more; number++) {
		struct line line = { out, INDENT };

		more = false;
		for (size_t i = 0; i < count; i++) {
			line.owed += i ? GAP : 0;
			put_cell_line(&line, options, &grid->columns[i], widths[i],
				      number == MOST_LINES, &rest[i], cells[i].color);
			more = more || *rest[i];
		}
		putc('\n', out);
	}
}

static void print_below(const struct cell *cell, const struct render_options *options, FILE *out)
{
	char indent[BELOW_INDENT + 1];

	snprintf(indent, sizeof(indent), "%*s", BELOW_INDENT, "");
	text_paragraph(options, out, cell->color, indent, cell->text);
}

static bool has_headings(const struct grid *grid)
{
	for (size_t i = 0; i < grid->column_count; i++) {
		if (grid->columns[i].heading)
			return true;
	}
	return false;
}

static void print_headings(const struct grid *grid, const struct render_options *options,
			   FILE *out, const size_t *widths, const char **rest, struct cell *cells)
{
	for (size_t i = 0; i < grid->column_count; i++) {
		const char *heading = grid->columns[i].heading;

		cells[i] = (struct cell){ (char *)(heading ? heading : ""), GRID_DIM };
	}
	print_cells(grid, options, out, cells, grid->column_count, widths, rest);
}

void grid_print(const struct grid *grid, const struct render_options *options, FILE *out)
{
	size_t *widths = xcalloc(grid->column_count, sizeof(*widths));
	const char **rest = xcalloc(grid->column_count, sizeof(*rest));
	struct cell *headings = xcalloc(grid->column_count, sizeof(*headings));

	fit_widths(grid, widths, text_width(options));
	if (has_headings(grid))
		print_headings(grid, options, out, widths, rest, headings);
	for (size_t i = 0; i < grid->row_count; i++) {
		const struct row *row = &grid->rows[i];

		if (row->below)
			print_below(&row->cells[0], options, out);
		else
			print_cells(grid, options, out, row->cells, row->count, widths, rest);
	}
	free(widths);
	free(rest);
	free(headings);
}
