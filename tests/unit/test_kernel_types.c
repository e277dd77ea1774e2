// SPDX-License-Identifier: GPL-2.0
/* Tests of reading the kernel's types: found by name, trimmed without loss of what is asked of
 * them, and refused if damaged. Run by `make test`; needs no privilege. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kernel_types.h"

enum { OUTER_SIZE = 24, COLOUR_BLUE = 7 };

/* Ids of the kernel that make_kernel() makes. */
struct made {
	struct btf *btf;
	__u32 typedef_id, function_id, outer_id;
};

/* struct outer { const int first; struct { struct inner in; }; void *next; int bits : 3; };
 * a tracepoint's typedef with three parameters, an iterator's function, and what nobody wants. */
static struct made make_kernel(void)
{
	struct made made = { .btf = btf__new_empty() };
	struct btf *btf = made.btf;
	int number = btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
	int constant = btf__add_const(btf, number);
	int array = btf__add_array(btf, number, number, 2);
	int inner, unnamed, pointer, proto;

	inner = btf__add_struct(btf, "inner", 8);
	btf__add_field(btf, "pair", array, 0, 0);
	unnamed = btf__add_struct(btf, NULL, 8);
	btf__add_field(btf, "in", inner, 0, 0);
	pointer = btf__add_ptr(btf, inner);
	made.outer_id = btf__add_struct(btf, "outer", OUTER_SIZE);
	btf__add_field(btf, "first", constant, 0, 0);
	btf__add_field(btf, NULL, unnamed, 32, 0);
	btf__add_field(btf, "next", pointer, 128, 0);
	btf__add_field(btf, "bits", number, 160, 3);
	btf__add_enum(btf, "colour", 4);
	btf__add_enum_value(btf, "BLUE", COLOUR_BLUE);
	btf__add_struct(btf, "unwanted", 8);
	btf__add_field(btf, "nothing", number, 0, 0);
	proto = btf__add_func_proto(btf, 0);
	btf__add_func_param(btf, "a", number);
	btf__add_func_param(btf, "b", number);
	btf__add_func_param(btf, "c", number);
	made.function_id = btf__add_func(btf, "bpf_iter_task", BTF_FUNC_GLOBAL, proto);
	made.typedef_id = btf__add_typedef(btf, "btf_trace_it", btf__add_ptr(btf, proto));
	return made;
}

/* A file of that content; the caller closes it. path is large enough for its name. */
static int file_of(const void *bytes, size_t size, char *path, size_t path_size)
{
	int fd = memfd_create("test", 0);

	assert_int_equal(write(fd, bytes, size), size);
	snprintf(path, path_size, "/proc/self/fd/%d", fd);
	return fd;
}

static struct kernel_types *open_made(const struct made *made)
{
	struct kernel_types *types;
	char path[64];
	__u32 size;
	const void *bytes = btf__raw_data(made->btf, &size);
	int fd = file_of(bytes, size, path, sizeof(path));

	assert_int_equal(kernel_types_open_file(&types, path), 0);
	close(fd);
	return types;
}

static void test_names_are_found(void **state)
{
	struct made made = make_kernel();
	struct kernel_types *types = open_made(&made);
	struct btf *nothing = btf__new_empty();
	struct kernel_type wanted[] = {
		{ .name = "btf_trace_it", .kind = BTF_KIND_TYPEDEF },
		{ .name = "bpf_iter_task", .kind = BTF_KIND_FUNC },
		{ .name = "btf_trace_other", .kind = BTF_KIND_TYPEDEF, .id = 1 },
		{ .name = "outer", .kind = BTF_KIND_TYPEDEF, .id = 1 },
	};

	assert_int_equal(kernel_types_find(types, wanted, 4, nothing), 0);
	assert_int_equal(wanted[0].id, made.typedef_id);
	assert_int_equal(wanted[1].id, made.function_id);
	assert_int_equal(wanted[2].id, 0);
	assert_int_equal(wanted[3].id, 0);
	assert_int_equal(kernel_types_parameters(types, made.typedef_id), 3);
	assert_int_equal(kernel_types_parameters(types, made.outer_id), -1);
	assert_int_equal(kernel_types_parameters(types, 0), -1);
	assert_int_equal(kernel_types_parameters(types, 1000000), -1);
	kernel_types_close(types);
	btf__free(nothing);
	btf__free(made.btf);
}

static struct btf *trimmed(const struct made *made)
{
	struct kernel_types *types = open_made(made);
	struct btf *wanted = btf__new_empty(), *result;
	int fd = memfd_create("trimmed", 0);
	char path[64];

