// SPDX-License-Identifier: GPL-2.0
/* copy, sendfile and compare: from their own options to a plan, and the verdicts that were expected
 * of it. measure_options.c has the options that they share with sweep. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "claims.h"
#include "commands.h"
#include "measure_options.h"

enum {
	DEFAULT_BYTES = 256 << 20,
	DEFAULT_CHUNK = 64 << 10,
	DEFAULT_REPEATS = 5,
	FULL_REPEATS = 3,
	DEFAULT_EVENTS = 2000,
	MAX_EXPECT = 16,
	MAX_VARIANTS = 24,
};

#define FULL_RATE 1000000000ULL

struct arguments {
	struct measure_options shared;
	const struct scenario *only;	/* NULL = compare */
	const struct article *article;	/* --as; NULL = none */
	__u64 whole_or_chunk;		/* of copy alone: 0 = the whole file at once */
	bool full, all, prefault;
	const char *expect[MAX_EXPECT];
	size_t expect_count;
};

static void take_article(const struct option_use *use)
{
	struct arguments *a = use->arguments;

	a->article = library_find(use->text);
	if (!a->article)
		argp_error(use->state, "--as %s: give the name of an article: doc1, doc2, or what "
			   "zctrace articles lists", use->text);
}

/* Only what no option of its own was given for, in whatever order they stood. */
static void as_article(struct arguments *a)
{
	struct measure_plan *plan = &a->shared.plan;

	plan->as = a->article->name;
	if (!plan->port)
		plan->port = a->article->port;
	if (!plan->chunk_bytes)
		plan->chunk_bytes = a->article->chunk_bytes;
	if (!plan->bytes)
		plan->bytes = a->article->bytes;
}

static void add_expect(const struct option_use *use)
{
	const struct article_list documents = claims_documents();
	struct arguments *a = use->arguments;
	char error[512];

	if (a->expect_count == MAX_EXPECT)
		argp_error(use->state, "--expect: at most %d", MAX_EXPECT);
	if (claims_expect(NULL, &documents, use->text, error, sizeof(error)) == -EINVAL)
		argp_error(use->state, "--expect %s: %s", use->text, error);
	a->expect[a->expect_count++] = use->text;
}

static void take_chunk(const struct option_use *use)
{
	*(__u64 *)use->member = measure_parse_chunk(use->state, use->row->name, use->text);
}

#define ARGUMENTS struct arguments

static const struct option_row options[] = {
	{ "chunk", "SIZE", "Bytes a round (default 64K; copy alone: the whole file)",
	  .take = take_chunk, MEMBER(shared.plan.chunk_bytes), .group = 1 },
	{ "as", "ARTICLE", "An article's own port, chunk and file size (doc1: 1.2 GB, doc2: 2.4 GB)",
	  .take = take_article, .group = 1 },
	{ "prefault", NULL, "copy: touch the buffer before the clock starts",
	  SETS_FLAG(prefault), .group = 1 },
	{ "full", NULL,
	  "compare: warm and cold, lo, veth, veth-nosg and a limited link, or --device as it is, "
	  "nosg and limited: decides every claim",
	  SETS_FLAG(full), .group = 1 },
	{ "all", NULL, "compare: every way that zctrace list scenarios has, side by side",
	  SETS_FLAG(all), .group = 1 },
	{ "expect", "CLAIM=VERDICT",
	  "Exit with 1 unless the claim has that verdict; may be repeated",
	  .take = add_expect, .group = 2 },
	{ 0 },
};

static const struct command_syntax syntax = {
	.options = { options, measure_option_rows, output_options },
	.argument = measure_argument, .end = measure_end, .args_doc = "[FILE]",
	.doc = "Sends FILE (or one that is made, and gone afterwards) from a sender to a receiver and "
	       "watches the kernel meanwhile.\v"
	       "Examples:\n"
	       "  sudo zctrace compare                      both ways, every claim that this decides\n"
	       "  sudo zctrace sendfile --as doc1 -n 3      doc1's program and its 1.2 GB\n"
	       "  sudo zctrace compare --to 192.0.2.7       over a real network, zctrace receive is there\n"
	       "  sudo zctrace compare --all                 every way to move a file, side by side\n"
	       "  sudo zctrace copy --chunk 64K --json - | jq .scenarios[0].crossings\n",
};

/* Every way that the table has; copy and sendfile stand before them. */
static void add_other_ways(struct measure_plan *plan, __u64 chunk)
{
	for (const struct scenario *s = scenarios; s->id; s++) {
		if (strcmp(s->id, "copy") && strcmp(s->id, "sendfile"))
			measure_add_variant(plan, s, chunk, false);
	}
}

