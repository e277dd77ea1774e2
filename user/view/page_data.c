// SPDX-License-Identifier: GPL-2.0
/* What the page's scripts draw from: the report as JSON, without its timelines, and beside it what
 * report/ works out of it: paths, the parts of the time, groups of runs. For render_html.c. */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>

#include "alloc.h"
#include "html.h"
#include "page.h"
#include "path.h"
#include "stats_shape.h"
#include "sweep.h"
#include "time_split.h"
#include "title.h"

static json_t *real_json(struct measured_real number)
{
	return number.why || !isfinite(number.value) ? json_null() : json_real(number.value);
}

static json_t *text_json(const char *text)
{
	char *plain = plain_copy(text);
	json_t *json = json_string(plain);

	free(plain);
	return json ? json : json_null();
}

static json_t *path_json(const struct report_scenario *scenario)
{
	struct path_leg legs[LEG_COUNT];
	size_t count = path_is_known(scenario) ? path_legs(scenario, legs) : 0;
	json_t *path = json_array();
	char amount[NUMBER_BYTES];

	for (size_t i = 0; i < count; i++)
		json_array_append_new(path, json_pack("{s:s, s:i, s:s, s:o}", "leg",
						      report_leg_id_text(legs[i].id), "mover",
						      (int)legs[i].mover, "amount",
						      path_amount(&legs[i], amount), "per_byte",
						      real_json(legs[i].leg->per_byte)));
	return path;
}

static json_t *times_json(const struct report_scenario *scenario)
{
	json_t *times = json_array();

	for (size_t i = 0; i < scenario->role_count; i++) {
		const struct report_role *role = &scenario->roles[i];
		__u64 ns[TIME_PARTS];
		const char *why = time_split(scenario, role, ns);
		json_t *parts = json_array();

		for (int part = 0; part < TIME_PARTS && !why; part++)
			json_array_append_new(parts, json_integer((json_int_t)ns[part]));
		json_array_append_new(times, json_pack("{s:o, s:o, s:o}", "role",
						       text_json(role->name), "why",
						       why ? text_json(why) : json_null(), "ns",
						       parts));
	}
	return times;
}

static bool has_groups(const struct spread *spread)
{
	struct groups groups;

	return stats_two_groups(spread, &groups);
}

static json_t *scenario_json(const struct report_scenario *scenario)
{
	char title[TITLE_BYTES];

	return json_pack("{s:o, s:b, s:o, s:o, s:o, s:{s:b, s:b}}", "name",
			 text_json(scenario_title(scenario, title)), "direct",
			 path_bypasses_user(scenario), "path", path_json(scenario), "times",
			 times_json(scenario), "copies", real_json(sweep_copies(scenario)),
			 "groups", "untraced", has_groups(&scenario->elapsed_untraced_ns), "cpu",
			 has_groups(&scenario->cpu_untraced_ns));
}

/* Timelines have data of their own, which is smaller. */
static json_t *report_json(const struct report *report)
{
	size_t count = report->scenario_count, size = 0;
	struct report copy = *report;
	char *text = NULL;
	FILE *stream;
	json_t *json;

	copy.scenarios = xcalloc(count + 1, sizeof(*copy.scenarios));
	for (size_t i = 0; i < count; i++) {
		copy.scenarios[i] = report->scenarios[i];
		copy.scenarios[i].timeline.events = NULL;
		copy.scenarios[i].timeline.event_count = 0;
	}
	stream = xopen_memstream(&text, &size);
	report_write_json(&copy, stream);
	xclose_memstream(stream, &text);
	json = json_loads(text, 0, NULL);
	free(text);
	free(copy.scenarios);
	return json ? json : json_null();
}

void page_data(FILE *out, const struct report *report)
{
	json_t *scenarios = json_array(), *page;
	char *text;

	for (size_t i = 0; i < report->scenario_count; i++)
		json_array_append_new(scenarios, scenario_json(&report->scenarios[i]));
	page = json_pack("{s:o, s:o}", "report", report_json(report), "scenarios", scenarios);
	/* In ASCII nothing in the page's source can deceive. */
	text = json_dumps(page, JSON_COMPACT | JSON_ENSURE_ASCII);
	json_decref(page);
	if (!text)
		out_of_memory();
	html_json(out, text);
	free(text);
}
