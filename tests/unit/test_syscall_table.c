// SPDX-License-Identifier: GPL-2.0
/* Tests of the table of system calls: every row's number, name, descriptors and flags, and that a
 * call which could change what a descriptor means never says that it keeps them.
 * Run by `make test`; needs no privilege. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#include "syscall_classes.h"
#include "syscall_table.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum {
	IN = ZC_CLASS_FD_IN,
	OUT = ZC_CLASS_FD_OUT,
	DATA = ZC_CLASS_DATA,
	KEEPS = ZC_CLASS_KEEPS_FDS,
	KNOWN = ZC_CLASS_KNOWN,
	MESSAGES = ZC_CLASS_MESSAGES,
	ANY = 9,	/* the class has no such descriptor: its index means nothing */
};

struct expected {
	const char *name;
	unsigned int nr;
	unsigned int flags;
	unsigned int fd_in, fd_out;
	enum syscall_way way;
};

/* As the manual pages have it: which argument is which, and what the call returns. */
static const struct expected all_movers[] = {
	{ "read", SYS_read, IN | DATA | KEEPS, 0, ANY, SYSCALL_READS },
	{ "pread64", SYS_pread64, IN | DATA | KEEPS, 0, ANY, SYSCALL_READS },
	{ "readv", SYS_readv, IN | DATA | KEEPS, 0, ANY, SYSCALL_READS },
	{ "preadv", SYS_preadv, IN | DATA | KEEPS, 0, ANY, SYSCALL_READS },
	{ "preadv2", SYS_preadv2, IN | DATA | KEEPS, 0, ANY, SYSCALL_READS },
	{ "recvfrom", SYS_recvfrom, IN | DATA | KEEPS, 0, ANY, SYSCALL_READS },
	{ "recvmsg", SYS_recvmsg, IN | DATA, 0, ANY, SYSCALL_READS },
	{ "recvmmsg", SYS_recvmmsg, IN | MESSAGES, 0, ANY, SYSCALL_READS },
	{ "write", SYS_write, OUT | DATA | KEEPS, ANY, 0, SYSCALL_WRITES },
	{ "pwrite64", SYS_pwrite64, OUT | DATA | KEEPS, ANY, 0, SYSCALL_WRITES },
	{ "writev", SYS_writev, OUT | DATA | KEEPS, ANY, 0, SYSCALL_WRITES },
	{ "pwritev", SYS_pwritev, OUT | DATA | KEEPS, ANY, 0, SYSCALL_WRITES },
	{ "pwritev2", SYS_pwritev2, OUT | DATA | KEEPS, ANY, 0, SYSCALL_WRITES },
	{ "sendto", SYS_sendto, OUT | DATA | KEEPS, ANY, 0, SYSCALL_WRITES },
	{ "sendmsg", SYS_sendmsg, OUT | DATA | KEEPS, ANY, 0, SYSCALL_WRITES },
	{ "sendmmsg", SYS_sendmmsg, OUT | KEEPS | MESSAGES, ANY, 0, SYSCALL_WRITES },
	{ "vmsplice", SYS_vmsplice, OUT | DATA | KEEPS, ANY, 0, SYSCALL_GIVES_PAGES },
	{ "sendfile", SYS_sendfile, IN | OUT | DATA | KEEPS, 1, 0, SYSCALL_BETWEEN },
	{ "splice", SYS_splice, IN | OUT | DATA | KEEPS, 0, 2, SYSCALL_BETWEEN },
	{ "tee", SYS_tee, IN | OUT | DATA | KEEPS, 0, 1, SYSCALL_BETWEEN },
	{ "copy_file_range", SYS_copy_file_range, IN | OUT | DATA | KEEPS, 0, 2, SYSCALL_BETWEEN },
	{ "io_uring_enter", SYS_io_uring_enter, IN, 0, ANY, SYSCALL_SUBMITS },
};

static struct zc_class classes[ZC_MAX_SYSCALLS];

static int fill_classes(void **state)
{
	(void)state;
	memset(classes, 0xff, sizeof(classes));
	syscall_classes(classes);
	return 0;
}

