// SPDX-License-Identifier: GPL-2.0
/* Makes a report of a JSON document that is not trusted: everything is checked against the tables
 * of report_fields.c, and the first thing that is wrong is named by its place in the document.
 * Called by report_load.c. */
#include "report_from_json.h"
#include "report_fields.h"
#include "plain.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static const size_t most_array_bytes = 1 << 30;

static const char absent[] = "not in this report";
static const char no_reason[] = "the report gives no reason";

struct reader {
	struct report *report;
	char place[160];		/* "scenarios[2].legs[0].bytes", cut if it is longer */
	size_t place_length;
	char *error;
	size_t error_size;
};

/* One line in reader->error, control characters made visible. Returns -EINVAL. */
__attribute__((format(printf, 2, 3)))
static int fail(const struct reader *reader, const char *format, ...)
{
	char text[512];
	va_list arguments;
	int used = 0;

	if (reader->place_length)
		used = snprintf(text, sizeof(text), "%s: ", reader->place);
	va_start(arguments, format);
	vsnprintf(text + used, sizeof(text) - (size_t)used, format, arguments);
	va_end(arguments);
	plain_text(text, reader->error, reader->error_size);
	return -EINVAL;
}

/* Steps into a member of the document; the returned length leads back out of it. */
__attribute__((format(printf, 2, 3)))
static size_t enter(struct reader *reader, const char *format, ...)
{
	size_t before = reader->place_length, room = sizeof(reader->place) - before;
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(reader->place + before, room, format, arguments);
	va_end(arguments);
	if (length > 0)
		reader->place_length += (size_t)length < room ? (size_t)length : room - 1;
	return before;
}

static size_t enter_member(struct reader *reader, const char *name)
{
	return enter(reader, "%s%s", reader->place_length ? "." : "", name);
}

static void leave(struct reader *reader, size_t before)
{
	reader->place_length = before;
	reader->place[before] = '\0';
}

static int read_text(struct reader *reader, const json_t *value, bool required, const char **text)
{
	if ((!value || json_is_null(value)) && !required) {
		*text = NULL;
		return 0;
	}
	if (!json_is_string(value))
		return fail(reader, "not a string");
	*text = report_text(reader->report, json_string_value(value));
	return 0;
}

static int read_count(struct reader *reader, const json_t *value, __u64 *count)
{
	if (!value)
		return 0;
	if (!json_is_integer(value))
		return fail(reader, json_is_number(value) ? "not a whole number" : "not a number");
	if (json_integer_value(value) < 0)
		return fail(reader, "a negative number");
	*count = (__u64)json_integer_value(value);
	return 0;
}

static int read_bool(struct reader *reader, const json_t *value, bool *flag)
{
	if (!value)
		return 0;
	if (!json_is_boolean(value))
		return fail(reader, "neither true nor false");
	*flag = json_is_true(value);
	return 0;
}

/* Why a number of this object is null, from the object's "why". */
static const char *reason(struct reader *reader, const json_t *object)
{
	const json_t *why = json_object_get(object, "why");

	return json_is_string(why) ? report_text(reader->report, json_string_value(why)) :
				     no_reason;
}

static int read_measured(struct reader *reader, const json_t *object, const json_t *value,
			 struct measured *number)
{
	if (!value)
		number->why = absent;
	else if (json_is_null(value))
		number->why = reason(reader, object);
	else
		return read_count(reader, value, &number->value);
	return 0;
}

static int read_real(struct reader *reader, const json_t *object, const json_t *value,
		     bool may_be_negative, struct measured_real *number)
{
	if (!value) {
		number->why = absent;
	} else if (json_is_null(value)) {
		number->why = reason(reader, object);
	} else {
		if (!json_is_number(value))
			return fail(reader, "not a number");
		number->value = json_number_value(value);
		if (number->value < 0 && !may_be_negative)
			return fail(reader, "a negative number");
	}
	return 0;
}

static int read_verdict(struct reader *reader, const json_t *value, enum report_verdict *verdict)
{
	if (!json_is_string(value))
		return fail(reader, "not a string");
	for (int i = VERDICT_HOLDS; i <= VERDICT_NOT_MEASURED; i++) {
		if (strcmp(json_string_value(value), report_verdict_text(i)) == 0) {
			*verdict = i;
			return 0;
		}
	}
	return fail(reader, "\"%.40s\" is no verdict", json_string_value(value));
}

