// SPDX-License-Identifier: GPL-2.0
/* Makes a device of some process's network namespace lose every Nth TCP packet with data.
 * Used by the runtime tests, because not every kernel has netem.
 *
 *   lossy PID DEVICE [N]      N is 101 unless told: about 1%
 *
 * The packets are lost where they arrive: give the receiver's PID (on loopback either's). There the
 * sender's device has had them, as with a real loss; a packet dropped on the sender's own way out
 * would be a local refusal to TCP. A packet may be up to 64 KiB where the device segments.
 * "{"attached": true}" on stdout says that the loss is on. A line on stdin asks for the counts so
 * far; its end turns the loss off. This process keeps the namespace alive until then. */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <net/if.h>
#include <bpf/libbpf.h>

#include "lossy.skel.h"

enum { EXIT_USAGE = 2, EXIT_MACHINE = 3 };

static void enter(const char *pid)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%s/ns/net", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET) < 0)
		err(EXIT_MACHINE, "%s", path);
	close(fd);
}

static struct lossy_bpf *load(__u32 every)
{
	struct lossy_bpf *skel = lossy_bpf__open();

	if (!skel)
		err(EXIT_MACHINE, "open the program");
	skel->rodata->every = every;
	if (lossy_bpf__load(skel))
		err(EXIT_MACHINE, "load the program");
	return skel;
}

static void say_counts(const struct lossy_bpf *skel)
{
	printf("{\"data_packets\": %llu, \"lost_packets\": %llu, \"lost_bytes\": %llu}\n",
	       (unsigned long long)skel->bss->data_packets,
	       (unsigned long long)skel->bss->lost_packets,
	       (unsigned long long)skel->bss->lost_bytes);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, options, .handle = 1, .priority = 1);
	int every = argc > 3 ? atoi(argv[3]) : 101;
	struct lossy_bpf *skel;
	int made;

	if (argc < 3 || argc > 4 || every < 2)
		errx(EXIT_USAGE, "usage: lossy PID DEVICE [N]; N is at least 2");
	signal(SIGPIPE, SIG_IGN);
	skel = load((__u32)every);
	enter(argv[1]);
	hook.ifindex = (int)if_nametoindex(argv[2]);
	if (!hook.ifindex)
		err(EXIT_MACHINE, "device %s", argv[2]);

	made = bpf_tc_hook_create(&hook);
	if (made && made != -EEXIST)
		errx(EXIT_MACHINE, "clsact: %s", strerror(-made));
	options.prog_fd = bpf_program__fd(skel->progs.lose);
	if (bpf_tc_attach(&hook, &options))
		err(EXIT_MACHINE, "attach to device %s", argv[2]);
	puts("{\"attached\": true}");
	fflush(stdout);

	for (int c = getchar(); c != EOF; c = getchar()) {
		if (c == '\n')
			say_counts(skel);
	}
	options.prog_fd = 0;
	options.prog_id = 0;
	options.flags = 0;
	bpf_tc_detach(&hook, &options);
	if (!made) {
		hook.attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS;
		bpf_tc_hook_destroy(&hook);
	}
	say_counts(skel);
	lossy_bpf__destroy(skel);
	return 0;
}
