/* SPDX-License-Identifier: GPL-2.0 */
/* The table of what is measured: where each number comes from and what stands beside it.
 * "zctrace list metrics" prints it; docs/measurement.md tells the rest. */
#ifndef ZC_CATALOG_H
#define ZC_CATALOG_H

struct catalog_entry {
	const char *id;		/* its place in the JSON report */
	const char *unit;
	const char *source;	/* tracepoint, file or call */
	const char *witness;
	const char *what;
};

extern const struct catalog_entry catalog[];	/* ends with a NULL id */

#endif
