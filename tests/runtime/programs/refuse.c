// SPDX-License-Identifier: GPL-2.0
/* refuse CALL COMMAND...: runs COMMAND where a system call is refused with EPERM, as a container's
 * rules do it. */
#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int nr = argc > 2 ? seccomp_syscall_resolve_name(argv[1]) : __NR_SCMP_ERROR;

	if (!filter || nr == __NR_SCMP_ERROR ||
	    seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), nr, 0) || seccomp_load(filter)) {
		fprintf(stderr, "refuse: no such filter\n");
		return 2;
	}
	seccomp_release(filter);
	execvp(argv[2], argv + 2);
	perror(argv[2]);
	return 127;
}
