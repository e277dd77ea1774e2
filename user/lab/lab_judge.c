// SPDX-License-Identifier: GPL-2.0
/* Sets what a student predicted against what was measured: see lab.h. */
#include "lab.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "render.h"

int lab_parse_number(const char *text, double *number)
{
	char plain[64], *end;
	size_t length = 0, digits;

	/* Thousands as we print them ourselves, and a sign of "times" behind the number. */
	for (; *text && length < sizeof(plain) - 1; text++) {
		if (*text != ',' && *text != '_' && !isspace((unsigned char)*text))
			plain[length++] = *text;
	}
	plain[length] = '\0';
	digits = strspn(plain, "+-.0123456789eE");
	end = plain + digits;
	if (*text || !digits || (*end && strcmp(end, "×") && strcmp(end, "x")))
		return -EINVAL;
	*end = '\0';	/* strtod() would read hexadecimal numbers, too */
	*number = strtod(plain, &end);
	return *end || !isfinite(*number) ? -EINVAL : 0;
}

/* One choice of "a / b / c" at a time; the length of the choice at *at. */
static size_t next_choice(const char **at)
{
	const char *end = strstr(*at, " / ");

	return end ? (size_t)(end - *at) : strlen(*at);
}

static bool is_choice(const struct lab_prediction *prediction)
{
	return strstr(prediction->unit, " / ");
}

bool lab_answer_fits(const struct lab_prediction *prediction, const char *answer)
{
	const char *at = prediction->unit;
	double number;

	if (!is_choice(prediction))
		return !lab_parse_number(answer, &number);
	for (;;) {
		size_t length = next_choice(&at);

		if (strlen(answer) == length && !strncasecmp(answer, at, length))
			return true;
		if (!at[length])
			return false;
		at += length + strlen(" / ");
	}
}

/* The value in the unit that the question asks for. */
static double in_unit(const struct lab_prediction *prediction, const struct lab_value *value)
{
	static const struct {
		const char *unit;
		enum metric_unit of;
		double factor;
	} units[] = {
		{ "s", UNIT_NS, 1e9 }, { "ms", UNIT_NS, 1e6 }, { "µs", UNIT_NS, 1e3 },
		{ "MiB", UNIT_BYTES, 1 << 20 }, { "KiB", UNIT_BYTES, 1 << 10 },
	};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]) && value->has_unit; i++) {
		if (value->unit == units[i].of && !strcmp(prediction->unit, units[i].unit))
			return value->number / units[i].factor;
	}
	return value->number;
}

char *lab_value_text(const struct lab_prediction *prediction, const struct lab_value *value,
		     char *buf)
{
	double number = in_unit(prediction, value);

	if (value->why[0])
		snprintf(buf, LAB_TEXT_BYTES, "—");
	else if (value->is_text)
		snprintf(buf, LAB_TEXT_BYTES, "%s", value->text);
	else if (number >= 0 && number < 1e15 && number == floor(number))
		number_count((__u64)number, buf);
	else
		number_ratio(number, buf);
	return buf;
}

static bool is_within(const char *within, double predicted, double measured)
{
	double limit;

	if (!strncmp(within, "×", strlen("×"))) {
		limit = strtod(within + strlen("×"), NULL);
		return predicted == measured ||
		       (predicted > 0 && measured > 0 && predicted <= measured * limit &&
			measured <= predicted * limit);
	}
	if (!strncmp(within, "±", strlen("±"))) {
		limit = strtod(within + strlen("±"), NULL);
		if (strchr(within, '%'))
			limit = limit / 100 * fabs(measured);
		return fabs(predicted - measured) <= limit;
	}
	return fabs(predicted - measured) < RULE_EXACT_WITHIN;
}

enum lab_judgement lab_judge(const struct lab_prediction *prediction, const char *answer,
			     const struct lab_value *value)
{
	double predicted;

	if (!answer || !*answer)
		return LAB_NOT_PREDICTED;
	if (value->why[0])
		return LAB_NOT_MEASURED;
	if (value->is_text)
		return strcasecmp(answer, value->text) ? LAB_WRONG : LAB_RIGHT;
	if (lab_parse_number(answer, &predicted))
		return LAB_WRONG;
	return is_within(prediction->within, predicted, in_unit(prediction, value)) ?
	       LAB_RIGHT : LAB_WRONG;
}

const char *lab_judgement_text(enum lab_judgement judgement)
{
	static const char *const texts[] = {
		[LAB_RIGHT] = "right", [LAB_WRONG] = "wrong",
		[LAB_NOT_PREDICTED] = "not predicted", [LAB_NOT_MEASURED] = "not measured",
	};

	return texts[judgement];
}
