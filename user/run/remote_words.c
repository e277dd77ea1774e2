// SPDX-License-Identifier: GPL-2.0
/* The words that two zctrace say to each other: see remote_words.h. Nothing here touches a
 * connection, so that a fuzzer can call all of it. */
#include "remote_words.h"

#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report_from_json.h"
#include "tally.h"
#include "version.h"

static const char hello_word[] = "zctrace-remote ";
static const char receiver_word[] = " receiver=";
static const char version_bytes[] =
	"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz.+-~_";

/* Sums of such numbers, one for each run, stay far below 2^63. */
static const __u64 most_count = 1ULL << 48;

/* A number without sign, space or leading zero, from 1 to most, up to end; 0 = it is none. */
static long parse_number(const char *text, long most, const char **end)
{
	char *stop;
	long value;

	if (*text < '1' || *text > '9')
		return 0;
	errno = 0;
	value = strtol(text, &stop, 10);
	*end = stop;
	return errno || value > most ? 0 : value;
}

static int parse_port(const char *text)
{
	const char *end;
	long port = parse_number(text, 65535, &end);

	return port && !*end ? (int)port : 0;
}

/* A host name or an address as getaddrinfo() takes it; the brackets are gone. */
static int take_host(const char *text, size_t length, struct remote_target *target)
{
	if (!length || length >= sizeof(target->host) || *text == '-')
		return -EINVAL;
	for (size_t i = 0; i < length; i++) {
		if (!isgraph((unsigned char)text[i]) || strchr("[]/@", text[i]))
			return -EINVAL;
	}
	memcpy(target->host, text, length);
	target->host[length] = '\0';
	return 0;
}

int remote_parse_target(const char *text, struct remote_target *target)
{
	const char *colon = strchr(text, ':'), *host = text, *port = NULL;
	size_t length = strlen(text);

	if (*text == '[') {
		const char *close = strchr(text, ']');

		if (!close || !colon || colon > close || (close[1] && close[1] != ':'))
			return -EINVAL;
		host = text + 1;
		length = (size_t)(close - host);
		port = close[1] ? close + 2 : NULL;
	} else if (colon && colon == strrchr(text, ':')) {
		length = (size_t)(colon - text);
		port = colon + 1;
	}
	target->port = port ? parse_port(port) : REMOTE_PORT;
	return target->port ? take_host(host, length, target) : -EINVAL;
}

void remote_write_hello(char line[REMOTE_LINE_BYTES])
{
	size_t length = strspn(ZCTRACE_VERSION, version_bytes);

	if (length >= REMOTE_VERSION_BYTES)
		length = REMOTE_VERSION_BYTES - 1;
	snprintf(line, REMOTE_LINE_BYTES, "%s%d %.*s", hello_word, REMOTE_PROTOCOL, (int)length,
		 ZCTRACE_VERSION);
}

int remote_parse_hello(const char *line, struct remote_hello *hello)
{
	size_t length = strlen(hello_word);
	const char *end;

	if (strncmp(line, hello_word, length))
		return -EINVAL;
	hello->protocol = parse_number(line + length, 1000000, &end);
	if (!hello->protocol || *end++ != ' ')
		return -EINVAL;
	length = strlen(end);
	if (!length || length >= sizeof(hello->version) || strspn(end, version_bytes) != length)
		return -EINVAL;
	memcpy(hello->version, end, length + 1);
	return 0;
}

void remote_write_run(const struct remote_run *run, char line[REMOTE_LINE_BYTES])
{
	bool named = run->receiver != RECEIVER_RECV;

	snprintf(line, REMOTE_LINE_BYTES, "run traced=%d digest=%d seconds=%d%s%s", run->traced,
		 run->digest, run->seconds, named ? receiver_word : "",
		 named ? receiver_how_names[run->receiver] : "");
}

/* What follows the word; recv if it is not there. */
static enum receiver_how parse_receiver(const char *line)
{
	const char *word = strstr(line, receiver_word);

	for (int i = 0; word && i < RECEIVER_HOWS; i++) {
		if (!strcmp(word + strlen(receiver_word), receiver_how_names[i]))
			return i;
	}
	return RECEIVER_RECV;
}

int remote_parse_run(const char *line, struct remote_run *run)
{
	static const char form[] = "run traced=%1u digest=%1u seconds=%7u";
	unsigned int traced, digest, seconds;
	char again[REMOTE_LINE_BYTES];

	if (sscanf(line, form, &traced, &digest, &seconds) != 3 || !seconds ||
	    seconds > REMOTE_MOST_SECONDS)
		return -EINVAL;
	*run = (struct remote_run){ .traced = traced, .digest = digest, .seconds = (int)seconds,
				    .receiver = parse_receiver(line) };
	/* Whatever else sscanf() puts up with is not what a zctrace writes. */
	remote_write_run(run, again);
	return strcmp(line, again) ? -EINVAL : 0;
}

/* Differences of the two are taken. */
static bool grows(const struct usage *begin, const struct usage *end)
{
	return begin->user_ns <= end->user_ns && begin->system_ns <= end->system_ns;
}

static bool is_tally(const char *line)
{
	struct tally tally;

	if (tally_parse(line, &tally))
		return false;
	for (size_t i = 0; i < tally.call_count; i++) {
		if (tally.calls[i].count > most_count)
			return false;
	}
	/* One that failed has no end. */
	return tally.error[0] || grows(&tally.begin, &tally.end);
}

bool remote_message_good(const char *line)
{
	static const char *const with_port[] = { "listening ", "ready " };

	for (size_t i = 0; i < sizeof(with_port) / sizeof(with_port[0]); i++) {
		if (!strncmp(line, with_port[i], strlen(with_port[i])))
			return parse_port(line + strlen(with_port[i]));
	}
	return !strcmp(line, "begin") || !strcmp(line, "end") || (*line == '{' && is_tally(line));
}

static bool is_receivers_call(const struct report_syscall *call)
{
	return !strcmp(call->role, "receiver") && call->calls <= most_count &&
	       call->bytes <= most_count && call->errors <= call->calls &&
	       call->zeros <= call->calls - call->errors;
}

/* That nothing of it speaks of anybody but the receiver, and that it can be added up. */
static bool is_receivers(const struct report *report)
{
	const struct report_scenario *scenario = report->scenarios;

	if (report->scenario_count != 1 || scenario->role_count != 1 ||
	    strcmp(scenario->roles[0].name, "receiver"))
		return false;
	if (scenario->loss_ring > most_count || scenario->loss_map_full > most_count ||
	    scenario->loss_recursion > most_count || scenario->coarse > most_count)
		return false;
	for (size_t i = 0; i < scenario->syscall_count; i++) {
		if (!is_receivers_call(&scenario->syscalls[i]))
			return false;
	}
	return true;
}

struct report *remote_parse_counts(const char *line)
{
	static const char word[] = "counts ";
	struct report *report = NULL;
	const char *schema;
	char error[256];
	json_t *root;

	if (strncmp(line, word, strlen(word)))
		return NULL;
	root = json_loads(line + strlen(word), JSON_REJECT_DUPLICATES, NULL);
	schema = json_string_value(json_object_get(root, "schema"));
	if (schema && !strcmp(schema, REPORT_SCHEMA))
		report_from_json(root, &report, error, sizeof(error));
	json_decref(root);
	if (report && !is_receivers(report)) {
		report_free(report);
		report = NULL;
	}
	return report;
}
