// SPDX-License-Identifier: GPL-2.0
/* Preloaded into zctrace by test_threads.py: its pid namespace has another number than the kernel
 * side finds, as if it were hidden behind one that we do not know. */
#include <sys/stat.h>
#include <dlfcn.h>
#include <string.h>

int stat(const char *path, struct stat *status)
{
	int (*real)(const char *, struct stat *) = dlsym(RTLD_NEXT, __func__);
	int err = real(path, status);

	if (!strcmp(path, "/proc/self/ns/pid"))
		status->st_ino++;
	return err;
}
