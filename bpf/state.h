/* SPDX-License-Identifier: GPL-2.0 */
/* The maps and variables that the BPF programs share, and how a thread finds its place in them.
 * Included by every .bpf.c; state.bpf.c holds the definitions. */
#ifndef ZC_STATE_H
#define ZC_STATE_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_endian.h>
#include "zctrace.h"

#define EEXIST 17

struct tasks_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, ZC_MAX_TASKS);
	__type(key, __u32);
	__type(value, struct zc_task);
};

struct procs_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, ZC_MAX_PROCS);
	__type(key, __u32);
	__type(value, struct zc_proc);
};

struct cells_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, ZC_MAX_CELLS);
	__type(key, __u32);
	__type(value, struct zc_cell);
};

struct objects_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, ZC_MAX_OBJECTS);
	__type(key, __u32);
	__type(value, struct zc_object);
};

/* Entries of hashes are allocated as they come: to make them all at once would take longer than
 * many a program that is watched. */
struct cell_ids_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, ZC_MAX_CELLS);
	__type(key, struct zc_cell_key);
	__type(value, __u32);
};

/* Which cell a call on a descriptor counts in, for processes with more of them than a thread
 * remembers. */
struct call_cells_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, ZC_MAX_CELLS);
	__type(key, struct zc_call_key);
	__type(value, struct zc_call_cell);
};

struct object_ids_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, ZC_MAX_OBJECTS);
	__type(key, struct zc_object_key);
	__type(value, __u32);
};

/* address_space of a traced file -> its object */
struct mappings_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, ZC_MAX_OBJECTS);
	__type(key, __u64);
	__type(value, __u32);
};

/* struct sock of a traced TCP socket -> what its segments were made of */
struct socks_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, ZC_MAX_SOCKS);
	__type(key, __u64);
	__type(value, struct zc_sock);
};

/* Sequence numbers that a hook has not seen while later ones went by: the queue between the hooks
 * dropped them, or they left on top of a process that the kernel hides from BPF. TCP may hand them
 * on again. Found by the address of their socket plus the hook. */
enum {
	ZC_MAX_HOLES = 32,	/* of one socket at one hook; what more there are stay unseen */
	ZC_MAX_HOLED = 1024,	/* sockets and hooks that have any */
};

struct holes {
	__u32 begin[ZC_MAX_HOLES], end[ZC_MAX_HOLES];	/* equal = none */
};

struct holes_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, ZC_MAX_HOLED);
	__type(key, __u64);
	__type(value, struct holes);
};

struct flows_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, ZC_MAX_FLOWS);
	__type(key, struct zc_flow_key);
	__type(value, struct zc_flow);
};

/* process id -> index in procs, for what is not seen in the process's own context */
struct proc_ids_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, ZC_MAX_PROCS);
	__type(key, __u32);
	__type(value, __u32);
};

struct events_map {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
};

extern struct tasks_map tasks SEC(".maps");
extern struct procs_map procs SEC(".maps");
extern struct cells_map cells SEC(".maps");
extern struct objects_map objects SEC(".maps");
extern struct cell_ids_map cell_ids SEC(".maps");
extern struct call_cells_map call_cells SEC(".maps");
extern struct object_ids_map object_ids SEC(".maps");
extern struct mappings_map mappings SEC(".maps");
extern struct socks_map socks SEC(".maps");
extern struct flows_map flows SEC(".maps");
extern struct holes_map holes SEC(".maps");
extern struct proc_ids_map proc_ids SEC(".maps");
extern struct events_map events SEC(".maps");

/* Set by the loader before load; see session.c. */
extern const volatile struct zc_class classes[ZC_MAX_SYSCALLS];
extern const volatile struct zc_class uring_classes[ZC_MAX_URING_OPS];
extern const volatile bool uring_has_cqe;	/* io_uring_complete hands over the whole entry */
extern const volatile __u32 max_procs;
extern const volatile __u32 max_cells;
extern const volatile __u32 max_objects;
extern const volatile __u32 page_size;		/* bytes */
extern const volatile bool timeline;		/* record events */
extern const volatile bool timeline_windows;	/* begin anew where a flow is busy */
extern const volatile __u32 timeline_share;	/* events of each thread */
extern const volatile bool counts_only;		/* only the return of a call is seen: no times */

