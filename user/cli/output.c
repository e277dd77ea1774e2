// SPDX-License-Identifier: GPL-2.0
/* The options for a report's files, and writing them all. output_file.c replaces one file. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "exits.h"
#include "output.h"

#define ARGUMENTS struct outputs

static void add_file(const struct option_use *use)
{
	struct outputs *outputs = use->arguments;

	if (outputs->count == OUTPUT_MAX)
		argp_error(use->state, "too many output files");
	outputs->files[outputs->count].renderer = renderer_find(use->row->name);
	outputs->files[outputs->count++].path = use->text;
}

struct option_row output_options[RENDERERS_MAX + 3] = {
	{ "quiet", NULL, "No progress, no text report", SETS_FLAG(quiet), .letter = 'q',
	  .group = 3 },
	{ "no-color", NULL, "No colours (NO_COLOR does it too)", SETS_FLAG(no_color), .group = 3 },
};

/* One for each format. They are there before main(), as the others. */
__attribute__((constructor))
static void add_formats(void)
{
	struct option_row *option = output_options;

	while (option->name)
		option++;
	for (int i = 0; renderers[i].name; i++) {
		if (renderers[i].what)
			*option++ = (struct option_row){
				renderers[i].name, "FILE", renderers[i].what, .take = add_file,
				.group = 2,
			};
	}
}

static bool is_stdout(const char *path)
{
	return !strcmp(path, "-") || !strcmp(path, "/dev/stdout");
}

int outputs_check(const struct outputs *outputs)
{
	for (size_t i = 0; i < outputs->count; i++) {
		const char *path = outputs->files[i].path;
		int err;

		if (is_stdout(path)) {
			if (outputs->files[i].renderer->binary && isatty(STDOUT_FILENO)) {
				complain(ZC_EXIT_USAGE, "--%s -: a terminal cannot show this "
					 "format; give a file", outputs->files[i].renderer->name);
				return -EINVAL;
			}
			continue;
		}
		err = output_replace(path, NULL, NULL);
		if (err) {
			complain(ZC_EXIT_USAGE, "%s: %s; give a path that you can write", path,
				 strerror(-err));
			return err;
		}
	}
	return 0;
}

struct job {
	const struct report *report;
	const struct scorecard *scorecard;	/* in its place, or NULL */
	const struct renderer *renderer;
	struct render_options options;
};

static int render_job(FILE *out, void *context)
{
	const struct job *job = context;

	if (job->scorecard)
		return scorecard_print(job->scorecard, job->renderer, &job->options, out);
	return job->renderer->render(job->report, &job->options, out);
}

struct render_options outputs_terminal(const struct outputs *outputs)
{
	const char *no_color = getenv("NO_COLOR");

	return (struct render_options){
		.color = isatty(outputs->to_stderr ? STDERR_FILENO : STDOUT_FILENO) &&
			 !outputs->no_color && !(no_color && *no_color),
		.verbose = outputs->verbose,
	};
}

void output_complain(int fd, int err)
{
	struct stat st;

	/* EIO from a terminal means that it hung up (tty_io.c); isatty() fails by then. */
	if (err == -EPIPE || (err == -EIO && !fstat(fd, &st) && S_ISCHR(st.st_mode)))
		return;
	complain(ZC_EXIT_FAILED, "standard %s: %s", fd == STDERR_FILENO ? "error" : "output",
		 strerror(-err));
}

static int write_standard(int fd, struct job *job)
{
	int err = output_write(fd, render_job, job);

	if (err)
		output_complain(fd, err);
	return err;
}

static int write_all(const struct outputs *outputs, struct job job)
{
	struct job terminal = job;
	bool text = !outputs->quiet;
	int err, first = 0;

	terminal.renderer = renderer_find("text");
	terminal.options = outputs_terminal(outputs);
	for (size_t i = 0; i < outputs->count; i++)
		text = text && !is_stdout(outputs->files[i].path);
	if (text)
		first = write_standard(outputs->to_stderr ? STDERR_FILENO : STDOUT_FILENO,
				       &terminal);
	for (size_t i = 0; i < outputs->count; i++) {
		const char *path = outputs->files[i].path;

		job.renderer = outputs->files[i].renderer;
		if (is_stdout(path)) {
			err = write_standard(STDOUT_FILENO, &job);
		} else {
			err = output_replace(path, render_job, &job);
			if (err)
				complain(ZC_EXIT_FAILED,
					 "%s: %s; what was there before is unchanged",
					 path, strerror(-err));
		}
		if (err && !first)
			first = err;
	}
	return first;
}

int outputs_write(const struct outputs *outputs, const struct report *report)
{
	return write_all(outputs, (struct job){ .report = report,
						.options.verbose = outputs->verbose });
}

enum zc_exit outputs_write_scorecard(const struct outputs *outputs,
				     const struct scorecard *scorecard)
{
	for (size_t i = 0; i < outputs->count; i++) {
		const struct renderer *renderer = outputs->files[i].renderer;
		const char *name = renderer->name;

		if (strcmp(name, "html") && strcmp(name, "markdown") && strcmp(name, "csv"))
			return complain(ZC_EXIT_USAGE,
					"--%s: holds one report; of several there are "
					"--html, --markdown and --csv", name);
	}
	return write_all(outputs, (struct job){ .scorecard = scorecard,
						.options.verbose = outputs->verbose }) ?
	       ZC_EXIT_FAILED : ZC_EXIT_OK;
}
