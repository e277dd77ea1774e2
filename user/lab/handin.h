/* SPDX-License-Identifier: GPL-2.0 */
/* What a student hands in: one JSON file ("zctrace-lab/1") with the name, the predictions and their
 * seal, the answers, and every raw report as it was saved, byte for byte, beside its SHA-256.
 * Measured values are never in it: whoever reads it takes them from the reports. */
#ifndef ZC_HANDIN_H
#define ZC_HANDIN_H

#include <jansson.h>
#include "lab.h"

#define HANDIN_SCHEMA "zctrace-lab/1"
#define HANDIN_MAX_BYTES (64ULL << 20)	/* of the file */

enum { HANDIN_MAX_TEXT = 16384, HANDIN_DIGEST_BYTES = 65, HANDIN_TIME_BYTES = 32 };

struct handin_report {
	char file[64];			/* as the lab's text names it */
	char said[HANDIN_DIGEST_BYTES];	/* the SHA-256 that stands in the file */
	char found[HANDIN_DIGEST_BYTES];	/* and that of the report beside it */
	const char *json;		/* the raw report; belongs to the root */
	size_t bytes;
	struct report *report;		/* NULL = it cannot be read: why */
	char why[256];
};

struct handin {
	json_t *root;
	struct handin_report reports[LAB_MAX_MEASUREMENTS];
	size_t report_count;
};

/* An empty one. */
void handin_new(struct handin *handin, const struct lab *lab);
void handin_free(struct handin *handin);

/* Text in it, "" if there is none. */
const char *handin_name(const struct handin *handin);
const char *handin_written(const struct handin *handin);
const char *handin_prediction(const struct handin *handin, const char *id);
const char *handin_explanation(const struct handin *handin, size_t question);
int handin_lab(const struct handin *handin);
/* Now, in UTC, as RFC 3339 has it, to the second. */
void handin_now(char text[HANDIN_TIME_BYTES]);

/* text is cut to HANDIN_MAX_TEXT bytes and made UTF-8. */
void handin_set_name(struct handin *handin, const char *name);
/* -EPERM: the predictions are sealed, and this one is another; it stays as it was. */
int handin_set_prediction(struct handin *handin, const char *id, const char *text);
void handin_set_explanation(struct handin *handin, size_t question, const char *text);

/* Adds the report of a file, or replaces the one that has its name. -EINVAL: it is none; error
 * names the file. */
int handin_add_file(struct handin *handin, const char *path, const char *file, char *error,
		    size_t size);
/* The report of a file; NULL = there is none. */
const struct handin_report *handin_report(const struct handin *handin, const char *file);

/* What lab_evaluate() takes: one entry for each measurement of the lab. */
void handin_evidence(const struct handin *handin, const struct lab *lab,
		     struct rule_evidence evidence[LAB_MAX_MEASUREMENTS]);

/* 0, or -EINVAL with one line for people. Reports that cannot be read are no error here. */
int handin_read(const char *path, struct handin *handin, char *error, size_t size);
int handin_parse(const char *text, size_t bytes, struct handin *handin, char *error, size_t size);
/* An output_writer: context is a struct handin. */
int handin_write(FILE *out, void *context);

/* --- measuring (lab_measure.c) --- */

/* What is saved at path: a directory (every report under the name that the lab gives it), a hand-in
 * of this lab (which takes the place of handin), or one report. Read with the rights of the calling
 * user. 0, or -errno with one line in error. */
int lab_take_saved(const char *path, const struct lab *lab, struct handin *handin, char *error,
		   size_t size);

/* Runs the command of one measurement and takes what it has saved. An exit status of exits.h; what
 * failed has been said. */
int lab_run(const struct lab_measurement *measurement, struct handin *handin);

/* --- sealing (handin_seal.c) --- */

/* When the predictions were made, as far as the hand-in shows it. */
enum handin_made {
	HANDIN_MADE_UNKNOWN,	/* they were never sealed */
	HANDIN_MADE_BEFORE,	/* sealed before each of its reports was begun */
	HANDIN_MADE_AFTER,	/* a report was begun before they were sealed */
	HANDIN_MADE_CHANGED,	/* they, or the time, are others than those that were sealed */
};

/* Fixes the predictions with the time and a digest: what is left out stays left out. Once sealed
 * it stays as it is. */
void handin_seal(struct handin *handin);
bool handin_is_sealed(const struct handin *handin);
/* The time and the digest of the seal; "" if there is none. */
const char *handin_sealed_at(const struct handin *handin);
const char *handin_seal_digest(const struct handin *handin);
enum handin_made handin_when_predicted(const struct handin *handin);

/* --- checking (handin_check.c) --- */

enum { HANDIN_REASON_BYTES = 320 };

struct handin_verdict {
	bool complete;
	size_t predicted, right, of;	/* predictions */
	bool sound;			/* the evidence agrees with itself */
	char missing[HANDIN_REASON_BYTES];	/* what is, if not complete */
	char reason[HANDIN_REASON_BYTES];	/* the first thing that does not agree */
};

void handin_check(const struct handin *handin, const struct lab *lab,
		  struct handin_verdict *verdict);

#endif
