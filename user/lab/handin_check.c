// SPDX-License-Identifier: GPL-2.0
/* Judges one hand-in: see handin.h. Everything is computed again from the raw reports. Whoever
 * alters a number must alter all that depend on it, and the digest; this finds those who did not,
 * and cannot find those who did. Called by zctrace lab check. */
#include "alloc.h"
#include "handin.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "claims.h"
#include "stats.h"
#include "texts.h"
#include "version.h"

/* Where the first disagreement goes. */
struct soundness {
	const struct report_scenario *scenario;
	char *reason;
	size_t size;
};

__attribute__((format(printf, 2, 3)))
static bool differs(const struct soundness *s, const char *format, ...)
{
	const char *id = s->scenario && s->scenario->id ? s->scenario->id : "report";
	char text[200];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	snprintf(s->reason, s->size, "%.40s: %s", id, text);
	return false;
}

/* --- one scenario --- */

static bool nothing_lost(const struct soundness *s)
{
	const struct report_scenario *scenario = s->scenario;

	if (!scenario->loss_ring && !scenario->loss_map_full && !scenario->loss_recursion)
		return true;
	return differs(s, "events were lost");
}

static bool witnesses_agree(const struct soundness *s)
{
	for (size_t i = 0; i < s->scenario->witness_count; i++) {
		const struct report_witness *w = &s->scenario->witnesses[i];
		__u64 apart = w->counted > w->witness ? w->counted - w->witness :
							w->witness - w->counted;

		if (!w->agree || apart > w->tolerance)
			return differs(s, "witness %.60s: counted %llu, %.60s says %llu",
				       w->id ? w->id : "?", w->counted,
				       w->source ? w->source : "?", w->witness);
	}
	return s->scenario->witness_count ? true : differs(s, "it has no witness");
}

static bool calls_add_up(const struct soundness *s)
{
	for (size_t i = 0; i < s->scenario->syscall_count; i++) {
		const struct report_syscall *call = &s->scenario->syscalls[i];
		__u64 sum = 0;

		for (int b = 0; b < REPORT_HIST_BUCKETS; b++)
			sum += call->histogram[b];
		if (sum != call->calls)
			return differs(s, "%.40s: %llu calls, but its histogram has %llu",
				       call->name, call->calls, sum);
		if (call->errors > call->calls || call->zeros > call->calls - call->errors)
			return differs(s, "%.40s: more failed than were made", call->name);
	}
	return true;
}

static bool is_role(const struct report_syscall *call, const char *role)
{
	return call->data && text_is(call->role, role);
}

static bool crossings_add_up(const struct soundness *s)
{
	const struct report_scenario *scenario = s->scenario;
	__u64 data = 0, every = 0;
	double rounds = (double)scenario->rounds.value, each = scenario->crossings_per_round.value;

	for (size_t i = 0; i < scenario->syscall_count; i++) {
		const struct report_syscall *call = &scenario->syscalls[i];

		/* Requests to io_uring are no calls. */
		if (call->name && !strncmp(call->name, "io_uring ", 9))
			continue;
		if (text_is(call->role, "sender"))
			every += 2 * call->calls;
		if (is_role(call, "sender"))
			data += 2 * (call->calls - call->errors - call->zeros);
	}
	if (!scenario->crossings_data.why && scenario->crossings_data.value != data)
		return differs(s, "%llu crossings of data calls, but the calls give %llu",
			       scenario->crossings_data.value, data);
	if (!scenario->crossings_data.why && !scenario->crossings_control.why &&
	    scenario->crossings_control.value != every - data)
		return differs(s, "%llu crossings of control calls, but the calls give %llu",
			       scenario->crossings_control.value, every - data);
	if (!scenario->crossings_total.why && !scenario->crossings_user_faults.why &&
	    scenario->crossings_total.value != every + scenario->crossings_user_faults.value)
		return differs(s, "%llu crossings in all, but their parts give %llu",
			       scenario->crossings_total.value,
			       every + scenario->crossings_user_faults.value);
	if (!scenario->rounds.why && !scenario->crossings_per_round.why &&
	    (each * rounds > data + 0.5 || each * rounds < data - 0.5))
		return differs(s, "%.2f crossings a round do not give %llu", each, data);
	return true;
}

