// SPDX-License-Identifier: GPL-2.0
/* Page faults of the traced threads. One taken in user mode is a crossing, like a call; one taken
 * inside a call is not: the CPU was in the kernel. x86 and RISC-V have these tracepoints. */
#include "state.h"

SEC("?raw_tp/page_fault_user")
int BPF_PROG(on_fault_user, unsigned long address, struct pt_regs *regs)
{
	struct zc_task *task = task_find(task_key((__u64)regs));
	struct zc_proc *proc;

	if (!task)
		return 0;
	proc = proc_of(task);
	if (!proc || proc->window != ZC_WINDOW_OPEN)
		return 0;
	__sync_fetch_and_add(&proc->faults_user, 1);
	if (has_room_to_spare(task) && take_events(task, 1))
		record(ZC_EVENT_FAULT, task, bpf_ktime_get_ns(), 0);
	return 0;
}

/* A call that counts has the time of its entry; nobody else writes to its thread. So the process is
 * not asked, and its counter, which others share, is left alone until the call returns. */
SEC("?raw_tp/page_fault_kernel")
int BPF_PROG(on_fault_kernel)
{
	struct zc_task *task = task_find(current_key());

	if (!task || !task->enter_ns)
		return 0;
	if (!++task->faults)
		add_faults(task, 256);
	return 0;
}
