// SPDX-License-Identifier: GPL-2.0
/* What is said of articles beside their claims: how many hold, and the times that they print beside
 * those of here. Called by `zctrace check`. */
#include "pick.h"
#include "summary.h"
#include "summary_parts.h"
#include "texts.h"
#include "words.h"

static size_t count_verdict(const struct report *report, enum report_verdict verdict)
{
	size_t count = 0;

	for (size_t i = 0; i < report->claim_count; i++)
		count += report->claims[i].verdict == verdict;
	return count;
}

static const char *name_articles(struct report *report, const struct article_list *articles)
{
	const char *names[ARTICLE_LIST];

	for (size_t i = 0; i < articles->count; i++)
		names[i] = articles->at[i]->name;
	return words_list(report, names, articles->count);
}

/* "Of 13 claims of doc1 and doc2, 8 hold here, 1 does not, and 4 were not measured." */
static const char *headline(struct report *report, const struct article_list *articles)
{
	static const char *const words[][2] = {
		[VERDICT_HOLDS] = { "holds", "hold" },
		[VERDICT_DOES_NOT] = { "does not", "do not" },
		[VERDICT_HOLDS_IF] = { "holds under a condition", "hold under a condition" },
		[VERDICT_NOT_MEASURED] = { "was not measured", "were not measured" },
	};
	const char *parts[VERDICT_NOT_MEASURED + 1];
	size_t count = 0;

	for (int verdict = VERDICT_HOLDS; verdict <= VERDICT_NOT_MEASURED; verdict++) {
		const size_t of = count_verdict(report, verdict);

		if (of)
			parts[count++] = report_format(report, "%zu %s", of,
						       words[verdict][of > 1]);
	}
	return report_format(report, "Of %s of %s, %s here.",
			     words_many(report, report->claim_count, "claim", "claims"),
			     name_articles(report, articles), words_list(report, parts, count));
}

/* The scenario that the article timed: under its own conditions, if that was run. */
static const struct report_scenario *timed(const struct report *report,
					   const struct article *article, const struct rule *rule)
{
	const struct report_scenario *first = NULL;

	for (size_t i = 0; i < report->scenario_count; i++) {
		const struct report_scenario *scenario = &report->scenarios[i];
		const bool own = text_is(scenario->cache, article->cache ? article->cache :
					 "warm") &&
				 text_is(scenario->link, article->link ? article->link : "lo");

		if (scenario->failed || scenario->elapsed_untraced_ns.median.why ||
		    !text_is(scenario->id, rule->selectors[0].id) ||
		    !rule_fits(&rule->selectors[0], scenario))
			continue;
		if (!first || own)
			first = scenario;
		if (own && (!article->bytes || scenario->payload_bytes == article->bytes))
			return scenario;
	}
	return first;
}

static const char *time_sentence(struct report *report, const struct article *article,
				 const struct article_time *time)
{
	const struct report_scenario *scenario = timed(report, article, time->rule);
	const char *size = "";

	if (!scenario)
		return NULL;
	if (article->bytes && article->bytes != scenario->payload_bytes)
		size = report_format(report, " for %s instead of %s",
				     words_size(report, scenario->payload_bytes),
				     words_size(report, article->bytes));
	return report_format(report, "%s took %s in %s; here it took %s%s (%s).",
			     pick_label(report, scenario), words_time(report, (__u64)time->ns),
			     article->name, words_median(report, &scenario->elapsed_untraced_ns),
			     size, pick_condition(report, scenario));
}

void summary_write_articles(struct report *report, const struct article_list *articles)
{
	summary_begin(report);
	summary_say(report, headline(report, articles));
	for (size_t i = 0; i < articles->count; i++) {
		const struct article *article = articles->at[i];

		for (size_t k = 0; k < article->time_count; k++)
			summary_say(report, time_sentence(report, article, &article->times[k]));
	}
	summary_warn(report);
}
