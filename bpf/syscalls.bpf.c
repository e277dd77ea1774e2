// SPDX-License-Identifier: GPL-2.0
/* Every system call of the traced threads: one entry and one return, counted in the cell of its
 * (process, call, source, sink). These two programs run on every call of the machine: what is on
 * their path is weighed in docs/benchmarks.md. */
#include "state.h"

#define TS_COMPAT 0x0002	/* arch/x86/include/asm/thread_info.h */
#define MAP_ANONYMOUS 0x20	/* include/uapi/asm-generic/mman-common.h */
#define TIF_32BIT 22		/* arch/arm64/include/asm/thread_info.h */

/* The slow path: looks at the descriptors. Only calls that move payload, and mmap, are kept apart
 * by object, others by the kind of it. */
static __noinline __u32 resolve_cell(__u32 proc, __u32 nr, __u64 fds)
{
	bool apart = classes[nr & (ZC_MAX_SYSCALLS - 1)].flags &
		     (ZC_CLASS_DATA | ZC_CLASS_MESSAGES | ZC_CLASS_OBJECT);
	__u32 source = ZC_KIND_NONE, sink = ZC_KIND_NONE;
	__s32 fd_in = fds >> 32, fd_out = fds;

	if (fd_in >= 0)
		source = apart ? object_of_fd(fd_in) : kind_of_fd(fd_in);
	if (fd_out >= 0)
		sink = apart ? object_of_fd(fd_out) : kind_of_fd(fd_out);
	return find_cell(proc, nr, source, sink);
}

static __always_inline __u64 syscall_argument(struct pt_regs *regs, __u32 index)
{
	switch (index) {
	case 0: return PT_REGS_PARM1_SYSCALL(regs);
	case 1: return PT_REGS_PARM2_SYSCALL(regs);
	case 2: return PT_REGS_PARM3_SYSCALL(regs);
	case 3: return PT_REGS_PARM4_SYSCALL(regs);
	default: return PT_REGS_PARM5_SYSCALL(regs);
	}
}

/* The row of a call number; numbers beyond the table share its last row. */
static __always_inline __u32 syscall_row(unsigned long nr)
{
	if (nr >= ZC_MAX_SYSCALLS)
		nr = ZC_MAX_SYSCALLS - 1;
	barrier_var(nr);	/* keeps the mask, which is what the verifier goes by */
	return nr & (ZC_MAX_SYSCALLS - 1);
}

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

/* Calls of a 32-bit program, and int $0x80 in any other: their numbers mean other calls. */
static __always_inline bool is_32bit_call(void)
{
	struct task_struct *task = bpf_get_current_task_btf();

#if defined(__TARGET_ARCH_x86)
	return task->thread_info.status & TS_COMPAT;
#elif defined(__TARGET_ARCH_arm64)
	return task->thread_info.flags & (1UL << TIF_32BIT);
#else
	return false;
#endif
}

/* As is_32bit_call(), for calls that are remembered and must cost nothing: the syscall instruction
 * leaves its return address in RCX, int $0x80 what the program had there. (A CPU with FRED leaves
 * RCX alone.) On arm64 a 64-bit program cannot make 32-bit calls. */
static __always_inline bool is_foreign_call(struct pt_regs *regs)
{
#if defined(__TARGET_ARCH_x86)
	return regs->cx != regs->ip && is_32bit_call();
#else
	return false;
#endif
}

/* From now on each call of the process is looked at. */
static void begin_32bit(struct zc_task *task)
{
	__sync_fetch_and_or(state_of(task->proc), ZC_STATE_32BIT);
	task->gate = ZC_GATE_32BIT;
	task->messages = bpf_ktime_get_ns();
	task->blocked_ns = 0;
	task->runnable_ns = 0;
}

static __always_inline void memorise(struct zc_call_key *key, __u32 state, __u32 cell)
{
	struct zc_call_cell fresh = { .state = state, .cell = cell };

	/* Full: what is not remembered is looked at again, and nothing is lost. */
	if (cell)
		bpf_map_update_elem(&call_cells, key, &fresh, BPF_ANY);
}

