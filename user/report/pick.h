/* SPDX-License-Identifier: GPL-2.0 */
/* Which scenarios of a report can be set against each other, and what to call them.
 * Called by the claims, the summary and its warnings; all texts belong to the report. */
#ifndef ZC_PICK_H
#define ZC_PICK_H

#include <stdbool.h>
#include <stddef.h>

#include "report.h"

/* The two ways of the documents, run under one condition: same cache, link, rate and payload. */
struct pick_pair {
	const struct report_scenario *copy, *sendfile;
};

/* Same page cache, link, rate limit and payload. */
bool pick_same_condition(const struct report_scenario *a, const struct report_scenario *b);

/* The scenario (id, variant) that was measured under the same condition as like; NULL = none. */
const struct report_scenario *pick_twin(const struct report *report,
					const struct report_scenario *like, const char *id,
					const char *variant);

/*
 * The next pair of sendfile and the documents' copy program (variant "whole"), over a link whose
 * rate was limited, or was not. *cursor starts at 0. false = there are no more.
 */
bool pick_next_pair(const struct report *report, bool limited, size_t *cursor,
		    struct pick_pair *pair);

/* Warm page cache, loopback: what the documents describe. */
bool pick_documents_condition(const struct report_scenario *scenario);

/* The first pair under the documents' condition; else the first one. */
bool pick_main_pair(const struct report *report, struct pick_pair *pair);

/* "copy (whole file)", "copy (64 KiB)", "copy (touched buffer)", "sendfile (64 KiB)" */
const char *pick_label(struct report *report, const struct report_scenario *scenario);

/* "warm, lo", "cold, veth, 1 Gbit/s" */
const char *pick_condition(struct report *report, const struct report_scenario *scenario);

#endif
