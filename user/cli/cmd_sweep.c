// SPDX-License-Identifier: GPL-2.0
/* sweep: each scenario with many sizes of chunk under one condition. It decides no claim: they are
 * about the documents' programs, whose copy sends the file in one piece. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "alloc.h"
#include "commands.h"
#include "measure_options.h"
#include "size.h"
#include "sweep.h"

enum {
	DEFAULT_BYTES = 128 << 20,
	DEFAULT_REPEATS = 9,	/* fewer cannot tell two of 15 sizes apart */
	MAX_CHUNKS = 40,
	MAX_SCENARIOS = 16,
	NAME_BYTES = 32,
};

#define DEFAULT_CHUNKS "1K..16M"
#define DEFAULT_SCENARIOS "copy,sendfile"

struct arguments {
	struct measure_options shared;
	__u64 chunks[MAX_CHUNKS];		/* ascending */
	size_t chunk_count;
	bool chunks_given;
	const struct scenario *scenarios[MAX_SCENARIOS];
	size_t scenario_count;
};

/* In its place; one that is there already is not measured twice. */
static void add_chunk(struct argp_state *state, struct arguments *a, __u64 bytes)
{
	size_t at = a->chunk_count;

	while (at > 0 && a->chunks[at - 1] > bytes)
		at--;
	if (at > 0 && a->chunks[at - 1] == bytes)
		return;
	if (a->chunk_count == MAX_CHUNKS)
		argp_error(state, "--chunks: at most %d sizes", MAX_CHUNKS);
	memmove(&a->chunks[at + 1], &a->chunks[at], (a->chunk_count - at) * sizeof(a->chunks[0]));
	a->chunks[at] = bytes;
	a->chunk_count++;
}

static void add_range(struct argp_state *state, struct arguments *a, const char *first,
		      const char *last)
{
	__u64 from = measure_parse_chunk(state, "chunks", first);
	__u64 to = measure_parse_chunk(state, "chunks", last);

	if (from > to)
		argp_error(state, "--chunks %s..%s: the first is larger than the last; write %s..%s",
			   first, last, last, first);
	for (__u64 bytes = from; bytes < to; bytes *= 2)
		add_chunk(state, a, bytes);
	add_chunk(state, a, to);
}

static void add_chunks(struct argp_state *state, struct arguments *a, const char *list)
{
	char *copy = xstrdup(list), *rest = copy, *item, *dots;

	while ((item = strsep(&rest, ",")) != NULL) {
		dots = strstr(item, "..");
		if (!dots) {
			add_chunk(state, a, measure_parse_chunk(state, "chunks", item));
			continue;
		}
		*dots = '\0';
		add_range(state, a, item, dots + 2);
	}
	free(copy);
}

static void add_scenario(struct arguments *a, const struct scenario *scenario)
{
	for (size_t i = 0; i < a->scenario_count; i++) {
		if (a->scenarios[i] == scenario)
			return;
	}
	if (a->scenario_count < MAX_SCENARIOS)
		a->scenarios[a->scenario_count++] = scenario;
}

static void unknown_scenario(struct argp_state *state, const char *name)
{
	char known[MAX_SCENARIOS * NAME_BYTES] = "";

	for (const struct scenario *s = scenarios; s->id; s++) {
		size_t used = strlen(known);

		snprintf(known + used, sizeof(known) - used, "%s, ", s->id);
	}
	argp_error(state, "--scenarios: there is no \"%s\"; give some of %sor all", name, known);
}

static void add_scenarios(struct argp_state *state, struct arguments *a, const char *list)
{
	char *copy = xstrdup(list), *rest = copy, *name;

	while ((name = strsep(&rest, ",")) != NULL) {
		const struct scenario *scenario = scenario_find(name);

		if (scenario) {
			add_scenario(a, scenario);
			continue;
		}
		if (strcmp(name, "all") != 0)
			unknown_scenario(state, name);
		for (const struct scenario *s = scenarios; s->id; s++)
			add_scenario(a, s);
	}
	free(copy);
}

static void take_chunks(const struct option_use *use)
{
	add_chunks(use->state, use->arguments, use->text);
}

static void take_scenarios(const struct option_use *use)
{
	add_scenarios(use->state, use->arguments, use->text);
}

