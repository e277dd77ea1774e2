// SPDX-License-Identifier: GPL-2.0
/* The section of the HTML page on where the time went: a bar for each process, its CPU time and
 * memory, then its calls. Called by render_html.c. */
#include <string.h>

#include "html.h"

#define ROLES_SHOWN 100		/* of a scenario */
#define BARS_SHOWN 6		/* scenarios; the others are folded away */

/* A process's window, split. The report gives user, kernel, blocked and runnable; how much of the
 * kernel's part was spent in data calls is in its table of calls. */
enum part { PART_USER, PART_COPYING, PART_KERNEL, PART_RUNNABLE, PART_BLOCKED, PARTS };

static const struct {
	const char *class, *words;
} parts[PARTS] = {
	[PART_USER] = { "user", "user mode" },
	[PART_COPYING] = { "copying", "data calls, on the CPU" },
	[PART_KERNEL] = { "other", "other kernel time" },
	[PART_RUNNABLE] = { "runnable", "waiting for a CPU" },
	[PART_BLOCKED] = { "blocked", "blocked" },
};

static __u64 data_cpu_ns(const struct report_scenario *scenario, const char *role)
{
	__u64 total = 0;

	for (size_t i = 0; i < scenario->syscall_count; i++) {
		const struct report_syscall *call = &scenario->syscalls[i];

		if (call->data && call->role && role && !strcmp(call->role, role))
			total += call->cpu_ns.value;
	}
	return total;
}

/* Returns the reason why there is no bar, or NULL and the parts in ns. */
static const char *split(const struct report_scenario *scenario, const struct report_role *role,
			 __u64 ns[PARTS])
{
	const struct measured *all[] = { &role->user_ns, &role->kernel_ns, &role->blocked_ns,
					 &role->runnable_ns };
	__u64 kernel = role->kernel_ns.value, data = data_cpu_ns(scenario, role->name);

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (all[i]->why)
			return all[i]->why;
	}
	ns[PART_USER] = role->user_ns.value;
	ns[PART_COPYING] = data < kernel ? data : kernel;
	ns[PART_KERNEL] = kernel - ns[PART_COPYING];
	ns[PART_RUNNABLE] = role->runnable_ns.value;
	ns[PART_BLOCKED] = role->blocked_ns.value;
	return NULL;
}

static double sum(const __u64 ns[PARTS])
{
	double total = 0;

	for (int part = 0; part < PARTS; part++)
		total += ns[part];
	return total;
}

/* The longest bar of the page: all are drawn on its scale. */
static double longest(const struct report *report)
{
	double most = 0;
	__u64 ns[PARTS];

	for (size_t i = 0; i < report->scenario_count; i++) {
		const struct report_scenario *scenario = &report->scenarios[i];

		for (size_t j = 0; j < scenario->role_count && j < ROLES_SHOWN; j++) {
			if (!split(scenario, &scenario->roles[j], ns) && sum(ns) > most)
				most = sum(ns);
		}
	}
	return most;
}

static void bar(FILE *out, const __u64 ns[PARTS], double scale)
{
	double left = 0;

	fputs("<svg class=\"bar\" height=\"26\" aria-hidden=\"true\">", out);
	for (int part = 0; part < PARTS; part++) {
		double width = html_percent(ns[part], scale);

		fprintf(out, "<rect class=\"%s\" x=\"%.3f%%\" width=\"%.3f%%\" height=\"26\"/>",
			parts[part].class, left, width);
		left += width;
	}
	fputs("</svg>", out);
}

static void role_bar(FILE *out, const struct report_scenario *scenario,
		     const struct report_role *role, double scale)
{
	__u64 ns[PARTS];
	const char *why = split(scenario, role, ns);

	fputs("<div class=\"bar-row\"><p class=\"bar-name\">", out);
	html_text(out, role->name);
	fputs("</p>\n", out);
	if (why) {
		fputs("<p>", out);
		html_not_measured(out, why);
		fputs("</p></div>\n", out);
		return;
	}
	bar(out, ns, scale);
	fputs("<ul class=\"bar-figures\">", out);
	for (int part = 0; part < PARTS; part++) {
		if (ns[part] == 0)
			continue;
		fprintf(out, "<li><i class=\"swatch %s\"></i>%s ", parts[part].class,
			parts[part].words);
		html_time(out, ns[part]);
		fputs("</li>", out);
	}
	fputs("</ul></div>\n", out);
}

/* The reason why no process's time could be split; NULL = there is a bar to draw. */
static const char *never_split(const struct report *report)
{
	const char *why = NULL;
	__u64 ns[PARTS];

	for (size_t i = 0; i < report->scenario_count; i++) {
		const struct report_scenario *scenario = &report->scenarios[i];

		for (size_t j = 0; j < scenario->role_count; j++) {
			why = split(scenario, &scenario->roles[j], ns);
			if (!why)
				return NULL;
		}
	}
	return why;
}

