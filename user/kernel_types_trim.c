// SPDX-License-Identifier: GPL-2.0
/* Copies the types that the programs name out of the kernel's BTF, which has a hundred thousand:
 * libbpf then finds each at once. Whatever lies within a type comes with it, what a pointer leads
 * to does not: each step of a path is relocated by itself. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel_types_internal.h"

enum { MAX_DEPTH = 64 };	/* of types within types; the kernel's have less than ten */

struct trim {
	const struct kernel_types *types;
	struct btf *out;
	__u32 *copies;	/* number in out of each type, 0 = none yet */
	int pointer;	/* number in out of the one pointer */
};

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
				     trim->copies[members[i].type], btf_member_bit_offset(t, i),
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

	if (!t || trim->copies[id])
		return t ? (int)trim->copies[id] : id ? -EINVAL : 0;
	if (depth > MAX_DEPTH)
		return -EINVAL;
	copy = copy_new(trim, t, depth);
	if (copy > 0)
		trim->copies[id] = copy;
	return copy;
}

static int copy_found(__u32 id, void *entry, void *context)
{
	int copy = copy_type(context, id, 0);

	return copy < 0 ? copy : 0;
}

static bool is_relocated(const struct btf_type *t)
{
	return btf_is_composite(t) || btf_is_any_enum(t) || btf_is_typedef(t);
}

/* "folio___before_6_6" is a folio; libbpf strips the rest in the same manner. */
static char *plain_name(const char *name)
{
	const char *flavor = strstr(name + (*name != '\0'), "___");

	return flavor ? strndup(name, flavor - name) : strdup(name);
}

/* hdestroy_r() leaves the keys to us. */
struct names {
	struct hsearch_data table;
	char **list;
	size_t count;
};

static int gather_names(struct names *names, const struct btf *wanted)
{
	size_t most = btf__type_cnt(wanted);
	ENTRY *entry;

	names->list = calloc(most, sizeof(*names->list));
	if (!names->list || !hcreate_r(2 * most, &names->table))
		return -ENOMEM;
	for (__u32 id = 1; id < most; id++) {
		const struct btf_type *t = btf__type_by_id(wanted, id);
		char *name;

		if (!t->name_off || !is_relocated(t))
			continue;
		name = plain_name(btf__name_by_offset(wanted, t->name_off));
		if (!name)
			return -ENOMEM;
		names->list[names->count++] = name;
		if (!hsearch_r((ENTRY){ .key = name }, ENTER, &entry, &names->table))
			return -ENOMEM;
	}
	return 0;
}

static void drop_names(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->list[i]);
	free(names->list);
	hdestroy_r(&names->table);
}

static int save(const struct btf *btf, int fd)
{
	__u32 size;
	const void *bytes = btf__raw_data(btf, &size);

	if (!bytes)
		return -ENOMEM;
	return write(fd, bytes, size) == (ssize_t)size ? 0 : -EIO;
}

int kernel_types_trim(const struct kernel_types *types, const struct btf *wanted, int fd)
{
	struct trim trim = { .types = types, .out = btf__new_empty() };
	struct names names = {};
	int err = gather_names(&names, wanted);

	trim.copies = calloc(types->count, sizeof(*trim.copies));
	if (!err && (!trim.out || !trim.copies))
		err = -ENOMEM;
	if (!err) {
		trim.pointer = btf__add_ptr(trim.out, 0);
		err = kernel_types_each(types, &names.table, copy_found, &trim);
	}
	if (!err)
		err = save(trim.out, fd);
	btf__free(trim.out);
	free(trim.copies);
	drop_names(&names);
	return err;
}
