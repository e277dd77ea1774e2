// SPDX-License-Identifier: GPL-2.0
/* Every system call of the traced threads: it is entered, it is left, and it is added to one cell,
 * that of its (process, call, source, sink). on_sys_enter() finds the cell and notes the time;
 * on_sys_exit() adds to the cell. With --counts-only, count_sys_exit() does both at the return.
 *
 * They run on every call of the machine: what is on their path is weighed in docs/benchmarks.md. */
#include "call.h"
#include "count.h"
#include "odd_calls.h"
#include "remember.h"

/* Plain adds will do: no second thread can come to be during the call, or count in its cell. */
static __always_inline bool counts_alone(__u32 state, __u32 flags)
{
	return state & ZC_STATE_ALONE &&
	       (flags & (ZC_CLASS_KEEPS_FDS | ZC_CLASS_MESSAGES)) == ZC_CLASS_KEEPS_FDS;
}

static __always_inline void enter(struct zc_task *task, __u32 cell, __u32 row, bool alone)
{
	task->cell = cell;
	task->nr = row;
	task->alone = alone;
	task->blocked_ns = 0;
	task->runnable_ns = 0;
	task->enter_ns = bpf_ktime_get_ns();
}

static __always_inline void enter_32bit(struct zc_task *task)
{
	__u32 cell = cell_of_32bit(task->proc);

	task->call_recorded = false;
	if (cell)
		enter(task, cell, ZC_NR_32BIT, false);
}

/* A call that this thread has not made on these descriptors since they last changed: its cell,
 * which is remembered from now on. 0 = it does not count, or has been entered here. */
static __noinline __u32 first_call(struct zc_task *task, __u32 state, __u32 row, __u64 fds)
{
	struct zc_proc *proc = proc_of(task);
	__s32 fd_out = fds;

	if (!proc)
		return 0;
	/* It began before this call, and has returned. */
	if (task->gate == ZC_GATE_UNSEEN)
		task->gate = 0;
	if (fd_out >= 0 && fd_out == proc->gate_fd) {
		at_gate(task, proc);
		return 0;
	}
	if (!(state & ZC_STATE_OPEN))
		return 0;
	if (is_32bit_call()) {
		enter_32bit(task);
		return 0;
	}
	if (!counts_only && classes[row & (ZC_MAX_SYSCALLS - 1)].flags & ZC_CLASS_LOADS) {
		begin_loading(task);
		return resolve_cell(task->proc, row, fds);
	}
	return look_and_remember(task, state, row, fds);
}

SEC("?tp_btf/sys_enter")
int BPF_PROG(on_sys_enter, struct pt_regs *regs, long nr)
{
	struct zc_task *task = task_find(task_key((__u64)regs));
	struct zc_fd_cache *known;
	__u32 row, flags, state, cell;
	__u64 fds;

	if (!task)
		return 0;
	row = syscall_row(nr);
	flags = classes[row].flags;
	fds = descriptors_of(regs, row);
	state = proc_states[task->proc & (ZC_PROC_STATES - 1)];
	known = remembered(task, row, fds);
	if (is_known(known, state, row, fds) && !is_foreign_call(regs))
		cell = known->cell;
	else
		cell = first_call(task, state, row, fds);
	if (!cell)
		return 0;
	if (flags & ZC_CLASS_MESSAGES)
		task->messages = syscall_argument(regs, 1);
	enter(task, cell, row, counts_alone(state, flags));
	task->call_recorded = take_events(task, 2);
	if (task->call_recorded)
		record(ZC_EVENT_ENTER, task, task->enter_ns,
		       (__s32)(fds >> 32) >= 0 ? fds >> 32 : (__u32)fds);
	return 0;
}

/* What a program does first is seldom what it is watched for: once a flow is busy the thread gets
 * its share anew, and the loader shows what comes then. */
static __noinline int open_window(struct zc_task *task, __u64 bytes, __u64 now)
{
	if (!task)
		return 0;
	task->window_bytes = bytes * ZC_WINDOW_STEP;
	if (__sync_fetch_and_add(&windows_left, -(__s64)timeline_share) < timeline_share)
		return 0;
	task->events_left = timeline_share - 1;
	task->in_window = true;
	record(ZC_EVENT_WINDOW, task, now, bytes);
	return 0;
}

SEC("?tp_btf/sys_exit")
int BPF_PROG(on_sys_exit, struct pt_regs *regs, long ret)
{
	struct zc_task *task = task_find(task_key((__u64)regs));
	struct zc_cell *cell;
	__u64 now, took;
	__u32 flags;

	if (!task)
		return 0;
	if (!task->enter_ns) {
		if (task->gate)
			return_from_gate(task);
		else
			count_refused(task, regs, ret);
		return 0;
	}
	if (task->off_ns)
		catch_up();
	now = bpf_ktime_get_ns();
	took = now - task->enter_ns;
	task->enter_ns = 0;
	settle_faults(task);
	flags = classes[task->nr & (ZC_MAX_SYSCALLS - 1)].flags;
	cell = cell_at(task->cell);
	if (!cell)
		return 0;
	if (task->alone) {
		add_call(cell, flags, ret, true);
		add_times(cell, task, took, true);
	} else {
		add_call(cell, flags, ret, false);
		add_times(cell, task, took, false);
		if (!(flags & ZC_CLASS_KEEPS_FDS))
			end_changing(task, flags, ret);
		if (flags & ZC_CLASS_MESSAGES && ret > 0)
			__sync_fetch_and_add(&cell->bytes, message_bytes(task->messages, ret));
	}
	if (task->call_recorded)
		record(ZC_EVENT_EXIT, task, now, ret);
	if (cell->bytes >= task->window_bytes)
		open_window(task, cell->bytes, now);
	return 0;
}

/* As first_call(), for a call that returns: close() apart, which the loader gives no descriptor,
 * what it was made on is still there. */
static __noinline __u32 first_return(struct zc_task *task, __u32 state, __u32 row, __u64 fds,
				     long ret)
{
	if (!(state & ZC_STATE_OPEN))
		return 0;
	if (is_32bit_call()) {
		count_32bit_return(task->proc, ret);
		return 0;
	}
	return look_and_remember(task, state, row, fds);
}

/* Counts only: the one program on a call's path, with nothing to remember between two. */
SEC("?tp_btf/sys_exit")
int BPF_PROG(count_sys_exit, struct pt_regs *regs, long ret)
{
	struct zc_task *task = task_find(task_key((__u64)regs));
	__u32 row, flags, state, index;
	struct zc_fd_cache *known;
	struct zc_cell *cell;
	__u64 fds;

	if (!task)
		return 0;
	if (task->gate) {
		task->gate = 0;
		return 0;
	}
	row = syscall_row(returning_number(regs));
	flags = classes[row].flags;
	fds = descriptors_of(regs, row);
	state = proc_states[task->proc & (ZC_PROC_STATES - 1)];
	known = remembered(task, row, fds);
	if (is_known(known, state, row, fds) && !is_foreign_call(regs))
		index = known->cell;
	else
		index = first_return(task, state, row, fds, ret);
	if (!index)
		return 0;
	cell = cell_at(index);
	if (!cell)
		return 0;
	if (counts_alone(state, flags)) {
		add_call(cell, flags, ret, true);
		return 0;
	}
	add_call(cell, flags, ret, false);
	if (!(flags & ZC_CLASS_KEEPS_FDS) && ret >= 0)
		renew_state(task->proc);
	if (flags & ZC_CLASS_MESSAGES && ret > 0)
		__sync_fetch_and_add(&cell->bytes,
				     message_bytes(syscall_argument(regs, 1), ret));
	return 0;
}
