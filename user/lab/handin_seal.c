// SPDX-License-Identifier: GPL-2.0
/* Seals the predictions of a hand-in before anything measured is shown: see handin.h. The digest
 * covers the time and the predictions, so that neither can be changed without the other's notice.
 * Called by cmd_lab.c, and by cmd_lab_check.c to judge. */
#include "handin.h"

#include <stdlib.h>
#include <string.h>

#include "sha256.h"

static const char *member(const struct handin *handin, const char *name)
{
	const char *text = json_string_value(json_object_get(json_object_get(handin->root, "sealed"),
							     name));
	return text ? text : "";
}

/* Of the time, a line feed, and the predictions as "jq -cS .predictions" prints them. */
static void digest(const struct handin *handin, const char *at, char hex[SHA256_HEX_BYTES])
{
	char *predictions = json_dumps(json_object_get(handin->root, "predictions"),
				       JSON_COMPACT | JSON_SORT_KEYS);
	struct sha256_ctx hash;

	sha256_init(&hash);
	sha256_update(&hash, strlen(at), (const uint8_t *)at);
	sha256_update(&hash, 1, (const uint8_t *)"\n");
	sha256_update(&hash, strlen(predictions), (const uint8_t *)predictions);
	sha256_end(&hash, hex);
	free(predictions);
}

bool handin_is_sealed(const struct handin *handin)
{
	return json_object_get(handin->root, "sealed") != NULL;
}

const char *handin_sealed_at(const struct handin *handin)
{
	return member(handin, "at");
}

const char *handin_seal_digest(const struct handin *handin)
{
	return member(handin, "sha256");
}

void handin_seal(struct handin *handin)
{
	char at[HANDIN_TIME_BYTES], hex[SHA256_HEX_BYTES];

	if (handin_is_sealed(handin))
		return;
	handin_now(at);
	digest(handin, at, hex);
	json_object_set_new(handin->root, "sealed", json_pack("{ss, ss}", "at", at, "sha256", hex));
}

enum handin_made handin_when_predicted(const struct handin *handin)
{
	const char *at = handin_sealed_at(handin);
	char hex[SHA256_HEX_BYTES];

	if (!handin_is_sealed(handin))
		return HANDIN_MADE_UNKNOWN;
	digest(handin, at, hex);
	if (strcmp(hex, handin_seal_digest(handin)))
		return HANDIN_MADE_CHANGED;
	for (size_t i = 0; i < handin->report_count; i++) {
		const struct report *report = handin->reports[i].report;

		/* Both are RFC 3339 in UTC, to the second: the order of the texts is that of
		 * time. */
		if (report && report->config.started && strcmp(report->config.started, at) < 0)
			return HANDIN_MADE_AFTER;
	}
	return HANDIN_MADE_BEFORE;
}
