// SPDX-License-Identifier: GPL-2.0
/* The closing sentences: which way was faster, what it saved, and where the time does not go.
 * Called by measure_command.c after the claims. */
#include "summary.h"

#include <string.h>

#include "claims.h"
#include "scenario_table.h"
#include "stats.h"
#include "summary_parts.h"
#include "sweep.h"
#include "texts.h"
#include "words.h"

enum { MOST_SENTENCES = 24 };

void summary_begin(struct report *report)
{
	report->sentences = report_alloc(report, MOST_SENTENCES * sizeof(*report->sentences));
	report->sentence_count = 0;
}

void summary_say(struct report *report, const char *sentence)
{
	if (sentence && report->sentence_count < MOST_SENTENCES)
		report->sentences[report->sentence_count++] = sentence;
}

static struct measured sum(struct measured a, struct measured b)
{
	return (struct measured){ .value = a.value + b.value, .why = a.why ? a.why : b.why };
}

/* A count is only worth a sentence if nothing was lost. */
static struct measured unless_lost(const struct report_scenario *scenario, struct measured count)
{
	if (scenario->loss_ring || scenario->loss_map_full || scenario->loss_recursion)
		return (struct measured){ .why = "events were lost" };
	return count;
}

struct measured summary_crossings(const struct report_scenario *scenario)
{
	return unless_lost(scenario, scenario->crossings_total);
}

struct measured summary_faults(const struct report_scenario *scenario)
{
	const struct report_role *sender = report_role(scenario, "sender");

	if (!sender)
		return (struct measured){ .why = "no sender" };
	return unless_lost(scenario, sum(sender->faults_user, sender->faults_kernel));
}

static struct measured switches_of(const struct report_scenario *scenario)
{
	const struct report_role *sender = report_role(scenario, "sender");

	if (!sender)
		return (struct measured){ .why = "no sender" };
	return unless_lost(scenario, sum(sender->voluntary, sender->involuntary));
}

struct measured summary_copies(const struct report_scenario *scenario)
{
	struct measured copies = sum(scenario->legs[LEG_CACHE_USER].bytes,
				     scenario->legs[LEG_USER_SOCKET].bytes);

	if (scenario->zerocopy.used)
		copies = sum(copies, scenario->zerocopy.late_bytes);
	return unless_lost(scenario, copies);
}

/* The next of the times that an article prints of that program, from *at on; 0 = there is none. */
static double next_time(const struct article *article, const char *selector, size_t *at)
{
	while (*at < article->time_count) {
		const struct article_time *time = &article->times[(*at)++];

		if (!strcmp(time->selector, selector))
			return time->ns;
	}
	return 0;
}

/* The least and the largest ratio of the times that an article prints. */
static void add_ratios(const struct article *article, double *least, double *most)
{
	size_t at_copy = 0, at_sendfile = 0;
	double copy, sendfile;

	while ((copy = next_time(article, "copy,whole", &at_copy)) > 0 &&
	       (sendfile = next_time(article, "sendfile", &at_sendfile)) > 0) {
		const double ratio = copy / sendfile;

		if (*least == 0 || ratio < *least)
			*least = ratio;
		if (ratio > *most)
			*most = ratio;
	}
}

/* "3.2×" of the document whose program was run; "1.9× to 3.2×" of both. */
static const char *documents_ratio(struct report *report)
{
	const struct article_list documents = claims_documents();
	double least = 0, most = 0;

	for (size_t i = 0; i < documents.count; i++) {
		if (!report->config.as || text_is(report->config.as, documents.at[i]->name))
			add_ratios(documents.at[i], &least, &most);
	}
	if (least < most)
		return report_format(report, "%.1f× to %.1f×", least, most);
	return report_format(report, "%.1f×", most);
}

/* ", although it crossed into the kernel 586 times as often"; "" if it is not known. */
static const char *crossings_clause(struct report *report, const struct pick_pair *pair,
				    enum stats_order order)
{
	const struct measured copy = summary_crossings(pair->copy);
	const struct measured sendfile = summary_crossings(pair->sendfile);
	const char *subject = order == STATS_ALIKE ? "sendfile" : "it";
	const char *but;

	if (copy.why || sendfile.why || copy.value == 0 || sendfile.value == 0)
		return "";
	if (copy.value == sendfile.value)
		return report_format(report, ", and %s crossed into the kernel as often", subject);
	but = sendfile.value > copy.value && order == STATS_GREATER ? " although" : ", and";
	return report_format(report, "%s %s crossed into the kernel %s times as often", but,
			     subject,
			     words_factor(report, (double)sendfile.value / (double)copy.value));
}

