// SPDX-License-Identifier: GPL-2.0
/* Tests of the saved report: every member of every struct survives, what is wrong is refused and
 * named by its place. Run by `make test`; needs no privilege. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "report.h"
#include "report_fields.h"

#define ERROR_BYTES 256

/* --- a report in which no two values are alike --- */

struct filler {
	struct report *report;
	__u64 next;
	bool measured;		/* whether the numbers of the current object are there */
};

static void fill_object(struct filler *filler, const struct field_table *table, void *base);

static const char *unique_text(struct filler *filler)
{
	return report_format(filler->report, "text %llu → \x1b\"\\", filler->next++);
}

static void fill_counts(struct filler *filler, __u64 *counts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		counts[i] = filler->next++;
}

static void fill_timeline(struct filler *filler, struct report_timeline *timeline)
{
	timeline->event_count = 5;
	timeline->events = report_alloc(filler->report, 5 * sizeof(*timeline->events));
	timeline->dropped = filler->next++;
	timeline->limit = filler->next++;
	for (int i = 0; i < 5; i++)
		timeline->events[i] = (struct report_event){
			.type = (__u8)(EVENT_ENTER + i),
			.role = (__u16)(i % 2),
			.tid = UINT32_MAX - (__u32)i,
			.name = i == 3 ? NULL : i % 2 ? "read" : "sendfile",
			.fd = i == 4 ? NULL : "read",
			.ns = (__u64)(i / 2) * 1000,
			.value = i % 2 ? INT64_MIN : INT64_MAX,
		};
}

static void fill_array(struct filler *filler, const struct field *field, void *base)
{
	size_t size = field->element->size, count = 2;
	char *elements = report_alloc(filler->report, count * size);

	memcpy((char *)base + field->offset, &elements, sizeof(elements));
	memcpy((char *)base + field->count_offset, &count, sizeof(count));
	for (size_t i = 0; i < count; i++) {
		if (field->type == FIELD_MAP)
			*(const char **)(void *)(elements + i * size) = unique_text(filler);
		fill_object(filler, field->element, elements + i * size);
	}
}

static void fill_measured(struct filler *filler, struct measured *number)
{
	number->value = filler->measured ? INT64_MAX - filler->next++ : 0;
	number->why = filler->measured ? NULL : "the reason";
}

static void fill_real(struct filler *filler, struct measured_real *number)
{
	number->value = filler->measured ? 0.1 + 1.0 / (double)filler->next++ : 0;
	number->why = filler->measured ? NULL : "the reason";
}

static void fill_field(struct filler *filler, const struct field *field, void *base)
{
	char *at = (char *)base + field->offset;
	size_t *count = (size_t *)(void *)((char *)base + field->count_offset);

	switch (field->type) {
	case FIELD_TEXT:
		*(const char **)(void *)at = unique_text(filler);
		break;
	case FIELD_WHY:
		*(const char **)(void *)at = "the reason";
		break;
	case FIELD_COUNT:
		*(__u64 *)(void *)at = filler->next++;
		break;
	case FIELD_BOOL:
		*(bool *)at = filler->next++ % 2;
		break;
	case FIELD_MEASURED:
		fill_measured(filler, (void *)at);
		break;
	case FIELD_REAL:
	case FIELD_SIGNED_REAL:
		fill_real(filler, (void *)at);
		break;
	case FIELD_VERDICT:
		*(enum report_verdict *)(void *)at = filler->next++ % 4;
		break;
	case FIELD_TEXTS:
		*count = 2;
		*(const char ***)(void *)at = report_alloc(filler->report, 2 * sizeof(char *));
		(*(const char ***)(void *)at)[0] = unique_text(filler);
		(*(const char ***)(void *)at)[1] = unique_text(filler);
		break;
	case FIELD_COUNTS:
		*count = 3;
		*(__u64 **)(void *)at = report_alloc(filler->report, 3 * sizeof(__u64));
		fill_counts(filler, *(__u64 **)(void *)at, 3);
		break;
	case FIELD_HISTOGRAM:
		fill_counts(filler, (void *)at, REPORT_HIST_BUCKETS - 3);
		break;
	case FIELD_ORIGINS:
		*((bool *)base + field->count_offset) = true;
		fill_counts(filler, (void *)at, REPORT_ORIGINS);
		break;
	case FIELD_OBJECT:
		fill_object(filler, field->element, at);
		break;
	case FIELD_METRICS:
		fill_object(filler, metric_fields(field->name), at);
		break;
	case FIELD_ARRAY:
	case FIELD_MAP:
		fill_array(filler, field, base);
		break;
	case FIELD_LEGS:
		for (int i = 0; i < LEG_COUNT; i++)
			fill_object(filler, field->element, (struct report_leg *)(void *)at + i);
		break;
	case FIELD_TIMELINE:
		fill_timeline(filler, (void *)at);
		break;
	}
}

