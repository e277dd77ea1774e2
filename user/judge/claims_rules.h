/* SPDX-License-Identifier: GPL-2.0 */
/* What the rules of all claims share: whom to trust, how to say it. Only for claims*.c. */
#ifndef ZC_CLAIMS_RULES_H
#define ZC_CLAIMS_RULES_H

#include <stdbool.h>

#include "claim_info.h"

/* Counts and bytes come from different moments of a run: 1 % lets a partial send pass. */
#define CLAIM_TOLERANCE_PERCENT 1

/* One scenario's number for a claim. */
struct claim_sample {
	const struct report_scenario *scenario;
	double value;
};

/* All that bear on a claim. */
struct claim_samples {
	struct claim_sample *at;
	size_t count;
	const char *why;	/* of the first that was left out: one in doubt, or that failed */
	bool doubt;	/* why says what to do; else the claim's command measures it */
};

/* What a claim about one of the two ways is measured on. */
bool claim_is_copy(const struct report_scenario *scenario);
bool claim_is_sendfile(const struct report_scenario *scenario);

/* Why a leg has no number, or NULL. */
const char *claim_leg_why(const struct report_leg *leg);

/* value is expected, give or take percent of it (of 1 where 0 is expected). */
bool claim_within(double value, double expected, double percent);

/*
 * Why no number of the scenario may be used for a claim on these subjects: events were lost, a
 * witness disagrees, pages of unknown origin. NULL = it may be used.
 */
const char *claim_doubt(struct report *report, const struct report_scenario *scenario,
			unsigned int subjects);

typedef bool claim_pick_fn(const struct report_scenario *scenario);
typedef struct measured_real claim_number_fn(struct report *report,
					     const struct report_scenario *scenario);

/* The number of every scenario that pick() chooses; one that failed, has no number or is in doubt
 * is left out. */
struct claim_samples claim_samples(const struct claim_info *info, struct report *report,
				   claim_pick_fn *pick, claim_number_fn *number);

/* true: there is no sample, and the claim was set to "not measured". Else a note tells what was
 * left out. */
bool claim_undecided(const struct claim_info *info, struct report *report,
		     struct report_claim *claim, const struct claim_samples *samples);

/* The sample that is farthest from expected; count > 0. */
const struct claim_sample *claim_farthest(const struct claim_samples *samples, double expected);

/* Decides a claim whose number must be the expected one in every scenario that pick() chooses. */
void claim_expect_number(const struct claim_info *info, struct report *report,
			 struct report_claim *claim, claim_pick_fn *pick, claim_number_fn *number,
			 double expected);

/* Two times whose ratio is 1, give or take this, are equal. */
#define EQUAL_TIME_PERCENT 5

/* That two spreads are not told apart, and how many runs might (claims_times.c). */
const char *claim_noise(struct report *report, const struct spread *a, const struct spread *b);

/* The next pair of the two ways (over a limited link, or over others) that is not in doubt, as
 * pick_next_pair() (claims_times.c). */
struct pick_pair;
bool claim_next_pair(const struct claim_info *info, struct report *report, bool limited,
		     size_t *cursor, struct pick_pair *pair);

/* true: there is none, and the claim was set to "not measured". Else a note tells of the first that
 * is in doubt (claims_times.c). */
bool claim_pairs_undecided(const struct claim_info *info, struct report *report,
			   struct report_claim *claim, bool limited);

/* Each sets the verdict with everything that belongs to it. */
void claim_number(struct report_claim *claim, double value, const char *text);
void claim_verdict(struct report_claim *claim, bool holds);
void claim_holds_if(struct report_claim *claim, const char *condition);
/* What the verdict does not speak of; one more note. */
void claim_note(struct report *report, struct report_claim *claim, const char *note);
/* command NULL: the reason already says what to do. */
void claim_not_measured(struct report *report, struct report_claim *claim, const char *reason,
			const char *command);

/* "copy (64 KiB), warm, lo: reason" */
const char *claim_about(struct report *report, const struct report_scenario *scenario,
			const char *reason);

/* The decisions, by theme. */
claim_decide_fn decide_copy_switches, decide_sendfile_switches;		  /* claims_crossings.c */
claim_decide_fn decide_copy_cpu_copies, decide_sendfile_cpu_copies;	  /* claims_copies.c */
claim_decide_fn decide_gather_removes_copy;				  /* claims_copies.c */
claim_decide_fn decide_copy_dma_copies, decide_sendfile_dma_copies;	  /* claims_dma.c */
claim_decide_fn decide_sendfile_faster, decide_sendfile_saves_cpu;	  /* claims_times.c */
claim_decide_fn decide_sendfile_faster_than_loop;			  /* claims_times.c */
claim_decide_fn decide_nic_bound;					  /* claims_link.c */
claim_decide_fn decide_same_bytes, decide_kernel_support;		  /* claims_support.c */

#endif
