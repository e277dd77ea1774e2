// SPDX-License-Identifier: GPL-2.0
/* One scenario's timeline: the first rounds drawn, the calls in them as a table, and all of it as
 * data for web/timeline.js, which draws it again and can zoom. Called by html_crossings.c. */
#include <string.h>

#include "html.h"
#include "html_lanes.h"
#include "render.h"

/* The timelines that are not folded away share these, so that a page stays below a megabyte
 * however much was recorded. */
#define PAGE_EVENTS 8000
#define PAGE_STEPS 2400
#define LEAST_EVENTS 300
#define FOLDED_EVENTS 100
#define FOLDED_COST 400		/* events that could stand where all else of a scenario stands */
#define FOLDED_STEPS 50
#define MOST_STEPS 600

#define TABLE_ROWS 40
/* In the picture that needs no script. */
#define DRAWN_CALLS 100		/* of a lane */
#define FINEST 0.3		/* percent of the width; smaller gaps are not drawn */

static const char *const state_class[LANE_STATES] = { "user", "kernel", "blocked", "runnable" };
static const int state_row[LANE_STATES] = { 0, 1, 2, 2 };

/* Heights of a lane in the picture, in pixels. */
enum { ROW_TOP = 22, ROW_STEP = 28, ROW_HEIGHT = 22, LANE_HEIGHT = ROW_TOP + 3 * ROW_STEP };

static double view_percent(const struct lanes *lanes, __u64 ns)
{
	__u64 from = lanes->view_start;

	return html_percent(ns > from ? ns - from : 0, lanes->view_end - from);
}

static bool in_view(const struct lanes *lanes, __u64 start, __u64 end)
{
	return end >= lanes->view_start && start <= lanes->view_end;
}

static void draw_piece(FILE *out, enum lane_state state, double left, double right)
{
	fprintf(out, "<rect class=\"%s\" x=\"%.2f%%\" y=\"%d\" width=\"%.2f%%\" height=\"%d\"/>",
		state_class[state], left, ROW_TOP + ROW_STEP * state_row[state],
		right - left < FINEST ? FINEST : right - left, ROW_HEIGHT);
}

/* Pieces of one state that lie closer together than can be seen are drawn as one. */
static void draw_segments(FILE *out, const struct lanes *lanes, const struct lane *lane)
{
	double left[LANE_STATES] = { 0 }, right[LANE_STATES] = { -1, -1, -1, -1 };

	for (size_t i = 0; i < lane->segment_count; i++) {
		const struct lane_segment *segment = &lane->segments[i];
		enum lane_state state = segment->state;
		double from = view_percent(lanes, segment->start);

		if (!in_view(lanes, segment->start, segment->end))
			continue;
		if (right[state] < 0 || from - right[state] > FINEST) {
			if (right[state] >= 0)
				draw_piece(out, state, left[state], right[state]);
			left[state] = from;
		}
		right[state] = view_percent(lanes, segment->end);
	}
	for (int state = 0; state < LANE_STATES; state++) {
		if (right[state] >= 0)
			draw_piece(out, state, left[state], right[state]);
	}
}

/* The number stands within its call, shift pixels from the crossing. */
static void draw_crossing(FILE *out, const struct lanes *lanes, __u64 ns, unsigned int number,
			  int shift)
{
	int border = ROW_TOP + ROW_STEP - 3;
	double at = view_percent(lanes, ns);

	if (!in_view(lanes, ns, ns))
		return;
	fprintf(out, "<line class=\"crossing\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"%d\" y2=\"%d\"/>",
		at, at, ROW_TOP, ROW_TOP + ROW_STEP + ROW_HEIGHT);
	if (number)
		fprintf(out, "<g transform=\"translate(%d %d)\"><circle class=\"number\" cx=\"%.2f%%\" "
			"r=\"8\"/><text class=\"number\" x=\"%.2f%%\" y=\"4\">%u</text></g>", shift,
			border, at, at, number);
}

/* The border between user and kernel is crossed at both ends of a call; within a round the
 * crossings are numbered, so that they can be counted. */
