// SPDX-License-Identifier: GPL-2.0
/* What a command finds in its environment if it does not run as zctrace does. trace.c calls it. */
#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "environment.h"

extern char **environ;

/* What everybody may know; and all of LC_*. */
static const char *const harmless[] = { "TERM", "COLORTERM", "NO_COLOR", "LANG", "LANGUAGE", "TZ",
					NULL };

static bool is_harmless(const char *variable)
{
	if (!strncmp(variable, "LC_", 3))
		return true;
	for (size_t i = 0; harmless[i]; i++) {
		size_t length = strlen(harmless[i]);

		if (!strncmp(variable, harmless[i], length) && variable[length] == '=')
			return true;
	}
	return false;
}

static bool is_sudos(const char *variable)
{
	return !strncmp(variable, "SUDO_", 5) || !strncmp(variable, "MAIL=", 5);
}

/* Leaves those that are to be kept in the list; their text stays where it is. */
static void keep(bool others)
{
	char **to = environ;

	for (char **from = environ; *from; from++) {
		if (others ? is_harmless(*from) : !is_sudos(*from))
			*to++ = *from;
	}
	*to = NULL;
}

static int set(const char *name, const char *value)
{
	return setenv(name, value, 1) ? -errno : 0;
}

int environment_give(const struct identity *identity)
{
	const struct passwd *user;
	bool others = identity->uid != identity_of_caller().uid;
	int err = 0;

	if (!identity->change || !environ)
		return 0;
	user = getpwuid(identity->uid);
	keep(others);
	if (others)
		err = set("PATH", "/usr/local/bin:/usr/bin:/bin");
	if (!err)
		err = set("HOME", user ? user->pw_dir : "/");
	if (!user) {
		unsetenv("USER");
		unsetenv("LOGNAME");
		return err;
	}
	if (!err)
		err = set("USER", user->pw_name);
	if (!err)
		err = set("LOGNAME", user->pw_name);
	return err ? err : set("SHELL", *user->pw_shell ? user->pw_shell : "/bin/sh");
}