static void refuse_expect(const struct option_use *use)
{
	argp_error(use->state, "--expect: a sweep decides no claim, they are about the documents' "
		   "programs; zctrace compare decides them");
}

static void end(const struct option_use *use)
{
	struct arguments *a = use->arguments;

	measure_end(use);
	if (!a->scenario_count)
		add_scenarios(use->state, a, DEFAULT_SCENARIOS);
	if (!a->chunk_count)
		add_chunks(use->state, a, DEFAULT_CHUNKS);
}

#define ARGUMENTS struct arguments

static const struct option_row options[] = {
	{ "chunks", "A..B|SIZE,...",
	  "Sizes of the chunk: from A by doubling to B, or a list; at most 40 (default "
	  DEFAULT_CHUNKS ", as far as the file is as large)",
	  .take = take_chunks, SETS_FLAG(chunks_given), .group = 1 },
	{ "scenarios", "NAME,...",
	  "The ways to move the file, or all (default " DEFAULT_SCENARIOS ")",
	  .take = take_scenarios, .group = 1 },
	{ "expect", "CLAIM=VERDICT", NULL, .take = refuse_expect, .flags = OPTION_HIDDEN },
	{ 0 },
};

static const struct command_syntax syntax = {
	.options = { options, measure_option_rows, output_options },
	.argument = measure_argument, .end = end, .args_doc = "[FILE]",
	.doc = "Sends FILE (or one that is made, and gone afterwards) in chunks of many sizes, and "
	       "shows how crossings, CPU time and elapsed time depend on the size, and that copies do not."
	       "\v"
	       "Says how long it will take before it begins; Ctrl-C ends it and keeps what was "
	       "measured. The report goes to zctrace-sweep.json too, if no file is asked for.\n"
	       "\n"
	       "Examples:\n"
	       "  sudo zctrace sweep                                 copy and sendfile, 1K to 16M\n"
	       "  sudo zctrace sweep --chunks 4K,64K,1M -n 15        three sizes, many runs\n"
	       "  sudo zctrace sweep --scenarios all --html s.html   every way, with the chart\n",
};

/* A chunk that is larger than the file would only be the whole file once more. */
static enum zc_exit fit_chunks(struct arguments *a)
{
	const char *file = a->shared.plan.file;
	__u64 bytes = a->shared.plan.bytes;
	char chunk[SIZE_TEXT_BYTES], size[SIZE_TEXT_BYTES];
	struct stat stat_of;

	if (file) {
		if (stat(file, &stat_of) || !S_ISREG(stat_of.st_mode))
			return ZC_EXIT_OK;	/* the measurement says what is wrong with it */
		bytes = stat_of.st_size;
	}
	if (a->chunks_given && bytes && a->chunks[a->chunk_count - 1] > bytes)
		return complain(ZC_EXIT_USAGE, "--chunks: %s is more than the file has (%s); give sizes "
				"up to that", size_format(a->chunks[a->chunk_count - 1], chunk,
							  sizeof(chunk)),
				size_format(bytes, size, sizeof(size)));
	while (a->chunk_count > 1 && a->chunks[a->chunk_count - 1] > bytes)
		a->chunk_count--;
	return ZC_EXIT_OK;
}

static void plan_variants(struct arguments *a)
{
	measure_make_room(&a->shared.plan, a->scenario_count * a->chunk_count);
	for (size_t s = 0; s < a->scenario_count; s++) {
		for (size_t c = 0; c < a->chunk_count; c++)
			measure_add_variant(&a->shared.plan, a->scenarios[s], a->chunks[c], false);
	}
}

int cmd_sweep(int argc, char **argv)
{
	static const struct measure_defaults defaults = {
		.bytes = DEFAULT_BYTES, .repeats = DEFAULT_REPEATS,
	};
	struct arguments a = { .shared = { .plan = { .mode = SWEEP_MODE, .no_claims = true },
					   .announce = true } };
	struct report *report;
	enum zc_exit status;

	commands_parse(&syntax, argc, argv, &a);
	status = measure_check(&a.shared, NULL);
	if (status)
		return status;
	measure_complete(&a.shared, &defaults);
	status = fit_chunks(&a);
	if (status)
		return status;
	plan_variants(&a);
	measure_add_condition(&a.shared);
	status = measure_and_write(&a.shared, "zctrace-sweep.json", &report);
	free(a.shared.plan.variants);
	report_free(report);
	return status;
}
