// SPDX-License-Identifier: GPL-2.0
/* What a scenario, a flow or the machine has to say to a rule: the metrics, and quantities that are
 * computed of them. docs/articles.md lists them. */
#include <stdio.h>
#include <string.h>

#include "rule_internal.h"
#include "texts.h"
#include "trust.h"
#include "words.h"

#define X86_PAGE_BYTES 4096
#define LARGEST_PAGE_BYTES 65536	/* arm64, ppc64 */

static struct rule_value absent(const char *why)
{
	return (struct rule_value){ .why = why };
}

static struct rule_value of_measured(struct measured number)
{
	return (struct rule_value){ .number = (double)number.value, .why = number.why };
}

static struct rule_value of_spread(const struct spread *spread)
{
	if (spread->median.why || !stats_known(spread))
		return absent(spread->median.why ? spread->median.why : "no runs");
	return (struct rule_value){
		.number = (double)spread->median.value, .spread = spread,
		.runs = spread->run_count, .interval = stats_median_interval(spread),
	};
}

/* --- quantities --- */

static struct rule_value payload(const struct rule_context *context,
				 const struct report_scenario *scenario,
				 const struct rule_node *term)
{
	return (struct rule_value){ .number = (double)scenario->payload_bytes };
}

static struct rule_value chunk_bytes(const struct rule_context *context,
				     const struct report_scenario *scenario,
				     const struct rule_node *term)
{
	return (struct rule_value){ .number = (double)(scenario->chunk_bytes ?
						       scenario->chunk_bytes :
						       scenario->payload_bytes) };
}

static struct rule_value elapsed(const struct rule_context *context,
				 const struct report_scenario *scenario,
				 const struct rule_node *term)
{
	return of_spread(&scenario->elapsed_untraced_ns);
}

static struct rule_value copied_per_byte(const struct rule_context *context,
					 const struct report_scenario *scenario,
					 const struct rule_node *term)
{
	const struct report_leg *leg = &scenario->legs[LEG_USER_SOCKET];

	if (!leg->has_origin)
		return absent(leg->per_byte.why ? leg->per_byte.why :
			      leg->bytes.why ? leg->bytes.why :
			      "the pages at the device were not looked at");
	return (struct rule_value){ .number = rule_copied_part(leg->at_xmit) };
}

/* The last page of a file comes whole, so that the bytes of a small one are rounded up. */
static bool came_once(const struct report *report, const struct report_scenario *scenario)
{
	const __u64 bytes = scenario->legs[LEG_DISK_CACHE].bytes.value;
	const __u64 page = text_is(report->machine.arch, "x86_64") ? X86_PAGE_BYTES :
								     LARGEST_PAGE_BYTES;
	const __u64 rounded = (scenario->payload_bytes + page - 1) / page * page;

	return bytes >= scenario->payload_bytes && bytes <= rounded;
}

static struct rule_value disk_copies(const struct rule_context *context,
				     const struct report_scenario *scenario,
				     const struct rule_node *term)
{
	const struct report *report = context->evidence[0].report;
	const struct report_leg *leg = &scenario->legs[LEG_DISK_CACHE];

	if (text_is(report->config.file_system, "tmpfs"))
		return absent("tmpfs keeps files in memory, on no disk");
	if (leg->per_byte.why || leg->bytes.why)
		return absent(report_format(context->texts, "disk → page cache: %s",
					    leg->per_byte.why ? leg->per_byte.why :
								leg->bytes.why));
	return (struct rule_value){ .number = came_once(report, scenario) ? 1 :
							      leg->per_byte.value };
}

static struct rule_value link_share(const struct rule_context *context,
				    const struct report_scenario *scenario,
				    const struct rule_node *term)
{
	struct rule_value value = of_spread(&scenario->elapsed_untraced_ns);

	if (!scenario->rate_bits)
		return absent("the link's rate is not limited");
	/* The median alone: it is a check of what was measured, not a result. */
	return (struct rule_value){
		.why = value.why,
		.number = value.number / ((double)scenario->payload_bytes * 8 * 1e9 /
					  (double)scenario->rate_bits),
	};
}

/* Fewer or more bytes than were sent, or others. */
static struct rule_value delivered(const struct rule_context *context,
				   const struct report_scenario *scenario,
				   const struct rule_node *term)
{
	struct report *texts = context->texts;
	const __u64 sent = scenario->payload_bytes, received = scenario->received_bytes;
	struct rule_value value = { .number = 0 };

	if (received < sent)
		value.text = report_format(texts, "%s missing",
					   words_many(texts, sent - received, "byte", "bytes"));
	else if (received > sent)
		value.text = report_format(texts, "%s too many",
					   words_many(texts, received - sent, "byte", "bytes"));
	else if (!scenario->sha256_sent || !scenario->sha256_received)
		return absent("no digest of what arrived was taken");
	else if (!text_is(scenario->sha256_sent, scenario->sha256_received))
		value.text = "other bytes";
	else
		value = (struct rule_value){ .number = 1, .text = "the same" };
	return value;
}

