/* SPDX-License-Identifier: GPL-2.0 */
/* The way of the bytes of one scenario, leg by leg, as every picture draws it.
 * Used by text_path.c, render_markdown.c and the page. */
#ifndef ZC_PATH_H
#define ZC_PATH_H

#include "report.h"

/* Who moved the bytes of a leg. */
enum path_mover {
	PATH_CPU,
	PATH_LATE,	/* the CPU as well, but on the way: the pages had been lent */
	PATH_DMA,
	PATH_REFERENCE,	/* nobody: the pages were handed over */
	PATH_NOTHING,	/* nothing moved here */
	PATH_UNKNOWN,	/* not measured */
	PATH_MOVERS,
};

struct path_leg {
	enum report_leg_id id;
	const char *from, *to;		/* places: "page cache", "socket" */
	const struct report_leg *leg;
	enum path_mover mover;
	__u64 bytes;			/* that were copied or handed over; 0 = unknown, too */
};

/* The bytes did not go through a user buffer: none were copied into one, and still some arrived. */
bool path_bypasses_user(const struct report_scenario *scenario);

/* The device wrote into the user buffer (O_DIRECT): the page cache is bypassed. */
bool path_bypasses_cache(const struct report_scenario *scenario);

/* The legs in their order, without the user buffer or the page cache where it is bypassed; how
 * many. */
size_t path_legs(const struct report_scenario *scenario, struct path_leg legs[LEG_COUNT]);

/* Whether there is anything to draw. */
bool path_is_known(const struct report_scenario *scenario);

/* "CPU", "CPU, late", "DMA", "no copy", "nobody", "?" */
const char *path_mover_text(enum path_mover mover);

/* "256 MiB", "?", in buf of NUMBER_BYTES. Returns buf. */
char *path_amount(const struct path_leg *at, char *buf);

/* Both pictures would be the same. */
bool path_looks_alike(const struct report_scenario *a, const struct report_scenario *b);
/* The report's scenario number at looks like one before it. */
bool path_drawn_before(const struct report *report, size_t at);

#endif
