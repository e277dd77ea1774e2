// SPDX-License-Identifier: GPL-2.0
/* What a program gets out of the page cache: pages by reads, and files that it has mapped by page
 * faults. Linux 6.1 lacks these tracepoints, 6.12 has them. */
#include "state.h"

#if defined(__TARGET_ARCH_x86)
#define NR_MMAP 9
#else
#define NR_MMAP 222
#endif

static __u64 pages_of_file(struct address_space *mapping)
{
	__u64 size = BPF_CORE_READ(mapping, host, i_size);

	return (size + page_size - 1) / page_size;
}

/* A read asks once for all that it wants, and again for what is left whenever a batch is used up;
 * splice and sendfile ask for a pipe's worth at a time. So pages count from the last one that the
 * current call has asked for. What lies beyond the file's end is asked for as well. */
SEC("?raw_tp/mm_filemap_get_pages")
int BPF_PROG(on_cache_read, struct address_space *mapping, unsigned long first, unsigned long last)
{
	struct zc_task *task = task_find(current_key());
	struct zc_cell *cell;
	__u64 end;

	if (!task || !task->enter_ns)
		return 0;
	cell = cell_at(task->cell);
	if (task->cache_call != task->enter_ns) {
		task->cache_call = task->enter_ns;
		task->cache_next = 0;
	}
	end = pages_of_file(mapping);
	if (last + 1 < end)
		end = last + 1;
	if (first < task->cache_next)
		first = task->cache_next;
	if (!cell || first >= end)
		return 0;
	task->cache_next = end;
	__sync_fetch_and_add(&cell->cache_pages, end - first);
	return 0;
}

/* The row of the mmap() by which the process has the file; NULL = no traced call has named it. */
static struct zc_cell *cell_of_mapping(struct zc_task *task, __u64 mapping)
{
	struct zc_cell_key key = { .nr = NR_MMAP, .sink = ZC_KIND_NONE };
	__u32 *index;

	if (!(*state_of(task->proc) & ZC_STATE_OPEN))
		return NULL;
	index = bpf_map_lookup_elem(&mappings, &mapping);
	if (!index)
		return NULL;
	key.proc = task->proc;
	key.source = *index;
	index = bpf_map_lookup_elem(&cell_ids, &key);
	return index ? cell_at(*index) : NULL;
}

static __always_inline void count_mapped(struct zc_task *task, struct address_space *mapping)
{
	struct zc_cell *cell = cell_of_mapping(task, (__u64)mapping);

	if (cell)
		__sync_fetch_and_add(&cell->map_faults, 1);
}

/* A page fault has mapped what is in the cache of the pages around the one that was touched. How
 * many that were is not told: recent kernels map the whole of a large folio. */
SEC("?raw_tp/mm_filemap_map_pages")
int BPF_PROG(on_map_pages, struct address_space *mapping, unsigned long first, unsigned long last)
{
	struct zc_task *task = task_find(current_key());

	if (!task)
		return 0;
	task->around_first = first;
	task->around_end = last + 1;
	count_mapped(task, mapping);
	return 0;
}

/* The page that was touched was not in the cache. If others around it were, the same fault has been
 * counted for them. */
SEC("?raw_tp/mm_filemap_fault")
int BPF_PROG(on_map_fault, struct address_space *mapping, unsigned long index)
{
	struct zc_task *task = task_find(current_key());
	bool counted;

	if (!task)
		return 0;
	counted = index >= task->around_first && index < task->around_end;
	task->around_end = 0;
	if (!counted)
		count_mapped(task, mapping);
	return 0;
}