/* Shared state of this run. */
extern __u32 proc_states[ZC_PROC_STATES];	/* enum zc_state; by index of the process */
extern __u64 loss[ZC_LOSS_COUNT];
extern __u64 coarse[ZC_COARSE_COUNT];
extern __s64 timeline_left;			/* room for events of all threads; <= 0 = none */
extern __s64 windows_left;			/* and of threads that came upon a busy flow */
extern bool timeline_cut;			/* an event found no room */
extern __u32 next_proc, next_cell, next_object;	/* first index that is free */
extern __u32 adopt_tgid, adopt_proc, adopted;	/* what the iterator registers, and how many */
/* Whom on_exec registers, by its number in the loader's pid namespace; 0 = nobody. */
extern __u32 expected_pid, expected_namespace, expected_proc;
extern __s64 clock_offset;			/* see sched.bpf.c; ns, 0 = not known yet */
extern __u64 regs_above_stack;			/* see key_of(); bytes, 0 = nobody is traced yet */
extern __u32 socks_watched;			/* sockets registered so far */
extern __u32 files_named;			/* changes whenever mappings does */

/* The place of a removed thread may be used again, but does not end a search. */
#define TASK_KEY_REMOVED 1

/* Names a thread by the address of its saved user registers. That address is the same in every
 * call of a thread and no other live thread has it: it lies at the top of the thread's kernel
 * stack (task_pt_regs()). So no helper is called to find out who runs. The verifier forbids
 * arithmetic on a kernel pointer, but the negative of one is a plain number. */
static __always_inline __u64 task_key(__u64 regs)
{
	asm volatile("%0 = -%0" : "+r"(regs));
	return regs;
}

/* Where the search for a key starts: Fibonacci hashing, Knuth TAOCP vol. 3, 6.4. */
static __always_inline __u32 task_home(__u64 key)
{
	return key * 0x9E3779B97F4A7C15ULL >> 40;
}

/* The thread of that key; NULL = it is not traced, found out with one comparison as a rule. Keys
 * lie in the threads' own records: a table of them would be one more page to touch on every call,
 * and after the switch from user mode that costs more than instructions do. */
static __always_inline struct zc_task *task_find(__u64 wanted)
{
	__u32 place = task_home(wanted);

	for (int i = 0; i < ZC_TASK_PROBES; i++, place++) {
		__u32 index = place & (ZC_MAX_TASKS - 1);
		struct zc_task *task = bpf_map_lookup_elem(&tasks, &index);

		if (!task || !task->key)
			return NULL;
		if (task->key == wanted)
			return task;
	}
	return NULL;
}

static __always_inline __u64 current_key(void)
{
	return task_key(bpf_task_pt_regs(bpf_get_current_task_btf()));
}

/* The key of any thread, by the address of its task_struct alone: saved registers lie as far above
 * the start of the kernel stack in every thread. How far is learnt from the thread that brings the
 * first one into the table (learn_layout()), and never from whoever happens to run: for the idle
 * task of another CPU bpf_task_pt_regs() gives an address outside of its stack. */
static __always_inline __u64 key_of(struct task_struct *task)
{
	return -((__u64)BPF_CORE_READ(task, stack) + regs_above_stack);
}

static __always_inline struct zc_proc *proc_of(struct zc_task *task)
{
	__u32 index = task->proc;

	return index ? bpf_map_lookup_elem(&procs, &index) : NULL;
}

static __always_inline void add_faults(struct zc_task *task, __u64 count)
{
	struct zc_proc *proc = proc_of(task);

	if (proc)
		__sync_fetch_and_add(&proc->faults_kernel, count);
}

/* Faults of a call that ends go to its process. */
static __always_inline void settle_faults(struct zc_task *task)
{
	if (!task->faults)
		return;
	add_faults(task, task->faults);
	task->faults = 0;
}

static __always_inline __u32 *state_of(__u32 proc)
{
	return &proc_states[proc & (ZC_PROC_STATES - 1)];
}

