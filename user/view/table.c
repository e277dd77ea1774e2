// SPDX-License-Identifier: GPL-2.0
/* Collects what a table holds: see table.h. Knows no format. */
#include "table.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "size.h"
#include "texts.h"

/* More reasons than these are left out of one table: they are in the JSON report. */
enum { MOST_NOTES = 32 };

struct table *table_new(const struct table_column *columns, size_t count)
{
	struct table *table = xcalloc(1, sizeof(*table));

	table->columns = xcalloc(count, sizeof(*columns));
	table->column_count = count;
	for (size_t i = 0; i < count; i++) {
		table->columns[i] = columns[i];
		if (columns[i].heading)
			table->columns[i].heading = xstrdup(columns[i].heading);
	}
	return table;
}

static void free_row(struct table_row *row)
{
	for (size_t i = 0; i < row->cell_count; i++) {
		free(row->cells[i].text);
		free(row->cells[i].why);
	}
	for (size_t i = 0; i < row->remark_count; i++)
		free(row->remarks[i].text);
	free(row->cells);
	free(row->remarks);
}

void table_free(struct table *table)
{
	if (!table)
		return;
	for (size_t i = 0; i < table->row_count; i++)
		free_row(&table->rows[i]);
	for (size_t i = 0; i < table->note_count; i++) {
		free(table->notes[i].subjects);
		free(table->notes[i].why);
	}
	for (size_t i = 0; i < table->column_count; i++)
		free((char *)table->columns[i].heading);
	free(table->columns);
	free(table->rows);
	free(table->notes);
	free(table);
}

/* The row that still lacks cells, or a new one. */
static struct table_row *open_row(struct table *table)
{
	struct table_row *row;

	if (table->row_count) {
		row = &table->rows[table->row_count - 1];
		if (row->cell_count < table->column_count)
			return row;
	}
	if (table->row_count == table->row_room) {
		table->row_room = 2 * table->row_room + 8;
		table->rows = xrealloc(table->rows, table->row_room, sizeof(*row));
	}
	row = &table->rows[table->row_count++];
	*row = (struct table_row){
		.cells = xcalloc(table->column_count, sizeof(struct table_cell)),
	};
	return row;
}

static struct table_cell *add_cell(struct table *table, enum tone tone, const char *text)
{
	struct table_row *row = open_row(table);
	struct table_cell *cell = &row->cells[row->cell_count++];

	cell->text = plain_copy(text ? text : "—");
	cell->tone = tone;
	return cell;
}

void table_cell(struct table *table, enum tone tone, const char *text)
{
	add_cell(table, tone, text);
}

void table_format(struct table *table, enum tone tone, const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	text = xvasprintf(format, arguments);
	va_end(arguments);
	add_cell(table, tone, text);
	free(text);
}

static void table_exact(struct table *table, enum tone tone, double value, const char *text)
{
	struct table_cell *cell = add_cell(table, tone, text);

	cell->exact = true;
	cell->value = value;
}

void table_value(struct table *table, __u64 value, table_number *format)
{
	char number[NUMBER_BYTES];

	table_exact(table, TONE_PLAIN, (double)value, format(value, number));
}

static void add_unmeasured(struct table *table, const char *subject, const char *why)
{
	add_cell(table, TONE_PLAIN, NULL)->why = plain_copy(why);
	table_note(table, subject, why);
}

void table_measured(struct table *table, const char *subject, const struct measured *number,
		    table_number *format)
{
	if (number->why)
		add_unmeasured(table, subject, number->why);
	else
		table_value(table, number->value, format);
}

void table_real(struct table *table, const char *subject, const struct measured_real *number)
{
	char text[NUMBER_BYTES];

	if (number->why)
		add_unmeasured(table, subject, number->why);
	else
		table_exact(table, TONE_PLAIN, number->value, number_ratio(number->value, text));
}

void table_pair(struct table *table, const char *subject, const struct measured *a,
		const struct measured *b, table_number *format)
{
	char first[NUMBER_BYTES] = "—", second[NUMBER_BYTES] = "—";

	if (a->why && b->why) {
		add_unmeasured(table, subject, a->why);
		table_note(table, subject, b->why);
		return;
	}
	if (!a->why)
		format(a->value, first);
	if (!b->why)
		format(b->value, second);
	table_format(table, TONE_PLAIN, "%s / %s", first, second);
	table_note(table, subject, a->why);
	table_note(table, subject, b->why);
}

void table_metric(struct table *table, const char *subject, enum metric_id id,
		  const struct report_scenario *scenario)
{
	struct metric_value value = metric_value(id, scenario, NULL);
	char number[NUMBER_BYTES];

	if (!value.present)
		table_cell(table, TONE_PLAIN, "");
	else if (value.why)
		add_unmeasured(table, subject, value.why);
	else
		table_exact(table, TONE_PLAIN, value.ratio, metric_text(id, &value, number));
}

void table_remark(struct table *table, enum tone tone, const char *format, ...)
{
	struct table_row *row = &table->rows[table->row_count - 1];
	va_list arguments;
	char *text;

	va_start(arguments, format);
	text = xvasprintf(format, arguments);
	va_end(arguments);
	row->remarks = xrealloc(row->remarks, row->remark_count + 1, sizeof(*row->remarks));
	row->remarks[row->remark_count++] = (struct table_remark){ plain_copy(text), tone };
	free(text);
}

/* Whether the list "a, b" has the subject. */
static bool lists(const char *subjects, const char *subject)
{
	size_t length = strlen(subject);

	for (const char *at = subjects; (at = strstr(at, subject)); at++) {
		if ((at == subjects || at[-1] == ' ') && (at[length] == ',' || !at[length]))
			return true;
	}
	return false;
}

static void add_subject(struct table_note *note, const char *subject)
{
	char *longer;

	if (!*subject || lists(note->subjects, subject))
		return;
	longer = xasprintf("%s%s%s", note->subjects, *note->subjects ? ", " : "", subject);
	free(note->subjects);
	note->subjects = longer;
}

void table_note(struct table *table, const char *subject, const char *why)
{
	char *plain_why, *plain_subject;
	size_t at;

	if (!why)
		return;
	plain_why = plain_copy(why);
	plain_subject = plain_copy(subject);
	for (at = 0; at < table->note_count; at++) {
		if (same_text(table->notes[at].why, plain_why))
			break;
	}
	if (at == table->note_count && at < MOST_NOTES) {
		table->notes = xrealloc(table->notes, at + 1, sizeof(*table->notes));
		table->notes[table->note_count++] = (struct table_note){ xstrdup(""),
									 xstrdup(plain_why) };
	}
	if (at < table->note_count)
		add_subject(&table->notes[at], plain_subject);
	free(plain_why);
	free(plain_subject);
}

char *table_heading(const struct table_column *column)
{
	const char *at = column->heading ? column->heading : "";
	char *joined = xstrdup(""), *longer;

	while (*at) {
		int line = (int)strcspn(at, "\n");

		longer = xasprintf("%s%s%.*s", joined, *joined ? ", " : "", line, at);
		free(joined);
		joined = longer;
		at += line + (at[line] == '\n');
	}
	return joined;
}

bool table_has_headings(const struct table *table)
{
	for (size_t i = 0; i < table->column_count; i++) {
		if (table->columns[i].heading)
			return true;
	}
	return false;
}

bool table_has_remarks(const struct table *table)
{
	for (size_t i = 0; i < table->row_count; i++) {
		if (table->rows[i].remark_count)
			return true;
	}
	return false;
}

char *table_size(__u64 bytes, char *buf)
{
	size_format(bytes, buf, NUMBER_BYTES);
	return buf;
}