static struct rule_value sha256(const struct rule_context *context,
				const struct report_scenario *scenario,
				const struct rule_node *term)
{
	if (!scenario->sha256_received)
		return absent("no digest of what arrived was taken");
	return (struct rule_value){ .is_text = true, .text = scenario->sha256_received };
}

/* "sendfile" is also "sendfile64", as a program of 32 bits calls it. */
static bool is_called(const struct report_syscall *call, const char *name)
{
	return text_begins(call->name, name) && (!call->name[strlen(name)] ||
						 !strcmp(call->name + strlen(name), "64"));
}

/* Calls of one name by one role, over all descriptors. */
static struct report_syscall all_calls(const struct report_scenario *scenario,
				       const struct rule_node *term)
{
	const char *role = term->role ? term->role : "sender";
	struct report_syscall all = { 0 };

	for (size_t i = 0; i < scenario->syscall_count; i++) {
		const struct report_syscall *call = &scenario->syscalls[i];

		if (!text_is(call->role, role) || !is_called(call, term->name))
			continue;
		all.calls += call->calls;
		all.errors += call->errors;
		all.bytes += call->bytes;
	}
	return all;
}

/* A scenario whose calls were counted made some; else none can be told to be absent. */
static const char *calls_why(const struct report_scenario *scenario)
{
	if (scenario->crossings_total.why)
		return scenario->crossings_total.why;
	return scenario->syscall_count ? NULL : "its calls were not counted";
}

static struct rule_value calls(const struct rule_context *context,
			       const struct report_scenario *scenario,
			       const struct rule_node *term)
{
	return (struct rule_value){ .number = (double)all_calls(scenario, term).calls,
				    .why = calls_why(scenario) };
}

static struct rule_value errors(const struct rule_context *context,
				const struct report_scenario *scenario,
				const struct rule_node *term)
{
	return (struct rule_value){ .number = (double)all_calls(scenario, term).errors,
				    .why = calls_why(scenario) };
}

static struct rule_value bytes(const struct rule_context *context,
			       const struct report_scenario *scenario,
			       const struct rule_node *term)
{
	const struct report_syscall all = all_calls(scenario, term);

	if (calls_why(scenario) || !all.calls)
		return absent(calls_why(scenario) ? calls_why(scenario) :
			      report_format(context->texts, "no %s call was seen", term->name));
	return (struct rule_value){ .number = (double)all.bytes };
}

static struct rule_value bytes_per_call(const struct rule_context *context,
					const struct report_scenario *scenario,
					const struct rule_node *term)
{
	struct rule_value value = bytes(context, scenario, term);

	if (!value.why)
		value.number /= (double)all_calls(scenario, term).calls;
	return value;
}

static struct rule_value borrowed(const struct report_scenario *scenario, struct measured number)
{
	if (!scenario->zerocopy.used)
		return absent("it makes no sends that lend pages");
	return of_measured(number);
}

static struct rule_value zerocopy_sends(const struct rule_context *context,
					const struct report_scenario *scenario,
					const struct rule_node *term)
{
	return borrowed(scenario, scenario->zerocopy.sends);
}

static struct rule_value zerocopy_completed(const struct rule_context *context,
					    const struct report_scenario *scenario,
					    const struct rule_node *term)
{
	return borrowed(scenario, scenario->zerocopy.completed);
}

static struct rule_value zerocopy_copied(const struct rule_context *context,
					 const struct report_scenario *scenario,
					 const struct rule_node *term)
{
	return borrowed(scenario, scenario->zerocopy.copied);
}