static __always_inline void open_state(__u32 proc)
{
	__sync_fetch_and_or(state_of(proc), ZC_STATE_OPEN);
}

static __always_inline void close_state(__u32 proc)
{
	__sync_fetch_and_and(state_of(proc), ~ZC_STATE_OPEN);
}

/* Forgets what descriptors were. */
static __always_inline void renew_state(__u32 proc)
{
	__sync_fetch_and_add(state_of(proc), ZC_STATE_STEP);
}

static __always_inline struct zc_cell *cell_at(__u32 index)
{
	return bpf_map_lookup_elem(&cells, &index);
}

/* The kind behind an index of the objects. */
static __always_inline __u32 kind_of_object(__u32 object)
{
	struct zc_object *entry;

	if (object < ZC_KIND_COUNT)
		return object;
	entry = bpf_map_lookup_elem(&objects, &object);
	return entry ? entry->key.kind : ZC_KIND_UNKNOWN;
}

static __always_inline void count_loss(enum zc_loss what)
{
	__sync_fetch_and_add(&loss[what], 1);
}

/* Takes room for count events from the thread's share, and from that of all; false = there is none.
 * Each thread has a share of its own, so that a busy one leaves room for the others. */
static __always_inline bool take_events(struct zc_task *task, __u32 count)
{
	if (!timeline)
		return false;
	if (task->events_left < count) {
		if (!timeline_cut)
			timeline_cut = true;
		return false;
	}
	task->events_left -= count;
	if (task->in_window || __sync_fetch_and_add(&timeline_left, -(__s64)count) >= count)
		return true;
	task->events_left = 0;
	timeline_cut = true;
	return false;
}

/* Waits and faults leave half of the thread's room to its calls. */
static __always_inline bool has_room_to_spare(struct zc_task *task)
{
	if (!timeline || task->events_left > timeline_share / 2)
		return true;
	if (!timeline_cut)
		timeline_cut = true;
	return false;
}

/* One timeline record, for which room was taken. */
static __always_inline void record(enum zc_event_type type, struct zc_task *task, __u64 ns,
				   __s64 value)
{
	struct zc_event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);

	if (!event) {
		count_loss(ZC_LOSS_RING);
		return;
	}
	*event = (struct zc_event){ .type = type, .tid = task->tid, .proc = task->proc,
				    .nr = task->nr, .cell = task->cell, .ns = ns, .value = value };
	/* Waking the loader for each event would take the CPU from the traced program. */
	bpf_ringbuf_submit(event, BPF_RB_NO_WAKEUP);
}

/* The current thread runs, and its record says that it left the CPU: makes up for what was not seen
 * (sched.bpf.c). Returns 0. */
extern int catch_up(void);

/* NULL = the current process has no such descriptor. */
static __always_inline struct file *file_of_fd(__s32 fd)
{
	struct fdtable *fdt = BPF_CORE_READ(bpf_get_current_task_btf(), files, fdt);
	struct file *file = NULL;

	if ((__u32)fd >= BPF_CORE_READ(fdt, max_fds))
		return NULL;
	bpf_probe_read_kernel(&file, sizeof(file), (void *)BPF_CORE_READ(fdt, fd) +
			      (__u64)(__u32)fd * sizeof(file));
	return file;
}

/* Which object the descriptor fd of the current process is: an index, or a kind (objects.bpf.c). */
extern __u32 object_of_fd(__s32 fd);
extern __u32 kind_of_fd(__s32 fd);
/* The same for a struct file by its address, 0 = none. */
extern __u32 object_of_file(__u64 address);

/* Begins, or ends, the kernel's tally of the current thread for its process: all of it, or of the
 * bytes that it reads (tasks.bpf.c). */
extern int tally_begin(__u32 proc);
extern int tally_end(__u32 proc);
extern int tally_begin_reading(__u32 proc);
extern int tally_end_reading(__u32 proc);

/* The cell that calls of this kind count in; 0 = there is none left, and that is counted. */
extern __u32 find_cell(__u32 proc, __u32 nr, __u32 source, __u32 sink);

#endif
