// SPDX-License-Identifier: GPL-2.0
/* Processes that change under the eyes of whoever follows them; each step makes CALLS times
 * getppid(). Usage: lives WAY [N]; test_load.py and test_attach.py list the ways. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/sched.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CALLS = 23 };

static char **arguments;

static void make_calls(long count)
{
	for (long i = 0; i < count; i++)
		syscall(SYS_getppid);
}

static void become(const char *way)
{
	execl("/proc/self/exe", arguments[0], way, NULL);
	perror("exec");
	exit(1);
}

static void *exec_from_here(void *unused)
{
	make_calls(CALLS);
	become("calls");
	return NULL;
}

/* The leader is gone when the other thread takes its place. */
static void exec_from_a_thread(void)
{
	pthread_t id;

	make_calls(CALLS);
	pthread_create(&id, NULL, exec_from_here, NULL);
	pthread_join(id, NULL);
}

static void *make_few(void *unused)
{
	make_calls(CALLS);
	return NULL;
}

/* The main thread ends first. */
static void leaderless(void)
{
	pthread_t id;

	pthread_create(&id, NULL, make_few, NULL);
	make_calls(CALLS);
	pthread_exit(NULL);
}

static void many_threads(long count)
{
	for (long i = 0; i < count; i++) {
		pthread_t id;

		if (pthread_create(&id, NULL, make_few, NULL))
			exit(1);
		pthread_join(id, NULL);
	}
}

static void change_credentials(void)
{
	make_calls(CALLS);
	if (setresgid(65534, 65534, 65534) || setresuid(65534, 65534, 65534))
		exit(1);
	make_calls(CALLS);
}

static void die(void)
{
	pid_t child = fork();

	if (!child) {
		make_calls(CALLS);
		kill(getpid(), SIGKILL);
	}
	waitpid(child, NULL, 0);
	make_calls(CALLS);
}

/* Twice the same number: the second process makes other calls than the first. */
static void reuse(void)
{
	pid_t wanted = 0;

	for (int i = 0; i < 2; i++) {
		struct clone_args args = { .exit_signal = SIGCHLD, .set_tid = wanted ? (uintptr_t)&wanted : 0,
					   .set_tid_size = wanted ? 1 : 0 };
		pid_t child = syscall(SYS_clone3, &args, sizeof(args));

		if (child == 0) {
			make_calls(CALLS * (i + 1));
			_exit(0);
		}
		if (child < 0)
			exit(3);
		waitpid(child, NULL, 0);
		wanted = child;
	}
	printf("%d\n", wanted);
}

static void vforks(long count)
{
	for (long i = 0; i < count; i++) {
		pid_t child = vfork();

		if (child == 0)
			execl("/proc/self/exe", arguments[0], "calls", NULL);
		waitpid(child, NULL, 0);
	}
}

static void *obey(void *unused)
{
	char byte;

	while (read(0, &byte, 1) == 1) {
		make_calls(CALLS);
		if (write(1, &byte, 1) != 1)
			exit(1);
	}
	return NULL;
}

/* Four threads here, and one in a child and a grandchild: whoever gets a byte makes CALLS calls. */
static void wait_for_orders(void)
{
	pthread_t id;

	if (fork() == 0) {
		if (fork() == 0)
			setsid();
		obey(NULL);
		_exit(0);
	}
	for (int i = 0; i < 3; i++)
		pthread_create(&id, NULL, obey, NULL);
	obey(NULL);
}

/* Socket pairs to no end, each used once. */
static void sockets(long count)
{
	char byte = 0;

	for (long i = 0; i < count; i++) {
		int ends[2];

		if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) || write(ends[0], &byte, 1) != 1 ||
		    read(ends[1], &byte, 1) != 1)
			exit(1);
		close(ends[0]);
		close(ends[1]);
	}
}

static void call_32_bit(long number)
{
	__asm__ volatile("int $0x80" : "+a"(number) : "b"(0), "c"(0) : "memory");
}

#ifdef __x86_64__
/* getppid of 32-bit programs has another number. */
static void calls_of_32_bits(void)
{
	/* The number of a call that zctrace remembers by then: mkdir(NULL). */
	for (int i = 0; i < CALLS; i++)
		syscall(SYS_getpid);
	for (int i = 0; i < CALLS; i++)
		call_32_bit(SYS_getpid);
	for (int i = 0; i < CALLS; i++) {
		call_32_bit(64);
		syscall(SYS_getppid);
	}
}
#else
static void calls_of_32_bits(void)
{
	exit(4);
}
#endif

static void on_signal(int number)
{
}

static void *send_signals(void *count)
{
	for (long i = 0; i < (long)count; i++)
		kill(getpid(), SIGUSR1);
	return NULL;
}

/* Signals come while it is about to wait. */
static void be_disturbed(long count)
{
	struct itimerval often = { { 0, 100 }, { 0, 100 } };
	pthread_t id;

	signal(SIGUSR1, on_signal);
	signal(SIGALRM, on_signal);
	setitimer(ITIMER_REAL, &often, NULL);
	if (pthread_create(&id, NULL, send_signals, (void *)count))
		exit(1);
	for (long i = 0; i < count; i++)
		poll(NULL, 0, 1);
	pthread_join(id, NULL);
}

int main(int argc, char **argv)
{
	const char *way = argc > 1 ? argv[1] : "";
	long n = argc > 2 ? atol(argv[2]) : 0;

	arguments = argv;
	if (!strcmp(way, "calls"))
		make_calls(CALLS);
	else if (!strcmp(way, "exec-thread"))
		exec_from_a_thread();
	else if (!strcmp(way, "leaderless"))
		leaderless();
	else if (!strcmp(way, "threads"))
		many_threads(n);
	else if (!strcmp(way, "credentials"))
		change_credentials();
	else if (!strcmp(way, "die"))
		die();
	else if (!strcmp(way, "reuse"))
		reuse();
	else if (!strcmp(way, "vfork"))
		vforks(n);
	else if (!strcmp(way, "wait"))
		wait_for_orders();
	else if (!strcmp(way, "sockets"))
		sockets(n);
	else if (!strcmp(way, "signals"))
		be_disturbed(n);
	else if (!strcmp(way, "32bit"))
		calls_of_32_bits();
	else
		return 2;
	return 0;
}
