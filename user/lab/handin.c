// SPDX-License-Identifier: GPL-2.0
/* Makes, saves and reads what a student hands in: see handin.h. A file that comes in is never
 * trusted: what is too large or of the wrong kind is an error, and nothing in it is run. */
#include "handin.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "alloc.h"
#include "exits.h"
#include "json_layout.h"
#include "plain.h"
#include "report_load.h"
#include "sha256.h"
#include "version.h"

/* Text from the terminal or a file as JSON can hold it. */
static json_t *text_json(const char *text)
{
	size_t bytes = strnlen(text, HANDIN_MAX_TEXT);
	char *cut = xasprintf("%.*s", (int)bytes, text), *plain;
	json_t *json = json_string(cut);

	if (!json) {
		/* Not UTF-8: its bytes are made visible. */
		plain = plain_copy(cut);
		json = json_string(plain);
		free(plain);
	}
	free(cut);
	return json;
}

void handin_now(char text[HANDIN_TIME_BYTES])
{
	time_t now = time(NULL);
	struct tm utc;

	strftime(text, HANDIN_TIME_BYTES, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
}

void handin_new(struct handin *handin, const struct lab *lab)
{
	char when[HANDIN_TIME_BYTES];

	memset(handin, 0, sizeof(*handin));
	handin_now(when);
	handin->root = json_pack("{ss, s{ss}, si, ss, ss, ss, s{}, s[], s[]}",
				 "schema", HANDIN_SCHEMA, "tool", "version", ZCTRACE_VERSION,
				 "lab", lab->number, "title", lab->title, "name", "",
				 "written", when, "predictions", "explanations", "reports");
}

void handin_free(struct handin *handin)
{
	for (size_t i = 0; i < handin->report_count; i++)
		report_free(handin->reports[i].report);
	json_decref(handin->root);
	memset(handin, 0, sizeof(*handin));
}

static const char *text_of(const json_t *json)
{
	const char *text = json_string_value(json);

	return text ? text : "";
}

const char *handin_name(const struct handin *handin)
{
	return text_of(json_object_get(handin->root, "name"));
}

const char *handin_written(const struct handin *handin)
{
	return text_of(json_object_get(handin->root, "written"));
}

int handin_lab(const struct handin *handin)
{
	json_int_t number = json_integer_value(json_object_get(handin->root, "lab"));

	return number > 0 && number < 1000 ? (int)number : 0;
}

const char *handin_prediction(const struct handin *handin, const char *id)
{
	return text_of(json_object_get(json_object_get(handin->root, "predictions"), id));
}

const char *handin_explanation(const struct handin *handin, size_t question)
{
	return text_of(json_array_get(json_object_get(handin->root, "explanations"), question));
}

void handin_set_name(struct handin *handin, const char *name)
{
	json_object_set_new(handin->root, "name", text_json(name));
}

int handin_set_prediction(struct handin *handin, const char *id, const char *text)
{
	json_t *made = text_json(text);

	if (handin_is_sealed(handin)) {
		bool same = !strcmp(text_of(made), handin_prediction(handin, id));

		json_decref(made);
		return same ? 0 : -EPERM;
	}
	json_object_set_new(json_object_get(handin->root, "predictions"), id, made);
	return 0;
}

void handin_set_explanation(struct handin *handin, size_t question, const char *text)
{
	json_t *all = json_object_get(handin->root, "explanations");

	while (json_array_size(all) <= question)
		json_array_append_new(all, json_string(""));
	json_array_set_new(all, question, text_json(text));
}

const struct handin_report *handin_report(const struct handin *handin, const char *file)
{
	for (size_t i = 0; i < handin->report_count; i++) {
		if (!strcmp(handin->reports[i].file, file))
			return &handin->reports[i];
	}
	return NULL;
}

/* Takes one entry of "reports": digests it, and reads it if it can be read. */
static int take_report(struct handin *handin, const json_t *entry, char *error, size_t size)
{
	const json_t *json = json_object_get(entry, "json");
	const char *file = text_of(json_object_get(entry, "file"));
	struct handin_report *taken;

	if (handin->report_count == LAB_MAX_MEASUREMENTS)
		return failed(error, size, -EINVAL, "more than %d reports", LAB_MAX_MEASUREMENTS);
	if (!json_is_string(json) || !*file || strlen(file) >= sizeof(taken->file) ||
	    handin_report(handin, file))
		return failed(error, size, -EINVAL, "reports[%zu] is not a report beside its name",
			      handin->report_count);
	taken = &handin->reports[handin->report_count++];
	snprintf(taken->file, sizeof(taken->file), "%s", file);
	snprintf(taken->said, sizeof(taken->said), "%.64s",
		 text_of(json_object_get(entry, "sha256")));
	taken->json = json_string_value(json);
	taken->bytes = json_string_length(json);
	sha256_hex(taken->json, taken->bytes, taken->found);
	taken->report = load_report(taken->json, taken->bytes, taken->why, sizeof(taken->why));
	return 0;
}

static void forget_report(struct handin *handin, const char *file)
{
	json_t *all = json_object_get(handin->root, "reports");

	for (size_t i = 0; i < handin->report_count; i++) {
		if (strcmp(handin->reports[i].file, file))
			continue;
		report_free(handin->reports[i].report);
		memmove(&handin->reports[i], &handin->reports[i + 1],
			(--handin->report_count - i) * sizeof(handin->reports[0]));
		json_array_remove(all, i);
		return;
	}
}

/* -EINVAL: it is none, one line in error. */
static int add_report(struct handin *handin, const char *file, const char *text, size_t bytes,
		      char *error, size_t size)
{
	struct report *report = load_report(text, bytes, error, size);
	char hex[HANDIN_DIGEST_BYTES];
	json_t *entry;

	if (!report)
		return -EINVAL;
	report_free(report);
	forget_report(handin, file);
	sha256_hex(text, bytes, hex);
	entry = json_pack("{ss, ss, ss%}", "file", file, "sha256", hex, "json", text, bytes);
	json_array_append_new(json_object_get(handin->root, "reports"), entry);
	return take_report(handin, entry, error, size);
}

int handin_add_file(struct handin *handin, const char *path, const char *file, char *error,
		    size_t size)
{
	char why[256];
	size_t bytes;
	char *text = load_text(path, HANDIN_MAX_BYTES, &bytes, why, sizeof(why));
	int err = text ? add_report(handin, file, text, bytes, why, sizeof(why)) : -EINVAL;

	if (err)
		snprintf(error, size, "%s: %s", path, why);
	free(text);
	return err;
}

void handin_evidence(const struct handin *handin, const struct lab *lab,
		     struct rule_evidence evidence[LAB_MAX_MEASUREMENTS])
{
	for (size_t i = 0; i < lab->measurement_count; i++) {
		const char *file = lab->measurements[i].file;
		const struct handin_report *found = handin_report(handin, file);

		evidence[i].file = file;
		evidence[i].report = found ? found->report : NULL;
	}
}

/* Every member is of its kind, and no text is longer than anybody types. */
static int check_form(const json_t *root, char *error, size_t size)
{
	static const struct {
		const char *name;
		json_type type;
	} members[] = {
		{ "lab", JSON_INTEGER }, { "name", JSON_STRING }, { "written", JSON_STRING },
		{ "predictions", JSON_OBJECT }, { "explanations", JSON_ARRAY },
		{ "reports", JSON_ARRAY },
	};
	const char *schema = json_string_value(json_object_get(root, "schema")), *key;
	const json_t *sealed = json_object_get(root, "sealed");
	json_t *texts, *text;
	size_t i;

	if (!schema || strcmp(schema, HANDIN_SCHEMA))
		return failed(error, size, -EINVAL,
			      "not a hand-in of zctrace lab: its schema is not \"%s\"",
			      HANDIN_SCHEMA);
	for (i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		const json_t *member = json_object_get(root, members[i].name);

		if (!member || json_typeof(member) != members[i].type)
			return failed(error, size, -EINVAL,
				      "\"%s\" is missing or of the wrong kind", members[i].name);
	}
	if (sealed && (!json_is_string(json_object_get(sealed, "at")) ||
		       !json_is_string(json_object_get(sealed, "sha256"))))
		return failed(error, size, -EINVAL, "\"sealed\" has no time or no digest");
	snprintf(error, size, "a text in it is longer than %d bytes", HANDIN_MAX_TEXT);
	if (json_string_length(json_object_get(root, "name")) > HANDIN_MAX_TEXT)
		return -EINVAL;
	json_object_foreach(json_object_get(root, "predictions"), key, text) {
		if (json_string_length(text) > HANDIN_MAX_TEXT)
			return -EINVAL;
	}
	texts = json_object_get(root, "explanations");
	json_array_foreach(texts, i, text) {
		if (json_string_length(text) > HANDIN_MAX_TEXT)
			return -EINVAL;
	}
	return 0;
}

int handin_parse(const char *text, size_t bytes, struct handin *handin, char *error, size_t size)
{
	json_t *entry;
	size_t i;
	int err;

	memset(handin, 0, sizeof(*handin));
	handin->root = load_json(text, bytes, error, size);
	if (!handin->root)
		return -EINVAL;
	err = check_form(handin->root, error, size);
	if (!err && handin_lab(handin) == 0) {
		snprintf(error, size, "\"lab\" is not the number of a lab");
		err = -EINVAL;
	}
	if (!err) {
		json_array_foreach(json_object_get(handin->root, "reports"), i, entry) {
			err = take_report(handin, entry, error, size);
			if (err)
				break;
		}
	}
	if (err)
		handin_free(handin);
	return err;
}

int handin_read(const char *path, struct handin *handin, char *error, size_t size)
{
	size_t bytes;
	char *text = load_text(path, HANDIN_MAX_BYTES, &bytes, error, size);
	int err;

	memset(handin, 0, sizeof(*handin));
	if (!text)
		return -EINVAL;
	err = handin_parse(text, bytes, handin, error, size);
	free(text);
	return err;
}

int handin_write(FILE *out, void *context)
{
	const struct handin *handin = context;

	json_layout(handin->root, out);
	return 0;
}
