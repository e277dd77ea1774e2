// SPDX-License-Identifier: GPL-2.0
/* Replaces one file as the calling user, whole or not at all. output.c and openmetrics use it. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output.h"

static int fill_stream(int fd, output_writer *writer, void *context, bool sync)
{
	FILE *out = fdopen(fd, "w");
	int err;

	if (!out) {
		err = -errno;
		close(fd);
		return err;
	}
	err = writer(out, context);
	if (fflush(out) && !err)
		err = -errno;
	if (sync && !err && fsync(fd))
		err = -errno;
	if (fclose(out) && !err)
		err = -errno;
	return err;
}

static int write_directly(int directory, const char *name, output_writer *writer, void *context)
{
	int fd = openat(directory, name, O_WRONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return -errno;
	if (!writer) {
		close(fd);
		return 0;
	}
	return fill_stream(fd, writer, context, false);
}

static int new_file(int directory, char name[40])
{
	unsigned long long random;

	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		return -EIO;
	snprintf(name, 40, ".zctrace-%016llx", random);
	return openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
}

static int write_beside(int directory, const char *name, output_writer *writer, void *context)
{
	char temporary[40];
	int fd = new_file(directory, temporary);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (writer)
		err = fill_stream(fd, writer, context, true);
	else
		close(fd);
	if (!err && writer && renameat(directory, temporary, directory, name))
		err = -errno;
	if (err || !writer)
		unlinkat(directory, temporary, 0);
	return err;
}

static int replace(const char *path, output_writer *writer, void *context)
{
	char *copy = strdup(path), *slash = copy ? strrchr(copy, '/') : NULL;
	const char *name = slash ? slash + 1 : copy;
	const char *parent = !slash ? "." : slash == copy ? "/" : copy;
	struct stat st;
	int directory, err;

	if (!copy)
		return -ENOMEM;
	if (slash)
		*slash = '\0';
	directory = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (directory < 0)
		err = -errno;
	else if (!*name)
		err = -EISDIR;
	else if (!fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW))
		err = S_ISREG(st.st_mode) ? write_beside(directory, name, writer, context) :
		      S_ISDIR(st.st_mode) ? -EISDIR : S_ISLNK(st.st_mode) ? -ELOOP :
		      write_directly(directory, name, writer, context);
	else
		err = errno == ENOENT ? write_beside(directory, name, writer, context) : -errno;
	if (directory >= 0)
		close(directory);
	free(copy);
	return err;
}

int output_replace(const char *path, output_writer *writer, void *context)
{
	const struct identity caller = identity_of_caller();
	int err = identity_borrow(&caller);

	if (err)
		return err;
	err = replace(path, writer, context);
	identity_return();
	return err;
}
