// SPDX-License-Identifier: GPL-2.0
/* Reads what the kernel side counted into a snapshot, and empties its tables for the next run. */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alloc.h"
#include "session_internal.h"

static int keep_event(void *context, void *data, size_t size)
{
	struct session *session = context;

	if (size == sizeof(struct zc_event) && session->event_count < session->event_room)
		memcpy(&session->events[session->event_count++], data, size);
	return 0;
}

int session_open_ring(struct session *session)
{
	if (!session->timeline_events)
		return 0;
	session->events = xcalloc(session->event_room, sizeof(*session->events));
	session->ring = ring_buffer__new(bpf_map__fd(session->skel->maps.events), keep_event,
					 session, NULL);
	return session->ring ? 0 : -ENOMEM;
}

void session_close_ring(struct session *session)
{
	ring_buffer__free(session->ring);
	free(session->events);
}

void session_drain(struct session *session)
{
	if (session->ring)
		ring_buffer__consume(session->ring);
}

__u64 session_timeline_limit(const struct session *session)
{
	return session->timeline_events;
}

struct machine_stat session_machine_stat(void)
{
	struct machine_stat machine = { 0 };
	FILE *stat = fopen("/proc/stat", "re");
	unsigned long long value;
	char line[256];
	bool whole = true;	/* of a line: the next one begins */

	while (stat && fgets(line, sizeof(line), stat)) {
		/* Not "cpu0": a space in a format is also none. */
		if (whole && !strncmp(line, "cpu ", 4) &&
		    sscanf(line, "cpu %*u %*u %*u %*u %*u %*u %*u %llu", &value) == 1)
			machine.stolen_ns = value * (1000000000ULL / sysconf(_SC_CLK_TCK));
		if (whole && sscanf(line, "intr %llu", &value) == 1) {
			machine.interrupts = value;
			break;
		}
		whole = strchr(line, '\n');
	}
	if (stat)
		fclose(stat);
	return machine;
}

static __u32 used(__u32 next, __u32 limit)
{
	return next < limit ? next : limit;
}

static void *copy_of(const void *values, size_t count, size_t size)
{
	void *copy = xmalloc(count * size + 1);

	if (count)
		memcpy(copy, values, count * size);
	return copy;
}

/* The first entries of an array, to be freed; NULL = it cannot be read. */
static void *copy_of_map(const struct bpf_map *map, __u32 entries)
{
	size_t bytes;
	void *values = session_map(map, entries, &bytes), *copy;

	if (!values)
		return NULL;
	copy = copy_of(values, entries, bpf_map__value_size(map));
	session_unmap(values, bytes);
	return copy;
}

static size_t count_keys(int fd, size_t key_size)
{
	unsigned char key[64], next[64];
	size_t count = 0;
	void *last = NULL;

	while (!bpf_map_get_next_key(fd, last, next)) {
		memcpy(key, next, key_size);
		last = key;
		count++;
	}
	return count;
}

static void read_socks(struct session *session, struct snapshot *snapshot)
{
	int fd = bpf_map__fd(session->skel->maps.socks);
	size_t room = count_keys(fd, sizeof(__u64));
	__u64 key, *last = NULL;
	__u64 next;

	snapshot->socks = xcalloc(room + 1, sizeof(*snapshot->socks));
	while (snapshot->sock_count < room && !bpf_map_get_next_key(fd, last, &next)) {
		struct snapshot_sock *entry = &snapshot->socks[snapshot->sock_count];

		key = next;
		last = &key;
		entry->pointer = key;
		if (!bpf_map_lookup_elem(fd, &key, &entry->sock))
			snapshot->sock_count++;
	}
}

/* The first file of a socket is counted in its own record. */
static void add_first_files(struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->sock_count; i++) {
		const struct zc_sock *sock = &snapshot->socks[i].sock;
		struct snapshot_flow *entry = &snapshot->flows[snapshot->flow_count];

		if (!sock->file)
			continue;
		entry->key = (struct zc_flow_key){ .socket = sock->object, .file = sock->file };
		memcpy(entry->flow.bytes, sock->file_bytes, sizeof(entry->flow.bytes));
		snapshot->flow_count++;
	}
}

static void read_flows(struct session *session, struct snapshot *snapshot)
{
	int fd = bpf_map__fd(session->skel->maps.flows);
	size_t room = count_keys(fd, sizeof(struct zc_flow_key));
	struct zc_flow_key key, *last = NULL;
	struct zc_flow_key next;

	snapshot->flows = xcalloc(room + snapshot->sock_count + 1, sizeof(*snapshot->flows));
	add_first_files(snapshot);
	room += snapshot->flow_count;
	while (snapshot->flow_count < room && !bpf_map_get_next_key(fd, last, &next)) {
		struct snapshot_flow *entry = &snapshot->flows[snapshot->flow_count];

		key = next;
		last = &key;
		entry->key = key;
		if (!bpf_map_lookup_elem(fd, &key, &entry->flow))
			snapshot->flow_count++;
	}
}

/* What on_tcp_state was left out for, on_tcp_destroy has seen. */
static bool is_made_up_for(const struct session *session, const struct bpf_program *program)
{
	return program == session->skel->progs.on_tcp_state &&
	       bpf_program__fd(session->skel->progs.on_tcp_destroy) >= 0;
}

