// SPDX-License-Identifier: GPL-2.0
/* The tally of one run as text: the failure for people, the JSON line for zctrace.
 * Called by the scenario programs: tally_fail() when something goes wrong, the rest at the end. */
#include "tally.h"
#include "gate.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <jansson.h>

/* Bytes of the well-formed UTF-8 sequence at text, 0 if it is none. */
static size_t utf8_length(const char *text)
{
	for (size_t length = 1; length <= 4; length++) {
		json_t *one = json_stringn(text, length);

		if (one) {
			json_decref(one);
			return length;
		}
		if (text[length] == '\0')
			break;
	}
	return 0;
}

/* A file's name may hold any byte; a message holds one line of UTF-8. */
static void make_printable(char *text)
{
	while (*text) {
		size_t length = utf8_length(text);

		if (length == 0 || (unsigned char)*text < ' ' || *text == 0x7f) {
			*text = '?';
			length = 1;
		}
		text += length;
	}
}

int tally_fail(struct tally *tally, enum exit_status status, const char *format, ...)
{
	va_list arguments;

	if (tally->status != EXIT_OK)
		return -ECANCELED;
	tally->status = status;
	va_start(arguments, format);
	vsnprintf(tally->error, sizeof(tally->error), format, arguments);
	va_end(arguments);
	make_printable(tally->error);
	return -ECANCELED;
}

void tally_print_error(const struct tally *tally)
{
	char line[TALLY_ERROR_BYTES + 64];
	int length;

	if (tally->status == EXIT_OK)
		return;
	length = snprintf(line, sizeof(line), "%s: %s\n", tally->scenario, tally->error);
	if (write(STDERR_FILENO, line, (size_t)length) < 0) {
		/* Nobody reads our errors: the exit status still tells. */
	}
}

static void set_number(json_t *object, const char *name, __u64 value)
{
	json_object_set_new(object, name, json_integer((json_int_t)value));
}

static json_t *rusage_json(const struct rusage *usage)
{
	json_t *object = json_object();

	set_number(object, "utime_ns", timeval_ns(&usage->ru_utime));
	set_number(object, "stime_ns", timeval_ns(&usage->ru_stime));
	set_number(object, "minflt", (__u64)usage->ru_minflt);
	set_number(object, "majflt", (__u64)usage->ru_majflt);
	set_number(object, "nvcsw", (__u64)usage->ru_nvcsw);
	set_number(object, "nivcsw", (__u64)usage->ru_nivcsw);
	return object;
}

static json_t *data_calls_json(const struct tally *tally)
{
	json_t *calls = json_object();

	for (int i = 0; i < TALLY_CALLS && tally->data_calls[i].name; i++)
		set_number(calls, tally->data_calls[i].name, tally->data_calls[i].count);
	return calls;
}

static bool is_sender(const struct tally *tally)
{
	return strcmp(tally->role, "sender") == 0;
}

static json_t *zerocopy_json(const struct tally_zerocopy *zerocopy)
{
	json_t *object = json_object();

	set_number(object, "sends", zerocopy->sends);
	set_number(object, "completed", zerocopy->completed);
	if (zerocopy->copied_known)
		set_number(object, "copied", zerocopy->copied);
	else
		json_object_set_new(object, "copied", json_null());
	return object;
}

static void set_sender_fields(json_t *line, const struct tally *tally)
{
	set_number(line, "rounds", tally->rounds);
	set_number(line, "payload_bytes", tally->bytes_sent);
	set_number(line, "file_bytes", tally->file_bytes);
	set_number(line, "bytes_read", tally->bytes_read);
	set_number(line, "bytes_sent", tally->bytes_sent);
	if (tally->zerocopy.used)
		json_object_set_new(line, "zerocopy", zerocopy_json(&tally->zerocopy));
}

static void set_receiver_fields(json_t *line, const struct tally *tally)
{
	set_number(line, "payload_bytes", tally->bytes_received);
	if (tally->maps)
		set_number(line, "mapped_bytes", tally->bytes_mapped);
	if (tally->tcp_known)
		set_number(line, "tcp_bytes_received", tally->tcp_bytes_received);
	else
		json_object_set_new(line, "tcp_bytes_received", json_null());
	if (tally->sha256[0])
		json_object_set_new(line, "sha256", json_string(tally->sha256));
}

/* One line of JSON, to be freed by the caller; NULL if memory is short. */
static char *tally_json(const struct tally *tally, const struct gate *gate)
{
	const bool failed = tally->status != EXIT_OK;
	json_t *line;
	char *text;

	/* Or the library would read a seed from /dev/urandom, which /proc/PID/io counts as ours. */
	json_object_seed(1);
	line = json_object();
	json_object_set_new(line, "role", json_string(tally->role));
	json_object_set_new(line, "scenario", json_string(tally->scenario));
	json_object_set_new(line, "error", failed ? json_string(tally->error) : json_null());
	set_number(line, "status", tally->status);
	json_object_set_new(line, "data_calls", data_calls_json(tally));
	set_number(line, "eof_probes", tally->eof_probes);
	set_number(line, "elapsed_ns", gate_elapsed_ns(gate));
	json_object_set_new(line, "rusage_begin", rusage_json(&gate->usage_begin));
	json_object_set_new(line, "rusage_end", rusage_json(&gate->usage_end));
	if (is_sender(tally))
		set_sender_fields(line, tally);
	else
		set_receiver_fields(line, tally);
	text = json_dumps(line, JSON_COMPACT);
	json_decref(line);
	return text;
}

static void print_totals(const struct tally *tally, const struct gate *gate)
{
	printf("Total size: %llu\n", tally->bytes_sent);
	printf("Total time: %.4f\n", (double)gate_elapsed_ns(gate) / 1e9);
}

enum exit_status tally_finish(struct tally *tally, struct gate *gate)
{
	char *line;

	tally_print_error(tally);
	if (gate_present(gate)) {
		line = tally_json(tally, gate);
		if (line)
			gate_tally(gate, line, tally->status == EXIT_OK);
		free(line);
	} else if (tally->status == EXIT_OK && is_sender(tally)) {
		print_totals(tally, gate);
	}
	return tally->status;
}
