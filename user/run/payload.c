// SPDX-License-Identifier: GPL-2.0
/* Opens or makes the file that is sent, and puts it into the page cache or out of it.
 * measure.c calls it between runs. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "alloc.h"
#include "exits.h"
#include "machine.h"
#include "payload.h"
#include "sha256.h"
#include "size.h"

enum { BLOCK = 1 << 20 };

/* What the kernel makes as it is read (proc, sysfs, …) has a size that means nothing. True: it is
 * such a file, and error says so. */
static bool size_lies(const struct payload *payload, const struct stat *st, char *error,
		      size_t size)
{
	char last;
	const bool has_last = pread(payload->fd, &last, 1, st->st_size ? st->st_size - 1 : 0) == 1;
	static const off_t most = 1 << 20;
	char block[4096];
	off_t there = 0;
	ssize_t got;

	if (has_last == (st->st_size > 0))
		return false;
	while (there < most && (got = pread(payload->fd, block, sizeof(block), there)) > 0)
		there += got;
	snprintf(error, size, "%s: its size says %lld bytes, and it has %s%lld: %s makes its content as "
		 "it is read; give a file that is stored", payload->name, (long long)st->st_size,
		 there < most ? "" : "more than ", (long long)there, payload->file_system);
	return true;
}

static int describe(struct payload *payload, char *error, size_t size)
{
	struct stat st;

	if (fstat(payload->fd, &st))
		return failed(error, size, -errno, "%s: %s", payload->name, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return failed(error, size, -EINVAL, "%s: %s; give a regular file", payload->name,
			      S_ISDIR(st.st_mode) ? "is a directory" : "is not a regular file");
	machine_file_system(payload->fd, payload->file_system, sizeof(payload->file_system));
	if (size_lies(payload, &st, error, size))
		return -EINVAL;
	if (!st.st_size)
		return failed(error, size, -EINVAL,
			      "%s: is empty: there is nothing to send; give a file with "
			      "content, or none", payload->name);
	payload->bytes = st.st_size;
	payload->changed = st.st_mtim;
	return 0;
}

int payload_open(struct payload *payload, const char *name, const struct identity *identity,
		 char *error, size_t size)
{
	int err = identity_borrow(identity);

	memset(payload, 0, sizeof(*payload));
	payload->name = name;
	payload->fd = -1;
	if (err)
		return err;
	/* O_NONBLOCK: a FIFO without a writer must not hold us. */
	payload->fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (payload->fd < 0)
		err = -errno;
	identity_return();
	if (err) {
		snprintf(error, size, "%s: %s; give a file that can be read", name, strerror(-err));
		return -EINVAL;	/* whatever is wrong with it, another file is the remedy */
	}
	err = describe(payload, error, size);
	if (err)
		payload_close(payload);
	return err;
}

/* Nameless from the start where the file system can, else from the moment after it was made. */
static int open_nameless(const char *directory)
{
	char path[4096];
	int fd = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL))
		return fd;
	snprintf(path, sizeof(path), "%s/zctrace-XXXXXX", directory);
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		unlink(path);
	return fd;
}

/* xorshift64* (Vigna, ACM TOMS 42(4), 2016): nothing that a file system could compress. */
static void fill_block(__u64 *words, size_t count, __u64 *state)
{
	for (size_t i = 0; i < count; i++) {
		*state ^= *state >> 12;
		*state ^= *state << 25;
		*state ^= *state >> 27;
		words[i] = *state * 0x2545F4914F6CDD1DULL;
	}
}

static int write_all(int fd, const char *data, size_t length)
{
	while (length) {
		ssize_t done = write(fd, data, length);

		if (done < 0 && errno != EINTR)
			return -errno;
		if (done > 0) {
			data += done;
			length -= done;
		}
	}
	return 0;
}

static int fill(int fd, __u64 bytes, const volatile int *interrupted)
{
	__u64 *block = xmalloc(BLOCK), state = 0x9E3779B97F4A7C15ULL;
	int err = 0;

	while (!err && bytes && !*interrupted) {
		size_t part = bytes < BLOCK ? bytes : BLOCK;

		fill_block(block, BLOCK / sizeof(*block), &state);
		err = write_all(fd, (char *)block, part);
		bytes -= part;
	}
	free(block);
	return err ? err : *interrupted ? -EINTR : 0;
}

static int check_room(const char *directory, __u64 bytes, char *error, size_t size)
{
	char wanted[32], there[32];
	struct statvfs fs;

	if (statvfs(directory, &fs))
		return failed(error, size, -errno, "%s: %s; set TMPDIR to a directory with room",
			      directory, strerror(errno));
	if ((__u64)fs.f_bavail * fs.f_frsize > bytes)
		return 0;
	return failed(error, size, -ENOSPC,
		      "%s has room for %s, %s is asked for; give a smaller --size or set " "TMPDIR",
		      directory, size_format((__u64)fs.f_bavail * fs.f_frsize, there,
		      sizeof(there)), size_format(bytes, wanted, sizeof(wanted)));
}

int payload_make(struct payload *payload, __u64 bytes, const struct identity *identity,
		 const volatile int *interrupted, char *error, size_t size)
{
	const char *directory = getenv("TMPDIR");
	int err;

	memset(payload, 0, sizeof(*payload));
	payload->fd = -1;
	if (!directory || !*directory)
		directory = "/var/tmp";
	err = check_room(directory, bytes, error, size);
	if (err)
		return err;
	payload->fd = open_nameless(directory);
	if (payload->fd < 0) {
		err = -errno;
		return failed(error, size, err,
			      "a file in %s: %s; set TMPDIR to a directory that can be " "written",
			      directory, strerror(-err));
	}
	payload->name = "the file made for the run";
	err = fill(payload->fd, bytes, interrupted);
	if (!err && identity->change && fchown(payload->fd, identity->uid, identity->gid))
		err = -errno;
	/* Dirty pages would be written back in the middle of a run, and cannot be evicted. */
	if (!err && fsync(payload->fd))
		err = -errno;
	if (err) {
		snprintf(error, size, "writing the file in %s: %s; give a smaller --size or set "
			 "TMPDIR", directory, strerror(-err));
		payload_close(payload);
		return err;
	}
	err = describe(payload, error, size);
	payload->name = NULL;
	return err;
}

