// SPDX-License-Identifier: GPL-2.0
/* The section of the HTML page on where every byte went: the pictures side by side, each with its
 * numbers as a table. Called by render_html.c. */
#include <string.h>

#include "html.h"

/* More pictures than this are folded away, if they look like one before them. */
#define PICTURES_SHOWN 6

static void legend(FILE *out)
{
	static const struct {
		const char *class, *words;
		bool inner;
	} keys[] = {
		{ "cpu", "the CPU copied", false },
		{ "dma", "a device moved it (DMA)", true },
		{ "ref", "handed over by reference: nobody copied", false },
		{ "idle", "nothing moved", false },
		{ "unknown", "? not measured", false },
	};

	fputs("<ul class=\"legend\">", out);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		fprintf(out, "<li><svg width=\"44\" height=\"14\" aria-hidden=\"true\">"
			"<g class=\"arrow %s\"><path class=\"line\" d=\"M2 7H32\"/>%s"
			"<path class=\"head\" d=\"M43 7L32 0.5L32 13.5Z\"/></g></svg>%s</li>",
			keys[i].class, keys[i].inner ? "<path class=\"inner\" d=\"M2 7H32\"/>" : "",
			keys[i].words);
	fputs("</ul>\n", out);
}

static void origins(FILE *out, const char *where, const __u64 *bytes)
{
	fprintf(out, "<tr><th scope=\"row\">%s</th><td colspan=\"4\">", where);
	for (unsigned int i = 0, shown = 0; i < REPORT_ORIGINS; i++) {
		char words[32];

		if (bytes[i] == 0)
			continue;
		snprintf(words, sizeof(words), "%s", report_origin_text(i));
		for (char *at = words; *at; at++)
			*at = *at == '_' ? ' ' : *at;
		fprintf(out, "%s%s ", shown++ ? ", " : "", words);
		html_bytes(out, bytes[i]);
	}
	fputs("</td></tr>\n", out);
}

static void leg_row(FILE *out, const struct report_leg *leg, enum report_leg_id id)
{
	fprintf(out, "<tr data-leg=\"%s\"><th scope=\"row\">%s</th><td>", report_leg_id_text(id),
		html_leg_words[id]);
	html_text(out, leg->by && !strcmp(leg->by, "cpu") ? "CPU" :
		       leg->by && !strcmp(leg->by, "dma") ? "DMA" : leg->by);
	fputs("</td>", out);
	if (leg->bytes.why) {
		fputs("<td colspan=\"3\">", out);
		html_measured(out, leg->bytes, html_bytes);
		fputs("</td></tr>\n", out);
	} else {
		fputs("<td class=\"n\">", out);
		html_bytes(out, leg->bytes.value);
		fputs("</td><td class=\"n\">", out);
		html_measured_real(out, leg->per_byte);
		fputs("</td><td>", out);
		html_text(out, leg->evidence);
		fputs("</td></tr>\n", out);
	}
	if (leg->has_queue)
		origins(out, "pages, before segmentation", leg->at_queue);
	if (leg->has_origin) {
		origins(out, "pages, at the device", leg->at_xmit);
	}
	if (leg->has_receive)
		origins(out, "pages, at the receiver", leg->at_receive);
	if (!leg->retransmitted_bytes.why && leg->retransmitted_bytes.value) {
		fputs("<tr><th scope=\"row\">sent again</th><td colspan=\"4\">", out);
		html_bytes(out, leg->retransmitted_bytes.value);
		fputs(" (not in the above)</td></tr>\n", out);
	}
}

/* No leg: a copy between two of them, which only borrowed pages meet. */
static void late_row(FILE *out, const struct report_zerocopy *borrowed)
{
	if (!borrowed->used)
		return;
	fputs("<tr><th scope=\"row\">copied late, on the way</th><td>CPU</td>"
	      "<td class=\"n\">", out);
	html_measured(out, borrowed->late_bytes, html_bytes);
	fputs("</td><td class=\"n\">", out);
	html_measured_real(out, borrowed->late_per_byte);
	fputs("</td><td>provenance</td></tr>\n", out);
}

static void leg_table(FILE *out, const struct report_scenario *scenario)
{
	fputs("<details><summary>The same as a table, with the evidence</summary>\n", out);
	html_scroll_open(out, "bytes of each leg");
	fputs("<table class=\"legs\"><thead><tr><th scope=\"col\">leg</th><th scope=\"col\">by</th>"
	      "<th scope=\"col\" class=\"n\">bytes</th><th scope=\"col\" class=\"n\">per byte</th>"
	      "<th scope=\"col\">evidence</th></tr></thead><tbody>\n", out);
	for (int id = 0; id < LEG_COUNT; id++) {
		if (id == LEG_SOCKET_RECEIVER)
			late_row(out, &scenario->zerocopy);
		leg_row(out, &scenario->legs[id], id);
	}
	fputs("</tbody></table>\n", out);
	html_scroll_close(out);
	fputs("</details>\n", out);
}

