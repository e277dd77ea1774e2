// SPDX-License-Identifier: GPL-2.0
/* Pages of the traced files that enter the page cache: the disk's leg of the journey. */
#include "state.h"

/* Where a folio's order lies has moved: _folio_order before 6.6, the low byte of _flags_1 since
 * (ebc1baf5c9b4). */
struct folio___before_6_6 {
	unsigned char _folio_order;
} __attribute__((preserve_access_index));

struct folio___since_6_6 {
	unsigned long _flags_1;
} __attribute__((preserve_access_index));

static __u64 folio_bytes(struct folio *folio)
{
	unsigned long flags = 0;
	unsigned char order;

	bpf_probe_read_kernel(&flags, sizeof(flags), folio);
	if (!(flags & (1UL << bpf_core_enum_value(enum pageflags, PG_head))))
		return page_size;
	if (bpf_core_field_exists(struct folio___before_6_6, _folio_order))
		order = BPF_CORE_READ((struct folio___before_6_6 *)folio, _folio_order);
	else
		order = BPF_CORE_READ((struct folio___since_6_6 *)folio, _flags_1) & 0xff;
	return (__u64)page_size << (order & 31);
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