static void rows_say_what_the_manual_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(all_movers); i++) {
		const struct expected *call = &all_movers[i];
		const struct zc_class *class = &classes[call->nr];

		if (class->flags != (call->flags | KNOWN))
			fail_msg("%s: flags %#x", call->name, class->flags);
		if (call->fd_in != ANY && class->fd_in != call->fd_in)
			fail_msg("%s: reads from argument %u", call->name, class->fd_in);
		if (call->fd_out != ANY && class->fd_out != call->fd_out)
			fail_msg("%s: writes to argument %u", call->name, class->fd_out);
		if (syscall_way(call->name) != call->way)
			fail_msg("%s: way %d", call->name, syscall_way(call->name));
		assert_int_equal(syscall_returns_bytes(call->name), (call->flags & DATA) != 0);
	}
}

static void nothing_else_moves_bytes(void **state)
{
	(void)state;
	for (unsigned int nr = 0; nr < ZC_MAX_SYSCALLS; nr++) {
		bool expected = false;

		for (size_t i = 0; i < COUNT(all_movers); i++)
			expected |= all_movers[i].nr == nr;
		assert_int_equal(syscall_mover(nr) != NULL, expected);
		if (!expected && (classes[nr].flags & (OUT | DATA | MESSAGES)))
			fail_msg("%s (%u): flags %#x", syscall_name(nr), nr, classes[nr].flags);
	}
}

static void data_needs_a_descriptor(void **state)
{
	(void)state;
	for (unsigned int nr = 0; nr < ZC_MAX_SYSCALLS; nr++) {
		const struct zc_class *class = &classes[nr];

		if ((class->flags & (DATA | MESSAGES)) && !(class->flags & (IN | OUT)))
			fail_msg("%s moves data without a descriptor", syscall_name(nr));
		if ((class->flags & IN) && (class->flags & OUT) && class->fd_in == class->fd_out)
			fail_msg("%s reads and writes the same argument", syscall_name(nr));
		/* The kernel side looks at the first five arguments. */
		assert_in_range(class->fd_in, 0, 4);
		assert_in_range(class->fd_out, 0, 4);
		assert_int_equal(class->pad, 0);
	}
}

static void movers_have_the_systems_names(void **state)
{
	(void)state;
	for (unsigned int nr = 0; nr < SYSCALL_BEYOND; nr++) {
		if (syscall_mover(nr))
			assert_string_equal(syscall_name(nr), syscall_mover(nr)->name);
	}
	assert_null(syscall_mover(SYSCALL_BEYOND));
	assert_null(syscall_mover(~0U));
}

/* Whatever may make a descriptor, or make an existing one mean something else. */
static void makers_never_keep(void **state)
{
	static const unsigned int makers[] = {
		SYS_openat, SYS_socket, SYS_socketpair, SYS_accept, SYS_accept4, SYS_dup, SYS_dup3,
		SYS_pipe2, SYS_fcntl, SYS_ioctl, SYS_setsockopt, SYS_getsockopt, SYS_connect,
		SYS_bind, SYS_recvmsg, SYS_recvmmsg, SYS_epoll_create1, SYS_eventfd2,
		SYS_signalfd4, SYS_timerfd_create, SYS_memfd_create, SYS_inotify_init1,
		SYS_fanotify_init, SYS_userfaultfd, SYS_perf_event_open, SYS_bpf,
		SYS_open_by_handle_at, SYS_mq_open, SYS_clone, SYS_unshare, SYS_execve,
		SYS_execveat, SYS_io_uring_setup, SYS_io_uring_enter, SYS_io_uring_register,
		SYS_seccomp, SYS_prctl, SYS_pidfd_open, SYS_clone3, SYS_setns,
#ifdef SYS_open
		SYS_open, SYS_creat, SYS_pipe, SYS_dup2, SYS_epoll_create, SYS_eventfd,
		SYS_signalfd, SYS_inotify_init, SYS_fork, SYS_vfork,
#endif
#ifdef SYS_openat2
		SYS_openat2, SYS_pidfd_getfd, SYS_close_range,
#endif
#ifdef SYS_fsopen
		SYS_fsopen, SYS_fsmount, SYS_fspick, SYS_open_tree,
#endif
	};

	(void)state;
	for (size_t i = 0; i < COUNT(makers); i++) {
		if (classes[makers[i]].flags & KEEPS)
			fail_msg("%s is said to keep descriptors", syscall_name(makers[i]));
	}
}