/* Every second object has numbers that were not measured. */
static void fill_object(struct filler *filler, const struct field_table *table, void *base)
{
	filler->measured = !filler->measured;
	for (const struct field *field = table->fields; field->name; field++) {
		bool measured = filler->measured;

		fill_field(filler, field, base);
		filler->measured = measured;
	}
}

static struct report *full_report(void)
{
	struct report *report = report_new();
	struct filler filler = { .report = report, .next = 1000 };

	assert_non_null(report);
	fill_object(&filler, &report_fields, report);
	return report;
}

/* --- comparing two of them --- */

static void compare_objects(const struct field_table *table, const void *a, const void *b);

static void compare_texts(const char *a, const char *b)
{
	if (a && b)
		assert_string_equal(a, b);
	else
		assert_true(a == b);
}

static void compare_reals(const struct measured_real *a, const struct measured_real *b)
{
	compare_texts(a->why, b->why);
	assert_memory_equal(&a->value, &b->value, sizeof(a->value));
}

static void compare_timelines(const struct report_timeline *a, const struct report_timeline *b)
{
	assert_int_equal(a->event_count, b->event_count);
	assert_int_equal(a->dropped, b->dropped);
	assert_int_equal(a->limit, b->limit);
	for (size_t i = 0; i < a->event_count; i++) {
		const struct report_event *in_a = &a->events[i], *in_b = &b->events[i];

		assert_int_equal(in_a->type, in_b->type);
		assert_int_equal(in_a->role, in_b->role);
		assert_int_equal(in_a->tid, in_b->tid);
		assert_int_equal(in_a->ns, in_b->ns);
		assert_true(in_a->value == in_b->value);
		compare_texts(in_a->name, in_b->name);
		compare_texts(in_a->fd, in_b->fd);
	}
}

static void compare_arrays(const struct field *field, const void *a, const void *b)
{
	const char *in_a = field_pointer(field_at(field, a));
	const char *in_b = field_pointer(field_at(field, b));
	size_t size = field->element->size;

	assert_int_equal(field_count(field, a), field_count(field, b));
	for (size_t i = 0; i < field_count(field, a); i++) {
		if (field->type == FIELD_MAP)
			compare_texts(*(const char *const *)(const void *)(in_a + i * size),
				      *(const char *const *)(const void *)(in_b + i * size));
		compare_objects(field->element, in_a + i * size, in_b + i * size);
	}
}

