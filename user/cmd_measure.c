// SPDX-License-Identifier: GPL-2.0
/* copy, sendfile and compare: from the options to a plan, from the plan to a report. */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "claims.h"
#include "commands.h"
#include "exits.h"
#include "measure.h"
#include "output.h"
#include "size.h"

enum {
	DEFAULT_BYTES = 256 << 20,
	DEFAULT_CHUNK = 64 << 10,
	DEFAULT_REPEATS = 5,
	FULL_REPEATS = 3,
	DEFAULT_EVENTS = 2000,
	MAX_EVENTS = 2000000,
	MAX_REPEATS = 1000,
	MAX_EXPECT = 16,
};

#define FULL_RATE 1000000000ULL

enum keys {
	KEY_CHUNK = 0x100, KEY_SIZE, KEY_AS, KEY_COLD, KEY_WARM, KEY_LINK, KEY_RATE, KEY_FULL,
	KEY_EXPECT, KEY_TIMELINE, KEY_NO_TIMELINE, KEY_WITHOUT, KEY_TIMEOUT, KEY_PORT,
	KEY_PREFAULT, KEY_IPV6, KEY_TO,
};

static const struct argp_option options[] = {
	{ .name = "runs", .key = 'n', .arg = "N",
	  .doc = "Measured runs of each scenario, traced and untraced each (default 5)", .group = 1 },
	{ .name = "size", .key = KEY_SIZE, .arg = "SIZE",
	  .doc = "Size of the file to make (default 256M); K, M, G are powers of 1024", .group = 1 },
	{ .name = "chunk", .key = KEY_CHUNK, .arg = "SIZE",
	  .doc = "Bytes a round (default 64K; copy alone: the whole file)", .group = 1 },
	{ .name = "as", .key = KEY_AS, .arg = "doc1|doc2",
	  .doc = "A document's own port, chunk and file size (1.2 GB, 2.4 GB)", .group = 1 },
	{ .name = "prefault", .key = KEY_PREFAULT,
	  .doc = "copy: touch the buffer before the clock starts", .group = 1 },
	{ .name = "cold", .key = KEY_COLD,
	  .doc = "Evict the file from the page cache before each run", .group = 1 },
	{ .name = "warm", .key = KEY_WARM, .doc = "Read it into the page cache before (default)",
	  .group = 1 },
	{ .name = "link", .key = KEY_LINK, .arg = "lo|veth|veth-nosg",
	  .doc = "The network between the two: loopback (default), or two namespaces of their own; "
		 "nosg: the device cannot gather", .group = 1 },
	{ .name = "rate", .key = KEY_RATE, .arg = "RATE",
	  .doc = "Limit the link's speed, as 1Gbit", .group = 1 },
	{ .name = "to", .key = KEY_TO, .arg = "HOST[:PORT]",
	  .doc = "The receiver is on another machine, where \"zctrace receive\" runs (port 8083)",
	  .group = 1 },
	{ .name = "ipv6", .key = KEY_IPV6, .doc = "Over IPv6", .group = 1 },
	{ .name = "full", .key = KEY_FULL,
	  .doc = "compare: warm and cold, lo, veth, veth-nosg and a limited link: decides every claim",
	  .group = 1 },
	{ .name = "port", .key = KEY_PORT, .arg = "N", .doc = "The receiver's port (default: a free "
		 "one)", .group = 1 },
	{ .name = "timeline", .key = KEY_TIMELINE, .arg = "EVENTS", .flags = OPTION_ARG_OPTIONAL,
	  .doc = "Record the first events of a run (default 2000)", .group = 1 },
	{ .name = "no-timeline", .key = KEY_NO_TIMELINE, .doc = "Record none", .group = 1 },
	{ .name = "without", .key = KEY_WITHOUT, .arg = "TRACEPOINT",
	  .doc = "Do without a tracepoint, as a kernel that lacks it would", .group = 1 },
	{ .name = "timeout", .key = KEY_TIMEOUT, .arg = "SECONDS",
	  .doc = "End a transfer that takes longer (default: by its size)", .group = 1 },
	{ .name = "expect", .key = KEY_EXPECT, .arg = "CLAIM=VERDICT",
	  .doc = "Exit with 1 unless the claim has that verdict; may be repeated", .group = 2 },
	{ .name = "verbose", .key = 'v', .doc = "Every call, witness and step; -vv: libbpf's log too",
	  .group = 3 },
	{ 0 },
};

