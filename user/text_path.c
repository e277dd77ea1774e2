// SPDX-License-Identifier: GPL-2.0
/* The picture of the terminal page: the way of the bytes from the disk to the receiver, what each
 * leg copied and who did it. Drawn from the legs alone; scenarios that look alike share one.
 * Called by render_text.c. */
#include "text.h"
#include "size.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	INDENT = 4,
	SHORTEST_ARROW = 9,	/* "999 KiB" and two columns */
	LONGEST_ARROW = 12,
	PETABYTE_SHIFT = 50,
};

static const char *const places[LEG_COUNT + 1] = {
	"disk", "page cache", "user buffer", "socket", "device", "receiver",
};

static bool is_nobody(const struct report_leg *leg)
{
	return !leg->bytes.why && leg->bytes.value == 0;
}

static const char *mover(const struct report_leg *leg)
{
	if (leg->bytes.why)
		return "?";
	if (is_nobody(leg))
		return "nobody";
	return leg->by && strcmp(leg->by, "dma") == 0 ? "DMA" : "CPU";
}

static char *amount(const struct report_leg *leg, char *buf)
{
	if (leg->bytes.why)
		snprintf(buf, RENDER_NUMBER_BYTES, "?");
	else if (leg->bytes.value >> PETABYTE_SHIFT)
		snprintf(buf, RENDER_NUMBER_BYTES, "≥ 1 PiB");
	else
		size_format(leg->bytes.value, buf, RENDER_NUMBER_BYTES);
	return buf;
}

/* The bytes did not go through a user buffer: none were copied into one, and still some of them
 * were copied into the socket, from the page cache. */
static bool bypasses_user(const struct report_scenario *scenario)
{
	const struct report_leg *send = &scenario->legs[LEG_USER_SOCKET];

	return is_nobody(&scenario->legs[LEG_CACHE_USER]) && !send->bytes.why &&
	       send->bytes.value > 0;
}

/* The legs of the picture, in their order; how many. */
static size_t path_of(const struct report_scenario *scenario, int legs[LEG_COUNT])
{
	const bool direct = bypasses_user(scenario);
	size_t count = 0;

	for (int i = 0; i < LEG_COUNT; i++) {
		if (!direct || i != LEG_CACHE_USER)
			legs[count++] = i;
	}
	return count;
}

/* Where the leg before ended. */
static const char *place_before(const int *legs, size_t i)
{
	return places[i ? legs[i - 1] + 1 : 0];
}

/* Columns of each arrow, so that all six places fit. */
static size_t arrow_columns(const struct render_options *options)
{
	size_t width = text_width(options), taken = INDENT, arrow;

	for (int i = 0; i <= LEG_COUNT; i++)
		taken += strlen(places[i]);
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
	size_t width = render_columns(text), left = columns > width ? (columns - width) / 2 : 0;

	repeat(" ", *owed + left, out);
	fputs(text, out);
	*owed = columns > left + width ? columns - left - width : 0;
}

/* A line with one text above or below each arrow. */
static void arrow_texts(const struct report_scenario *scenario, size_t arrow, bool movers,
			FILE *out)
{
	char buf[RENDER_NUMBER_BYTES];
	int legs[LEG_COUNT];
	size_t owed = INDENT, count = path_of(scenario, legs);

	for (size_t i = 0; i < count; i++) {
		const struct report_leg *leg = &scenario->legs[legs[i]];

		owed += strlen(place_before(legs, i));
		centre(movers ? mover(leg) : amount(leg, buf), arrow, &owed, out);
	}
	putc('\n', out);
}

static void places_and_arrows(const struct report_scenario *scenario, size_t arrow,
			      const struct render_options *options, FILE *out)
{
	int legs[LEG_COUNT];
	size_t count = path_of(scenario, legs);

	repeat(" ", INDENT, out);
	for (size_t i = 0; i <= count; i++) {
		const struct report_leg *leg;
		bool moved;

		fprintf(out, "%s%s%s", text_color(options, GRID_BOLD), place_before(legs, i),
			text_plain_again(options, GRID_BOLD));
		if (i == count)
			break;
		leg = &scenario->legs[legs[i]];
		moved = !leg->bytes.why && leg->bytes.value > 0;
		putc(' ', out);
		repeat(moved ? "━" : "┄", arrow - 3, out);
		fputs("▶ ", out);
	}
	putc('\n', out);
}

static bool has_legs(const struct report_scenario *scenario)
{
	for (int i = 0; i < LEG_COUNT; i++) {
		if (!scenario->legs[i].bytes.why)
			return !scenario->failed;
	}
	return false;
}

/* Both pictures would be the same. */
static bool look_alike(const struct report_scenario *a, const struct report_scenario *b)
{
	char in_a[RENDER_NUMBER_BYTES], in_b[RENDER_NUMBER_BYTES];

	for (int i = 0; i < LEG_COUNT; i++) {
		if (strcmp(amount(&a->legs[i], in_a), amount(&b->legs[i], in_b)) != 0 ||
		    strcmp(mover(&a->legs[i]), mover(&b->legs[i])) != 0)
			return false;
	}
	return true;
}

static bool drawn_before(const struct report *report, size_t at)
{
	for (size_t i = 0; i < at; i++) {
		if (has_legs(&report->scenarios[i]) &&
		    look_alike(&report->scenarios[i], &report->scenarios[at]))
			return true;
	}
	return false;
}

/* The names of all scenarios that have this picture; to be freed. */
static char *names(const struct report *report, size_t first)
{
	char *all = strdup(""), *longer, name[OVERVIEW_TEXT_BYTES];

	for (size_t i = first; i < report->scenario_count && all; i++) {
		const struct report_scenario *scenario = &report->scenarios[i];

		if (!has_legs(scenario) || !look_alike(scenario, &report->scenarios[first]))
			continue;
		if (asprintf(&longer, "%s%s%s", all, *all ? " · " : "",
			     overview_name(report, scenario, name)) < 0)
			longer = NULL;
		free(all);
		all = longer;
	}
	return all;
}

static int picture(const struct report *report, size_t index, const struct render_options *options,
		   FILE *out)
{
	const struct report_scenario *scenario = &report->scenarios[index];
	size_t arrow = arrow_columns(options);
	char *title = names(report, index);
	int err;

	if (!title)
		return -ENOMEM;
	putc('\n', out);
	err = text_paragraph(options, out, GRID_PLAIN, "  ", title);
	free(title);
	arrow_texts(scenario, arrow, false, out);
	places_and_arrows(scenario, arrow, options, out);
	arrow_texts(scenario, arrow, true, out);
	return err;
}

int text_paths(const struct report *report, const struct render_options *options, FILE *out)
{
	int err = 0;

	for (size_t i = 0; i < report->scenario_count && !err; i++) {
		if (has_legs(&report->scenarios[i]) && !drawn_before(report, i))
			err = picture(report, i, options, out);
	}
	return err;
}
