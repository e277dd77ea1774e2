// SPDX-License-Identifier: GPL-2.0
/* The table of formats: one more is a row here and a render_NAME.c. output.c makes options of the
 * rows. */
#include "render.h"

#include <string.h>

const struct renderer renderers[RENDERERS_MAX] = {
	{ "text", NULL, false, render_text },
	{ "json", "Save everything as JSON (- for standard output)", false, render_json },
	{ "html", "Write a self-contained page with pictures", false, render_html },
	{ "markdown", "Write Markdown, to paste elsewhere", false, render_markdown },
	{ "csv", "Write one row per run, scenario and metric", false, render_csv },
	{ "openmetrics", "Write the totals for Prometheus", false, render_openmetrics },
	{ "perfetto", "Write a trace for Perfetto's UI", true, render_perfetto },
};

const struct renderer *renderer_find(const char *name)
{
	for (const struct renderer *r = renderers; r->name; r++) {
		if (!strcmp(r->name, name))
			return r;
	}
	return NULL;
}

int render_json(const struct report *report, const struct render_options *options, FILE *out)
{
	return report_write_json(report, out);
}
