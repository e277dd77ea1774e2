// SPDX-License-Identifier: GPL-2.0
/* lab: leads a student through one lab, from the task to the lab report. lab check and lab key are
 * the instructor's, each a file of its own. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cmd_lab.h"
#include "exits.h"
#include "paragraph.h"
#include "lab_ask.h"
#include "lab_sheet.h"

struct arguments {
	struct lab_arguments lab;
	const char *name, *predictions, *answers, *out;
	struct render_options terminal;
};

static void end(const struct option_use *use)
{
	const struct arguments *a = use->arguments;

	if (!a->lab.number && (a->name || a->predictions || a->answers || a->lab.from_count ||
			       a->out || a->lab.outputs.quiet))
		argp_error(use->state, "the number of the lab is missing; zctrace lab lists them");
}

#define ARGUMENTS struct arguments

static const struct option_row options[] = {
	{ "name", "NAME", "Yours, for the lab report", SETS_TEXT(name) },
	{ "predictions", "FILE", "Take them from lines \"id: value\" instead of asking",
	  SETS_TEXT(predictions) },
	{ "answers", "FILE", "Take the answers to the questions from lines \"why-1: text\"",
	  SETS_TEXT(answers) },
	{ "from", "PATH",
	  "Do not measure: take the reports from a directory (labs/data has some), from a "
	  "report, or go on with a hand-in; may be repeated", .take = lab_take_from },
	{ "out", "PREFIX",
	  "Name of the lab report, without .json, .md, .html (default labN-handin)",
	  SETS_TEXT(out) },
	{ "quiet", NULL, "Do not print the task", SETS_FLAG(lab.outputs.quiet), .letter = 'q' },
	NO_COLOR_ROW,
	{ 0 },
};

static const struct command_syntax syntax = {
	.options = { options }, .argument = lab_take_number, .end = end,
	.args_doc = "[N]\ncheck HANDIN...\nkey N",
	.doc = "Leads through lab N: prints the task, takes your predictions, measures, sets both side "
	       "by side, and writes the lab report. Without N: lists the labs. \"lab check\" and "
	       "\"lab key\" are for instructors; they have a --help of their own.\v"
	       "Examples:\n"
	       "  sudo zctrace lab 1\n"
	       "  zctrace lab 1 --from labs/data           without root, from recorded reports\n"
	       "  zctrace lab 1 --from lab1-handin.json    go on: answer what is still open\n",
};

static int list_labs(void)
{
	char title[160];

	if (!lab_directory())
		return complain(ZC_EXIT_FAILED, "the labs are not beside this program; run it from the "
				"source tree, or install it with make install");
	for (int number = 1; number <= LAB_MOST_LABS; number++) {
		if (lab_exists(number, title, sizeof(title)))
			printf("%d  %s\n", number, title);
	}
	printf("\nsudo zctrace lab N begins one; its text is in %s\n", lab_directory());
	return ZC_EXIT_OK;
}

static bool has_prediction(const struct lab *lab, const struct handin *handin)
{
	for (size_t i = 0; i < lab->prediction_count; i++) {
		if (*handin_prediction(handin, lab->predictions[i].id))
			return true;
	}
	return false;
}

/* Everything that was given beforehand. */
static int take_given(const struct arguments *a, const struct lab *lab, struct handin *handin)
{
	const char *const files[] = { a->predictions, a->answers };
	char error[1024];

	for (size_t i = 0; i < a->lab.from_count; i++) {
		if (lab_take_saved(a->lab.from[i], lab, handin, error, sizeof(error)))
			return complain(ZC_EXIT_USAGE, "--from %s", error);
	}
	for (size_t i = 0; i < 2; i++) {
		if (files[i] && lab_read_answers(files[i], lab, handin, error, sizeof(error)))
			return complain(ZC_EXIT_USAGE, "%s: %s", files[i], error);
	}
	if (a->name)
		handin_set_name(handin, a->name);
	return ZC_EXIT_OK;
}

static void introduce(const struct arguments *a, const struct lab *lab)
{
	char title[200];

	if (a->lab.outputs.quiet)
		return;
	snprintf(title, sizeof(title), "Lab %d: %s", lab->number, lab->title);
	text_paragraph(&a->terminal, stdout, TONE_BOLD, "", title);
	if (lab->introduction)
		lab_print_text(lab->introduction, &a->terminal, stdout);
}

static int write_file(const struct arguments *a, const char *suffix, output_writer *writer,
		      void *context)
{
	char path[4096];
	int err;

	snprintf(path, sizeof(path), "%s%s", a->out, suffix);
	err = output_replace(path, writer, context);
	if (err)
		complain(ZC_EXIT_FAILED, "%s: %s", path, strerror(-err));
	return err;
}

/* Everything that was given so far, so that whatever happens next does not lose it. */
static int keep(const struct arguments *a, struct handin *handin)
{
	return write_file(a, ".json", handin_write, handin) ? ZC_EXIT_FAILED : ZC_EXIT_OK;
}

/* The input has ended, or Ctrl-C. */
static int stop_asking(const struct arguments *a, const struct lab *lab, int err)
{
	return complain(exit_of_error(err), "lab %d: %s; what was given and measured so far is kept: go "
			"on with zctrace lab %d --from %s.json", lab->number,
			err == -EINTR ? "interrupted" : "the input has ended", lab->number, a->out);
}

static int ask_predictions(const struct arguments *a, const struct lab *lab, struct handin *handin)
{
	int status = ZC_EXIT_OK, err = lab_ask_name(handin);

	for (size_t i = 0; i < lab->prediction_count && !err && !status; i++) {
		if (*handin_prediction(handin, lab->predictions[i].id))
			continue;
		err = lab_ask_prediction(&lab->predictions[i], handin, &a->terminal);
		if (!err)
			status = keep(a, handin);
	}
	return err ? stop_asking(a, lab, err) : status;
}