	btf__add_struct(wanted, "outer___flavor", 4);
	btf__add_enum(wanted, "colour", 4);
	btf__add_struct(wanted, "not_in_this_kernel", 4);
	assert_int_equal(kernel_types_find(types, NULL, 0, wanted), 0);
	assert_int_equal(kernel_types_trim(types, fd), 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	result = btf__parse(path, NULL);
	assert_non_null(result);
	close(fd);
	btf__free(wanted);
	kernel_types_close(types);
	return result;
}

static void test_trimmed_types_are_the_same(void **state)
{
	struct made made = make_kernel();
	struct btf *btf = trimmed(&made);
	const struct btf_type *outer, *unnamed, *in;
	const struct btf_member *members;

	outer = btf__type_by_id(btf, btf__find_by_name_kind(btf, "outer", BTF_KIND_STRUCT));
	assert_non_null(outer);
	assert_int_equal(outer->size, OUTER_SIZE);
	assert_int_equal(btf_vlen(outer), 4);
	members = btf_members(outer);
	assert_string_equal(btf__name_by_offset(btf, members[0].name_off), "first");
	assert_int_equal(btf__resolve_size(btf, members[0].type), 4);
	assert_int_equal(btf_member_bit_offset(outer, 1), 32);
	unnamed = btf__type_by_id(btf, members[1].type);
	in = btf__type_by_id(btf, btf_members(unnamed)->type);
	assert_string_equal(btf__name_by_offset(btf, in->name_off), "inner");
	assert_int_equal(btf__resolve_size(btf, btf_members(in)->type), 8);
	assert_true(btf_is_ptr(btf__type_by_id(btf, members[2].type)));
	assert_int_equal(btf_member_bit_offset(outer, 3), 160);
	assert_int_equal(btf_member_bitfield_size(outer, 3), 3);
	btf__free(btf);
	btf__free(made.btf);
}

static void test_values_of_enums_are_kept(void **state)
{
	struct made made = make_kernel();
	struct btf *btf = trimmed(&made);
	const struct btf_type *colour;

	colour = btf__type_by_id(btf, btf__find_by_name_kind(btf, "colour", BTF_KIND_ENUM));
	assert_non_null(colour);
	assert_int_equal(btf_enum(colour)->val, COLOUR_BLUE);
	btf__free(btf);
	btf__free(made.btf);
}

static void test_what_nobody_wants_is_left(void **state)
{
	struct made made = make_kernel();
	struct btf *btf = trimmed(&made);

	assert_true(btf__find_by_name(btf, "unwanted") < 0);
	assert_true(btf__find_by_name(btf, "not_in_this_kernel") < 0);
	btf__free(btf);
	btf__free(made.btf);
}

/* Each prefix, and each byte turned round: an error or an answer, never a fault. */
static void test_damaged_types_do_no_harm(void **state)
{
	struct made made = make_kernel();
	struct btf *wanted = btf__new_empty();
	unsigned char copy[4096];
	struct kernel_types *types;
	const void *bytes;
	__u32 size;
	int refused = 0;

	bytes = btf__raw_data(made.btf, &size);
	assert_true(size < sizeof(copy));
	btf__add_struct(wanted, "outer", 4);
	for (__u32 at = 0; at < 2 * size; at++) {
		struct kernel_type one = { .name = "outer", .kind = BTF_KIND_STRUCT };
		__u32 length = at < size ? at : size;
		char path[64];
		int fd, out = memfd_create("out", 0);

		memcpy(copy, bytes, size);
		if (at >= size)
			copy[at - size] ^= 0xff;
		fd = file_of(copy, length, path, sizeof(path));
		if (kernel_types_open_file(&types, path)) {
			assert_null(types);
			refused++;
		} else {
			if (kernel_types_find(types, &one, 1, wanted))
				refused++;
			kernel_types_parameters(types, one.id);
			kernel_types_trim(types, out);
			kernel_types_close(types);
		}
		close(fd);
		close(out);
	}
	assert_true(refused >= (int)size);
	btf__free(wanted);
	btf__free(made.btf);
}

static void test_no_file_is_an_error(void **state)
{
	struct kernel_types *types;

	assert_int_equal(kernel_types_open_file(&types, "/nonexistent"), -ENOENT);
	assert_null(types);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_are_found),
		cmocka_unit_test(test_trimmed_types_are_the_same),
		cmocka_unit_test(test_values_of_enums_are_kept),
		cmocka_unit_test(test_what_nobody_wants_is_left),
		cmocka_unit_test(test_damaged_types_do_no_harm),
		cmocka_unit_test(test_no_file_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
