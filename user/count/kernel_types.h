/* SPDX-License-Identifier: GPL-2.0 */
/* The running kernel's own description of its types (BTF): the few numbers and types that are
 * needed, found without the index of all of them that libbpf would build twice. */
#ifndef ZC_KERNEL_TYPES_H
#define ZC_KERNEL_TYPES_H

#include <bpf/btf.h>
#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

struct kernel_types;

/* 0 or -errno: -ENOENT where the kernel has none, -EINVAL if it cannot be read. */
int kernel_types_open(struct kernel_types **types);
/* The same from a file; tests have kernels of their own. */
int kernel_types_open_file(struct kernel_types **types, const char *path);
void kernel_types_close(struct kernel_types *types);

/* One type to be looked for; id = 0 afterwards: there is none. */
struct kernel_type {
	const char *name;
	__u32 kind;	/* BTF_KIND_TYPEDEF, … */
	__u32 id;	/* as the kernel counts them */
};

/* All of them in one pass, which also finds what kernel_types_trim() copies: the types whose names
 * are in named. Once for each open. 0 or -errno: -EINVAL if they cannot be read. */
int kernel_types_find(struct kernel_types *types, struct kernel_type *wanted, size_t count,
		      const struct btf *named);

/* The number of parameters of the function that a typedef points to; -1 = it is none. */
int kernel_types_parameters(const struct kernel_types *types, __u32 id);

/* BTF with nothing but the types that were named and those that lie within them, for CO-RE
 * relocation; pointers lead nowhere. Written to fd; 0 or -errno. */
int kernel_types_trim(const struct kernel_types *types, int fd);

#endif
