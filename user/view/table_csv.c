// SPDX-License-Identifier: GPL-2.0
/* A table as CSV, as RFC 4180 has it: see table.h. */
#include "table.h"

#include <stdlib.h>
#include <string.h>

void render_csv_text(FILE *out, const char *text)
{
	char *plain = plain_copy(text);
	bool calculates = *plain && strchr("=+-@", *plain);
	bool quote = strpbrk(plain, "\",\r\n") || *plain == ' ' || calculates;

	fputs(quote ? "\"" : "", out);
	fputs(calculates ? "'" : "", out);
	for (const char *at = plain; *at; at++) {
		if (*at == '"')
			putc('"', out);
		putc(*at, out);
	}
	fputs(quote ? "\"" : "", out);
	free(plain);
}

void table_print_csv(const struct table *table, bool headings, FILE *out)
{
	for (size_t c = 0; c < table->column_count && headings; c++) {
		fputs(c ? "," : "", out);
		render_csv_text(out, table->columns[c].heading);
	}
	fputs(headings ? "\n" : "", out);
	for (size_t r = 0; r < table->row_count; r++) {
		const struct table_row *row = &table->rows[r];

		for (size_t c = 0; c < row->cell_count; c++) {
			fputs(c ? "," : "", out);
			render_csv_text(out, row->cells[c].text);
		}
		putc('\n', out);
	}
}
