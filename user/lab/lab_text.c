// SPDX-License-Identifier: GPL-2.0
/* Finds the text of a lab and takes it to pieces: see lab.h. What the program does stands in the
 * text and nowhere else. The file is ours, but a mistake in it is an error and never a crash. */
#include "alloc.h"
#include "exits.h"
#include "lab.h"
#include "report_load.h"
#include "self.h"
#include "texts.h"

#include <ctype.h>
#include <errno.h>
#include <glob.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_BYTES = 1 << 20, COLUMNS_PREDICT = 5, COLUMNS_KEY = 3 };

/* Which part of the text a line belongs to. */
enum section { INTRODUCTION, PREDICT, MEASURE, EXPLAIN, STATEMENTS, OTHER };

struct parser {
	struct lab *lab;
	enum section section;
	bool in_code, in_table;
	char *paragraph;		/* the last one before the next command */
	char *paragraph_end;
	bool paragraph_done;
	char *question_end;		/* where a wrapped question goes on */
	int line;
	char *error;
	size_t size;
};

__attribute__((format(printf, 2, 3)))
static int fail(const struct parser *parser, const char *format, ...)
{
	char text[160];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	return failed(parser->error, parser->size, -EINVAL, "line %d: %s", parser->line, text);
}

/* Without the marks of code around it. */
static char *plain_cell(char *text)
{
	size_t length;

	text = text_trim(text);
	length = strlen(text);
	if (length >= 2 && text[0] == '`' && text[length - 1] == '`') {
		text[length - 1] = '\0';
		text = text_trim(text + 1);
	}
	return text;
}

/* Cuts "| a | b |" into cells. The number of cells, 0 if there are more than wanted. */
static size_t cut_row(char *line, char **cells, size_t wanted)
{
	size_t count = 0;
	char *at = line + 1, *bar;

	while ((bar = strchr(at, '|'))) {
		*bar = '\0';
		if (count == wanted)
			return 0;
		cells[count++] = plain_cell(at);
		at = bar + 1;
	}
	return count;
}

static int add_prediction(struct parser *parser, char **cells)
{
	struct lab *lab = parser->lab;

	if (lab->prediction_count == LAB_MAX_PREDICTIONS)
		return fail(parser, "more than %d predictions", LAB_MAX_PREDICTIONS);
	lab->predictions[lab->prediction_count++] = (struct lab_prediction){
		.id = cells[0], .question = cells[1], .unit = cells[2], .where = cells[3],
		.within = cells[4],
	};
	return 0;
}

static int add_statement(struct parser *parser, char **cells)
{
	struct lab *lab = parser->lab;

	if (lab->statement_count == LAB_MAX_STATEMENTS)
		return fail(parser, "more than %d statements", LAB_MAX_STATEMENTS);
	lab->statements[lab->statement_count++] = (struct lab_statement){
		.text = cells[0], .rule = cells[1], .reason = cells[2],
	};
	return 0;
}

/* The heading and the rule below it are the first two lines of a table. */
static int table_line(struct parser *parser, char *line)
{
	bool key = parser->section == STATEMENTS;
	size_t wanted = key ? COLUMNS_KEY : COLUMNS_PREDICT;
	char *cells[COLUMNS_PREDICT];

	if (!parser->in_table || line[1] == '-' || (line[1] == ' ' && line[2] == '-')) {
		parser->in_table = true;
		return 0;
	}
	if (cut_row(line, cells, wanted) != wanted)
		return fail(parser, "this table has %zu columns", wanted);
	return key ? add_statement(parser, cells) : add_prediction(parser, cells);
}

/* The file that the command saves; NULL if it is not a measurement of the lab. */
static const char *saved_file(const char *command, char *buf, size_t size)
{
	static const char program[] = "sudo ./zctrace ", option[] = " --json lab";
	const char *at = strstr(command, option);
	size_t length;

	if (strncmp(command, program, strlen(program)) || !at)
		return NULL;
	at += strlen(" --json ");
	length = strcspn(at, " ");
	if (length >= size || memchr(at, '/', length))
		return NULL;
	memcpy(buf, at, length);
	buf[length] = '\0';
	return buf;
}

