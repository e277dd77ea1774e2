/* SPDX-License-Identifier: GPL-2.0 */
/* What kernel_types.c and kernel_types_trim.c share; nobody else includes it. */
#ifndef ZC_KERNEL_TYPES_INTERNAL_H
#define ZC_KERNEL_TYPES_INTERNAL_H

#include <search.h>
#include "kernel_types.h"

struct kernel_types {
	char *bytes;		/* the whole, as the kernel gives it */
	size_t size;
	const char *names;
	const char *types;
	__u32 names_size;
	__u32 count;		/* types, and void, which is number 0 */
	__u32 *at;		/* where each lies in types, bytes */
};

/* NULL = void, or no such type. */
static inline const struct btf_type *kernel_type_at(const struct kernel_types *types, __u32 id)
{
	return id && id < types->count ? (const void *)(types->types + types->at[id]) : NULL;
}

/* Calls found with the data of each name's entry and each type of that name; its error ends it. */
int kernel_types_each(const struct kernel_types *types, struct hsearch_data *names,
		      int (*found)(__u32 id, void *entry, void *context), void *context);

#endif
