// SPDX-License-Identifier: GPL-2.0
/* The table of probes: which BPF program watches which tracepoint, and what is lost without it.
 * session.c loads what the running kernel has, doctor prints the rest. */
#include <string.h>

#include "session.h"

static const struct probe probes[] = {
	{ "on_sys_enter", "sys_enter", true, "every count" },
	{ "on_sys_exit", "sys_exit", true, "every count" },
	{ "on_fork", "sched_process_fork", true, "threads and children" },
	{ "on_exec", "sched_process_exec", true, "programs that become another" },
	{ "on_exit", "sched_process_exit", true, "the end of processes" },
	{ "on_switch", "sched_switch", false, "context switches, time blocked and runnable" },
	{ "on_wakeup", "sched_wakeup", false, "time blocked and runnable" },
	{ "on_fault_user", "page_fault_user", false, "crossings by page faults" },
	{ "on_fault_kernel", "page_fault_kernel", false, "page faults inside calls" },
	{ "on_cache_add", "mm_filemap_add_to_page_cache", false, "the leg disk → page cache" },
	{ "on_queue", "net_dev_queue", false, "the origin of bytes before segmentation" },
	{ "on_start_xmit", "net_dev_start_xmit", false, "the copies before the device" },
	{ "on_receive_copy", "skb_copy_datagram_iovec", false, "the leg socket → receiver" },
	{ "on_uring_file", "io_uring_file_get", false, "the first segments that io_uring sends" },
	{ "on_uring_complete", "io_uring_complete", false, "bytes moved by io_uring" },
	{ "on_uring_submit", "io_uring_submit_req", false,
		"io_uring's requests that complete silently" },
	{ "on_tcp_state", "inet_sock_set_state", false, "the witness TCP_INFO" },
	{ "on_tcp_destroy", "tcp_destroy_sock", false, "the witness TCP_INFO of some sockets" },
};

/* What --counts-only does without: whatever tells times, or looks at a call before it returns, as
 * the first segments and pages are gone by then. */
static const char *const not_for_counts[] = {
	"sys_enter", "sched_wakeup", "page_fault_kernel", "mm_filemap_add_to_page_cache",
	"net_dev_queue", "net_dev_start_xmit", "skb_copy_datagram_iovec", "inet_sock_set_state",
	"tcp_destroy_sock",
};

bool probe_is_for_counts(const struct probe *probe)
{
	for (size_t i = 0; i < sizeof(not_for_counts) / sizeof(not_for_counts[0]); i++) {
		if (!strcmp(probe->tracepoint, not_for_counts[i]))
			return false;
	}
	return true;
}

const struct probe *session_probes(size_t *count)
{
	*count = sizeof(probes) / sizeof(probes[0]);
	return probes;
}
