// SPDX-License-Identifier: GPL-2.0
/* Definitions of the maps and variables that state.h declares; the license of the object.
 * Nothing is decided here. */
#include "state.h"

char LICENSE[] SEC("license") = "GPL";

struct tasks_map tasks SEC(".maps");
struct procs_map procs SEC(".maps");
struct cells_map cells SEC(".maps");
struct objects_map objects SEC(".maps");
struct cell_ids_map cell_ids SEC(".maps");
struct call_cells_map call_cells SEC(".maps");
struct object_ids_map object_ids SEC(".maps");
struct mappings_map mappings SEC(".maps");
struct socks_map socks SEC(".maps");
struct flows_map flows SEC(".maps");
struct holes_map holes SEC(".maps");
struct proc_ids_map proc_ids SEC(".maps");
struct events_map events SEC(".maps");

const volatile struct zc_class classes[ZC_MAX_SYSCALLS] = {};
const volatile struct zc_class uring_classes[ZC_MAX_URING_OPS] = {};
const volatile bool uring_has_cqe = false;
const volatile __u32 max_procs = ZC_MAX_PROCS;
const volatile __u32 max_cells = ZC_MAX_CELLS;
const volatile __u32 max_objects = ZC_MAX_OBJECTS;
const volatile __u32 page_size = 4096;
const volatile bool timeline = false;
const volatile bool timeline_windows = false;
const volatile __u32 timeline_share = 0;
const volatile bool counts_only = false;

__u32 proc_states[ZC_PROC_STATES] = {};
__u64 loss[ZC_LOSS_COUNT] = {};
__u64 coarse[ZC_COARSE_COUNT] = {};
__s64 timeline_left = 0;
__s64 windows_left = 0;
bool timeline_cut = false;
__u32 next_proc = 1;
__u32 next_cell = 1;
__u32 next_object = ZC_KIND_COUNT;
__u32 adopt_tgid = 0;
__u32 adopt_proc = 0;
__u32 adopted = 0;
__u32 expected_pid = 0;
__u32 expected_namespace = 0;
__u32 expected_proc = 0;
__s64 clock_offset = 0;
__u64 regs_above_stack = 0;
__u32 socks_watched = 0;
__u32 files_named = 0;
