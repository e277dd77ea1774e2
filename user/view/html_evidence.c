// SPDX-License-Identifier: GPL-2.0
/* The end of the HTML page: why the numbers can be trusted, where they were measured, and how to
 * measure them again. Called by render_html.c. */
#include <stdlib.h>
#include <string.h>

#include "html.h"
#include "render.h"
#include "shell_word.h"

#define WITNESSES_OPEN 20	/* more than this are folded away */

static void witness_row(FILE *out, const struct report_witness *witness)
{
	fprintf(out, "<tr%s><th scope=\"row\">", witness->agree ? "" : " class=\"differs\"");
	html_text(out, witness->id);
	fputs("</th><td class=\"n\">", out);
	html_count(out, witness->counted);
	fputs("</td><td class=\"n\">", out);
	html_count(out, witness->witness);
	fputs("</td><td>", out);
	html_text(out, witness->source);
	fputs("</td><td>", out);
	if (witness->tolerance) {
		fputs("± ", out);
		html_count(out, witness->tolerance);
	} else {
		fputs("exact", out);
	}
	if (witness->rule) {
		fputs(" <small class=\"why\">", out);
		html_text(out, witness->rule);
		fputs("</small>", out);
	}
	fprintf(out, "</td><td class=\"verdict %s\">%s</td></tr>\n",
		witness->agree ? "holds" : "doesnot", witness->agree ? "agrees" : "differs");
}

/* All of the report, or only those that differ. */
static void witness_table(FILE *out, const struct report *report, bool differing)
{
	html_scroll_open(out, differing ? "witnesses that differ" : "witnesses");
	fputs("<table><thead><tr><th scope=\"col\">number</th>"
	      "<th scope=\"col\" class=\"n\">zctrace counted</th>"
	      "<th scope=\"col\" class=\"n\">the witness says</th><th scope=\"col\">witness</th>"
	      "<th scope=\"col\">must agree</th><th scope=\"col\">verdict</th></tr></thead>\n",
	      out);
	for (size_t i = 0; i < report->scenario_count; i++) {
		const struct report_scenario *scenario = &report->scenarios[i];
		bool named = false;

		for (size_t j = 0; j < scenario->witness_count; j++) {
			if (differing && scenario->witnesses[j].agree)
				continue;
			if (!named) {
				fputs("<tbody><tr class=\"group\">"
				      "<th colspan=\"6\" scope=\"rowgroup\">",
				      out);
				html_scenario_name(out, scenario);
				fputs("</th></tr>\n", out);
			}
			named = true;
			witness_row(out, &scenario->witnesses[j]);
		}
		fputs(named ? "</tbody>\n" : "", out);
	}
	fputs("</table>\n", out);
	html_scroll_close(out);
}

static void witnesses(FILE *out, const struct report *report)
{
	size_t count = 0, agree = 0;

	for (size_t i = 0; i < report->scenario_count; i++) {
		for (size_t j = 0; j < report->scenarios[i].witness_count; j++, count++)
			agree += report->scenarios[i].witnesses[j].agree;
	}
	fprintf(out, "<h3>Witnesses</h3>\n<p class=\"tally%s\"><b>%zu of %zu</b> agree: independent "
		"sources for the same numbers.</p>\n", agree < count ? " bad" : "", agree, count);
	if (agree < count)
		witness_table(out, report, true);
	if (count == 0)
		return;
	fprintf(out, "<details%s><summary>All of them</summary>\n",
		agree == count && count <= WITNESSES_OPEN ? " open" : "");
	witness_table(out, report, false);
	fputs("</details>\n", out);
}

static __u64 lost(const struct report_scenario *scenario)
{
	return scenario->loss_ring + scenario->loss_map_full + scenario->loss_recursion;
}

static void loss_row(FILE *out, const struct report_scenario *scenario)
{
	fputs("<tr><th scope=\"row\">", out);
	html_scenario_name(out, scenario);
	fputs("</th><td class=\"n\">", out);
	html_count(out, scenario->loss_ring);
	fputs("</td><td class=\"n\">", out);
	html_count(out, scenario->loss_map_full);
	fputs("</td><td class=\"n\">", out);
	html_count(out, scenario->loss_recursion);
	fputs("</td><td class=\"n\">", out);
	html_count(out, scenario->coarse);
	if (scenario->coarse_why) {
		fputs(" <small class=\"why\">", out);
		html_text(out, scenario->coarse_why);
		fputs("</small>", out);
	}
	fputs("</td></tr>\n", out);
}

static void loss(FILE *out, const struct report *report)
{
	__u64 total = 0, coarse = 0;

	for (size_t i = 0; i < report->scenario_count; i++) {
		total += lost(&report->scenarios[i]);
		coarse += report->scenarios[i].coarse;
	}
	fprintf(out, "<h3>Loss</h3>\n<p class=\"tally%s\"><b>", total ? " bad" : "");
	html_count(out, total);
	fputs("</b> events lost: ring buffer full, map full or missed in recursion.</p>\n", out);
	if (total == 0 && coarse == 0)
		return;
	html_scroll_open(out, "lost events");
	fputs("<table><thead><tr><th scope=\"col\">scenario</th>"
	      "<th scope=\"col\" class=\"n\">ring buffer full</th>"
	      "<th scope=\"col\" class=\"n\">map full</th>"
	      "<th scope=\"col\" class=\"n\">missed in recursion</th>"
	      "<th scope=\"col\" class=\"n\">calls counted by kind only</th></tr></thead>\n<tbody>\n",
	      out);
	for (size_t i = 0; i < report->scenario_count; i++)
		loss_row(out, &report->scenarios[i]);
	fputs("</tbody></table>\n", out);
	html_scroll_close(out);
}

