/* SPDX-License-Identifier: GPL-2.0 */
/* What a report looks like in JSON: one row for each field, read by the writer and by the reader.
 * Used by report_json.c, report_read.c and diff.c. */
#ifndef ZC_REPORT_FIELDS_H
#define ZC_REPORT_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* How a member of a struct stands in JSON. */
enum field_type {
	FIELD_TEXT,		/* const char *; null = there is none */
	FIELD_WHY,		/* the same, joined with the reasons of the object's null numbers */
	FIELD_COUNT,		/* __u64 */
	FIELD_BOOL,
	FIELD_MEASURED,		/* struct measured; null when not measured */
	FIELD_REAL,		/* struct measured_real, never negative; null when not measured */
	FIELD_SIGNED_REAL,	/* the same, of either sign */
	FIELD_VERDICT,		/* enum report_verdict as its text */
	FIELD_TEXTS,		/* const char ** and the count at count_offset: array of strings */
	FIELD_COUNTS,		/* __u64 * and its count: array of numbers */
	FIELD_HISTOGRAM,	/* __u64[REPORT_HIST_BUCKETS]; empty buckets at the end left out */
	FIELD_ORIGINS,		/* __u64[REPORT_ORIGINS] as an object; null if not *count_offset */
	FIELD_OBJECT,		/* fields of the struct at offset, as an object */
	FIELD_ARRAY,		/* pointer to structs and their count: array of objects */
	FIELD_MAP,		/* the same as an object; the key is each struct's first member */
	FIELD_LEGS,		/* struct report_leg[LEG_COUNT]: array of objects with an "id" */
	FIELD_METRICS,		/* the metrics of the group with this name, as an object */
	FIELD_TIMELINE,		/* struct report_timeline */
};

struct field {
	const char *name;
	enum field_type type;
	size_t offset;				/* bytes, within the struct */
	size_t count_offset;			/* of the size_t count of an array */
	const struct field_table *element;	/* of FIELD_OBJECT, _ARRAY, _MAP, _LEGS */
	bool required;				/* a report without it is refused */
};

struct field_table {
	const struct field *fields;		/* ends with a NULL name */
	size_t size;				/* of the struct that they lie in, bytes */
};

extern const struct field_table report_fields;		/* struct report */
extern const struct field_table machine_fields;		/* struct report_machine */
extern const struct field_table config_fields;		/* struct report_config */

/* The fields that metric.c groups under that name in JSON; made once, never freed. */
const struct field_table *metric_fields(const char *group);

static inline const void *field_at(const struct field *field, const void *base)
{
	return (const char *)base + field->offset;
}

/* The pointer that lies there, whatever it points to. */
static inline void *field_pointer(const void *at)
{
	void *pointer;

	memcpy(&pointer, at, sizeof(pointer));
	return pointer;
}

/* Number of elements of an array field. */
static inline size_t field_count(const struct field *field, const void *base)
{
	return *(const size_t *)((const char *)base + field->count_offset);
}

static inline bool field_may_be_null(const struct field *field)
{
	return field->type == FIELD_MEASURED || field->type == FIELD_REAL ||
	       field->type == FIELD_SIGNED_REAL;
}

#endif
