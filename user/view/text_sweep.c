// SPDX-License-Identifier: GPL-2.0
/* The table of a sweep on the terminal page: one line for each way and size of the chunk.
 * Called by render_text.c in place of the table of scenarios. */
#include "sweep.h"
#include "text.h"

#include <string.h>

static const struct grid_column columns[] = {
	{ "", .right = false },
	{ "chunk", .right = true },
	{ "crossings", .right = true },
	{ "switches", .right = true },
	{ "copies", .right = true },
	{ "CPU", .right = true },
	{ "elapsed", .right = true },
	{ "from – to", .right = true },
	{ "per second", .right = true },
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

struct table {
	struct grid *grid;
	struct text_reasons reasons;
};

static void metric_cell(struct table *table, enum metric_id id,
			const struct report_scenario *scenario)
{
	struct metric_value value = metric_value(id, scenario, NULL);
	char number[NUMBER_BYTES];

	text_note_reason(&table->reasons, value.why);
	grid_cell(table->grid, GRID_PLAIN, metric_text(id, &value, number));
}

/* Voluntary and involuntary. */
static void switches_cell(struct table *table, const struct report_scenario *scenario)
{
	struct metric_value voluntary = metric_value(METRIC_VOLUNTARY, scenario, NULL);
	struct metric_value involuntary = metric_value(METRIC_INVOLUNTARY, scenario, NULL);
	char left[NUMBER_BYTES], right[NUMBER_BYTES];

	text_note_reason(&table->reasons, voluntary.why);
	if (voluntary.why && involuntary.why) {
		grid_cell(table->grid, GRID_PLAIN, NULL);
		return;
	}
	grid_format(table->grid, GRID_PLAIN, "%s / %s",
		    metric_text(METRIC_VOLUNTARY, &voluntary, left),
		    metric_text(METRIC_INVOLUNTARY, &involuntary, right));
}

static void copies_cell(struct table *table, const struct report_scenario *scenario)
{
	struct measured_real copies = sweep_copies(scenario);
	char number[NUMBER_BYTES];

	text_note_reason(&table->reasons, copies.why);
	grid_cell(table->grid, GRID_PLAIN,
		  copies.why ? NULL : number_ratio(copies.value, number));
}

static void range_cell(struct table *table, const struct spread *spread)
{
	char range[NUMBER_BYTES];
	bool shown = spread->run_count > 1 && !spread->min.why && !spread->max.why;

	grid_cell(table->grid, GRID_DIM,
		  shown ? number_time_range(spread->min.value, spread->max.value, range) : "");
}

/* The rest of the line. */
static void add_failed(struct table *table, const char *why)
{
	for (int i = 2; i < COLUMNS; i++)
		grid_cell(table->grid, GRID_PLAIN, NULL);
	text_note_reason(&table->reasons, why);
}

static void add_point(struct table *table, const struct report_scenario *scenario, bool first)
{
	char chunk[NUMBER_BYTES];

	grid_cell(table->grid, GRID_BOLD, first ? scenario->id : "");
	grid_cell(table->grid, GRID_BOLD, scenario->chunk_bytes ?
				       number_chunk(scenario->chunk_bytes, chunk) : "whole file");
	if (scenario->failed) {
		add_failed(table, scenario->failed);
		return;
	}
	metric_cell(table, METRIC_CROSSINGS_TOTAL, scenario);
	switches_cell(table, scenario);
	copies_cell(table, scenario);
	metric_cell(table, METRIC_SENDER_CPU, scenario);
	metric_cell(table, METRIC_ELAPSED_UNTRACED, scenario);
	range_cell(table, &scenario->elapsed_untraced_ns);
	metric_cell(table, METRIC_BYTES_PER_SECOND, scenario);
}

static void add_curve(struct table *table, const struct sweep_curve *curve)
{
	if (sweep_failed(curve)) {
		grid_cell(table->grid, GRID_BOLD, curve->points[0]->id);
		grid_cell(table->grid, GRID_PLAIN, "every");
		add_failed(table, sweep_failed(curve));
		return;
	}
	for (size_t i = 0; i < curve->count; i++)
		add_point(table, curve->points[i], i == 0);
}

void text_sweep(const struct report *report, const struct render_options *options, FILE *out)
{
	struct sweep_curves all;
	struct table table = { 0 };

	sweep_curves(report, &all);
	if (all.count == 0)
		goto cleanup;
	putc('\n', out);
	table.grid = grid_new(columns, COLUMNS);
	for (size_t i = 0; i < all.count; i++)
		add_curve(&table, &all.curves[i]);
	grid_print(table.grid, options, out);
	grid_free(table.grid);
	text_paragraph(options, out, GRID_DIM, "  ",
		       "switches: context switches of the sender, voluntary / "
		       "involuntary; copies: CPU copies per byte up to the device; "
		       "CPU: user + system time of the sender; CPU and elapsed: medians "
		       "of untraced runs; from – to: lowest and highest of elapsed");
	text_print_reasons(&table.reasons, options, out);
cleanup:
	sweep_free(&all);
}