/* Bytes that the calls of one end moved between its file or memory and the socket. */
static __u64 moved(const struct report_scenario *scenario, const char *role, bool sink, bool *any)
{
	__u64 sum = 0;

	*any = false;
	for (size_t i = 0; i < scenario->syscall_count; i++) {
		const struct report_syscall *call = &scenario->syscalls[i];
		const char *place = sink ? call->sink : call->source;

		*any = *any || text_is(call->role, role);
		if (is_role(call, role) && place && strstr(place, "→"))
			sum += call->bytes;
	}
	return sum;
}

static bool bytes_are_conserved(const struct soundness *s)
{
	const struct report_scenario *scenario = s->scenario;
	const struct report_leg *leg = &scenario->legs[LEG_USER_SOCKET];
	__u64 size = scenario->payload_bytes, sent, received, origins = 0;
	bool sender, receiver;

	sent = moved(scenario, "sender", true, &sender);
	received = moved(scenario, "receiver", false, &receiver);
	if (sender && sent != size)
		return differs(s, "%llu bytes were sent of a file of %llu", sent, size);
	if (receiver && received != size)
		return differs(s, "%llu bytes were received of a file of %llu", received, size);
	if (scenario->received_bytes != size)
		return differs(s, "the receiver says %llu bytes of a file of %llu",
			       scenario->received_bytes, size);
	for (int i = 0; i < REPORT_ORIGINS; i++)
		origins += leg->at_xmit[i];
	if (leg->has_origin && origins != size)
		return differs(s, "%llu bytes passed the device of a file of %llu", origins, size);
	if (scenario->sha256_sent && scenario->sha256_received &&
	    strcmp(scenario->sha256_sent, scenario->sha256_received))
		return differs(s, "what arrived was not what was sent");
	return true;
}

