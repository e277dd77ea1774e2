// SPDX-License-Identifier: GPL-2.0
/* Reads the line of JSON in which a scenario program says what it did. runner.c hands it over. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "exits.h"
#include "tally.h"

/* Counts, bytes and ns: whoever tells a negative one is not to be believed. */
static bool has_negative(const json_t *value)
{
	const char *name;
	json_t *member;

	json_object_foreach((json_t *)value, name, member) {
		if (has_negative(member))
			return true;
	}
	return json_integer_value(value) < 0;
}

/* 0 for what is not a number. */
static __u64 number(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}

static void text(const json_t *object, const char *name, char *out, size_t size)
{
	const char *value = json_string_value(json_object_get(object, name));

	snprintf(out, size, "%s", value ? value : "");
}

static void usage(const json_t *object, struct usage *usage)
{
	*usage = (struct usage){
		.user_ns = number(object, "utime_ns"),
		.system_ns = number(object, "stime_ns"),
	};
}

static void zerocopy(const json_t *object, struct tally_zerocopy *zerocopy)
{
	*zerocopy = (struct tally_zerocopy){
		.used = json_is_object(object),
		.sends = number(object, "sends"),
		.completed = number(object, "completed"),
		.copied_known = json_is_integer(json_object_get(object, "copied")),
		.copied = number(object, "copied"),
	};
}

int tally_parse(const char *line, struct tally *tally)
{
	json_t *object = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
	const char *name;
	json_t *calls, *count;

	memset(tally, 0, sizeof(*tally));
	if (!json_is_object(object) || has_negative(object)) {
		json_decref(object);
		return -EINVAL;
	}
	calls = json_object_get(object, "data_calls");
	json_object_foreach(calls, name, count) {
		if (tally->call_count == TALLY_MAX_CALLS)
			break;
		snprintf(tally->calls[tally->call_count].name, sizeof(tally->calls[0].name), "%.15s",
			 name);
		tally->calls[tally->call_count++].count = json_integer_value(count);
	}
	tally->rounds = number(object, "rounds");
	tally->eof_probes = number(object, "eof_probes");
	tally->payload_bytes = number(object, "payload_bytes");
	tally->file_bytes = number(object, "file_bytes");
	tally->bytes_read = number(object, "bytes_read");
	tally->mapped_bytes = number(object, "mapped_bytes");
	tally->tcp_known = json_is_integer(json_object_get(object, "tcp_bytes_received"));
	tally->tcp_bytes_received = number(object, "tcp_bytes_received");
	tally->elapsed_ns = number(object, "elapsed_ns");
	usage(json_object_get(object, "rusage_begin"), &tally->begin);
	usage(json_object_get(object, "rusage_end"), &tally->end);
	zerocopy(json_object_get(object, "zerocopy"), &tally->zerocopy);
	tally->machine_cannot = number(object, "status") == ZC_EXIT_MACHINE;
	text(object, "sha256", tally->sha256, sizeof(tally->sha256));
	text(object, "error", tally->error, sizeof(tally->error));
	json_decref(object);
	return 0;
}
