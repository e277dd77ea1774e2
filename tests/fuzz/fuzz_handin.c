// SPDX-License-Identifier: GPL-2.0
/* libFuzzer target: any bytes as a hand-in of a lab. What can be read is judged and shown in every
 * form: nothing may crash or leak, and no form lets a control character or a script through. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab_sheet.h"

/* A small lab: its evidence is what the corpus has. */
static const char text[] =
	"# Lab 1: Fuzz\n\n## Predict\n\n| id | predict | unit | in the report | right if |\n"
	"|---|---|---|---|---|\n"
	"| a | How many? | crossings | `copy,whole crossings_per_round` | exact |\n"
	"| b | How often? | times | `sendfile crossings_data / lab1-b:copy,4K rounds` | ±5 % |\n"
	"| c | Which? | holds / does not hold | `claim copy-switches` | exact |\n"
	"| d | Flow? | zero-copy / mixed | `lab1-b:flow verdict` | exact |\n"
	"| e | Time? | ms | `copy elapsed_untraced + copy switches_voluntary@receiver` | ×2 |\n\n"
	"## Measure\n\n```sh\nsudo ./zctrace compare --json lab1-a.json\n"
	"sudo ./zctrace run --json lab1-b.json -- true\n```\n\n## Explain\n\n1. Why?\n2. Why\n   not?\n";

static struct lab lab;

static void learn(void)
{
	char error[256];

	if (lab_parse(strdup(text), &lab, error, sizeof(error)) || lab.prediction_count != 5 ||
	    lab.measurement_count != 2 || lab.question_count != 2)
		abort();
}

static void check_text(char *shown, const char *never)
{
	for (char *at = shown; *at; at++) {
		if (((unsigned char)*at < ' ' && *at != '\n' && *at != '\t') || *at == 0x7f)
			abort();
	}
	if (never && strstr(shown, never))
		abort();
	free(shown);
}

static int sheet_text(FILE *out, void *context)
{
	const struct render_options options = { 0 };

	lab_sheet_text(context, &options, out);
	return 0;
}

static char *rendered(int (*render)(FILE *, void *), struct lab_sheet *sheet)
{
	char *shown = NULL;
	size_t size;
	FILE *out = open_memstream(&shown, &size);

	if (!out || render(out, sheet) < 0)
		abort();
	fclose(out);
	return shown;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct handin_verdict verdict;
	struct lab_sheet sheet;
	struct handin handin;
	char error[256] = "";

	if (!lab.number)
		learn();
	if (handin_parse((const char *)data, size, &handin, error, sizeof(error))) {
		if (!error[0] || strchr(error, '\n'))
			abort();
		return 0;
	}
	handin_check(&handin, &lab, &verdict);
	if (verdict.sound != !verdict.reason[0] || verdict.complete != !verdict.missing[0] ||
	    verdict.right > verdict.predicted || verdict.predicted > verdict.of)
		abort();
	lab_sheet_fill(&sheet, &lab, &handin);
	check_text(rendered(sheet_text, &sheet), NULL);
	check_text(rendered(lab_sheet_markdown, &sheet), "<script");
	check_text(rendered(lab_sheet_html, &sheet), "<script");
	handin_free(&handin);
	return 0;
}
