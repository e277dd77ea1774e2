/* SPDX-License-Identifier: GPL-2.0 */
/* What the parts of the HTML page share: escaping, numbers, and one function per section.
 * render_html.c calls the sections in the order in which people read them. */
#ifndef ZC_HTML_H
#define ZC_HTML_H

#include <stdio.h>

#include "report.h"

/* A file of web/, and D3, inside the program: see web/assets.S. */
extern const char web_report_css[], web_report_css_end[], web_report_js[], web_report_js_end[],
	web_timeline_js[], web_timeline_js_end[], web_charts_js[], web_charts_js_end[],
	web_sweep_js[], web_sweep_js_end[], web_d3_js[], web_d3_js_end[];

/* Text from outside, for element content and quoted attributes alike. NULL writes nothing. */
void html_text(FILE *out, const char *text);
/* The same for a path or an address; a very long one is folded in the middle and can be opened. */
void html_name(FILE *out, const char *text);
/* A quoted JSON string that is safe inside <script>; NULL writes null. */
void html_json_string(FILE *out, const char *text);

/* Numbers: what a person reads, inside <data value="the exact value">. */
void html_count(FILE *out, __u64 value);
void html_bytes(FILE *out, __u64 bytes);
void html_time(FILE *out, __u64 ns);

typedef void html_number(FILE *out, __u64 value);

void html_not_measured(FILE *out, const char *why);
/* The number, or "not measured" and why. */
void html_measured(FILE *out, struct measured value, html_number *number);
void html_measured_real(FILE *out, struct measured_real value);
/* A table cell around it. */
void html_measured_cell(FILE *out, struct measured value, html_number *number);

/* "copy whole": scenario_title(), escaped. */
void html_scenario_name(FILE *out, const struct report_scenario *scenario);

/* A region that scrolls sideways on narrow screens, reachable by keyboard. label is a literal. */
void html_scroll_open(FILE *out, const char *label);
void html_scroll_close(FILE *out);

/* Of many alike the first are shown, the rest is folded away: call fold_item before each one of
 * total, and fold_end after the last. */
struct html_fold {
	size_t shown, total, done;
};
void html_fold_item(FILE *out, struct html_fold *fold);
/* Whether the item that comes now is folded away. */
bool html_is_folded(const struct html_fold *fold);
void html_fold_end(FILE *out, const struct html_fold *fold);

/* Scenarios that were measured. */
size_t html_measured_count(const struct report *report);

/* part / whole as a percentage for SVG coordinates; 0 where whole is 0, never outside 0..100. */
double html_percent(double part, double whole);

/* Scenarios that were measured; pictures leave the failed ones out. */
bool html_measured_scenario(const struct report_scenario *scenario);

/* "disk → page cache", …; index is enum report_leg_id. */
extern const char *const html_leg_words[LEG_COUNT];

/* The sections of the page. */
void html_findings(FILE *out, const struct report *report);
void html_flows(FILE *out, const struct report *report);
void html_paths(FILE *out, const struct report *report);
/* A number that is the same for pictures with the same arrows. */
unsigned int html_path_look(const struct report_scenario *scenario);
/* What all pictures stand on, defined once; and one picture. */
void html_path_ground(FILE *out);
void html_path_picture(FILE *out, const struct report_scenario *scenario, size_t index);
void html_crossings(FILE *out, const struct report *report);
/* fold: where it stands among the timelines of the page. */
void html_timeline(FILE *out, const struct report *report, size_t scenario_index,
		   const struct html_fold *fold);
void html_times(FILE *out, const struct report *report);
void html_calls(FILE *out, const struct report *report);
void html_sweep(FILE *out, const struct report *report);	/* nothing of other reports */
void html_runs(FILE *out, const struct report *report);
void html_evidence(FILE *out, const struct report *report);

#endif
