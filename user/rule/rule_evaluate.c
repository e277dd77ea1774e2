// SPDX-License-Identifier: GPL-2.0
/* Computes with the numbers of a rule and compares them: numbers that were measured several times
 * carry the interval that they lie in, and a comparison that the interval does not decide is not
 * decided. */
#include <math.h>
#include <string.h>

#include "numbers.h"
#include "rule_internal.h"
#include "words.h"

enum { FEW_RUNS = 5, MANY_RUNS = 15 };

bool rule_within_percent(double value, double expected, double percent)
{
	const double unit = expected != 0 ? fabs(expected) : 1;

	/* The last term lets a value on the boundary pass, whatever its rounding. */
	return fabs(value - expected) <= unit * percent / 100 + unit * 1e-9;
}

const char *rule_weaker_evidence(const char *a, const char *b)
{
	static const char *const order[] = { "declared", "inferred", "provenance", "counted" };

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		if ((a && !strcmp(a, order[i])) || (b && !strcmp(b, order[i])))
			return order[i];
	}
	return a ? a : b;
}

/* --- arithmetic --- */

static double operate(char operation, double a, double b)
{
	switch (operation) {
	case '+':
		return a + b;
	case '-':
		return a - b;
	case '*':
		return a * b;
	default:
		return a / b;
	}
}

static struct interval interval_of(const struct rule_value *value)
{
	if (value->interval.known)
		return value->interval;
	return (struct interval){ .low = value->number, .high = value->number };
}

/* The widest that the ends of two intervals can make. */
static struct interval combine(char operation, const struct rule_value *a,
			       const struct rule_value *b)
{
	const struct interval x = interval_of(a), y = interval_of(b);
	const double ends[] = {
		operate(operation, x.low, y.low), operate(operation, x.low, y.high),
		operate(operation, x.high, y.low), operate(operation, x.high, y.high),
	};
	struct interval result = { .low = ends[0], .high = ends[0], .known = true };

	for (size_t i = 1; i < sizeof(ends) / sizeof(ends[0]); i++) {
		result.low = fmin(result.low, ends[i]);
		result.high = fmax(result.high, ends[i]);
	}
	result.known = isfinite(result.low) && isfinite(result.high);
	return result;
}

/* Of two sets of runs the statistics know better than interval arithmetic. */
static struct interval interval_after(char operation, const struct rule_value *a,
				      const struct rule_value *b)
{
	if (a->spread && b->spread && operation == '/')
		return stats_ratio_interval(a->spread, b->spread);
	if (a->spread && b->spread && operation == '-')
		return stats_difference(a->spread, b->spread);
	if (!a->interval.known && !b->interval.known)
		return (struct interval){ 0 };
	return combine(operation, a, b);
}

static size_t fewest(size_t a, size_t b)
{
	return !a || (b && b < a) ? b : a;
}

/* A number with a unit that matters in a product: counts are plain numbers there. */
static bool has_dimension(const struct rule_value *value)
{
	return value->has_unit && value->unit != UNIT_COUNT;
}

/* + and - keep a unit, * and / keep that of a number beside a plain one. */
static void set_unit(struct rule_value *result, char operation, const struct rule_value *a,
		     const struct rule_value *b)
{
	const bool sum = operation == '+' || operation == '-';
	const struct rule_value *from = has_dimension(a) || (sum && a->has_unit) ? a : b;

	if (sum)
		result->has_unit = from->has_unit;
	else
		result->has_unit = has_dimension(a) != has_dimension(b) &&
				   (operation == '*' || has_dimension(a));
	result->unit = from->unit;
}

static struct rule_value calculate(char operation, const struct rule_value *a,
				   const struct rule_value *b)
{
	const struct rule_value *missing = a->why && (a->doubt || !b->doubt) ? a : b;
	struct rule_value result = { .evidence = rule_weaker_evidence(a->evidence, b->evidence) };

	if (missing->why) {
		result.why = missing->why;
		result.doubt = missing->doubt;
		return result;
	}
	if (a->is_text || b->is_text) {
		result.why = "a text is no number";
		return result;
	}
	if (operation == '/' && b->number == 0) {
		result.why = "division by 0";
		return result;
	}
	result.number = operate(operation, a->number, b->number);
	result.interval = interval_after(operation, a, b);
	result.is_ratio_of_runs = operation == '/' && a->spread && b->spread;
	result.runs = fewest(a->runs, b->runs);
	set_unit(&result, operation, a, b);
	return result;
}

