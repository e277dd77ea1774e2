/* SPDX-License-Identifier: GPL-2.0 */
/* What the HTML pages of reports and of labs share: escaping, and tables.
 * Used by render_html.c, html_timeline.c and the labs' page. */
#ifndef ZC_HTML_H
#define ZC_HTML_H

#include <stdio.h>

#include "table.h"

/* A file of web/, and D3, inside the program: see web/assets.S. */
extern const char web_report_html[], web_report_html_end[], web_report_css[], web_report_css_end[],
	web_report_js[], web_report_js_end[], web_path_js[], web_path_js_end[], web_timeline_js[],
	web_timeline_js_end[], web_charts_js[], web_charts_js_end[], web_sweep_js[],
	web_sweep_js_end[], web_d3_js[], web_d3_js_end[];

/* Text from outside, for element content and quoted attributes alike. NULL writes nothing. */
void html_text(FILE *out, const char *text);
/* JSON text inside <script>: nothing in it ends the element. */
void html_json(FILE *out, const char *json);

/* plain_text() as a quoted string there. */
void html_json_string(FILE *out, const char *text);

/* <data value="the exact value">what a person reads</data> */
void html_count(FILE *out, __u64 value);
void html_time(FILE *out, __u64 ns);

/* A table with its caption, in a region that scrolls sideways on a narrow screen. class is a word
 * for report.css. Prints nothing of NULL. */
void table_print_html(const struct table *table, const char *class, const char *caption, FILE *out);

#endif