/* The cell of this call on these descriptors, as remembered for the whole process; 0 = it is not,
 * or not since its descriptors last changed. */
static __always_inline __u32 recall(struct zc_call_key *key, __u32 state)
{
	struct zc_call_cell *known = bpf_map_lookup_elem(&call_cells, key);

	return known && known->state == state ? known->cell : 0;
}

static __always_inline __u32 look_and_remember(struct zc_task *task, struct zc_fd_cache *known,
					       __u32 state, __u32 row, __u64 fds)
{
	struct task_struct *current = bpf_get_current_task_btf();
	struct zc_call_key key = { .proc = task->proc, .row = row, .fds = fds,
				   .table = (__u64)BPF_CORE_READ(current, files) };
	__u32 cell;
	/* What is still true has to give way: there are more descriptors than the thread remembers.
	 * Where it is true no longer, the process would have forgotten it too. */
	bool crowded = known->state == state;

	if (!counts_only && classes[row & (ZC_MAX_SYSCALLS - 1)].flags & ZC_CLASS_LOADS) {
		task->gate = ZC_GATE_LOADS;
		tally_end_reading(task->proc);
		return resolve_cell(task->proc, row, fds);
	}
	if (state & ZC_STATE_32BIT)
		return resolve_cell(task->proc, row, fds);
	cell = crowded ? recall(&key, state) : 0;
	if (!cell) {
		cell = resolve_cell(task->proc, row, fds);
		if (crowded)
			memorise(&key, state, cell);
	}
	known->cell = cell;
	known->fds = fds;
	known->state = state;
	known->row = row;
	return cell;
}

/* A call that this thread has not made on these descriptors since they last changed; remembers
 * the cell. 0 = the call does not count. */
static __noinline __u32 first_call(struct zc_task *task, struct zc_fd_cache *known, __u32 state,
				   __u32 row, __u64 fds)
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
		begin_32bit(task);
		return 0;
	}
	return look_and_remember(task, known, state, row, fds);
}

/* The descriptors of a call: the source in the upper half, the sink in the lower; -1 = none. */
static __always_inline __u64 descriptors_of(struct pt_regs *regs, __u32 row)
{
	__u32 fd_in = -1, fd_out = -1, flags = classes[row].flags;

	if (flags & ZC_CLASS_FD_IN) {
		fd_in = syscall_argument(regs, classes[row].fd_in);
		/* The descriptor of an mmap() without a file means nothing. */
		if (flags & ZC_CLASS_OBJECT && syscall_argument(regs, 3) & MAP_ANONYMOUS)
			fd_in = -1;
	}
	if (flags & ZC_CLASS_FD_OUT)
		fd_out = syscall_argument(regs, classes[row].fd_out);
	return (__u64)fd_in << 32 | fd_out;
}

/* Where the thread would remember the cell of this call on these descriptors. */
static __always_inline struct zc_fd_cache *remembered(struct zc_task *task, __u32 row, __u64 fds)
{
	return &task->fds[(row + (fds >> 32) + fds) & (ZC_FD_CACHE - 1)];
}

static __always_inline bool is_known(const struct zc_fd_cache *known, __u32 state, __u32 row,
				     __u64 fds)
{
	return known->fds == fds && known->state == state && known->row == row;
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
	/* The state has a closed window's, and every earlier set of descriptors', in it. */
	if (is_known(known, state, row, fds) && !is_foreign_call(regs))
		cell = known->cell;
	else
		cell = first_call(task, known, state, row, fds);
	if (!cell)
		return 0;
	if (flags & ZC_CLASS_MESSAGES)
		task->messages = syscall_argument(regs, 1);
	task->cell = cell;
	task->nr = row;
	task->alone = state & ZC_STATE_ALONE &&
		      (flags & (ZC_CLASS_KEEPS_FDS | ZC_CLASS_MESSAGES)) == ZC_CLASS_KEEPS_FDS;
	task->blocked_ns = 0;
	task->runnable_ns = 0;
	task->enter_ns = bpf_ktime_get_ns();
	task->call_recorded = take_events(task, 2);
	if (task->call_recorded)
		record(ZC_EVENT_ENTER, task, task->enter_ns,
		       (__s32)(fds >> 32) >= 0 ? fds >> 32 : (__u32)fds);
	return 0;
}