static void compare_fields(const struct field *field, const void *a, const void *b)
{
	const void *in_a = field_at(field, a), *in_b = field_at(field, b);
	const struct measured *number_a = in_a, *number_b = in_b;

	switch (field->type) {
	case FIELD_TEXT:
	case FIELD_WHY:
		compare_texts(*(const char *const *)in_a, *(const char *const *)in_b);
		break;
	case FIELD_COUNT:
		assert_int_equal(*(const __u64 *)in_a, *(const __u64 *)in_b);
		break;
	case FIELD_BOOL:
		assert_int_equal(*(const bool *)in_a, *(const bool *)in_b);
		break;
	case FIELD_MEASURED:
		compare_texts(number_a->why, number_b->why);
		assert_int_equal(number_a->value, number_b->value);
		break;
	case FIELD_REAL:
	case FIELD_SIGNED_REAL:
		compare_reals(in_a, in_b);
		break;
	case FIELD_VERDICT:
		assert_int_equal(*(const enum report_verdict *)in_a,
				 *(const enum report_verdict *)in_b);
		break;
	case FIELD_TEXTS:
		assert_int_equal(field_count(field, a), field_count(field, b));
		for (size_t i = 0; i < field_count(field, a); i++)
			compare_texts((*(const char **const *)in_a)[i],
				      (*(const char **const *)in_b)[i]);
		break;
	case FIELD_COUNTS:
		assert_int_equal(field_count(field, a), field_count(field, b));
		assert_memory_equal(field_pointer(in_a), field_pointer(in_b),
				    field_count(field, a) * sizeof(__u64));
		break;
	case FIELD_HISTOGRAM:
		assert_memory_equal(in_a, in_b, REPORT_HIST_BUCKETS * sizeof(__u64));
		break;
	case FIELD_ORIGINS:
		assert_int_equal(*((const bool *)a + field->count_offset),
				 *((const bool *)b + field->count_offset));
		assert_memory_equal(in_a, in_b, REPORT_ORIGINS * sizeof(__u64));
		break;
	case FIELD_OBJECT:
		compare_objects(field->element, in_a, in_b);
		break;
	case FIELD_METRICS:
		compare_objects(metric_fields(field->name), in_a, in_b);
		break;
	case FIELD_ARRAY:
	case FIELD_MAP:
		compare_arrays(field, a, b);
		break;
	case FIELD_LEGS:
		for (int i = 0; i < LEG_COUNT; i++)
			compare_objects(field->element, (const struct report_leg *)in_a + i,
					(const struct report_leg *)in_b + i);
		break;
	case FIELD_TIMELINE:
		compare_timelines(in_a, in_b);
		break;
	}
}

static void compare_objects(const struct field_table *table, const void *a, const void *b)
{
	for (const struct field *field = table->fields; field->name; field++)
		compare_fields(field, a, b);
}

/* --- files --- */

static char *write_text(const struct report *report)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	assert_int_equal(report_write_json(report, out), 0);
	fclose(out);
	return text;
}

static struct report *read_bytes(const char *text, size_t bytes, char *error)
{
	struct report *report;
	char path[64];
	int fd = memfd_create("report", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, bytes), bytes);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	strcpy(error, "no reason was given");
	report = report_read_json(path, error, ERROR_BYTES);
	close(fd);
	return report;
}

static struct report *read_again(const char *text)
{
	char error[ERROR_BYTES];
	struct report *report = read_bytes(text, strlen(text), error);

	if (!report)
		fail_msg("%s", error);
	return report;
}

static void every_value_survives(void **state)
{
	struct report *before = full_report(), *after;
	char *first = write_text(before), *second;

	(void)state;
	after = read_again(first);
	compare_objects(&report_fields, before, after);
	second = write_text(after);
	assert_string_equal(first, second);
	free(first);
	free(second);
	report_free(before);
	report_free(after);
}

/* --- every member has a row --- */

static size_t member_bytes(const struct field *field)
{
	switch (field->type) {
	case FIELD_COUNT:
		return sizeof(__u64);
	case FIELD_BOOL:
		return sizeof(bool);
	case FIELD_MEASURED:
		return sizeof(struct measured);
	case FIELD_REAL:
	case FIELD_SIGNED_REAL:
		return sizeof(struct measured_real);
	case FIELD_VERDICT:
		return sizeof(enum report_verdict);
	case FIELD_HISTOGRAM:
		return REPORT_HIST_BUCKETS * sizeof(__u64);
	case FIELD_ORIGINS:
		return REPORT_ORIGINS * sizeof(__u64);
	case FIELD_LEGS:
		return LEG_COUNT * sizeof(struct report_leg);
	case FIELD_TIMELINE:
		return sizeof(struct report_timeline);
	default:
		return sizeof(void *);
	}
}

