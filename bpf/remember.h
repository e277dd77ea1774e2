/* SPDX-License-Identifier: GPL-2.0 */
/* Which cell a call counts in, and how that is remembered.
 *
 * To find out takes a walk from each descriptor to its inode or socket and three hashes on the way:
 * more than most calls take themselves. The answer changes only when a descriptor does, so it is
 * remembered at two levels. A thread remembers its last few in its own record, which every call
 * touches anyway: there a comparison tells. What does not fit there is remembered for the whole
 * process, in a hash. Nothing has to be taken out of either: each answer has the state of the
 * process in it, a word that changes whenever a descriptor may have been made or the window closes
 * (enum zc_state), and an answer from another state is none. */
#ifndef ZC_REMEMBER_H
#define ZC_REMEMBER_H

#include "state.h"

/* Looks at the descriptors. Only calls that move payload, and mmap, are kept apart
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

/* First level: where the thread would remember the cell of this call on these descriptors. */
static __always_inline struct zc_fd_cache *remembered(struct zc_task *task, __u32 row, __u64 fds)
{
	return &task->fds[(row + (fds >> 32) + fds) & (ZC_FD_CACHE - 1)];
}

static __always_inline bool is_known(const struct zc_fd_cache *known, __u32 state, __u32 row,
				     __u64 fds)
{
	return known->fds == fds && known->state == state && known->row == row;
}

/* Second level: the cell of this call, as remembered for the whole process; 0 = it is not. */
static __always_inline __u32 recall(struct zc_call_key *key, __u32 state)
{
	struct zc_call_cell *known = bpf_map_lookup_elem(&call_cells, key);

	return known && known->state == state ? known->cell : 0;
}

static __always_inline void memorise(struct zc_call_key *key, __u32 state, __u32 cell)
{
	struct zc_call_cell fresh = { .state = state, .cell = cell };

	/* Full: what is not remembered is looked at again, and nothing is lost. */
	if (cell)
		bpf_map_update_elem(&call_cells, key, &fresh, BPF_ANY);
}

/* The cell of a call that the thread does not remember, which it does from now on. */
static __always_inline __u32 look_and_remember(struct zc_task *task, __u32 state, __u32 row,
					       __u64 fds)
{
	struct zc_fd_cache *known = remembered(task, row, fds);
	struct task_struct *current = bpf_get_current_task_btf();
	struct zc_call_key key = { .proc = task->proc, .row = row, .fds = fds,
				   .table = (__u64)BPF_CORE_READ(current, files) };
	/* What is still true has to give way: there are more descriptors than the thread remembers.
	 * Where it is true no longer, the process would have forgotten it too. */
	bool crowded = known->state == state;
	__u32 cell;

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

#endif
