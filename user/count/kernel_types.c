// SPDX-License-Identifier: GPL-2.0
/* Reads the kernel's BTF (Documentation/bpf/btf.rst): one pass notes where types lie, and which are
 * looked for. What is needed of it is copied by kernel_types_trim.c. */
#include <errno.h>
#include <fcntl.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alloc.h"
#include "kernel_types_internal.h"

static const char *const kernel_btf = "/sys/kernel/btf/vmlinux";

/* A type's record: twelve bytes, then some that its kind asks for, then some for each member. */
static const struct record {
	__u8 known, fixed, each;
} records[NR_BTF_KINDS] = {
	[BTF_KIND_INT] = { 1, 4 },
	[BTF_KIND_PTR] = { 1 },
	[BTF_KIND_ARRAY] = { 1, sizeof(struct btf_array) },
	[BTF_KIND_STRUCT] = { 1, 0, sizeof(struct btf_member) },
	[BTF_KIND_UNION] = { 1, 0, sizeof(struct btf_member) },
	[BTF_KIND_ENUM] = { 1, 0, sizeof(struct btf_enum) },
	[BTF_KIND_FWD] = { 1 },
	[BTF_KIND_TYPEDEF] = { 1 },
	[BTF_KIND_VOLATILE] = { 1 },
	[BTF_KIND_CONST] = { 1 },
	[BTF_KIND_RESTRICT] = { 1 },
	[BTF_KIND_FUNC] = { 1 },
	[BTF_KIND_FUNC_PROTO] = { 1, 0, sizeof(struct btf_param) },
	[BTF_KIND_VAR] = { 1, sizeof(struct btf_var) },
	[BTF_KIND_DATASEC] = { 1, 0, sizeof(struct btf_var_secinfo) },
	[BTF_KIND_FLOAT] = { 1 },
	[BTF_KIND_DECL_TAG] = { 1, sizeof(struct btf_decl_tag) },
	[BTF_KIND_TYPE_TAG] = { 1 },
	[BTF_KIND_ENUM64] = { 1, 0, sizeof(struct btf_enum64) },
};

/* The bytes of a type's record, of a kind that is known. */
static size_t bytes_of(const struct btf_type *t)
{
	const struct record *record = &records[btf_kind(t)];

	return sizeof(*t) + record->fixed + btf_vlen(t) * record->each;
}

/* A mark, and from there on step by step: what notes the place of each would be half a megabyte. */
const struct btf_type *kernel_type_at(const struct kernel_types *types, __u32 id)
{
	const char *at;

	if (!id || id >= types->count)
		return NULL;
	at = types->types + types->marks[(id - 1) / KERNEL_TYPES_STEP];
	for (__u32 step = (id - 1) % KERNEL_TYPES_STEP; step; step--)
		at += bytes_of((const void *)at);
	return (const void *)at;
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
	types->types = types->bytes + header->hdr_len + header->type_off;
	types->types_size = header->type_len;
	return types->names[types->names_size - 1] ? -EINVAL : 0;
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
	struct kernel_types *types = xcalloc(1, sizeof(*types));
	int fd = open(path, O_RDONLY | O_CLOEXEC), err;
	struct stat st;

	*out = NULL;
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
	free(types->marks);
	free(types->found);
	free(types);
}

/* What is looked for under a name: one type, or all types of the name, to be copied, or both. */
struct name {
	struct kernel_type *one;
	bool all;
};

/* The names that are looked for. Of all others, the filter tells most by their first four bytes. */
struct search {
	struct hsearch_data table;
	struct name *names;
	size_t count;
	__u32 kinds;		/* a bit for each kind that is looked for */
	__u64 filter[256];
};

static __u32 filter_bit(__u32 beginning)
{
	return beginning * 0x9E3779B1u >> 18;
}

/* Short names are looked up: what follows them is not theirs. */
static bool may_be_sought(const struct search *search, const char *name, const char *end)
{
	__u32 beginning, bit;

	if (end - name < 4)
		return true;
	memcpy(&beginning, name, sizeof(beginning));
	if ((beginning - 0x01010101u) & ~beginning & 0x80808080u)
		return true;
	bit = filter_bit(beginning);
	return search->filter[bit / 64] >> bit % 64 & 1;
}

/* The entry of a name, a new one if need be. The name is kept, not copied. */
static struct name *entry_of(struct search *search, const char *text)
{
	ENTRY new = { .key = (char *)text, .data = &search->names[search->count] }, *entry;
	__u32 beginning, bit;