static const char *shown_name(const struct payload *payload)
{
	return payload->name ? payload->name : "the file made for the run";
}

/* Reads it from the beginning to the size that it had when it was opened, into the digest if there
 * is one. What grows meanwhile is not read: it might have no end. */
static int read_through(const struct payload *payload, struct sha256_ctx *digest,
			const volatile int *interrupted, char *error, size_t size)
{
	char *block = xmalloc(BLOCK);
	__u64 at = 0;
	int err = 0;

	while (!err && at < payload->bytes) {
		__u64 left = payload->bytes - at;
		ssize_t got = pread(payload->fd, block, left < BLOCK ? left : BLOCK, at);

		if (got == 0)
			break;
		if (got < 0 && errno != EINTR)
			err = -errno;
		if (got > 0) {
			if (digest)
				sha256_update(digest, got, (const void *)block);
			at += got;
		}
		if (*interrupted)
			err = -EINTR;
	}
	free(block);
	if (err)
		snprintf(error, size, "%s: %s", shown_name(payload), strerror(-err));
	return err;
}

int payload_digest(struct payload *payload, const volatile int *interrupted, char *error,
		   size_t size)
{
	struct sha256_ctx digest;
	int err;

	sha256_init(&digest);
	err = read_through(payload, &digest, interrupted, error, size);
	if (!err)
		sha256_end(&digest, payload->sha256);
	return err;
}

int payload_warm(const struct payload *payload, const volatile int *interrupted, char *error,
		 size_t size)
{
	return read_through(payload, NULL, interrupted, error, size);
}

/* Pages of the file that are in the page cache, by mincore(); -errno. */
static long resident_pages(const struct payload *payload)
{
	size_t page = sysconf(_SC_PAGESIZE);
	size_t pages = (payload->bytes + page - 1) / page;
	unsigned char *resident = xmalloc(pages);
	void *memory = mmap(NULL, payload->bytes, PROT_READ, MAP_SHARED, payload->fd, 0);
	long count = 0;

	if (memory == MAP_FAILED || mincore(memory, payload->bytes, resident)) {
		count = -errno;
	} else {
		for (size_t i = 0; i < pages; i++)
			count += resident[i] & 1;
	}
	if (memory != MAP_FAILED)
		munmap(memory, payload->bytes);
	free(resident);
	return count;
}

/* Segments that a receiver is done with are freed by the CPU that made them, when it next takes a
 * packet in (skb_attempt_defer_free() of net/core/skbuff.c, 68822bdf76f1); until then they hold the
 * file's pages. So every CPU gets a packet: an empty one, from itself. */
static void free_old_segments(void)
{
	struct sockaddr_in self = { .sin_family = AF_INET,
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	socklen_t length = sizeof(self);
	cpu_set_t all, one;

	if (sock < 0)
		return;
	if (!bind(sock, (struct sockaddr *)&self, length) &&
	    !getsockname(sock, (struct sockaddr *)&self, &length) &&
	    !sched_getaffinity(0, sizeof(all), &all)) {
		for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
			CPU_ZERO(&one);
			CPU_SET(cpu, &one);
			if (CPU_ISSET(cpu, &all) && !sched_setaffinity(0, sizeof(one), &one))
				sendto(sock, "", 0, MSG_DONTWAIT, (struct sockaddr *)&self, length);
		}
		sched_setaffinity(0, sizeof(all), &all);
	}
	close(sock);
}

int payload_evict(const struct payload *payload, char *error, size_t size)
{
	long left = 0;

	/* A page that is just being looked at by somebody else stays: ask again. */
	for (int attempt = 0; attempt < 5; attempt++) {
		free_old_segments();
		posix_fadvise(payload->fd, 0, 0, POSIX_FADV_DONTNEED);
		left = resident_pages(payload);
		if (left == 0)
			return 0;
		usleep(20000);
	}
	if (left < 0)
		snprintf(error, size, "%s: whether it left the page cache cannot be told: %s",
			 shown_name(payload), strerror(-(int)left));
	else
		snprintf(error, size, "%s: %ld pages of it stay in the page cache: %s; use a file "
			 "on a disk that no other program has open", shown_name(payload), left,
			 !strcmp(payload->file_system, "tmpfs") ? "tmpfs has no disk below it" :
			 "they are in use or not written back");
	return left < 0 ? left : -EBUSY;
}

int payload_unchanged(const struct payload *payload, char *error, size_t size)
{
	struct stat st;

	if (fstat(payload->fd, &st))
		return failed(error, size, -errno, "%s: %s", shown_name(payload), strerror(errno));
	if ((__u64)st.st_size == payload->bytes && st.st_mtim.tv_sec == payload->changed.tv_sec &&
	    st.st_mtim.tv_nsec == payload->changed.tv_nsec)
		return 0;
	return failed(error, size, -EBUSY,
		      "%s was changed while it was measured; give a file that nobody " "changes",
		      shown_name(payload));
}

void payload_close(struct payload *payload)
{
	if (payload->fd >= 0)
		close(payload->fd);
	payload->fd = -1;
}
