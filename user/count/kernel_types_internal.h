/* SPDX-License-Identifier: GPL-2.0 */
/* What kernel_types.c and kernel_types_trim.c share; nobody else includes it. */
#ifndef ZC_KERNEL_TYPES_INTERNAL_H
#define ZC_KERNEL_TYPES_INTERNAL_H

#include "kernel_types.h"

enum { KERNEL_TYPES_STEP = 16 };

struct kernel_types {
	char *bytes;		/* the whole, as the kernel gives it */
	size_t size;
	const char *names;
	const char *types;
	__u32 names_size, types_size;
	__u32 count;		/* types, and void, which is number 0 */
	__u32 *marks;		/* where each KERNEL_TYPES_STEPth of them lies in types, bytes */
	__u32 *found;		/* what is to be copied */
	size_t found_count;
};

/* NULL = void, or no such type. */
const struct btf_type *kernel_type_at(const struct kernel_types *types, __u32 id);

#endif
