/* SPDX-License-Identifier: GPL-2.0 */
/* The files of web/, and D3 where the Makefile found it, as symbols NAME and NAME_end of the
 * program. render_html.c puts them into the page. */

	.section .rodata, "a"

	.global web_report_html, web_report_html_end
web_report_html:
	.incbin "report.html"
web_report_html_end:

	.global web_report_css, web_report_css_end
web_report_css:
	.incbin "report.css"
web_report_css_end:

	.global web_report_js, web_report_js_end
web_report_js:
	.incbin "report.js"
web_report_js_end:

	.global web_path_js, web_path_js_end
web_path_js:
	.incbin "path.js"
web_path_js_end:

	.global web_timeline_js, web_timeline_js_end
web_timeline_js:
	.incbin "timeline.js"
web_timeline_js_end:

	.global web_charts_js, web_charts_js_end
web_charts_js:
	.incbin "charts.js"
web_charts_js_end:

	.global web_sweep_js, web_sweep_js_end
web_sweep_js:
	.incbin "sweep.js"
web_sweep_js_end:

	.global web_d3_js, web_d3_js_end
web_d3_js:
#ifdef D3_JS
	.incbin D3_JS
#endif
web_d3_js_end:
	.byte 0

	.section .note.GNU-stack, "", %progbits
