// SPDX-License-Identifier: GPL-2.0
/* Finds what belongs to the running program: see self.h. Called by child.c and lab_text.c. */
#include "self.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool own_directory(char *buf, size_t size)
{
	ssize_t length = readlink("/proc/self/exe", buf, size - 1);
	char *slash;

	if (length <= 0)
		return false;
	buf[length] = '\0';
	slash = strrchr(buf, '/');
	if (slash)
		*slash = '\0';
	return true;
}

const char *self_find(char path[SELF_PATH_BYTES], const char *const *places,
		      bool (*fits)(const char *path))
{
	char own[SELF_PATH_BYTES - 96];

	if (path[0])
		return path;
	if (!own_directory(own, sizeof(own)))
		return NULL;
	for (; *places; places++) {
		snprintf(path, SELF_PATH_BYTES, "%s/%s", own, *places);
		if (fits(path))
			return path;
	}
	path[0] = '\0';
	return NULL;
}
