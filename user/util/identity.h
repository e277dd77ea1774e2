/* SPDX-License-Identifier: GPL-2.0 */
/* Who called us, and how to become that user: programs run as them, and files are read and written
 * with their rights. */
#ifndef ZC_IDENTITY_H
#define ZC_IDENTITY_H

#include <stdbool.h>
#include <sys/types.h>

/* Who scenario programs run as: the user who called sudo. */
struct identity {
	uid_t uid;
	gid_t gid;
	bool change;	/* we are root and should not stay it */
};

/* The calling user as sudo tells it; change is false for everybody who is not root. */
struct identity identity_of_caller(void);
/* In a child: becomes that user for good. 0 or -errno. */
int identity_take(const struct identity *identity);
/* Works on files with that user's rights, and no others, until identity_return(). 0 or -errno: then
 * nothing has changed. A root who follows the paths of others is a hole. */
int identity_borrow(const struct identity *identity);
void identity_return(void);

#endif
