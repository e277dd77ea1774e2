// SPDX-License-Identifier: GPL-2.0
/* The report's memory, its fixed words and how to find things in it: see report.h.
 * Called by the builders and claims.c, which fill a report, and by all that read one. */
#include "report.h"
#include "alloc.h"
#include "texts.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	BLOCK_BYTES = 16384,
	ALIGNMENT = 16,
};

/* Memory is handed out from the newest block; the older ones are full. */
struct arena_block {
	struct arena_block *next;
	size_t used, size;		/* of data, bytes */
	_Alignas(ALIGNMENT) unsigned char data[];
};

static struct arena_block *block_new(size_t size)
{
	struct arena_block *block;

	if (size > SIZE_MAX - sizeof(*block))
		out_of_memory();
	block = xcalloc(1, sizeof(*block) + size);
	block->size = size;
	return block;
}

struct report *report_new(void)
{
	return xcalloc(1, sizeof(struct report));
}

void report_free(struct report *report)
{
	struct arena_block *block, *next;

	if (!report)
		return;
	for (block = report->arena; block; block = next) {
		next = block->next;
		free(block);
	}
	free(report);
}

/* A request that does not fit gets a block; a large one goes behind the newest, which has room. */
static struct arena_block *block_with_room(struct report *report, size_t bytes)
{
	struct arena_block *newest = report->arena, *block;

	if (newest && newest->size - newest->used >= bytes)
		return newest;
	block = block_new(bytes > BLOCK_BYTES / 4 ? bytes : BLOCK_BYTES);
	if (newest && bytes > BLOCK_BYTES / 4) {
		block->next = newest->next;
		newest->next = block;
	} else {
		block->next = newest;
		report->arena = block;
	}
	return block;
}

void *report_alloc(struct report *report, size_t bytes)
{
	struct arena_block *block;
	void *memory;

	if (bytes > SIZE_MAX - ALIGNMENT)
		out_of_memory();
	bytes = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	block = block_with_room(report, bytes);
	memory = block->data + block->used;
	block->used += bytes;
	return memory;
}

const char *report_text(struct report *report, const char *text)
{
	size_t bytes;

	if (!text)
		return NULL;
	bytes = strlen(text) + 1;
	return memcpy(report_alloc(report, bytes), text, bytes);
}

const char *report_format(struct report *report, const char *format, ...)
{
	const char *kept;
	va_list arguments;
	char *text;

	va_start(arguments, format);
	text = xvasprintf(format, arguments);
	va_end(arguments);
	kept = report_text(report, text);
	free(text);
	return kept;
}

const char *report_verdict_text(enum report_verdict verdict)
{
	switch (verdict) {
	case VERDICT_HOLDS:
		return "holds";
	case VERDICT_DOES_NOT:
		return "does not hold";
	case VERDICT_HOLDS_IF:
		return "holds if";
	case VERDICT_NOT_MEASURED:
		break;
	}
	return "not measured";
}

const char *report_claim_verdict(const struct report_claim *claim)
{
	if (claim->note && claim->verdict == VERDICT_HOLDS)
		return "holds here";
	if (claim->note && claim->verdict == VERDICT_DOES_NOT)
		return "does not hold here";
	return report_verdict_text(claim->verdict);
}

const char *report_leg_id_text(enum report_leg_id leg)
{
	static const char *const names[LEG_COUNT] = {
		[LEG_DISK_CACHE] = "disk-cache",
		[LEG_CACHE_USER] = "cache-user",
		[LEG_USER_SOCKET] = "user-socket",
		[LEG_SOCKET_DEVICE] = "socket-device",
		[LEG_SOCKET_RECEIVER] = "socket-receiver",
	};

	return leg < LEG_COUNT ? names[leg] : "unknown";
}

const char *report_origin_text(unsigned int origin)
{
	static const char *const names[REPORT_ORIGINS] = {
		"file_page", "private", "anonymous", "zero_page", "truncated", "unknown",
	};

	return origin < REPORT_ORIGINS ? names[origin] : "unknown";
}

const struct report_role *report_role(const struct report_scenario *scenario, const char *name)
{
	for (size_t i = 0; i < scenario->role_count; i++) {
		const struct report_role *role = &scenario->roles[i];

		if (role->name && strcmp(role->name, name) == 0)
			return role;
	}
	return NULL;
}

const struct report_scenario *report_scenario(const struct report *report, const char *id,
					      const char *variant)
{
	for (size_t i = 0; i < report->scenario_count; i++) {
		const struct report_scenario *scenario = &report->scenarios[i];

		if (text_is(scenario->id, id) &&
		    (!variant || text_is(scenario->variant, variant)))
			return scenario;
	}
	return NULL;
}
