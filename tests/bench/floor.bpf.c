// SPDX-License-Identifier: GPL-2.0
/* What any tracer costs at the least: a pair of empty programs on system calls, a pair that only
 * reads the clock, and an empty program for any other tracepoint. floor.c attaches them. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

__u64 last = 0;

SEC("?tp_btf/sys_enter")
int BPF_PROG(empty_enter)
{
	return 0;
}

SEC("?tp_btf/sys_exit")
int BPF_PROG(empty_exit)
{
	return 0;
}

SEC("?tp_btf/sys_enter")
int BPF_PROG(clock_enter)
{
	last = bpf_ktime_get_ns();
	return 0;
}

SEC("?tp_btf/sys_exit")
int BPF_PROG(clock_exit)
{
	last = bpf_ktime_get_ns();
	return 0;
}

SEC("?raw_tp")
int empty(void *ctx)
{
	return 0;
}