static void mark_members(const struct field_table *table, const struct field_table *whole,
			 unsigned char *seen)
{
	for (const struct field *field = table->fields; field->name; field++) {
		if (field->type == FIELD_METRICS) {
			mark_members(metric_fields(field->name), whole, seen);
			continue;
		}
		if (field->type == FIELD_OBJECT && field->element->size == whole->size &&
		    field->offset == 0) {
			mark_members(field->element, whole, seen);
			continue;
		}
		memset(seen + field->offset, 1,
		       field->type == FIELD_OBJECT ? field->element->size : member_bytes(field));
		if (field->type == FIELD_ORIGINS)
			seen[field->count_offset] = 1;
		else if (field->count_offset)
			memset(seen + field->count_offset, 1, sizeof(size_t));
		if (field->type == FIELD_MAP)
			assert_true(field->element->fields[0].offset >= sizeof(char *));
	}
}

/* A hole of eight bytes is a member that nobody saves; less is padding. */
static void check_members(const struct field_table *table, size_t skip_begin, size_t skip_end)
{
	unsigned char *seen = calloc(1, table->size);
	size_t hole = 0;

	assert_non_null(seen);
	mark_members(table, table, seen);
	memset(seen, 1, skip_begin);
	memset(seen + table->size - skip_end, 1, skip_end);
	for (size_t i = 0; i < table->size; i++) {
		hole = seen[i] ? 0 : hole + 1;
		if (hole == 8)
			fail_msg("table of \"%s\": no row for the member at byte %zu",
				 table->fields[0].name, i - 7);
	}
	free(seen);
	for (const struct field *field = table->fields; field->name; field++) {
		if (field->element && field->element->size != table->size)
			check_members(field->element,
				      field->type == FIELD_MAP ? sizeof(char *) : 0, 0);
	}
}

static void every_member_has_a_row(void **state)
{
	(void)state;
	check_members(&report_fields, 0, sizeof(void *));	/* not the arena */
}

/* --- what is not measured --- */

static struct report *small_report(void)
{
	struct report *report = report_new();
	struct report_scenario *scenario;

	assert_non_null(report);
	report->mode = "copy";
	scenario = report_alloc(report, sizeof(*scenario));
	report->scenarios = scenario;
	report->scenario_count = 1;
	scenario->id = "copy";
	scenario->rounds.value = 7;
	scenario->role_count = 2;
	scenario->roles = report_alloc(report, 2 * sizeof(struct report_role));
	scenario->roles[0].name = "cat";
	scenario->roles[1].name = "cat";
	scenario->timeline.events = report_alloc(report, sizeof(struct report_event));
	scenario->timeline.event_count = 1;
	scenario->timeline.events[0] =
		(struct report_event){ EVENT_ENTER, 1, 5, "read", "file", 9, 0 };
	report->claims = report_alloc(report, sizeof(struct report_claim));
	report->claim_count = 1;
	report->claims[0].id = "copy-switches";
	return report;
}

static void reasons_are_joined(void **state)
{
	struct report *report = small_report(), *again;
	struct report_scenario *scenario = report->scenarios;
	char *text;

	(void)state;
	scenario->crossings_data.why = "no tracepoint";
	scenario->crossings_control.why = "events lost";
	scenario->crossings_total.why = "no tracepoint";
	scenario->crossings_per_round.value = NAN;
	text = write_text(report);
	assert_non_null(strstr(text, "\"why\": \"it has no finite value; no tracepoint; events lost\""));
	again = read_again(text);
	scenario = again->scenarios;
	assert_string_equal(scenario->crossings_total.why,
			    "it has no finite value; no tracepoint; events lost");
	assert_null(scenario->crossings_user_faults.why);
	assert_int_equal(scenario->rounds.value, 7);
	free(text);
	report_free(report);
	report_free(again);
}

