// SPDX-License-Identifier: GPL-2.0
/* Decides the claims about time: sendfile is faster, and it saves CPU time. All from untraced runs.
 * Called through the table in claims.c. */
#include "claims_rules.h"
#include "pick.h"
#include "stats.h"
#include "texts.h"
#include "words.h"

#define ENOUGH_RUNS 5
#define MANY_RUNS 15

/* As the documents print them; the second document ran both programs twice. */
const struct claims_documents_time claims_documents_times[] = {
	{ "doc1", 0.51, 0.16 },
	{ "doc2", 1.2538435459136963, 0.5658297538757324 },
	{ "doc2", 1.0714919567108154, 0.5623219013214111 },
};
const size_t claims_documents_time_count =
	sizeof(claims_documents_times) / sizeof(claims_documents_times[0]);

typedef const struct spread *spread_fn(const struct report_scenario *scenario);

/* What a claim's pairs showed. Texts name each pair's condition and ratio. A pair that is not told
 * apart counts among the rest if its medians are nearly equal; else its runs scatter too much to
 * speak for either side. */
struct outcomes {
	size_t more, less;		/* copy took more, less */
	bool more_only_warm, rest_only_cold;
	double ratio;			/* of the first pair that showed more, else less */
	const char *ratio_text;
	const char *more_text;		/* pairs that showed more */
	const char *rest_text;		/* the others */
	const char *open_reason;	/* of the first that was not told apart */
	const char *missing;		/* of the first that has no numbers */
};

static const struct spread *elapsed(const struct report_scenario *scenario)
{
	return &scenario->elapsed_untraced_ns;
}

static const struct spread *cpu(const struct report_scenario *scenario)
{
	return &scenario->cpu_untraced_ns;
}

const char *claim_noise(struct report *report, const struct spread *a, const struct spread *b)
{
	const size_t runs = a->run_count < b->run_count ? a->run_count : b->run_count;

	if (runs < STATS_MIN_RUNS)
		return report_format(report, "%s each cannot be told from noise; use -n %d",
				     words_many(report, runs, "run", "runs"), ENOUGH_RUNS);
	return report_format(report, "the difference is within the noise of %s each; use -n %zu",
			     words_many(report, runs, "run", "runs"),
			     runs < MANY_RUNS ? (size_t)MANY_RUNS : 3 * runs);
}

static const char *append(struct report *report, const char *list, const char *item)
{
	return list ? report_format(report, "%s; %s", list, item) : item;
}

static const char *pair_doubt(const struct claim_info *info, struct report *report,
			      const struct pick_pair *pair)
{
	const char *doubt = claim_doubt(report, pair->copy, info->subjects);

	return doubt ? doubt : claim_doubt(report, pair->sendfile, info->subjects);
}

/* Why there is not one pair to compare. */
static const char *no_pair_reason(struct report *report, bool limited)
{
	struct pick_pair pair;
	size_t cursor = 0;

	for (size_t i = 0; i < report->scenario_count; i++) {
		const struct report_scenario *scenario = &report->scenarios[i];

		if (scenario->failed && (scenario->rate_bits != 0) == limited)
			return claim_about(report, scenario, scenario->failed);
	}
	if (limited)
		return "the documents' copy and sendfile were not run over a link of limited rate";
	if (pick_next_pair(report, true, &cursor, &pair))
		return "the documents' copy and sendfile were run over a link of limited rate only";
	return "the documents' copy (whole file) and sendfile were not both run";
}

/* "3.44× [1.62–5.18]" */
static const char *ratio_text(struct report *report, const struct spread *copy,
			      const struct spread *sendfile)
{
	const double ratio = stats_ratio(copy, sendfile).value;
	const struct interval within = stats_ratio_interval(copy, sendfile);

	if (!within.known)
		return report_format(report, "%.2f×", ratio);
	return report_format(report, "%.2f× [%.2f–%.2f]", ratio, within.low, within.high);
}

static void add_ratio(struct report *report, const struct pick_pair *pair, spread_fn *of,
		      struct outcomes *outcomes)
{
	const struct spread *copy = of(pair->copy), *sendfile = of(pair->sendfile);
	const struct measured_real ratio = stats_ratio(copy, sendfile);
	const enum stats_order order = stats_compare(copy, sendfile);
	const char *text;

	if (ratio.why) {
		if (!outcomes->missing)
			outcomes->missing = claim_about(report, pair->sendfile, ratio.why);
		return;
	}
	text = report_format(report, "%s: %s%s", pick_condition(report, pair->sendfile),
			     ratio_text(report, copy, sendfile), order == STATS_ALIKE ? ", within the noise" : "");
	if (order == STATS_GREATER) {
		if (outcomes->more++ == 0) {
			outcomes->ratio = ratio.value;
			outcomes->ratio_text = ratio_text(report, copy, sendfile);
		}
		outcomes->more_text = append(report, outcomes->more_text, text);
		outcomes->more_only_warm &= text_is(pair->sendfile->cache, "warm");
		return;
	}
	if (order == STATS_ALIKE && !outcomes->open_reason)
		outcomes->open_reason = report_format(report, "%s: %s", text,
						      claim_noise(report, copy, sendfile));
	if (order == STATS_ALIKE && !claim_within(ratio.value, 1, EQUAL_TIME_PERCENT))
		return;
	outcomes->rest_text = append(report, outcomes->rest_text, text);
	outcomes->rest_only_cold &= text_is(pair->sendfile->cache, "cold");
	if (order == STATS_LESS && outcomes->less++ == 0 && outcomes->more == 0) {
		outcomes->ratio = ratio.value;
		outcomes->ratio_text = ratio_text(report, copy, sendfile);
	}
}