/* floor(log2(ns)) in a handful of shifts, without a loop. */
static __always_inline __u32 log2_ns(__u64 ns)
{
	__u32 bits = 0;

	if (ns >> 32) { bits += 32; ns >>= 32; }
	if (ns >> 16) { bits += 16; ns >>= 16; }
	if (ns >> 8) { bits += 8; ns >>= 8; }
	if (ns >> 4) { bits += 4; ns >>= 4; }
	if (ns >> 2) { bits += 2; ns >>= 2; }
	bits += ns >> 1;
	return bits < ZC_HIST_BUCKETS ? bits : ZC_HIST_BUCKETS - 1;
}

/* The bytes of a sendmmsg or recvmmsg, which returns how many messages were moved. */
struct message_sum {
	__u64 at;	/* user address of the next struct mmsghdr */
	__u64 bytes;
};

static long add_message(__u32 i, struct message_sum *sum)
{
	unsigned int length = 0;

	bpf_probe_read_user(&length, sizeof(length),
			    (void *)(sum->at + sizeof(struct user_msghdr)));
	sum->bytes += length;
	sum->at += sizeof(struct user_msghdr) + 8;	/* msg_len, padded */
	return 0;
}

static __noinline __u64 message_bytes(__u64 vector, __u32 count)
{
	struct message_sum sum = { .at = vector };

	bpf_loop(count < ZC_MAX_MESSAGES ? count : ZC_MAX_MESSAGES, add_message, &sum, 0);
	return sum.bytes;
}

/* Nobody else counts in the cells of a process with one thread: plain adds will do, at a third of
 * the price of atomic ones. */
static __always_inline void count_alone(struct zc_cell *cell, struct zc_task *task, __u32 flags,
					__u64 took, long ret)
{
	cell->histogram[log2_ns(took)]++;
	cell->total_ns += took;
	if (ret > 0 && flags & ZC_CLASS_DATA)
		cell->bytes += ret;
	else if (ret < 0)
		cell->errors++;
	else if (flags & ZC_CLASS_DATA)
		cell->zeros++;
	cell->blocked_ns += task->blocked_ns;
	cell->runnable_ns += task->runnable_ns;
}

static __always_inline void count_shared(struct zc_cell *cell, struct zc_task *task, __u32 flags,
					 __u64 took, long ret)
{
	__sync_fetch_and_add(&cell->histogram[log2_ns(took)], 1);
	__sync_fetch_and_add(&cell->total_ns, took);
	if (ret > 0 && flags & ZC_CLASS_DATA)
		__sync_fetch_and_add(&cell->bytes, ret);
	else if (ret < 0)
		__sync_fetch_and_add(&cell->errors, 1);
	else if (flags & ZC_CLASS_DATA)
		__sync_fetch_and_add(&cell->zeros, 1);
	if (task->blocked_ns | task->runnable_ns) {
		__sync_fetch_and_add(&cell->blocked_ns, task->blocked_ns);
		__sync_fetch_and_add(&cell->runnable_ns, task->runnable_ns);
	}
}

/* All 32-bit calls of a process are one row: counted, and not told apart. */
static void end_32bit(struct zc_task *task)
{
	struct zc_cell *cell = cell_at(find_cell(task->proc, ZC_NR_32BIT, ZC_KIND_NONE,
						 ZC_KIND_NONE));

	renew_state(task->proc);
	if (cell && cell->key.proc)
		count_shared(cell, task, 0, bpf_ktime_get_ns() - task->messages, 0);
}

