// SPDX-License-Identifier: GPL-2.0
/* The timelines of the page: the first calls as a table, and all of it as data for web/timeline.js,
 * which draws it. Called by render_html.c. */
#include <string.h>

#include "html.h"
#include "html_lanes.h"
#include "page.h"
#include "title.h"

/* The timelines that are not folded away share these, so that a page stays below a megabyte
 * however much was recorded. */
#define PAGE_EVENTS 8000
#define PAGE_STEPS 2400
#define LEAST_EVENTS 300
#define FOLDED_EVENTS 100
#define FOLDED_COST 400		/* events that could stand where all else of a scenario stands */
#define FOLDED_STEPS 50
#define MOST_STEPS 600

#define TIMELINES_SHOWN 4	/* the others are folded away */
#define TABLE_ROWS 40

static void add_call(struct table *table, const struct lanes *lanes, const struct lane *lane,
		     const struct lane_call *call)
{
	const struct lane_label *label = &lanes->labels[call->label];

	table_cell(table, TONE_PLAIN, lane->role);
	if (call->round)
		table_format(table, TONE_PLAIN, "%u", call->round);
	else
		table_cell(table, TONE_PLAIN, "");
	table_cell(table, TONE_PLAIN, label->name);
	table_cell(table, TONE_PLAIN, label->fd);
	table_value(table, call->start, number_time);
	table_value(table, call->end - call->start, number_time);
	if (call->returned)
		table_format(table, TONE_PLAIN, "%lld", call->value);
	else
		table_cell(table, TONE_PLAIN, "goes on");
	table_cell(table, TONE_PLAIN, call->returned ? "2" : "1");
}

/* For those who read rather than look, and for print. */
static void call_table(FILE *out, const struct lanes *lanes)
{
	static const struct table_column columns[] = {
		{ "process", .right = false }, { "round", .right = true },
		{ "call", .right = false },    { "descriptor", .right = false },
		{ "began at", .right = true }, { "took", .right = true },
		{ "returned", .right = true }, { "crossings", .right = true },
	};
	struct table *table = table_new(columns, sizeof(columns) / sizeof(columns[0]));
	size_t rows = 0;

	for (size_t i = 0; i < lanes->count; i++) {
		const struct lane *lane = lanes->lanes[i];

		for (size_t j = 0; j < lane->call_count && rows < TABLE_ROWS; j++) {
			if (lane->calls[j].start > lanes->view_end)
				break;
			add_call(table, lanes, lane, &lane->calls[j]);
			rows++;
		}
	}
	fputs("<details class=\"calls-table\"><summary>The first calls as a table</summary>\n",
	      out);
	table_print_html(table, "first-calls", "the first calls", out);
	table_free(table);
	fputs("</details>\n", out);
}

/* What is not on the picture. */
static void caption(FILE *out, const struct report_scenario *scenario, const struct lanes *lanes)
{
	const struct report_timeline *timeline = &scenario->timeline;

	fputs("<p class=\"note\">", out);
	if (timeline->dropped) {
		fputs("<strong class=\"dropped\">The first ", out);
		html_count(out, timeline->event_count);
		fputs(" of ", out);
		html_count(out, timeline->event_count + timeline->dropped);
		fputs(" events</strong>", out);
	} else {
		fputs("All ", out);
		html_count(out, timeline->event_count);
		fputs(" events", out);
	}
	if (timeline->begins_ns) {
		fputs(" since the busiest flow was met, ", out);
		html_time(out, timeline->begins_ns);
		fputs(" after counting began", out);
	}
	fputs(", over ", out);
	html_time(out, lanes->end_ns);
	fputs(". ", out);
	if (timeline->dropped) {
		fputs("There is room for ", out);
		html_count(out, timeline->limit);
		fputs(" of each thread (--timeline). The counts elsewhere on this page include all. ",
		      out);
	}
	if (lanes->step_count) {
		fputs("Call by call until ", out);
		html_time(out, lanes->full_ns);
		fputs(", after that summed up in steps of ", out);
		html_time(out, lanes->step_ns);
		fputs("; every event is in the JSON report and in the Perfetto trace. ", out);
	}
	if (lanes->hidden_events) {
		fprintf(out, "Drawn are the first %d threads; ", LANES_MAX);
		html_count(out, lanes->hidden_events);
		fputs(" events of others are not. ", out);
	}
	fputs("</p>\n", out);
}

static void save_calls(FILE *out, const struct lane *lane)
{
	const char *comma = "";
	__u64 at = 0;

	fputs(",\"calls\":[", out);
	for (size_t i = 0; i < lane->call_count; i++) {
		const struct lane_call *call = &lane->calls[i];

		fprintf(out, "%s%llu,%llu,%zu,", comma, call->start - at, call->end - call->start,
			call->label);
		if (call->returned)
			fprintf(out, "%lld,%u", call->value, call->round);
		else
			fputs("null,0", out);
		at = call->end;
		comma = ",";
	}
	fputc(']', out);
}

static void save_segments(FILE *out, const struct lane *lane)
{
	const char *comma = "";
	__u64 at = 0;

	fputs(",\"segments\":[", out);
	for (size_t i = 0; i < lane->segment_count; i++) {
		const struct lane_segment *segment = &lane->segments[i];

		fprintf(out, "%s%llu,%llu,%d", comma, segment->start - at,
			segment->end - segment->start, segment->state);
		at = segment->end;
		comma = ",";
	}
	fputs("],\"faults\":[", out);
	comma = "";
	at = 0;
	for (size_t i = 0; i < lane->fault_count; i++) {
		fprintf(out, "%s%llu", comma, lane->faults[i] - at);
		at = lane->faults[i];
		comma = ",";
	}
	fputc(']', out);
}

