// SPDX-License-Identifier: GPL-2.0
/* What the kernel side is to do at each system call: the table of those that move bytes, and two
 * lists of others, as classes. See syscall_classes.h. */
#include "syscall_classes.h"

#include <string.h>
#include <sys/syscall.h>

#include "syscall_table.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

_Static_assert(SYSCALL_BEYOND == ZC_MAX_SYSCALLS - 1, "the last class is shared by all beyond it");

enum {
	IN = ZC_CLASS_FD_IN,
	OUT = ZC_CLASS_FD_OUT,
	KEEPS = ZC_CLASS_KEEPS_FDS,
	BEYOND = SYSCALL_BEYOND,
};

/*
 * Calls that look at or change a descriptor but move no payload: the table of calls says of which
 * kind it was. mmap names its file too, whose bytes then move without calls.
 */
static const struct { unsigned int nr; __u8 argument; } lookers[] = {
	{ __NR_close, 0 }, { __NR_lseek, 0 }, { __NR_fsync, 0 }, { __NR_fdatasync, 0 },
	{ __NR_ftruncate, 0 }, { __NR_fallocate, 0 }, { __NR_fadvise64, 0 }, { __NR_readahead, 0 },
	{ __NR_flock, 0 }, { __NR_getdents64, 0 }, { __NR_fcntl, 0 }, { __NR_ioctl, 0 },
	{ __NR_connect, 0 }, { __NR_bind, 0 }, { __NR_listen, 0 }, { __NR_accept, 0 },
	{ __NR_accept4, 0 }, { __NR_shutdown, 0 }, { __NR_getsockname, 0 }, { __NR_getpeername, 0 },
	{ __NR_getsockopt, 0 }, { __NR_setsockopt, 0 }, { __NR_epoll_ctl, 2 }, { __NR_mmap, 4 },
	{ __NR_dup, 0 }, { __NR_dup3, 0 }, { __NR_fchmod, 0 }, { __NR_fchown, 0 },
#ifdef __NR_fstat
	{ __NR_fstat, 0 },
#endif
#ifdef __NR_newfstatat
	{ __NR_newfstatat, 0 },
#endif
};

/*
 * Calls after which every descriptor number means what it meant, so that what is remembered of it
 * stays true. A call that is not here only costs a second look at the descriptors; one that is here
 * wrongly attributes bytes to the wrong file. Hence: only calls of which it is certain.
 *
 * close: it makes a number mean nothing. The number can mean something else only after a call that
 * makes a descriptor, and none of those is here; until then calls on it fail with EBADF and move
 * nothing (they are counted as errors of what it used to be).
 *
 * read makes descriptors on two special ones, fanotify's and userfaultfd's; a copying program's
 * reads are too many to look twice for their sake.
 *
 * Not here: open, socket, accept, pipe, dup, every _create and _init (they make descriptors);
 * recvmsg (SCM_RIGHTS); fcntl (dup, O_DIRECT); ioctl; setsockopt (TCP_ULP turns a socket into a TLS
 * one); getsockopt (SO_PEERPIDFD makes one, Linux 6.5); connect, bind (addresses); clone, unshare,
 * close_range, execve (another table); io_uring (its requests open and accept); prctl, seccomp.
 * Descriptors that others put into the process are not seen: a process that shares its table
 * (CLONE_FILES), an io_uring polled by the kernel, SECCOMP_IOCTL_NOTIF_ADDFD.
 */
