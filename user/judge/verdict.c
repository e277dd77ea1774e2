// SPDX-License-Identifier: GPL-2.0
/* How a verdict follows: the rule is tried in every case; all hold, none does, some do under a
 * condition, or it is not known. docs/articles.md says it for authors. */
#include "verdict.h"

#include <math.h>
#include <string.h>

#include "pick.h"
#include "texts.h"
#include "trust.h"
#include "verdict_cases.h"

struct deciding {
	const struct article *article;
	const struct article_claim *rule;
	struct report *report;
	struct report_claim *claim;
	struct rule_evidence evidence;
	struct rule_context context;
	struct tried_list list;
};

static const char *measure_command(const struct deciding *d)
{
	return article_measure(d->report, d->article, d->rule);
}

static void add_note(const struct deciding *d, const char *note)
{
	struct report_claim *claim = d->claim;

	claim->note = claim->note ? report_format(d->report, "%s; %s", claim->note, note) : note;
}

/* command: whether the claim's command would measure it; else the reason says what to do. */
static void not_measured(const struct deciding *d, const char *reason, bool command)
{
	struct report_claim *claim = d->claim;

	claim->verdict = VERDICT_NOT_MEASURED;
	claim->why = command ? report_format(d->report, "%s; this measures it: %s", reason,
					     measure_command(d)) : report_text(d->report, reason);
	claim->measured = (struct measured_real){ .why = claim->why };
	claim->measured_text = "—";
	claim->evidence = NULL;
	claim->note = NULL;
}

static void set_number(const struct deciding *d, const struct tried *tried)
{
	const struct rule_value *number = &tried->number;
	struct report_claim *claim = d->claim;

	claim->measured = (struct measured_real){ .value = number->number, .why = number->why };
	claim->measured_text = rule_value_text(d->report, number);
	claim->evidence = tried->answer.evidence;
}

/* --- why it is not known --- */

/* Two scenarios under one condition: the pair is spoken of by it. */
static const char *noise_reason(const struct deciding *d, const struct tried *tried)
{
	const struct report_scenario *first = tried->at.bound[0];
	const char *why = tried->answer.why;

	if (!first)
		return why;
	return report_format(d->report, "%s: %s%s: %s", pick_condition(d->report, first),
			     rule_value_text(d->report, &tried->number),
			     d->list.by_noise ? ", within the noise" : "", why);
}

static const char *reason_of(const struct deciding *d, const struct tried *tried)
{
	return tried->answer.noise ? noise_reason(d, tried) : tried->answer.why;
}

/* The first case that is not known; one in doubt before others. NULL = there is none. */
static const struct tried *first_unknown(const struct deciding *d)
{
	const struct tried *first = NULL;

	for (size_t i = 0; i < d->list.count; i++) {
		const struct tried *tried = &d->list.at[i];

		if (tried->answer.truth != RULE_UNKNOWN && tried->answer.truth != RULE_ALIKE)
			continue;
		if (!first || (tried->answer.doubt && !first->answer.doubt))
			first = tried;
	}
	return first;
}

static const char *selector_name(const struct deciding *d, const struct rule_selector *selector)
{
	const char *name = selector->id;

	for (size_t i = 0; i < selector->word_count; i++)
		name = report_format(d->report, "%s,%s", name, selector->words[i]);
	return name;
}

/* No group of scenarios fits: one that is meant failed, or they were not run. */
static const char *no_case_reason(const struct deciding *d)
{
	const struct rule *rule = d->rule->rule;
	const char *names = NULL;

	for (size_t s = 0; s < rule->selector_count; s++) {
		const struct rule_selector *selector = &rule->selectors[s];

		for (size_t i = 0; i < d->report->scenario_count; i++) {
			const struct report_scenario *scenario = &d->report->scenarios[i];

			if (scenario->failed && text_is(scenario->id, selector->id))
				return trust_about(d->report, scenario, scenario->failed);
		}
		names = names ? report_format(d->report, "%s and %s", names,
					      selector_name(d, selector)) :
				selector_name(d, selector);
	}
	if (rule->selector_count < 2)
		return "no scenario that shows it was run";
	return report_format(d->report, "%s were not run under one condition", names);
}

