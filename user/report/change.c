// SPDX-License-Identifier: GPL-2.0
/* Compares the numbers of two reports: see change.h. */
#include "change.h"

#include "texts.h"

/* --- numbers --- */

/* Whether all runs of one are longer than all runs of the other. */
static bool apart(const struct spread *a, const struct spread *b)
{
	return a->max.value < b->min.value || b->max.value < a->min.value;
}

struct change change_of_spreads(const struct spread *a, const struct spread *b)
{
	if (a->run_count < 2 || b->run_count < 2 || a->min.why || a->max.why || b->min.why ||
	    b->max.why)
		return (struct change){ .kind = CHANGE_TOO_FEW_RUNS };
	if (!apart(a, b))
		return (struct change){ .kind = CHANGE_NOISE };
	return (struct change){
		.kind = CHANGE_OF_RUNS, .times_known = a->median.value != 0,
		.times = a->median.value ? (double)b->median.value / (double)a->median.value : 0,
	};
}

static bool is_ratio(enum metric_unit unit)
{
	return unit == UNIT_PER_ROUND || unit == UNIT_PER_BYTE;
}

static struct change change_of_counts(__u64 a, __u64 b)
{
	const __u64 by = a > b ? a - b : b - a;

	return (struct change){
		.kind = CHANGE_OF_COUNT, .more = b > a, .by = by,
		.percent = a ? (double)by / (double)a * 100 : 0,
		.multiple = a && b / a >= 10 ? b / a : 0,
	};
}

static bool has_number(const struct metric_value *value)
{
	return value->present && !value->why;
}

struct change change_of_metric(enum metric_id id, const struct metric_value *a,
			       const struct metric_value *b)
{
	const bool ratio = is_ratio(metrics[id].unit);

	if (!has_number(a) || !has_number(b))
		return (struct change){ .kind = has_number(a) ? CHANGE_ONLY_IN_A :
								CHANGE_ONLY_IN_B };
	if (a->spread && b->spread)
		return change_of_spreads(a->spread, b->spread);
	if (ratio ? a->ratio == b->ratio : a->count == b->count)
		return (struct change){ .kind = CHANGE_NONE };
	if (ratio)
		return (struct change){ .kind = CHANGE_OF_RATIO, .difference =
				       b->ratio - a->ratio };
	return change_of_counts(a->count, b->count);
}

/* --- scenarios --- */

/* How alike two scenarios must be; looser ones only take what is left. */
enum likeness { ALIKE_IN_ALL, ALIKE_IN_CHUNK, ALIKE_IN_NAME, LIKENESSES };

static bool alike(const struct report_scenario *a, const struct report_scenario *b,
		  enum likeness likeness)
{
	if (!same_text(a->id, b->id) || !same_text(a->variant, b->variant))
		return false;
	if (likeness <= ALIKE_IN_CHUNK && a->chunk_bytes != b->chunk_bytes)
		return false;
	return likeness > ALIKE_IN_ALL ||
	       (same_text(a->cache, b->cache) && same_text(a->link, b->link) &&
		a->rate_bits == b->rate_bits);
}

void change_partners(const struct report *a, const struct report *b,
		     const struct report_scenario **partners, bool *taken)
{
	for (int likeness = 0; likeness < LIKENESSES; likeness++) {
		for (size_t i = 0; i < a->scenario_count; i++) {
			for (size_t j = 0; j < b->scenario_count && !partners[i]; j++) {
				if (taken[j] ||
				    !alike(&a->scenarios[i], &b->scenarios[j], likeness))
					continue;
				partners[i] = &b->scenarios[j];
				taken[j] = true;
			}
		}
	}
}
