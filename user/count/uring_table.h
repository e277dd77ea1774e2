/* SPDX-License-Identifier: GPL-2.0 */
/* What io_uring's requests move, and one way to ask about a cell's number, be it a system call or
 * a request. session.c gives the classes to the kernel side; the build_*.c and flows.c ask. */
#ifndef ZC_URING_TABLE_H
#define ZC_URING_TABLE_H

#include "syscall_table.h"
#include "zctrace.h"

/* Names of what is counted without being told apart. */
#define CALL_32BIT "32-bit call"
#define CALL_MULTISHOT "io_uring multishot"
#define CALL_OTHER_REQUEST "io_uring request"
#define CALL_SILENT "io_uring silent request"

/* Fills all ZC_MAX_URING_OPS rows. */
void uring_classes_fill(struct zc_class *classes);

/* nr as in struct zc_cell_key: a call's number, or ZC_URING_BASE + an opcode. */
const char *call_name(__u32 nr);		/* "read", "io_uring READ"; static */
enum syscall_way call_way(__u32 nr);
bool call_moves_bytes(__u32 nr);	/* its cell's bytes are payload */
bool call_is_syscall(__u32 nr);		/* it crosses into the kernel and back */

#endif
