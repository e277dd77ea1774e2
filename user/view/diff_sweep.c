// SPDX-License-Identifier: GPL-2.0
/* Two sweeps beside each other: a line for each way and size of the chunk. Called by diff.c in
 * place of a table for each scenario, which -v still gives. */
#include "diff.h"
#include "paragraph.h"
#include "overview.h"
#include "sweep.h"

static void spread_cells(struct table *table, const struct spread *a, const struct spread *b)
{
	const struct spread *const sides[] = { a, b };
	char text[OVERVIEW_TEXT_BYTES];
	enum tone color;

	for (int i = 0; i < 2; i++)
		table_cell(table, TONE_PLAIN, sides[i]->median.why ? NULL :
				       number_time(sides[i]->median.value, text));
	color = diff_spread(a, b, text);
	table_cell(table, color, text);
}

/* Counts of the calls that move data, which are the same as long as the programs are. */
static void tell_counts(struct table *table, const struct report_scenario *a,
			const struct report_scenario *b)
{
	const struct measured_real copies_a = sweep_copies(a), copies_b = sweep_copies(b);
	const struct measured *data_a = &a->crossings_data, *data_b = &b->crossings_data;
	char in_a[NUMBER_BYTES], in_b[NUMBER_BYTES];

	if (!data_a->why && !data_b->why && data_a->value != data_b->value)
		table_remark(table, TONE_BOLD, "crossings of data calls: %s in A, %s in B",
			   number_count(data_a->value, in_a), number_count(data_b->value, in_b));
	if (!copies_a.why && !copies_b.why && copies_a.value != copies_b.value)
		table_remark(table, TONE_BOLD, "CPU copies per byte: %s in A, %s in B",
			   number_ratio(copies_a.value, in_a), number_ratio(copies_b.value, in_b));
}

static void add_pair(struct table *table, const struct report_scenario *a,
		     const struct report_scenario *b)
{
	char chunk[NUMBER_BYTES];

	table_cell(table, TONE_BOLD, a->id);
	table_cell(table, TONE_BOLD, number_chunk(a->chunk_bytes, chunk));
	if (a->failed || b->failed) {
		for (int i = 0; i < 6; i++)
			table_cell(table, TONE_PLAIN, i % 3 == 2 ? "" : NULL);
		table_remark(table, TONE_DIM, "could not be measured in %s",
			   a->failed && b->failed ? "either" : a->failed ? "A" : "B");
		return;
	}
	spread_cells(table, &a->cpu_untraced_ns, &b->cpu_untraced_ns);
	spread_cells(table, &a->elapsed_untraced_ns, &b->elapsed_untraced_ns);
	tell_counts(table, a, b);
}

void diff_sweep(const struct report *a, const struct report_scenario *const *partners,
		const struct render_options *options, FILE *out)
{
	static const struct table_column columns[] = {
		{ "way", .right = false }, { "chunk", .right = true },
		{ "CPU A", .right = true }, { "CPU B", .right = true }, { "change", .wraps = true },
		{ "elapsed A", .right = true }, { "elapsed B", .right = true },
		{ "change", .wraps = true },
	};
	struct table *table = table_new(columns, sizeof(columns) / sizeof(columns[0]));

	putc('\n', out);
	for (size_t i = 0; i < a->scenario_count; i++) {
		if (partners[i])
			add_pair(table, &a->scenarios[i], partners[i]);
	}
	table_print_text(table, options, out);
	table_free(table);
}