static double percent(__u64 part, __u64 whole)
{
	return whole == 0 ? 0 : part < whole ? 100.0 * part / whole : 100;
}

static void save_steps(FILE *out, const struct lanes *lanes, const struct lane *lane)
{
	const char *comma = "";

	fputs(",\"steps\":[", out);
	for (size_t i = 0; lane->steps && i < lanes->step_count; i++) {
		const struct lane_step *step = &lane->steps[i];

		fputs(comma, out);
		for (int state = 0; state < LANE_STATES; state++)
			fprintf(out, "%.0f,", percent(step->ns[state], lanes->step_ns));
		fprintf(out, "%llu", step->calls);
		comma = ",";
	}
	fputc(']', out);
}

/* Times are ns, each as the distance from the end of the one before it. */
static void save_lanes(FILE *out, const struct report_scenario *scenario, const struct lanes *lanes,
		       size_t index)
{
	fprintf(out, "<script type=\"application/json\" id=\"timeline-data-%zu\">{\"view\":[%llu,%llu],"
		"\"full\":%llu,\"end\":%llu,\"step\":%llu,\"rounds\":%u,\"dropped\":%llu,\"labels\":[",
		index, lanes->view_start, lanes->view_end, lanes->full_ns, lanes->end_ns,
		lanes->step_count ? lanes->step_ns : 0, lanes->rounds, scenario->timeline.dropped);
	for (size_t i = 0; i < lanes->label_count; i++) {
		fputs(i ? ",[" : "[", out);
		html_json_string(out, lanes->labels[i].name ? lanes->labels[i].name : "?");
		fputc(',', out);
		html_json_string(out, lanes->labels[i].fd ? lanes->labels[i].fd : "-");
		fprintf(out, ",%d]", lanes->labels[i].data);
	}
	fputs("],\"lanes\":[", out);
	for (size_t i = 0; i < lanes->count; i++) {
		const struct lane *lane = lanes->lanes[i];

		fputs(i ? ",{\"role\":" : "{\"role\":", out);
		html_json_string(out, lane->role ? lane->role : "?");
		fprintf(out, ",\"tid\":%u", lane->tid);
		save_calls(out, lane);
		save_segments(out, lane);
		save_steps(out, lanes, lane);
		fputc('}', out);
	}
	fputs("]}</script>\n", out);
}

/* How many events and steps this timeline may put on the page. */
static void budget(size_t total, bool folded, size_t *events, size_t *steps)
{
	size_t shown = total < TIMELINES_SHOWN ? total : TIMELINES_SHOWN;

	*events = FOLDED_EVENTS;
	*steps = FOLDED_STEPS;
	if (folded)
		return;
	*events = LEAST_EVENTS;
	if (shown * LEAST_EVENTS + (total - shown) * FOLDED_COST < PAGE_EVENTS)
		*events = (PAGE_EVENTS - (total - shown) * FOLDED_COST) / shown;
	*steps = PAGE_STEPS / shown / 2;	/* two lanes, as a rule */
	if (*steps > MOST_STEPS)
		*steps = MOST_STEPS;
}

static void timeline(FILE *out, const struct report *report, size_t index, size_t total,
		     bool folded)
{
	const struct report_scenario *scenario = &report->scenarios[index];
	char title[TITLE_BYTES];
	struct lanes lanes;
	size_t events, steps;

	budget(total, folded, &events, &steps);
	fputs("<figure class=\"timeline\"><figcaption><h3>", out);
	html_text(out, scenario_title(scenario, title));
	fputs("</h3></figcaption>\n", out);
	lanes_build(&lanes, scenario, events, steps);
	fprintf(out, "<div class=\"plot\" data-timeline=\"timeline-data-%zu\"></div>\n", index);
	caption(out, scenario, &lanes);
	call_table(out, &lanes);
	save_lanes(out, scenario, &lanes, index);
	fputs("</figure>\n", out);
	lanes_free(&lanes);
}

static void legend(FILE *out)
{
	fputs("<ul class=\"legend\"><li><i class=\"swatch user\"></i>user mode</li>"
	      "<li><i class=\"swatch kernel\"></i>kernel mode</li>"
	      "<li><i class=\"swatch blocked\"></i>off the CPU, waiting for something</li>"
	      "<li><i class=\"swatch runnable\"></i>off the CPU, waiting for a CPU</li>"
	      "<li><svg width=\"9\" height=\"16\" aria-hidden=\"true\"><path class=\"fault\" "
	      "d=\"M4.5 1V13m-3 -5l3 5l3 -5\"/></svg>page fault in user mode</li>"
	      "<li><i class=\"swatch crossing\">1</i>a crossing, numbered within its round</li></ul>\n",
	      out);
}

void page_timelines(FILE *out, const struct report *report)
{
	size_t total = 0, done = 0;

	for (size_t i = 0; i < report->scenario_count; i++)
		total += report->scenarios[i].timeline.event_count > 0;
	if (total == 0) {
		fputs("<p class=\"note\">No timeline was recorded in this report.</p>\n", out);
		return;
	}
	legend(out);
	for (size_t i = 0; i < report->scenario_count; i++) {
		if (report->scenarios[i].timeline.event_count == 0)
			continue;
		if (done == TIMELINES_SHOWN)
			fprintf(out, "<details class=\"more\"><summary>%zu more</summary>\n",
				total - TIMELINES_SHOWN);
		timeline(out, report, i, total, done++ >= TIMELINES_SHOWN);
	}
	fputs(done > TIMELINES_SHOWN ? "</details>\n" : "", out);
}
