// SPDX-License-Identifier: GPL-2.0
/* libFuzzer target: any bytes as an article. What can be read is decided by a small report, and
 * shown: nothing may crash or leak, every claim gets a verdict with what belongs to it, and no
 * control character gets through. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "claims.h"
#include "render.h"

static __u64 runs[] = { 3000000, 3100000, 3200000, 3300000, 3400000 };

static struct spread times(__u64 add)
{
	return (struct spread){ .median = { 3200000 + add }, .min = { 3000000 }, .max = { 3400000 },
				.runs = runs, .run_count = 5 };
}

/* Two ways under two conditions, most of it measured. */
static struct report *make_report(void)
{
	static const char *const ids[] = { "copy", "sendfile", "copy", "zerocopy" };
	struct report *report = report_new();

	report->mode = "check";
	report->machine.kernel = "6.18.44";
	report->scenarios = report_alloc(report, 4 * sizeof(*report->scenarios));
	report->scenario_count = 4;
	for (size_t i = 0; i < 4; i++) {
		struct report_scenario *scenario = &report->scenarios[i];

		scenario->id = ids[i];
		scenario->variant = i ? "chunk" : "whole";
		scenario->cache = i == 2 ? "cold" : "warm";
		scenario->link = i == 3 ? "veth-nosg" : "lo";
		scenario->chunk_bytes = i ? 65536 : 0;
		scenario->payload_bytes = scenario->received_bytes = 1 << 20;
		scenario->rounds.value = i ? 16 : 1;
		scenario->crossings_per_round.value = 4;
		scenario->elapsed_untraced_ns = times(i * 1000000);
		scenario->cpu_untraced_ns = times(i * 10000);
		scenario->legs[LEG_SOCKET_DEVICE].bytes.why = "no device";
		scenario->legs[LEG_USER_SOCKET].has_origin = true;
		scenario->legs[LEG_USER_SOCKET].at_xmit[ORIGIN_FILE] = 1 << 20;
	}
	return report;
}

static void check_claim(const struct report_claim *claim)
{
	if (!claim->id || !claim->measured_text || !claim->rule)
		abort();
	if (claim->verdict == VERDICT_NOT_MEASURED ? !claim->why : !claim->evidence)
		abort();
	if (claim->verdict == VERDICT_HOLDS_IF && !claim->condition)
		abort();
}

static void show(const struct report *report)
{
	const struct render_options options = { 0 };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out || render_text(report, &options, out))
		abort();
	fclose(out);
	for (const char *at = text; *at; at++) {
		if (((unsigned char)*at < ' ' && *at != '\n') || *at == 0x7f)
			abort();
	}
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size), error[1024];
	struct article *article = article_parse(text, "fuzz", error, sizeof(error));
	struct article_list list = { { article }, 1 };
	struct report *report;

	if (!article) {
		if (!memchr(error, '\0', sizeof(error)) || !error[0])
			abort();
		return 0;
	}
	report = make_report();
	claims_decide_articles(report, &list);
	for (size_t i = 0; i < report->claim_count; i++)
		check_claim(&report->claims[i]);
	show(report);
	report_free(report);
	article_free(article);
	return 0;
}
