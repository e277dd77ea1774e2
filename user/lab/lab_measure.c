// SPDX-License-Identifier: GPL-2.0
/* Runs the commands of a lab's text, word for word, as a student would type them, and takes saved
 * reports: see handin.h. No shell is used, and nothing but zctrace itself is started. */
#include "handin.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <wordexp.h>

#include "exits.h"
#include "identity.h"

enum { CALLED = 2 };	/* "sudo ./zctrace": what the student calls us by */

/* --- saved reports --- */

static int take_directory(const char *directory, const struct lab *lab, struct handin *handin,
			  char *error, size_t size)
{
	char path[4200];
	int err = 0;

	for (size_t i = 0; i < lab->measurement_count && !err; i++) {
		const char *file = lab->measurements[i].file;

		snprintf(path, sizeof(path), "%s/%s", directory, file);
		err = handin_add_file(handin, path, file, error, size);
	}
	return err;
}

/* The measurement whose file has this name; else the lab's only one. */
static const char *measurement_of(const char *path, const struct lab *lab)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;

	for (size_t i = 0; i < lab->measurement_count; i++) {
		const char *file = lab->measurements[i].file;

		if (file && !strcmp(file, name))
			return file;
	}
	return lab->measurement_count == 1 ? lab->measurements[0].file : NULL;
}

static int take_handin(const char *path, const struct lab *lab, struct handin *handin, char *error,
		       size_t size)
{
	struct handin saved;
	char why[256];

	if (handin_read(path, &saved, why, sizeof(why)))
		return -EINVAL;
	if (handin_lab(&saved) != lab->number) {
		snprintf(error, size, "%s: it is of lab %d, not of lab %d", path,
			 handin_lab(&saved), lab->number);
		handin_free(&saved);
		return -EEXIST;
	}
	handin_free(handin);
	*handin = saved;
	return 0;
}

static int take_saved(const char *path, const struct lab *lab, struct handin *handin, char *error,
		      size_t size)
{
	const char *file = measurement_of(path, lab);
	struct stat st;
	int err;

	if (stat(path, &st))
		return failed(error, size, -EINVAL, "%s: %s", path, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return take_directory(path, lab, handin, error, size);
	err = take_handin(path, lab, handin, error, size);
	if (!err || err == -EEXIST)
		return err;
	if (file)
		return handin_add_file(handin, path, file, error, size);
	return failed(error, size, -EINVAL, "%s: lab %d has no report of that name", path,
		      lab->number);
}

int lab_take_saved(const char *path, const struct lab *lab, struct handin *handin, char *error,
		   size_t size)
{
	const struct identity caller = identity_of_caller();
	int err = identity_borrow(&caller);

	if (err)
		return failed(error, size, err, "%s: %s", path, strerror(-err));
	err = take_saved(path, lab, handin, error, size);
	identity_return();
	return err;
}

/* --- running --- */

static int run_words(char **words)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, before;
	int status;
	pid_t pid;

	fflush(NULL);
	/* Ctrl-C is for the measurement, which ends by it and tells how. */
	sigaction(SIGINT, &ignore, &before);
	pid = fork();
	if (pid == 0) {
		sigaction(SIGINT, &before, NULL);
		execv("/proc/self/exe", words);
		_exit(ZC_EXIT_FAILED);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	sigaction(SIGINT, &before, NULL);
	if (pid < 0)
		return complain(ZC_EXIT_FAILED, "lab: a new process: %s", strerror(errno));
	return WIFEXITED(status) ? WEXITSTATUS(status) : ZC_EXIT_FAILED;
}

int lab_run(const struct lab_measurement *measurement, struct handin *handin)
{
	const struct lab just_this = { .measurements = { *measurement }, .measurement_count = 1 };
	char error[1024];
	wordexp_t words;
	int status;

	if (wordexp(measurement->command, &words, WRDE_NOCMD | WRDE_UNDEF) ||
	    words.we_wordc <= CALLED)
		return complain(ZC_EXIT_FAILED, "lab: \"%s\" is not a command",
				measurement->command);
	printf("\n$ %s\n", measurement->command);
	words.we_wordv[CALLED - 1] = (char *)"zctrace";
	status = run_words(&words.we_wordv[CALLED - 1]);
	if (status)
		complain(status, "lab: this command ended with status %d: %s", status,
			 measurement->command);
	else if (lab_take_saved(measurement->file, &just_this, handin, error, sizeof(error)))
		status = complain(ZC_EXIT_FAILED, "%s", error);
	/* The word that was replaced is leaked once, with what wordexp() made. */
	return status;
}
