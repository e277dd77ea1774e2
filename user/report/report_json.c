// SPDX-License-Identifier: GPL-2.0
/* Writes a report as JSON, field by field from the tables of report_fields.c; json_layout.c prints
 * it. Called by render_json and by those who save a report. */
#include "report.h"
#include "alloc.h"
#include "json_layout.h"
#include "plain.h"
#include "report_fields.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <jansson.h>

/* The first error stays: a number that JSON cannot hold. */
struct writer {
	int err;
};

/* jansson refuses what is not UTF-8: file and program names may be anything. */
static json_t *text_json(const char *text)
{
	json_t *value;
	char *plain;

	if (!text)
		return json_null();
	value = json_string(text);
	if (value)
		return value;
	plain = plain_copy(text);
	value = json_string(plain);
	free(plain);
	return value;
}

/* JSON readers, jansson among them, take whole numbers up to 2^63 - 1. */
static json_t *count_json(struct writer *writer, __u64 count)
{
	if (count > INT64_MAX) {
		writer->err = writer->err ? writer->err : -EOVERFLOW;
		return NULL;
	}
	return json_integer((json_int_t)count);
}

static json_t *texts_json(const char **texts, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(array, text_json(texts[i]));
	return array;
}

static json_t *counts_json(struct writer *writer, const __u64 *counts, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(array, count_json(writer, counts[i]));
	return array;
}

static json_t *histogram_json(struct writer *writer, const __u64 *buckets)
{
	size_t used = REPORT_HIST_BUCKETS;

	while (used > 0 && buckets[used - 1] == 0)
		used--;
	return counts_json(writer, buckets, used);
}

static json_t *origins_json(struct writer *writer, const __u64 *bytes)
{
	json_t *object = json_object();

	for (unsigned int i = 0; i < REPORT_ORIGINS; i++)
		json_object_set_new(object, report_origin_text(i), count_json(writer, bytes[i]));
	return object;
}

/* The reasons of an object's null numbers, each once, joined with "; ". */
struct reasons {
	char *text;
};

/* Whether a reason is one of the joined ones already. */
static bool has_reason(const char *joined, const char *reason)
{
	size_t length = strlen(reason);

	for (const char *at = joined; (at = strstr(at, reason)); at++) {
		bool starts = at == joined || (at - joined >= 2 && at[-2] == ';' && at[-1] == ' ');
		bool ends = at[length] == '\0' || (at[length] == ';' && at[length + 1] == ' ');

		if (starts && ends)
			return true;
		if (*at == '\0')
			break;
	}
	return false;
}

static void add_reason(struct reasons *reasons, const char *why)
{
	size_t used = reasons->text ? strlen(reasons->text) : 0;

	if (!why || (reasons->text && has_reason(reasons->text, why)))
		return;
	reasons->text = xrealloc(reasons->text, used + strlen(why) + 3, 1);
	sprintf(reasons->text + used, "%s%s", used ? "; " : "", why);
}

static json_t *measured_json(struct writer *writer, const struct measured *number,
			     struct reasons *reasons)
{
	if (!number->why)
		return count_json(writer, number->value);
	add_reason(reasons, number->why);
	return json_null();
}

static json_t *real_json(const struct measured_real *number, struct reasons *reasons)
{
	if (!number->why && isfinite(number->value))
		return json_real(number->value);
	add_reason(reasons, number->why ? number->why : "it has no finite value");
	return json_null();
}

static json_t *object_json(struct writer *writer, const struct field_table *table,
			   const void *base);

static json_t *array_json(struct writer *writer, const struct field *field, const void *base)
{
	const char *elements = field_pointer(field_at(field, base));
	json_t *array = json_array();

	for (size_t i = 0; i < field_count(field, base); i++)
		json_array_append_new(array,
		       object_json(writer, field->element, elements + i * field->element->size));
	return array;
}

/* A name that the object has already gets its number: "cat", "cat#2". */
static void put_named(json_t *object, const char *name, json_t *value)
{
	json_t *key = text_json(name ? name : "");
	size_t size = json_string_length(key) + 24;
	char *numbered = xmalloc(size);

	snprintf(numbered, size, "%s", json_string_value(key));
	for (size_t i = json_object_size(object) + 1; json_object_get(object, numbered); i++)
		snprintf(numbered, size, "%s#%zu", json_string_value(key), i);
	json_object_set_new(object, numbered, value);
	free(numbered);
	json_decref(key);
}

static json_t *map_json(struct writer *writer, const struct field *field, const void *base)
{
	const char *elements = field_pointer(field_at(field, base));
	json_t *object = json_object();

	for (size_t i = 0; i < field_count(field, base); i++) {
		const void *element = elements + i * field->element->size;

		put_named(object, *(const char *const *)element,
			  object_json(writer, field->element, element));
	}
	return object;
}

static json_t *legs_json(struct writer *writer, const struct field *field, const void *base)
{
	const struct report_leg *legs = field_at(field, base);
	json_t *array = json_array();

	for (unsigned int i = 0; i < LEG_COUNT; i++) {
		json_t *fields = object_json(writer, field->element, &legs[i]);
		json_t *leg = json_object();

		json_object_set_new(leg, "id", text_json(report_leg_id_text(i)));
		json_object_update(leg, fields);
		json_decref(fields);
		json_array_append_new(array, leg);
	}
	return array;
}

