// SPDX-License-Identifier: GPL-2.0
/* libFuzzer target: any text as one of the words that people and programs give zctrace: sizes,
 * rates, links, --to, --expect, a scenario's tally. The first byte chooses which. What is
 * understood is within its limits, and means the same when it is written and read again. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "claims.h"
#include "link.h"
#include "remote_words.h"
#include "runner.h"
#include "size.h"

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void check_size(const char *text)
{
	__u64 bytes = 23, again;
	char shown[SIZE_TEXT_BYTES], plain[32];
	int err = size_parse(text, &bytes);

	must(err == 0 || err == -EINVAL || err == -ERANGE);
	must(!err || bytes == 23);
	snprintf(plain, sizeof(plain), "%llu", bytes);
	must(!size_parse(plain, &again) && again == bytes);
	must(strlen(size_format(bytes, shown, sizeof(shown))) < sizeof(shown) - 1);
}

static void check_rate(const char *text)
{
	__u64 bits = 23, again;
	char plain[32];
	int err = rate_parse(text, &bits);

	must(err == 0 || err == -EINVAL || err == -ERANGE);
	if (err) {
		must(bits == 23);
		return;
	}
	must(bits >= LINK_MIN_RATE_BITS && bits <= LINK_MAX_RATE_BITS);
	snprintf(plain, sizeof(plain), "%llubit", bits);
	must(!rate_parse(plain, &again) && again == bits);
}

static void check_link(const char *text)
{
	enum link_kind kind;

	must(link_parse(text, &kind) || !strcmp(link_name(kind), text));
}

static void check_target(const char *text)
{
	struct remote_target target;

	if (remote_parse_target(text, &target))
		return;
	must(target.port > 0 && target.port < 65536);
	must(target.host[0] && target.host[0] != '-' && strlen(target.host) <= strlen(text));
}

/* A message for people: there is one, it ends, and is a single line if the text was. */
static void check_expect(const char *text)
{
	const struct article_list documents = claims_documents();
	struct report *report = report_new();
	char error[512];

	memset(error, 'x', sizeof(error));
	if (claims_expect(NULL, &documents, text, error, sizeof(error)))
		must(memchr(error, '\0', sizeof(error)) && error[0]);
	must(report != NULL);
	claims_expect(report, &documents, text, error, sizeof(error));
	report_free(report);
}

static void check_tally(const char *text)
{
	struct tally tally;

	memset(&tally, 0xff, sizeof(tally));
	if (tally_parse(text, &tally))
		return;
	must(tally.call_count <= TALLY_MAX_CALLS);
	for (size_t i = 0; i < tally.call_count; i++)
		must(memchr(tally.calls[i].name, '\0', sizeof(tally.calls[i].name)));
	must(memchr(tally.sha256, '\0', sizeof(tally.sha256)));
	must(memchr(tally.error, '\0', sizeof(tally.error)));
	must(tally.payload_bytes <= INT64_MAX && tally.rounds <= INT64_MAX);
	for (size_t i = 0; i < tally.call_count; i++)
		must(tally.calls[i].count <= INT64_MAX);
}

static void (*const checks[])(const char *text) = {
	check_size, check_rate, check_link, check_target, check_expect, check_tally,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text;

	if (!size)
		return 0;
	text = malloc(size);
	must(text != NULL);
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	checks[data[0] % (sizeof(checks) / sizeof(checks[0]))](text);
	free(text);
	return 0;
}
