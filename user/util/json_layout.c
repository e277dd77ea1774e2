// SPDX-License-Identifier: GPL-2.0
/* Prints JSON for people: see json_layout.h. jansson's own printing would give each of a million
 * events eight lines. Called by report_json.c. */
#include "json_layout.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_BYTES = 90 };	/* a container whose text is longer gets a line per member */

static void dump_value(const json_t *value, unsigned int depth, bool on_one_line, FILE *out);

/* The shortest decimal number that reads back as the same. */
static void dump_real(const json_t *value, FILE *out)
{
	double number = json_real_value(value);
	char text[40];

	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, number);
		if (strtod(text, NULL) == number)
			break;
	}
	fprintf(out, "%s%s", text, strpbrk(text, ".e") ? "" : ".0");
}

static bool is_container(const json_t *value)
{
	return json_is_object(value) || json_is_array(value);
}

/* Arrays of numbers, and what is short and holds no other container. */
static bool fits_one_line(json_t *value)
{
	bool numbers_only = json_is_array(value);
	const char *key;
	json_t *member;
	size_t i;

	json_array_foreach(value, i, member) {
		if (is_container(member))
			return false;
		numbers_only = numbers_only && json_is_number(member);
	}
	json_object_foreach(value, key, member) {
		if (is_container(member))
			return false;
	}
	return numbers_only || json_dumpb(value, NULL, 0, 0) <= LINE_BYTES;
}

static void new_line(unsigned int depth, bool on_one_line, FILE *out)
{
	if (on_one_line)
		return;
	putc('\n', out);
	for (unsigned int i = 0; i < depth; i++)
		putc(' ', out);
}

static void dump_container(json_t *value, unsigned int depth, FILE *out)
{
	bool on_one_line = fits_one_line(value), object = json_is_object(value);
	const char *key, *comma = "";
	json_t *member;
	size_t i;

	putc(object ? '{' : '[', out);
	json_array_foreach(value, i, member) {
		fputs(comma, out);
		comma = on_one_line ? ", " : ",";
		new_line(depth + 1, on_one_line, out);
		dump_value(member, depth + 1, on_one_line, out);
	}
	json_object_foreach(value, key, member) {
		json_t *name = json_string(key);

		fputs(comma, out);
		comma = on_one_line ? ", " : ",";
		new_line(depth + 1, on_one_line, out);
		json_dumpf(name, out, JSON_ENCODE_ANY);
		fputs(": ", out);
		dump_value(member, depth + 1, on_one_line, out);
		json_decref(name);
	}
	new_line(depth, on_one_line, out);
	putc(object ? '}' : ']', out);
}

static void dump_value(const json_t *value, unsigned int depth, bool on_one_line, FILE *out)
{
	if (is_container(value))
		dump_container((json_t *)value, depth, out);
	else if (json_is_integer(value))
		fprintf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	else if (json_is_real(value))
		dump_real(value, out);
	else
		json_dumpf(value, out, JSON_ENCODE_ANY);
}

void json_layout(json_t *root, FILE *out)
{
	dump_value(root, 0, false, out);
	putc('\n', out);
}