static void decide_unknown(const struct deciding *d)
{
	const struct tried *unknown = first_unknown(d);

	if (!unknown)
		not_measured(d, no_case_reason(d), true);
	else
		not_measured(d, reason_of(d, unknown),
			     !unknown->answer.doubt && !unknown->answer.noise);
}

static bool has_failed(const struct deciding *d, const struct tried *tried)
{
	for (size_t i = 0; i < d->list.scenarios; i++) {
		if (tried->at.bound[i] && tried->at.bound[i]->failed)
			return true;
	}
	return false;
}

/* What others show does not stand in for the article's own condition, if times leave that open. */
static bool own_condition_open(const struct deciding *d)
{
	bool open = false;

	for (size_t i = 0; i < d->list.count && d->list.at[i].main; i++) {
		if (d->list.at[i].answer.truth != RULE_UNKNOWN)
			return false;
		open |= !has_failed(d, &d->list.at[i]);
	}
	return open && d->list.by_noise;
}

/* --- the number --- */

static const struct tried *first_of(const struct deciding *d, enum rule_truth truth)
{
	for (size_t i = 0; i < d->list.count; i++) {
		if (d->list.at[i].answer.truth == truth)
			return &d->list.at[i];
	}
	return NULL;
}

/* How far what decides a case is from what the first comparison expects. */
static double distance(const struct deciding *d, const struct tried *tried)
{
	const struct rule_check *check = &d->rule->rule->checks[0];
	const struct rule_value expected =
		rule_value(&d->context, d->rule->rule, &tried->at, check->right);

	return fabs(tried->answer.left.number - expected.number);
}

/* Of the cases of one truth, the one that is farthest from what is expected, where equality is
 * asked for; else the first. */
static const struct tried *telling(const struct deciding *d, enum rule_truth truth)
{
	const struct tried *best = first_of(d, truth);

	if (d->rule->rule->checks[0].relation != RELATION_EQUAL)
		return best;
	for (size_t i = 0; i < d->list.count; i++) {
		const struct tried *tried = &d->list.at[i];

		if (tried->answer.truth == truth && distance(d, tried) > distance(d, best) + 1e-12)
			best = tried;
	}
	return best;
}

/* Of a claim that holds here and does not there: what the article's own conditions show. */
static const struct tried *telling_mixed(const struct deciding *d)
{
	const struct tried *main = &d->list.at[0];

	if (!d->list.by_noise && main->main && main->answer.truth != RULE_UNKNOWN)
		return main;
	return first_of(d, RULE_TRUE);
}

/* --- the verdict --- */

static void holds_if(const struct deciding *d, const char *sentence,
		     const struct condition_words *words)
{
	const char *yes = verdict_side(&d->list, d->report, true, words);
	const char *no = verdict_side(&d->list, d->report, false, words);

	d->claim->verdict = VERDICT_HOLDS_IF;
	if (!no && words)
		no = report_format(d->report, "%s: not measured, %s measures it", words->other,
				   words->option);
	if (sentence)
		d->claim->condition = report_format(d->report, "%s (%s; %s)", sentence, yes,
						    no ? no : "the other side was not measured");
	else
		d->claim->condition = report_format(d->report,
						    "run as here (%s), but not as here (%s)", yes,
							    no);
}

/* The claim has a condition by its nature, and every case that holds fulfils it. */
static bool needs_condition(const struct deciding *d)
{
	for (size_t i = 0; d->rule->only_if && i < d->list.count; i++) {
		if (d->list.at[i].answer.truth == RULE_TRUE &&
		    !verdict_case_fits(&d->list, &d->list.at[i], &d->rule->only_if_words))
			return false;
	}
	return d->rule->only_if;
}

/* Nothing holds, and the side on which the claim would hold was not tried. */
static void note_untried_side(const struct deciding *d)
{
	const struct condition_words *words;

	for (size_t i = 0; i < d->list.count; i++) {
		const struct tried *tried = &d->list.at[i];

		if (tried->answer.truth != RULE_UNKNOWN &&
		    verdict_case_fits(&d->list, tried, &d->rule->only_if_words))
			return;
	}
	words = verdict_words(d->rule->only_if_text);
	add_note(d, report_format(d->report, "%s; where %s: not measured; this measures it: %s",
				  verdict_side(&d->list, d->report, false, words),
				  words ? words->sentence : d->rule->only_if_text,
				  measure_command(d)));
}

