/* SPDX-License-Identifier: GPL-2.0 */
/* Where a page's bytes come from, told by the words of its struct page and of its folio's. Included
 * by what looks at pages; pages.bpf.c tests it before the first run. */
#ifndef ZC_PAGES_H
#define ZC_PAGES_H

#include "state.h"

#define PAGE_MAPPING_ANON_BIT 1	/* include/linux/page-flags.h: bit 0 of page->mapping */
#define MAPPING_FLAGS 3
#define LARGEST_ORDER 20	/* of a folio: more would not be one */

struct page_words {
	__u64 flags;
	__u64 compound_head;	/* bit 0: the rest is the address of the head page */
	__u64 mapping;
	__s32 mapcount;		/* >= 0: it is mapped into a program's memory */
};

/* One read for all of them: each costs more than what is read. The flags have always come first. */
static __always_inline bool read_page(struct page_words *words, __u64 page)
{
	__u64 raw[8];	/* of struct page */

	if (!bpf_core_field_exists(struct page, compound_head) ||
	    !bpf_core_field_exists(struct page, mapping) ||
	    !bpf_core_field_exists(struct page, _mapcount) ||
	    bpf_probe_read_kernel(raw, sizeof(raw), (void *)page))
		return false;
	words->flags = raw[0];
	words->compound_head = raw[bpf_core_field_offset(struct page, compound_head) / 8 & 7];
	words->mapping = raw[bpf_core_field_offset(struct page, mapping) / 8 & 7];
	words->mapcount = ((__s32 *)raw)[bpf_core_field_offset(struct page, _mapcount) / 4 & 15];
	return true;
}

/* A large folio's order: in a field of its own until 6.6 (ebc1baf5c9b4), then in a byte of its
 * second page's flags. */
struct folio___until_6_5 {
	unsigned char _folio_order;
} __attribute__((preserve_access_index));

struct folio___since_6_6 {
	unsigned long _flags_1;
} __attribute__((preserve_access_index));

static __always_inline bool knows_orders(void)
{
	return bpf_core_field_exists(struct folio___until_6_5, _folio_order) ||
	       bpf_core_field_exists(struct folio___since_6_6, _flags_1);
}

/* 0 where it is not known. */
static __always_inline __u32 order_of_folio(__u64 head)
{
	if (bpf_core_field_exists(struct folio___until_6_5, _folio_order))
		return BPF_CORE_READ((struct folio___until_6_5 *)head, _folio_order);
	if (bpf_core_field_exists(struct folio___since_6_6, _flags_1))
		return BPF_CORE_READ((struct folio___since_6_6 *)head, _flags_1) & 0xff;
	return 0;
}

static __always_inline bool is_large(__u64 flags)
{
	return flags & 1UL << bpf_core_enum_value(enum pageflags, PG_head);
}

static __always_inline __u64 pages_of_folio(__u64 head)
{
	__u32 order = order_of_folio(head);

	return 1ULL << (order <= LARGEST_ORDER ? order : 0);
}

/* Nobody's page, of nobody's file. A program may have it mapped all the same: a ring of packets, a
 * device's memory. What a huge page would be that was never written to is the one huge zero page,
 * which is not counted as mapped; the sockets' own memory comes in far smaller folios. */
static __always_inline __u32 origin_without_mapping(const struct page_words *words, __u64 head,
						    __s32 mapcount)
{
	if (words->flags & (1UL << bpf_core_enum_value(enum pageflags, PG_reserved)))
		return ZC_ORIGIN_ZERO;
	/* Cut from its file while in flight: no mapping any more, but still marked as cache. */
	if (words->flags & (1UL << bpf_core_enum_value(enum pageflags, PG_uptodate) |
			    1UL << bpf_core_enum_value(enum pageflags, PG_lru)))
		return ZC_ORIGIN_TRUNCATED;
	if (mapcount >= 0)
		return ZC_ORIGIN_ANON;
	if (is_large(words->flags) && pages_of_folio(head) == page_size / sizeof(__u64))
		return ZC_ORIGIN_ZERO;
	return ZC_ORIGIN_PRIVATE;
}

/* The origin of a page, from its own words or those of its compound head. */
static __always_inline __u32 origin_of_page(__u64 page, struct page_words *words, __u64 *head)
{
	__s32 mapcount;

	*head = page;
	if (!page || page & 1 || !read_page(words, page))
		return ZC_ORIGIN_UNKNOWN;
	mapcount = words->mapcount;
	if (words->compound_head & 1) {
		*head = words->compound_head - 1;
		if (!read_page(words, *head))
			return ZC_ORIGIN_UNKNOWN;
	}
	if (words->mapping & PAGE_MAPPING_ANON_BIT)
		return ZC_ORIGIN_ANON;
	if (words->mapping & MAPPING_FLAGS)
		return ZC_ORIGIN_UNKNOWN;
	if (words->mapping)
		return ZC_ORIGIN_FILE;
	return origin_without_mapping(words, *head, mapcount);
}

#endif
