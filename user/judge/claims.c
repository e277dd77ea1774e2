// SPDX-License-Identifier: GPL-2.0
/* The table of claims: one row each, decided by the function it names (claims_*.c by theme).
 * Called after the measurement, by `zctrace list claims` and by --expect. */
#include "claims.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "claims_rules.h"

static const struct claim_info claims[] = {
	{
		.id = "copy-switches",
		.text = "copy: switches per round",
		.source = "doc1",
		.documents = "4",
		.unit = "crossings/round",
		.evidence = "counted",
		.rule = "crossings of data calls ÷ rounds is 4 in every copy scenario, ± 1 % for "
			"partial sends",
		.command = "zctrace compare",
		.subjects = CLAIM_CALLS,
		.decide = decide_copy_switches,
	},
	{
		.id = "sendfile-switches",
		.text = "sendfile: switches per call",
		.source = "doc1",
		.documents = "2",
		.unit = "crossings/call",
		.evidence = "counted",
		.rule = "crossings of data calls ÷ rounds is 2 in every sendfile scenario, ± 1 %",
		.command = "zctrace compare",
		.subjects = CLAIM_CALLS,
		.decide = decide_sendfile_switches,
	},
	{
		.id = "copy-cpu-copies",
		.text = "copy: CPU copies per byte",
		.source = "doc1",
		.documents = "2",
		.unit = "copies/byte",
		.evidence = "inferred",
		.rule = "page cache → user plus user → socket is 2 per byte, ± 1 %; at most 0.1 % of "
			"the bytes at the device of unknown origin",
		.command = "zctrace compare",
		.subjects = CLAIM_BYTES | CLAIM_PAGES,
		.decide = decide_copy_cpu_copies,
	},
	{
		.id = "copy-dma-copies",
		.text = "copy: DMA copies per byte",
		.source = "doc1",
		.documents = "2",
		.unit = "copies/byte",
		.evidence = "counted",
		.rule = "disk → page cache (cold 1, warm 0 per byte) plus socket → device (1) is 2 "
			"when cold, each ± 1 %",
		.command = "zctrace compare --cold --to HOST",
		.subjects = CLAIM_BYTES,
		.decide = decide_copy_dma_copies,
	},
	{
		.id = "sendfile-cpu-copies",
		.text = "sendfile: CPU copies per byte",
		.source = "doc1",
		.documents = "1",
		.unit = "copies/byte",
		.evidence = "provenance",
		.rule = "bytes at the device outside the file's own pages: 1 per byte, ± 1 %, always "
			"or where the device cannot gather; at most 0.1 % of unknown origin",
		.command = "zctrace compare --link veth-nosg",
		.subjects = CLAIM_BYTES | CLAIM_PAGES,
		.decide = decide_sendfile_cpu_copies,
	},
	{
		.id = "sendfile-dma-copies",
		.text = "sendfile: DMA copies per byte",
		.source = "doc1",
		.documents = "2",
		.unit = "copies/byte",
		.evidence = "counted",
		.rule = "disk → page cache (cold 1, warm 0 per byte) plus socket → device (1) is 2 "
			"when cold, each ± 1 %",
		.command = "zctrace compare --cold --to HOST",
		.subjects = CLAIM_BYTES,
		.decide = decide_sendfile_dma_copies,
	},
	{
		.id = "gather-removes-copy",
		.text = "sendfile: CPU copies that gathering saves",
		.source = "doc2",
		.documents = "1",
		.unit = "copies/byte",
		.evidence = "provenance",
		.rule = "bytes at the device outside the file's own pages, without gathering less "
			"with it: 1 per byte, ± 1 %",
		.command = "zctrace compare --full",
		.subjects = CLAIM_BYTES | CLAIM_PAGES,
		.decide = decide_gather_removes_copy,
	},
	{
		.id = "sendfile-faster",
		.text = "sendfile: faster than copy",
		.source = "both",
		.documents = "0.51 s : 0.16 s, 1.25 s : 0.57 s, 1.07 s : 0.56 s",
		.unit = "ratio",
		.evidence = "declared",
		.rule = "elapsed medians of untraced runs, whole-file copy ÷ sendfile, above 1 by "
			"more than noise (Mann-Whitney, 1 %; under 5 runs: ranges apart) in every "
			"condition, or in some where others are below 1 or within 5 % of it",
		.command = "zctrace compare",
		.subjects = CLAIM_TIMES,
		.decide = decide_sendfile_faster,
	},
	{
		.id = "sendfile-saves-cpu",
		.text = "sendfile: saves CPU time",
		.source = "doc2",
		.documents = "saves",
		.unit = "ratio",
		.evidence = "counted",
		.rule = "user + system time of the sender, untraced, whole-file copy ÷ sendfile, by "
			"the rule of sendfile-faster",
		.command = "zctrace compare",
		.subjects = CLAIM_TIMES,
		.decide = decide_sendfile_saves_cpu,
	},
	{
		.id = "sendfile-faster-than-loop",
		.text = "sendfile: faster than a loop",
		.source = "both",
		.documents = "faster",
		.unit = "ratio",
		.evidence = "declared",
		.rule = "elapsed medians of untraced runs, loop of read and send ÷ sendfile with the "
			"same chunk, by the rule of sendfile-faster; the documents say faster, and "
			"measured it against a program that reads the whole file first",
		.command = "zctrace compare",
		.subjects = CLAIM_TIMES,
		.decide = decide_sendfile_faster_than_loop,
	},
	{
		.id = "same-bytes",
		.text = "both: deliver the same file",
		.source = "doc2",
		.documents = "the same",
		.unit = "1 = the same",
		.evidence = "declared",
		.rule = "every receiver's total is the payload, and SHA-256 of what was sent and of "
			"what arrived by each way are equal",
		.command = "zctrace compare",
		.subjects = CLAIM_TOTALS,
		.decide = decide_same_bytes,
	},
	{
		.id = "nic-bound",
		.text = "both: equal over a slow link",
		.source = "both",
		.documents = "equal",
		.unit = "ratio",
		.evidence = "declared",
		.rule = "over a link of limited rate elapsed medians, whole-file copy ÷ sendfile, are "
			"1 ± 5 % and the CPU times differ by more than noise; always, or for a copy "
			"in chunks",
		.command = "zctrace compare --rate 1Gbit",
		.subjects = CLAIM_TIMES,
		.decide = decide_nic_bound,
	},
	{
		.id = "kernel-support",
		.text = "sendfile: kernel that has it",
		.source = "doc2",
		.documents = "≥ 2.4.19",
		.unit = "bytes moved",
		.evidence = "counted",
		.rule = "this kernel is 2.4.19 or newer and its sendfile moved bytes; older kernels "
			"are not tried",
		.command = "zctrace sendfile",
		.subjects = CLAIM_CALLS | CLAIM_BYTES,
		.decide = decide_kernel_support,
	},
};

