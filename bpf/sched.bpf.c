// SPDX-License-Identifier: GPL-2.0
/* Context switches of the traced threads, and how long each wait was: blocked until it was woken,
 * runnable from then until it had a CPU again (or from the moment that it was preempted).
 *
 * Some kernels run no program while a process that they protect is on the CPU: a thread that takes
 * over from such a process, or is woken by it, is not seen to. What the scheduler notes in the
 * thread itself (struct sched_info) tells the same: when it was queued, and when it arrived. */
#include "state.h"

static __always_inline bool counting(struct zc_proc *proc)
{
	return proc && proc->window == ZC_WINDOW_OPEN;
}

/* sched_info is kept by rq_clock(), which is not CLOCK_MONOTONIC: their distance is what they
 * differ by at an arrival that was seen, to some µs. The current thread leaves the CPU and came to
 * it then. */
static __always_inline void learn_offset(__u64 arrival)
{
	if (bpf_core_field_exists(struct sched_info, last_arrival))
		clock_offset = arrival - bpf_get_current_task_btf()->sched_info.last_arrival;
}

/* Who came to each CPU last, and when. */
enum { LEARNING_CPUS = 64 };	/* a power of two; CPUs beyond do not learn */
__u64 last_thread[LEARNING_CPUS], last_arrival_ns[LEARNING_CPUS];

/* Until a first distance is known, any thread will do that stays for once. */
static __always_inline void learn_from_anybody(__u64 prev, __u64 next)
{
	__u32 cpu = bpf_get_smp_processor_id(), own = cpu & (LEARNING_CPUS - 1);

	if (own != cpu)
		return;
	if (last_thread[own] == prev && bpf_get_current_task_btf()->pid)
		learn_offset(last_arrival_ns[own]);
	last_thread[own] = next;
	last_arrival_ns[own] = bpf_ktime_get_ns();
}

static __always_inline __u64 delay_of_current(void)
{
	if (!bpf_core_field_exists(struct sched_info, run_delay))
		return 0;
	return bpf_get_current_task_btf()->sched_info.run_delay;
}

/* A thread that was about to block and has a signal stays runnable, and since 6.13 the tracepoint
 * shows no other state. The kernel calls that switch voluntary all the same (__schedule()). */
static __always_inline bool gave_way(struct zc_task *task, bool preempted, unsigned int state)
{
	__u8 before = task->nvcsw;

	task->nvcsw = bpf_get_current_task_btf()->nvcsw;
	return !preempted && (state != 0 || task->nvcsw != before);
}

static __always_inline void leave_cpu(struct zc_task *task, __u64 now, bool preempted,
				      unsigned int state)
{
	bool voluntary = gave_way(task, preempted, state);
	struct zc_proc *proc = proc_of(task);

	if (task->on_ns)
		learn_offset(task->on_ns);
	task->on_ns = 0;
	task->off_ns = now;
	task->wake_ns = 0;
	task->delay_ns = delay_of_current();
	task->wait_recorded = false;
	task->off_voluntary = !preempted && state != 0;
	if (!counting(proc))
		return;
	if (voluntary)
		__sync_fetch_and_add(&proc->voluntary, 1);
	else
		__sync_fetch_and_add(&proc->involuntary, 1);
	task->wait_recorded = has_room_to_spare(task) && take_events(task, 2);
	if (task->wait_recorded)
		record(ZC_EVENT_OFF, task, now, task->off_voluntary);
}

/* How long it waited cannot be said, or not for what. */
static __always_inline void miss_switch(struct zc_task *task)
{
	struct zc_proc *proc = proc_of(task);

	task->off_ns = 0;
	if (counting(proc) && !counts_only)
		__sync_fetch_and_add(&proc->switches_missed, 1);
}

/* It has had a CPU since now. */
static __always_inline void end_wait(struct zc_task *task, __u64 now)
{
	struct zc_proc *proc = proc_of(task);
	__u64 blocked = 0, runnable;

	if (now < task->off_ns)
		now = task->off_ns;
	if (task->off_voluntary && task->wake_ns > task->off_ns)
		blocked = (task->wake_ns < now ? task->wake_ns : now) - task->off_ns;
	runnable = now - task->off_ns - blocked;
	task->off_ns = 0;
	task->on_ns = now;
	if (!counting(proc))
		return;
	__sync_fetch_and_add(&proc->blocked_ns, blocked);
	__sync_fetch_and_add(&proc->runnable_ns, runnable);
	task->blocked_ns += blocked;
	task->runnable_ns += runnable;
	if (task->wait_recorded)
		record(ZC_EVENT_ON, task, now, runnable);
}

/* A wake-up that was not seen: it was put into a run queue then. */
static __always_inline void find_wakeup(struct zc_task *task, struct task_struct *thread)
{
	__u64 queued = 0;

	if (bpf_core_field_exists(struct sched_info, last_queued))
		queued = BPF_CORE_READ(thread, sched_info.last_queued);
	if (queued && clock_offset)
		task->wake_ns = queued + clock_offset;
}

static __always_inline void enter_cpu(struct zc_task *task, struct task_struct *thread)
{
	__u64 now = bpf_ktime_get_ns();

	if (!task->off_ns) {
		task->on_ns = now;
		return;
	}
	if (task->off_voluntary && !task->wake_ns)
		find_wakeup(task, thread);
	if (task->off_voluntary && !task->wake_ns)
		miss_switch(task);
	else
		end_wait(task, now);
}

/* Only the latest arrival is noted there, which is the one that was not seen: every departure is,
 * for the thread itself is on the CPU then. */
int catch_up(void)
{
	struct zc_task *task = task_find(current_key());
	__u64 now, arrival, delay;
	bool before_call;

	if (!task || !task->off_ns)
		return 0;
	/* It left in user mode, for a page fault: its call began after it came back. */
	before_call = task->enter_ns > task->off_ns;
	if (!bpf_core_field_exists(struct sched_info, last_arrival) || !clock_offset) {
		miss_switch(task);
		return 0;
	}
	arrival = bpf_get_current_task_btf()->sched_info.last_arrival + clock_offset;
	now = bpf_ktime_get_ns();
	/* The clocks' distance is too large where a hypervisor took the CPU as it was learnt. */
	if (arrival > now)
		arrival = now;
	if (before_call && arrival > task->enter_ns)
		arrival = task->enter_ns;
	delay = delay_of_current() - task->delay_ns;
	if (task->off_voluntary)
		task->wake_ns = arrival - delay;
	end_wait(task, arrival);
	task->on_ns = 0;	/* nobody saw it: nothing is to be learnt from it */
	if (before_call) {
		task->blocked_ns = 0;
		task->runnable_ns = 0;
	}
	return 0;
}

/* prev_state is the fourth argument since Linux 5.18 (fa2c3254d7cf). */
SEC("raw_tp/sched_switch")
int BPF_PROG(on_switch, bool preempt, struct task_struct *prev, struct task_struct *next,
	     unsigned int prev_state)
{
	struct zc_task *leaving = task_find(key_of(prev));
	struct zc_task *entering = task_find(key_of(next));

	if (!clock_offset)
		learn_from_anybody((__u64)prev, (__u64)next);
	if (leaving) {
		if (leaving->off_ns)
			catch_up();
		leave_cpu(leaving, bpf_ktime_get_ns(), preempt, prev_state);
	}
	if (entering)
		enter_cpu(entering, next);
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
