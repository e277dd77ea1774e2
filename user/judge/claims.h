/* SPDX-License-Identifier: GPL-2.0 */
/* What the two documents claim, and whether it holds by this measurement. Claims know nothing of
 * processes or BPF: they read a report's scenarios. Called by measure.c, list and --expect. */
#ifndef ZC_CLAIMS_H
#define ZC_CLAIMS_H

#include <stddef.h>

#include "report.h"

struct claim_info;

/* Sets verdict, numbers and texts of *claim, which already has those of its row. */
typedef void claim_decide_fn(const struct claim_info *info, struct report *report,
			     struct report_claim *claim);

/* One row of the table of claims. All texts are static. */
struct claim_info {
	const char *id;
	const char *text;
	const char *source;	/* "doc1", "doc2", "both" */
	const char *documents;	/* what they say */
	const char *unit;
	const char *evidence;
	const char *rule;	/* how the verdict follows, with its tolerance */
	const char *command;	/* measures it */
	unsigned int subjects;	/* enum claim_subject */
	claim_decide_fn *decide;
};

/* Every claim, in the order in which they are shown; static. */
const struct claim_info *claims_all(size_t *count);

/* Fills report->claims from report->scenarios; 0. */
int claims_decide(struct report *report);

/*
 * Does --expect CLAIM=VERDICT hold? The verdict is spelled as in the JSON, spaces may be hyphens.
 * 0: it does. 1: it does not, error says what was found instead. -EINVAL: no such claim or
 * verdict, error names those there are. With report NULL only the spelling is checked.
 */
int claims_expect(const struct report *report, const char *spec, char *error, size_t error_size);

/* The times that the documents print, in seconds. */
struct claims_documents_time {
	const char *document;	/* "doc1", "doc2" */
	double copy, sendfile;
};

extern const struct claims_documents_time claims_documents_times[];
extern const size_t claims_documents_time_count;

#endif