/* A note that says more than the reason and the evidence, which are shown anyway. */
static bool has_remark(const struct report_leg *leg)
{
	return leg->note && !(leg->bytes.why && strstr(leg->bytes.why, leg->note)) &&
	       !(leg->evidence && !strcmp(leg->note, leg->evidence));
}

/* What is not on the picture although it should be, and remarks: under it, in full. */
static void leg_remarks(FILE *out, const struct report_scenario *scenario)
{
	fputs("<ul class=\"remarks\">\n", out);
	for (int id = 0; id < LEG_COUNT; id++) {
		const struct report_leg *leg = &scenario->legs[id];

		if (!leg->bytes.why && !has_remark(leg))
			continue;
		fprintf(out, "<li%s><b>%s</b> ", leg->bytes.why ? " class=\"unknown\"" : "",
			html_leg_words[id]);
		if (leg->bytes.why) {
			fputs("not measured: ", out);
			html_text(out, leg->bytes.why);
		}
		if (has_remark(leg)) {
			fputs(leg->bytes.why ? "; " : "", out);
			html_text(out, leg->note);
		}
		fputs("</li>\n", out);
	}
	fputs("</ul>\n", out);
}

/* The pages that were lent meet a copy which lies on no arrow. */
static void late_remark(FILE *out, const struct report_zerocopy *borrowed)
{
	if (!borrowed->used)
		return;
	fprintf(out, "<ul class=\"remarks\"><li%s><b>copied late, on the way</b> ",
		borrowed->late_bytes.why ? " class=\"unknown\"" : "");
	if (borrowed->late_bytes.why) {
		fputs("not measured: ", out);
		html_text(out, borrowed->late_bytes.why);
	} else {
		html_bytes(out, borrowed->late_bytes.value);
		fputs(", by the CPU, between device and receiver", out);
	}
	fputs("</li></ul>\n", out);
}

static void picture(FILE *out, const struct report *report, size_t index)
{
	const struct report_scenario *scenario = &report->scenarios[index];

	fputs("<figure class=\"card\">\n<figcaption><h3>", out);
	html_scenario_name(out, scenario);
	fputs("</h3></figcaption>\n", out);
	html_path_picture(out, scenario, index);
	leg_remarks(out, scenario);
	late_remark(out, &scenario->zerocopy);
	leg_table(out, scenario);
	fputs("</figure>\n", out);
}

/* A report of run or attach has legs only where the picture says something. */
static bool has_picture(const struct report_scenario *scenario)
{
	if (!html_measured_scenario(scenario))
		return false;
	for (int id = 0; id < LEG_COUNT; id++) {
		if (!scenario->legs[id].bytes.why)
			return true;
	}
	return scenario->flow_count == 0;
}

/* The first ones are shown, and of the others those that look like none before them. */
static bool is_shown(const struct report *report, size_t index)
{
	size_t before = 0;
	bool new_look = true;

	for (size_t i = 0; i < index; i++) {
		if (!has_picture(&report->scenarios[i]))
			continue;
		before++;
		if (html_path_look(&report->scenarios[i]) ==
		    html_path_look(&report->scenarios[index]))
			new_look = false;
	}
	return before < PICTURES_SHOWN || new_look;
}

static void pictures(FILE *out, const struct report *report, struct html_fold *fold, bool shown)
{
	for (size_t i = 0; i < report->scenario_count; i++) {
		if (!has_picture(&report->scenarios[i]) || is_shown(report, i) != shown)
			continue;
		html_fold_item(out, fold);
		picture(out, report, i);
	}
}

void html_paths(FILE *out, const struct report *report)
{
	struct html_fold fold = { 0 };

	for (size_t i = 0; i < report->scenario_count; i++) {
		fold.total += has_picture(&report->scenarios[i]);
		fold.shown += has_picture(&report->scenarios[i]) && is_shown(report, i);
	}
	if (fold.total == 0)
		return;
	fputs("<section id=\"path\" data-short=\"Path\" aria-labelledby=\"path-title\">\n"
	      "<h2 id=\"path-title\">The path of the bytes</h2>\n"
	      "<p class=\"intro\">Each arrow is one leg, with its copies per byte of payload and the "
	      "bytes that it carried. The textbook says 1 or 0; this is what it really was.</p>\n",
	      out);
	html_path_ground(out);
	legend(out);
	fputs("<div class=\"cards\">\n", out);
	pictures(out, report, &fold, true);
	pictures(out, report, &fold, false);
	html_fold_end(out, &fold);
	fputs("</div>\n</section>\n", out);
}
