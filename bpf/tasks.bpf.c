// SPDX-License-Identifier: GPL-2.0
/* Who is traced: threads enter the table when the loader adopts a process or a traced one forks,
 * and leave it when they exit. Every other program asks state.h's task_find(). */
#include "state.h"

#define PF_EXITING 0x00000004	/* include/linux/sched.h */
#define PF_IO_WORKER 0x00000010
#define MAX_PID_NS_LEVEL 32	/* include/linux/pid_namespace.h */
#define CORE_DUMPED 0x80		/* in an exit code: wait(2) */

static struct zc_task *task_at(__u32 place)
{
	__u32 index = place & (ZC_MAX_TASKS - 1);

	return bpf_map_lookup_elem(&tasks, &index);
}

/* A search ends at the first empty place. One before the claimed place may have become empty
 * (clear_places()) since the claimer passed it. */
static void fill_gaps(__u32 home, __u32 claimed)
{
	for (int i = 0; i < ZC_TASK_PROBES && home != claimed; i++, home++) {
		struct zc_task *task = task_at(home);

		if (task)
			__sync_val_compare_and_swap(&task->key, 0, TASK_KEY_REMOVED);
	}
}

/* A free place for the thread, claimed and empty; NULL if its part of the table is full. */
static struct zc_task *claim_place(__u64 key)
{
	__u32 home = task_home(key), place = home;

	for (int i = 0; i < ZC_TASK_PROBES; i++, place++) {
		struct zc_task *task = task_at(place);
		__u64 seen;

		if (!task)
			return NULL;
		seen = task->key;
		if (seen > TASK_KEY_REMOVED)
			continue;
		/* Emptied meanwhile: it is still the first free one. */
		if (__sync_val_compare_and_swap(&task->key, seen, key) != seen &&
		    (seen == 0 || __sync_val_compare_and_swap(&task->key, 0, key)))
			continue;
		__builtin_memset((void *)task + sizeof(key), 0, sizeof(*task) - sizeof(key));
		fill_gaps(home, place);
		return task;
	}
	return NULL;
}

/* A removed thread's place is there only for searches that go beyond it. Where the next place is
 * empty, none does: it becomes empty too, and so on backwards. Otherwise every thread of the
 * machine would search further and further after thousands have ended. */
static void clear_places(__u32 place)
{
	for (int i = 0; i < 2 * ZC_TASK_PROBES; i++, place--) {
		struct zc_task *task = task_at(place), *next = task_at(place + 1);

		if (!task || !next || next->key ||
		    __sync_val_compare_and_swap(&task->key, TASK_KEY_REMOVED, 0) !=
		    TASK_KEY_REMOVED)
			return;
		/* Somebody came to the next place, past this one, a moment ago. */
		if (next->key) {
			__sync_val_compare_and_swap(&task->key, 0, TASK_KEY_REMOVED);
			return;
		}
	}
}

/* See key_of(). The current thread is in a system call here: the loader, a traced thread that forks
 * or execs. */
static void learn_layout(void)
{
	if (!regs_above_stack)
		regs_above_stack = -current_key() -
				   (__u64)BPF_CORE_READ(bpf_get_current_task_btf(), stack);
}

/* For a thread that is not in the table: the caller knows. NULL = it found no place. */
static struct zc_task *add_task(__u64 key, __u32 tid, __u32 proc_index)
{
	struct zc_proc *proc = bpf_map_lookup_elem(&procs, &proc_index);
	struct zc_task *slot;

	if (!proc)
		return NULL;
	learn_layout();
	slot = claim_place(key);
	if (!slot) {
		count_loss(ZC_LOSS_TASKS);
		return NULL;
	}
	slot->tid = tid;
	slot->events_left = timeline_share;
	slot->window_bytes = timeline_windows ? ZC_WINDOW_BYTES : ~0ULL;
	/* Its first return is from a call that began before: a fork, or whatever it is in now. */
	slot->gate = ZC_GATE_UNSEEN;
	/* A second thread ends the time of plain adds before it can run; nothing brings it back. */
	if (__sync_fetch_and_add(&proc->threads, 1))
		__sync_fetch_and_and(state_of(proc_index), ~ZC_STATE_ALONE);
	slot->proc = proc_index;
	return slot;
}

/* What the thread had before its window is taken off first; all of it is added at the end. A thread
 * that is forked in the window starts with nothing (copy_process()). */
static void add_reading(struct zc_proc *proc, __s64 sign)
{
	struct task_struct *task = bpf_get_current_task_btf();

	if (bpf_core_field_exists(task->ioac.rchar))
		__sync_fetch_and_add(&proc->tally.read_bytes, sign * task->ioac.rchar);
	else
		proc->untallied = 1;
}

