/* SPDX-License-Identifier: GPL-2.0 */
/* The parts of the terminal page, in the order in which render_text.c prints them. Errors of the
 * stream are looked at once, at the end. */
#ifndef ZC_TEXT_H
#define ZC_TEXT_H

#include "grid.h"
#include "overview.h"

void text_overview(const struct report *report, const struct render_options *options, FILE *out);
void text_sweep(const struct report *report, const struct render_options *options, FILE *out);
void text_paths(const struct report *report, const struct render_options *options, FILE *out);
void text_flows(const struct report *report, const struct render_options *options, FILE *out);
void text_claims(const struct report *report, const struct render_options *options, FILE *out);
void text_witnesses(const struct report *report, const struct render_options *options, FILE *out);
void text_details(const struct report *report, const struct render_options *options, FILE *out);

/* Reasons of what prints as "—" in one table, to be said once below it. */
struct text_reasons {
	const char *seen[8];	/* more are left out: they are in the JSON */
	size_t count;
};
void text_note_reason(struct text_reasons *reasons, const char *why);	/* NULL = none */
void text_print_reasons(const struct text_reasons *reasons, const struct render_options *options,
			FILE *out);

/* A number or "—", whose reason is noted. */
typedef char *text_number(__u64 value, char *buf);
char *text_measured(const struct measured *number, text_number *format,
		    struct text_reasons *reasons, char *buf);
char *text_size(__u64 bytes, char *buf);

#endif
