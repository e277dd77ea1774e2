/* SPDX-License-Identifier: GPL-2.0 */
/* Where a report goes: the terminal, and files in any of the formats. The commands that have a
 * report share its options and its writing. */
#ifndef ZC_OUTPUT_H
#define ZC_OUTPUT_H

#include "commands.h"
#include "exits.h"
#include "identity.h"
#include "scorecard.h"

enum { OUTPUT_MAX = 8 };

struct outputs {
	struct {
		const struct renderer *renderer;
		const char *path;	/* "-" = standard output, instead of the text */
	} files[OUTPUT_MAX];
	size_t count;
	bool no_color, verbose, quiet;
	bool to_stderr;		/* the text: standard output belongs to another program */
};

/* The shared options --json, --html, …, -q, --no-color, of commands whose arguments begin with a
 * struct outputs; and the row of those that have no other of them. */
extern struct option_row output_options[];
#define NO_COLOR_ROW { "no-color", NULL, "No colours (NO_COLOR does it too)", \
		       .given = 1 + offsetof(struct outputs, no_color) }

/* Whether every file can be written, found out before a long measurement; 0 or -errno, said. */
int outputs_check(const struct outputs *outputs);
/* Text to stdout unless a file is "-" or quiet, then every file. 0 or -errno, said on stderr. */
int outputs_write(const struct outputs *outputs, const struct report *report);

/* The same of several reports side by side: a format that cannot hold them is a usage error. The
 * exit status, said. */
enum zc_exit outputs_write_scorecard(const struct outputs *outputs,
				     const struct scorecard *scorecard);

/* How text goes to standard output: colours only on a terminal that wants them. */
struct render_options outputs_terminal(const struct outputs *outputs);

/* Writes into a descriptor that stays open. 0, or the error of the first write that failed:
 * streams do not keep it. */
typedef int output_writer(FILE *out, void *context);
int output_write(int fd, output_writer *writer, void *context);

/* Says that standard output could not be written, but not to those who have left: a pipe without a
 * reader, a terminal that hung up. */
void output_complain(int fd, int err);

/*
 * Writes one file as the calling user: a new file beside it with a random name, synced, then
 * renamed over it, so that no half of a report is ever seen. A symbolic link is refused (-ELOOP),
 * one on the way to it too if others could have laid it (output_directory.h). Devices and FIFOs are
 * written to directly; a FIFO that nobody reads is an error (-ENXIO). With writer NULL only whether
 * it could be done is found out. 0 or -errno.
 */
int output_replace(const char *path, output_writer *writer, void *context);

#endif