/* Sets the pointer at slot, of whatever type, to zeroed room for the elements. */
static int start_elements(struct reader *reader, size_t length, size_t element_bytes, void *slot,
			  size_t *count)
{
	void *elements;

	if (length > most_array_bytes / element_bytes)
		return fail(reader, "too long");
	elements = length ? report_alloc(reader->report, length * element_bytes) : NULL;
	memcpy(slot, &elements, sizeof(elements));
	*count = length;
	return 0;
}

static int start_array(struct reader *reader, const json_t *value, size_t element_bytes, void *slot,
		       size_t *count)
{
	if (value && !json_is_array(value))
		return fail(reader, "not an array");
	return start_elements(reader, json_array_size(value), element_bytes, slot, count);
}

static int read_texts(struct reader *reader, const json_t *value, const char ***texts,
		      size_t *count)
{
	int err = start_array(reader, value, sizeof(**texts), texts, count);

	if (err)
		return err;
	for (size_t i = 0; i < *count && !err; i++) {
		size_t before = enter(reader, "[%zu]", i);

		err = read_text(reader, json_array_get(value, i), true, &(*texts)[i]);
		leave(reader, before);
	}
	return err;
}

static int read_counts(struct reader *reader, const json_t *value, __u64 *counts, size_t count)
{
	int err = 0;

	for (size_t i = 0; i < count && !err; i++) {
		size_t before = enter(reader, "[%zu]", i);

		err = read_count(reader, json_array_get(value, i), &counts[i]);
		leave(reader, before);
	}
	return err;
}

static int read_histogram(struct reader *reader, const json_t *value, __u64 *buckets)
{
	if (!value)
		return 0;
	if (!json_is_array(value))
		return fail(reader, "not an array");
	if (json_array_size(value) > REPORT_HIST_BUCKETS)
		return fail(reader, "more than %d buckets", REPORT_HIST_BUCKETS);
	return read_counts(reader, value, buckets, json_array_size(value));
}

/* Both of a leg's page counts must be there for it to have any. */
static int read_origins(struct reader *reader, const json_t *value, __u64 *bytes, bool *present)
{
	int err = 0;

	if (!value || json_is_null(value)) {
		*present = false;
		return 0;
	}
	if (!json_is_object(value))
		return fail(reader, "not an object");
	for (unsigned int i = 0; i < REPORT_ORIGINS && !err; i++) {
		size_t before = enter_member(reader, report_origin_text(i));

		err = read_count(reader, json_object_get(value, report_origin_text(i)), &bytes[i]);
		leave(reader, before);
	}
	return err;
}

static int read_object(struct reader *reader, const struct field_table *table, const json_t *object,
		       void *base);

static int read_array(struct reader *reader, const struct field *field, const json_t *value,
		      void *slot, size_t *count)
{
	int err = start_array(reader, value, field->element->size, slot, count);
	char *element = err ? NULL : field_pointer(slot);

	for (size_t i = 0; !err && i < *count; i++) {
		size_t before = enter(reader, "[%zu]", i);

		err = read_object(reader, field->element, json_array_get(value, i), element);
		leave(reader, before);
		element += field->element->size;
	}
	return err;
}

static int read_map(struct reader *reader, const struct field *field, json_t *value, void *slot,
		    size_t *count)
{
	char *element;
	const char *key;
	json_t *member;
	int err;

	if (value && !json_is_object(value))
		return fail(reader, "not an object");
	err = start_elements(reader, json_object_size(value), field->element->size, slot, count);
	if (err)
		return err;
	element = field_pointer(slot);
	json_object_foreach(value, key, member) {
		size_t before = enter_member(reader, key);

		*(const char **)element = report_text(reader->report, key);
		err = read_object(reader, field->element, member, element);
		leave(reader, before);
		if (err)
			return err;
		element += field->element->size;
	}
	return 0;
}

/* LEG_COUNT if a later zctrace knows one that this does not. */
static unsigned int leg_of(const json_t *value)
{
	const char *id = json_string_value(json_object_get(value, "id"));
	unsigned int leg = 0;

	while (leg < LEG_COUNT && (!id || strcmp(id, report_leg_id_text(leg)) != 0))
		leg++;
	return leg;
}

static int read_leg(struct reader *reader, const struct field *field, const json_t *value,
		    struct report_leg *legs, bool *seen)
{
	unsigned int leg;