	if (!hsearch_r(new, ENTER, &entry, &search->table))
		out_of_memory();
	search->count += entry->data == new.data;
	if (strlen(text) >= 4) {
		memcpy(&beginning, text, sizeof(beginning));
		bit = filter_bit(beginning);
		search->filter[bit / 64] |= 1ULL << bit % 64;
	}
	return entry->data;
}

static bool is_relocated(const struct btf_type *t)
{
	return btf_is_composite(t) || btf_is_any_enum(t) || btf_is_typedef(t);
}

/* "folio___before_6_6" is a folio; libbpf strips the rest in the same manner. The caller frees. */
static char *plain_name(const char *name)
{
	const char *flavor = strstr(name + (*name != '\0'), "___");

	return xasprintf("%.*s", flavor ? (int)(flavor - name) : (int)strlen(name), name);
}

/* Every type that programs are relocated by is named in their own types. */
static void seek_all(struct search *search, const struct btf *named, char **plain)
{
	for (__u32 id = 1; id < btf__type_cnt(named); id++) {
		const struct btf_type *t = btf__type_by_id(named, id);

		if (!t->name_off || !is_relocated(t))
			continue;
		plain[id] = plain_name(btf__name_by_offset(named, t->name_off));
		entry_of(search, plain[id])->all = true;
	}
	search->kinds |= 1 << BTF_KIND_STRUCT | 1 << BTF_KIND_UNION | 1 << BTF_KIND_ENUM |
			 1 << BTF_KIND_ENUM64 | 1 << BTF_KIND_TYPEDEF;
}

static void seek_each(struct search *search, struct kernel_type *wanted, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		wanted[i].id = 0;
		entry_of(search, wanted[i].name)->one = &wanted[i];
		search->kinds |= 1 << wanted[i].kind;
	}
}

static void found(struct kernel_types *types, const struct name *name, const struct btf_type *t,
		  __u32 id)
{
	if (name->one && !name->one->id && btf_kind(t) == name->one->kind)
		name->one->id = id;
	if (!name->all || !is_relocated(t))
		return;
	types->found = xrealloc(types->found, types->found_count + 1, sizeof(*types->found));
	types->found[types->found_count++] = id;
}

/* The one pass over all types: notes where they lie, and those that are looked for. */
static int pass(struct kernel_types *types, struct search *search)
{
	const char *names_end = types->names + types->names_size;
	const size_t size = types->types_size;
	size_t at = 0;
	__u32 id = 1;	/* 0 is void */

	for (; at + sizeof(struct btf_type) <= size; id++) {
		const struct btf_type *t = (const void *)(types->types + at);
		const char *name = types->names + t->name_off;
		__u32 kind = btf_kind(t);
		ENTRY *entry;

		if (kind >= NR_BTF_KINDS || !records[kind].known ||
		    t->name_off >= types->names_size || bytes_of(t) > size - at)
			return -EINVAL;
		if ((id - 1) % KERNEL_TYPES_STEP == 0)
			types->marks[(id - 1) / KERNEL_TYPES_STEP] = at;
		at += bytes_of(t);
		if (search->kinds >> kind & 1 && t->name_off &&
		    may_be_sought(search, name, names_end) &&
		    hsearch_r((ENTRY){ .key = (char *)name }, FIND, &entry, &search->table))
			found(types, entry->data, t, id);
	}
	types->count = id;
	return at == size ? 0 : -EINVAL;
}

int kernel_types_find(struct kernel_types *types, struct kernel_type *wanted, size_t count,
		      const struct btf *named)
{
	size_t most = count + btf__type_cnt(named);
	char **plain = xcalloc(btf__type_cnt(named), sizeof(*plain));
	struct search search = { .names = xcalloc(most, sizeof(*search.names)) };
	int err;

	types->marks = xcalloc(types->types_size / sizeof(struct btf_type) / KERNEL_TYPES_STEP + 1,
			       sizeof(*types->marks));
	if (!hcreate_r(2 * most, &search.table))
		out_of_memory();
	seek_each(&search, wanted, count);
	seek_all(&search, named, plain);
	err = pass(types, &search);
	hdestroy_r(&search.table);
	for (__u32 id = 1; id < btf__type_cnt(named); id++)
		free(plain[id]);
	free(plain);
	free(search.names);
	return err;
}

int kernel_types_parameters(const struct kernel_types *types, __u32 id)
{
	const struct btf_type *t = kernel_type_at(types, id);

	for (int step = 0; t && step < 4 && (btf_is_typedef(t) || btf_is_ptr(t)); step++)
		t = kernel_type_at(types, t->type);
	return t && btf_is_func_proto(t) ? btf_vlen(t) : -1;
}
