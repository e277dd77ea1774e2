/* SPDX-License-Identifier: GPL-2.0 */
/* One renderer per format, all alike: a report in, text out, nothing computed that is not in it.
 * cmd_report.c and output.c pick one from the table in render.c. */
#ifndef ZC_RENDER_H
#define ZC_RENDER_H

#include <stdio.h>
#include "report.h"

struct render_options {
	bool color;		/* terminal escapes allowed */
	bool verbose;		/* per-call table, all witnesses, machine */
	unsigned int width;	/* columns, 0 = 100 */
};

/* Each returns 0 or -errno of the stream. Everything from outside is escaped for the format. */
int render_text(const struct report *report, const struct render_options *options, FILE *out);
int render_json(const struct report *report, const struct render_options *options, FILE *out);
int render_html(const struct report *report, const struct render_options *options, FILE *out);
int render_markdown(const struct report *report, const struct render_options *options, FILE *out);
int render_csv(const struct report *report, const struct render_options *options, FILE *out);
int render_perfetto(const struct report *report, const struct render_options *options, FILE *out);

struct renderer {
	const char *name;	/* also the option: --html, --markdown, … */
	const char *what;	/* for the help */
	bool binary;		/* not for a terminal */
	int (*render)(const struct report *report, const struct render_options *options, FILE *out);
};

extern const struct renderer renderers[];	/* ends with a NULL name */

/* Shared by the renderers. Numbers are written as in the C locale: LC_NUMERIC is left alone. */

/* Copies text with control characters, bidirectional overrides, invisible characters and invalid
 * UTF-8 made visible (as \xNN), at most size - 1 bytes, cut between characters. NULL is "".
 * Nothing more is escaped: not <, not |. Returns buf. */
char *render_plain(const char *text, char *buf, size_t size);
/* The same as a copy, to be freed. NULL if there is no memory, which is remembered: the writers of
 * texts go on without it, and output_write() asks at the end. */
char *render_plain_copy(const char *text);
void render_lose_text(void);	/* something else was lost for lack of memory */
/* Whether anything was lost since the last time that this was asked. */
bool render_lost_text(void);
/* Columns that a text from render_plain() takes on a terminal. */
size_t render_columns(const char *text);
/* The longest beginning of text that takes at most columns, in bytes. */
size_t render_fit(const char *text, size_t columns);

/* render_plain(), and then what Markdown would read as markup is escaped. */
void render_markdown_text(FILE *out, const char *text);
/* One CSV field, quoted where RFC 4180 asks for it; text that a spreadsheet would calculate
 * (it begins with = + - @) gets an apostrophe in front. */
void render_csv_text(FILE *out, const char *text);

/* Numbers for people; each returns buf, of at least RENDER_NUMBER_BYTES. */
enum { RENDER_NUMBER_BYTES = 64 };
/* 1234567 -> "1,234,567" (32 bytes are enough) */
char *render_count(__u64 value, char *buf);
/* ns -> "0.412 s", "18.3 ms", "850 µs" (32 bytes are enough) */
char *render_time(__u64 ns, char *buf);
/* The same, or a dash where it was not measured. */
char *render_measured_time(struct measured ns, char *buf);
/* Two times in the unit of the longer: "0.398–0.512 s" */
char *render_time_range(__u64 min_ns, __u64 max_ns, char *buf);
/* 1.00; "<0.01" where something so small is not nothing; 1.23e+09 */
char *render_ratio(double value, char *buf);
/* Bits per second -> "1 Gbit/s" */
char *render_rate(__u64 bits, char *buf);
/* 65536 -> "64 KiB", 65535 -> "65,535 B": exact, for sizes that somebody chose */
char *render_chunk(__u64 bytes, char *buf);

#endif