static void roles_of_one_name_stay_apart(void **state)
{
	struct report *report = small_report(), *again;
	char *text = write_text(report);

	(void)state;
	again = read_again(text);
	assert_int_equal(again->scenarios->role_count, 2);
	assert_string_equal(again->scenarios->roles[0].name, "cat");
	assert_string_equal(again->scenarios->roles[1].name, "cat#2");
	free(text);
	report_free(report);
	report_free(again);
}

static void any_bytes_can_be_a_name(void **state)
{
	struct report *report = small_report(), *again;
	char *text;

	(void)state;
	report->config.file = "caf\xe9/\xff\xfe";
	report->scenarios->roles[0].name = "\xc3(";
	text = write_text(report);
	again = read_again(text);
	assert_string_equal(again->config.file, "caf\\xe9/\\xff\\xfe");
	assert_string_equal(again->scenarios->roles[0].name, "\\xc3(");
	free(text);
	report_free(report);
	report_free(again);
}

static void counts_end_at_63_bits(void **state)
{
	struct report *report = small_report();
	char buf[64] = "";
	FILE *out = fmemopen(buf, sizeof(buf), "w");

	(void)state;
	report->scenarios->rounds.value = 1ULL << 63;
	assert_int_equal(report_write_json(report, out), -EOVERFLOW);
	fclose(out);
	assert_string_equal(buf, "");
	report_free(report);
}

static void a_full_disk_is_an_error(void **state)
{
	struct report *report = small_report();
	FILE *out = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(out);
	assert_int_equal(report_write_json(report, out), -ENOSPC);
	fclose(out);
	report_free(report);
}

/* --- what is refused --- */

/* In the text of small_report(), the first of what is replaced. */
struct spoiled {
	const char *what, *with, *error;
};

static char *replaced(const char *text, const char *what, const char *with)
{
	const char *at = strstr(text, what);
	char *result;

	if (!at)
		fail_msg("\"%s\" is not in the report", what);
	assert_true(asprintf(&result, "%.*s%s%s", (int)(at - text), text, with,
			     at + strlen(what)) > 0);
	return result;
}