#define CLAIM_COUNT (sizeof(claims) / sizeof(claims[0]))

static const enum report_verdict verdicts[] = { VERDICT_HOLDS, VERDICT_DOES_NOT, VERDICT_HOLDS_IF,
						VERDICT_NOT_MEASURED };

#define VERDICT_COUNT (sizeof(verdicts) / sizeof(verdicts[0]))

const struct claim_info *claims_all(size_t *count)
{
	*count = CLAIM_COUNT;
	return claims;
}

int claims_decide(struct report *report)
{
	report->claims = report_alloc(report, CLAIM_COUNT * sizeof(*report->claims));
	report->claim_count = CLAIM_COUNT;
	for (size_t i = 0; i < CLAIM_COUNT; i++) {
		const struct claim_info *info = &claims[i];

		report->claims[i] = (struct report_claim){
			.id = info->id,
			.text = info->text,
			.source = info->source,
			.documents = info->documents,
			.unit = info->unit,
			.rule = info->rule,
			.evidence = info->evidence,
		};
		info->decide(info, report, &report->claims[i]);
	}
	return 0;
}

/* Equal, where the text may have hyphens for spaces. */
static bool spells(const char *text, const char *verdict)
{
	for (; *text && *verdict; text++, verdict++)
		if (*text != *verdict && !(*text == '-' && *verdict == ' '))
			return false;
	return *text == *verdict;
}

static int parse_verdict(const char *text, enum report_verdict *verdict)
{
	for (size_t i = 0; i < VERDICT_COUNT; i++) {
		if (spells(text, report_verdict_text(verdicts[i]))) {
			*verdict = verdicts[i];
			return 0;
		}
	}
	return -EINVAL;
}

static const struct claim_info *find_claim(const char *id, size_t id_length)
{
	for (size_t i = 0; i < CLAIM_COUNT; i++)
		if (strlen(claims[i].id) == id_length && !strncmp(claims[i].id, id, id_length))
			return &claims[i];
	return NULL;
}

/* Appends to a text that is cut where its buffer ends. */
static void append(char *buf, size_t size, const char *separator, const char *text)
{
	const size_t used = strlen(buf);

	snprintf(buf + used, size - used, "%s%s", separator, text);
}

static int unknown_claim(const char *spec, size_t length, char *error, size_t size)
{
	snprintf(error, size, "no claim \"%.*s\"; there are", (int)length, spec);
	for (size_t i = 0; i < CLAIM_COUNT; i++)
		append(error, size, i ? ", " : " ", claims[i].id);
	return -EINVAL;
}

static int unknown_verdict(const char *text, char *error, size_t size)
{
	snprintf(error, size, "no verdict \"%s\"; write CLAIM=VERDICT with one of", text);
	for (size_t i = 0; i < VERDICT_COUNT; i++) {
		char name[32];

		snprintf(name, sizeof(name), "%s", report_verdict_text(verdicts[i]));
		for (char *at = name; *at; at++)
			if (*at == ' ')
				*at = '-';
		append(error, size, i ? ", " : " ", name);
	}
	return -EINVAL;
}

static int compare_verdict(const struct report *report, const struct claim_info *info,
			   enum report_verdict expected, char *error, size_t size)
{
	for (size_t i = 0; i < report->claim_count; i++) {
		const struct report_claim *claim = &report->claims[i];
		const char *detail = claim->why ? claim->why :
				     claim->condition ? claim->condition : claim->note;

		if (!claim->id || strcmp(claim->id, info->id) != 0)
			continue;
		if (claim->verdict == expected)
			return 0;
		snprintf(error, size, "%s: expected \"%s\", found \"%s\" (measured %s%s%s)",
			 info->id, report_verdict_text(expected),
			 report_verdict_text(claim->verdict),
			 claim->measured_text ? claim->measured_text : "—", detail ? ": " : "",
			 detail ? detail : "");
		return 1;
	}
	snprintf(error, size, "%s: expected \"%s\", but this report does not decide it", info->id,
		 report_verdict_text(expected));
	return 1;
}

int claims_expect(const struct report *report, const char *spec, char *error, size_t error_size)
{
	const char *equals = strchr(spec, '=');
	const size_t length = equals ? (size_t)(equals - spec) : strlen(spec);
	const struct claim_info *info = find_claim(spec, length);
	enum report_verdict expected;

	if (!info)
		return unknown_claim(spec, length, error, error_size);
	if (!equals || parse_verdict(equals + 1, &expected))
		return unknown_verdict(equals ? equals + 1 : "", error, error_size);
	if (!report)
		return 0;
	return compare_verdict(report, info, expected, error, error_size);
}
