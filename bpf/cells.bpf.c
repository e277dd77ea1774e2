// SPDX-License-Identifier: GPL-2.0
/* The directory of cells: which one a (process, call, source, sink) counts in. Asked once per
 * thread, call and descriptor by remember.h, and for every request by uring.bpf.c. */
#include "state.h"

/* A new cell for the key, or the existing one; 0 = there is none left. */
static __u32 cell_for(struct zc_cell_key *key)
{
	__u32 *known = bpf_map_lookup_elem(&cell_ids, key);
	struct zc_cell *cell;
	__u32 index;

	if (known)
		return *known;
	index = __sync_fetch_and_add(&next_cell, 1);
	cell = index < max_cells ? cell_at(index) : NULL;
	if (!cell) {
		__sync_fetch_and_add(&next_cell, -1);
		return 0;
	}
	cell->key = *key;
	if (bpf_map_update_elem(&cell_ids, key, &index, BPF_NOEXIST) == 0)
		return index;
	/* Another thread of the process was first: its cell is used, this one stays empty. */
	known = bpf_map_lookup_elem(&cell_ids, key);
	return known ? *known : 0;
}

__u32 find_cell(__u32 proc, __u32 nr, __u32 source, __u32 sink)
{
	struct zc_cell_key key = { .proc = proc, .nr = nr, .source = source, .sink = sink };
	__u32 cell;

	/* The last quarter is kept for cells by kind, so that none is lost when objects abound. */
	if (next_cell >= max_cells - max_cells / 4 &&
	    (source >= ZC_KIND_COUNT || sink >= ZC_KIND_COUNT)) {
		key.source = kind_of_object(source);
		key.sink = kind_of_object(sink);
		__sync_fetch_and_add(&coarse[ZC_COARSE_CELLS], 1);
	}
	cell = cell_for(&key);
	if (!cell)
		count_loss(ZC_LOSS_CELLS);
	return cell;
}
