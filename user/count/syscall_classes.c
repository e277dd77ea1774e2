// SPDX-License-Identifier: GPL-2.0
/* What the kernel side is to do at each system call: the table of those that move bytes, and
 * that of others, as classes. See syscall_classes.h. */
#include "syscall_classes.h"

#include <string.h>
#include <sys/syscall.h>

#include "syscall_table.h"

_Static_assert(SYSCALL_BEYOND == ZC_MAX_SYSCALLS - 1, "the last class is shared by all beyond it");

enum {
	IN = ZC_CLASS_FD_IN,
	OUT = ZC_CLASS_FD_OUT,
	KEEPS = ZC_CLASS_KEEPS_FDS,
	LOADS = ZC_CLASS_LOADS,
	BEYOND = SYSCALL_BEYOND,
};

/*
 * Calls that move no payload. Those with IN look at a descriptor or change it: the table of calls
 * says of which kind it was. mmap names its file too, whose bytes then move without calls: that it
 * was mapped is all that can be told.
 *
 * KEEPS: every descriptor number means afterwards what it meant, so that what is remembered of it
 * stays true. A call without it only costs a second look at the descriptors; one that has it
 * wrongly attributes bytes to the wrong file. Hence: only calls of which it is certain.
 *
 * close: it makes a number mean nothing. The number can mean something else only after a call that
 * makes a descriptor, and none of those has it; until then calls on it fail with EBADF and move
 * nothing (they are counted as errors of what it used to be).
 *
 * read makes descriptors on two special ones, fanotify's and userfaultfd's; a copying program's
 * reads are too many to look twice for their sake.
 *
 * Without it: open, socket, accept, pipe, dup, every _create and _init (they make descriptors);
 * recvmsg (SCM_RIGHTS); fcntl (dup, O_DIRECT); ioctl; setsockopt (TCP_ULP turns a socket into a TLS
 * one); getsockopt (SO_PEERPIDFD makes one, Linux 6.5); connect, bind (addresses); clone, unshare,
 * close_range, execve (another table); io_uring (its requests open and accept); prctl, seccomp.
 * Descriptors that others put into the process are not seen: a process that shares its table
 * (CLONE_FILES), an io_uring polled by the kernel, SECCOMP_IOCTL_NOTIF_ADDFD.
 */
