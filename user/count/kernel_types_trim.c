// SPDX-License-Identifier: GPL-2.0
/* Copies the types that the programs name out of the kernel's BTF, which has a hundred thousand:
 * libbpf then finds each at once. Whatever lies within a type comes with it, what a pointer leads
 * to does not: each step of a path is relocated by itself. */
#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alloc.h"
#include "kernel_types_internal.h"

enum { MAX_DEPTH = 64 };	/* of types within types; the kernel's have less than ten */

struct trim {
	const struct kernel_types *types;
	struct btf *out;
	void *copies;	/* a tree of struct copy */
	int pointer;	/* number in out of the one pointer */
};

/* A type's number in the kernel's BTF and in out. Hundreds of a hundred thousand are copied: an
 * array by number would be half a megabyte. */
struct copy {
	__u32 id;
	__u32 copy;
};

static int compare(const void *left, const void *right)
{
	const struct copy *a = left, *b = right;

	return (a->id > b->id) - (a->id < b->id);
}

/* 0 = there is none yet. */
static __u32 copy_of(const struct trim *trim, __u32 id)
{
	struct copy *const *known = tfind(&(struct copy){ .id = id }, &trim->copies, compare);

	return known ? (*known)->copy : 0;
}

static int keep_copy(struct trim *trim, __u32 id, __u32 copy)
{
	struct copy *new = xmalloc(sizeof(*new));

	*new = (struct copy){ .id = id, .copy = copy };
	if (!tsearch(new, &trim->copies, compare))
		out_of_memory();
	return copy;
}

static const char *name_at(const struct trim *trim, __u32 offset)
{
	return offset < trim->types->names_size ? trim->types->names + offset : "";
}

static int copy_type(struct trim *trim, __u32 id, int depth);

static int copy_enum(struct trim *trim, const struct btf_type *t)
{
	const struct btf_enum *values = btf_enum(t);
	int id = btf__add_enum(trim->out, name_at(trim, t->name_off), t->size), err = 0;

	for (__u32 i = 0; id > 0 && i < btf_vlen(t) && !err; i++)
		err = btf__add_enum_value(trim->out, name_at(trim, values[i].name_off),
					  values[i].val);
	return err ? err : id;
}

static int copy_enum64(struct trim *trim, const struct btf_type *t)
{
	const struct btf_enum64 *values = btf_enum64(t);
	int id = btf__add_enum64(trim->out, name_at(trim, t->name_off), t->size, btf_kflag(t));
	int err = 0;

	for (__u32 i = 0; id > 0 && i < btf_vlen(t) && !err; i++)
		err = btf__add_enum64_value(trim->out, name_at(trim, values[i].name_off),
					    btf_enum64_value(&values[i]));
	return err ? err : id;
}

/* What lies within comes first: libbpf adds members to the last type only. */
static int copy_composite(struct trim *trim, const struct btf_type *t, int depth)
{
	const struct btf_member *members = btf_members(t);
	const char *name = name_at(trim, t->name_off);
	int id, err = 0;

	for (__u32 i = 0; i < btf_vlen(t) && err >= 0; i++)
		err = copy_type(trim, members[i].type, depth + 1);
	if (err < 0)
		return err;
	id = btf_is_struct(t) ? btf__add_struct(trim->out, name, t->size) :
				btf__add_union(trim->out, name, t->size);
	err = 0;
	for (__u32 i = 0; id > 0 && i < btf_vlen(t) && !err; i++)
		err = btf__add_field(trim->out, name_at(trim, members[i].name_off),
				     copy_of(trim, members[i].type), btf_member_bit_offset(t, i),
				     btf_member_bitfield_size(t, i));
	return err ? err : id;
}

/* const, volatile and their like say nothing that relocation asks for. */
static int copy_reference(struct trim *trim, const struct btf_type *t, int depth)
{
	int id = copy_type(trim, t->type, depth + 1);

	if (id < 0 || !btf_is_typedef(t))
		return id;
	return btf__add_typedef(trim->out, name_at(trim, t->name_off), id);
}

static int copy_array(struct trim *trim, const struct btf_type *t, int depth)
{
	const struct btf_array *array = btf_array(t);
	int element = copy_type(trim, array->type, depth + 1);
	int index = element < 0 ? element : copy_type(trim, array->index_type, depth + 1);

	return index < 0 ? index : btf__add_array(trim->out, index, element, array->nelems);
}

static int copy_new(struct trim *trim, const struct btf_type *t, int depth)
{
	const char *name = name_at(trim, t->name_off);

	switch (btf_kind(t)) {
	case BTF_KIND_INT:
		return btf__add_int(trim->out, name, t->size, btf_int_encoding(t));
	case BTF_KIND_FLOAT:
		return btf__add_float(trim->out, name, t->size);
	case BTF_KIND_ENUM:
		return copy_enum(trim, t);
	case BTF_KIND_ENUM64:
		return copy_enum64(trim, t);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return copy_composite(trim, t, depth);
	case BTF_KIND_ARRAY:
		return copy_array(trim, t, depth);
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_TYPE_TAG:
		return copy_reference(trim, t, depth);
	case BTF_KIND_PTR:
		return trim->pointer;
	default:
		return 0;	/* void, to whoever asks */
	}
}

/* The type's number in what is made; 0 = void; -errno. */
static int copy_type(struct trim *trim, __u32 id, int depth)
{
	const struct btf_type *t = kernel_type_at(trim->types, id);
	int copy;

	if (!t)
		return id ? -EINVAL : 0;
	copy = copy_of(trim, id);
	if (copy)
		return copy;
	if (depth > MAX_DEPTH)
		return -EINVAL;
	copy = copy_new(trim, t, depth);
	return copy > 0 ? keep_copy(trim, id, copy) : copy;
}

static int save(const struct btf *btf, int fd)
{
	__u32 size;
	const void *bytes = btf__raw_data(btf, &size);

	if (!bytes)
		return -ENOMEM;
	return write(fd, bytes, size) == (ssize_t)size ? 0 : -EIO;
}

int kernel_types_trim(const struct kernel_types *types, int fd)
{
	struct trim trim = { .types = types, .out = btf__new_empty() };
	int err = trim.out ? 0 : -ENOMEM;

	if (err)
		return err;
	trim.pointer = btf__add_ptr(trim.out, 0);
	err = trim.pointer;
	for (size_t i = 0; i < types->found_count && err >= 0; i++)
		err = copy_type(&trim, types->found[i], 0);
	if (err >= 0)
		err = save(trim.out, fd);
	btf__free(trim.out);
	tdestroy(trim.copies, free);
	return err;
}