static bool same_digest(const struct report_scenario *scenario)
{
	return scenario->sha256_received &&
	       !strcmp(scenario->sha256_sent, scenario->sha256_received);
}

/* That the receiver got what was sent. */
static void delivery(FILE *out, const struct report *report)
{
	bool any = false;

	for (size_t i = 0; i < report->scenario_count; i++)
		any = any || report->scenarios[i].sha256_sent;
	if (!any)
		return;
	fputs("<h3>Delivery</h3>\n", out);
	html_scroll_open(out, "what arrived");
	fputs("<table><thead><tr><th scope=\"col\">scenario</th>"
	      "<th scope=\"col\" class=\"n\">payload</th><th scope=\"col\" class=\"n\">received</th>"
	      "<th scope=\"col\">SHA-256 sent</th><th scope=\"col\">SHA-256 received</th></tr></thead>\n"
	      "<tbody>\n", out);
	for (size_t i = 0; i < report->scenario_count; i++) {
		const struct report_scenario *scenario = &report->scenarios[i];

		if (!scenario->sha256_sent)
			continue;
		fputs("<tr><th scope=\"row\">", out);
		html_scenario_name(out, scenario);
		fputs("</th><td class=\"n\">", out);
		html_bytes(out, scenario->payload_bytes);
		fputs("</td><td class=\"n\">", out);
		html_bytes(out, scenario->received_bytes);
		fputs("</td><td class=\"digest\">", out);
		html_text(out, scenario->sha256_sent);
		fputs("</td><td class=\"digest\">", out);
		if (same_digest(scenario))
			fputs("the same", out);
		else
			html_text(out, scenario->sha256_received);
		fputs("</td></tr>\n", out);
	}
	fputs("</tbody></table>\n", out);
	html_scroll_close(out);
}

static void item(FILE *out, const char *term, const char *text)
{
	if (!text)
		return;
	fprintf(out, "<dt>%s</dt><dd>", term);
	html_name(out, text);
	fputs("</dd>\n", out);
}

static void item_number(FILE *out, const char *term, __u64 value, html_number *number)
{
	if (!value)
		return;
	fprintf(out, "<dt>%s</dt><dd>", term);
	number(out, value);
	fputs("</dd>\n", out);
}

static void machine(FILE *out, const struct report_machine *machine)
{
	fputs("<div><h3>Machine</h3>\n<dl class=\"facts\">\n", out);
	item(out, "kernel", machine->kernel);
	item(out, "architecture", machine->arch);
	item(out, "processor", machine->cpu_model);
	item_number(out, "CPUs", machine->cpus, html_count);
	item_number(out, "memory", machine->memory_bytes, html_bytes);
	item(out, "virtual", machine->virtual);
	item(out, "distribution", machine->distribution);
	item(out, "kernel BTF", machine->btf ? "yes" : "no");
	item(out, "lockdown", machine->lockdown);
	fputs("</dl></div>\n", out);
}

static void options(FILE *out, const struct report *report)
{
	const struct report_config *config = &report->config;

	fputs("<div><h3>Options</h3>\n<dl class=\"facts\">\n", out);
	item(out, "started", config->started);
	item(out, "file", config->file ? config->file : "made for the run");
	item(out, "as", config->as);
	item_number(out, "payload", config->payload_bytes, html_bytes);
	item_number(out, "chunk", config->chunk_bytes, html_bytes);
	item(out, "file system", config->file_system);
	item(out, "page cache", config->cache);
	item(out, "link", config->link);
	item(out, "peer", config->peer);
	item(out, "receiver", config->receiver);
	item_number(out, "link limit, bits per second", config->rate_bits, html_count);
	item_number(out, "runs of each, traced and untraced", config->repeats, html_count);
	item(out, "zctrace", report->tool.version);
	fputs("</dl></div>\n", out);
}

static void command(FILE *out, const struct report_tool *tool)
{
	char *word;

	if (tool->command_count == 0)
		return;
	fputs("<h3>Measure it again</h3>\n<pre class=\"command\" tabindex=\"0\"><code>", out);
	for (size_t i = 0; i < tool->command_count; i++) {
		fputs(i ? " " : "sudo ", out);
		word = shell_word(tool->command[i] ? tool->command[i] : "");
		html_text(out, word);
		free(word);
	}
	fputs("</code></pre>\n", out);
}

void html_evidence(FILE *out, const struct report *report)
{
	fputs("<section id=\"evidence\" data-short=\"Evidence\" aria-labelledby=\"evidence-title\">\n"
	      "<h2 id=\"evidence-title\">What this rests on</h2>\n", out);
	witnesses(out, report);
	loss(out, report);
	delivery(out, report);
	fputs("<div class=\"columns\">\n", out);
	machine(out, &report->machine);
	options(out, report);
	fputs("</div>\n", out);
	command(out, &report->tool);
	fputs("</section>\n", out);
}
