// SPDX-License-Identifier: GPL-2.0
/* The picture of the terminal page: the way of the bytes from the disk to the receiver, what each
 * leg copied and who did it. Drawn from the legs alone; scenarios that look alike share one.
 * Called by render_text.c. */
#include "alloc.h"
#include "overview.h"
#include "paragraph.h"
#include "path.h"
#include "size.h"

#include <stdlib.h>
#include <string.h>

enum {
	INDENT = 4,
	SHORTEST_ARROW = 9,	/* "999 KiB" and two columns */
	LONGEST_ARROW = 12,
};

/* Columns of each arrow, so that all six places fit. */
static size_t arrow_columns(const struct render_options *options)
{
	static const char all[] = "diskpage cacheuser buffersocketdevicereceiver";
	size_t width = text_width(options), taken = INDENT + strlen(all), arrow;

	arrow = width > taken ? (width - taken) / LEG_COUNT : 0;
	return arrow < SHORTEST_ARROW ? SHORTEST_ARROW :
	       arrow > LONGEST_ARROW ? LONGEST_ARROW : arrow;
}

static void repeat(const char *text, size_t count, FILE *out)
{
	while (count--)
		fputs(text, out);
}

/* Text in the middle of so many columns; what is owed on the left is printed before it. */
static void centre(const char *text, size_t columns, size_t *owed, FILE *out)
{
	size_t width = plain_columns(text), left = columns > width ? (columns - width) / 2 : 0;

	repeat(" ", *owed + left, out);
	fputs(text, out);
	*owed = columns > left + width ? columns - left - width : 0;
}

/* A line with one text above or below each arrow. */
static void arrow_texts(const struct report_scenario *scenario, size_t arrow, bool movers,
			FILE *out)
{
	char buf[NUMBER_BYTES];
	struct path_leg legs[LEG_COUNT];
	size_t owed = INDENT, count = path_legs(scenario, legs);

	for (size_t i = 0; i < count; i++) {
		owed += strlen(legs[i].from);
		centre(movers ? path_mover_text(legs[i].mover) : path_amount(&legs[i], buf), arrow,
		       &owed, out);
	}
	putc('\n', out);
}

static void place(const char *name, const struct render_options *options, FILE *out)
{
	fprintf(out, "%s%s%s", text_color(options, TONE_BOLD), name,
		text_plain_again(options, TONE_BOLD));
}

static void places_and_arrows(const struct report_scenario *scenario, size_t arrow,
			      const struct render_options *options, FILE *out)
{
	struct path_leg legs[LEG_COUNT];
	size_t count = path_legs(scenario, legs);

	repeat(" ", INDENT, out);
	for (size_t i = 0; i < count; i++) {
		bool moved = legs[i].mover == PATH_CPU || legs[i].mover == PATH_DMA ||
			     legs[i].mover == PATH_LATE;

		place(legs[i].from, options, out);
		putc(' ', out);
		repeat(moved ? "━" : "┄", arrow - 3, out);
		fputs("▶ ", out);
	}
	place(legs[count - 1].to, options, out);
	putc('\n', out);
}

/* The names of all scenarios that have this picture; to be freed. */
static char *names(const struct report *report, size_t first)
{
	char *all = xstrdup(""), *longer, name[OVERVIEW_TEXT_BYTES];

	for (size_t i = first; i < report->scenario_count; i++) {
		const struct report_scenario *scenario = &report->scenarios[i];

		if (!path_is_known(scenario) ||
		    !path_looks_alike(scenario, &report->scenarios[first]))
			continue;
		longer = xasprintf("%s%s%s", all, *all ? " · " : "",
				   overview_name(report, scenario, name));
		free(all);
		all = longer;
	}
	return all;
}

static void picture(const struct report *report, size_t index, const struct render_options *options,
		    FILE *out)
{
	const struct report_scenario *scenario = &report->scenarios[index];
	size_t arrow = arrow_columns(options);
	char *title = names(report, index);

	putc('\n', out);
	text_paragraph(options, out, TONE_PLAIN, "  ", title);
	free(title);
	arrow_texts(scenario, arrow, false, out);
	places_and_arrows(scenario, arrow, options, out);
	arrow_texts(scenario, arrow, true, out);
}

void text_paths(const struct report *report, const struct render_options *options, FILE *out)
{
	for (size_t i = 0; i < report->scenario_count; i++) {
		if (path_is_known(&report->scenarios[i]) && !path_drawn_before(report, i))
			picture(report, i, options, out);
	}
}