static __u64 recursion_misses(struct session *session)
{
	struct bpf_program *program;
	__u64 misses = 0;

	bpf_object__for_each_program(program, session->skel->obj) {
		struct bpf_prog_info info = {};
		__u32 size = sizeof(info);

		if (bpf_program__fd(program) >= 0 && !is_made_up_for(session, program) &&
		    !bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size))
			misses += info.recursion_misses;
	}
	return misses;
}

int session_snapshot(struct session *session, struct snapshot **out)
{
	struct zctrace_bpf__bss *bss = session->skel->bss;
	struct zctrace_bpf__data *data = session->skel->data;
	const struct zctrace_bpf__rodata *rodata = session->skel->rodata;
	struct snapshot *snapshot = xcalloc(1, sizeof(*snapshot));
	struct machine_stat machine;
	__u64 recursion = recursion_misses(session);

	*out = NULL;
	session_drain(session);
	machine = session_machine_stat();
	snapshot->stolen_ns = machine.stolen_ns - session->machine_before.stolen_ns;
	snapshot->machine_interrupts = machine.interrupts - session->machine_before.interrupts;
	snapshot->proc_count = used(data->next_proc, rodata->max_procs);
	snapshot->cell_count = used(data->next_cell, rodata->max_cells);
	snapshot->object_count = used(data->next_object, rodata->max_objects);
	snapshot->event_count = session->event_count;
	snapshot->timeline_cut = session->skel->bss->timeline_cut;
	snapshot->procs = copy_of(session->procs, snapshot->proc_count, sizeof(struct zc_proc));
	snapshot->cells = copy_of_map(session->skel->maps.cells, snapshot->cell_count);
	snapshot->objects = copy_of_map(session->skel->maps.objects, snapshot->object_count);
	snapshot->events = copy_of(session->events, snapshot->event_count,
				   sizeof(struct zc_event));
	if (!snapshot->cells || !snapshot->objects) {
		snapshot_free(snapshot);
		return -ENOMEM;
	}
	read_socks(session, snapshot);
	read_flows(session, snapshot);
	memcpy(snapshot->loss, bss->loss, sizeof(snapshot->loss));
	memcpy(snapshot->coarse, bss->coarse, sizeof(snapshot->coarse));
	snapshot->recursion = recursion - session->recursion_before;
	*out = snapshot;
	return 0;
}

void snapshot_free(struct snapshot *snapshot)
{
	if (!snapshot)
		return;
	free(snapshot->procs);
	free(snapshot->cells);
	free(snapshot->objects);
	free(snapshot->socks);
	free(snapshot->flows);
	free(snapshot->events);
	free(snapshot);
}

static void empty_hash(struct bpf_map *map)
{
	unsigned char key[64];
	int fd = bpf_map__fd(map);

	while (!bpf_map_get_next_key(fd, NULL, key))
		bpf_map_delete_elem(fd, key);
}

static int empty_array(const struct bpf_map *map, __u32 entries)
{
	size_t bytes;
	void *values = session_map(map, entries, &bytes);

	if (!values)
		return -errno;
	memset(values, 0, bytes);
	session_unmap(values, bytes);
	return 0;
}

/* The arrays, as far as they are in use; 0 or -errno. */
static int empty_arrays(struct session *session)
{
	const struct zctrace_bpf__rodata *rodata = session->skel->rodata;
	const struct zctrace_bpf__data *data = session->skel->data;
	int err = empty_array(session->skel->maps.tasks, ZC_MAX_TASKS);

	if (!err)
		err = empty_array(session->skel->maps.cells,
				  used(data->next_cell, rodata->max_cells));
	if (!err)
		err = empty_array(session->skel->maps.objects,
				  used(data->next_object, rodata->max_objects));
	memset(session->procs, 0, session->procs_bytes);
	return err;
}

void session_reset(struct session *session)
{
	struct zctrace_bpf__bss *bss = session->skel->bss;
	struct zctrace_bpf__data *data = session->skel->data;

	session->stale = empty_arrays(session);
	empty_hash(session->skel->maps.cell_ids);
	empty_hash(session->skel->maps.call_cells);
	empty_hash(session->skel->maps.object_ids);
	empty_hash(session->skel->maps.mappings);
	empty_hash(session->skel->maps.proc_ids);
	empty_hash(session->skel->maps.socks);
	empty_hash(session->skel->maps.flows);
	empty_hash(session->skel->maps.holes);
	session_drain(session);
	session->event_count = 0;
	session->recursion_before = recursion_misses(session);
	memset(bss->proc_states, 0, sizeof(bss->proc_states));
	memset(bss->loss, 0, sizeof(bss->loss));
	memset(bss->coarse, 0, sizeof(bss->coarse));
	data->next_proc = 1;
	data->next_cell = 1;
	data->next_object = ZC_KIND_COUNT;
	bss->socks_watched = 0;
	bss->files_named++;
}

bool session_socks_closed(struct session *session)
{
	int fd = bpf_map__fd(session->skel->maps.socks);
	__u64 key, next, *last = NULL;
	struct zc_sock sock;

	while (!bpf_map_get_next_key(fd, last, &next)) {
		key = next;
		last = &key;
		if (!bpf_map_lookup_elem(fd, &key, &sock) && !sock.closed)
			return false;
	}
	return true;
}
