// SPDX-License-Identifier: GPL-2.0
/* The table of probes: which BPF program watches which tracepoint, and what is lost without it.
 * session.c loads what the running kernel has, doctor prints the rest. */
#include "session.h"

/* --counts-only does without whatever tells times, or looks at a call before it returns, as the
 * first segments and pages are gone by then. */
static const struct probe probes[] = {
	{ "on_sys_enter", "sys_enter", .loses = "every count", .required = true,
	  .not_for_counts = true },
	{ "on_sys_exit", "sys_exit", .loses = "every count", .required = true },
	{ "on_fork", "sched_process_fork", .loses = "threads and children", .required = true },
	{ "on_exec", "sched_process_exec", .loses = "programs that become another",
	  .required = true },
	{ "on_exit", "sched_process_exit", .loses = "the end of processes", .required = true },
	{ "on_switch", "sched_switch", .loses = "context switches, time blocked and runnable" },
	{ "on_wakeup", "sched_wakeup", .loses = "time blocked and runnable",
	  .not_for_counts = true },
	{ "on_fault_user", "page_fault_user", .loses = "crossings by page faults" },
	{ "on_fault_kernel", "page_fault_kernel", .loses = "page faults inside calls",
	  .not_for_counts = true },
	{ "on_interrupt", "local_timer_entry", .loses = "interrupts",
	  .not_for_counts = true },
	{ "on_interrupt", "call_function_entry", .loses = "interrupts",
	  .not_for_counts = true },
	{ "on_interrupt", "call_function_single_entry", .loses = "interrupts",
	  .not_for_counts = true },
	{ "on_interrupt", "irq_work_entry", .loses = "interrupts",
	  .not_for_counts = true },
	{ "on_interrupt", "irq_handler_entry", .loses = "interrupts",
	  .not_for_counts = true },
	{ "on_reschedule", "reschedule_entry", .loses = "interrupts",
	  .not_for_counts = true },
	{ "on_nmi", "nmi_handler", .loses = "interrupts",
	  .not_for_counts = true },
	{ "on_cache_add", "mm_filemap_add_to_page_cache", .loses = "the leg disk → page cache",
	  .not_for_counts = true },
	{ "on_cache_read", "mm_filemap_get_pages",
	  .loses = "the count of page cache → user: it is inferred then",
	  .not_for_counts = true, .not_for_programs = true },
	{ "on_map_pages", "mm_filemap_map_pages", .loses = "pages of mapped files",
	  .not_for_counts = true, .not_for_scenarios = true },
	{ "on_map_fault", "mm_filemap_fault", .loses = "pages of mapped files",
	  .not_for_counts = true, .not_for_scenarios = true },
	{ "on_queue", "net_dev_queue", .loses = "the origin of bytes before segmentation",
	  .not_for_counts = true },
	{ "on_start_xmit", "net_dev_start_xmit", .loses = "the copies before the device",
	  .not_for_counts = true },
	{ "on_receive_copy", "skb_copy_datagram_iovec", .loses = "the leg socket → receiver",
	  .not_for_counts = true },
	{ "on_uring_file", "io_uring_file_get", .loses = "the first segments that io_uring sends" },
	{ "on_uring_complete", "io_uring_complete", .loses = "bytes moved by io_uring" },
	{ "on_uring_submit", "io_uring_submit_req",
	  .loses = "io_uring's requests that complete silently" },
	{ "on_tcp_state", "inet_sock_set_state", .loses = "the witness TCP_INFO",
	  .not_for_counts = true },
	{ "on_tcp_destroy", "tcp_destroy_sock", .loses = "the witness TCP_INFO of some sockets",
	  .not_for_counts = true },
};

const struct probe *session_probes(size_t *count)
{
	*count = sizeof(probes) / sizeof(probes[0]);
	return probes;
}
