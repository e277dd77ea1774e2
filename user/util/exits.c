// SPDX-License-Identifier: GPL-2.0
/* Messages for people and the exit statuses that go with them. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "exits.h"
#include "plain.h"

int complain(enum zc_exit status, const char *format, ...)
{
	char text[4096], plain[8192], line[8300];
	va_list args;
	int length;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	length = snprintf(line, sizeof(line), "zctrace: %s\n",
			  plain_text(text, plain, sizeof(plain)));
	if (write(STDERR_FILENO, line, length) < 0)
		return status;
	return status;
}

int failed(char *error, size_t size, int err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(error, size, format, args);
	va_end(args);
	return err;
}

enum zc_exit exit_of_error(int err)
{
	switch (-err) {
	case EPERM:
	case EACCES:
	case EOPNOTSUPP:
	case ENOSYS:
		return ZC_EXIT_MACHINE;
	case EINVAL:
	case ENOENT:
	case EISDIR:
	case ENOTDIR:
	case ENAMETOOLONG:
	case ELOOP:
		return ZC_EXIT_USAGE;
	default:
		return ZC_EXIT_FAILED;
	}
}
