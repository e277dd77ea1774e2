// SPDX-License-Identifier: GPL-2.0
/* Sleeps COUNT times for MS milliseconds in one kind of call, and does nothing else.
 *
 *   sleeps poll|nanosleep|futex|recv|spin COUNT MS
 *
 * recv waits for bytes that a child sends after the time; spin sleeps not, and stays in user mode. */
#include <err.h>
#include <linux/futex.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct timespec length;

static void in_poll(void)
{
	poll(NULL, 0, length.tv_sec * 1000 + length.tv_nsec / 1000000);
}

static void in_nanosleep(void)
{
	clock_nanosleep(CLOCK_MONOTONIC, 0, &length, NULL);
}

static void in_futex(void)
{
	int word = 0;

	syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, &length, NULL, 0);
}

static int ends[2];

static void in_recv(void)
{
	char byte;

	if (recv(ends[0], &byte, 1, 0) != 1)
		err(1, "recv");
}

static void spin(void)
{
	struct timespec now, end;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += length.tv_sec;
	end.tv_nsec += length.tv_nsec;
	do {
		clock_gettime(CLOCK_MONOTONIC, &now);	/* in the vDSO: no call */
	} while ((now.tv_sec - end.tv_sec) * 1000000000LL + now.tv_nsec - end.tv_nsec < 0);
}

static void send_later(int count)
{
	if (fork())
		return;
	while (count--) {
		clock_nanosleep(CLOCK_MONOTONIC, 0, &length, NULL);
		if (send(ends[1], "x", 1, 0) != 1)
			err(1, "send");
	}
	_exit(0);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*sleep)(void);
	} kinds[] = { { "poll", in_poll }, { "nanosleep", in_nanosleep }, { "futex", in_futex },
		      { "recv", in_recv }, { "spin", spin } };
	int count = argc == 4 ? atoi(argv[2]) : 0, ms = argc == 4 ? atoi(argv[3]) : 0;

	length = (struct timespec){ ms / 1000, ms % 1000 * 1000000L };
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]) && count; i++) {
		if (strcmp(argv[1], kinds[i].name))
			continue;
		if (kinds[i].sleep == in_recv) {
			if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
				err(1, "socketpair");
			send_later(count);
		}
		while (count--)
			kinds[i].sleep();
		wait(NULL);
		return 0;
	}
	errx(2, "usage: sleeps poll|nanosleep|futex|recv|spin COUNT MS");
}
