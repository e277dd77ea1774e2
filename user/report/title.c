// SPDX-License-Identifier: GPL-2.0
/* The name of a scenario where it stands alone: see title.h.
 * Called by render_perfetto.c and openmetrics.c, and by the titles of text, Markdown and HTML. */
#include "title.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "numbers.h"

__attribute__((format(printf, 2, 3)))
static void append(char *buf, const char *format, ...)
{
	size_t used = strlen(buf);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(buf + used, TITLE_BYTES - used, format, arguments);
	va_end(arguments);
}

static bool says_more(const char *text, const char *usual)
{
	return text && *text && strcmp(text, usual) != 0;
}

char *scenario_title(const struct report_scenario *scenario, char *buf)
{
	char number[NUMBER_BYTES];

	buf[0] = '\0';
	append(buf, "%s", scenario->id && *scenario->id ? scenario->id : "?");
	if (says_more(scenario->variant, "chunk"))
		append(buf, " %s", scenario->variant);
	if (scenario->chunk_bytes)
		append(buf, " %s", number_chunk(scenario->chunk_bytes, number));
	if (says_more(scenario->link, "lo"))
		append(buf, ", %s", scenario->link);
	if (scenario->rate_bits)
		append(buf, " at %s", number_rate(scenario->rate_bits, number));
	if (says_more(scenario->cache, "warm"))
		append(buf, ", %s", scenario->cache);
	return buf;
}

char *strain_title(const struct report_config *config, char *buf)
{
	char number[NUMBER_BYTES];

	buf[0] = '\0';
	if (config->cpus)
		append(buf, "on CPU %.40s", config->cpus);
	if (config->socket_buffer_bytes)
		append(buf, "%ssocket buffers %s", *buf ? ", " : "",
		       number_chunk(config->socket_buffer_bytes, number));
	if (config->receiver_delay_us)
		append(buf, "%sreceiver sleeps %s µs", *buf ? ", " : "",
		       number_count(config->receiver_delay_us, number));
	return buf;
}