static void draw_calls(FILE *out, const struct lanes *lanes, const struct lane *lane)
{
	unsigned int round = 0, number = 0;

	for (size_t i = 0, drawn = 0; i < lane->call_count && drawn < DRAWN_CALLS; i++) {
		const struct lane_call *call = &lane->calls[i];
		double left = view_percent(lanes, call->start);
		double right = view_percent(lanes, call->end);

		if (!in_view(lanes, call->start, call->end))
			continue;
		drawn++;
		if (call->round && call->round != round) {
			round = call->round;
			number = 0;
		}
		fprintf(out, "<rect class=\"call-span\" x=\"%.2f%%\" y=\"%d\" width=\"%.2f%%\" "
			"height=\"%d\"/>", left, ROW_TOP + ROW_STEP, right - left, ROW_HEIGHT);
		draw_crossing(out, lanes, call->start, call->round ? ++number : 0, 9);
		if (call->returned)
			draw_crossing(out, lanes, call->end, call->round ? ++number : 0, -9);
		if (right - left < 6)
			continue;
		fprintf(out, "<text class=\"call\" x=\"%.2f%%\" y=\"%d\">", (left + right) / 2,
			ROW_TOP + ROW_STEP + 17);
		html_text(out, lanes->labels[call->label].name);
		fputs("</text>", out);
	}
}

static void draw_rounds(FILE *out, const struct lanes *lanes, const struct lane *lane)
{
	for (size_t i = 0; i < lane->call_count;) {
		const struct lane_call *first = &lane->calls[i], *last = first;
		double left, right;

		for (i++; i < lane->call_count && (lane->calls[i].round == first->round ||
						   !lane->calls[i].round); i++) {
			if (lane->calls[i].round)
				last = &lane->calls[i];
		}
		if (!first->round || first->start > lanes->view_end)
			continue;
		left = view_percent(lanes, first->start);
		right = view_percent(lanes, last->end);
		fprintf(out, "<line class=\"round\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"16\" y2=\"16\"/>"
			"<text class=\"round\" x=\"%.2f%%\" y=\"11\">round %u</text>", left, right,
			(left + right) / 2, first->round);
	}
}

static void lane_heading(FILE *out, const struct lane *lane)
{
	fputs("<p class=\"lane-name\"><b>", out);
	html_text(out, lane->role);
	fprintf(out, "</b> thread %u</p>\n", lane->tid);
}

/* The picture without any script: three levels for each lane, coordinates in percent. */
static void draw_lanes(FILE *out, const struct lanes *lanes)
{
	char start[32], end[32];

	fputs("<div class=\"lanes\" aria-hidden=\"true\">\n", out);
	for (size_t i = 0; i < lanes->count; i++) {
		const struct lane *lane = lanes->lanes[i];

		lane_heading(out, lane);
		fprintf(out, "<div class=\"lane\"><ul class=\"levels\"><li>user</li><li>kernel</li>"
			"<li>off CPU</li></ul><svg height=\"%d\">", LANE_HEIGHT);
		fprintf(out, "<line class=\"border\" x1=\"0\" x2=\"100%%\" y1=\"%d\" y2=\"%d\"/>",
			ROW_TOP + ROW_STEP - 3, ROW_TOP + ROW_STEP - 3);
		draw_segments(out, lanes, lane);
		draw_rounds(out, lanes, lane);
		draw_calls(out, lanes, lane);
		fputs("</svg></div>\n", out);
	}
	fprintf(out, "<p class=\"span\"><span>%s</span><span>%s</span></p></div>\n",
		number_time(lanes->view_start, start), number_time(lanes->view_end, end));
}