/* What has to be done before going on; NULL if the paragraph does not say "Stop". */
static const char *stop_of(const char *paragraph)
{
	static const char mark[] = "**Stop.** ";

	if (!paragraph || strncmp(paragraph, mark, strlen(mark)))
		return NULL;
	return paragraph + strlen(mark);
}

static int command_line(struct parser *parser, char *line)
{
	struct lab *lab = parser->lab;
	char file[64];

	if (!saved_file(line, file, sizeof(file)))
		return 0;
	if (lab->measurement_count == LAB_MAX_MEASUREMENTS)
		return fail(parser, "more than %d measurements", LAB_MAX_MEASUREMENTS);
	lab->measurements[lab->measurement_count++] = (struct lab_measurement){
		.command = line, .file = xstrdup(file), .before = stop_of(parser->paragraph),
	};
	parser->paragraph = NULL;
	return 0;
}

/* Joins a line to what was read before it in the same memory; what lay between is gone. */
static void join(char **text, char **end, char *line)
{
	size_t length = strlen(line);

	if (!*text) {
		*text = *end = line;
	} else {
		*(*end)++ = ' ';
		memmove(*end, line, length + 1);
	}
	*end += length;
}

/* Prose below "## Measure" tells what to do before the next command. */
static void measure_prose(struct parser *parser, char *line)
{
	if (!*line) {
		parser->paragraph_done = true;
		return;
	}
	if (parser->paragraph_done)
		parser->paragraph = NULL;
	parser->paragraph_done = false;
	join(&parser->paragraph, &parser->paragraph_end, line);
}

static int explain_line(struct parser *parser, char *line)
{
	struct lab *lab = parser->lab;
	char *text = line;

	while (isdigit((unsigned char)*text))
		text++;
	if (text > line && *text == '.') {
		if (lab->question_count == LAB_MAX_QUESTIONS)
			return fail(parser, "more than %d questions", LAB_MAX_QUESTIONS);
		text = text_trim(text + 1);
		lab->questions[lab->question_count++] = text;
		parser->question_end = text + strlen(text);
	} else if (*line == ' ' && parser->question_end) {
		char *question = (char *)lab->questions[lab->question_count - 1];

		join(&question, &parser->question_end, text_trim(line));
	} else {
		parser->question_end = NULL;
	}
	return 0;
}

static enum section section_of(const char *heading)
{
	static const struct {
		const char *name;
		enum section section;
	} names[] = {
		{ "Question", INTRODUCTION }, { "Read", INTRODUCTION }, { "Predict", PREDICT },
		{ "Measure", MEASURE }, { "Explain", EXPLAIN }, { "Statements", STATEMENTS },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strcmp(heading, names[i].name))
			return names[i].section;
	}
	return OTHER;
}

static int title_line(struct parser *parser, char *line)
{
	char *colon = strchr(line, ':');

	if (sscanf(line, "# Lab %d:", &parser->lab->number) != 1 || !colon)
		return fail(parser, "a lab begins with \"# Lab N: TITLE\"");
	parser->lab->title = text_trim(colon + 1);
	return 0;
}

static int one_line(struct parser *parser, char *line)
{
	if (!parser->lab->title)
		return title_line(parser, line);
	if (!strncmp(line, "```", 3)) {
		parser->in_code = !parser->in_code;
		parser->in_table = false;
		return 0;
	}
	if (!parser->in_code && !strncmp(line, "## ", 3)) {
		parser->section = section_of(text_trim(line + 3));
		parser->in_table = false;
		return 0;
	}
	if (parser->in_code)
		return parser->section == MEASURE ? command_line(parser, line) : 0;
	if (*line != '|')
		parser->in_table = false;
	else if (parser->section == PREDICT || parser->section == STATEMENTS)
		return table_line(parser, line);
	if (parser->section == MEASURE)
		measure_prose(parser, line);
	if (parser->section == EXPLAIN)
		return explain_line(parser, line);
	return 0;
}

