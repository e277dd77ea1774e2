// SPDX-License-Identifier: GPL-2.0
/* The sentences on causes: what sendfile saved, which part of the CPU time each of it took, and
 * what another link changes. Called by summary.c. */
#include "summary_parts.h"

#include "rule.h"
#include "stats.h"
#include "texts.h"
#include "words.h"

/* Two times that are to be called equal may differ by this much. */
#define EQUAL_TIME_PERCENT 5

/* a - b, where both are known and it is more than nothing; else 0. */
static __u64 excess(struct measured a, struct measured b)
{
	return a.why || b.why || a.value <= b.value ? 0 : a.value - b.value;
}

static const char *what_it_saved(struct report *report, const struct pick_pair *pair)
{
	const __u64 copies = excess(summary_copies(pair->copy), summary_copies(pair->sendfile));
	const __u64 faults = excess(summary_faults(pair->copy), summary_faults(pair->sendfile));
	const char *items[2];
	size_t count = 0;

	if (copies)
		items[count++] = report_format(report, "%s of CPU copies",
					       words_size(report, copies));
	if (faults)
		items[count++] = report_format(report, "%s on a %s buffer",
					       words_many(report, faults, "page fault",
							  "page faults"),
					       words_size(report, pair->copy->payload_bytes));
	if (count == 0)
		return NULL;
	return report_format(report, "What it saved: %s.", words_list(report, items, count));
}

/* One part of what was saved: the difference of two programs that differ in that only. */
struct part {
	const char *what;
	const struct spread *with, *without;
	__u64 events;		/* that it consists of, 0 = nothing to divide by */
};

static const char *part_text(struct report *report, const struct part *part)
{
	const double ns = (double)part->with->median.value - (double)part->without->median.value;
	const struct interval within = stats_difference(part->with, part->without);
	const bool noise = stats_compare(part->with, part->without) == STATS_ALIKE;
	const char *each = "";

	if (!noise && part->events && ns > 0)
		each = report_format(report, ", %s each",
				     words_time(report, (__u64)(ns / (double)part->events)));
	return report_format(report, "%s %s%s%s", part->what,
			     words_difference(report, ns, within), each, noise ? ", noise" : "");
}

/* Programs that lie between the two: each differs from the next in one thing, so that the parts add
 * up to the whole, also where one of them is less than nothing. */
static const char *what_cost_the_time(struct report *report, const struct pick_pair *pair,
				      const struct report_scenario *touched,
				      const struct report_scenario *chunks)
{
	const struct spread *copy = &pair->copy->cpu_untraced_ns;
	const struct spread *sendfile = &pair->sendfile->cpu_untraced_ns;
	const struct spread *at = &touched->cpu_untraced_ns;
	struct part parts[3] = {
		{ "page faults on a fresh buffer", copy, at,
		  excess(summary_faults(pair->copy), summary_faults(touched)) },
	};
	const char *texts[3];
	size_t count = 1;

	if (stats_compare(copy, sendfile) != STATS_GREATER || !stats_known(at))
		return NULL;
	if (chunks && stats_known(&chunks->cpu_untraced_ns)) {
		parts[count++] = (struct part){
			report_format(report, "one piece instead of %s chunks (caches, less the "
				      "loop's crossings)", words_chunk(report,
								       chunks->chunk_bytes)),
			at, &chunks->cpu_untraced_ns, 0,
		};
		at = &chunks->cpu_untraced_ns;
	}
	parts[count++] = (struct part){ "copying instead of handing pages over", at, sendfile, 0 };
	for (size_t i = 0; i < count; i++)
		texts[i] = part_text(report, &parts[i]);
	return report_format(report, "It saved %s of CPU time, which add up from: %s%s%s%s%s.",
			     words_difference(report, (double)excess(copy->median,
								     sendfile->median),
					      stats_difference(copy, sendfile)),
			     texts[0], "; ", texts[1], count > 2 ? "; " : "",
			     count > 2 ? texts[2] : "");
}

static const char *cpu_times(struct report *report, const struct pick_pair *pair)
{
	const struct spread *copy = &pair->copy->cpu_untraced_ns;
	const struct spread *sendfile = &pair->sendfile->cpu_untraced_ns;

	if (!stats_known(copy) || !stats_known(sendfile))
		return NULL;
	return report_format(report, "It took %s of CPU time, the documents' copy %s.",
			     words_median(report, sendfile), words_median(report, copy));
}

/* Copying in chunks copies as much, with more crossings: what these cost shows in CPU time. Only
 * against a touched buffer; a fresh one costs page faults that chunks do not have. */
static const char *what_crossings_cost(struct report *report,
				       const struct report_scenario *chunks,
				       const struct report_scenario *one_piece, bool touched)
{
	const struct spread *many = &chunks->cpu_untraced_ns;
	const struct spread *few = &one_piece->cpu_untraced_ns;
	const enum stats_order order = stats_compare(many, few);
	const __u64 more = excess(summary_crossings(chunks), summary_crossings(one_piece));
	const char *piece = touched ? "in one piece into a touched buffer" : "in one piece";
	const __u64 cost = excess(many->median, few->median);

	if (more == 0 || !stats_known(many) || !stats_known(few) ||
	    many->run_count < STATS_MIN_RUNS || few->run_count < STATS_MIN_RUNS)
		return NULL;
	if (order == STATS_GREATER && touched)
		return report_format(report,
				     "Copying %s at a time made %s more than copying %s and took "
				     "%s more CPU time: at most %s a crossing.",
				     words_chunk(report, chunks->chunk_bytes),
				     words_many(report, more, "crossing", "crossings"), piece,
				     words_time(report, cost), words_time(report, cost / more));
	if (order == STATS_GREATER)
		return NULL;
	return report_format(report,
			     "Crossings are not where the time goes: copying %s at a time made %s "
			     "more than copying %s, and took %s (%s; %s).",
			     words_chunk(report, chunks->chunk_bytes),
			     words_many(report, more, "crossing", "crossings"), piece,
			     order == STATS_LESS ? "less CPU time" :
						   "the same CPU time within the noise",
			     words_median(report, many), words_median(report, few));
}

