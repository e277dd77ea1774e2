/* SPDX-License-Identifier: GPL-2.0 */
/* What the registers of a system call say: which call it is, on which descriptors, and whether its
 * number is one of a 32-bit program. What each call does with its arguments is in the loader's
 * table (user/count/syscall_classes.c). */
#ifndef ZC_CALL_H
#define ZC_CALL_H

#include "state.h"

#define TS_COMPAT 0x0002	/* arch/x86/include/asm/thread_info.h */
#define TIF_32BIT 22		/* arch/arm64/include/asm/thread_info.h */
#define MAP_ANONYMOUS 0x20	/* include/uapi/asm-generic/mman-common.h */

/* The row of a call number; numbers beyond the table share its last row. */
static __always_inline __u32 syscall_row(unsigned long nr)
{
	if (nr >= ZC_MAX_SYSCALLS)
		nr = ZC_MAX_SYSCALLS - 1;
	barrier_var(nr);	/* keeps the mask, which is what the verifier goes by */
	return nr & (ZC_MAX_SYSCALLS - 1);
}

/* The number of the call that returns. A return from a signal handler has forgotten its own. */
static __always_inline long returning_number(struct pt_regs *regs)
{
#if defined(__TARGET_ARCH_x86)
	long nr = regs->orig_ax, sigreturn = 15;
#else
	long nr = regs->syscallno, sigreturn = 139;
#endif
	return nr == -1 ? sigreturn : nr;
}

static __always_inline __u64 syscall_argument(struct pt_regs *regs, __u32 index)
{
	switch (index) {
	case 0: return PT_REGS_PARM1_SYSCALL(regs);
	case 1: return PT_REGS_PARM2_SYSCALL(regs);
	case 2: return PT_REGS_PARM3_SYSCALL(regs);
	case 3: return PT_REGS_PARM4_SYSCALL(regs);
	default: return PT_REGS_PARM5_SYSCALL(regs);
	}
}

/* The descriptors of a call: the source in the upper half, the sink in the lower; -1 = none. */
static __always_inline __u64 descriptors_of(struct pt_regs *regs, __u32 row)
{
	__u32 fd_in = -1, fd_out = -1, flags = classes[row].flags;

	if (flags & ZC_CLASS_FD_IN) {
		fd_in = syscall_argument(regs, classes[row].fd_in);
		/* The descriptor of an mmap() without a file means nothing. */
		if (flags & ZC_CLASS_OBJECT && syscall_argument(regs, 3) & MAP_ANONYMOUS)
			fd_in = -1;
	}
	if (flags & ZC_CLASS_FD_OUT)
		fd_out = syscall_argument(regs, classes[row].fd_out);
	return (__u64)fd_in << 32 | fd_out;
}

/* Calls of a 32-bit program, and int $0x80 in any other: their numbers mean other calls. */
static __always_inline bool is_32bit_call(void)
{
	struct task_struct *task = bpf_get_current_task_btf();

#if defined(__TARGET_ARCH_x86)
	return task->thread_info.status & TS_COMPAT;
#elif defined(__TARGET_ARCH_arm64)
	return task->thread_info.flags & (1UL << TIF_32BIT);
#else
	return false;
#endif
}

/* As is_32bit_call(), for calls that are remembered and must cost nothing: the syscall instruction
 * leaves its return address in RCX, int $0x80 what the program had there. (A CPU with FRED leaves
 * RCX alone.) On arm64 a 64-bit program cannot make 32-bit calls. */
static __always_inline bool is_foreign_call(struct pt_regs *regs)
{
#if defined(__TARGET_ARCH_x86)
	return regs->cx != regs->ip && is_32bit_call();
#else
	return false;
#endif
}

/* The bytes of a sendmmsg or recvmmsg, which returns how many messages were moved. */
struct message_sum {
	__u64 at;	/* user address of the next struct mmsghdr */
	__u64 bytes;
};

static long add_message(__u32 i, struct message_sum *sum)
{
	unsigned int length = 0;

	bpf_probe_read_user(&length, sizeof(length),
			    (void *)(sum->at + sizeof(struct user_msghdr)));
	sum->bytes += length;
	sum->at += sizeof(struct user_msghdr) + 8;	/* msg_len, padded */
	return 0;
}

static __noinline __u64 message_bytes(__u64 vector, __u32 count)
{
	struct message_sum sum = { .at = vector };

	bpf_loop(count < ZC_MAX_MESSAGES ? count : ZC_MAX_MESSAGES, add_message, &sum, 0);
	return sum.bytes;
}

#endif