int lab_parse(char *text, struct lab *lab, char *error, size_t size)
{
	struct parser parser = { .lab = lab, .error = error, .size = size };
	char *introduction = strchr(text, '\n'), *predict = strstr(text, "\n## Predict\n");
	char *table = predict ? strstr(predict, "\n|") : NULL;
	int err = 0;

	memset(lab, 0, sizeof(*lab));
	lab->memory = text;
	if (introduction && table)
		lab->introduction_memory = strndup(introduction, table - introduction);
	lab->introduction = lab->introduction_memory;
	for (char *line = text, *next; line && !err; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		parser.line++;
		err = one_line(&parser, line);
	}
	if (!err && !lab->title)
		err = fail(&parser, "it is empty");
	return err;
}

void lab_free(struct lab *lab)
{
	for (size_t i = 0; i < lab->measurement_count; i++)
		free((char *)lab->measurements[i].file);
	free(lab->memory);
	free(lab->introduction_memory);
	memset(lab, 0, sizeof(*lab));
}

/* --- files --- */

static bool holds_labs(const char *directory)
{
	char pattern[4200];
	glob_t found;
	bool any;

	snprintf(pattern, sizeof(pattern), "%s/[0-9]*-*.md", directory);
	any = !glob(pattern, 0, NULL, &found);
	if (any)
		globfree(&found);
	return any;
}

/* Without "..": people read it. */
static void simplify(char path[SELF_PATH_BYTES])
{
	char *real = realpath(path, NULL);

	if (real)
		snprintf(path, SELF_PATH_BYTES, "%s", real);
	free(real);
}

const char *lab_directory(void)
{
	/* Installed; build/zctrace; build/sanitize/zctrace. */
	static const char *const places[] = {
		"../share/zctrace/labs", "../labs", "../../labs", NULL,
	};
	static char directory[SELF_PATH_BYTES];
	bool known = directory[0];

	if (!self_find(directory, places, holds_labs))
		return NULL;
	if (!known)
		simplify(directory);
	return directory;
}

static int find_text(int number, bool key, char **text, char *error, size_t size)
{
	const char *directory = lab_directory();
	char pattern[4200], why[200];
	size_t bytes;
	glob_t found;

	if (!directory)
		return failed(error, size, -ENOENT,
			      "the labs are not beside this program: no such directory; run "
			      "it from the source tree, or install it with make install");
	snprintf(pattern, sizeof(pattern), "%s/%s%d-*.md", directory, key ? "instructor/" : "",
		 number);
	if (glob(pattern, 0, NULL, &found))
		return failed(error, size, -ENOENT,
			      "there is no %s of that number; zctrace lab lists them", key ? "key" :
			      "lab");
	*text = load_text(found.gl_pathv[0], MOST_BYTES, &bytes, why, sizeof(why));
	if (!*text)
		snprintf(error, size, "%s: %s", found.gl_pathv[0], why);
	globfree(&found);
	return *text ? 0 : -EIO;
}

int lab_read(int number, bool key, struct lab *lab, char *error, size_t size)
{
	char *text = NULL, why[200];
	int err;

	memset(lab, 0, sizeof(*lab));
	err = find_text(number, key, &text, error, size);
	if (err)
		return err;
	err = lab_parse(text, lab, why, sizeof(why));
	if (err)
		snprintf(error, size, "the text of lab %d, %s", number, why);
	return err;
}

bool lab_exists(int number, char *title, size_t size)
{
	struct lab lab;
	char error[256];
	bool exists = !lab_read(number, false, &lab, error, sizeof(error));

	snprintf(title, size, "%s", exists ? lab.title : "");
	lab_free(&lab);
	return exists;
}