/* The place of a name in the timeline's table of names, which it enters if it is new; -1 = NULL. */
static json_t *name_json(json_t *index, json_t *names, const char *name)
{
	json_t *place, *text;

	if (!name)
		return json_integer(-1);
	text = text_json(name);
	place = json_object_get(index, json_string_value(text));
	if (!place) {
		place = json_integer((json_int_t)json_array_size(names));
		json_object_set_new(index, json_string_value(text), place);
		json_array_append_new(names, json_incref(text));
	}
	json_decref(text);
	return json_incref(place);
}

/* [type, role, tid, name, fd, ns, value]; name and fd are places in "names". */
static json_t *event_json(struct writer *writer, json_t *index, json_t *names,
			  const struct report_event *event)
{
	json_t *array = json_array();

	json_array_append_new(array, json_integer(event->type));
	json_array_append_new(array, json_integer(event->role));
	json_array_append_new(array, json_integer(event->tid));
	json_array_append_new(array, name_json(index, names, event->name));
	json_array_append_new(array, name_json(index, names, event->fd));
	json_array_append_new(array, count_json(writer, event->ns));
	json_array_append_new(array, json_integer(event->value));
	return array;
}

static json_t *timeline_json(struct writer *writer, const struct report_timeline *timeline)
{
	json_t *object = json_object(), *events = json_array();
	json_t *names = json_array(), *index = json_object();

	for (size_t i = 0; i < timeline->event_count; i++)
		json_array_append_new(events, event_json(writer, index, names,
							 &timeline->events[i]));
	json_object_set_new(object, "limit", count_json(writer, timeline->limit));
	json_object_set_new(object, "dropped", count_json(writer, timeline->dropped));
	if (timeline->begins_ns)
		json_object_set_new(object, "begins_ns", count_json(writer, timeline->begins_ns));
	json_object_set_new(object, "names", names);
	json_object_set_new(object, "events", events);
	json_decref(index);
	return object;
}

static json_t *field_json(struct writer *writer, const struct field *field, const void *base,
			  struct reasons *reasons)
{
	const void *at = field_at(field, base);

	switch (field->type) {
	case FIELD_TEXT:
		return text_json(*(const char *const *)at);
	case FIELD_WHY:
		add_reason(reasons, *(const char *const *)at);
		return json_null();
	case FIELD_COUNT:
		return count_json(writer, *(const __u64 *)at);
	case FIELD_BOOL:
		return json_boolean(*(const bool *)at);
	case FIELD_MEASURED:
		return measured_json(writer, at, reasons);
	case FIELD_REAL:
	case FIELD_SIGNED_REAL:
		return real_json(at, reasons);
	case FIELD_VERDICT:
		return text_json(report_verdict_text(*(const enum report_verdict *)at));
	case FIELD_TEXTS:
		return texts_json(*(const char **const *)at,
				  field_count(field, base));
	case FIELD_COUNTS:
		return counts_json(writer, *(__u64 *const *)at, field_count(field, base));
	case FIELD_HISTOGRAM:
		return histogram_json(writer, at);
	case FIELD_ORIGINS:
		return *((const bool *)base + field->count_offset) ? origins_json(writer, at) :
								     json_null();
	case FIELD_OBJECT:
		return object_json(writer, field->element, at);
	case FIELD_METRICS:
		return object_json(writer, metric_fields(field->name), at);
	case FIELD_ARRAY:
		return array_json(writer, field, base);
	case FIELD_MAP:
		return map_json(writer, field, base);
	case FIELD_LEGS:
		return legs_json(writer, field, base);
	case FIELD_TIMELINE:
		return timeline_json(writer, at);
	}
	return json_null();
}

/* An object that can hold null numbers always has a "why": null while there is nothing to say. */
static json_t *object_json(struct writer *writer, const struct field_table *table,
			   const void *base)
{
	json_t *object = json_object();
	struct reasons reasons = { 0 };
	bool has_why = false;

	for (const struct field *field = table->fields; field->name; field++) {
		has_why = has_why || field_may_be_null(field) || field->type == FIELD_WHY;
		json_object_set_new(object, field->name, field_json(writer, field, base, &reasons));
	}
	if (has_why)
		json_object_set_new(object, "why", text_json(reasons.text));
	free(reasons.text);
	return object;
}

int report_write_json(const struct report *report, void *file)
{
	struct writer writer = { 0 };
	json_t *root = json_object(), *fields = object_json(&writer, &report_fields, report);

	json_object_set_new(root, "schema", json_string(REPORT_SCHEMA));
	json_object_update(root, fields);
	json_decref(fields);
	if (!writer.err) {
		errno = 0;
		json_layout(root, file);
		if (fflush(file) != 0 || ferror((FILE *)file))
			writer.err = errno ? -errno : -EIO;
	}
	json_decref(root);
	return writer.err;
}
