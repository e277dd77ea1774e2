// SPDX-License-Identifier: GPL-2.0
/* Replaces one file as the calling user, whole or not at all. output.c and openmetrics use it. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alloc.h"
#include "output.h"
#include "output_directory.h"
#include "render.h"

/* A stream remembers that something failed, but not what: this does. */
struct sink {
	int fd;
	int err;
};

static ssize_t write_sink(void *cookie, const char *data, size_t size)
{
	struct sink *sink = cookie;
	size_t done = 0;

	while (done < size && !sink->err) {
		ssize_t some = write(sink->fd, data + done, size - done);
		struct pollfd full = { .fd = sink->fd, .events = POLLOUT };

		if (some >= 0)
			done += some;
		else if (errno == EAGAIN)
			poll(&full, 1, -1);	/* somebody made it so for all who have it */
		else if (errno != EINTR)
			sink->err = -errno;
	}
	return done;
}

int output_write(int fd, output_writer *writer, void *context)
{
	const cookie_io_functions_t functions = { .write = write_sink };
	struct sink sink = { .fd = fd };
	FILE *out = fopencookie(&sink, "w", functions);
	int err;

	if (!out)
		out_of_memory();
	err = writer(out, context);
	if (fclose(out) && !err)
		err = -EIO;
	return sink.err ? sink.err : err;
}

/* O_NONBLOCK: a FIFO that nobody reads is an error (ENXIO), not a reason to wait for ever. */
static int write_directly(int directory, const char *name, output_writer *writer, void *context)
{
	int fd, err;

	if (!writer)
		return faccessat(directory, name, W_OK, AT_EACCESS) ? -errno : 0;
	fd = openat(directory, name, O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	err = output_write(fd, writer, context);
	if (close(fd) && !err)
		err = -errno;
	return err;
}

static int new_file(int directory, char name[40])
{
	unsigned long long random;

	if (getrandom(&random, sizeof(random), 0) != sizeof(random)) {
		errno = EIO;
		return -1;
	}
	snprintf(name, 40, ".zctrace-%016llx", random);
	return openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
}

/* The new file while it is not yet in the old one's place; should we end now, it goes too. */
static struct {
	int directory;
	const char *name;	/* NULL = there is none */
} unfinished;

static void remove_unfinished(void)
{
	if (unfinished.name)
		unlinkat(unfinished.directory, unfinished.name, 0);
}

static void set_unfinished(int directory, const char *name)
{
	static bool registered;

	if (!registered && atexit(remove_unfinished))
		out_of_memory();
	registered = true;
	unfinished.directory = directory;
	unfinished.name = name;
}

static int write_beside(int directory, const char *name, output_writer *writer, void *context)
{
	char temporary[40];
	int fd = new_file(directory, temporary);
	int err = 0;

	if (fd < 0)
		return -errno;
	set_unfinished(directory, temporary);
	if (writer)
		err = output_write(fd, writer, context);
	if (writer && !err && fsync(fd))
		err = -errno;
	if (close(fd) && !err)
		err = -errno;
	if (!err && writer && renameat(directory, temporary, directory, name))
		err = -errno;
	if (err || !writer)
		unlinkat(directory, temporary, 0);
	unfinished.name = NULL;
	return err;
}

static int write_in(int directory, const char *name, output_writer *writer, void *context)
{
	struct stat st;

	if (!*name)
		return -EISDIR;
	if (fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW))
		return errno == ENOENT ? write_beside(directory, name, writer, context) : -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (S_ISLNK(st.st_mode))
		return -ELOOP;
	if (S_ISREG(st.st_mode))
		return write_beside(directory, name, writer, context);
	return write_directly(directory, name, writer, context);
}

static int replace(const char *path, output_writer *writer, void *context)
{
	char *copy = xstrdup(path), *slash = strrchr(copy, '/');
	const char *parent = !slash ? "." : slash == copy ? "/" : copy;
	int directory, err;

	if (slash)
		*slash = '\0';
	directory = output_directory(parent);
	err = directory < 0 ? directory :
	      write_in(directory, slash ? slash + 1 : copy, writer, context);
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
