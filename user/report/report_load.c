// SPDX-License-Identifier: GPL-2.0
/* Opens and parses a saved report. The file may be anything: it must not make us wait, nor use up
 * the memory. Called by `zctrace report` and `zctrace diff`, and for the hand-ins of labs. */
#include "report_load.h"
#include "alloc.h"
#include "report_from_json.h"
#include "plain.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A whole file of the size limit would need tens of GiB if it were all brackets and commas. */
static const size_t most_containers = 4000000, most_values = 40000000;

/* Where the reason goes. */
struct reason {
	char *text;
	size_t size;
};

/* One line, control characters made visible. */
__attribute__((format(printf, 2, 3)))
static void give(const struct reason *reason, const char *format, ...)
{
	char text[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	plain_text(text, reason->text, reason->size);
}

/* What jansson reads from, and how much it may make of it. */
struct source {
	int fd;
	const char *text;		/* not NULL: from here, and not from fd */
	size_t left;			/* bytes of it */
	__u64 bytes;
	size_t containers, values;	/* never fewer than there are */
	bool too_large;
	int err;			/* of read(), -errno */
};

static ssize_t read_some(struct source *source, void *buffer, size_t size)
{
	ssize_t length;

	if (source->text) {
		size = size < source->left ? size : source->left;
		memcpy(buffer, source->text, size);
		source->text += size;
		source->left -= size;
		return (ssize_t)size;
	}
	do
		length = read(source->fd, buffer, size);
	while (length < 0 && errno == EINTR);
	return length;
}

/* Ends the text early when it is too large; the reason is in the source. */
static size_t read_source(void *buffer, size_t size, void *data)
{
	struct source *source = data;
	const char *text = buffer;
	ssize_t length = read_some(source, buffer, size);

	if (length < 0)
		source->err = -errno;
	if (length <= 0)
		return 0;
	source->bytes += (__u64)length;
	for (ssize_t i = 0; i < length; i++) {
		bool opens = text[i] == '[' || text[i] == '{';

		source->containers += opens;
		source->values += opens || text[i] == ',';
	}
	if (source->bytes > REPORT_MAX_BYTES || source->containers > most_containers ||
	    source->values > most_values) {
		source->too_large = true;
		return 0;
	}
	return (size_t)length;
}

static json_t *parse(struct source *source, const struct reason *reason)
{
	json_error_t error;
	json_t *root;

	root = json_load_callback(read_source, source, JSON_REJECT_DUPLICATES, &error);
	if (root && !source->err && !source->too_large)
		return root;
	json_decref(root);
	if (source->err)
		give(reason, "%s", strerror(-source->err));
	else if (source->too_large)
		give(reason, "too large to be a report of zctrace");
	else if (source->bytes == 0)
		give(reason, "it is empty");
	else
		give(reason, "not JSON, or cut short: line %d: %s", error.line, error.text);
	return NULL;
}

static int open_regular(const char *path, __u64 most_bytes, const struct reason *reason)
{
	/* Neither a pipe nor a terminal may keep us waiting. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat status;

	if (fd < 0 || fstat(fd, &status) < 0) {
		give(reason, "%s", strerror(errno));
	} else if (!S_ISREG(status.st_mode)) {
		give(reason, "not a regular file");
	} else if (status.st_size > (off_t)most_bytes) {
		give(reason, "more than %llu MiB: too large to be a report of zctrace",
		     most_bytes >> 20);
	} else {
		return fd;
	}
	if (fd >= 0)
		close(fd);
	return -1;
}

static bool is_ours(const json_t *root, const struct reason *reason)
{
	static const char family[] = "zctrace/";
	const char *schema = json_string_value(json_object_get(root, "schema"));

	if (!schema)
		give(reason, "not a report of zctrace: it has no \"schema\"");
	else if (strcmp(schema, REPORT_SCHEMA) == 0)
		return true;
	else if (strncmp(schema, family, strlen(family)) == 0)
		give(reason, "its schema is \"%.40s\", this zctrace reads \"%s\": "
		     "use a newer zctrace", schema, REPORT_SCHEMA);
	else
		give(reason, "not a report of zctrace: its schema is \"%.40s\"", schema);
	return false;
}

static struct report *read_report(struct source *source, char *error, size_t error_size)
{
	const struct reason reason = { error, error_size };
	struct report *report = NULL;
	json_t *root = parse(source, &reason);

	/* On an error the report stays NULL, and the reason is in error. */
	if (root && is_ours(root, &reason))
		report_from_json(root, &report, error, error_size);
	json_decref(root);
	return report;
}

struct report *report_read_json(const char *path, char *error, size_t error_size)
{
	const struct reason reason = { error, error_size };
	struct source source = { .fd = open_regular(path, REPORT_MAX_BYTES, &reason) };
	struct report *report;

	if (source.fd < 0)
		return NULL;
	report = read_report(&source, error, error_size);
	close(source.fd);
	return report;
}

struct report *load_report(const char *text, size_t bytes, char *error, size_t error_size)
{
	struct source source = { .fd = -1, .text = text, .left = bytes };

	return read_report(&source, error, error_size);
}

json_t *load_json(const char *text, size_t bytes, char *error, size_t error_size)
{
	const struct reason reason = { error, error_size };
	struct source source = { .fd = -1, .text = text, .left = bytes };

	return parse(&source, &reason);
}

/* Until the end of the file, or one byte more than fits; that one has room too. */
static ssize_t fill(int fd, char *text, size_t most)
{
	struct source source = { .fd = fd };
	size_t got = 0;
	ssize_t length;

	do {
		length = read_some(&source, text + got, most + 1 - got);
		if (length < 0)
			return -errno;
		got += (size_t)length;
	} while (length > 0 && got <= most);
	return (ssize_t)got;
}

char *load_text(const char *path, __u64 most_bytes, size_t *bytes, char *error, size_t error_size)
{
	const struct reason reason = { error, error_size };
	int fd = open_regular(path, most_bytes, &reason);
	struct stat status;
	char *text;
	ssize_t got;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &status)) {
		give(&reason, "%s", strerror(errno));
		close(fd);
		return NULL;
	}
	text = xmalloc((size_t)status.st_size + 2);
	got = fill(fd, text, (size_t)status.st_size);
	close(fd);
	if (got >= 0 && got <= status.st_size) {
		text[got] = '\0';
		*bytes = (size_t)got;
		return text;
	}
	free(text);
	give(&reason, "%s", got < 0 ? strerror((int)-got) : "it grows while it is read");
	return NULL;
}
