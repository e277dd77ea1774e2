/* SPDX-License-Identifier: GPL-2.0 */
/* What is around a program and changes how often the scheduler switches, but not what it calls: the
 * CPU it may run on, and how much its sockets hold. args.c sets them, peer.c asks. */
#ifndef ZC_SURROUNDINGS_H
#define ZC_SURROUNDINGS_H

#include <linux/types.h>

/* Keeps this process on one CPU from now on. Returns 0 or -errno. */
int surroundings_pin(int cpu);

/* Sockets that are made from now on get buffers of that many bytes. The kernel doubles the number
 * for its own overhead, and has a least and a largest (net.core.rmem_max, wmem_max). */
void surroundings_set_buffer(__u64 bytes);

/* Gives a new socket its buffers, if a size was set; before connect() and listen(). 0 or -errno. */
int surroundings_apply(int sock);

#endif