static const struct rule_quantity quantities[] = {
	{ "payload", false, payload, 0, "declared", true, UNIT_BYTES },
	{ "chunk_bytes", false, chunk_bytes, 0, "declared", true, UNIT_BYTES },
	{ "elapsed", false, elapsed, CLAIM_TIMES, "declared", true, UNIT_NS },
	{ "copied_per_byte", false, copied_per_byte, CLAIM_BYTES | CLAIM_PAGES, "provenance", true,
	  UNIT_PER_BYTE },
	{ "disk_copies", false, disk_copies, CLAIM_BYTES, "counted", true, UNIT_PER_BYTE },
	{ "link_share", false, link_share, CLAIM_TIMES, "declared", false, UNIT_COUNT },
	{ "delivered", false, delivered, CLAIM_TOTALS, "declared", false, UNIT_COUNT },
	{ "sha256", false, sha256, CLAIM_TOTALS, "declared", false, UNIT_COUNT },
	{ "calls", true, calls, CLAIM_CALLS, "counted", true, UNIT_COUNT },
	{ "errors", true, errors, CLAIM_CALLS, "counted", true, UNIT_COUNT },
	{ "bytes", true, bytes, CLAIM_CALLS | CLAIM_BYTES, "counted", true, UNIT_BYTES },
	{ "bytes_per_call", true, bytes_per_call, CLAIM_CALLS | CLAIM_BYTES, "counted", true,
	 UNIT_BYTES },
	{ "zerocopy_sends", false, zerocopy_sends, CLAIM_CALLS, "declared", true, UNIT_COUNT },
	{ "zerocopy_completed", false, zerocopy_completed, 0, "declared", true, UNIT_COUNT },
	{ "zerocopy_copied", false, zerocopy_copied, 0, "declared", true, UNIT_COUNT },
};

const struct rule_quantity *rule_quantity_find(const char *name, size_t length)
{
	for (size_t i = 0; i < sizeof(quantities) / sizeof(quantities[0]); i++) {
		if (strlen(quantities[i].name) == length &&
		    !strncmp(quantities[i].name, name, length))
			return &quantities[i];
	}
	return NULL;
}

/* --- metrics --- */

static unsigned int metric_subjects(enum metric_id id)
{
	if (id <= METRIC_CROSSINGS_CONTROL)
		return CLAIM_CALLS;
	if (id >= METRIC_LEG_BYTES && id < METRIC_LATE_BYTES) {
		const int leg = (id - METRIC_LEG_BYTES) % LEG_COUNT;

		return leg == LEG_SOCKET_DEVICE ? CLAIM_PAGES :
		       leg == LEG_USER_SOCKET ? CLAIM_BYTES | CLAIM_PAGES : CLAIM_BYTES;
	}
	if (id == METRIC_LATE_BYTES || id == METRIC_LATE_PER_BYTE)
		return CLAIM_BYTES | CLAIM_PAGES;
	if (id == METRIC_SENDER_CPU || id == METRIC_ELAPSED_UNTRACED ||
	    id == METRIC_BYTES_PER_SECOND)
		return CLAIM_TIMES;
	return 0;
}

static const char *metric_evidence(enum metric_id id, const struct report_scenario *scenario)
{
	if (id >= METRIC_LEG_BYTES && id < METRIC_LATE_BYTES) {
		const char *evidence = scenario->legs[(id - METRIC_LEG_BYTES) % LEG_COUNT].evidence;

		return evidence ? evidence : "inferred";
	}
	return id == METRIC_ELAPSED_UNTRACED || id == METRIC_BYTES_PER_SECOND ? "declared" :
									 "counted";
}

/* The reason for a leg that has no number begins with its name; both of its numbers must be there.
 * */
static const char *metric_why(struct report *texts, enum metric_id id,
			      const struct report_scenario *scenario, const char *why)
{
	const struct report_leg *leg;

	if (id < METRIC_LEG_BYTES || id >= METRIC_LATE_BYTES)
		return why;
	leg = &scenario->legs[(id - METRIC_LEG_BYTES) % LEG_COUNT];
	if (!why)
		why = leg->bytes.why ? leg->bytes.why : leg->per_byte.why;
	return why ? report_format(texts, "%s: %s", metrics[id].label, why) : NULL;
}

static struct rule_value metric_term(const struct rule_context *context,
				     const struct report_scenario *scenario,
				     const struct rule_node *term)
{
	const struct report_role *role = term->role ? report_role(scenario, term->role) : NULL;
	struct metric_value found;
	struct rule_value value;

	if (term->role && !role)
		return absent(report_format(context->texts, "the report has no %s", term->role));
	found = metric_value(term->metric, scenario, role);
	if (found.spread && !found.why)
		value = of_spread(found.spread);
	else
		value = (struct rule_value){ .number = found.ratio };
	if (value.why)
		found.why = value.why;
	value.why = metric_why(context->texts, term->metric, scenario, found.why);
	if (!value.why && !found.present)
		value.why = "the report has no such number";
	value.has_unit = true;
	value.unit = metrics[term->metric].unit;
	value.evidence = metric_evidence(term->metric, scenario);
	return value;
}

/* --- what belongs to no scenario --- */

static const struct report_flow *busiest_flow(const struct report *report)
{
	const struct report_flow *busiest = NULL;

	for (size_t s = 0; s < report->scenario_count; s++) {
		const struct report_scenario *scenario = &report->scenarios[s];

		for (size_t i = 0; i < scenario->flow_count; i++) {
			if (!busiest || scenario->flows[i].bytes > busiest->bytes)
				busiest = &scenario->flows[i];
		}
	}
	return busiest;
}