struct rule_value rule_value(const struct rule_context *context, const struct rule *rule,
			     const struct rule_case *at, int index)
{
	const struct rule_node *node = &rule->nodes[index];
	struct rule_value left, right;

	if (node->kind == NODE_NUMBER)
		return (struct rule_value){ .number = node->number, .has_unit = node->has_unit,
					    .unit = node->unit };
	if (node->kind != NODE_OPERATION)
		return rule_term_value(context, rule, at, node);
	left = rule_value(context, rule, at, node->left);
	right = rule_value(context, rule, at, node->right);
	return calculate(node->operation, &left, &right);
}

/* --- comparison --- */

/* That the noise of the runs does not let it be decided, and how many might. */
static const char *noise_why(struct report *texts, size_t runs)
{
	if (runs < STATS_MIN_RUNS)
		return report_format(texts, "%s each cannot be told from noise; use -n %d",
				     words_many(texts, runs, "run", "runs"), FEW_RUNS);
	return report_format(texts, "the difference is within the noise of %s each; use -n %zu",
			     words_many(texts, runs, "run", "runs"),
			     runs < MANY_RUNS ? (size_t)MANY_RUNS : 3 * runs);
}

/* How a stands to b: by the runs of both, else by their intervals, else exactly. */
static enum stats_order order_of(const struct rule_value *a, const struct rule_value *b)
{
	const struct interval x = interval_of(a), y = interval_of(b);

	if (a->spread && b->spread)
		return stats_compare(a->spread, b->spread);
	return x.low > y.high ? STATS_GREATER : x.high < y.low ? STATS_LESS : STATS_ALIKE;
}

static bool is_near(const struct rule_value *a, const struct rule_value *b)
{
	return b->number != 0 &&
	       rule_within_percent(a->number / b->number, 1, RULE_LIKE_PERCENT);
}

/* above, below, like, unlike. */
static enum rule_truth compare_noise(enum rule_relation relation, const struct rule_value *a,
				     const struct rule_value *b)
{
	const enum stats_order order = order_of(a, b);
	const bool near = is_near(a, b);

	switch (relation) {
	case RELATION_ABOVE:
		return order == STATS_GREATER ? RULE_TRUE : order == STATS_LESS ? RULE_FALSE :
		       near ? RULE_ALIKE : RULE_UNKNOWN;
	case RELATION_BELOW:
		return order == STATS_LESS ? RULE_TRUE : order == STATS_GREATER ? RULE_FALSE :
		       near ? RULE_ALIKE : RULE_UNKNOWN;
	case RELATION_LIKE:
		return near ? RULE_TRUE : order == STATS_ALIKE ? RULE_UNKNOWN : RULE_FALSE;
	default:
		return order != STATS_ALIKE ? RULE_TRUE : RULE_UNKNOWN;
	}
}

/* Whether all values of an interval are in [low, high], none, or some. */
static enum rule_truth in_range(const struct rule_value *value, double low, double high)
{
	const struct interval at = interval_of(value);

	if (value->runs && !value->interval.known)
		return RULE_UNKNOWN;
	if (at.low >= low && at.high <= high)
		return RULE_TRUE;
	return at.high < low || at.low > high ? RULE_FALSE : RULE_UNKNOWN;
}

static enum rule_truth compare_equal(const struct rule_check *check, const struct rule_value *a,
				     double expected)
{
	const double unit = expected != 0 ? fabs(expected) : 1;
	const double within = check->percent ? unit * check->tolerance / 100 :
			      check->tolerance > 0 ? check->tolerance : RULE_EXACT_WITHIN;
	/* The last term lets a value on the boundary pass, whatever its rounding. */
	if (fabs(a->number - expected) <= within + unit * 1e-9)
		return RULE_TRUE;
	/* The noise might be all that is between them. */
	return a->runs && (!a->interval.known || (a->interval.low <= expected &&
						  a->interval.high >= expected)) ?
	       RULE_UNKNOWN : RULE_FALSE;
}

static enum rule_truth compare_numbers(const struct rule_check *check, const struct rule_value *a,
				       const struct rule_value *b, const struct rule_value *high)
{
	const struct rule_value difference = calculate('-', a, b);

	switch (check->relation) {
	case RELATION_EQUAL:
		return compare_equal(check, a, b->number);
	case RELATION_AT_LEAST:
		return in_range(&difference, 0, INFINITY);
	case RELATION_AT_MOST:
		return in_range(&difference, -INFINITY, 0);
	case RELATION_MORE:
		return in_range(&difference, nextafter(0, 1), INFINITY);
	case RELATION_LESS:
		return in_range(&difference, -INFINITY, nextafter(0, -1));
	case RELATION_WITHIN:
		return in_range(a, b->number, high->number);
	default:
		return compare_noise(check->relation, a, b);
	}
}

