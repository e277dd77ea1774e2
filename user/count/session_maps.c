// SPDX-License-Identifier: GPL-2.0
/* How large the kernel side's tables are, the constants of its programs, and the tables' memory.
 * Called by session.c before it loads, and by session_read.c. */
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "session_internal.h"
#include "syscall_classes.h"
#include "uring_table.h"

/* The two roles have a share each. Any program may have many threads: the first have room for some
 * shares together, and those with busy flows for as many. */
__u64 session_timeline_room(const struct session_options *options)
{
	enum { ROLES = 2, SOME = 8, ENOUGH = 1 << 20 };
	__u64 least = ROLES * options->timeline_events;
	__u64 room = options->any_program ? 2 * SOME * options->timeline_events : least;

	return room < ENOUGH || room == least ? room : least > ENOUGH ? least : ENOUGH;
}

static __u32 ring_bytes(const struct session_options *options)
{
	__u64 wanted = session_timeline_room(options) * (sizeof(struct zc_event) + 8);
	__u32 bytes = sysconf(_SC_PAGESIZE);

	while (bytes < wanted && bytes < (64u << 20))
		bytes *= 2;
	return options->max_ring_bytes ? options->max_ring_bytes : bytes;
}

/* Before 6.1 no program on a tracepoint may allocate (96da3f7d489d): tables are filled before. */
static void fill_tables(struct bpf_object *object)
{
	unsigned int major = 0, minor = 0;
	struct utsname kernel;
	struct bpf_map *map;

	if (uname(&kernel) || sscanf(kernel.release, "%u.%u", &major, &minor) != 2 ||
	    major > 6 || (major == 6 && minor >= 1))
		return;
	for (map = bpf_object__next_map(object, NULL); map; map = bpf_object__next_map(object, map))
		bpf_map__set_map_flags(map, bpf_map__map_flags(map) & ~BPF_F_NO_PREALLOC);
}

/* Tables for two processes and a few files cost no start-up time; those for any program are
 * sized for thousands of threads and sockets. */
void session_maps_size(struct session *session, const struct session_options *options)
{
	struct zctrace_bpf *skel = session->skel;
	__u32 procs = options->any_program ? ZC_MAX_PROCS : 64;
	__u32 cells = options->any_program ? ZC_MAX_CELLS : 1024;
	__u32 objects = options->any_program ? ZC_MAX_OBJECTS : 512;
	__u32 followed;		/* objects whose pages are looked for in segments and the cache */

	if (options->max_procs)
		procs = options->max_procs;
	if (options->max_cells)
		cells = options->max_cells;
	if (options->max_objects)
		objects = options->max_objects;
	followed = options->counts_only ? 1 : objects;
	skel->rodata->max_procs = procs;
	skel->rodata->max_cells = cells;
	skel->rodata->max_objects = objects;
	skel->rodata->page_size = sysconf(_SC_PAGESIZE);
	skel->rodata->timeline = options->timeline_events > 0;
	skel->rodata->timeline_windows = options->timeline_events > 0 && options->any_program;
	skel->rodata->timeline_share = options->timeline_events;
	fill_tables(skel->obj);
	bpf_map__set_max_entries(skel->maps.procs, procs);
	bpf_map__set_max_entries(skel->maps.proc_ids, procs);
	bpf_map__set_max_entries(skel->maps.cells, cells);
	bpf_map__set_max_entries(skel->maps.cell_ids, cells);
	bpf_map__set_max_entries(skel->maps.call_cells, cells);
	bpf_map__set_max_entries(skel->maps.objects, objects);
	bpf_map__set_max_entries(skel->maps.object_ids, objects);
	bpf_map__set_max_entries(skel->maps.mappings, followed);
	bpf_map__set_max_entries(skel->maps.socks, 2 * followed);
	bpf_map__set_max_entries(skel->maps.flows, followed);
	bpf_map__set_max_entries(skel->maps.events, ring_bytes(options));
	skel->rodata->counts_only = options->counts_only;
	syscall_classes(skel->rodata->classes);
	/* When close() returns, there is no descriptor to look at any more. */
	if (options->counts_only)
		skel->rodata->classes[SYS_close].flags &= ~(ZC_CLASS_FD_IN | ZC_CLASS_FD_OUT);
	uring_classes_fill(skel->rodata->uring_classes);
}

void *session_map(const struct bpf_map *map, __u32 entries, size_t *bytes)
{
	size_t page = sysconf(_SC_PAGESIZE);
	void *values;

	*bytes = ((size_t)entries * bpf_map__value_size(map) + page - 1) / page * page;
	values = mmap(NULL, *bytes, PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(map), 0);
	return values == MAP_FAILED ? NULL : values;
}

void session_unmap(void *values, size_t bytes)
{
	if (values)
		munmap(values, bytes);
}
