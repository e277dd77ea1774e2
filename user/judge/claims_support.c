// SPDX-License-Identifier: GPL-2.0
/* Decides whether both ways deliver the same file, and whether this kernel has sendfile.
 * Called through the table in claims.c. */
#include "claims_rules.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "texts.h"
#include "words.h"

/* The first kernel whose sendfile both programs can use, by the second document. */
static const unsigned int needed_release[] = { 2, 4, 19 };

/* What arrived by one of the two ways. */
struct delivery {
	const char *name;
	bool run;
	const char *digest;	/* of what arrived, one for all its scenarios unless other is set */
	const char *failed;	/* of the first that could not be run, or is in doubt */
};

struct deliveries {
	struct delivery copy, sendfile;
	const char *doubt;	/* of the first scenario whose numbers may not be used */
	const char *wrong;	/* what was delivered otherwise than it was sent */
};

/* Why what the scenario delivered is not what it sent, nor what its way delivered before. */
static const char *wrong_delivery(struct report *report, const struct report_scenario *scenario,
				  const struct delivery *way)
{
	const __u64 sent = scenario->payload_bytes, received = scenario->received_bytes;

	if (received < sent)
		return report_format(report, "%s missing",
				     words_many(report, sent - received, "byte", "bytes"));
	if (received > sent)
		return report_format(report, "%s too many",
				     words_many(report, received - sent, "byte", "bytes"));
	if (!scenario->sha256_sent || !scenario->sha256_received)
		return NULL;
	if (!text_is(scenario->sha256_sent, scenario->sha256_received) ||
	    (way->digest && !text_is(way->digest, scenario->sha256_received)))
		return "other bytes";
	return NULL;
}

static void add_delivery(const struct claim_info *info, struct report *report,
			 const struct report_scenario *scenario, struct deliveries *all)
{
	struct delivery *way = text_is(scenario->id, "copy") ? &all->copy : &all->sendfile;
	const char *doubt = scenario->failed ? NULL : claim_doubt(report, scenario, info->subjects);

	if (doubt && !all->doubt)
		all->doubt = doubt;
	if (scenario->failed || doubt) {
		if (!way->failed)
			way->failed = doubt ? doubt :
				      claim_about(report, scenario, scenario->failed);
		return;
	}
	way->run = true;
	if (!all->wrong)
		all->wrong = wrong_delivery(report, scenario, way);
	if (scenario->sha256_sent && scenario->sha256_received)
		way->digest = scenario->sha256_received;
}

/* Why it cannot be told; NULL = the way was run and what arrived was digested. */
static const char *delivery_missing(struct report *report, const struct delivery *way)
{
	if (!way->run)
		return way->failed ? way->failed :
				     report_format(report, "%s was not run", way->name);
	if (!way->digest)
		return report_format(report, "no digest of what %s delivered was taken", way->name);
	return NULL;
}

static void note_left_out(struct report *report, struct report_claim *claim,
			  const struct deliveries *all)
{
	if (all->copy.failed)
		claim_note(report, claim, all->copy.failed);
	if (all->sendfile.failed)
		claim_note(report, claim, all->sendfile.failed);
}

void decide_same_bytes(const struct claim_info *info, struct report *report,
		       struct report_claim *claim)
{
	struct deliveries all = { .copy.name = "copy", .sendfile.name = "sendfile" };
	const char *missing;

	for (size_t i = 0; i < report->scenario_count; i++) {
		const struct report_scenario *scenario = &report->scenarios[i];

		if (text_is(scenario->id, "copy") || text_is(scenario->id, "sendfile"))
			add_delivery(info, report, scenario, &all);
	}
	missing = delivery_missing(report, &all.copy);
	if (!missing)
		missing = delivery_missing(report, &all.sendfile);
	if (!missing && !all.wrong && !text_is(all.copy.digest, all.sendfile.digest))
		all.wrong = "other bytes";

	if (all.wrong) {
		claim_number(claim, 0, all.wrong);
		claim_verdict(claim, false);
	} else if (missing) {
		claim_not_measured(report, claim, missing, all.doubt ? NULL : info->command);
	} else {
		claim_number(claim, 1, "the same");
		claim_verdict(claim, true);
		note_left_out(report, claim, &all);
	}
}

/* 1: the release is new enough; 0: it is older; -EINVAL: it is none. */
static int new_enough(const char *release)
{
	unsigned int parts[3] = { 0 };

	if (!release || sscanf(release, "%u.%u.%u", &parts[0], &parts[1], &parts[2]) < 2)
		return -EINVAL;
	for (size_t i = 0; i < 3; i++)
		if (parts[i] != needed_release[i])
			return parts[i] > needed_release[i];
	return 1;
}

/* Bytes that the sender's sendfile calls moved. */
static struct measured_real sendfile_bytes(struct report *report,
					   const struct report_scenario *scenario)
{
	__u64 calls = 0, bytes = 0;

	(void)report;
	for (size_t i = 0; i < scenario->syscall_count; i++) {
		const struct report_syscall *call = &scenario->syscalls[i];

		if (!text_is(call->role, "sender") || !call->name ||
		    strncmp(call->name, "sendfile", strlen("sendfile")) != 0)
			continue;
		calls += call->calls;
		bytes += call->bytes;
	}
	if (calls == 0)
		return (struct measured_real){ .why = "no sendfile call was seen" };
	return (struct measured_real){ .value = (double)bytes };
}

void decide_kernel_support(const struct claim_info *info, struct report *report,
			   struct report_claim *claim)
{
	struct claim_samples samples = claim_samples(info, report, claim_is_sendfile,
						     sendfile_bytes);
	const int supported = new_enough(report->machine.kernel);
	double least;

	if (claim_undecided(info, report, claim, &samples))
		return;
	if (supported < 0) {
		claim_not_measured(report, claim, "the kernel's release is not known",
				   info->command);
		return;
	}
	least = samples.at[0].value;
	for (size_t i = 1; i < samples.count; i++)
		if (samples.at[i].value < least)
			least = samples.at[i].value;
	claim_number(claim, least, report->machine.kernel);
	claim_verdict(claim, supported && least > 0);
}
