/* SPDX-License-Identifier: GPL-2.0 */
/* The numbers of a scenario and of its roles, one row each: every table, format and list that has
 * numbers has them from here. */
#ifndef ZC_METRIC_H
#define ZC_METRIC_H

#include <stdbool.h>
#include <stddef.h>
#include "report.h"

enum metric_id {
	METRIC_ROUNDS,
	METRIC_CROSSINGS_PER_ROUND,
	METRIC_CROSSINGS_TOTAL,
	METRIC_CROSSINGS_DATA,
	METRIC_CROSSINGS_CONTROL,
	METRIC_CROSSINGS_USER_FAULTS,
	METRIC_CROSSINGS_INTERRUPTS,
	METRIC_VOLUNTARY,
	METRIC_INVOLUNTARY,
	METRIC_FAULTS_USER,
	METRIC_FAULTS_KERNEL,
	METRIC_INTERRUPTS_USER,
	METRIC_INTERRUPTS_KERNEL,
	METRIC_LEG_BYTES,				/* + enum report_leg_id */
	METRIC_LEG_PER_BYTE = METRIC_LEG_BYTES + LEG_COUNT,	/* + enum report_leg_id */
	METRIC_LATE_BYTES = METRIC_LEG_PER_BYTE + LEG_COUNT,
	METRIC_LATE_PER_BYTE,
	METRIC_SENDER_CPU,
	METRIC_ELAPSED_UNTRACED,
	METRIC_ELAPSED_TRACED,
	METRIC_BYTES_PER_SECOND,
	METRIC_CPU_USER,
	METRIC_CPU_SYSTEM,
	METRIC_PEAK_RSS,
	METRIC_TIME_USER,
	METRIC_TIME_KERNEL,
	METRIC_TIME_BLOCKED,
	METRIC_TIME_RUNNABLE,
	METRIC_TIME_WINDOW,
	METRIC_COUNT,
};

enum metric_unit {
	UNIT_COUNT, UNIT_BYTES, UNIT_NS, UNIT_PER_SECOND, UNIT_PER_ROUND, UNIT_PER_BYTE,
};

/* Its place in the table of numbers. */
enum metric_row {
	ROW_NONE,		/* none of its own */
	ROW_SHOWN,
	ROW_DETAIL,		/* only with -v */
};

struct metric {
	const char *id;			/* in the CSV, the labs and `zctrace list metrics` */
	const char *label;		/* in the table of numbers */
	enum metric_unit unit;
	size_t offset;			/* of the number in struct report_scenario or report_role */
	enum metric_row row;
	bool inner;			/* its row belongs to the one above */
	bool of_role;			/* offset is in struct report_role */
	bool of_borrowed;		/* only scenarios have it whose pages the kernel borrows */
	bool has_spread;		/* there is a struct spread, else one number */
	enum metric_id with;		/* shown behind a slash in its row; 0 = nothing */
	/* Its object and key in the JSON report; NULL = it has a row of its own there. */
	const char *group, *key;
	bool later;			/* earlier versions did not save it */
	const char *name;		/* where it stands alone; NULL = label */
	const char *what;		/* in a sentence */
	const char *source;		/* tracepoint, file or call */
	const char *witness;		/* what stands beside it */
};

extern const struct metric metrics[METRIC_COUNT];

/* A number taken out of the report. */
struct metric_value {
	bool present;			/* the scenario has such a number at all, measured or not */
	const char *why;		/* it was not measured, NULL = it was */
	__u64 count;			/* of counts, bytes and ns: the median of a spread */
	double ratio;			/* the same, or the ratio */
	const struct spread *spread;	/* NULL = it was taken once */
};

/* role NULL = the sender, where the number belongs to a role. */
struct metric_value metric_value(enum metric_id id, const struct report_scenario *scenario,
				 const struct report_role *role);

/* Its name where it stands alone: "crossings, data calls". */
const char *metric_name(enum metric_id id);
/* "CPU", "DMA": who moves the bytes that it counts; "" where nobody does. */
const char *metric_mover(enum metric_id id);

/* The value for people, in buf of NUMBER_BYTES; "—" if it was not measured. Returns buf. */
char *metric_text(enum metric_id id, const struct metric_value *value, char *buf);

/* "count", "bytes", "ns", "bytes/s", "crossings/round", "copies/byte" */
const char *metric_unit_text(enum metric_unit unit);

#endif