static const unsigned int keepers[] = {
	/* files */
	__NR_close, __NR_lseek, __NR_fsync, __NR_fdatasync, __NR_ftruncate, __NR_fallocate,
	__NR_fadvise64, __NR_readahead, __NR_flock, __NR_getdents64, __NR_getcwd, __NR_faccessat,
	__NR_readlinkat, __NR_statx,
#ifdef __NR_sync_file_range
	__NR_sync_file_range,
#endif
#ifdef __NR_fstat
	__NR_fstat,
#endif
#ifdef __NR_newfstatat
	__NR_newfstatat,
#endif
#ifdef __NR_faccessat2
	__NR_faccessat2,
#endif
#ifdef __NR_cachestat
	__NR_cachestat,
#endif
#ifdef __NR_stat
	__NR_stat, __NR_lstat, __NR_access, __NR_readlink,
#endif

	/* waiting */
	__NR_ppoll, __NR_pselect6, __NR_epoll_ctl, __NR_epoll_pwait, __NR_futex, __NR_nanosleep,
	__NR_clock_nanosleep, __NR_timerfd_settime, __NR_timerfd_gettime, __NR_wait4, __NR_waitid,
#ifdef __NR_poll
	__NR_poll, __NR_select, __NR_epoll_wait, __NR_pause, __NR_alarm,
#endif
#ifdef __NR_epoll_pwait2
	__NR_epoll_pwait2,
#endif
#ifdef __NR_futex_waitv
	__NR_futex_waitv,
#endif
#ifdef __NR_futex_wake
	__NR_futex_wake, __NR_futex_wait, __NR_futex_requeue,
#endif

	/* memory */
	__NR_brk, __NR_mmap, __NR_munmap, __NR_mremap, __NR_mprotect, __NR_madvise, __NR_mincore,
	__NR_msync, __NR_mlock, __NR_munlock, __NR_membarrier,

	/* clocks, identities, limits */
	__NR_clock_gettime, __NR_clock_getres, __NR_gettimeofday, __NR_times, __NR_getitimer,
	__NR_setitimer, __NR_getpid, __NR_getppid, __NR_gettid, __NR_getuid, __NR_geteuid,
	__NR_getgid, __NR_getegid, __NR_getpgid, __NR_getsid, __NR_getgroups, __NR_getcpu,
	__NR_getrusage, __NR_prlimit64, __NR_sysinfo, __NR_uname, __NR_getrandom,
	__NR_sched_yield, __NR_sched_getaffinity, __NR_sched_setaffinity, __NR_getsockname,
	__NR_getpeername,
#ifdef __NR_getrlimit
	__NR_getrlimit, __NR_setrlimit,
#endif
#ifdef __NR_time
	__NR_time,
#endif

	/* signals and threads */
	__NR_rt_sigaction, __NR_rt_sigprocmask, __NR_rt_sigreturn, __NR_rt_sigpending,
	__NR_rt_sigtimedwait, __NR_rt_sigsuspend, __NR_sigaltstack, __NR_kill, __NR_tkill,
	__NR_tgkill, __NR_set_tid_address, __NR_set_robust_list, __NR_get_robust_list,
#ifdef __NR_rseq
	__NR_rseq,
#endif
#ifdef __NR_arch_prctl
	__NR_arch_prctl,
#endif
};

/* In which the kernel reads a file for itself, and adds that to what the thread has read. */
static const unsigned int loaders[] = {
	__NR_execve, __NR_execveat, __NR_finit_module,
#ifdef __NR_kexec_file_load
	__NR_kexec_file_load,
#endif
};

static struct zc_class class_of(const struct syscall_mover *mover)
{
	static const __u8 ends[] = {
		[SYSCALL_READS] = IN, [SYSCALL_WRITES] = OUT, [SYSCALL_GIVES_PAGES] = OUT,
		[SYSCALL_BETWEEN] = IN | OUT, [SYSCALL_SUBMITS] = IN,
	};
	struct zc_class class = {
		.flags = ends[mover->way] | ZC_CLASS_KNOWN,
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
	const struct syscall_mover *movers;
	unsigned int count;

	memset(classes, 0, ZC_MAX_SYSCALLS * sizeof(*classes));
	for (size_t i = 0; i < COUNT(keepers); i++) {
		if (keepers[i] < BEYOND)
			classes[keepers[i]].flags = KEEPS | ZC_CLASS_KNOWN;
	}
	for (size_t i = 0; i < COUNT(lookers); i++) {
		if (lookers[i].nr >= BEYOND)
			continue;
		classes[lookers[i].nr].flags |= IN | ZC_CLASS_KNOWN;
		classes[lookers[i].nr].fd_in = lookers[i].argument;
	}
	/* Its file's bytes move without calls: that it was mapped is all that can be told. */
	classes[__NR_mmap].flags |= ZC_CLASS_OBJECT;
	for (size_t i = 0; i < COUNT(loaders); i++) {
		if (loaders[i] < BEYOND)
			classes[loaders[i]].flags = ZC_CLASS_LOADS | ZC_CLASS_KNOWN;
	}
	movers = syscall_movers(&count);
	for (unsigned int i = 0; i < count; i++) {
		if (movers[i].nr < BEYOND)
			classes[movers[i].nr] = class_of(&movers[i]);
	}
}