static int ascending(const void *left, const void *right)
{
	const __u64 *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

/* The times of the runs of one kind are the runs' own, and the median is theirs. */
static bool times_add_up(const struct soundness *s, const struct spread *spread, bool traced)
{
	size_t count = 0;
	__u64 *runs, median;

	if (spread->median.why)
		return true;
	for (size_t i = 0; i < s->scenario->run_count; i++) {
		const struct report_run *run = &s->scenario->runs[i];

		if (run->traced != traced)
			continue;
		if (count >= spread->run_count || spread->runs[count] != run->elapsed_ns)
			return differs(s, "elapsed times and runs differ");
		count++;
	}
	if (count != spread->run_count || !count)
		return differs(s, "%zu runs, but %zu elapsed times", count, spread->run_count);
	runs = xcalloc(count, sizeof(*runs));
	memcpy(runs, spread->runs, count * sizeof(*runs));
	qsort(runs, count, sizeof(*runs), ascending);
	median = stats_median(runs, count);
	free(runs);
	return median == spread->median.value ? true :
	       differs(s, "the median of the elapsed times is not theirs");
}

static bool scenario_is_sound(const struct soundness *s)
{
	if (s->scenario->failed)
		return true;
	if (!nothing_lost(s) || !witnesses_agree(s) || !calls_add_up(s))
		return false;
	if (!s->scenario->payload_bytes)	/* zctrace run: any program */
		return true;
	return crossings_add_up(s) && bytes_are_conserved(s) &&
	       times_add_up(s, &s->scenario->elapsed_untraced_ns, false) &&
	       times_add_up(s, &s->scenario->elapsed_traced_ns, true);
}

/* --- the report --- */

/* Other versions may decide otherwise. */
static bool verdicts_follow(struct soundness *s, struct report *report)
{
	struct report_claim *saved = report->claims;
	size_t count = report->claim_count;
	bool follow = true;

	s->scenario = NULL;
	if (!count || !text_is(report->tool.version, ZCTRACE_VERSION))
		return true;
	claims_decide(report);
	for (size_t i = 0; i < count && follow; i++) {
		for (size_t k = 0; k < report->claim_count && follow; k++) {
			if (text_is(saved[i].id, report->claims[k].id) &&
			    saved[i].verdict != report->claims[k].verdict)
				follow = differs(s, "claim %.40s: \"%s\" does not follow",
						 saved[i].id,
						 report_verdict_text(saved[i].verdict));
		}
	}
	report->claims = saved;
	report->claim_count = count;
	return follow;
}

/* Whether a report's numbers agree with each other; if not, the reason. */
static bool report_is_sound(struct report *report, char *reason, size_t size)
{
	struct soundness s = { .reason = reason, .size = size };

	reason[0] = '\0';
	if (!report->scenario_count)
		return differs(&s, "nothing was measured");
	for (size_t i = 0; i < report->scenario_count; i++) {
		s.scenario = &report->scenarios[i];
		if (!scenario_is_sound(&s))
			return false;
	}
	return verdicts_follow(&s, report);
}

/* --- the hand-in --- */

__attribute__((format(printf, 2, 3)))
static void miss(struct handin_verdict *verdict, const char *format, ...)
{
	size_t used = strlen(verdict->missing);
	va_list arguments;

	if (used && used < sizeof(verdict->missing))
		used += snprintf(verdict->missing + used, sizeof(verdict->missing) - used, ", ");
	verdict->complete = false;
	if (used >= sizeof(verdict->missing))
		return;
	va_start(arguments, format);
	vsnprintf(verdict->missing + used, sizeof(verdict->missing) - used, format, arguments);
	va_end(arguments);
}

static bool is_blank(const char *text)
{
	return text[strspn(text, " \t\r\n")] == '\0';
}

static void check_predictions(const struct handin *handin, const struct lab *lab,
			      const struct rule_evidence *evidence, struct handin_verdict *verdict)
{
	verdict->of = lab->prediction_count;
	for (size_t i = 0; i < lab->prediction_count; i++) {
		const struct lab_prediction *prediction = &lab->predictions[i];
		const char *answer = handin_prediction(handin, prediction->id);
		struct lab_value value;

		if (is_blank(answer))
			continue;
		verdict->predicted++;
		if (!lab_evaluate(prediction->where, evidence, lab->measurement_count, &value))
			verdict->right += lab_judge(prediction, answer, &value) == LAB_RIGHT;
	}
	if (verdict->predicted < verdict->of)
		miss(verdict, "%zu of %zu predictions", verdict->of - verdict->predicted,
		     verdict->of);
}

static void check_explanations(const struct handin *handin, const struct lab *lab,
			       struct handin_verdict *verdict)
{
	size_t missing = 0;

	for (size_t i = 0; i < lab->question_count; i++)
		missing += is_blank(handin_explanation(handin, i));
	if (missing)
		miss(verdict, "%zu of %zu answers", missing, lab->question_count);
}

/* Whether the report was made by the command of the text, whatever the program was called. */
static bool is_command(const struct report *report, const char *command)
{
	const char *at = strstr(command, "./zctrace ");

	at = at ? at + strlen("./zctrace") : "";
	for (size_t i = 1; i < report->tool.command_count; i++) {
		const char *word = report->tool.command[i];
		size_t length = strlen(word);

		if (*at++ != ' ' || strncmp(at, word, length))
			return false;
		at += length;
	}
	return report->tool.command_count > 1 && !*at;
}

static void check_report(const struct handin_report *found, const struct lab_measurement *wanted,
			 struct handin_verdict *verdict)
{
	char reason[220];

	if (!found) {
		miss(verdict, "%s", wanted->file);
		return;
	}
	if (found->report && !is_command(found->report, wanted->command))
		miss(verdict, "%s by the lab's command", wanted->file);
	if (!verdict->sound)
		return;
	if (strcmp(found->said, found->found))
		snprintf(verdict->reason, sizeof(verdict->reason),
			 "%s: altered, its SHA-256 is another", wanted->file);
	else if (!found->report)
		snprintf(verdict->reason, sizeof(verdict->reason), "%s: %s", wanted->file,
			 found->why);
	else if (!report_is_sound(found->report, reason, sizeof(reason)))
		snprintf(verdict->reason, sizeof(verdict->reason), "%s: %s", wanted->file, reason);
	verdict->sound = !verdict->reason[0];
}

void handin_check(const struct handin *handin, const struct lab *lab,
		  struct handin_verdict *verdict)
{
	struct rule_evidence evidence[LAB_MAX_MEASUREMENTS];

	*verdict = (struct handin_verdict){ .complete = true, .sound = true };
	handin_evidence(handin, lab, evidence);
	if (is_blank(handin_name(handin)))
		miss(verdict, "name");
	check_predictions(handin, lab, evidence, verdict);
	check_explanations(handin, lab, verdict);
	for (size_t i = 0; i < lab->measurement_count; i++)
		check_report(handin_report(handin, lab->measurements[i].file),
			     &lab->measurements[i], verdict);
}