static void wrong_values_are_named(void **state)
{
	static const struct spoiled cases[] = {
		{ "\"rounds\": 7", "\"rounds\": -7", "scenarios[0].rounds: a negative number" },
		{ "\"rounds\": 7", "\"rounds\": 7.5", "scenarios[0].rounds: not a whole number" },
		{ "\"rounds\": 7", "\"rounds\": \"7\"", "scenarios[0].rounds: not a number" },
		{ "\"rounds\": 7", "\"round\": 7", "scenarios[0].rounds: missing" },
		{ "\"per_round\": 0.0", "\"per_round\": -1.0",
		  "scenarios[0].crossings.per_round: a negative number" },
		{ "\"id\": \"disk-cache\"", "\"id\": \"cache-user\"",
		  "scenarios[0].legs[1]: a second \"cache-user\"" },
		{ "\"id\": \"disk-cache\",", "", "scenarios[0].legs[0]: has no \"id\"" },
		{ "[1, 1, 5, 0, 1, 9, 0]", "[1, 2, 5, 0, 1, 9, 0]",
		  "scenarios[0].timeline.events[0]: its role is not one of the scenario's" },
		{ "[1, 1, 5, 0, 1, 9, 0]", "[9, 1, 5, 0, 1, 9, 0]",
		  "scenarios[0].timeline.events[0]: its type is not known" },
		{ "[1, 1, 5, 0, 1, 9, 0]", "[1, 1, 5, 2, 1, 9, 0]",
		  "scenarios[0].timeline.events[0]: its name is not in \"names\"" },
		{ "[1, 1, 5, 0, 1, 9, 0]", "[1, 1, 5, 0, 1, 9]",
		  "scenarios[0].timeline.events[0]: not an array of 7 numbers" },
		{ "[1, 1, 5, 0, 1, 9, 0]", "[1, 1, 5, 0, 1, 9, 0.5]",
		  "scenarios[0].timeline.events[0]: not an array of 7 whole numbers" },
		{ "[1, 1, 5, 0, 1, 9, 0]", "[1, -1, 5, 0, 1, 9, 0]",
		  "scenarios[0].timeline.events[0]: its role is not one of the scenario's" },
		{ "[1, 1, 5, 0, 1, 9, 0]", "[1, 1, 4294967296, 0, 1, 9, 0]",
		  "scenarios[0].timeline.events[0]: its thread or its time is out of range" },
		{ "[1, 1, 5, 0, 1, 9, 0]", "[1, 1, 5, 0, 1, -9, 0]",
		  "scenarios[0].timeline.events[0]: its thread or its time is out of range" },
		{ "[1, 1, 5, 0, 1, 9, 0]", "[1, 1, 5, 0, 1, 9, 0], [1, 1, 5, 0, 1, 8, 0]",
		  "scenarios[0].timeline.events[1]: earlier than the event before it" },
		{ "\"verdict\": \"holds\"", "\"verdict\": \"hold\"",
		  "claims[0].verdict: \"hold\" is no verdict" },
		{ "\"verdict\": \"holds\"", "\"verdict\": true",
		  "claims[0].verdict: not a string" },
		{ "\"per_round\": 0.0", "\"per_round\": \"4\"",
		  "scenarios[0].crossings.per_round: not a number" },
		{ "\"roles\": {", "\"roles\": [], \"x\": {",
		  "scenarios[0].roles: not an object" },
		{ "\"legs\": [", "\"legs\": {}, \"leg\": [", "scenarios[0].legs: not an array" },
		{ "\"legs\": [", "\"legs\": [ 1,", "scenarios[0].legs[0]: not an object" },
		{ "\"timeline\": {", "\"timeline\": [], \"time\": {",
		  "scenarios[0].timeline: not an object" },
		{ "\"limit\": ", "\"limit\": -1, \"x\": ",
		  "scenarios[0].timeline.limit: a negative number" },
		{ "\"dropped\": ", "\"dropped\": -1, \"x\": ",
		  "scenarios[0].timeline.dropped: a negative number" },
		{ "\"mode\": \"copy\"", "\"mode\": null", "mode: not a string" },
		{ "\"btf\": false", "\"btf\": 0", "machine.btf: neither true nor false" },
		{ "\"warnings\": []", "\"warnings\": [1]", "warnings[0]: not a string" },
		{ "\"warnings\": []", "\"warnings\": {}", "warnings: not an array" },
		{ "\"roles\": {", "\"roles\": { \"x\": 1,", "scenarios[0].roles.x: not an object" },
		{ "\"loss\": {", "\"loss\": [], \"lost\": {", "scenarios[0].loss: not an object" },
		{ "\"schema\": \"zctrace/1\"", "\"schema\": \"zctrace/2\"",
		  "its schema is \"zctrace/2\", this zctrace reads \"zctrace/1\": "
		  "use a newer zctrace" },
		{ "\"schema\": \"zctrace/1\"", "\"schema\": \"other\\n/1\"",
		  "not a report of zctrace: its schema is \"other\\x0a/1\"" },
		{ "\"schema\": \"zctrace/1\"", "\"scheme\": \"zctrace/1\"",
		  "not a report of zctrace: it has no \"schema\"" },
	};
	struct report *report = small_report();
	char *text = write_text(report), error[ERROR_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *bad = replaced(text, cases[i].what, cases[i].with);

		assert_null(read_bytes(bad, strlen(bad), error));
		assert_string_equal(error, cases[i].error);
		free(bad);
	}
	free(text);
	report_free(report);
}