static void add_all(struct zc_proc *proc, __s64 sign)
{
	struct task_struct *task = bpf_get_current_task_btf();

	add_reading(proc, sign);
	__sync_fetch_and_add(&proc->tally.voluntary, sign * task->nvcsw);
	__sync_fetch_and_add(&proc->tally.involuntary, sign * task->nivcsw);
	__sync_fetch_and_add(&proc->tally.cpu_ns, sign * task->se.sum_exec_runtime);
	if (bpf_core_field_exists(task->sched_info.run_delay))
		__sync_fetch_and_add(&proc->tally.waited_ns, sign * task->sched_info.run_delay);
	__sync_fetch_and_add(&proc->tally.threads, sign > 0);
	__sync_fetch_and_add(&proc->tally.faults, sign * (task->min_flt + task->maj_flt));
	if (bpf_core_field_exists(task->ioac.wchar))
		__sync_fetch_and_add(&proc->tally.written_bytes, sign * task->ioac.wchar);
}

int tally_begin(__u32 proc)
{
	struct zc_proc *of = bpf_map_lookup_elem(&procs, &proc);

	if (of)
		add_all(of, -1);
	return 0;
}

int tally_end(__u32 proc)
{
	struct zc_proc *of = bpf_map_lookup_elem(&procs, &proc);

	if (of)
		add_all(of, 1);
	return 0;
}

int tally_begin_reading(__u32 proc)
{
	struct zc_proc *of = bpf_map_lookup_elem(&procs, &proc);

	if (of)
		add_reading(of, -1);
	return 0;
}

int tally_end_reading(__u32 proc)
{
	struct zc_proc *of = bpf_map_lookup_elem(&procs, &proc);

	if (of)
		add_reading(of, 1);
	return 0;
}

/* The last thread of a process takes the process with it. */
static void leave_process(struct zc_proc *proc)
{
	__u32 tgid = proc->tgid;

	if (__sync_fetch_and_add(&proc->threads, -1) != 1)
		return;
	if (!proc->close_ns)
		proc->close_ns = bpf_ktime_get_ns();
	bpf_map_delete_elem(&proc_ids, &tgid);
}

/* False: it is not traced, which most threads are not. */
static bool release_task(__u64 key)
{
	struct task_struct *current = bpf_get_current_task_btf();
	struct zc_task *slot = task_find(key);
	__u32 place = task_home(key);
	struct zc_proc *proc;

	if (!slot)
		return false;
	for (int i = 0; i < ZC_TASK_PROBES && task_at(place) != slot; i++)
		place++;
	settle_faults(slot);
	proc = proc_of(slot);
	if (proc && proc->window == ZC_WINDOW_OPEN)
		tally_end(slot->proc);
	/* The kernel has written the core as the thread that dumped it. */
	if (proc && BPF_CORE_READ(current, signal, group_exit_code) & CORE_DUMPED)
		proc->untallied = 1;
	if (proc)
		leave_process(proc);
	slot->proc = 0;
	slot->enter_ns = 0;
	slot->key = TASK_KEY_REMOVED;
	clear_places(place);
	return true;
}

/* A record for the new process; that of its parent where there are too many. */
static __u32 new_proc(struct zc_proc *parent, __u32 parent_index, struct task_struct *child)
{
	__u32 index = __sync_fetch_and_add(&next_proc, 1);
	__u32 tgid = BPF_CORE_READ(child, tgid);
	struct zc_proc *proc;

	if (index >= max_procs || !(proc = bpf_map_lookup_elem(&procs, &index))) {
		__sync_fetch_and_add(&next_proc, -1);
		__sync_fetch_and_add(&parent->merged, 1);
		__sync_fetch_and_add(&coarse[ZC_COARSE_PROCS], 1);
		return parent_index;
	}
	proc->tgid = tgid;
	proc->parent = parent_index;
	proc->gate_fd = -1;
	proc->window = parent->window;
	*state_of(index) = ZC_STATE_ALONE |
			   (parent->window == ZC_WINDOW_OPEN ? ZC_STATE_OPEN : 0);
	proc->open_ns = bpf_ktime_get_ns();
	BPF_CORE_READ_INTO(&proc->comm, child, comm);
	if (bpf_map_update_elem(&proc_ids, &tgid, &index, BPF_ANY))
		count_loss(ZC_LOSS_TASKS);
	return index;
}

/* A process's number in the pid namespace at that level, and the namespace. */
static void number_at(struct pid *pid, __u32 level, struct upid *number)
{
	if (BPF_CORE_READ(pid, level) >= level)
		bpf_probe_read_kernel(number, sizeof(*number), (void *)pid +
				      bpf_core_field_offset(struct pid, numbers) +
				      level * bpf_core_type_size(struct upid));
}

/* The loader speaks of processes by the numbers of its own pid namespace, and it is the loader who
 * runs the iterator. */
