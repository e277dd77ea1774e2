// SPDX-License-Identifier: GPL-2.0
/* The io_uring opcodes that move payload. Their numbers are ABI (include/uapi/linux/io_uring.h);
 * written out, as the headers of an older system lack the newer ones. */
#include <string.h>

#include "uring_table.h"

#define IN (ZC_CLASS_FD_IN | ZC_CLASS_DATA)
#define OUT (ZC_CLASS_FD_OUT | ZC_CLASS_DATA)

static const struct uring_op {
	const char *name;	/* NULL = moves nothing */
	enum syscall_way way;
	__u8 flags;
} ops[ZC_MAX_URING_OPS] = {
	[1] = { "io_uring READV", SYSCALL_READS, IN },
	[2] = { "io_uring WRITEV", SYSCALL_WRITES, OUT },
	[4] = { "io_uring READ_FIXED", SYSCALL_READS, IN },
	[5] = { "io_uring WRITE_FIXED", SYSCALL_WRITES, OUT },
	[9] = { "io_uring SENDMSG", SYSCALL_WRITES, OUT },
	[10] = { "io_uring RECVMSG", SYSCALL_READS, IN },
	[22] = { "io_uring READ", SYSCALL_READS, IN },
	[23] = { "io_uring WRITE", SYSCALL_WRITES, OUT },
	[26] = { "io_uring SEND", SYSCALL_WRITES, OUT },
	[27] = { "io_uring RECV", SYSCALL_READS, IN },
	[30] = { "io_uring SPLICE", SYSCALL_BETWEEN, IN | OUT },
	[33] = { "io_uring TEE", SYSCALL_BETWEEN, IN | OUT },
	[47] = { "io_uring SEND_ZC", SYSCALL_WRITES, OUT },
	[48] = { "io_uring SENDMSG_ZC", SYSCALL_WRITES, OUT },
	[49] = { "io_uring READ_MULTISHOT", SYSCALL_READS, IN },
	[58] = { "io_uring RECV_ZC", SYSCALL_READS, IN },
	[60] = { "io_uring READV_FIXED", SYSCALL_READS, IN },
	[61] = { "io_uring WRITEV_FIXED", SYSCALL_WRITES, OUT },
};

/* The first opcode that is not known here: Linux 6.18 ends with PIPE, 62. */
enum { FIRST_UNKNOWN = 63 };

void uring_classes_fill(struct zc_class *classes)
{
	memset(classes, 0, ZC_MAX_URING_OPS * sizeof(*classes));
	for (size_t i = 0; i < ZC_MAX_URING_OPS; i++)
		classes[i].flags = ops[i].flags | (i < FIRST_UNKNOWN ? ZC_CLASS_KNOWN : 0);
}

static const struct uring_op *op_of(__u32 nr)
{
	return nr >= ZC_URING_BASE && nr < ZC_URING_BASE + ZC_MAX_URING_OPS ?
	       &ops[nr - ZC_URING_BASE] : NULL;
}

bool call_is_syscall(__u32 nr)
{
	return nr < ZC_URING_BASE;
}

const char *call_name(__u32 nr)
{
	const struct uring_op *op = op_of(nr);

	if (nr == ZC_NR_32BIT)
		return CALL_32BIT;
	if (call_is_syscall(nr))
		return syscall_name(nr);
	if (nr == ZC_URING_MULTISHOT)
		return CALL_MULTISHOT;
	if (nr == ZC_URING_SILENT)
		return CALL_SILENT;
	return op && op->name ? op->name : CALL_OTHER_REQUEST;
}

enum syscall_way call_way(__u32 nr)
{
	const struct uring_op *op = op_of(nr);
	const struct syscall_mover *mover = syscall_mover(nr);

	return op ? op->way : mover ? mover->way : SYSCALL_MOVES_NOTHING;
}

bool call_moves_bytes(__u32 nr)
{
	const struct syscall_mover *mover = syscall_mover(nr);

	return !call_is_syscall(nr) || (mover && mover->way != SYSCALL_SUBMITS);
}