static struct rule_value flow_term(const struct report *report, const char *field)
{
	const struct report_flow *flow = busiest_flow(report);
	struct rule_value value = { .evidence = "counted" };

	if (!flow)
		return absent("the report has no flow");
	if (!strcmp(field, "verdict")) {
		value.is_text = true;
		value.text = flow->verdict ? flow->verdict : "";
	} else if (!strcmp(field, "copies_per_byte")) {
		value.number = flow->copies_per_byte.value;
		value.why = flow->copies_per_byte.why;
		value.has_unit = true;
		value.unit = UNIT_PER_BYTE;
	} else {
		value.number = *field == 'c' ? (double)flow->calls : (double)flow->bytes;
		value.has_unit = true;
		value.unit = *field == 'c' ? UNIT_COUNT : UNIT_BYTES;
	}
	return value;
}

static struct rule_value claim_term(const struct rule_context *context,
				    const struct report *report, const char *id)
{
	for (size_t i = 0; i < report->claim_count; i++) {
		if (text_is(report->claims[i].id, id))
			return (struct rule_value){
				.is_text = true,
				.text = report_verdict_text(report->claims[i].verdict),
				.evidence = report->claims[i].evidence ?
					    report->claims[i].evidence : "declared" };
	}
	return absent(report_format(context->texts, "the report has no claim %s", id));
}

static struct rule_value machine_term(const struct report *report, const char *fact)
{
	struct rule_value value = { .evidence = "counted" };
	unsigned int part[3] = { 0 };

	if (!strcmp(fact, "cpus")) {
		value.number = (double)report->machine.cpus;
	} else if (!strcmp(fact, "memory")) {
		value.number = (double)report->machine.memory_bytes;
		value.has_unit = true;
		value.unit = UNIT_BYTES;
	} else if (!report->machine.kernel ||
		   sscanf(report->machine.kernel, "%3u.%5u.%5u", &part[0], &part[1],
			  &part[2]) < 2) {
		return absent("the kernel's release is not known");
	} else {
		value.number = part[0] * 1e10 + part[1] * 1e5 + part[2];
		value.text = report->machine.kernel;
	}
	return value;
}

/* --- a term --- */

static struct rule_value scenario_term(const struct rule_context *context,
				       const struct report_scenario *scenario,
				       const struct rule_node *term)
{
	const bool metric = term->kind == NODE_METRIC;
	const unsigned int subjects = metric ? metric_subjects(term->metric) :
					       term->quantity->subjects;
	const char *doubt = context->strict ? trust_doubt(context->texts, scenario, subjects) :
		NULL;
	struct rule_value value = { .why = scenario->failed };

	if (value.why) {
		;
	} else if (metric) {
		value = metric_term(context, scenario, term);
	} else {
		value = term->quantity->of(context, scenario, term);
		value.evidence = term->quantity->evidence;
		value.has_unit = term->quantity->has_unit;
		value.unit = term->quantity->unit;
	}
	/* What is not there at all is not in doubt. */
	if (!value.why && doubt) {
		value.why = doubt;
		value.doubt = true;
	}
	if (value.why && context->strict)
		value.why = trust_about(context->texts, scenario, value.why);
	return value;
}

static const char *selector_text(struct report *texts, const struct rule_selector *selector)
{
	const char *text = selector->id;

	for (size_t i = 0; i < selector->word_count; i++)
		text = report_format(texts, "%s,%s", text, selector->words[i]);
	return text;
}

struct rule_value rule_term_value(const struct rule_context *context, const struct rule *rule,
				  const struct rule_case *at, const struct rule_node *term)
{
	const struct rule_selector *selector =
		term->selector < 0 ? NULL : &rule->selectors[term->selector];
	const char *file = selector ? selector->file : term->file;
	const struct rule_evidence *from =
		rule_find_evidence(context->evidence, context->evidence_count, file);

	if (!from)
		return absent(report_format(context->texts, "there is no report %.60s", file));
	if (!from->report)
		return absent(report_format(context->texts, "%s is missing", from->file));
	if (term->kind == NODE_FLOW)
		return flow_term(from->report, term->name);
	if (term->kind == NODE_CLAIM)
		return claim_term(context, from->report, term->name);
	if (term->kind == NODE_MACHINE)
		return machine_term(from->report, term->name);
	if (!at->bound[term->selector])
		return absent(report_format(context->texts, "%s was not run",
					    selector_text(context->texts, selector)));
	return scenario_term(context, at->bound[term->selector], term);
}
