// SPDX-License-Identifier: GPL-2.0
/* What is measured, from where, and with which witness. cmd_list.c prints it. */
#include <stddef.h>

#include "catalog.h"

const struct catalog_entry catalog[] = {
	{ "rounds", "count", "sys_enter, sys_exit", "the program's tally",
	  "chunks that moved from the file to the socket" },
	{ "crossings.data", "count", "sys_enter, sys_exit", "the program's tally",
	  "2 for each call that moved payload" },
	{ "crossings.control", "count", "sys_enter, sys_exit", "strace -c in the tests",
	  "2 for every other call: open, close, the probe for the end" },
	{ "crossings.user_faults", "count", "page_fault_user", "min_flt + maj_flt",
	  "2 for each page fault taken in user mode" },
	{ "roles.switches", "count", "sched_switch", "nvcsw, nivcsw",
	  "context switches: voluntary (it blocked), involuntary (it was preempted)" },
	{ "roles.faults", "count", "page_fault_user, page_fault_kernel", "min_flt + maj_flt",
	  "page faults in user mode, and inside calls" },
	{ "roles.time_ns", "ns", "sys_enter, sys_exit, sched_switch, sched_wakeup", "-",
	  "the window split: user, kernel, blocked, runnable" },
	{ "roles.cpu_ns", "ns", "getrusage, untraced runs", "-", "user and system time" },
	{ "roles.peak_rss_bytes", "bytes", "/proc/PID/status", "-", "largest resident memory" },
	{ "syscalls", "count, bytes, ns", "sys_enter, sys_exit", "strace -c in the tests",
	  "calls by name and kind of descriptor, with a latency histogram" },
	{ "legs.disk-cache", "bytes", "mm_filemap_add_to_page_cache", "the file's size",
	  "pages of the file that entered the page cache" },
	{ "legs.cache-user", "bytes", "sys_exit of read", "rchar",
	  "inferred: what read() of a cached file returned was copied" },
	{ "legs.user-socket", "bytes", "net_dev_queue, net_dev_start_xmit", "TCP_INFO, the receiver",
	  "bytes in private kernel pages when a segment reaches the device" },
	{ "legs.socket-device", "bytes", "net_dev_start_xmit", "TCP_INFO",
	  "bytes handed to a device with a bus" },
	{ "legs.socket-receiver", "bytes", "skb_copy_datagram_iovec", "the receiver's total",
	  "bytes copied out of the receiver's socket" },
	{ "elapsed_ns", "ns", "the sender's own clock, untraced runs", "-",
	  "from the gate to the closed socket, as the documents time it" },
	{ "bytes_per_second", "bytes/s", "the sender's own clock, untraced runs", "-",
	  "payload by the median of elapsed_ns" },
	{ NULL },
};
