// SPDX-License-Identifier: GPL-2.0
/* Reads the kernel's BTF (Documentation/bpf/btf.rst): one pass that notes where each type lies, one
 * that looks for names. What is needed of it is copied by kernel_types_trim.c. */
#include <errno.h>
#include <fcntl.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel_types_internal.h"

static const char *const kernel_btf = "/sys/kernel/btf/vmlinux";

/* The bytes of a record after its first twelve; -1 = a kind that is not known. */
static long tail_of(const struct btf_type *t)
{
	switch (btf_kind(t)) {
	case BTF_KIND_INT:
	case BTF_KIND_VAR:
	case BTF_KIND_DECL_TAG:
		return 4;
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return btf_vlen(t) * sizeof(struct btf_member);
	case BTF_KIND_ENUM:
		return btf_vlen(t) * sizeof(struct btf_enum);
	case BTF_KIND_ENUM64:
		return btf_vlen(t) * sizeof(struct btf_enum64);
	case BTF_KIND_FUNC_PROTO:
		return btf_vlen(t) * sizeof(struct btf_param);
	case BTF_KIND_DATASEC:
		return btf_vlen(t) * sizeof(struct btf_var_secinfo);
	case BTF_KIND_PTR:
	case BTF_KIND_FWD:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_FUNC:
	case BTF_KIND_FLOAT:
	case BTF_KIND_TYPE_TAG:
		return 0;
	default:
		return -1;
	}
}

/* Notes where each type lies. */
static int index_types(struct kernel_types *types, const char *section, size_t size)
{
	size_t room = size / sizeof(struct btf_type) + 1, at = 0;

	types->at = malloc((room + 1) * sizeof(*types->at));
	if (!types->at)
		return -ENOMEM;
	types->types = section;
	types->count = 1;	/* 0 is void */
	while (at + sizeof(struct btf_type) <= size) {
		const struct btf_type *t = (const void *)(section + at);
		long tail = tail_of(t);

		if (tail < 0 || at + sizeof(*t) + tail > size || t->name_off >= types->names_size)
			return -EINVAL;
		types->at[types->count++] = at;
		at += sizeof(*t) + tail;
	}
	return at == size ? 0 : -EINVAL;
}

static int read_header(struct kernel_types *types)
{
	const struct btf_header *header = (const void *)types->bytes;
	size_t room;

	if (!header || types->size < sizeof(*header) || header->magic != BTF_MAGIC ||
	    header->hdr_len < sizeof(*header) || header->hdr_len > types->size)
		return -EINVAL;
	room = types->size - header->hdr_len;
	if (header->type_off > room || header->type_len > room - header->type_off ||
	    header->str_off > room || header->str_len > room - header->str_off ||
	    !header->str_len || header->type_off % 4)
		return -EINVAL;
	types->names = types->bytes + header->hdr_len + header->str_off;
	types->names_size = header->str_len;
	if (types->names[types->names_size - 1])
		return -EINVAL;
	return index_types(types, types->bytes + header->hdr_len + header->type_off,
			   header->type_len);
}

/* Since 6.16 the kernel lends its own pages (a539e2a6d51d); before, each is copied. */
static int get_bytes(struct kernel_types *types, int fd, size_t size)
{
	size_t done = 0;
	void *memory;
	ssize_t got;

	types->size = size;
	memory = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (memory != MAP_FAILED) {
		types->bytes = memory;
		return 0;
	}
	memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (memory == MAP_FAILED)
		return -errno;
	types->bytes = memory;
	while (done < size) {
		got = read(fd, types->bytes + done, size - done);
		if (got <= 0)
			return got ? -errno : -EINVAL;
		done += got;
	}
	return 0;
}

int kernel_types_open_file(struct kernel_types **out, const char *path)
{
	struct kernel_types *types = calloc(1, sizeof(*types));
	int fd = open(path, O_RDONLY | O_CLOEXEC), err = -ENOMEM;
	struct stat st;

	*out = NULL;
	if (!types)
		goto cleanup;
	if (fd < 0 || fstat(fd, &st)) {
		err = -errno;
		goto cleanup;
	}
	err = st.st_size > 0 ? get_bytes(types, fd, st.st_size) : -EINVAL;
	if (!err)
		err = read_header(types);
	if (!err) {
		*out = types;
		types = NULL;
	}
cleanup:
	if (fd >= 0)
		close(fd);
	kernel_types_close(types);
	return err;
}

int kernel_types_open(struct kernel_types **types)
{
	return kernel_types_open_file(types, kernel_btf);
}

void kernel_types_close(struct kernel_types *types)
{
	if (!types)
		return;
	if (types->bytes)
		munmap(types->bytes, types->size);
	free(types->at);
	free(types);
}

/* Kinds that are looked for by name. Functions are a third of all and none but iterators' are. */
static bool may_be_wanted(const struct btf_type *t, const char *name)
{
	switch (btf_kind(t)) {
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
	case BTF_KIND_TYPEDEF:
		return *name;
	case BTF_KIND_FUNC:
		return !strncmp(name, "bpf_iter_", 9);
	default:
		return false;
	}
}

int kernel_types_each(const struct kernel_types *types, struct hsearch_data *names,
		      int (*found)(__u32 id, void *entry, void *context), void *context)
{
	for (__u32 id = 1; id < types->count; id++) {
		const struct btf_type *t = kernel_type_at(types, id);
		const char *name = types->names + t->name_off;
		ENTRY *entry;
		int err;

		if (!may_be_wanted(t, name))
			continue;
		if (!hsearch_r((ENTRY){ .key = (char *)name }, FIND, &entry, names))
			continue;
		err = found(id, entry->data, context);
		if (err)
			return err;
	}
	return 0;
}

static int note_id(__u32 id, void *entry, void *context)
{
	const struct kernel_types *types = context;
	struct kernel_type *wanted = entry;

	if (!wanted->id && btf_kind(kernel_type_at(types, id)) == wanted->kind)
		wanted->id = id;
	return 0;
}

int kernel_types_find(const struct kernel_types *types, struct kernel_type *wanted, size_t count)
{
	struct hsearch_data names = {};
	ENTRY *entry;
	int err = 0;

	if (!hcreate_r(2 * count + 1, &names))
		return -errno;
	for (size_t i = 0; i < count && !err; i++) {
		ENTRY new = { .key = (char *)wanted[i].name, .data = &wanted[i] };

		wanted[i].id = 0;
		if (!hsearch_r(new, ENTER, &entry, &names))
			err = -errno;
	}
	if (!err)
		err = kernel_types_each(types, &names, note_id, (void *)types);
	hdestroy_r(&names);
	return err;
}

int kernel_types_parameters(const struct kernel_types *types, __u32 id)
{
	const struct btf_type *t = kernel_type_at(types, id);

	for (int step = 0; t && step < 4 && (btf_is_typedef(t) || btf_is_ptr(t)); step++)
		t = kernel_type_at(types, t->type);
	return t && btf_is_func_proto(t) ? btf_vlen(t) : -1;
}
