// SPDX-License-Identifier: GPL-2.0
/* What a command finds in its environment if it does not run as zctrace does. trace.c calls it. */
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alloc.h"
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

static void set(const char *name, const char *value)
{
	if (setenv(name, value, 1))
		out_of_memory();
}

void environment_give(const struct identity *identity)
{
	const struct passwd *user;
	bool others = identity->uid != identity_of_caller().uid;

	if (!identity->change || !environ)
		return;
	user = getpwuid(identity->uid);
	keep(others);
	if (others)
		set("PATH", "/usr/local/bin:/usr/bin:/bin");
	set("HOME", user ? user->pw_dir : "/");
	if (!user) {
		unsetenv("USER");
		unsetenv("LOGNAME");
		return;
	}
	set("USER", user->pw_name);
	set("LOGNAME", user->pw_name);
	set("SHELL", *user->pw_shell ? user->pw_shell : "/bin/sh");
}
