// SPDX-License-Identifier: GPL-2.0
/* Derives the way of the bytes from a scenario's legs: see path.h. */
#include <string.h>

#include "path.h"

static const char *const places[LEG_COUNT + 1] = {
	"disk", "page cache", "user buffer", "socket", "device", "receiver",
};

bool path_bypasses_user(const struct report_scenario *scenario)
{
	const struct report_leg *read = &scenario->legs[LEG_CACHE_USER];
	const struct report_leg *send = &scenario->legs[LEG_USER_SOCKET];

	return !read->bytes.why && read->bytes.value == 0 &&
	       ((!send->bytes.why && send->bytes.value > 0) || send->at_xmit[ORIGIN_FILE] > 0);
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
	if (leg->bytes.why) {
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
	const bool direct = path_bypasses_user(scenario);
	size_t count = 0;

	for (int id = 0; id < LEG_COUNT; id++) {
		struct path_leg *at = &legs[count];

		if (direct && id == LEG_CACHE_USER)
			continue;
		*at = (struct path_leg){ .id = id, .from = places[id], .to = places[id + 1],
					 .leg = &scenario->legs[id] };
		if (count)
			at->from = legs[count - 1].to;
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
