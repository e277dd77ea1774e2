// SPDX-License-Identifier: GPL-2.0
/* Interrupts that come while a traced thread has the CPU. One that hits user mode is a change of
 * the CPU's mode, there and back; one that hits the kernel, in a call or another interrupt, is not.
 *
 * Which of the two is told by the stack that it is handled on. On x86 that is the thread's own
 * stack if user mode was interrupted (it is empty then, but for the saved registers), and else the
 * CPU's stack for interrupts, or that for NMIs (run_irq_on_irqstack_cond(), asm_exc_nmi()). A
 * program's context is the tracepoint's arguments, which lie on the stack that is in use. The
 * thread's record would not tell: it may be in the kernel for a page fault, or on its way into a
 * call. */
#include "state.h"

#define STACK_BYTES (16 << 10)	/* THREAD_SIZE, arch/x86/include/asm/page_64_types.h */

/* How far below the saved user registers of the current thread something is on its stack: at least
 * STACK_BYTES = not there. */
static __always_inline __u64 depth_of(void *ctx)
{
	return task_key((__u64)ctx) - current_key();
}

/* ctx is the program's, depth below it means that user mode was interrupted. */
static __always_inline int count_interrupt(void *ctx, __u64 depth)
{
	struct zc_task *task = task_find(current_key());
	struct zc_proc *proc = task ? proc_of(task) : NULL;

	if (!proc || proc->window != ZC_WINDOW_OPEN)
		return 0;
	if (depth_of(ctx) < depth)
		__sync_fetch_and_add(&proc->interrupts_user, 1);
	else
		__sync_fetch_and_add(&proc->interrupts_kernel, 1);
	return 0;
}

/* The timer's, those of devices, and functions that another CPU asks for. */
SEC("?raw_tp")
int on_interrupt(void *ctx)
{
	return count_interrupt(ctx, STACK_BYTES);
}

/* Handled on whatever stack is in use (DEFINE_IDTENTRY_SYSVEC_SIMPLE). If the kernel was
 * interrupted on the thread's, its registers were saved there, too, and lie between. */
SEC("?raw_tp")
int on_reschedule(void *ctx)
{
	return count_interrupt(ctx, sizeof(struct pt_regs));
}

/* Every handler is asked (handler, delta_ns, handled): one of them had reason to come. */
SEC("?raw_tp")
int on_nmi(__u64 *ctx)
{
	return (__s32)ctx[2] > 0 ? count_interrupt(ctx, STACK_BYTES) : 0;
}
