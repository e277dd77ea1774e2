/* SPDX-License-Identifier: GPL-2.0 */
/* The numbers of a scenario and of its roles, one row each: their names, units and places in the
 * report. The overview, the CSV and diff.c show them from this table. */
#ifndef ZC_METRIC_H
#define ZC_METRIC_H

#include <stdbool.h>
#include <stddef.h>
#include "report.h"

enum metric_id {
	METRIC_ROUNDS,
	METRIC_CROSSINGS_PER_ROUND,
	METRIC_CROSSINGS_DATA,
	METRIC_CROSSINGS_CONTROL,
	METRIC_CROSSINGS_USER_FAULTS,
	METRIC_CROSSINGS_TOTAL,
	METRIC_LEG_BYTES,				/* + enum report_leg_id */
	METRIC_LEG_PER_BYTE = METRIC_LEG_BYTES + LEG_COUNT,	/* + enum report_leg_id */
	METRIC_LATE_BYTES = METRIC_LEG_PER_BYTE + LEG_COUNT,
	METRIC_LATE_PER_BYTE,
	METRIC_SENDER_CPU,
	METRIC_ELAPSED_UNTRACED,
	METRIC_ELAPSED_TRACED,
	METRIC_BYTES_PER_SECOND,
	METRIC_VOLUNTARY,
	METRIC_INVOLUNTARY,
	METRIC_FAULTS_USER,
	METRIC_FAULTS_KERNEL,
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

struct metric {
	const char *id;			/* in the CSV */
	const char *label;		/* for people */
	enum metric_unit unit;
	bool of_role;			/* offset is in struct report_role, else report_scenario */
	bool of_borrowed;		/* only scenarios have it whose pages the kernel borrows */
	bool has_spread;		/* there is a struct spread, else one number */
	size_t offset;
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

/* The value for people, in buf of NUMBER_BYTES; "—" if it was not measured. Returns buf. */
char *metric_text(enum metric_id id, const struct metric_value *value, char *buf);

/* "count", "bytes", "ns", "bytes/s", "crossings/round", "copies/byte" */
const char *metric_unit_text(enum metric_unit unit);

#endif