static void call_row(FILE *out, const struct lanes *lanes, const struct lane *lane,
		     const struct lane_call *call)
{
	const struct lane_label *label = &lanes->labels[call->label];

	fputs("<tr><td>", out);
	html_text(out, lane->role);
	fputs("</td><td class=\"n\">", out);
	if (call->round)
		fprintf(out, "%u", call->round);
	fputs("</td><th scope=\"row\">", out);
	html_text(out, label->name);
	fputs("</th><td>", out);
	html_text(out, label->fd);
	fputs("</td><td class=\"n\">", out);
	html_time(out, call->start);
	fputs("</td><td class=\"n\">", out);
	html_time(out, call->end - call->start);
	if (call->returned)
		fprintf(out, "</td><td class=\"n\"><data value=\"%lld\">%lld</data></td><td "
			"class=\"n\">2</td></tr>\n", call->value, call->value);
	else
		fputs("</td><td>goes on</td><td class=\"n\">1</td></tr>\n", out);
}

/* For those who read rather than look, and for print. */
static void call_table(FILE *out, const struct lanes *lanes)
{
	size_t rows = 0;

	fputs("<details class=\"calls-table\">"
	      "<summary>The first calls as a table</summary>\n", out);
	html_scroll_open(out, "the first calls");
	fputs("<table><thead><tr><th scope=\"col\">process</th><th scope=\"col\" class=\"n\">round</th>"
	      "<th scope=\"col\">call</th><th scope=\"col\">descriptor</th>"
	      "<th scope=\"col\" class=\"n\">began at</th><th scope=\"col\" class=\"n\">took</th>"
	      "<th scope=\"col\" class=\"n\">returned</th>"
	      "<th scope=\"col\" class=\"n\">crossings</th></tr></thead><tbody>\n", out);
	for (size_t i = 0; i < lanes->count; i++) {
		const struct lane *lane = lanes->lanes[i];

		for (size_t j = 0; j < lane->call_count && rows < TABLE_ROWS; j++) {
			if (lane->calls[j].start > lanes->view_end)
				break;
			call_row(out, lanes, lane, &lane->calls[j]);
			rows++;
		}
	}
	fputs("</tbody></table>\n", out);
	html_scroll_close(out);
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

static void save_steps(FILE *out, const struct lanes *lanes, const struct lane *lane)
{
	const char *comma = "";

	fputs(",\"steps\":[", out);
	for (size_t i = 0; lane->steps && i < lanes->step_count; i++) {
		const struct lane_step *step = &lane->steps[i];

		fputs(comma, out);
		for (int state = 0; state < LANE_STATES; state++)
			fprintf(out, "%.0f,", html_percent(step->ns[state], lanes->step_ns));
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
static void budget(const struct html_fold *fold, size_t *events, size_t *steps)
{
	size_t shown = fold->total < fold->shown ? fold->total : fold->shown;

	*events = FOLDED_EVENTS;
	*steps = FOLDED_STEPS;
	if (html_is_folded(fold))
		return;
	*events = LEAST_EVENTS;
	if (shown * LEAST_EVENTS + (fold->total - shown) * FOLDED_COST < PAGE_EVENTS)
		*events = (PAGE_EVENTS - (fold->total - shown) * FOLDED_COST) / shown;
	*steps = PAGE_STEPS / shown / 2;	/* two lanes, as a rule */
	if (*steps > MOST_STEPS)
		*steps = MOST_STEPS;
}

void html_timeline(FILE *out, const struct report *report, size_t scenario_index,
		   const struct html_fold *fold)
{
	const struct report_scenario *scenario = &report->scenarios[scenario_index];
	struct lanes lanes;
	size_t events, steps;

	budget(fold, &events, &steps);
	fputs("<figure class=\"timeline\"><figcaption><h3>", out);
	html_scenario_name(out, scenario);
	fputs("</h3></figcaption>\n", out);
	lanes_build(&lanes, scenario, events, steps);
	fprintf(out, "<div class=\"plot\" data-timeline=\"timeline-data-%zu\">\n", scenario_index);
	if (!html_is_folded(fold))
		draw_lanes(out, &lanes);
	fputs("</div>\n", out);
	caption(out, scenario, &lanes);
	call_table(out, &lanes);
	save_lanes(out, scenario, &lanes, scenario_index);
	fputs("</figure>\n", out);
	lanes_free(&lanes);
}