	if (!json_is_object(value))
		return fail(reader, "not an object");
	if (!json_is_string(json_object_get(value, "id")))
		return fail(reader, "has no \"id\"");
	leg = leg_of(value);
	if (leg == LEG_COUNT)
		return 0;
	if (seen[leg])
		return fail(reader, "a second \"%s\"", report_leg_id_text(leg));
	seen[leg] = true;
	legs[leg].has_origin = legs[leg].has_queue = legs[leg].has_receive = true;
	return read_object(reader, field->element, value, &legs[leg]);
}

static int read_legs(struct reader *reader, const struct field *field, const json_t *value,
		     struct report_leg *legs)
{
	bool seen[LEG_COUNT] = { false };
	int err = 0;

	if (!json_is_array(value))
		return fail(reader, "not an array");
	for (size_t i = 0; i < json_array_size(value) && !err; i++) {
		size_t before = enter(reader, "[%zu]", i);

		err = read_leg(reader, field, json_array_get(value, i), legs, seen);
		leave(reader, before);
	}
	for (unsigned int i = 0; i < LEG_COUNT; i++) {
		if (!seen[i])
			legs[i].bytes.why = legs[i].per_byte.why = absent;
	}
	return err;
}

enum { EVENT_ROLE = 1, EVENT_TID, EVENT_NAME, EVENT_FD, EVENT_NS, EVENT_VALUE, EVENT_MEMBERS };

static int read_event(struct reader *reader, const json_t *value, const char *const *names,
		      size_t name_count, struct report_event *event)
{
	json_int_t member[EVENT_MEMBERS];

	if (json_array_size(value) != EVENT_MEMBERS)
		return fail(reader, "not an array of %d numbers", EVENT_MEMBERS);
	for (unsigned int i = 0; i < EVENT_MEMBERS; i++) {
		if (!json_is_integer(json_array_get(value, i)))
			return fail(reader, "not an array of %d whole numbers", EVENT_MEMBERS);
		member[i] = json_integer_value(json_array_get(value, i));
	}
	if (member[0] < EVENT_ENTER || member[0] > EVENT_FAULT)
		return fail(reader, "its type is not known");
	if (member[EVENT_ROLE] < 0 || member[EVENT_ROLE] > UINT16_MAX)
		return fail(reader, "its role is not one of the scenario's");
	if (member[EVENT_TID] < 0 || member[EVENT_TID] > UINT32_MAX || member[EVENT_NS] < 0)
		return fail(reader, "its thread or its time is out of range");
	if (member[EVENT_NAME] < -1 || member[EVENT_NAME] >= (json_int_t)name_count ||
	    member[EVENT_FD] < -1 || member[EVENT_FD] >= (json_int_t)name_count)
		return fail(reader, "its name is not in \"names\"");
	*event = (struct report_event){
		.type = (__u8)member[0],
		.role = (__u16)member[EVENT_ROLE],
		.tid = (__u32)member[EVENT_TID],
		.name = member[EVENT_NAME] < 0 ? NULL : names[member[EVENT_NAME]],
		.fd = member[EVENT_FD] < 0 ? NULL : names[member[EVENT_FD]],
		.ns = (__u64)member[EVENT_NS],
		.value = member[EVENT_VALUE],
	};
	return 0;
}

static int read_events(struct reader *reader, const json_t *value, const char *const *names,
		       size_t name_count, struct report_timeline *timeline)
{
	int err = start_array(reader, value, sizeof(*timeline->events), &timeline->events,
			      &timeline->event_count);

	for (size_t i = 0; !err && i < timeline->event_count; i++) {
		struct report_event *event = &timeline->events[i];
		size_t before = enter(reader, "[%zu]", i);

		err = read_event(reader, json_array_get(value, i), names, name_count, event);
		if (!err && i > 0 && event->ns < event[-1].ns)
			err = fail(reader, "earlier than the event before it");
		leave(reader, before);
	}
	return err;
}

static int read_timeline(struct reader *reader, const json_t *value,
			 struct report_timeline *timeline)
{
	const struct {
		const char *name;
		__u64 *at;
	} counts[] = {
		{ "limit", &timeline->limit }, { "dropped", &timeline->dropped },
		{ "begins_ns", &timeline->begins_ns },
	};
	const char **names = NULL;
	size_t name_count = 0, before;
	int err = 0;

	if (!value || json_is_null(value))
		return 0;
	if (!json_is_object(value))
		return fail(reader, "not an object");

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]) && !err; i++) {
		before = enter_member(reader, counts[i].name);
		err = read_count(reader, json_object_get(value, counts[i].name), counts[i].at);
		leave(reader, before);
	}
	if (err)
		return err;
	before = enter_member(reader, "names");
	err = read_texts(reader, json_object_get(value, "names"), &names, &name_count);
	leave(reader, before);
	if (err)
		return err;
	before = enter_member(reader, "events");
	err = read_events(reader, json_object_get(value, "events"), names, name_count, timeline);
	leave(reader, before);
	return err;
}