static const struct zc_class others[BEYOND] = {
	/* files */
	[__NR_close] = { KEEPS | IN }, [__NR_lseek] = { KEEPS | IN },
	[__NR_fsync] = { KEEPS | IN }, [__NR_fdatasync] = { KEEPS | IN },
	[__NR_ftruncate] = { KEEPS | IN }, [__NR_fallocate] = { KEEPS | IN },
	[__NR_fadvise64] = { KEEPS | IN }, [__NR_readahead] = { KEEPS | IN },
	[__NR_flock] = { KEEPS | IN }, [__NR_getdents64] = { KEEPS | IN },
	[__NR_getcwd] = { KEEPS }, [__NR_faccessat] = { KEEPS }, [__NR_readlinkat] = { KEEPS },
	[__NR_statx] = { KEEPS },
#ifdef __NR_sync_file_range
	[__NR_sync_file_range] = { KEEPS },
#endif
#ifdef __NR_fstat
	[__NR_fstat] = { KEEPS | IN },
#endif
#ifdef __NR_newfstatat
	[__NR_newfstatat] = { KEEPS | IN },
#endif
#ifdef __NR_faccessat2
	[__NR_faccessat2] = { KEEPS },
#endif
#ifdef __NR_cachestat
	[__NR_cachestat] = { KEEPS },
#endif
#ifdef __NR_stat
	[__NR_stat] = { KEEPS }, [__NR_lstat] = { KEEPS }, [__NR_access] = { KEEPS },
	[__NR_readlink] = { KEEPS },
#endif

	/* waiting */
	[__NR_ppoll] = { KEEPS }, [__NR_pselect6] = { KEEPS },
	[__NR_epoll_ctl] = { KEEPS | IN, .fd_in = 2 }, [__NR_epoll_pwait] = { KEEPS },
	[__NR_futex] = { KEEPS }, [__NR_nanosleep] = { KEEPS }, [__NR_clock_nanosleep] = { KEEPS },
	[__NR_timerfd_settime] = { KEEPS }, [__NR_timerfd_gettime] = { KEEPS },
	[__NR_wait4] = { KEEPS }, [__NR_waitid] = { KEEPS },
#ifdef __NR_poll
	[__NR_poll] = { KEEPS }, [__NR_select] = { KEEPS }, [__NR_epoll_wait] = { KEEPS },
	[__NR_pause] = { KEEPS }, [__NR_alarm] = { KEEPS },
#endif
#ifdef __NR_epoll_pwait2
	[__NR_epoll_pwait2] = { KEEPS },
#endif
#ifdef __NR_futex_waitv
	[__NR_futex_waitv] = { KEEPS },
#endif
#ifdef __NR_futex_wake
	[__NR_futex_wake] = { KEEPS }, [__NR_futex_wait] = { KEEPS },
	[__NR_futex_requeue] = { KEEPS },
#endif

	/* memory */
	[__NR_brk] = { KEEPS }, [__NR_mmap] = { KEEPS | IN | ZC_CLASS_OBJECT, .fd_in = 4 },
	[__NR_munmap] = { KEEPS }, [__NR_mremap] = { KEEPS }, [__NR_mprotect] = { KEEPS },
	[__NR_madvise] = { KEEPS }, [__NR_mincore] = { KEEPS }, [__NR_msync] = { KEEPS },
	[__NR_mlock] = { KEEPS }, [__NR_munlock] = { KEEPS }, [__NR_membarrier] = { KEEPS },

	/* clocks, identities, limits */
	[__NR_clock_gettime] = { KEEPS }, [__NR_clock_getres] = { KEEPS },
	[__NR_gettimeofday] = { KEEPS }, [__NR_times] = { KEEPS }, [__NR_getitimer] = { KEEPS },
	[__NR_setitimer] = { KEEPS }, [__NR_getpid] = { KEEPS }, [__NR_getppid] = { KEEPS },
	[__NR_gettid] = { KEEPS }, [__NR_getuid] = { KEEPS }, [__NR_geteuid] = { KEEPS },
	[__NR_getgid] = { KEEPS }, [__NR_getegid] = { KEEPS }, [__NR_getpgid] = { KEEPS },
	[__NR_getsid] = { KEEPS }, [__NR_getgroups] = { KEEPS }, [__NR_getcpu] = { KEEPS },
	[__NR_getrusage] = { KEEPS }, [__NR_prlimit64] = { KEEPS }, [__NR_sysinfo] = { KEEPS },
	[__NR_uname] = { KEEPS }, [__NR_getrandom] = { KEEPS }, [__NR_sched_yield] = { KEEPS },
	[__NR_sched_getaffinity] = { KEEPS }, [__NR_sched_setaffinity] = { KEEPS },
	[__NR_getsockname] = { KEEPS | IN }, [__NR_getpeername] = { KEEPS | IN },
#ifdef __NR_getrlimit
	[__NR_getrlimit] = { KEEPS }, [__NR_setrlimit] = { KEEPS },
#endif
#ifdef __NR_time
	[__NR_time] = { KEEPS },
#endif

	/* signals and threads */
	[__NR_rt_sigaction] = { KEEPS }, [__NR_rt_sigprocmask] = { KEEPS },
	[__NR_rt_sigreturn] = { KEEPS }, [__NR_rt_sigpending] = { KEEPS },
	[__NR_rt_sigtimedwait] = { KEEPS }, [__NR_rt_sigsuspend] = { KEEPS },
	[__NR_sigaltstack] = { KEEPS }, [__NR_kill] = { KEEPS }, [__NR_tkill] = { KEEPS },
	[__NR_tgkill] = { KEEPS }, [__NR_set_tid_address] = { KEEPS },
	[__NR_set_robust_list] = { KEEPS }, [__NR_get_robust_list] = { KEEPS },
#ifdef __NR_rseq
	[__NR_rseq] = { KEEPS },
#endif
#ifdef __NR_arch_prctl
	[__NR_arch_prctl] = { KEEPS },
#endif

	/* not certain to keep them */
	[__NR_fcntl] = { IN }, [__NR_ioctl] = { IN }, [__NR_connect] = { IN },
	[__NR_bind] = { IN }, [__NR_listen] = { IN }, [__NR_accept] = { IN },
	[__NR_accept4] = { IN }, [__NR_shutdown] = { IN }, [__NR_getsockopt] = { IN },
	[__NR_setsockopt] = { IN }, [__NR_dup] = { IN }, [__NR_dup3] = { IN },
	[__NR_fchmod] = { IN }, [__NR_fchown] = { IN },

	/* in which the kernel reads a file for itself, and adds that to what the thread has read */
	[__NR_execve] = { LOADS }, [__NR_execveat] = { LOADS }, [__NR_finit_module] = { LOADS },
#ifdef __NR_kexec_file_load
	[__NR_kexec_file_load] = { LOADS },
#endif
};

static struct zc_class class_of(const struct syscall_mover *mover)
{
	static const __u8 ends[] = {
		[SYSCALL_READS] = IN, [SYSCALL_WRITES] = OUT, [SYSCALL_GIVES_PAGES] = OUT,
		[SYSCALL_BETWEEN] = IN | OUT, [SYSCALL_SUBMITS] = IN,
	};
	struct zc_class class = {
		.flags = ends[mover->way],
		.fd_in = mover->fd_in, .fd_out = mover->fd_out,
	};

	if (mover->flags & SYSCALL_RETURNS_BYTES)
		class.flags |= ZC_CLASS_DATA;
	if (mover->flags & SYSCALL_RETURNS_MESSAGES)
		class.flags |= ZC_CLASS_MESSAGES;
	if (mover->flags & SYSCALL_KEEPS_FDS)
		class.flags |= KEEPS;
	return class;
}

void syscall_classes(struct zc_class *classes)
{
	memset(classes, 0, ZC_MAX_SYSCALLS * sizeof(*classes));
	for (unsigned int nr = 0; nr < BEYOND; nr++) {
		const struct syscall_mover *mover = syscall_mover(nr);

		classes[nr] = mover ? class_of(mover) : others[nr];
		if (classes[nr].flags)
			classes[nr].flags |= ZC_CLASS_KNOWN;
	}
}