static void plan_variants(struct arguments *a, __u64 chunk)
{
	struct measure_plan *plan = &a->shared.plan;
	const struct scenario *copy = scenario_find("copy"), *only = a->only;

	measure_make_room(plan, MAX_VARIANTS);
	if (!only) {
		measure_add_variant(plan, copy, 0, false);
		measure_add_variant(plan, copy, 0, true);
		measure_add_variant(plan, copy, chunk, false);
		measure_add_variant(plan, scenario_find("sendfile"), chunk, false);
		if (a->all)
			add_other_ways(plan, chunk);
	} else if (only->whole_by_default) {
		measure_add_variant(plan, only, a->whole_or_chunk, a->prefault);
	} else {
		measure_add_variant(plan, only, chunk, false);
	}
}

static void add_condition(struct measure_options *shared, bool cold, enum link_kind link,
			  __u64 rate)
{
	shared->condition.cold = cold;
	shared->condition.link = link;
	shared->condition.rate_bits = rate;
	measure_add_condition(shared);
}

static void plan_conditions(struct arguments *a)
{
	const __u64 rate = a->shared.condition.rate_bits;

	if (!a->full) {
		measure_add_condition(&a->shared);
		return;
	}
	if (a->shared.device_given) {
		add_condition(&a->shared, false, LINK_DEVICE, 0);
		add_condition(&a->shared, true, LINK_DEVICE, 0);
		add_condition(&a->shared, false, LINK_DEVICE_NOSG, 0);
		add_condition(&a->shared, false, LINK_DEVICE, rate ? rate : FULL_RATE);
		return;
	}
	add_condition(&a->shared, false, LINK_LO, 0);
	add_condition(&a->shared, true, LINK_LO, 0);
	add_condition(&a->shared, false, LINK_VETH, 0);
	add_condition(&a->shared, false, LINK_VETH_NOSG, 0);
	add_condition(&a->shared, false, LINK_VETH, rate ? rate : FULL_RATE);
}

static enum zc_exit check(const struct arguments *a)
{
	enum zc_exit status = measure_check(&a->shared, a->full ? "--full" : NULL);

	if (status)
		return status;
	if (a->full && (a->shared.cache_given || a->shared.link_given))
		return complain(ZC_EXIT_USAGE, "--full: measures warm and cold, over every link; leave "
				"out %s", a->shared.link_given ? "--link" : "--cold or --warm");
	if (a->full && a->only)
		return complain(ZC_EXIT_USAGE, "--full: is for compare, not for %s",
				a->shared.plan.mode);
	if (a->all && a->only)
		return complain(ZC_EXIT_USAGE, "--all: is for compare, not for %s",
				a->shared.plan.mode);
	if (a->prefault && (!a->only || !a->only->has_prefault))
		return complain(ZC_EXIT_USAGE, "--prefault: is for copy, which has a buffer; compare "
				"always runs it");
	return ZC_EXIT_OK;
}

static void complete_plan(struct arguments *a)
{
	const struct measure_defaults defaults = {
		.bytes = DEFAULT_BYTES,
		.repeats = a->full ? FULL_REPEATS : DEFAULT_REPEATS,
		.events = DEFAULT_EVENTS,
	};
	struct measure_plan *plan = &a->shared.plan;
	__u64 chunk;

	a->whole_or_chunk = plan->chunk_bytes;
	if (a->article)
		as_article(a);
	chunk = plan->chunk_bytes ? plan->chunk_bytes : DEFAULT_CHUNK;
	measure_complete(&a->shared, &defaults);
	plan_variants(a, chunk);
	plan_conditions(a);
	plan->chunk_bytes = chunk;
	a->shared.announce = a->full;
}

static enum zc_exit check_expectations(const struct arguments *a, const struct report *report)
{
	const struct article_list documents = claims_documents();
	enum zc_exit status = ZC_EXIT_OK;
	char error[512];

	for (size_t i = 0; i < a->expect_count; i++) {
		if (claims_expect(report, &documents, a->expect[i], error, sizeof(error)))
			status = complain(ZC_EXIT_CLAIM, "--expect %s: %s", a->expect[i], error);
	}
	return status;
}

int cmd_measure(int argc, char **argv)
{
	struct arguments a = { .shared.plan.mode = argv[0], .only = scenario_find(argv[0]) };
	struct report *report;
	enum zc_exit status, expected;

	commands_parse(&syntax, argc, argv, &a);
	status = check(&a);
	if (status)
		return status;
	complete_plan(&a);
	status = measure_and_write(&a.shared, a.only ? NULL : "zctrace-compare.json", &report);
	free(a.shared.plan.variants);
	if (!report)
		return status;
	expected = check_expectations(&a, report);
	report_free(report);
	return status ? status : expected;
}
