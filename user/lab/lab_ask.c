// SPDX-License-Identifier: GPL-2.0
/* Takes predictions and answers from a file or from the terminal: see lab_ask.h. */
#include "lab_ask.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alloc.h"
#include "exits.h"
#include "paragraph.h"
#include "identity.h"
#include "report_load.h"
#include "texts.h"

enum { MOST_FILE_BYTES = 1 << 20, MOST_LINE = 4096 };

/* --- a file --- */

static const struct lab_prediction *find_prediction(const struct lab *lab, const char *id)
{
	for (size_t i = 0; i < lab->prediction_count; i++) {
		if (!strcmp(lab->predictions[i].id, id))
			return &lab->predictions[i];
	}
	return NULL;
}

static int take_answer(const struct lab *lab, struct handin *handin, const char *id,
		       const char *text, char *error, size_t size)
{
	const struct lab_prediction *prediction = find_prediction(lab, id);
	unsigned int question;
	char shown[128];

	if (!strcmp(id, "name")) {
		handin_set_name(handin, text);
		return 0;
	}
	if (sscanf(id, "why-%3u", &question) == 1 && question >= 1 &&
	    question <= lab->question_count) {
		handin_set_explanation(handin, question - 1, text);
		return 0;
	}
	if (!prediction)
		return failed(error, size, -EINVAL, "lab %d asks for no \"%s\"", lab->number,
			      plain_text(id, shown, sizeof(shown)));
	if (*text && !lab_answer_fits(prediction, text))
		return failed(error, size, -EINVAL, "%s: \"%s\" is no answer in %s", id,
			      plain_text(text, shown, sizeof(shown)), prediction->unit);
	if (handin_set_prediction(handin, id, text))
		return failed(error, size, -EPERM,
			      "%s: the predictions were sealed at %s, before anything measured "
			      "was shown; they stay as they are", id,
			      plain_text(handin_sealed_at(handin), shown, sizeof(shown)));
	return 0;
}

static bool goes_on(const char *at)
{
	return *at == '\n' && (at[1] == ' ' || at[1] == '\t');
}

/* Joins lines that go on, so that every answer is one line, with single blanks. */
static void join_lines(char *text)
{
	char *to = text;

	for (const char *at = text; *at; at++) {
		bool blank = goes_on(at) || *at == ' ' || *at == '\t' || *at == '\r';

		if (!blank)
			*to++ = *at;
		else if (to > text && to[-1] != ' ')
			*to++ = ' ';
	}
	*to = '\0';
}

/* With the rights of the calling user: messages quote from the file. */
static char *read_text(const char *path, char *error, size_t size)
{
	const struct identity caller = identity_of_caller();
	char *text;
	size_t bytes;

	if (identity_borrow(&caller)) {
		snprintf(error, size, "%s", strerror(EPERM));
		return NULL;
	}
	text = load_text(path, MOST_FILE_BYTES, &bytes, error, size);
	identity_return();
	return text;
}

int lab_read_answers(const char *path, const struct lab *lab, struct handin *handin, char *error,
		     size_t size)
{
	char *text = read_text(path, error, size), *rest = text, *line;
	char shown[80];
	int err = text ? 0 : -EINVAL;

	if (text)
		join_lines(text);
	while (!err && (line = strsep(&rest, "\n"))) {
		char *colon = strchr(line, ':');

		line = text_trim(line);
		if (!*line || *line == '#')
			continue;
		if (!colon) {
			snprintf(error, size, "\"%s\" is not \"id: text\"",
				 plain_text(line, shown, sizeof(shown)));
			err = -EINVAL;
			break;
		}
		*colon = '\0';
		err = take_answer(lab, handin, text_trim(line), text_trim(colon + 1), error, size);
	}
	free(text);
	return err;
}

/* --- the terminal --- */

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number)
{
	interrupted = 1;
}

bool lab_can_ask(void)
{
	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

void lab_catch_interrupt(void)
{
	/* Without SA_RESTART: Ctrl-C ends the reading of a line. */
	const struct sigaction action = { .sa_handler = on_interrupt };

	sigaction(SIGINT, &action, NULL);
}

static int read_line(const char *prompt, char line[MOST_LINE])
{
	fputs(prompt, stdout);
	fflush(stdout);
	if (interrupted || !fgets(line, MOST_LINE, stdin))
		return interrupted ? -EINTR : -EPIPE;
	memmove(line, text_trim(line), strlen(text_trim(line)) + 1);
	return 0;
}

int lab_ask_name(struct handin *handin)
{
	char line[MOST_LINE];
	int err = *handin_name(handin) ? 0 : read_line("\n  Your name: ", line);

	if (!err && !*handin_name(handin))
		handin_set_name(handin, line);
	return err;
}

int lab_ask_prediction(const struct lab_prediction *prediction, struct handin *handin,
		       const struct render_options *options)
{
	char line[MOST_LINE], prompt[160];
	int err;

	putchar('\n');
	text_paragraph(options, stdout, TONE_PLAIN, "  ", prediction->question);
	snprintf(prompt, sizeof(prompt), "  Your prediction (%.120s): ", prediction->unit);
	for (;;) {
		err = read_line(prompt, line);
		if (err || !*line)
			return err;
		if (lab_answer_fits(prediction, line))
			break;
		fputs("  That is not an answer to it; Enter alone leaves it out.\n", stdout);
	}
	return handin_set_prediction(handin, prediction->id, line);
}

int lab_ask_explanation(const struct lab *lab, size_t question, struct handin *handin,
			const struct render_options *options)
{
	char line[MOST_LINE];
	int err;

	printf("\n  %zu. ", question + 1);
	text_paragraph(options, stdout, TONE_PLAIN, "", lab->questions[question]);
	err = read_line("  Your answer (one line; Enter: later): ", line);
	if (!err)
		handin_set_explanation(handin, question, line);
	return err;
}

int lab_ask_to_go_on(const char *text, const struct render_options *options)
{
	char line[MOST_LINE];

	putchar('\n');
	text_paragraph(options, stdout, TONE_PLAIN, "  ", text);
	return read_line("  Press Enter to go on: ", line);
}

/* Whether the line goes on with the paragraph or the item before it. */
static bool belongs_to_before(const char *line)
{
	return *line && *line != '\n' && *line != '#' && *line != '|' && strncmp(line, "- ", 2);
}

/* A line for each paragraph and item, so that they fill the terminal. */
static void join_paragraphs(char *text)
{
	for (char *at = text; *at; at++) {
		if (*at == '\n' && at > text && at[-1] != '\n' && belongs_to_before(at + 1))
			*at = ' ';
	}
}

void lab_print_text(const char *markdown, const struct render_options *options, FILE *out)
{
	char *copy = xstrdup(markdown), *rest, *line;

	join_paragraphs(copy);
	rest = copy;
	while ((line = strsep(&rest, "\n"))) {
		if (!*line && !rest)
			break;
		if (!*line)
			putc('\n', out);
		else if (!strncmp(line, "## ", 3))
			text_paragraph(options, out, TONE_BOLD, "", line + 3);
		else
			text_paragraph(options, out, TONE_PLAIN, "", line);
	}
	free(copy);
}
