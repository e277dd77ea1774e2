/* SPDX-License-Identifier: GPL-2.0 */
/* What a scenario program says of itself when it is done, as scenarios/tally.h writes it. */
#ifndef ZC_TALLY_H
#define ZC_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

enum { TALLY_MAX_CALLS = 4 };

/* Sends whose pages the kernel borrows, by the program's own count. */
struct tally_zerocopy {
	bool used;
	__u64 sends, completed;
	bool copied_known;
	__u64 copied;			/* completed ones of which the kernel says that it copied */
};

struct usage {
	__u64 user_ns, system_ns;
};

/* Counts, bytes and ns. */
struct tally {
	struct {
		char name[16];
		__u64 count;
	} calls[TALLY_MAX_CALLS];		/* calls that moved payload */
	size_t call_count;
	__u64 rounds, eof_probes;
	__u64 payload_bytes;		/* sent, or received */
	__u64 file_bytes, bytes_read;	/* sender */
	struct tally_zerocopy zerocopy;	/* sender */
	__u64 mapped_bytes;		/* receiver, of the payload: no call returned them */
	__u64 tcp_bytes_received;	/* receiver, by TCP_INFO */
	bool tcp_known;
	__u64 elapsed_ns;
	struct usage begin, end;	/* getrusage() just outside the measured part */
	char sha256[65];
	char error[1024];		/* "" = it went well */
	bool machine_cannot;		/* of an error: here nobody can do this */
};

/* Reads one tally line; 0 or -EINVAL. Unknown fields are passed over. */
int tally_parse(const char *line, struct tally *tally);

#endif
