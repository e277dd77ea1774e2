// SPDX-License-Identifier: GPL-2.0
/* Derives the way of the bytes from a scenario's legs: see path.h. */
#include <stdio.h>
#include <string.h>

#include "numbers.h"
#include "path.h"
#include "size.h"

enum { PETABYTE_SHIFT = 50 };

static const char *const places[LEG_COUNT + 1] = {
	"disk", "page cache", "user buffer", "socket", "device", "receiver",
};

bool path_bypasses_user(const struct report_scenario *scenario)
{
	const struct report_leg *read = &scenario->legs[LEG_CACHE_USER];
	const struct report_leg *send = &scenario->legs[LEG_USER_SOCKET];

	return !read->bytes.why && read->bytes.value == 0 && !path_bypasses_cache(scenario) &&
	       ((!send->bytes.why && send->bytes.value > 0) || send->at_xmit[ORIGIN_FILE] > 0);
}

bool path_bypasses_cache(const struct report_scenario *scenario)
{
	const struct report_leg *read = &scenario->legs[LEG_CACHE_USER];

	return !read->bytes.why && read->by && !strcmp(read->by, "dma");
}

static __u64 origin_total(const struct report_leg *leg)
{
	__u64 total = 0;

	for (int i = 0; leg->has_origin && i < REPORT_ORIGINS; i++)
		total += leg->at_xmit[i];
	return total;
}

static void find_mover(const struct report_scenario *scenario, struct path_leg *at)
{
	const struct measured *late = &scenario->zerocopy.late_bytes;
	const struct report_leg *leg = at->leg;

	at->bytes = leg->bytes.why ? 0 : leg->bytes.value;
	if (at->id == LEG_CACHE_USER && path_bypasses_cache(scenario)) {
		at->bytes = scenario->payload_bytes;
		at->mover = PATH_DMA;
	} else if (leg->bytes.why) {
		at->mover = PATH_UNKNOWN;
	} else if (at->bytes) {
		at->mover = leg->by && !strcmp(leg->by, "dma") ? PATH_DMA : PATH_CPU;
	} else if (!origin_total(leg)) {
		at->mover = PATH_NOTHING;
	} else if (scenario->zerocopy.used && !late->why && late->value) {
		at->bytes = late->value;
		at->mover = PATH_LATE;
	} else {
		at->bytes = origin_total(leg);
		at->mover = PATH_REFERENCE;
	}
}

size_t path_legs(const struct report_scenario *scenario, struct path_leg legs[LEG_COUNT])
{
	const bool no_user = path_bypasses_user(scenario), no_cache = path_bypasses_cache(scenario);
	size_t count = 0;

	for (int id = 0; id < LEG_COUNT; id++) {
		struct path_leg *at = &legs[count];

		if ((no_user && id == LEG_CACHE_USER) || (no_cache && id == LEG_DISK_CACHE))
			continue;
		*at = (struct path_leg){ .id = id, .from = places[id], .to = places[id + 1],
					 .leg = &scenario->legs[id] };
		at->from = count ? legs[count - 1].to : places[0];
		find_mover(scenario, at);
		count++;
	}
	return count;
}

bool path_is_known(const struct report_scenario *scenario)
{
	for (int i = 0; i < LEG_COUNT; i++) {
		if (!scenario->legs[i].bytes.why)
			return !scenario->failed;
	}
	return false;
}

const char *path_mover_text(enum path_mover mover)
{
	static const char *const texts[PATH_MOVERS] = {
		[PATH_CPU] = "CPU", [PATH_LATE] = "CPU, late", [PATH_DMA] = "DMA",
		[PATH_REFERENCE] = "no copy", [PATH_NOTHING] = "nobody", [PATH_UNKNOWN] = "?",
	};

	return texts[mover];
}

char *path_amount(const struct path_leg *at, char *buf)
{
	if (at->mover == PATH_UNKNOWN)
		snprintf(buf, NUMBER_BYTES, "?");
	else if (at->bytes >> PETABYTE_SHIFT)
		snprintf(buf, NUMBER_BYTES, "≥ 1 PiB");
	else
		size_format(at->bytes, buf, NUMBER_BYTES);
	return buf;
}

bool path_looks_alike(const struct report_scenario *a, const struct report_scenario *b)
{
	char in_a[NUMBER_BYTES], in_b[NUMBER_BYTES];
	struct path_leg of_a[LEG_COUNT], of_b[LEG_COUNT];
	size_t count = path_legs(a, of_a);

	if (count != path_legs(b, of_b))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (of_a[i].id != of_b[i].id || of_a[i].mover != of_b[i].mover ||
		    strcmp(path_amount(&of_a[i], in_a), path_amount(&of_b[i], in_b)) != 0)
			return false;
	}
	return true;
}

bool path_drawn_before(const struct report *report, size_t at)
{
	for (size_t i = 0; i < at; i++) {
		if (path_is_known(&report->scenarios[i]) &&
		    path_looks_alike(&report->scenarios[i], &report->scenarios[at]))
			return true;
	}
	return false;
}
