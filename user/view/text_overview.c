// SPDX-License-Identifier: GPL-2.0
/* The table of the terminal page: scenarios side by side, the rows of overview.c, and below it why
 * numbers are not there. Called by render_text.c. */
#include "alloc.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

enum {
	MOST_SCENARIOS = 4,	/* side by side */
	HEADING_ROWS = 2 + OVERVIEW_CONDITIONS,	/* id, variant, … */
	OTHER_COLUMNS = 3,	/* label, who moved the bytes, note */
	GAPS = 2,
};

/* Scenarios [first, first + count) beside each other. */
struct block {
	const struct report *report;
	const struct render_options *options;
	size_t first, count;
	size_t used;		/* columns, without the notes */
	__u32 *placed;		/* rows whose note found room: bit i is overview_rows[i] */
};

static char *heading(const struct report *report, const struct report_scenario *scenario, int line,
		     char *buf)
{
	if (line == 0)
		return plain_text(scenario->id, buf, 40);
	if (line == 1)
		return overview_variant(scenario, buf);
	return overview_condition(report, scenario, line - 2, buf);
}

static size_t wider(size_t width, const char *text)
{
	size_t columns = plain_columns(text);

	return columns > width ? columns : width;
}

static size_t scenario_width(const struct report *report, const struct render_options *options,
			     const struct report_scenario *scenario)
{
	char text[OVERVIEW_TEXT_BYTES];
	size_t width = 0;

	for (int i = 0; i < HEADING_ROWS; i++)
		width = wider(width, heading(report, scenario, i, text));
	for (int i = 0; i < OVERVIEW_ROWS; i++) {
		if (overview_shows(report, options, &overview_rows[i]))
			width = wider(width, overview_cell(&overview_rows[i], scenario, text));
	}
	return width;
}

static char *label(const struct overview_row *row, char *buf)
{
	snprintf(buf, OVERVIEW_TEXT_BYTES, "%s%s", row->inner ? "  " : "", row->label);
	return buf;
}

static size_t label_width(const struct report *report, const struct render_options *options)
{
	char text[OVERVIEW_TEXT_BYTES];
	size_t width = 0;

	for (int i = 0; i < OVERVIEW_ROWS; i++) {
		if (overview_shows(report, options, &overview_rows[i]))
			width = wider(width, label(&overview_rows[i], text));
	}
	return width;
}

/* As many scenarios as fit, at least one. */
static void fill_block(struct block *block)
{
	size_t width = text_width(block->options), next;

	block->used = GAPS + label_width(block->report, block->options) + GAPS + strlen("DMA");
	block->count = 0;
	while (block->first + block->count < block->report->scenario_count &&
	       block->count < MOST_SCENARIOS) {
		next = block->used + GAPS +
		       scenario_width(block->report, block->options,
				      &block->report->scenarios[block->first + block->count]);
		if (next > width && block->count > 0)
			break;
		block->used = next;
		block->count++;
	}
}

static void add_headings(const struct block *block, struct grid *grid)
{
	char text[OVERVIEW_TEXT_BYTES];
	bool empty;

	for (int line = 0; line < HEADING_ROWS; line++) {
		empty = true;
		for (size_t i = block->first; i < block->first + block->count && empty; i++)
			empty = !*heading(block->report, &block->report->scenarios[i], line, text);
		if (empty)
			continue;
		grid_cell(grid, GRID_PLAIN, "");
		grid_cell(grid, GRID_PLAIN, "");
		for (size_t i = block->first; i < block->first + block->count; i++)
			grid_cell(grid, line ? GRID_DIM : GRID_BOLD,
				  heading(block->report, &block->report->scenarios[i], line, text));
		grid_cell(grid, GRID_PLAIN, "");
	}
}

/* The note if there is room for it, else "". */
static const char *placed_note(const struct block *block, int row)
{
	const char *note = overview_note(block->report, &overview_rows[row]);

	if (!note)
		return "";
	if (block->used + GAPS + plain_columns(note) > text_width(block->options))
		return "";
	*block->placed |= 1U << row;
	return note;
}

static void add_row(const struct block *block, struct grid *grid, int row)
{
	char text[OVERVIEW_TEXT_BYTES];

	grid_cell(grid, GRID_PLAIN, label(&overview_rows[row], text));
	grid_cell(grid, GRID_DIM, overview_by(&overview_rows[row]));
	for (size_t i = block->first; i < block->first + block->count; i++)
		grid_cell(grid, overview_rows[row].range ? GRID_DIM : GRID_PLAIN,
			  overview_cell(&overview_rows[row], &block->report->scenarios[i], text));
	grid_cell(grid, GRID_DIM, placed_note(block, row));
}