/* Before anything measured is shown: that is what makes it a prediction. Then they are sealed. */
static int take_predictions(const struct arguments *a, const struct lab *lab, struct handin *handin)
{
	int status = ZC_EXIT_OK;

	if (handin_is_sealed(handin))
		return keep(a, handin);
	if (lab_can_ask())
		status = ask_predictions(a, lab, handin);
	else if (!has_prediction(lab, handin))
		status = complain(ZC_EXIT_USAGE, "lab %d: no predictions, and no terminal to ask for them "
				  "on; give --predictions FILE with a line \"%s: VALUE\" and so on",
				  lab->number, lab->predictions[0].id);
	if (status)
		return status;
	handin_seal(handin);
	return keep(a, handin);
}

static int measure_rest(const struct arguments *a, const struct lab *lab, struct handin *handin)
{
	int status = ZC_EXIT_OK;

	for (size_t i = 0; i < lab->measurement_count && !status; i++) {
		const struct lab_measurement *measurement = &lab->measurements[i];
		int err = 0;

		if (handin_report(handin, measurement->file))
			continue;
		if (measurement->before && lab_can_ask())
			err = lab_ask_to_go_on(measurement->before, &a->terminal);
		if (err)
			return stop_asking(a, lab, err);
		status = lab_run(measurement, handin);
		if (!status)
			status = keep(a, handin);
	}
	return status;
}

static int ask_explanations(const struct arguments *a, const struct lab *lab,
			    struct handin *handin)
{
	int status = ZC_EXIT_OK;

	for (size_t i = 0; i < lab->question_count && !status; i++) {
		int err;

		if (*handin_explanation(handin, i))
			continue;
		err = lab_ask_explanation(lab, i, handin, &a->terminal);
		status = err ? stop_asking(a, lab, err) : keep(a, handin);
	}
	return status;
}

static int write_all(const struct arguments *a, struct lab_sheet *sheet, struct handin *handin)
{
	if (keep(a, handin) ||
	    write_file(a, ".md", lab_sheet_markdown, sheet) ||
	    write_file(a, ".html", lab_sheet_html, sheet))
		return ZC_EXIT_FAILED;
	printf("\nYour lab report: %s.html and %s.md to read, %s.json to hand in.\n", a->out,
	       a->out, a->out);
	return ZC_EXIT_OK;
}

/* What is still open, and how to go on with it. */
static void tell_open(const struct arguments *a, const struct lab *lab, const struct handin *handin)
{
	struct handin_verdict verdict;

	handin_check(handin, lab, &verdict);
	if (verdict.complete)
		return;
	printf("Still missing: %s.\nGo on later with: zctrace lab %d --from %s.json\n"
	       "or with a file of lines \"why-1: text\" … as --answers FILE.\n", verdict.missing,
	       lab->number, a->out);
}

/* A hand-in with somebody's predictions and answers, which nobody asked to go on with. */
static bool would_overwrite(const struct arguments *a)
{
	struct stat there, given;
	char path[4096];

	snprintf(path, sizeof(path), "%s.json", a->out);
	if (stat(path, &there))
		return false;
	for (size_t i = 0; i < a->lab.from_count; i++) {
		if (!stat(a->lab.from[i], &given) && given.st_dev == there.st_dev &&
		    given.st_ino == there.st_ino)
			return false;
	}
	complain(ZC_EXIT_USAGE, "%s is there already: go on with --from %s, or begin anew with another "
		 "--out, or remove it", path, path);
	return true;
}

static int do_lab(const struct arguments *a, const struct lab *lab, struct handin *handin)
{
	struct lab_sheet sheet;
	int status, answered = ZC_EXIT_OK;

	if (would_overwrite(a))
		return ZC_EXIT_USAGE;
	status = take_given(a, lab, handin);
	if (!status)
		introduce(a, lab);
	if (!status)
		status = take_predictions(a, lab, handin);
	if (!status)
		status = measure_rest(a, lab, handin);
	if (status)
		return status;
	lab_sheet_fill(&sheet, lab, handin);
	putchar('\n');
	lab_sheet_text(&sheet, &a->terminal, stdout);
	if (lab_can_ask())
		answered = ask_explanations(a, lab, handin);
	status = write_all(a, &sheet, handin);
	tell_open(a, lab, handin);
	return status ? status : answered;
}

int cmd_lab(int argc, char **argv)
{
	struct arguments a = { 0 };
	struct handin handin = { 0 };
	struct lab lab;
	char error[512], out[32];
	int status;

	if (argc > 1 && !strcmp(argv[1], "check"))
		return cmd_lab_check(argc - 1, argv + 1);
	if (argc > 1 && !strcmp(argv[1], "key"))
		return cmd_lab_key(argc - 1, argv + 1);
	commands_parse(&syntax, argc, argv, &a);
	a.terminal = outputs_terminal(&a.lab.outputs);
	if (!a.lab.number)
		return list_labs();
	if (lab_can_ask())
		lab_catch_interrupt();
	snprintf(out, sizeof(out), "lab%d-handin", a.lab.number);
	if (!a.out)
		a.out = out;
	if (lab_read(a.lab.number, false, &lab, error, sizeof(error))) {
		status = complain(ZC_EXIT_USAGE, "lab %d: %s", a.lab.number, error);
	} else {
		handin_new(&handin, &lab);
		status = do_lab(&a, &lab, &handin);
	}
	handin_free(&handin);
	lab_free(&lab);
	return status;
}