static void frequent_calls_keep(void **state)
{
	static const unsigned int frequent[] = {
		SYS_close, SYS_lseek, SYS_fstat, SYS_mmap, SYS_munmap, SYS_brk, SYS_futex,
		SYS_ppoll, SYS_epoll_pwait, SYS_clock_nanosleep, SYS_getpid, SYS_rt_sigprocmask,
#ifdef SYS_poll
		SYS_poll, SYS_epoll_wait,
#endif
	};

	(void)state;
	for (size_t i = 0; i < COUNT(frequent); i++) {
		if ((classes[frequent[i]].flags & (KEEPS | KNOWN)) != (KEEPS | KNOWN))
			fail_msg("%s: flags %#x", syscall_name(frequent[i]),
				 classes[frequent[i]].flags);
	}
}

/* Calls that move nothing, by the descriptor that they are about. */
static void control_calls_name_their_descriptor(void **state)
{
	static const struct {
		unsigned int nr, argument;
	} calls[] = {
		{ SYS_close, 0 }, { SYS_lseek, 0 }, { SYS_fcntl, 0 }, { SYS_ioctl, 0 },
		{ SYS_setsockopt, 0 }, { SYS_epoll_ctl, 2 }, { SYS_mmap, 4 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(calls); i++) {
		const struct zc_class *class = &classes[calls[i].nr];

		if (!(class->flags & IN) || class->fd_in != calls[i].argument)
			fail_msg("%s: flags %#x, argument %u", syscall_name(calls[i].nr),
				 class->flags, class->fd_in);
	}
}

static void unknown_numbers_know_nothing(void **state)
{
	(void)state;
	assert_int_equal(classes[ZC_MAX_SYSCALLS - 1].flags, 0);
	assert_int_equal(classes[ZC_MAX_SYSCALLS - 2].flags, 0);
	assert_int_equal(classes[SYS_openat].flags, 0);
}

static void names_are_said_of_every_number(void **state)
{
	char expected[32];

	(void)state;
	assert_string_equal(syscall_name(SYS_read), "read");
	assert_string_equal(syscall_name(SYS_exit_group), "exit_group");
	assert_ptr_equal(syscall_name(SYS_openat), syscall_name(SYS_openat));

	snprintf(expected, sizeof(expected), "syscall %d", ZC_MAX_SYSCALLS - 2);
	assert_string_equal(syscall_name(ZC_MAX_SYSCALLS - 2), expected);
	assert_string_equal(syscall_name(ZC_MAX_SYSCALLS - 1), "beyond the table");
	assert_string_equal(syscall_name(ZC_MAX_SYSCALLS), "beyond the table");
	assert_string_equal(syscall_name(~0U), "beyond the table");
}

static void unknown_names_move_nothing(void **state)
{
	static const char *const names[] = { "", "readable", "rea", "READ", "openat",
					     "syscall 467" };

	(void)state;
	assert_int_equal(syscall_way(NULL), SYSCALL_MOVES_NOTHING);
	assert_false(syscall_returns_bytes(NULL));
	for (size_t i = 0; i < COUNT(names); i++) {
		assert_int_equal(syscall_way(names[i]), SYSCALL_MOVES_NOTHING);
		assert_false(syscall_returns_bytes(names[i]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_say_what_the_manual_says),
		cmocka_unit_test(nothing_else_moves_bytes),
		cmocka_unit_test(data_needs_a_descriptor),
		cmocka_unit_test(movers_have_the_systems_names),
		cmocka_unit_test(makers_never_keep),
		cmocka_unit_test(frequent_calls_keep),
		cmocka_unit_test(control_calls_name_their_descriptor),
		cmocka_unit_test(unknown_numbers_know_nothing),
		cmocka_unit_test(names_are_said_of_every_number),
		cmocka_unit_test(unknown_names_move_nothing),
	};

	return cmocka_run_group_tests_name("syscall_table", tests, fill_classes, NULL);
}