static void what_is_unknown_is_passed_over(void **state)
{
	struct report *report = small_report(), *again;
	char *text = write_text(report), *more, *later;

	(void)state;
	more = replaced(text, "\"mode\":", "\"new\": {\"a\": [1]}, \"mode\":");
	later = replaced(more, "\"id\": \"disk-cache\"", "\"id\": \"later-leg\"");
	again = read_again(later);
	assert_string_equal(again->scenarios->legs[LEG_DISK_CACHE].bytes.why, "not in this report");
	free(text);
	free(more);
	free(later);
	report_free(report);
	report_free(again);
}

static void what_is_no_report_is_refused(void **state)
{
	static const char *const texts[] = {
		"", "{", "[]", "null", "{}", "\x1b[31m", "{\"schema\": 1}", "{\"schema\": \"a\"} x",
		"{\"schema\": \"zctrace/1\"}", "\xff\xfe", "{\"schema\": \"zctrace/1\", \"schema\": 1}",
	};
	char error[ERROR_BYTES], *deep;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_null(read_bytes(texts[i], strlen(texts[i]), error));
		assert_null(strpbrk(error, "\n\x1b"));
		assert_string_not_equal(error, "no reason was given");
	}
	deep = malloc(5000000);
	memset(deep, '[', 5000000);
	assert_null(read_bytes(deep, 5000000, error));
	for (size_t i = 0; i < 4999998; i += 3)
		memcpy(deep + i, "{},", 3);
	deep[0] = '[';
	assert_null(read_bytes(deep, 4999998, error));
	free(deep);
	assert_null(report_read_json("/", error, sizeof(error)));
	assert_string_equal(error, "not a regular file");
	assert_null(report_read_json("/dev/zero", error, sizeof(error)));
	assert_string_equal(error, "not a regular file");
	assert_null(report_read_json("/nowhere", error, sizeof(error)));
	assert_string_equal(error, strerror(ENOENT));
}

/* --- memory and look-ups --- */

static void memory_is_zeroed_and_apart(void **state)
{
	struct report *report = report_new();
	unsigned char *blocks[300];

	(void)state;
	for (size_t i = 0; i < 300; i++) {
		blocks[i] = report_alloc(report, i * 37);
		assert_int_equal((uintptr_t)blocks[i] % 16, 0);
		for (size_t at = 0; at < i * 37; at++)
			assert_int_equal(blocks[i][at], 0);
		memset(blocks[i], (int)(i % 255) + 1, i * 37);
	}
	for (size_t i = 1; i < 300; i++)
		assert_int_equal(blocks[i][i * 37 - 1], i % 255 + 1);
	assert_null(report_text(report, NULL));
	report_free(report);
	report_free(NULL);
}

static void names_find_what_they_name(void **state)
{
	struct report *report = small_report();

	(void)state;
	report->scenarios->variant = "whole";
	assert_ptr_equal(report_scenario(report, "copy", "whole"), report->scenarios);
	assert_ptr_equal(report_scenario(report, "copy", NULL), report->scenarios);
	assert_null(report_scenario(report, "copy", "chunk"));
	assert_null(report_scenario(report, "sendfile", NULL));
	assert_ptr_equal(report_role(report->scenarios, "cat"), report->scenarios->roles);
	assert_null(report_role(report->scenarios, "dog"));
	report_free(report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_value_survives),
		cmocka_unit_test(every_member_has_a_row),
		cmocka_unit_test(reasons_are_joined),
		cmocka_unit_test(roles_of_one_name_stay_apart),
		cmocka_unit_test(any_bytes_can_be_a_name),
		cmocka_unit_test(counts_end_at_63_bits),
		cmocka_unit_test(a_full_disk_is_an_error),
		cmocka_unit_test(wrong_values_are_named),
		cmocka_unit_test(what_is_unknown_is_passed_over),
		cmocka_unit_test(what_is_no_report_is_refused),
		cmocka_unit_test(memory_is_zeroed_and_apart),
		cmocka_unit_test(names_find_what_they_name),
	};

	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
