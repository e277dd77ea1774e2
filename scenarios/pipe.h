/* SPDX-License-Identifier: GPL-2.0 */
/* The pipe between the file and the socket: it holds references to pages, and no byte.
 * Called by the senders that splice, before anything is measured. */
#ifndef ZC_PIPE_H
#define ZC_PIPE_H

#include <stddef.h>

struct tally;

/* The two ends, as pipe() numbers them. */
enum { OUT_OF_PIPE,
       INTO_PIPE };

/*
 * A pipe for one chunk, or for as much as this user's largest pipe takes. Returns 0, or -ECANCELED
 * with the failure noted. It is closed when the program ends.
 */
int pipe_make(int ends[2], size_t chunk_bytes, struct tally *tally);

#endif
