// SPDX-License-Identifier: GPL-2.0
/* Pages of the traced files that enter the page cache: the disk's leg of the journey. */
#include "state.h"

static __u64 folio_bytes(struct folio *folio)
{
	unsigned long flags = 0;

	bpf_probe_read_kernel(&flags, sizeof(flags), folio);
	if (!(flags & (1UL << bpf_core_enum_value(enum pageflags, PG_head))))
		return page_size;
	return (__u64)page_size << (order_of_folio((__u64)folio) & 31);
}

SEC("?raw_tp/mm_filemap_add_to_page_cache")
int BPF_PROG(on_cache_add, struct folio *folio)
{
	__u64 mapping = (__u64)BPF_CORE_READ(folio, mapping);
	__u32 *index = bpf_map_lookup_elem(&mappings, &mapping);
	struct zc_object *object;

	if (!index)
		return 0;
	object = bpf_map_lookup_elem(&objects, index);
	if (object)
		__sync_fetch_and_add(&object->cache_added, folio_bytes(folio));
	return 0;
}
