// SPDX-License-Identifier: GPL-2.0
/* The flows of other people's programs: from where to where bytes went, and whether they were
 * copied on the way. Called by html_findings.c for the reports of run and attach. */
#include <string.h>

#include "html.h"

/* A server may have had ten thousand connections; the busiest come first. */
#define FLOWS_SHOWN 200

/* A flow's verdict is a text ("mixed (12%)", …); its first word tells the class in report.css. */
static const char *flow_class(const char *verdict)
{
	if (!verdict || !strncmp(verdict, "not ", 4))
		return "unknown";
	if (!strncmp(verdict, "zero-copy", 9))
		return "holds";
	if (!strncmp(verdict, "mixed", 5))
		return "holdsif";
	return "copied";
}

static void end_point(FILE *out, const char *label, const char *name, const char *kind)
{
	fprintf(out, "<td class=\"where\" data-label=\"%s\">", label);
	html_name(out, name ? name : kind);
	if (name && kind) {
		fputs(" <span class=\"kind\">", out);
		html_text(out, kind);
		fputs("</span>", out);
	}
	fputs("</td>\n", out);
}

static void flow_row(FILE *out, const struct report_flow *flow, __u64 most)
{
	const char *class = flow_class(flow->verdict);

	fputs("<tbody>\n<tr class=\"flow\">", out);
	end_point(out, "from", flow->source, flow->source_kind);
	end_point(out, "to", flow->sink, flow->sink_kind);
	fputs("<td class=\"n\" data-label=\"bytes\">", out);
	html_bytes(out, flow->bytes);
	fprintf(out, "<svg class=\"share\" aria-hidden=\"true\"><rect class=\"%s\" width=\"%.2f%%\" "
		"height=\"100%%\"/></svg></td>\n", class, html_percent(flow->bytes, most));
	fputs("<td class=\"n\" data-label=\"calls\">", out);
	html_count(out, flow->calls);
	fputs(" <small>", out);
	html_text(out, flow->calls_by);
	fputs("</small></td>\n<td class=\"n\" data-label=\"copies per byte\">", out);
	html_measured_real(out, flow->copies_per_byte);
	fprintf(out, "</td>\n<td data-label=\"verdict\"><span class=\"verdict %s\">"
		"<svg class=\"icon\" aria-hidden=\"true\"><use href=\"#icon-%s\"/></svg>",
		class, class);
	html_text(out, flow->verdict);
	fputs("</span></td></tr>\n"
	      "<tr class=\"because\"><td colspan=\"6\"><span class=\"role\">", out);
	html_text(out, flow->role);
	fputs("</span> ", out);
	html_text(out, flow->why);
	fputs("</td></tr>\n</tbody>\n", out);
}

static void flow_table(FILE *out, const struct report_scenario *scenario, bool named)
{
	__u64 most = 0;

	for (size_t i = 0; i < scenario->flow_count; i++) {
		if (scenario->flows[i].bytes > most)
			most = scenario->flows[i].bytes;
	}
	if (named) {
		fputs("<h3>", out);
		html_scenario_name(out, scenario);
		fputs("</h3>\n", out);
	}
	fputs("<table class=\"flows\">\n<thead><tr><th scope=\"col\">from</th><th scope=\"col\">to</th>"
	      "<th scope=\"col\" class=\"n\">bytes</th><th scope=\"col\" class=\"n\">calls</th>"
	      "<th scope=\"col\" class=\"n\">CPU copies per byte</th><th scope=\"col\">verdict</th>"
	      "</tr></thead>\n", out);
	for (size_t i = 0; i < scenario->flow_count && i < FLOWS_SHOWN; i++)
		flow_row(out, &scenario->flows[i], most);
	fputs("</table>\n", out);
	if (scenario->flow_count > FLOWS_SHOWN)
		fprintf(out, "<p class=\"note\">The %d busiest of %zu; all are in the JSON report.</p>\n",
			FLOWS_SHOWN, scenario->flow_count);
}

void html_flows(FILE *out, const struct report *report)
{
	size_t flows = 0;

	for (size_t i = 0; i < report->scenario_count; i++)
		flows += report->scenarios[i].flow_count;
	if (flows == 0)
		return;
	fputs("<section id=\"flows\" data-short=\"Flows\" aria-labelledby=\"flows-title\">\n"
	      "<h2 id=\"flows-title\">Where the bytes went</h2>\n", out);
	for (size_t i = 0; i < report->scenario_count; i++) {
		if (report->scenarios[i].flow_count)
			flow_table(out, &report->scenarios[i], report->scenario_count > 1);
	}
	fputs("</section>\n", out);
}