static int read_field(struct reader *reader, const struct field *field, const json_t *object,
		      json_t *value, char *base)
{
	void *at = base + field->offset;
	size_t *count = (size_t *)(void *)(base + field->count_offset);
	bool required = field->required && object;
	int err;

	if (!value && required)
		return fail(reader, "missing");
	switch (field->type) {
	case FIELD_TEXT:
	case FIELD_WHY:
		return read_text(reader, value, required, at);
	case FIELD_COUNT:
		return read_count(reader, value, at);
	case FIELD_BOOL:
		return read_bool(reader, value, at);
	case FIELD_MEASURED:
		return read_measured(reader, object, value, at);
	case FIELD_REAL:
		return read_real(reader, object, value, false, at);
	case FIELD_SIGNED_REAL:
		return read_real(reader, object, value, true, at);
	case FIELD_VERDICT:
		return read_verdict(reader, value, at);
	case FIELD_TEXTS:
		return read_texts(reader, value, at, count);
	case FIELD_COUNTS:
		err = start_array(reader, value, sizeof(__u64), at, count);
		return err ? err : read_counts(reader, value, *(__u64 **)at, *count);
	case FIELD_HISTOGRAM:
		return read_histogram(reader, value, at);
	case FIELD_ORIGINS:
		return read_origins(reader, value, at, (bool *)base + field->count_offset);
	case FIELD_OBJECT:
		return read_object(reader, field->element, value, at);
	case FIELD_METRICS:
		return read_object(reader, metric_fields(field->name), value, at);
	case FIELD_ARRAY:
		return read_array(reader, field, value, at, count);
	case FIELD_MAP:
		return read_map(reader, field, value, at, count);
	case FIELD_LEGS:
		return read_legs(reader, field, value, at);
	case FIELD_TIMELINE:
		return read_timeline(reader, value, at);
	}
	return 0;
}

/* Of an optional object that is not there, nothing is required: its numbers are not measured. */
static int read_object(struct reader *reader, const struct field_table *table, const json_t *object,
		       void *base)
{
	int err = 0;

	if (object && !json_is_object(object))
		return fail(reader, "not an object");
	for (const struct field *field = table->fields; field->name && !err; field++) {
		size_t before = enter_member(reader, field->name);

		err = read_field(reader, field, object, json_object_get(object, field->name), base);
		leave(reader, before);
	}
	return err;
}

static int check_count(struct reader *reader, const char *what, size_t count, size_t most)
{
	if (count <= most)
		return 0;
	enter_member(reader, what);
	return fail(reader, "%zu of them, more than %zu", count, most);
}

/* Roles that events name must be there, whatever the order of the fields in the file. */
static int check_scenario(struct reader *reader, const struct report_scenario *scenario)
{
	int err = check_count(reader, "roles", scenario->role_count, REPORT_MAX_ROLES);

	for (size_t i = 0; i < scenario->timeline.event_count && !err; i++) {
		if (scenario->timeline.events[i].role < scenario->role_count)
			continue;
		enter(reader, ".timeline.events[%zu]", i);
		err = fail(reader, "its role is not one of the scenario's");
	}
	return err;
}

/* What readers of the report may rely on, beyond what the tables say. */
static int check_report(struct reader *reader)
{
	const struct report *report = reader->report;
	int err;

	err = check_count(reader, "scenarios", report->scenario_count, REPORT_MAX_SCENARIOS);
	if (!err)
		err = check_count(reader, "claims", report->claim_count, REPORT_MAX_CLAIMS);
	for (size_t i = 0; i < report->scenario_count && !err; i++) {
		size_t before = enter(reader, "scenarios[%zu]", i);

		err = check_scenario(reader, &report->scenarios[i]);
		leave(reader, before);
	}
	return err;
}

int report_from_json(const json_t *root, struct report **report, char *error, size_t error_size)
{
	struct reader reader = { .error = error, .error_size = error_size };
	int err;

	reader.report = report_new();
	err = read_object(&reader, &report_fields, root, reader.report);
	if (!err)
		err = check_report(&reader);
	if (err) {
		report_free(reader.report);
		return err;
	}
	*report = reader.report;
	return 0;
}