static void bars(FILE *out, const struct report *report)
{
	struct html_fold fold = { .shown = BARS_SHOWN, .total = html_measured_count(report) };
	double scale = longest(report);

	fputs("<div class=\"bars\">\n", out);
	for (size_t i = 0; i < report->scenario_count; i++) {
		const struct report_scenario *scenario = &report->scenarios[i];

		if (!html_measured_scenario(scenario))
			continue;
		html_fold_item(out, &fold);
		fputs("<h3>", out);
		html_scenario_name(out, scenario);
		fputs("</h3>\n", out);
		for (size_t j = 0; j < scenario->role_count && j < ROLES_SHOWN; j++)
			role_bar(out, scenario, &scenario->roles[j], scale);
	}
	html_fold_end(out, &fold);
	fputs("</div>\n", out);
}

/* The numbers of a process, in groups as the table's head has them. */
static const struct column {
	const char *group, *label;
	size_t offset;			/* of the struct measured in struct report_role */
	html_number *number;
} columns[] = {
	{ "CPU time", "user", offsetof(struct report_role, cpu_user_ns), html_time },
	{ "CPU time", "system", offsetof(struct report_role, cpu_system_ns), html_time },
	{ "page faults", "in user mode", offsetof(struct report_role, faults_user), html_count },
	{ "page faults", "in calls", offsetof(struct report_role, faults_kernel), html_count },
	{ "context switches", "voluntary", offsetof(struct report_role, voluntary), html_count },
	{ "context switches", "involuntary", offsetof(struct report_role, involuntary),
	  html_count },
	{ "", "time watched", offsetof(struct report_role, window_ns), html_time },
	{ "", "peak memory", offsetof(struct report_role, peak_rss_bytes), html_bytes },
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

static const struct measured *cell(const struct report_role *role, const struct column *column)
{
	return (const struct measured *)((const char *)role + column->offset);
}

/* The reason why no process at all has this number; NULL = one has it. */
static const char *never_measured(const struct report *report, const struct column *column)
{
	const char *why = NULL;

	for (size_t i = 0; i < report->scenario_count; i++) {
		const struct report_scenario *scenario = &report->scenarios[i];

		for (size_t j = 0; j < scenario->role_count; j++) {
			why = cell(&scenario->roles[j], column)->why;
			if (!why)
				return NULL;
		}
	}
	return why;
}

static void role_row(FILE *out, const struct report_scenario *scenario,
		     const struct report_role *role, const bool left_out[COLUMNS])
{
	fputs("<tr><th scope=\"row\">", out);
	html_scenario_name(out, scenario);
	fputs("</th><td>", out);
	html_text(out, role->name);
	fputs("</td>", out);
	for (int i = 0; i < COLUMNS; i++) {
		if (!left_out[i])
			html_measured_cell(out, *cell(role, &columns[i]), columns[i].number);
	}
	fputs("</tr>\n", out);
}

static void role_head(FILE *out, const bool left_out[COLUMNS])
{
	fputs("<table class=\"numbers\"><thead>\n<tr><th rowspan=\"2\" scope=\"col\">scenario</th>"
	      "<th rowspan=\"2\" scope=\"col\">process</th>", out);
	for (int i = 0, next; i < COLUMNS; i = next) {
		int span = 0;

		for (next = i; next < COLUMNS && !strcmp(columns[next].group, columns[i].group);
		     next++)
			span += !left_out[next];
		if (span)
			fprintf(out, "<th colspan=\"%d\" scope=\"colgroup\">%s</th>", span,
				columns[i].group);
	}
	fputs("</tr>\n<tr>", out);
	for (int i = 0; i < COLUMNS; i++) {
		if (!left_out[i])
			fprintf(out, "<th scope=\"col\" class=\"n\">%s</th>", columns[i].label);
	}
	fputs("</tr></thead>\n<tbody>\n", out);
}

/* A column that nobody has becomes a sentence below the table. */
static void role_table(FILE *out, const struct report *report)
{
	bool left_out[COLUMNS];

	for (int i = 0; i < COLUMNS; i++)
		left_out[i] = never_measured(report, &columns[i]);
	html_scroll_open(out, "CPU time, faults and memory of each process");
	role_head(out, left_out);
	for (size_t i = 0; i < report->scenario_count; i++) {
		const struct report_scenario *scenario = &report->scenarios[i];

		for (size_t j = 0; j < scenario->role_count && j < ROLES_SHOWN; j++)
			role_row(out, scenario, &scenario->roles[j], left_out);
	}
	fputs("</tbody></table>\n", out);
	html_scroll_close(out);
	for (int i = 0; i < COLUMNS; i++) {
		if (!left_out[i])
			continue;
		fprintf(out, "<p class=\"note\">%s%s%s: ", columns[i].group,
			*columns[i].group ? ", " : "", columns[i].label);
		html_not_measured(out, never_measured(report, &columns[i]));
		fputs("</p>\n", out);
	}
}

void html_times(FILE *out, const struct report *report)
{
	const char *why = never_split(report);

	fputs("<section id=\"time\" data-short=\"Time\" aria-labelledby=\"time-title\">\n"
	      "<h2 id=\"time-title\">Where the time went</h2>\n"
	      "<p class=\"intro\">Each process's time under observation, all bars on one scale. Work "
	      "that the kernel does on its behalf after an interrupt counts as its own.</p>\n",
	      out);
	if (why) {
		fputs("<p>User, kernel, blocked and waiting: ", out);
		html_not_measured(out, why);
		fputs("</p>\n", out);
	} else {
		bars(out, report);
	}
	role_table(out, report);
	html_calls(out, report);
	fputs("</section>\n", out);
}
