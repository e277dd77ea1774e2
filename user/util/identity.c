// SPDX-License-Identifier: GPL-2.0
/* Who called us, and how to become that user: programs and files that we make are theirs.
 * child.c becomes the caller for good, payload.c and output_file.c while they open files. */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

#include "identity.h"

#include "alloc.h"

static bool id_from_environment(const char *name, unsigned int *id)
{
	const char *text = getenv(name);
	unsigned long value;
	char *end;

	if (!text || !*text)
		return false;
	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || *end || value >= (unsigned int)-1)
		return false;
	*id = value;
	return true;
}

struct identity identity_of_caller(void)
{
	struct identity who = { .uid = getuid(), .gid = getgid() };
	unsigned int uid, gid;

	if (geteuid() == 0 && id_from_environment("SUDO_UID", &uid) &&
	    id_from_environment("SUDO_GID", &gid)) {
		who.uid = uid;
		who.gid = gid;
		who.change = uid != 0;
	}
	return who;
}

static int take_groups(const struct identity *identity)
{
	const struct passwd *user = getpwuid(identity->uid);

	if (user ? initgroups(user->pw_name, identity->gid) : setgroups(0, NULL))
		return -errno;
	return 0;
}

int identity_take(const struct identity *identity)
{
	int err;

	if (!identity || !identity->change)
		return 0;
	err = take_groups(identity);
	if (err)
		return err;
	if (setresgid(identity->gid, identity->gid, identity->gid) ||
	    setresuid(identity->uid, identity->uid, identity->uid))
		return -errno;
	return 0;
}

/* What we were before identity_borrow(). */
static struct {
	bool lent;
	gid_t gid, *groups;
	int group_count;
} own;

int identity_borrow(const struct identity *identity)
{
	int err;

	if (!identity->change)
		return 0;
	own.gid = getegid();
	own.group_count = getgroups(0, NULL);
	own.groups = xcalloc(own.group_count + 1, sizeof(*own.groups));
	if (getgroups(own.group_count, own.groups) != own.group_count) {
		free(own.groups);
		return -EAGAIN;
	}
	own.lent = true;
	err = take_groups(identity);
	if (!err && (setegid(identity->gid) || seteuid(identity->uid)))
		err = -errno;
	if (err)
		identity_return();
	return err;
}

void identity_return(void)
{
	if (!own.lent)
		return;
	own.lent = false;
	if (seteuid(0) || setegid(own.gid) || setgroups(own.group_count, own.groups))
		abort();
	free(own.groups);
}