struct arguments {
	struct measure_plan plan;
	struct outputs outputs;
	struct condition condition;
	const struct scenario *only;	/* NULL = compare */
	struct remote_target to;
	bool full, prefault, size_given, repeats_given, timeline_off, link_given, port_given;
	const char *expect[MAX_EXPECT];
	size_t expect_count;
};

static __u64 parse_size(struct argp_state *state, const char *name, const char *text)
{
	__u64 bytes;
	int err = size_parse(text, &bytes);

	if (err == -ERANGE || (!err && bytes > (1ULL << 62)))
		argp_error(state, "--%s %s: too large", name, text);
	if (err)
		argp_error(state, "--%s %s: not a size; give bytes or 64K, 256M, 1.2GB", name, text);
	if (!bytes)
		argp_error(state, "--%s %s: must be at least 1 byte", name, text);
	return bytes;
}

static long parse_number(struct argp_state *state, const char *name, const char *text, long least,
			 long most)
{
	char *end;
	long value;

	errno = 0;
	value = strtol(text, &end, 10);
	if (errno || *end || end == text || value < least || value > most)
		argp_error(state, "--%s %s: give a number from %ld to %ld", name, text, least, most);
	return value;
}

/* doc1 and doc2 give their sizes as "1.2GB" and "2.4GB" of 1024s: whole bytes, rounded down. */
static void as_document(struct argp_state *state, struct arguments *a, const char *name)
{
	struct measure_plan *plan = &a->plan;

	if (!strcmp(name, "doc1")) {
		plan->port = 8082;
		plan->chunk_bytes = 65535;
		plan->bytes = 1288490188;
	} else if (!strcmp(name, "doc2")) {
		plan->port = 10000;
		plan->chunk_bytes = 65536;
		plan->bytes = 2576980377;
	} else {
		argp_error(state, "--as %s: give doc1 or doc2", name);
	}
	plan->as = name;
}

static void add_expect(struct argp_state *state, struct arguments *a, const char *spec)
{
	char error[512];

	if (a->expect_count == MAX_EXPECT)
		argp_error(state, "--expect: at most %d", MAX_EXPECT);
	if (claims_expect(NULL, spec, error, sizeof(error)) == -EINVAL)
		argp_error(state, "--expect %s: %s", spec, error);
	a->expect[a->expect_count++] = spec;
}

static void add_without(struct argp_state *state, struct arguments *a, const char *name)
{
	struct session_options *session = &a->plan.session;
	const struct probe *probes;
	size_t count;
	bool known = false;

	probes = session_probes(&count);
	for (size_t i = 0; i < count; i++)
		known = known || !strcmp(probes[i].tracepoint, name);
	if (!known)
		argp_error(state, "--without %s: not one of ours; zctrace doctor lists them", name);
	if (session->without_count == SESSION_MAX_WITHOUT)
		argp_error(state, "--without: at most %d", SESSION_MAX_WITHOUT);
	session->without[session->without_count++] = name;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;
	struct measure_plan *plan = &a->plan;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &a->outputs;
		return 0;
	case 'n':
		plan->repeats = parse_number(state, "runs", arg, 1, MAX_REPEATS);
		return 0;
	case 'v':
		plan->verbosity++;
		a->outputs.verbose = true;
		return 0;
	case KEY_SIZE:
		plan->bytes = parse_size(state, "size", arg);
		a->size_given = true;
		return 0;
	case KEY_CHUNK:
		plan->chunk_bytes = parse_size(state, "chunk", arg);
		if (plan->chunk_bytes > 0x7ffff000)
			argp_error(state, "--chunk %s: the kernel moves at most 2147479552 bytes a call",
				   arg);
		return 0;
	case KEY_AS:
		as_document(state, a, arg);
		return 0;
	case KEY_PREFAULT:
		a->prefault = true;
		return 0;
	case KEY_COLD:
	case KEY_WARM:
		a->condition.cold = key == KEY_COLD;
		return 0;
	case KEY_LINK:
		a->link_given = true;
		if (link_parse(arg, &a->condition.link))
			argp_error(state, "--link %s: give lo, veth or veth-nosg", arg);
		return 0;
	case KEY_RATE:
		if (rate_parse(arg, &a->condition.rate_bits))
			argp_error(state, "--rate %s: give a rate as 1Gbit or 100Mbit, %s", arg,
				   LINK_RATE_RANGE_TEXT);
		return 0;
	case KEY_TO:
		if (remote_parse_target(arg, &a->to))
			argp_error(state, "--to %s: give HOST or HOST:PORT, an IPv6 address with a port "
				   "as [ADDRESS]:PORT", arg);
		plan->to = &a->to;
		return 0;
	case KEY_IPV6:
		a->condition.ipv6 = true;
		return 0;
	case KEY_FULL:
		a->full = true;
		return 0;
	case KEY_PORT:
		plan->port = parse_number(state, "port", arg, 1, 65535);
		a->port_given = true;
		return 0;
	case KEY_TIMELINE:
		plan->session.timeline_events = arg ? parse_number(state, "timeline", arg, 1,
								   MAX_EVENTS) : DEFAULT_EVENTS;
		return 0;
	case KEY_NO_TIMELINE:
		a->timeline_off = true;
		return 0;
	case KEY_WITHOUT:
		add_without(state, a, arg);
		return 0;
	case KEY_TIMEOUT:
		plan->timeout_s = parse_number(state, "timeout", arg, 1, 1000000);
		return 0;
	case KEY_EXPECT:
		add_expect(state, a, arg);
		return 0;
	case ARGP_KEY_ARG:
		if (plan->file)
			argp_error(state, "one FILE only, %s is the second", arg);
		plan->file = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = { { .argp = &output_argp }, { 0 } };

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.children = children,
	.args_doc = "[FILE]",
	.doc = "Sends FILE (or one that is made, and gone afterwards) from a sender to a receiver and "
	       "watches the kernel meanwhile.\v"
	       "Examples:\n"
	       "  sudo zctrace compare                      both ways, every claim that this decides\n"
	       "  sudo zctrace sendfile --as doc1 -n 3      doc1's program and its 1.2 GB\n"
	       "  sudo zctrace compare --to 192.0.2.7       over a real network, zctrace receive is there\n"
	       "  sudo zctrace copy --chunk 64K --json - | jq .scenarios[0].crossings\n",
};