static const char *headline(struct report *report, const struct pick_pair *pair)
{
	const struct spread *copy = &pair->copy->elapsed_untraced_ns;
	const struct spread *sendfile = &pair->sendfile->elapsed_untraced_ns;
	const enum stats_order order = stats_compare(copy, sendfile);
	const size_t runs = copy->run_count < sendfile->run_count ? copy->run_count :
								    sendfile->run_count;
	const struct measured_real ratio = stats_ratio(copy, sendfile);
	const struct interval faster = stats_ratio_interval(copy, sendfile);
	const struct interval slower = stats_ratio_interval(sendfile, copy);
	const char *crossings = crossings_clause(report, pair, order);

	if (ratio.why || ratio.value <= 0)
		return NULL;
	if (runs < STATS_MIN_RUNS)
		return report_format(report,
				     "sendfile took %s and the documents' copy %s, but %s each "
				     "cannot be told from noise.",
				     words_median(report, sendfile), words_median(report, copy),
				     words_many(report, runs, "run", "runs"));
	switch (order) {
	case STATS_GREATER:
		return report_format(report,
				     "sendfile finished %s faster than the documents' copy (they "
				     "report %s)%s.",
				     words_times_within(report, ratio.value, faster),
				     documents_ratio(report), crossings);
	case STATS_LESS:
		return report_format(report,
				     "sendfile finished %s slower than the documents' copy (they "
				     "report %s faster)%s.",
				     words_times_within(report, 1 / ratio.value, slower),
				     documents_ratio(report), crossings);
	case STATS_ALIKE:
		break;
	}
	return report_format(report,
			     "sendfile and the documents' copy are not told apart within the noise "
			     "of %s each: %s (%s and %s; they report %s)%s.",
			     words_many(report, runs, "run", "runs"),
			     words_times_within(report, ratio.value, faster),
			     words_median(report, sendfile), words_median(report, copy),
			     documents_ratio(report), crossings);
}

/* The documents compare with a program that holds the whole file in memory. What one would write
 * instead of sendfile is a loop, and the lesson is in that comparison. */
static const char *against_the_loop(struct report *report, const struct pick_pair *pair)
{
	const struct report_scenario *loop = pick_twin(report, pair->copy, "copy", "chunk");
	const struct spread *sendfile = &pair->sendfile->elapsed_untraced_ns;
	const struct spread *copy = loop ? &loop->elapsed_untraced_ns : NULL;
	struct measured_real ratio;
	const char *size, *times;

	if (!loop || loop->chunk_bytes != pair->sendfile->chunk_bytes)
		return NULL;
	ratio = stats_ratio(copy, sendfile);
	if (ratio.why || ratio.value <= 0)
		return NULL;
	size = words_chunk(report, loop->chunk_bytes);
	times = words_times_within(report, ratio.value, stats_ratio_interval(copy, sendfile));
	switch (stats_compare(copy, sendfile)) {
	case STATS_GREATER:
		return report_format(report,
				     "Against a loop of read and send with the same %s, the "
				     "fair comparison, sendfile is %s faster.", size, times);
	case STATS_LESS:
		times = words_times_within(report, 1 / ratio.value,
					   stats_ratio_interval(sendfile, copy));
		return report_format(report,
				     "Against a loop of read and send with the same %s, the "
				     "fair comparison, sendfile is %s slower.", size, times);
	case STATS_ALIKE:
		break;
	}
	return report_format(report, "Against a loop of read and send with the same %s, the fair "
			     "comparison, sendfile is not told apart: %s.", size, times);
}

/* With several conditions in the report, the one that the sentences speak of. */
static const char *which_condition(struct report *report, const struct pick_pair *pair)
{
	for (size_t i = 0; i < report->scenario_count; i++)
		if (!report->scenarios[i].failed &&
		    !pick_same_condition(&report->scenarios[i], pair->sendfile))
			return report_format(report,
					     "These are the times under %s; the verdicts tell "
					     "what changes elsewhere.",
					     pick_condition(report, pair->sendfile));
	return NULL;
}

