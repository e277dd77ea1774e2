/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel side found out about descriptors, in words: kinds, paths and addresses.
 * build_report.c and flows.c name the ends of a call with it. */
#ifndef ZC_KINDS_H
#define ZC_KINDS_H

#include "report.h"
#include "session.h"

const char *kind_text(enum zc_kind kind);	/* "file", "tcp", …; static */
bool kind_is_tcp(enum zc_kind kind);
bool kind_is_file(enum zc_kind kind);	/* a regular file, with or without O_DIRECT */

/* The object behind an index of a cell; NULL if the index is a kind. */
const struct zc_object *kind_object(const struct snapshot *snapshot, __u32 index);
enum zc_kind kind_of_index(const struct snapshot *snapshot, __u32 index);

/* The path that it was opened by, NULL if it has none; in the report's memory. */
const char *kind_path(struct report *report, const struct zc_object *object);

/* "10.0.0.1:8082": one end of an internet socket; in the report's memory. */
const char *kind_address(struct report *report, const struct zc_object *object, bool local);

/* Its path, or "10.0.0.1:8082 → 10.0.0.2:443", or NULL for a kind; in the report's memory. */
const char *kind_name(struct report *report, const struct snapshot *snapshot, __u32 index);

/* "file→tcp", "file", "-": both ends of a call; in the report's memory. */
const char *kind_ends(struct report *report, const struct snapshot *snapshot, __u32 source,
		      __u32 sink);

#endif
