// SPDX-License-Identifier: GPL-2.0
/* Which scenarios of a report are one curve: see sweep.h. */
#include "sweep.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "texts.h"

bool sweep_is(const struct report *report)
{
	return same_text(report->mode, SWEEP_MODE);
}

static bool same_curve(const struct report_scenario *a, const struct report_scenario *b)
{
	return same_text(a->id, b->id) && same_text(a->variant, b->variant) &&
	       same_text(a->cache, b->cache) && same_text(a->link, b->link) &&
	       a->rate_bits == b->rate_bits;
}

/* The curve that a scenario belongs to; a new one where it is the first of it. */
static struct sweep_curve *curve_of(struct sweep_curves *all,
				    const struct report_scenario *scenario)
{
	for (size_t i = 0; i < all->count; i++) {
		if (same_curve(all->curves[i].points[0], scenario))
			return &all->curves[i];
	}
	return &all->curves[all->count++];
}

/* Behind those with a chunk of at most its size. */
static void insert(struct sweep_curve *curve, const struct report_scenario *scenario)
{
	size_t at = curve->count++;

	for (; at > 0 && curve->points[at - 1]->chunk_bytes > scenario->chunk_bytes; at--)
		curve->points[at] = curve->points[at - 1];
	curve->points[at] = scenario;
}

static size_t points_of(const struct report *report, const struct report_scenario *scenario)
{
	size_t count = 0;

	for (size_t i = 0; i < report->scenario_count; i++)
		count += same_curve(&report->scenarios[i], scenario);
	return count;
}

void sweep_curves(const struct report *report, struct sweep_curves *curves)
{
	const struct report_scenario **room;

	*curves = (struct sweep_curves){
		.curves = xcalloc(report->scenario_count + 1, sizeof(*curves->curves)),
		.points = xcalloc(report->scenario_count + 1, sizeof(*curves->points)),
	};
	room = curves->points;
	for (size_t i = 0; i < report->scenario_count; i++) {
		const struct report_scenario *scenario = &report->scenarios[i];
		struct sweep_curve *curve = curve_of(curves, scenario);

		if (!curve->points) {
			curve->points = room;
			room += points_of(report, scenario);
		}
		insert(curve, scenario);
	}
}

void sweep_free(struct sweep_curves *curves)
{
	free(curves->curves);
	free(curves->points);
	*curves = (struct sweep_curves){ 0 };
}

const char *sweep_failed(const struct sweep_curve *curve)
{
	const char *why = curve->points[0]->failed;

	for (size_t i = 1; i < curve->count && why; i++) {
		if (!same_text(curve->points[i]->failed, why))
			why = NULL;
	}
	return why;
}

struct measured_real sweep_copies(const struct report_scenario *scenario)
{
	const struct measured_real *copied[] = {
		&scenario->legs[LEG_CACHE_USER].per_byte,
		&scenario->legs[LEG_USER_SOCKET].per_byte,
		scenario->zerocopy.used ? &scenario->zerocopy.late_per_byte : NULL,
	};
	struct measured_real sum = { 0 };

	for (size_t i = 0; i < sizeof(copied) / sizeof(copied[0]) && !sum.why; i++) {
		if (!copied[i])
			continue;
		sum.value += copied[i]->value;
		sum.why = copied[i]->why;
	}
	return sum;
}
