// SPDX-License-Identifier: GPL-2.0
/* Decides whether a slow link makes both ways equally fast: over a link of limited rate, equal
 * elapsed times and unequal CPU times. Called through the table in claims.c. */
#include "claims_rules.h"
#include "pick.h"
#include "stats.h"
#include "words.h"

/* A copy and a sendfile over the same limited link. why: neither equal nor unequal was shown. */
struct race {
	double ratio;	/* elapsed, copy / sendfile */
	bool equal;
	const char *why;
};

/* Why the link cannot have been what limited this transfer; NULL = it was. Buffers on the way take
 * a part of a short transfer at once, headers and shaping cost a few percent: between half and
 * twice the link's own time there is nothing else that could rule. */
static const char *not_link_bound(struct report *report, const struct report_scenario *scenario)
{
	const double took = (double)scenario->elapsed_untraced_ns.median.value;
	const double link =
		(double)scenario->payload_bytes * 8 * 1e9 / (double)scenario->rate_bits;

	if (took >= link / 2 && took <= link * 2)
		return NULL;
	return claim_about(report, scenario,
			   report_format(report,
					 "took %s, the link alone takes %s: the link was not what "
					 "limited it; use a %s",
					 words_time(report, (__u64)took),
					 words_time(report, (__u64)link),
					 took < link ? "larger --size" : "lower --rate"));
}

static struct race run_race(struct report *report, const struct report_scenario *copy,
			    const struct report_scenario *sendfile)
{
	const struct spread *slow = &copy->elapsed_untraced_ns;
	const struct spread *fast = &sendfile->elapsed_untraced_ns;
	const struct spread *copy_cpu = &copy->cpu_untraced_ns;
	const struct spread *sendfile_cpu = &sendfile->cpu_untraced_ns;
	const struct measured_real times = stats_ratio(slow, fast);
	const struct measured_real cpus = stats_ratio(copy_cpu, sendfile_cpu);
	struct race race = { .ratio = times.value };

	if (times.why || cpus.why) {
		race.why = claim_about(report, sendfile, times.why ? times.why : cpus.why);
		return race;
	}
	race.why = not_link_bound(report, copy);
	if (!race.why)
		race.why = not_link_bound(report, sendfile);
	if (race.why)
		return race;

	race.equal = claim_within(times.value, 1, EQUAL_TIME_PERCENT);
	if (!race.equal && stats_compare(slow, fast) == STATS_ALIKE)
		race.why = report_format(report, "elapsed times: %s",
					 claim_noise(report, slow, fast));
	else if (race.equal && stats_compare(copy_cpu, sendfile_cpu) == STATS_ALIKE)
		race.why = report_format(report, "CPU times: %s",
					 claim_noise(report, copy_cpu, sendfile_cpu));
	return race;
}

/* The documents' copy reads the whole file before it sends a byte, and waits for the link after
 * that; a copy in chunks reads while the link is busy. */
static void decide_unequal(const struct claim_info *info, struct report *report,
			   struct report_claim *claim, const struct claim_sample *whole)
{
	const struct report_scenario *sendfile = whole->scenario;
	const struct report_scenario *chunks = pick_twin(report, sendfile, "copy", "chunk");
	struct race race = { 0 };

	if (chunks && !claim_doubt(report, chunks, info->subjects))
		race = run_race(report, chunks, sendfile);
	if (!race.equal || race.why)
		claim_verdict(claim, false);
	else
		claim_holds_if(claim,
			       report_format(report,
					     "the file is sent while it is read (%s: %.2f×; copy (whole "
					     "file), which reads first: %.2f×)",
					     pick_label(report, chunks), race.ratio, whole->value));
}

void decide_nic_bound(const struct claim_info *info, struct report *report,
		      struct report_claim *claim)
{
	struct claim_samples ratios = { 0 };
	const struct claim_sample *farthest;
	struct pick_pair pair;
	size_t cursor = 0;

	if (claim_pairs_undecided(info, report, claim, true))
		return;
	ratios.at = report_alloc(report, report->scenario_count * sizeof(*ratios.at));
	while (claim_next_pair(info, report, true, &cursor, &pair)) {
		const struct race race = run_race(report, pair.copy, pair.sendfile);

		if (race.why) {
			claim_not_measured(report, claim, race.why, NULL);
			return;
		}
		ratios.at[ratios.count++] = (struct claim_sample){ pair.sendfile, race.ratio };
	}
	farthest = claim_farthest(&ratios, 1);
	claim_number(claim, farthest->value, report_format(report, "%.2f×", farthest->value));
	if (claim_within(farthest->value, 1, EQUAL_TIME_PERCENT))
		claim_verdict(claim, true);
	else
		decide_unequal(info, report, claim, farthest);
}
