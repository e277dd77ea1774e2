// SPDX-License-Identifier: GPL-2.0
/* Context switches of the traced threads, and how long each wait was: blocked until it was woken,
 * runnable from then until it had a CPU again (or from the moment that it was preempted). */
#include "state.h"

static __always_inline bool counting(struct zc_proc *proc)
{
	return proc && proc->window == ZC_WINDOW_OPEN;
}

static void leave_cpu(struct zc_task *task, __u64 now, bool preempted, unsigned int state)
{
	struct zc_proc *proc = proc_of(task);

	task->off_ns = now;
	task->wake_ns = 0;
	task->off_voluntary = !preempted && state != 0;
	if (!counting(proc))
		return;
	if (task->off_voluntary)
		__sync_fetch_and_add(&proc->voluntary, 1);
	else
		__sync_fetch_and_add(&proc->involuntary, 1);
	record(ZC_EVENT_OFF, task, now, task->off_voluntary);
}

static void enter_cpu(struct zc_task *task, __u64 now)
{
	struct zc_proc *proc = proc_of(task);
	__u64 blocked = 0, runnable;

	if (!task->off_ns)
		return;
	if (task->off_voluntary && task->wake_ns > task->off_ns)
		blocked = task->wake_ns - task->off_ns;
	runnable = now - task->off_ns - blocked;
	task->off_ns = 0;
	if (!counting(proc))
		return;
	__sync_fetch_and_add(&proc->blocked_ns, blocked);
	__sync_fetch_and_add(&proc->runnable_ns, runnable);
	task->blocked_ns += blocked;
	task->runnable_ns += runnable;
	record(ZC_EVENT_ON, task, now, runnable);
}

/* prev_state is the fourth argument since Linux 5.18 (fa2c3254d7cf). */
SEC("raw_tp/sched_switch")
int BPF_PROG(on_switch, bool preempt, struct task_struct *prev, struct task_struct *next,
	     unsigned int prev_state)
{
	__u64 key = current_key();
	struct zc_task *leaving = task_find(key);
	struct zc_task *entering;

	if (leaving)
		leave_cpu(leaving, bpf_ktime_get_ns(), preempt, prev_state);
	entering = task_find(key_beside(key, next));
	if (entering)
		enter_cpu(entering, bpf_ktime_get_ns());
	return 0;
}

SEC("raw_tp/sched_wakeup")
int BPF_PROG(on_wakeup, struct task_struct *task)
{
	struct zc_task *slot = task_find(key_of(task));

	if (slot && slot->off_ns && !slot->wake_ns)
		slot->wake_ns = bpf_ktime_get_ns();
	return 0;
}
