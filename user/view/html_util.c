// SPDX-License-Identifier: GPL-2.0
/* Escaping and numbers of the HTML page: see html.h.
 * Called by every html_*.c and by render_html.c. */
#include <stdlib.h>
#include <string.h>

#include "html.h"
#include "render.h"
#include "size.h"
#include "title.h"

/* More than this many bytes of a name are folded away behind its beginning and its end. */
#define NAME_SHOWN_BYTES 96
#define NAME_END_BYTES 40

static void escape(FILE *out, const char *text, size_t bytes)
{
	for (const char *end = text + bytes; text < end; text++) {
		switch (*text) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		case '\'':
			fputs("&#39;", out);
			break;
		default:
			fputc(*text, out);
		}
	}
}

void html_text(FILE *out, const char *text)
{
	char *shown = text ? plain_copy(text) : NULL;

	if (shown)
		escape(out, shown, strlen(shown));
	free(shown);
}

/* The nearest beginning of a UTF-8 character at or before the offset. */
static size_t character_start(const char *text, size_t offset)
{
	while (offset > 0 && (text[offset] & 0xc0) == 0x80)
		offset--;
	return offset;
}

void html_name(FILE *out, const char *text)
{
	char *shown = text ? plain_copy(text) : NULL;
	size_t bytes = shown ? strlen(shown) : 0, head, tail;

	if (bytes <= NAME_SHOWN_BYTES) {
		if (shown)
			escape(out, shown, bytes);
		goto cleanup;
	}
	head = character_start(shown, NAME_SHOWN_BYTES - NAME_END_BYTES);
	tail = character_start(shown, bytes - NAME_END_BYTES);
	fputs("<details class=\"name\"><summary>", out);
	escape(out, shown, head);
	fputs("<span class=\"cut\">…</span>", out);
	escape(out, shown + tail, bytes - tail);
	fputs("</summary>", out);
	escape(out, shown, bytes);
	fputs("</details>", out);
cleanup:
	free(shown);
}

void html_json_string(FILE *out, const char *text)
{
	char *shown = text ? plain_copy(text) : NULL;

	if (!shown) {
		fputs("null", out);
		return;
	}
	fputc('"', out);
	for (const unsigned char *at = (unsigned char *)shown; *at; at++) {
		if (strchr("<>&\"\\", *at) || *at < 0x20 || *at == 0x7f) {
			fprintf(out, "\\u%04x", *at);
		} else if (at[0] == 0xe2 && at[1] == 0x80 && (at[2] & 0xfe) == 0xa8) {
			/* U+2028 and U+2029 end a line of JavaScript. */
			fprintf(out, "\\u202%c", at[2] == 0xa8 ? '8' : '9');
			at += 2;
		} else {
			fputc(*at, out);
		}
	}
	fputc('"', out);
	free(shown);
}

void html_count(FILE *out, __u64 value)
{
	char text[32];

	fprintf(out, "<data value=\"%llu\">%s</data>", value, number_count(value, text));
}

void html_bytes(FILE *out, __u64 bytes)
{
	char text[SIZE_TEXT_BYTES], count[32];

	fprintf(out, "<data value=\"%llu\"", bytes);
	size_format(bytes, text, sizeof(text));
	if (strchr(text, '.'))	/* rounded */
		fprintf(out, " title=\"%s bytes\"", number_count(bytes, count));
	fprintf(out, ">%s</data>", text);
}

void html_time(FILE *out, __u64 ns)
{
	char text[32];

	fprintf(out, "<data value=\"%llu\">%s</data>", ns, number_time(ns, text));
}

static void html_real(FILE *out, double value)
{
	char text[NUMBER_BYTES];

	fprintf(out, "<data value=\"%.17g\">%s</data>", value, number_ratio(value, text));
}

void html_not_measured(FILE *out, const char *why)
{
	fputs("<span class=\"unmeasured\">not measured</span> <small class=\"why\">", out);
	html_text(out, why);
	fputs("</small>", out);
}

void html_measured(FILE *out, struct measured value, html_number *number)
{
	if (value.why)
		html_not_measured(out, value.why);
	else
		number(out, value.value);
}

void html_measured_real(FILE *out, struct measured_real value)
{
	if (value.why)
		html_not_measured(out, value.why);
	else
		html_real(out, value.value);
}

void html_measured_cell(FILE *out, struct measured value, html_number *number)
{
	fputs(value.why ? "<td>" : "<td class=\"n\">", out);
	html_measured(out, value, number);
	fputs("</td>", out);
}

static bool is_as_it_was(const char *condition)
{
	return condition && !strcmp(condition, "as it was");
}

void html_scenario_name(FILE *out, const struct report_scenario *scenario)
{
	struct report_scenario named = *scenario;
	char title[TITLE_BYTES];

	/* What zctrace did not choose tells nothing apart. */
	if (is_as_it_was(named.cache))
		named.cache = NULL;
	if (is_as_it_was(named.link))
		named.link = NULL;
	html_text(out, scenario_title(&named, title));
}

void html_scroll_open(FILE *out, const char *label)
{
	fprintf(out, "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"%s\">\n",
		label);
}

void html_scroll_close(FILE *out)
{
	fputs("</div>\n", out);
}

void html_fold_item(FILE *out, struct html_fold *fold)
{
	if (fold->done++ == fold->shown)
		fprintf(out, "<details class=\"more\"><summary>%zu more</summary>\n",
			fold->total - fold->shown);
}

bool html_is_folded(const struct html_fold *fold)
{
	return fold->done > fold->shown;
}

void html_fold_end(FILE *out, const struct html_fold *fold)
{
	if (html_is_folded(fold))
		fputs("</details>\n", out);
}

size_t html_measured_count(const struct report *report)
{
	size_t count = 0;

	for (size_t i = 0; i < report->scenario_count; i++)
		count += html_measured_scenario(&report->scenarios[i]);
	return count;
}

double html_percent(double part, double whole)
{
	if (!(whole > 0) || !(part > 0))
		return 0;
	return part < whole ? 100 * part / whole : 100;
}

bool html_measured_scenario(const struct report_scenario *scenario)
{
	return !scenario->failed;
}