/* The rule does not hold; its variant may, which stands for a condition. */
static bool decide_variant(const struct deciding *d)
{
	const struct condition_words *words = verdict_words("chunk");
	struct tried_list variant;

	if (!d->rule->variant)
		return false;
	variant = verdict_try(d->article, d->rule, true, &d->context, d->report);
	if (!variant.holds || variant.fails)
		return false;
	d->claim->verdict = VERDICT_HOLDS_IF;
	d->claim->condition =
		report_format(d->report, "%s (%s; %s)", d->rule->variant_text,
			      verdict_side(&variant, d->report, true, words),
			      verdict_side(&d->list, d->report, false, words));
	return true;
}

static void decide_does_not(const struct deciding *d)
{
	set_number(d, telling(d, RULE_FALSE));
	if (decide_variant(d))
		return;
	d->claim->verdict = VERDICT_DOES_NOT;
	if (d->rule->only_if && !d->list.holds)
		note_untried_side(d);
}

/* Times differ from condition to condition: what tells those apart in which the claim holds. */
static void decide_mixed(const struct deciding *d)
{
	const struct condition_words *words = NULL;
	const char *sentence = NULL;

	set_number(d, telling_mixed(d));
	if (!verdict_separate(&d->list, d->report, &sentence, &words))
		sentence = NULL;
	holds_if(d, sentence, words);
}

static void decide_known(const struct deciding *d)
{
	const struct tried_list *list = &d->list;
	const struct tried *unknown = first_unknown(d);
	const struct condition_words *words;

	if (list->holds && !list->refutes && needs_condition(d)) {
		words = verdict_words(d->rule->only_if_text);
		set_number(d, list->fails ? telling_mixed(d) : telling(d, RULE_TRUE));
		holds_if(d, words ? words->sentence : d->rule->only_if_text, words);
	} else if (list->holds && !list->fails && !list->alike) {
		set_number(d, telling(d, RULE_TRUE));
		d->claim->verdict = VERDICT_HOLDS;
	} else if (list->holds && list->by_noise) {
		decide_mixed(d);
	} else {
		decide_does_not(d);
	}
	if (unknown && unknown->answer.truth == RULE_UNKNOWN)
		add_note(d, reason_of(d, unknown));
	if (d->rule->note)
		add_note(d, d->rule->note);
}

static const char *broken_in_case(const struct deciding *d, const struct article_proviso *proviso,
				  const struct tried *tried)
{
	const struct rule_case at = rule_bind_again(proviso->rule, &tried->at);
	const struct rule_answer answer = rule_answer(&d->context, proviso->rule, &at);
	const char *text;

	/* A case in doubt is left out anyway. */
	if (answer.truth != RULE_FALSE || tried->answer.doubt)
		return NULL;
	text = report_format(d->report, "%s (measured %s, where \"%s\" was expected)",
			     proviso->advice, rule_value_text(d->report, &answer.left),
			     proviso->rule_text);
	return at.bound[0] ? trust_about(d->report, at.bound[0], text) : text;
}

/* Why the claim must not be decided: what it rests on does not hold. NULL = it does. */
static const char *broken_proviso(const struct deciding *d)
{
	for (size_t i = 0; i < d->rule->proviso_count; i++) {
		for (size_t k = 0; k < d->list.count; k++) {
			const char *why = broken_in_case(d, &d->rule->provisos[i], &d->list.at[k]);

			if (why)
				return why;
		}
	}
	return NULL;
}

void verdict_decide(const struct article *article, const struct article_claim *rule,
		    struct report *report, struct report_claim *claim)
{
	struct deciding d = { .article = article, .rule = rule, .report = report, .claim = claim,
			      .evidence = { NULL, report } };
	const char *broken;

	d.context = (struct rule_context){ .evidence = &d.evidence, .evidence_count = 1,
					   .texts = report, .strict = true };
	d.list = verdict_try(article, rule, false, &d.context, report);
	broken = broken_proviso(&d);
	if (broken)
		not_measured(&d, broken, false);
	else if (d.list.holds + d.list.fails == 0 || own_condition_open(&d))
		decide_unknown(&d);
	else
		decide_known(&d);
}