/* The return of the word that opens the window, or of a 32-bit call. */
static __noinline void return_from_gate(struct zc_task *task)
{
	struct zc_proc *proc = proc_of(task);
	__u8 gate = task->gate;

	task->gate = 0;
	if (gate == ZC_GATE_32BIT)
		end_32bit(task);
	if (gate != ZC_GATE_OPENS || !proc || proc->window != ZC_WINDOW_AT_GATE)
		return;
	proc->open_ns = bpf_ktime_get_ns();
	proc->window = ZC_WINDOW_OPEN;
	tally_begin(task->proc);
	open_state(task->proc);
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

/* The number of the call that returns. A return from a signal handler has forgotten its own. */
static __always_inline long returning_number(struct pt_regs *regs)
{
#if defined(__TARGET_ARCH_x86)
	long nr = regs->orig_ax, sigreturn = 15;
#else
	long nr = regs->syscallno, sigreturn = 139;
#endif
	return nr == -1 ? sigreturn : nr;
}

static __always_inline void count_return(struct zc_cell *cell, __u32 flags, long ret)
{
	__sync_fetch_and_add(&cell->histogram[0], 1);
	if (ret > 0 && flags & ZC_CLASS_DATA)
		__sync_fetch_and_add(&cell->bytes, ret);
	else if (ret < 0)
		__sync_fetch_and_add(&cell->errors, 1);
	else if (flags & ZC_CLASS_DATA)
		__sync_fetch_and_add(&cell->zeros, 1);
}

/* From now on each call of the process is looked at. */
static void count_32bit_return(__u32 proc)
{
	struct zc_cell *cell = cell_at(find_cell(proc, ZC_NR_32BIT, ZC_KIND_NONE, ZC_KIND_NONE));

	__sync_fetch_and_or(state_of(proc), ZC_STATE_32BIT);
	renew_state(proc);
	if (cell && cell->key.proc)
		count_return(cell, 0, 0);
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
		count_32bit_return(task->proc);
		return;
	}
	row = syscall_row(returning_number(regs));
	cell = cell_at(resolve_cell(task->proc, row, descriptors_of(regs, row)));
	if (cell && cell->key.proc)
		count_return(cell, classes[row].flags, ret);
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
		count_alone(cell, task, flags, took, ret);
	} else {
		count_shared(cell, task, flags, took, ret);
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
static __noinline __u32 first_return(struct zc_task *task, struct zc_fd_cache *known, __u32 state,
				     __u32 row, __u64 fds)
{
	if (!(state & ZC_STATE_OPEN))
		return 0;
	if (is_32bit_call()) {
		count_32bit_return(task->proc);
		return 0;
	}
	return look_and_remember(task, known, state, row, fds);
}

static __always_inline void count_return_alone(struct zc_cell *cell, __u32 flags, long ret)
{
	cell->histogram[0]++;
	if (ret > 0 && flags & ZC_CLASS_DATA)
		cell->bytes += ret;
	else if (ret < 0)
		cell->errors++;
	else if (flags & ZC_CLASS_DATA)
		cell->zeros++;
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
		index = first_return(task, known, state, row, fds);
	if (!index)
		return 0;
	cell = cell_at(index);
	if (!cell)
		return 0;
	if (state & ZC_STATE_ALONE &&
	    (flags & (ZC_CLASS_KEEPS_FDS | ZC_CLASS_MESSAGES)) == ZC_CLASS_KEEPS_FDS) {
		count_return_alone(cell, flags, ret);
		return 0;
	}
	count_return(cell, flags, ret);
	if (!(flags & ZC_CLASS_KEEPS_FDS) && ret >= 0)
		renew_state(task->proc);
	if (flags & ZC_CLASS_MESSAGES && ret > 0)
		__sync_fetch_and_add(&cell->bytes,
				     message_bytes(syscall_argument(regs, 1), ret));
	return 0;
}
