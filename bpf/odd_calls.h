/* SPDX-License-Identifier: GPL-2.0 */
/* Calls that are not entered, left and counted like all others: those on a scenario's gate, of
 * 32-bit programs, those that change what descriptors are, and returns without an entry. None of it
 * is on the path of a call that is remembered. */
#ifndef ZC_ODD_CALLS_H
#define ZC_ODD_CALLS_H

#include "call.h"
#include "count.h"
#include "remember.h"

/* The gate is a scenario's channel to the loader. Its calls never count: the first send after the
 * loader said go opens the window when it returns, the next closes it when it begins. */
static void at_gate(struct zc_task *task, struct zc_proc *proc)
{
	if (proc->window == ZC_WINDOW_AT_GATE) {
		task->gate = ZC_GATE_OPENS;
	} else if (proc->window == ZC_WINDOW_OPEN) {
		proc->close_ns = bpf_ktime_get_ns();
		proc->window = ZC_WINDOW_CLOSED;
		tally_end(task->proc);
		close_state(task->proc);
	}
}

/* The return of the word that opens the window. */
static __noinline void return_from_gate(struct zc_task *task)
{
	struct zc_proc *proc = proc_of(task);
	__u8 gate = task->gate;

	task->gate = 0;
	if (gate != ZC_GATE_OPENS || !proc || proc->window != ZC_WINDOW_AT_GATE)
		return;
	proc->open_ns = bpf_ktime_get_ns();
	proc->window = ZC_WINDOW_OPEN;
	tally_begin(task->proc);
	open_state(task->proc);
}

/* All 32-bit calls of a process are one row: counted, and not told apart. From the first of them on
 * each call of the process is looked at. */
static __always_inline __u32 cell_of_32bit(__u32 proc)
{
	__sync_fetch_and_or(state_of(proc), ZC_STATE_32BIT);
	return find_cell(proc, ZC_NR_32BIT, ZC_KIND_NONE, ZC_KIND_NONE);
}

static __always_inline void count_32bit_return(__u32 proc, long ret)
{
	struct zc_cell *cell = cell_at(cell_of_32bit(proc));

	renew_state(proc);
	if (cell && cell->key.proc)
		add_untimed(cell, 0, ret);
}

/* A return whose entry was not shown to us: seccomp refused the call, or a debugger made it itself.
 * Both come before the tracepoint of the entry (syscall_trace_enter()), and the call is one for the
 * program and for strace. */
static __noinline void count_refused(struct zc_task *task, struct pt_regs *regs, long ret)
{
	struct zc_cell *cell;
	__u32 row;

	if (!(proc_states[task->proc & (ZC_PROC_STATES - 1)] & ZC_STATE_OPEN))
		return;
	if (is_32bit_call()) {
		count_32bit_return(task->proc, ret);
		return;
	}
	row = syscall_row(returning_number(regs));
	cell = cell_at(resolve_cell(task->proc, row, descriptors_of(regs, row)));
	if (cell && cell->key.proc)
		add_untimed(cell, classes[row].flags, ret);
}

/* The kernel reads the file of an exec for itself: that is not tallied. */
static __always_inline void begin_loading(struct zc_task *task)
{
	task->gate = ZC_GATE_LOADS;
	tally_end_reading(task->proc);
}

/* The return of a call that may change what descriptors are. */
static __noinline void end_changing(struct zc_task *task, __u32 flags, long ret)
{
	if (ret >= 0)
		renew_state(task->proc);
	if (!(flags & ZC_CLASS_LOADS))
		return;
	task->gate = 0;
	tally_begin_reading(task->proc);
}

#endif
