/* SPDX-License-Identifier: GPL-2.0 */
/* What makes the scheduler switch more, or less, while the programs make the same calls: CPUs to
 * stay on, small socket buffers, a slow receiver. The options fill it, the runner hands it to the
 * scenario programs, the report's config keeps it. */
#ifndef ZC_STRAIN_H
#define ZC_STRAIN_H

#include <stdbool.h>
#include <linux/types.h>

struct report;

struct strain {
	bool pinned;
	int sender_cpu, receiver_cpu;	/* if pinned */
	__u64 socket_buffer_bytes;	/* the kernel doubles it; 0 = its own choice */
	__u64 receiver_delay_us;	/* slept after each receive */
};

enum { STRAIN_MAX_BUFFER = 1 << 29, STRAIN_MAX_DELAY_US = 10000000, STRAIN_ARG_BYTES = 24 };

/* "0": both ends on CPU 0; "0,1": the sender on 0, the receiver on 1. 0; -EINVAL: not such a text;
 * -ENODEV: we may not run on that CPU. */
int strain_parse_cpus(const char *text, struct strain *strain);

/* Appends the options of one end to args (NULL-terminated later by the caller), which live in
 * texts. Returns the new number of arguments. */
int strain_arguments(const struct strain *strain, bool receiver, const char **args, int count,
		     char texts[3][STRAIN_ARG_BYTES]);

/* "0", "0,1"; NULL = not pinned. Belongs to the report. */
const char *strain_cpus(const struct strain *strain, struct report *report);

#endif
