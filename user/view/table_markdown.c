// SPDX-License-Identifier: GPL-2.0
/* A table as Markdown, with its remarks as a last column and its notes as a list: see table.h. */
#include "table.h"

#include <stdlib.h>
#include <string.h>

static bool ends_marker(char c)
{
	return c == '\0' || c == ' ';
}

/* What begins a block when it stands first: a list, a heading, a rule. */
static const char *escape_start(FILE *out, const char *text)
{
	const char *at = text;

	while (*at >= '0' && *at <= '9')
		putc(*at++, out);
	if (at > text ? (*at == '.' || *at == ')') && ends_marker(at[1]) :
			(*at && strchr("-+=#", *at))) {
		putc('\\', out);
		putc(*at++, out);
	}
	return at;
}

/* Some readers make links out of bare addresses. */
static bool begins_link(const char *text, const char *at)
{
	return strncmp(at, "://", 3) == 0 ||
	       (*at == '.' && at - text >= 3 && strncasecmp(at - 3, "www", 3) == 0);
}

void render_markdown_text(FILE *out, const char *text)
{
	char *plain = plain_copy(text);

	for (const char *at = escape_start(out, plain); *at; at++) {
		switch (*at) {
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '&':
			fputs("&amp;", out);
			break;
		default:
			if (strchr("\\`*_[]|~$", *at) || begins_link(plain, at))
				putc('\\', out);
			putc(*at, out);
		}
	}
	free(plain);
}

static void print_cell(FILE *out, const char *text)
{
	fputs(" ", out);
	render_markdown_text(out, text);
	fputs(" |", out);
}

static void print_headings(const struct table *table, bool remarks, FILE *out)
{
	putc('|', out);
	for (size_t i = 0; i < table->column_count; i++) {
		char *heading = table_heading(&table->columns[i]);

		print_cell(out, heading);
		free(heading);
	}
	if (remarks)
		print_cell(out, table->remarks ? table->remarks : "remarks");
	fputs("\n|", out);
	for (size_t i = 0; i < table->column_count; i++)
		fputs(table->columns[i].right ? " ---: |" : " --- |", out);
	fputs(remarks ? " --- |\n" : "\n", out);
}

static void print_remarks(const struct table_row *row, FILE *out)
{
	putc(' ', out);
	for (size_t i = 0; i < row->remark_count; i++) {
		fputs(i ? "; " : "", out);
		render_markdown_text(out, row->remarks[i].text);
	}
	fputs(" |", out);
}

void table_print_markdown(const struct table *table, FILE *out)
{
	bool remarks = table_has_remarks(table);

	print_headings(table, remarks, out);
	for (size_t i = 0; i < table->row_count; i++) {
		const struct table_row *row = &table->rows[i];

		putc('|', out);
		for (size_t c = 0; c < row->cell_count; c++)
			print_cell(out, row->cells[c].text);
		if (remarks)
			print_remarks(row, out);
		putc('\n', out);
	}
	if (table->note_count)
		fputs("\nNot measured (—):\n\n", out);
	for (size_t i = 0; i < table->note_count; i++) {
		fputs("- ", out);
		if (*table->notes[i].subjects) {
			render_markdown_text(out, table->notes[i].subjects);
			fputs(": ", out);
		}
		render_markdown_text(out, table->notes[i].why);
		putc('\n', out);
	}
}
