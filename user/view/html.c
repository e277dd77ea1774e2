// SPDX-License-Identifier: GPL-2.0
/* Escaping and tables of the HTML pages: see html.h. */
#include <stdlib.h>
#include <string.h>

#include "html.h"
#include "render.h"

/* More than this many bytes of a name are folded away behind its beginning and its end. */
#define NAME_SHOWN_BYTES 96
#define NAME_END_BYTES 40

static void escape(FILE *out, const char *text, size_t bytes)
{
	for (const char *end = text + bytes; text < end; text++) {
		switch (*text) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		case '\'':
			fputs("&#39;", out);
			break;
		default:
			fputc(*text, out);
		}
	}
}

void html_text(FILE *out, const char *text)
{
	char *shown = text ? plain_copy(text) : NULL;

	if (shown)
		escape(out, shown, strlen(shown));
	free(shown);
}

/* The nearest beginning of a UTF-8 character at or before the offset. */
static size_t character_start(const char *text, size_t offset)
{
	while (offset > 0 && (text[offset] & 0xc0) == 0x80)
		offset--;
	return offset;
}

/* html_text(); a very long one is folded in the middle and can be opened. */
static void html_name(FILE *out, const char *text)
{
	char *shown = text ? plain_copy(text) : NULL;
	size_t bytes = shown ? strlen(shown) : 0, head, tail;

	if (bytes <= NAME_SHOWN_BYTES) {
		if (shown)
			escape(out, shown, bytes);
		goto cleanup;
	}
	head = character_start(shown, NAME_SHOWN_BYTES - NAME_END_BYTES);
	tail = character_start(shown, bytes - NAME_END_BYTES);
	fputs("<details class=\"name\"><summary>", out);
	escape(out, shown, head);
	fputs("<span class=\"cut\">…</span>", out);
	escape(out, shown + tail, bytes - tail);
	fputs("</summary>", out);
	escape(out, shown, bytes);
	fputs("</details>", out);
cleanup:
	free(shown);
}

void html_json(FILE *out, const char *json)
{
	for (; *json; json++) {
		if (strchr("<>&", *json))
			fprintf(out, "\\u%04x", *json);
		else
			putc(*json, out);
	}
}

void html_json_string(FILE *out, const char *text)
{
	char *shown = plain_copy(text);

	putc('"', out);
	for (const char *at = shown; *at; at++) {
		if (strchr("<>&\"\\", *at))
			fprintf(out, "\\u%04x", *at);
		else
			putc(*at, out);
	}
	putc('"', out);
	free(shown);
}

void html_count(FILE *out, __u64 value)
{
	char text[32];

	fprintf(out, "<data value=\"%llu\">%s</data>", value, number_count(value, text));
}

void html_time(FILE *out, __u64 ns)
{
	char text[32];

	fprintf(out, "<data value=\"%llu\">%s</data>", ns, number_time(ns, text));
}

static void print_headings(const struct table *table, FILE *out)
{
	fputs("<thead><tr>", out);
	for (size_t i = 0; i < table->column_count; i++) {
		char *heading = table_heading(&table->columns[i]);

		fprintf(out, "<th scope=\"col\"%s>", table->columns[i].right ? " class=\"n\"" : "");
		html_text(out, heading);
		fputs("</th>", out);
		free(heading);
	}
	fputs("</tr></thead>\n", out);
}

static const char *tone_class(enum tone tone)
{
	static const char *const classes[] = {
		[TONE_PLAIN] = "", [TONE_BOLD] = "strong", [TONE_GOOD] = "good", [TONE_BAD] = "bad",
		[TONE_DOUBT] = "doubt", [TONE_DIM] = "dim",
	};

	return classes[tone];
}

/* The first cell names the row. Where rows have remarks, a narrow screen shows each as a block:
 * there the others name their column. */
static void open_cell(const struct table *table, const struct table_row *row, size_t column,
		      bool labelled, FILE *out)
{
	const struct table_cell *cell = &row->cells[column];
	bool number = table->columns[column].right, inner = column == 0 && *cell->text == ' ';
	char *heading = table_heading(&table->columns[column]);

	fputs(column ? "<td" : "<th scope=\"row\"", out);
	if (number || inner || cell->tone)
		fprintf(out, " class=\"%s%s\"", inner ? "inner" : number ? "n " : "",
			tone_class(cell->tone));
	if (column && labelled) {
		fputs(" data-label=\"", out);
		html_text(out, heading);
		fputs("\"", out);
	}
	fputs(">", out);
	free(heading);
}

static void print_cell(const struct table *table, const struct table_row *row, size_t column,
		       bool labelled, FILE *out)
{
	const struct table_cell *cell = &row->cells[column];

	open_cell(table, row, column, labelled, out);
	if (cell->exact)
		fprintf(out, "<data value=\"%.17g\">", cell->value);
	html_name(out, cell->text + strspn(cell->text, " "));
	fputs(cell->exact ? "</data>" : "", out);
	fputs(column ? "</td>" : "</th>", out);
}

/* What is dim is evidence: one click away where the table says so. */
static void print_remarks(const struct table *table, const struct table_row *row, FILE *out)
{
	size_t dim = 0;

	fprintf(out, "<tr class=\"because\"><td colspan=\"%zu\">", table->column_count);
	for (size_t i = 0; i < row->remark_count; i++) {
		const struct table_remark *remark = &row->remarks[i];

		if (table->folds && remark->tone == TONE_DIM && dim++ == 0)
			fputs("<details><summary>Evidence and rule</summary>", out);
		fprintf(out, "<p class=\"%s\">", tone_class(remark->tone));
		html_text(out, remark->text);
		fputs("</p>", out);
	}
	fputs(dim ? "</details></td></tr>\n" : "</td></tr>\n", out);
}

static void print_notes(const struct table *table, FILE *out)
{
	if (table->note_count == 0)
		return;
	fputs("<ul class=\"remarks\">", out);
	for (size_t i = 0; i < table->note_count; i++) {
		const char *subjects = table->notes[i].subjects;

		fputs("<li><b>", out);
		html_text(out, subjects);
		fprintf(out, "</b> <span class=\"unmeasured\">not measured</span>: "
			"<span class=\"why\">");
		html_text(out, table->notes[i].why);
		fputs("</span></li>\n", out);
	}
	fputs("</ul>\n", out);
}

void table_print_html(const struct table *table, const char *class, const char *caption, FILE *out)
{
	bool remarks = table && table_has_remarks(table);

	if (!table)
		return;
	fputs("<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"", out);
	html_text(out, caption);
	fprintf(out, "\">\n<table class=\"%s\"><caption>", class);
	html_text(out, caption);
	fputs("</caption>\n", out);
	if (table_has_headings(table))
		print_headings(table, out);
	fputs("<tbody>\n", out);
	for (size_t i = 0; i < table->row_count; i++) {
		const struct table_row *row = &table->rows[i];

		if (i && remarks)
			fputs("</tbody><tbody>\n", out);
		fputs("<tr>", out);
		for (size_t c = 0; c < row->cell_count; c++)
			print_cell(table, row, c, remarks, out);
		fputs("</tr>\n", out);
		if (row->remark_count)
			print_remarks(table, row, out);
	}
	fputs("</tbody></table></div>\n", out);
	print_notes(table, out);
}
