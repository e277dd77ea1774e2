// SPDX-License-Identifier: GPL-2.0
/* io_uring requests of the traced processes: their bytes are in no call's return value, so each is
 * counted when it completes, in a cell of its opcode and its file. */
#include "count.h"

#define SPLICE_F_FD_IN_FIXED (1U << 31)	/* include/uapi/linux/io_uring.h */
#define REQ_CQE_SKIP (1U << IOSQE_CQE_SKIP_SUCCESS_BIT)	/* REQ_F_CQE_SKIP */

/* Whose request it is: in the request itself up to 6.12, behind its io_uring_task since
 * (b6f58a3f4aa8). */
struct io_kiocb___until_6_12 {
	struct task_struct *task;
} __attribute__((preserve_access_index));

struct io_uring_task___since_6_13 {
	struct task_struct *task;
} __attribute__((preserve_access_index));

struct io_kiocb___since_6_13 {
	struct io_uring_task___since_6_13 *tctx;
} __attribute__((preserve_access_index));

static __u32 owner_of(void *request)
{
	if (bpf_core_field_exists(struct io_kiocb___until_6_12, task))
		return BPF_CORE_READ((struct io_kiocb___until_6_12 *)request, task, tgid);
	return BPF_CORE_READ((struct io_kiocb___since_6_13 *)request, tctx, task, tgid);
}

/* The process whose requests count now; 0 = none of ours. */
static __u32 counting_proc(__u32 tgid)
{
	__u32 *index = bpf_map_lookup_elem(&proc_ids, &tgid);
	struct zc_proc *proc = index ? bpf_map_lookup_elem(&procs, index) : NULL;

	return proc && proc->window == ZC_WINDOW_OPEN ? *index : 0;
}

/* A splice's file is where the bytes go. Where they come from is a number that was looked up when
 * it began, in the table that whoever completes it shares (create_io_thread()). */
static __u32 splice_source(void *request)
{
	struct io_splice *splice = request;

	if (!bpf_core_field_exists(splice->splice_fd_in) ||
	    BPF_CORE_READ(splice, flags) & SPLICE_F_FD_IN_FIXED)
		return ZC_KIND_UNKNOWN;
	return object_of_fd(BPF_CORE_READ(splice, splice_fd_in));
}

static __u32 request_cell(void *request, __u32 proc, __u8 opcode)
{
	__u32 flags = uring_classes[opcode & (ZC_MAX_URING_OPS - 1)].flags;
	__u32 object, source = ZC_KIND_NONE, sink = ZC_KIND_NONE;

	if (opcode >= ZC_MAX_URING_OPS || !(flags & ZC_CLASS_KNOWN))
		return find_cell(proc, ZC_URING_OTHER, ZC_KIND_UNKNOWN, ZC_KIND_UNKNOWN);
	if (!(flags & ZC_CLASS_DATA))
		return 0;
	object = object_of_file((__u64)BPF_CORE_READ((struct io_kiocb *)request, file));
	if (flags & ZC_CLASS_FD_OUT)
		sink = object;
	if (flags & ZC_CLASS_FD_IN)
		source = flags & ZC_CLASS_FD_OUT ? splice_source(request) : object;
	return find_cell(proc, ZC_URING_BASE + opcode, source, sink);
}

static void count_request(void *request, __s32 result)
{
	__u8 opcode = BPF_CORE_READ((struct io_kiocb *)request, opcode);
	__u32 proc = counting_proc(owner_of(request));
	struct zc_cell *cell;

	if (!proc)
		return;
	cell = cell_at(request_cell(request, proc, opcode));
	if (cell && cell->key.proc)
		add_untimed(cell, ZC_CLASS_DATA, result);
}

/* Of which no more can be told than that it was, in the context of a thread of the process. */
static void count_unseen(__u32 nr)
{
	__u32 proc = counting_proc(bpf_get_current_pid_tgid() >> 32);
	struct zc_cell *cell;

	if (!proc)
		return;
	cell = cell_at(find_cell(proc, nr, ZC_KIND_UNKNOWN, ZC_KIND_UNKNOWN));
	if (cell && cell->key.proc)
		add_untimed(cell, 0, 0);
}

/* A request's file is about to be used: its socket must be known before a segment leaves.
 * (req, fd) since 5.19 (48863ffd3e81); the loader leaves it out where there are more arguments. */
SEC("?raw_tp/io_uring_file_get")
int on_uring_file(__u64 *ctx)
{
	void *request = (void *)ctx[0];
	__u8 opcode = BPF_CORE_READ((struct io_kiocb *)request, opcode);

	if (uring_classes[opcode & (ZC_MAX_URING_OPS - 1)].flags & ZC_CLASS_DATA &&
	    counting_proc(owner_of(request)))
		object_of_fd((__s32)ctx[1]);
	return 0;
}

/* (ctx, req, cqe) on recent kernels, (ctx, req, user_data, res, …) before: the loader tells them
 * apart by the number of arguments. */
SEC("?raw_tp/io_uring_complete")
int on_uring_complete(__u64 *ctx)
{
	void *request = (void *)ctx[1];
	__s32 result;

	if (uring_has_cqe)
		result = BPF_CORE_READ((struct io_uring_cqe *)ctx[2], res);
	else
		result = (__s32)ctx[3];
	/* All but the last completion of a multishot request lack it (io_fill_cqe_aux()). */
	if (request)
		count_request(request, result);
	else if (result > 0)
		count_unseen(ZC_URING_MULTISHOT);
	return 0;
}

/* With IOSQE_CQE_SKIP_SUCCESS a request completes without a word, unless it fails. */
SEC("?raw_tp/io_uring_submit_req")
int BPF_PROG(on_uring_submit, void *request)
{
	struct io_kiocb *req = request;
	__u8 opcode = BPF_CORE_READ(req, opcode);
	__u32 flags = uring_classes[opcode & (ZC_MAX_URING_OPS - 1)].flags;

	if (!((__u32)BPF_CORE_READ(req, flags) & REQ_CQE_SKIP))
		return 0;
	if (flags & ZC_CLASS_DATA || !(flags & ZC_CLASS_KNOWN))
		count_unseen(ZC_URING_SILENT);
	return 0;
}
