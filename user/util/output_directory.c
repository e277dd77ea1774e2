// SPDX-License-Identifier: GPL-2.0
/* Walks to the directory of a report, link by link. output_file.c calls it. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output_directory.h"

enum { MAX_LINKS = 40 };	/* as the kernel's MAXSYMLINKS */

struct walk {
	int at;			/* where we are */
	char rest[2 * PATH_MAX];	/* what is still to be walked */
	int links;
};

static int arrive(struct walk *walk, int directory)
{
	if (directory < 0)
		return -errno;
	if (walk->at >= 0)
		close(walk->at);
	walk->at = directory;
	return 0;
}

static int begin_at(struct walk *walk, const char *name)
{
	return arrive(walk, open(name, O_PATH | O_DIRECTORY | O_CLOEXEC));
}

static bool is_trusted(const struct walk *walk, const struct stat *link)
{
	struct stat directory;

	if (fstat(walk->at, &directory))
		return false;
	return !(directory.st_mode & S_IWOTH) || link->st_uid == geteuid() ||
	       link->st_uid == directory.st_uid;
}

/* What the link says, then the rest of the way. */
static int follow(struct walk *walk, int link, const struct stat *st)
{
	char target[PATH_MAX], rest[sizeof(walk->rest)];
	ssize_t length;
	int size;

	if (!is_trusted(walk, st) || ++walk->links > MAX_LINKS)
		return -ELOOP;
	length = readlinkat(link, "", target, sizeof(target) - 1);
	if (length < 0)
		return -errno;
	target[length] = '\0';
	size = snprintf(rest, sizeof(rest), "%s/%s", target, walk->rest);
	if (size >= (int)sizeof(rest))
		return -ENAMETOOLONG;
	memcpy(walk->rest, rest, size + 1);
	return target[0] == '/' ? begin_at(walk, "/") : 0;
}

static int step(struct walk *walk, const char *name)
{
	int next = openat(walk->at, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;
	int err;

	if (next < 0)
		return -errno;
	if (fstat(next, &st))
		err = -errno;
	else if (S_ISLNK(st.st_mode))
		err = follow(walk, next, &st);
	else if (!S_ISDIR(st.st_mode))
		err = -ENOTDIR;
	else
		return arrive(walk, next);
	close(next);
	return err;
}

/* The first component of the rest, taken from it; false at the end. */
static bool take_name(struct walk *walk, char name[NAME_MAX + 2])
{
	const char *begin = walk->rest + strspn(walk->rest, "/");
	size_t length = strcspn(begin, "/");

	if (!length)
		return false;
	snprintf(name, NAME_MAX + 2, "%.*s", (int)length, begin);
	memmove(walk->rest, begin + length, strlen(begin + length) + 1);
	return true;
}

int output_directory(const char *path)
{
	struct walk walk = { .at = -1 };
	char name[NAME_MAX + 2];
	int err;

	if (strlen(path) >= PATH_MAX)
		return -ENAMETOOLONG;
	strcpy(walk.rest, path);
	err = begin_at(&walk, path[0] == '/' ? "/" : ".");
	while (!err && take_name(&walk, name))
		err = step(&walk, name);
	if (err && walk.at >= 0)
		close(walk.at);
	return err ? err : walk.at;
}
