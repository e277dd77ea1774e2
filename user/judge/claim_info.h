/* SPDX-License-Identifier: GPL-2.0 */
/* One row of the table of claims in claims.c. */
#ifndef ZC_CLAIM_INFO_H
#define ZC_CLAIM_INFO_H

#include "report.h"

struct claim_info;

/* Sets verdict, numbers and texts of *claim, which already has those of its row. */
typedef void claim_decide_fn(const struct claim_info *info, struct report *report,
			     struct report_claim *claim);

/* All texts are static. */
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

/* The times that the documents print, in seconds. */
struct claims_documents_time {
	const char *document;	/* "doc1", "doc2" */
	double copy, sendfile;
};

extern const struct claims_documents_time claims_documents_times[];
extern const size_t claims_documents_time_count;

#endif
