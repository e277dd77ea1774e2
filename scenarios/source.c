// SPDX-License-Identifier: GPL-2.0
/* The file that a sender sends: see source.h.
 * Called by every sender program. */
#include "source.h"
#include "tally.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

/* So much of a path is shown: the message has room for the rest of its sentence. */
#define PATH_SHOWN "%.800s"

static int refuse(const char *path, struct tally *tally, int error)
{
	return tally_fail(tally, EXIT_USAGE,
			  PATH_SHOWN ": %s; name a regular file that you may read", path,
			  strerror(error));
}

static const char *kind_of(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFDIR:
		return "a directory";
	case S_IFIFO:
		return "a FIFO";
	case S_IFBLK:
		return "a block device";
	case S_IFCHR:
		return "a character device";
	case S_IFSOCK:
		return "a socket";
	default:
		return "something else";
	}
}

static int check_regular(const char *path, const struct stat *status, struct tally *tally)
{
	if (S_ISREG(status->st_mode))
		return 0;
	return tally_fail(tally, EXIT_USAGE, PATH_SHOWN ": it is %s; name a regular file", path,
			  kind_of(status->st_mode));
}

int source_check(const char *path, struct tally *tally)
{
	struct stat status;
	int file, err;

	/* Opening some devices does something, so look at the path first. */
	if (stat(path, &status) < 0)
		return refuse(path, tally, errno);
	err = check_regular(path, &status, tally);
	if (err)
		return err;

	/* O_NONBLOCK: even if a FIFO took the file's place just now, this does not hang. */
	file = open(path, O_RDONLY | O_NONBLOCK);
	if (file < 0)
		return refuse(path, tally, errno);
	if (fstat(file, &status) < 0)
		err = refuse(path, tally, errno);
	else
		err = check_regular(path, &status, tally);
	close(file);
	if (!err)
		tally->file_bytes = (__u64)status.st_size;
	return err;
}

int source_open(const char *path, struct tally *tally)
{
	int file = open(path, O_RDONLY);

	return file < 0 ? refuse(path, tally, errno) : file;
}

void source_compare(const char *path, struct tally *tally)
{
	if (tally->bytes_sent == tally->file_bytes)
		return;
	tally_fail(tally, EXIT_FAILED,
		   PATH_SHOWN " %s while it was sent: expected %llu, sent %llu; "
			      "send a file that nobody changes",
		   path, tally->bytes_sent < tally->file_bytes ? "shrank" : "grew",
		   tally->file_bytes, tally->bytes_sent);
}
