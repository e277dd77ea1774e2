// SPDX-License-Identifier: GPL-2.0
/* Pages of the traced files that enter the page cache: the disk's leg of the journey. */
#include "pages.h"

static __u64 folio_bytes(struct folio *folio)
{
	unsigned long flags = 0;

	bpf_probe_read_kernel(&flags, sizeof(flags), folio);
	return is_large(flags) ? page_size * pages_of_folio((__u64)folio) : page_size;
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
