// SPDX-License-Identifier: GPL-2.0
/* The kernel side's life: opens the skeleton, loads what this kernel has, attaches and detaches.
 * What was counted is read by session_read.c. */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alloc.h"
#include "kernel_types.h"
#include "memory.h"
#include "session_internal.h"

#define KERNEL_BTF "/sys/kernel/btf/vmlinux"

static int verbosity;

void session_set_verbosity(int level)
{
	verbosity = level;
}

static int print_libbpf(enum libbpf_print_level level, const char *format, va_list args)
{
	if (verbosity >= 2 || (verbosity == 1 && level != LIBBPF_DEBUG))
		return vfprintf(stderr, format, args);
	return 0;
}

static struct bpf_program *program_of(const struct session *session, size_t i)
{
	if (session->counts_only && !strcmp(session->probes[i].tracepoint, "sys_exit"))
		return session->skel->progs.count_sys_exit;
	return bpf_object__find_program_by_name(session->skel->obj, session->probes[i].program);
}

/* Says which row of the table of probes is left out, and why. No program is loaded unless a row
 * with it is chosen: SEC("?…"). */
static void leave_out(struct session *session, size_t i, const char *why)
{
	session->missing[i] = why;
}

static bool is_without(const struct session_options *options, const char *tracepoint)
{
	for (size_t i = 0; i < options->without_count; i++) {
		if (!strcmp(options->without[i], tracepoint))
			return true;
	}
	return false;
}

/* A tracepoint exists if the kernel's BTF has the typedef that its programs are checked against
 * (include/trace/bpf_probe.h). */
static int choose_probes(struct session *session, const struct session_options *options,
			 char *error, size_t error_size)
{
	for (size_t i = 0; i < session->probe_count; i++) {
		const struct probe *probe = &session->probes[i];

		if (session->counts_only && probe->not_for_counts) {
			leave_out(session, i, "not asked for: --counts-only");
			continue;
		}
		if (options->any_program ? probe->not_for_programs : probe->not_for_scenarios) {
			leave_out(session, i, "nothing here rests on it");
			continue;
		}
		if (is_without(options, probe->tracepoint))
			leave_out(session, i, "left out by --without");
		else if (!session_types_id(probe->tracepoint))
			leave_out(session, i, "this kernel has no such tracepoint");
		else if (!strcmp(probe->program, "on_uring_file") &&
			 session_types_parameters(probe->tracepoint) != 2)
			leave_out(session, i, "it has other arguments on this kernel");
		else
			bpf_program__set_autoload(program_of(session, i), true);
		if (session->missing[i] && probe->required) {
			snprintf(error, error_size, "tracepoint %s: %s; without it there is %s",
				 probe->tracepoint, session->missing[i], "nothing to count with");
			return -EOPNOTSUPP;
		}
	}
	return 0;
}

static int map_procs(struct session *session)
{
	const struct bpf_map *map = session->skel->maps.procs;

	session->procs = session_map(map, bpf_map__max_entries(map), &session->procs_bytes);
	return session->procs ? 0 : -errno;
}

/* Returns the error that the caller gets: what the kernel calls invalid is none of the user's
 * making, but something that this machine cannot. */
static int explain_load(int err, char *error, size_t error_size)
{
	const char *what = "the kernel refused the BPF programs";

	if (err == -EPERM || err == -EACCES)
		snprintf(error, error_size, "%s: %s; run it with sudo, or see \"Without sudo\" "
			 "in docs/guide.md; zctrace doctor tells more", what, strerror(-err));
	else if (err == -ENOMEM)
		snprintf(error, error_size, "no memory for the counters: %s; free some memory",
			 strerror(-err));
	else
		snprintf(error, error_size, "%s: %s; -v shows the kernel's reason, zctrace doctor "
			 "what this machine has", what, strerror(-err));
	return err && err != -EINVAL ? err : -EOPNOTSUPP;
}

static int explain_types(int err, char *error, size_t error_size)
{
	if (err == -ENOENT || err == -EACCES) {
		snprintf(error, error_size, "this kernel has no BTF (" KERNEL_BTF "): %s; a kernel with "
			 "CONFIG_DEBUG_INFO_BTF is needed", strerror(-err));
		return -EOPNOTSUPP;
	}
	snprintf(error, error_size, "this kernel's BTF (" KERNEL_BTF "): %s%s", strerror(-err),
		 err == -ENOMEM ? "; free some memory" : "");
	return err == -ENOMEM ? err : -EOPNOTSUPP;
}