static void add_variant(struct measure_plan *plan, const char *id, __u64 chunk, bool prefault)
{
	plan->variants[plan->variant_count++] = (struct variant){
		.scenario = scenario_find(id), .chunk_bytes = chunk, .prefault = prefault,
	};
}

static void add_condition(struct measure_plan *plan, bool cold, enum link_kind link, __u64 rate,
			  bool ipv6)
{
	plan->conditions[plan->condition_count++] = (struct condition){
		.cold = cold, .link = link, .rate_bits = rate, .ipv6 = ipv6,
	};
}

static void plan_variants(struct arguments *a, __u64 chunk)
{
	struct measure_plan *plan = &a->plan;

	if (!a->only) {
		add_variant(plan, "copy", 0, false);
		add_variant(plan, "copy", 0, true);
		add_variant(plan, "copy", chunk, false);
		add_variant(plan, "sendfile", chunk, false);
	} else if (a->only->whole_by_default) {
		add_variant(plan, a->only->id, plan->as ? 0 : plan->chunk_bytes, a->prefault);
	} else {
		add_variant(plan, a->only->id, chunk, false);
	}
}

static void plan_conditions(struct arguments *a)
{
	const struct condition *c = &a->condition;

	if (!a->full) {
		add_condition(&a->plan, c->cold, c->link, c->rate_bits, c->ipv6);
		a->plan.conditions[0].remote = a->plan.to != NULL;
		return;
	}
	add_condition(&a->plan, false, LINK_LO, 0, c->ipv6);
	add_condition(&a->plan, true, LINK_LO, 0, c->ipv6);
	add_condition(&a->plan, false, LINK_VETH, 0, c->ipv6);
	add_condition(&a->plan, false, LINK_VETH_NOSG, 0, c->ipv6);
	add_condition(&a->plan, false, LINK_VETH, c->rate_bits ? c->rate_bits : FULL_RATE, c->ipv6);
}

/* With --to the network is what there is, and zctrace receive chooses the port. */
static const char *not_with_to(const struct arguments *a)
{
	if (!a->plan.to)
		return NULL;
	if (a->full)
		return "--full";
	if (a->link_given)
		return "--link";
	return a->condition.rate_bits ? "--rate" : a->port_given ? "--port" : NULL;
}

static int check(const struct arguments *a)
{
	const char *excluded = not_with_to(a);

	if (excluded)
		return complain(ZC_EXIT_USAGE, "--to: goes over the network that is there, %s is for "
				"runs on this machine; leave out one of them%s", excluded,
				a->port_given ? " (zctrace receive --data-port chooses the port)" : "");
	if (a->full && a->only)
		return complain(ZC_EXIT_USAGE, "--full: is for compare, not for %s", a->plan.mode);
	if (a->prefault && (!a->only || !a->only->has_prefault))
		return complain(ZC_EXIT_USAGE, "--prefault: is for copy, which has a buffer; compare "
				"always runs it");
	if (a->plan.file && a->size_given)
		return complain(ZC_EXIT_USAGE, "--size: is for a file that is made; FILE has its own");
	return ZC_EXIT_OK;
}