static bool is_wanted(struct task_struct *task)
{
	struct pid *own = BPF_CORE_READ(bpf_get_current_task_btf(), thread_pid);
	struct pid *group = BPF_CORE_READ(task, signal, pids[PIDTYPE_TGID]);
	__u32 level = BPF_CORE_READ(own, level);
	struct upid ours = {}, theirs = {};

	number_at(own, level, &ours);
	number_at(group, level, &theirs);
	return theirs.ns && theirs.ns == ours.ns && (__u32)theirs.nr == adopt_tgid;
}

SEC("?iter/task")
int adopt(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	__u32 index = adopt_proc, tgid;
	struct zc_task *slot;
	struct zc_proc *proc;
	__u64 key;

	if (!task || !is_wanted(task))
		return 0;
	/* One that ends makes no more calls; io_uring's own threads make none. */
	if (task->flags & (PF_EXITING | PF_IO_WORKER))
		return 0;
	key = task_key(bpf_task_pt_regs(task));
	if (!task_find(key) && (slot = add_task(key, task->pid, adopt_proc))) {
		slot->nvcsw = task->nvcsw;
		adopted++;
	}
	tgid = task->tgid;
	bpf_map_update_elem(&proc_ids, &tgid, &index, BPF_ANY);
	proc = bpf_map_lookup_elem(&procs, &index);
	if (proc)
		proc->tgid = tgid;
	if (proc && task->pid == task->tgid)
		__builtin_memcpy(proc->comm, task->comm, ZC_COMM_LEN);
	return 0;
}

SEC("raw_tp/sched_process_fork")
int BPF_PROG(on_fork, struct task_struct *parent, struct task_struct *child)
{
	struct zc_task *forker = task_find(current_key());
	struct zc_proc *proc;
	__u32 index;

	if (!forker)
		return 0;
	proc = proc_of(forker);
	if (!proc)
		return 0;
	index = forker->proc;
	if (BPF_CORE_READ(child, tgid) != bpf_get_current_pid_tgid() >> 32)
		index = new_proc(proc, index, child);
	add_task(key_of(child), BPF_CORE_READ(child, pid), index);
	return 0;
}

/* The loader's child has a number in the loader's pid namespace, also where it lives in one of its
 * own below that (unshare --pid). */
static bool is_expected(struct task_struct *task)
{
	struct pid *pid = BPF_CORE_READ(task, thread_pid);
	__u32 levels = BPF_CORE_READ(pid, level);

	for (__u32 level = 0; level < MAX_PID_NS_LEVEL && level <= levels; level++) {
		struct upid number = {};

		number_at(pid, level, &number);
		if ((__u32)number.nr == expected_pid &&
		    BPF_CORE_READ(number.ns, ns.inum) == expected_namespace)
			return true;
	}
	return false;
}

/* The program that the loader has started: it counts from its exec on, with one thread. */
static struct zc_task *begin_expected(void)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u32 index = expected_proc, tgid = task->tgid;
	struct zc_task *slot;
	struct zc_proc *proc;

	if (!is_expected(task))
		return NULL;
	expected_pid = 0;
	proc = bpf_map_lookup_elem(&procs, &index);
	if (!proc)
		return NULL;
	proc->tgid = tgid;
	*state_of(index) = ZC_STATE_ALONE;
	bpf_map_update_elem(&proc_ids, &tgid, &index, BPF_ANY);
	slot = add_task(current_key(), task->pid, index);
	if (slot)
		slot->nvcsw = task->nvcsw;
	return slot;
}

SEC("raw_tp/sched_process_exec")
int BPF_PROG(on_exec)
{
	struct zc_task *slot = task_find(current_key());
	struct zc_proc *proc;

	if (!slot && expected_pid)
		slot = begin_expected();
	if (!slot)
		return 0;
	proc = proc_of(slot);
	if (!proc)
		return 0;
	slot->tid = (__u32)bpf_get_current_pid_tgid();
	__sync_fetch_and_add(&proc->execs, 1);
	__sync_fetch_and_and(state_of(slot->proc), ~ZC_STATE_32BIT);
	renew_state(slot->proc);
	bpf_get_current_comm(&proc->comm, ZC_COMM_LEN);
	if (proc->window == ZC_WINDOW_AT_EXEC) {
		proc->open_ns = bpf_ktime_get_ns();
		proc->window = ZC_WINDOW_OPEN;
		tally_begin(slot->proc);
		slot->gate = ZC_GATE_UNSEEN;
		open_state(slot->proc);
	} else if (counts_only) {
		proc->untallied = 1;	/* the beginning of the call was not seen */
	}
	return 0;
}

SEC("raw_tp/sched_process_exit")
int BPF_PROG(on_exit)
{
	__u64 key = current_key();

	/* adopt() and on_fork() may both have added it, at the same moment. */
	if (release_task(key))
		release_task(key);
	return 0;
}
