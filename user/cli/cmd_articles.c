// SPDX-License-Identifier: GPL-2.0
/* articles: the library of articles whose claims zctrace decides, and what one of them claims. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "article_file.h"
#include "commands.h"
#include "exits.h"
#include "plain.h"

struct arguments {
	const char *name;
	bool text;
};

static void take_name(const struct option_use *use)
{
	struct arguments *a = use->arguments;

	if (a->name)
		argp_error(use->state, "one ARTICLE only, %s is the second", use->text);
	a->name = use->text;
}

static void end(const struct option_use *use)
{
	const struct arguments *a = use->arguments;

	if (a->text && !a->name)
		argp_error(use->state, "--text: of which ARTICLE?");
}

#define ARGUMENTS struct arguments

static const struct option_row options[] = {
	{ "text", NULL, "Print the file itself, to start one of your own from",
	  SETS_FLAG(text) },
	{ 0 },
};

static const struct command_syntax syntax = {
	.options = { options }, .argument = take_name, .end = end, .args_doc = "[ARTICLE]",
	.doc = "Lists the articles whose claims zctrace decides; of one, what it claims and how each "
	       "claim is decided. \"zctrace check ARTICLE\" decides them.",
};

static void list(void)
{
	for (size_t i = 0; i < library_count(); i++) {
		const struct article *article = library_at(i);

		printf("%-16s %2zu claims  %s\n", article->name, article->claim_count,
		       article->title);
	}
}

/* A line of what the file says of a claim; nothing, if it does not. */
static void print_line(const char *key, const char *value)
{
	char *plain;

	if (!value)
		return;
	plain = plain_copy(value);
	printf("  %-11s %s\n", key, plain);
	free(plain);
}

static void print_claim(const struct article *article, const struct article_claim *claim,
			struct report *texts)
{
	printf("\n");
	print_line(claim->id, claim->title);
	print_line("says", claim->says);
	print_line("rule", claim->rule_text);
	print_line("only if", claim->only_if_text);
	for (size_t i = 0; i < claim->proviso_count; i++)
		print_line("provided", claim->provisos[i].rule_text);
	print_line("source", claim->source);
	print_line("measure", article_measure(texts, article, claim));
}

static void show(const struct article *article)
{
	struct report *texts = report_new();

	print_line("article", article->title);
	print_line("by", article->by);
	print_line("at", article->address);
	print_line("date", article->date);
	for (size_t i = 0; i < article->claim_count; i++)
		print_claim(article, &article->claims[i], texts);
	report_free(texts);
}

static int print_text(const char *name)
{
	for (size_t i = 0; i < library_count(); i++) {
		size_t bytes;
		const char *text = library_text(i, &bytes);

		if (strcmp(library_at(i)->name, name) != 0)
			continue;
		fwrite(text, 1, bytes, stdout);
		return ZC_EXIT_OK;
	}
	return complain(ZC_EXIT_USAGE, "articles --text: %s is not in the library", name);
}

int cmd_articles(int argc, char **argv)
{
	const struct article *article;
	struct arguments a = { 0 };
	char error[900];

	commands_parse(&syntax, argc, argv, &a);
	if (!a.name) {
		list();
		return ZC_EXIT_OK;
	}
	if (a.text)
		return print_text(a.name);
	article = article_open(a.name, error, sizeof(error));
	if (!article)
		return complain(ZC_EXIT_USAGE, "articles: %s", error);
	show(article);
	return ZC_EXIT_OK;
}