/* The same, from the two ways themselves: more crossings, and yet not slower. */
static const char *crossings_did_not_slow(struct report *report, const struct pick_pair *pair)
{
	const __u64 more =
		excess(summary_crossings(pair->sendfile), summary_crossings(pair->copy));

	if (more == 0 || stats_compare(&pair->copy->elapsed_untraced_ns,
				       &pair->sendfile->elapsed_untraced_ns) != STATS_GREATER)
		return NULL;
	return report_format(report,
			     "Crossings are not where the time goes: sendfile made %s more, and was "
			     "faster.",
			     words_many(report, more, "crossing", "crossings"));
}

void summary_say_causes(struct report *report, const struct pick_pair *pair)
{
	const struct report_scenario *touched =
		pick_twin(report, pair->copy, "copy", "prefault");
	const struct report_scenario *chunks = pick_twin(report, pair->copy, "copy", "chunk");
	const char *costs = touched ? what_cost_the_time(report, pair, touched, chunks) : NULL;
	const char *crossings = NULL;

	summary_say(report, what_it_saved(report, pair));
	summary_say(report, costs ? costs : cpu_times(report, pair));
	if (chunks)
		crossings = what_crossings_cost(report, chunks, touched ? touched : pair->copy,
						touched != NULL);
	summary_say(report, crossings ? crossings : crossings_did_not_slow(report, pair));
}

/* CPU copies on sendfile's way to the device; -1 = not known. */
static double copied_per_byte(const struct report_scenario *scenario)
{
	const struct report_leg *leg = &scenario->legs[LEG_USER_SOCKET];

	if (!leg->has_origin || leg->per_byte.why || summary_copies(scenario).why)
		return -1;
	return leg->per_byte.value;
}

static const char *what_gathering_does(struct report *report, const struct pick_pair *pair)
{
	const double gathered = copied_per_byte(pair->sendfile);

	for (size_t i = 0; i < report->scenario_count; i++) {
		const struct report_scenario *scenario = &report->scenarios[i];
		const double copied = copied_per_byte(scenario);

		if (scenario->failed || !text_is(scenario->id, "sendfile") ||
		    !rule_gather_off(scenario) || pair->sendfile == scenario)
			continue;
		if (gathered < 0 || copied < 0 || copied - gathered < 0.5)
			continue;
		return report_format(report,
				     "To a device that cannot gather pages the CPU copied what "
				     "sendfile sent: %s per byte over %s, %s over %s.",
				     words_ratio(report, copied), scenario->link,
				     words_ratio(report, gathered),
				     pair->sendfile->link ? pair->sendfile->link :
					     "the other link");
	}
	return NULL;
}

static const char *equal_over_slow_link(struct report *report,
					const struct report_scenario *copy,
					const struct report_scenario *sendfile)
{
	const struct measured_real ratio =
		stats_ratio(&copy->elapsed_untraced_ns, &sendfile->elapsed_untraced_ns);

	if (ratio.why || !stats_known(&copy->cpu_untraced_ns) ||
	    !stats_known(&sendfile->cpu_untraced_ns) ||
	    ratio.value > 1 + EQUAL_TIME_PERCENT / 100.0 ||
	    ratio.value < 1 - EQUAL_TIME_PERCENT / 100.0)
		return NULL;
	return report_format(report,
			     "Over a link of %s %s took %s and sendfile %s, with %s and %s of CPU time: "
			     "the link decides the time, the way decides the work.",
			     words_rate(report, sendfile->rate_bits), pick_label(report, copy),
			     words_median(report, &copy->elapsed_untraced_ns),
			     words_median(report, &sendfile->elapsed_untraced_ns),
			     words_median(report, &copy->cpu_untraced_ns),
			     words_median(report, &sendfile->cpu_untraced_ns));
}

/* The documents' copy where it is as fast as sendfile there, else the one in chunks. */
static const char *what_a_slow_link_does(struct report *report)
{
	struct pick_pair pair;
	size_t cursor = 0;

	while (pick_next_pair(report, true, &cursor, &pair)) {
		const struct report_scenario *chunks =
			pick_twin(report, pair.sendfile, "copy", "chunk");
		const char *text = equal_over_slow_link(report, pair.copy, pair.sendfile);

		if (!text && chunks)
			text = equal_over_slow_link(report, chunks, pair.sendfile);
		if (text)
			return text;
	}
	return NULL;
}

void summary_say_gathering(struct report *report, const struct pick_pair *pair)
{
	summary_say(report, what_gathering_does(report, pair));
}

void summary_say_slow_link(struct report *report)
{
	summary_say(report, what_a_slow_link_does(report));
}
