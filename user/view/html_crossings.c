// SPDX-License-Identifier: GPL-2.0
/* The section of the HTML page on crossings: how many, of which sort, and the timelines on which
 * they can be counted. Called by render_html.c. */
#include "html.h"

/* More timelines than this are folded away. */
#define TIMELINES_SHOWN 4

static void role_cells(FILE *out, const struct report_role *role)
{
	if (!role) {
		fputs("<td>—</td><td>—</td>", out);
		return;
	}
	html_measured_cell(out, role->voluntary, html_count);
	html_measured_cell(out, role->involuntary, html_count);
}

/* Reports of run and attach have other processes, which stand in the section on time, and no
 * rounds. */
struct shape {
	bool roles, rounds;
};

static struct shape shape_of(const struct report *report)
{
	struct shape shape = { false, false };

	for (size_t i = 0; i < report->scenario_count; i++) {
		const struct report_scenario *scenario = &report->scenarios[i];

		shape.roles = shape.roles || report_role(scenario, "sender");
		shape.rounds = shape.rounds || !scenario->rounds.why;
	}
	return shape;
}

static void scenario_row(FILE *out, const struct report_scenario *scenario, struct shape shape)
{
	fputs("<tr><th scope=\"row\">", out);
	html_scenario_name(out, scenario);
	fputs("</th>", out);
	if (scenario->failed) {
		fprintf(out, "<td colspan=\"%d\">", 4 + 2 * shape.rounds + 4 * shape.roles);
		html_not_measured(out, scenario->failed);
		fputs("</td></tr>\n", out);
		return;
	}
	if (shape.rounds) {
		html_measured_cell(out, scenario->rounds, html_count);
		fputs(scenario->crossings_per_round.why ? "<td>" : "<td class=\"n strong\">", out);
		html_measured_real(out, scenario->crossings_per_round);
		fputs("</td>", out);
	}
	html_measured_cell(out, scenario->crossings_data, html_count);
	html_measured_cell(out, scenario->crossings_control, html_count);
	html_measured_cell(out, scenario->crossings_user_faults, html_count);
	html_measured_cell(out, scenario->crossings_total, html_count);
	if (shape.roles) {
		role_cells(out, report_role(scenario, "sender"));
		role_cells(out, report_role(scenario, "receiver"));
	}
	fputs("</tr>\n", out);
}

static void head(FILE *out, struct shape shape)
{
	fputs("<table class=\"numbers\"><thead>\n"
	      "<tr><th rowspan=\"2\" scope=\"col\">scenario</th>", out);
	if (shape.rounds)
		fputs("<th rowspan=\"2\" scope=\"col\" class=\"n\">rounds</th>", out);
	fprintf(out, "<th colspan=\"%d\" scope=\"colgroup\">crossings%s</th>", 4 + shape.rounds,
		shape.roles ? " of the sender" : "");
	if (shape.roles)
		fputs("<th colspan=\"2\" scope=\"colgroup\">context switches, sender</th>"
		      "<th colspan=\"2\" scope=\"colgroup\">context switches, receiver</th>", out);
	fputs("</tr>\n<tr>", out);
	if (shape.rounds)
		fputs("<th scope=\"col\" class=\"n\">per round</th>", out);
	fputs("<th scope=\"col\" class=\"n\">data calls</th>"
	      "<th scope=\"col\" class=\"n\">control calls</th>"
	      "<th scope=\"col\" class=\"n\">page faults</th>"
	      "<th scope=\"col\" class=\"n\">all</th>", out);
	for (int i = 0; shape.roles && i < 2; i++)
		fputs("<th scope=\"col\" class=\"n\">voluntary</th>"
		      "<th scope=\"col\" class=\"n\">involuntary</th>", out);
	fputs("</tr></thead>\n<tbody>\n", out);
}

static void table(FILE *out, const struct report *report, struct shape shape)
{
	html_scroll_open(out, "crossings and context switches");
	head(out, shape);
	for (size_t i = 0; i < report->scenario_count; i++)
		scenario_row(out, &report->scenarios[i], shape);
	fputs("</tbody></table>\n", out);
	html_scroll_close(out);
	if (shape.rounds || report->scenario_count == 0)
		return;
	fputs("<p class=\"note\">Rounds: ", out);
	html_not_measured(out, report->scenarios[0].rounds.why);
	fputs("</p>\n", out);
}

static void legend(FILE *out, struct shape shape)
{
	fputs("<ul class=\"legend\"><li><i class=\"swatch user\"></i>user mode</li>"
	      "<li><i class=\"swatch kernel\"></i>kernel mode</li>"
	      "<li><i class=\"swatch blocked\"></i>off the CPU, waiting for something</li>"
	      "<li><i class=\"swatch runnable\"></i>off the CPU, waiting for a CPU</li>"
	      "<li><svg width=\"9\" height=\"16\" aria-hidden=\"true\"><path class=\"fault\" "
	      "d=\"M4.5 1V13m-3 -5l3 5l3 -5\"/></svg>page fault in user mode</li>", out);
	if (shape.rounds)
		fputs("<li><i class=\"swatch crossing\">1</i>"
		      "a crossing, numbered within its round</li>", out);
	fputs("</ul>\n", out);
}

static void timelines(FILE *out, const struct report *report, struct shape shape)
{
	struct html_fold fold = { .shown = TIMELINES_SHOWN };

	for (size_t i = 0; i < report->scenario_count; i++)
		fold.total += report->scenarios[i].timeline.event_count > 0;
	if (fold.total == 0) {
		fputs("<p class=\"note\">No timeline was recorded in this report.</p>\n", out);
		return;
	}
	legend(out, shape);
	for (size_t i = 0; i < report->scenario_count; i++) {
		if (report->scenarios[i].timeline.event_count == 0)
			continue;
		html_fold_item(out, &fold);
		html_timeline(out, report, i, &fold);
	}
	html_fold_end(out, &fold);
}

void html_crossings(FILE *out, const struct report *report)
{
	fputs("<section id=\"crossings\" data-short=\"Crossings\" aria-labelledby=\"crossings-title\">\n"
	      "<h2 id=\"crossings-title\">The crossings</h2>\n"
	      "<p class=\"intro\">A crossing is one change between user mode and kernel mode: a system "
	      "call is two, a page fault taken in user mode is two. The documents call this a context "
	      "switch. The scheduler's context switch, which puts another task on the CPU, is a "
	      "different thing and stands beside it.</p>\n", out);
	table(out, report, shape_of(report));
	timelines(out, report, shape_of(report));
	fputs("</section>\n", out);
}