/* What the programs, which are open, name of the kernel's types. */
static int find_types(struct session *session, const struct session_options *options, char *error,
		      size_t error_size)
{
	struct kernel_types *types = NULL;
	int err;

	err = session_types_find(&types, bpf_object__btf(session->skel->obj), !options->own_child);
	if (err) {
		err = explain_types(err, error, error_size);
		goto cleanup;
	}
	err = kernel_types_trim(types, session->types_fd);
	if (err) {
		err = explain_load(err, error, error_size);
		goto cleanup;
	}
	session->skel->rodata->uring_has_cqe =
		session_types_parameters("io_uring_complete") == 3;
cleanup:
	kernel_types_close(types);
	return err;
}

/* libbpf relocates by the kernel's types in a file that is made for it. */
static int open_skeleton(struct session *session, const struct session_options *options,
			 char *error, size_t error_size)
{
	LIBBPF_OPTS(bpf_object_open_opts, open_options);
	char path[32];
	int err;

	err = session_types_handle();
	if (err)
		return explain_load(err, error, error_size);
	session->types_fd = memfd_create("kernel types", MFD_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", session->types_fd);
	open_options.btf_custom_path = path;
	session->skel = session->types_fd < 0 ? NULL : zctrace_bpf__open_opts(&open_options);
	if (!session->skel)
		return explain_load(-errno, error, error_size);
	session_maps_size(session, options);
	return find_types(session, options, error, error_size);
}

static int load_skeleton(struct session *session)
{
	int err;

	/* libbpf gives the kernel all of it, zeroes as they are. */
	memory_populate_range(session->skel->bss, sizeof(*session->skel->bss));
	err = zctrace_bpf__load(session->skel);
	close(session->types_fd);
	session->types_fd = -1;
	return err;
}

int session_open(struct session **out, const struct session_options *options, char *error,
		 size_t error_size)
{
	struct session *session = xcalloc(1, sizeof(*session));
	int err;

	*out = NULL;
	session->types_fd = -1;
	libbpf_set_print(print_libbpf);
	session->probes = session_probes(&session->probe_count);
	session->timeline_events = options->timeline_events;
	session->event_room = session_timeline_room(options);
	session->counts_only = options->counts_only;
	err = open_skeleton(session, options, error, error_size);
	if (!err)
		err = choose_probes(session, options, error, error_size);
	if (err)
		goto fail;
	bpf_program__set_autoload(session->skel->progs.adopt, !options->own_child);
	bpf_program__set_autoload(session->skel->progs.check_pages, session_judges_pages(session));
	err = load_skeleton(session);
	if (!err)
		err = map_procs(session);
	if (!err)
		err = session_open_ring(session);
	if (err) {
		err = explain_load(err, error, error_size);
		goto fail;
	}
	if (session_judges_pages(session))
		session_check_pages(session);
	*out = session;
	return 0;
fail:
	session_close(session);
	return err;
}

static int attach_program(struct session *session, size_t i)
{
	struct bpf_program *program = program_of(session, i);
	struct bpf_link *link;

	link = bpf_program__type(program) == BPF_PROG_TYPE_TRACING ?
	       bpf_program__attach_trace(program) :
	       bpf_program__attach_raw_tracepoint(program, session->probes[i].tracepoint);
	if (!link)
		return -errno;
	session->links[i] = link;
	return 0;
}

int session_attach(struct session *session, char *error, size_t error_size)
{
	int err;

	if (session->stale) {
		snprintf(error, error_size, "the counters of the run before cannot be emptied: %s",
			 strerror(-session->stale));
		return session->stale;
	}
	session->machine_before = session_machine_stat();
	session->skel->bss->timeline_left = session->event_room;
	if (session->skel->rodata->timeline_windows) {
		session->skel->bss->windows_left = session->event_room / 2;
		session->skel->bss->timeline_left = session->event_room / 2;
	}
	session->skel->bss->timeline_cut = false;
	for (size_t i = 0; i < session->probe_count; i++) {
		const struct probe *probe = &session->probes[i];

		if (session->missing[i])
			continue;
		err = attach_program(session, i);
		if (err && probe->required) {
			snprintf(error, error_size, "tracepoint %s cannot be watched: %s",
				 probe->tracepoint, strerror(-err));
			session_detach(session);
			return err;
		}
		if (err)
			session->missing[i] = "the kernel refused to attach to it";
	}
	return 0;
}

void session_detach(struct session *session)
{
	for (size_t i = 0; i < session->probe_count; i++) {
		bpf_link__destroy(session->links[i]);
		session->links[i] = NULL;
	}
}

void session_close(struct session *session)
{
	if (!session)
		return;
	session_detach(session);
	session_close_ring(session);
	session_unmap(session->procs, session->procs_bytes);
	if (session->types_fd >= 0)
		close(session->types_fd);
	if (session->skel)
		zctrace_bpf__destroy(session->skel);
	free(session);
}

const char *session_missing(const struct session *session, const char *tracepoint)
{
	for (size_t i = 0; i < session->probe_count; i++) {
		if (!strcmp(session->probes[i].tracepoint, tracepoint))
			return session->missing[i];
	}
	return "no probe for it";
}

/* Runs the iterator once: every thread of adopt_tgid enters the table. */
static int run_adopt(struct session *session)
{
	struct bpf_link *link = bpf_program__attach_iter(session->skel->progs.adopt, NULL);
	char nothing[64];
	int fd, err = 0;

	if (!link)
		return -errno;
	fd = bpf_iter_create(bpf_link__fd(link));
	if (fd < 0) {
		err = -errno;
	} else {
		while (read(fd, nothing, sizeof(nothing)) > 0)
			;
		close(fd);
	}
	bpf_link__destroy(link);
	return err;
}

/* A record for one more process; 0 = there is none left. */
static __u32 new_process(struct session *session, pid_t tgid, enum zc_window window, int gate_fd)
{
	__u32 index = __sync_fetch_and_add(&session->skel->data->next_proc, 1);
	struct zc_proc *proc;

	if (index >= session->skel->rodata->max_procs || index >= ZC_PROC_STATES)
		return 0;
	proc = &session->procs[index];
	proc->tgid = tgid;
	proc->gate_fd = gate_fd;
	proc->window = window;
	return index;
}

int session_expect(struct session *session, pid_t child)
{
	__u32 index = new_process(session, child, ZC_WINDOW_AT_EXEC, -1);
	struct stat namespace;

	if (!index)
		return -ENOSPC;
	if (stat("/proc/self/ns/pid", &namespace))
		return -errno;
	session->skel->bss->expected_proc = index;
	session->skel->bss->expected_namespace = namespace.st_ino;
	session->skel->bss->expected_pid = child;
	return index;
}

int session_adopt(struct session *session, pid_t tgid, enum zc_window window, int gate_fd)
{
	__u32 index = new_process(session, tgid, window, gate_fd);
	struct zc_proc *proc = &session->procs[index];
	int err;

	if (!index)
		return -ENOSPC;
	session->skel->bss->proc_states[index] = window == ZC_WINDOW_OPEN ? ZC_STATE_OPEN : 0;
	/* What the kernel tallied before its window has been in no call that was seen to begin. */
	proc->untallied = window == ZC_WINDOW_OPEN;
	session->skel->bss->adopt_tgid = tgid;
	session->skel->bss->adopt_proc = index;
	/* Threads made by a thread that the first pass has not reached yet are found by the
	 * second; from then on the fork program sees them all. */
	do {
		session->skel->bss->adopted = 0;
		err = run_adopt(session);
	} while (!err && session->skel->bss->adopted);
	if (err)
		return err;
	/* Held at its gate it has one thread, and that makes none meanwhile. */
	if (window != ZC_WINDOW_OPEN && proc->threads == 1)
		__sync_fetch_and_or(&session->skel->bss->proc_states[index], ZC_STATE_ALONE);
	return proc->threads ? (int)index : -ESRCH;
}

bool session_knows(const struct session *session, pid_t tgid)
{
	__u32 key = tgid, index;

	return !bpf_map_lookup_elem(bpf_map__fd(session->skel->maps.proc_ids), &key, &index);
}