static void complete_plan(struct arguments *a)
{
	struct measure_plan *plan = &a->plan;
	__u64 chunk = plan->chunk_bytes ? plan->chunk_bytes : DEFAULT_CHUNK;

	if (!plan->bytes)
		plan->bytes = DEFAULT_BYTES;
	if (!plan->repeats)
		plan->repeats = a->full ? FULL_REPEATS : DEFAULT_REPEATS;
	if (!plan->session.timeline_events)
		plan->session.timeline_events = DEFAULT_EVENTS;
	if (a->timeline_off)
		plan->session.timeline_events = 0;
	plan->quiet = a->outputs.quiet;
	plan->command = commands_line;
	plan_variants(a, chunk);
	plan_conditions(a);
	plan->chunk_bytes = chunk;
}

/* What is to come, before it begins: a rough guess at a gigabyte per 2 s and 0.2 s around a run. */
static void announce(const struct measure_plan *plan)
{
	size_t runs = plan->variant_count * (1 + 2 * plan->repeats);
	double seconds = 0;
	unsigned int minutes;

	for (size_t i = 0; i < plan->condition_count; i++) {
		double bits = 8.0 * plan->bytes;
		__u64 rate = plan->conditions[i].rate_bits;

		seconds += runs * (0.2 + plan->bytes / 5e8 + (rate ? bits / rate : 0));
	}
	minutes = seconds / 60 + 1;
	fprintf(stderr, "zctrace: %zu conditions, %zu runs each (check, untraced, traced); about %u "
		"minute%s, if a run takes what it takes on a small machine\n",
		plan->condition_count, runs, minutes, minutes == 1 ? "" : "s");
}

static bool lost_events(const struct report *report)
{
	for (size_t i = 0; i < report->scenario_count; i++) {
		const struct report_scenario *s = &report->scenarios[i];

		if (s->loss_map_full || s->loss_recursion)
			return true;
	}
	return false;
}

static enum zc_exit check_expectations(const struct arguments *a, const struct report *report)
{
	enum zc_exit status = ZC_EXIT_OK;
	char error[512];

	for (size_t i = 0; i < a->expect_count; i++) {
		if (claims_expect(report, a->expect[i], error, sizeof(error)))
			status = complain(ZC_EXIT_CLAIM, "--expect %s: %s", a->expect[i], error);
	}
	return status;
}

/* compare keeps its report without being asked: every other format can be made from it. */
static void default_file(struct outputs *outputs, const char *mode)
{
	static const char *const name = "zctrace-compare.json";

	if (outputs->count || strcmp(mode, "compare") || output_replace(name, NULL, NULL))
		return;
	for (const struct renderer *r = renderers; r->name; r++) {
		if (!strcmp(r->name, "json"))
			outputs->files[outputs->count].renderer = r;
	}
	outputs->files[outputs->count++].path = name;
}

int cmd_measure(int argc, char **argv)
{
	struct arguments a = { .plan.mode = argv[0] };
	struct report *report = NULL;
	enum zc_exit status, expected;
	char error[1024];
	int err;

	a.only = scenario_find(argv[0]);
	commands_parse(&argp, argc, argv, &a);
	status = check(&a);
	if (status)
		return status;
	complete_plan(&a);
	if (outputs_check(&a.outputs))
		return ZC_EXIT_USAGE;
	default_file(&a.outputs, a.plan.mode);
	session_set_verbosity(a.plan.verbosity);
	runner_catch_signals();
	if (a.full && !a.outputs.quiet)
		announce(&a.plan);

	err = measure(&a.plan, &report, error, sizeof(error));
	if (err)
		status = complain(exit_of_error(err), "%s: %s%s", a.plan.mode,
				  err == -EINTR ? "interrupted" : error,
				  report ? "; what was measured until then follows" : "");
	if (!report)
		return status ? status : ZC_EXIT_FAILED;
	if (outputs_write(&a.outputs, report) && !status)
		status = ZC_EXIT_FAILED;
	if (lost_events(report) && !status)
		status = complain(ZC_EXIT_FAILED, "%s: events were lost: no verdict rests on them",
				  a.plan.mode);
	expected = check_expectations(&a, report);
	report_free(report);
	return status ? status : expected;
}