/* "sendfile made 8,206 crossings and 14 context switches"; NULL if they were not counted. */
static const char *crossings_and_switches(struct report *report, const char *subject,
					  const struct report_scenario *scenario)
{
	const struct measured crossings = summary_crossings(scenario);
	const struct measured switches = switches_of(scenario);

	if (crossings.why || switches.why)
		return NULL;
	return report_format(report, "%s %s and %s", subject,
			     words_many(report, crossings.value, "crossing",
					"crossings"),
			     words_many(report, switches.value, "context switch",
					"context switches"));
}

static const char *what_is_what(struct report *report, const char *numbers, const char *others)
{
	if (!numbers)
		return NULL;
	return report_format(report,
			     "A crossing is one change of CPU mode, into the kernel or out of it, so "
			     "that a system call is two; a context switch is the scheduler putting "
			     "another task on the CPU: %s%s%s.",
			     numbers, others ? ", " : "", others ? others : "");
}

static void say_comparison(struct report *report, const struct pick_pair *pair)
{
	const char *copy = crossings_and_switches(report, "the documents' copy", pair->copy);
	const char *sendfile = crossings_and_switches(report, "sendfile made", pair->sendfile);

	summary_say(report, headline(report, pair));
	summary_say(report, against_the_loop(report, pair));
	summary_say(report, which_condition(report, pair));
	summary_say_causes(report, pair);
	summary_say_gathering(report, pair);
	summary_say_slow_link(report);
	summary_say_ways(report);
	summary_say(report, sendfile ? what_is_what(report, sendfile, copy) : NULL);
}

static const char *one_scenario(struct report *report, const struct report_scenario *scenario)
{
	const struct spread *cpu = &scenario->cpu_untraced_ns;
	const char *items[3];
	size_t count = 0;

	if (!stats_known(&scenario->elapsed_untraced_ns))
		return NULL;
	if (!unless_lost(scenario, scenario->rounds).why && !scenario->crossings_per_round.why)
		items[count++] = report_format(report, "%s of %s crossings",
					       words_many(report, scenario->rounds.value, "round",
							  "rounds"),
					       words_ratio(report,
							   scenario->crossings_per_round.value));
	if (!summary_copies(scenario).why)
		items[count++] = report_format(report, "%s copied by the CPU",
					       words_size(report, summary_copies(scenario).value));
	if (stats_known(cpu))
		items[count++] = report_format(report, "%s of CPU time",
					       words_median(report, cpu));
	return report_format(report, "%s sent %s in %s%s%s.", pick_label(report, scenario),
			     words_size(report, scenario->payload_bytes),
			     words_median(report, &scenario->elapsed_untraced_ns),
			     count ? ": " : "", words_list(report, items, count));
}

/* Which claims this report decides, and where the others are decided. */
static const char *decided_claims(struct report *report)
{
	const char **ids = report_alloc(report, (report->claim_count + 1) * sizeof(*ids));
	size_t decided = 0, open;

	for (size_t i = 0; i < report->claim_count; i++)
		if (report->claims[i].verdict != VERDICT_NOT_MEASURED)
			ids[decided++] = report->claims[i].id;
	open = report->claim_count - decided;
	if (report->claim_count == 0 || open == 0)
		return NULL;
	return report_format(report, "This decides %s; the other %s more: zctrace compare --full.",
			     decided ? words_list(report, ids, decided) : "no claim",
			     words_many(report, open, "claim needs", "claims need"));
}

/* A report of one way only. */
static void say_one_way(struct report *report)
{
	const struct report_scenario *first = NULL;
	const char *numbers;

	for (size_t i = 0; i < report->scenario_count; i++) {
		const struct report_scenario *scenario = &report->scenarios[i];

		if (scenario->failed || !text_is(scenario->id, report->mode))
			continue;
		first = first ? first : scenario;
		summary_say(report, one_scenario(report, scenario));
	}
	if (!first)
		return;
	summary_say_ways(report);
	numbers = crossings_and_switches(report, "this run made", first);
	summary_say(report, what_is_what(report, numbers, NULL));
	summary_say(report, decided_claims(report));
}

int summary_write(struct report *report)
{
	struct pick_pair pair;

	summary_begin(report);
	if (sweep_is(report))
		summary_say_sweep(report);
	else if (pick_main_pair(report, &pair))
		say_comparison(report, &pair);
	else if (report->mode && scenario_find(report->mode))
		say_one_way(report);
	else
		summary_say_slow_link(report);
	summary_warn(report);
	return 0;
}