bool claim_next_pair(const struct claim_info *info, struct report *report, bool limited,
		     size_t *cursor, struct pick_pair *pair)
{
	while (pick_next_pair(report, limited, cursor, pair))
		if (!pair_doubt(info, report, pair))
			return true;
	return false;
}

/* What is compared with sendfile. */
struct question {
	spread_fn *of;
	bool loop;	/* the copy in chunks of the same size, not the documents' */
};

/* The loop in the place of the documents' copy; false = there is none under this condition. */
static bool with_loop(const struct claim_info *info, struct report *report, struct pick_pair *pair)
{
	pair->copy = pick_twin(report, pair->copy, "copy", "chunk");
	return pair->copy && pair->copy->chunk_bytes == pair->sendfile->chunk_bytes &&
	       !claim_doubt(report, pair->copy, info->subjects);
}

static void add_outcome(const struct claim_info *info, struct report *report, struct pick_pair pair,
			const struct question *question, struct outcomes *outcomes)
{
	if (!question->loop || with_loop(info, report, &pair))
		add_ratio(report, &pair, question->of, outcomes);
}

/* The main pair first, so that its ratio is the one that is shown. What others show does not stand
 * in for the documents' condition, if that is not decided. */
static void add_outcomes(const struct claim_info *info, struct report *report,
			 const struct question *question, struct outcomes *outcomes)
{
	struct pick_pair main_pair, pair;
	size_t cursor = 0;

	if (!pick_main_pair(report, &main_pair))
		return;
	outcomes->open_reason = pair_doubt(info, report, &main_pair);
	if (!outcomes->open_reason)
		add_outcome(info, report, main_pair, question, outcomes);
	if (pick_documents_condition(main_pair.sendfile) && !outcomes->more &&
	    !outcomes->rest_text)
		return;
	while (claim_next_pair(info, report, false, &cursor, &pair))
		if (pair.sendfile != main_pair.sendfile)
			add_outcome(info, report, pair, question, outcomes);
}

bool claim_pairs_undecided(const struct claim_info *info, struct report *report,
			   struct report_claim *claim, bool limited)
{
	const char *doubt = NULL;
	struct pick_pair pair;
	size_t cursor = 0;

	while (!doubt && pick_next_pair(report, limited, &cursor, &pair))
		doubt = pair_doubt(info, report, &pair);
	cursor = 0;
	if (claim_next_pair(info, report, limited, &cursor, &pair)) {
		if (doubt)
			claim_note(report, claim, doubt);
		return false;
	}
	claim_not_measured(report, claim, doubt ? doubt : no_pair_reason(report, limited),
			   doubt ? NULL : info->command);
	return true;
}

static void decide_copy_takes_more(const struct claim_info *info, struct report *report,
				   struct report_claim *claim, const struct question *question)
{
	struct outcomes outcomes = { .more_only_warm = true, .rest_only_cold = true };

	if (claim_pairs_undecided(info, report, claim, false))
		return;
	add_outcomes(info, report, question, &outcomes);

	if (outcomes.more + outcomes.less == 0) {
		const char *open = outcomes.open_reason;

		claim_not_measured(report, claim, open ? open : outcomes.missing ?
				   outcomes.missing :
				   "no loop of read and send with sendfile's chunk was run",
				   open ? NULL : info->command);
		return;
	}
	claim_number(claim, outcomes.ratio, outcomes.ratio_text);
	if (outcomes.more == 0 || !outcomes.rest_text)
		claim_verdict(claim, outcomes.more > 0);
	else if (outcomes.more_only_warm && outcomes.rest_only_cold)
		claim_holds_if(claim, report_format(report, "the file is in the page cache (%s; %s)",
						    outcomes.more_text, outcomes.rest_text));
	else
		claim_holds_if(claim, report_format(report, "run as here (%s), but not as here (%s)",
						    outcomes.more_text, outcomes.rest_text));
}

void decide_sendfile_faster(const struct claim_info *info, struct report *report,
			    struct report_claim *claim)
{
	claim->documents = NULL;
	for (size_t i = 0; i < claims_documents_time_count; i++) {
		const struct claims_documents_time *time = &claims_documents_times[i];

		claim->documents = report_format(report, "%s%s%.2f×",
						 claim->documents ? claim->documents : "",
						 claim->documents ? ", " : "",
						 time->copy / time->sendfile);
	}
	decide_copy_takes_more(info, report, claim, &(struct question){ elapsed, false });
}

void decide_sendfile_saves_cpu(const struct claim_info *info, struct report *report,
			       struct report_claim *claim)
{
	decide_copy_takes_more(info, report, claim, &(struct question){ cpu, false });
}

void decide_sendfile_faster_than_loop(const struct claim_info *info, struct report *report,
				      struct report_claim *claim)
{
	decide_copy_takes_more(info, report, claim, &(struct question){ elapsed, true });
}