/* Rows that only the scenarios of another block have are left out of this one. */
static bool has_cells(const struct block *block, const struct overview_row *row)
{
	char text[OVERVIEW_TEXT_BYTES];

	for (size_t i = block->first; i < block->first + block->count; i++) {
		if (row->heading || *overview_cell(row, &block->report->scenarios[i], text))
			return true;
	}
	return false;
}

static void print_block(const struct block *block, FILE *out)
{
	static const struct grid_column columns[MOST_SCENARIOS + OTHER_COLUMNS] = {
		[2 ... MOST_SCENARIOS + 1] = { .right = true },
	};
	struct grid_column used[MOST_SCENARIOS + OTHER_COLUMNS];
	struct grid *grid;

	memcpy(used, columns, sizeof(used));
	used[block->count + OTHER_COLUMNS - 1] = (struct grid_column){ 0 };
	grid = grid_new(used, block->count + OTHER_COLUMNS);
	add_headings(block, grid);
	for (int i = 0; i < OVERVIEW_ROWS; i++) {
		if (overview_shows(block->report, block->options, &overview_rows[i]) &&
		    has_cells(block, &overview_rows[i]))
			add_row(block, grid, i);
	}
	grid_print(grid, block->options, out);
	grid_free(grid);
}

/* The reason of a number that is not there says more than the note beside it. */
static bool said_by_reason(const struct report *report, const struct overview_row *row,
			   const char *note)
{
	for (size_t i = 0; i < report->scenario_count; i++) {
		struct metric_value value = metric_value(row->metric, &report->scenarios[i], NULL);

		if (value.why && strncmp(value.why, note, strlen(note)) == 0)
			return true;
	}
	return false;
}

/* The notes that found no room. */
static void print_notes(const struct report *report, const struct render_options *options,
			__u32 placed, FILE *out)
{
	char first[OVERVIEW_TEXT_BYTES];

	for (int i = 0; i < OVERVIEW_ROWS; i++) {
		const char *note = overview_note(report, &overview_rows[i]);

		if (!note || placed & 1U << i || said_by_reason(report, &overview_rows[i], note))
			continue;
		snprintf(first, sizeof(first), "  %s: ", overview_rows[i].label);
		text_paragraph(options, out, GRID_DIM, first, note);
	}
}

static void print_reason(const struct report *report, const struct render_options *options,
			 const struct overview_reason *reason, FILE *out)
{
	char subject[OVERVIEW_ROWS * 40] = "", name[OVERVIEW_TEXT_BYTES];
	const char *comma = "";
	char *text;

	if (reason->failed)
		snprintf(subject, sizeof(subject), "%s",
			 overview_name(report, reason->failed, name));
	for (int i = 0; i < OVERVIEW_ROWS; i++) {
		size_t used = strlen(subject);

		if (!(reason->rows & 1U << i))
			continue;
		snprintf(subject + used, sizeof(subject) - used, "%s%s", comma,
			 overview_rows[i].label);
		comma = ", ";
	}
	text = xasprintf("%s: %s", subject, reason->why);
	text_paragraph(options, out, GRID_DIM, "  — ", text);
	free(text);
}

static void print_reasons(const struct report *report, const struct render_options *options,
			  FILE *out)
{
	struct overview_reason *reasons;
	size_t count;

	overview_reasons(report, options, &reasons, &count);
	for (size_t i = 0; i < count; i++)
		print_reason(report, options, &reasons[i], out);
	free(reasons);
}

static bool has_rows(const struct report *report, const struct render_options *options)
{
	for (int i = 0; i < OVERVIEW_ROWS; i++) {
		if (!overview_rows[i].heading && overview_shows(report, options, &overview_rows[i]))
			return true;
	}
	return false;
}

void text_overview(const struct report *report, const struct render_options *options, FILE *out)
{
	__u32 placed = 0;
	struct block block = { report, options, .placed = &placed };

	if (!has_rows(report, options))
		return;
	for (; block.first < report->scenario_count; block.first += block.count) {
		fill_block(&block);
		putc('\n', out);
		print_block(&block, out);
	}
	print_notes(report, options, placed, out);
	print_reasons(report, options, out);
}