static enum rule_truth compare_texts(const struct rule_check *check, const struct rule_value *a,
				     const struct rule_value *b)
{
	const char *expected = check->relation == RELATION_IS ? check->text : b->text;

	return expected && !strcmp(a->text, expected) ? RULE_TRUE : RULE_FALSE;
}

static bool is_noise_relation(enum rule_relation relation)
{
	return relation >= RELATION_ABOVE && relation <= RELATION_UNLIKE;
}

/* What people see of a comparison: the ratio, of what was compared by its noise; whether texts are
 * the same; else the left side. */
static struct rule_value shown(const struct rule_check *check, const struct rule_value *a,
			       const struct rule_value *b)
{
	struct rule_value ratio, same = *a;

	if (check->relation == RELATION_EQUAL && a->is_text && b->is_text && !a->why && !b->why) {
		same.number = !strcmp(a->text, b->text);
		same.text = same.number ? "the same" : "not the same";
		return same;
	}

	if (!is_noise_relation(check->relation) || !a->spread)
		return *a;
	ratio = calculate('/', a, b);
	ratio.is_ratio_of_runs = true;
	return ratio.why ? *a : ratio;
}

/* One check; answer's fields of the first are set. */
static void answer_check(const struct rule_context *context, const struct rule *rule,
			 const struct rule_case *at, const struct rule_check *check,
			 struct rule_answer *answer)
{
	struct rule_value left = rule_value(context, rule, at, check->left), right = { 0 },
			  high = { 0 };
	const struct rule_value *missing;

	if (check->right >= 0)
		right = rule_value(context, rule, at, check->right);
	if (check->high >= 0)
		high = rule_value(context, rule, at, check->high);
	answer->evidence = rule_weaker_evidence(left.evidence, right.evidence);
	answer->left = left;
	answer->shown = shown(check, &left, &right);
	answer->truth = RULE_UNKNOWN;
	missing = left.why && (left.doubt || !right.doubt) ? &left : right.why ? &right : &high;
	if (missing->why) {
		answer->why = missing->why;
		answer->doubt = missing->doubt;
	} else if (left.is_text != (right.is_text || check->relation == RELATION_IS)) {
		answer->why = "a text and a number cannot be compared";
	} else if (left.is_text) {
		answer->truth = compare_texts(check, &left, &right);
	} else {
		answer->truth = compare_numbers(check, &left, &right, &high);
		answer->noise = answer->truth == RULE_UNKNOWN || answer->truth == RULE_ALIKE;
		if (answer->noise)
			answer->why = noise_why(context->texts, fewest(left.runs, right.runs));
	}
}

struct rule_answer rule_answer(const struct rule_context *context, const struct rule *rule,
			       const struct rule_case *at)
{
	struct rule_answer all = { .truth = RULE_TRUE };

	for (size_t i = 0; i < rule->check_count; i++) {
		const struct rule_check *check = &rule->checks[i];
		struct rule_answer one = { 0 };

		answer_check(context, rule, at, check, &one);
		all.evidence = rule_weaker_evidence(all.evidence, one.evidence);
		if (i == 0 || (one.truth == RULE_FALSE && all.truth != RULE_FALSE)) {
			all.left = one.left;
			all.shown = one.shown;
		}
		/* What is false stays so, whatever else is not known. */
		if (all.truth == RULE_FALSE || one.truth == RULE_TRUE)
			continue;
		if (one.truth == RULE_FALSE || all.truth == RULE_TRUE ||
		    (all.truth == RULE_ALIKE && one.truth == RULE_UNKNOWN) ||
		    (one.doubt && !all.doubt)) {
			all.truth = one.truth;
			all.why = one.why;
			all.doubt = one.doubt;
			all.noise = one.noise;
		}
	}
	return all;
}

/* --- for people --- */

const char *rule_value_text(struct report *texts, const struct rule_value *value)
{
	const double number = value->number;
	char buf[NUMBER_BYTES];

	if (value->why)
		return "—";
	if (value->text)
		return value->text;
	if (value->is_ratio_of_runs && value->interval.known)
		return report_format(texts, "%.2f× [%.2f–%.2f]", number, value->interval.low,
				     value->interval.high);
	if (value->is_ratio_of_runs)
		return report_format(texts, "%.2f×", number);
	if (value->has_unit && number >= 0 && number < 1e18) {
		if (value->unit == UNIT_NS)
			return number < 1 ? report_format(texts, "%.2f ns", number) :
					    words_time(texts, (__u64)(number + 0.5));
		if (value->unit == UNIT_BYTES)
			return words_size(texts, (__u64)number);
		if (value->unit == UNIT_COUNT && number == floor(number))
			return report_text(texts, number_count((__u64)number, buf));
	}
	return words_ratio(texts, number);
}
