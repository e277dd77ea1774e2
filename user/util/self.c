// SPDX-License-Identifier: GPL-2.0
/* Finds the running program's own directory: see self.h. Called by child.c and lab_text.c. */
#include "self.h"

#include <string.h>
#include <unistd.h>

bool self_directory(char *buf, size_t size)
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
