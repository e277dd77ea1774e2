/* SPDX-License-Identifier: GPL-2.0 */
/* What a student says: from a file of "id: text" lines, or asked on the terminal. cmd_lab.c. */
#ifndef ZC_LAB_ASK_H
#define ZC_LAB_ASK_H

#include "handin.h"
#include "render.h"

/*
 * Reads "id: text" lines into the hand-in; a line that begins with a blank goes on with the text
 * before it, # begins a remark. Ids: name, those of the predictions, and why-1, why-2, … for the
 * answers to the questions. 0, or -errno with one line in error (an unknown id, an answer that is
 * none to the question, a prediction that is another than the sealed one).
 */
int lab_read_answers(const char *path, const struct lab *lab, struct handin *handin, char *error,
		     size_t size);

/* Whether there is somebody to ask. */
bool lab_can_ask(void);
/* From now on Ctrl-C ends the question that is asked, not the program. */
void lab_catch_interrupt(void);
/* Each asks one question; an empty line leaves it out. 0; -EPIPE: the input has ended; -EINTR:
 * Ctrl-C. A name that is there is not asked for. */
int lab_ask_name(struct handin *handin);
int lab_ask_prediction(const struct lab_prediction *prediction, struct handin *handin,
		       const struct render_options *options);
int lab_ask_explanation(const struct lab *lab, size_t question, struct handin *handin,
			const struct render_options *options);
/* Prints the text and waits for Enter. */
int lab_ask_to_go_on(const char *text, const struct render_options *options);

/* Markdown as it is, line by line, safe and within the terminal's width. */
void lab_print_text(const char *markdown, const struct render_options *options, FILE *out);

#endif
