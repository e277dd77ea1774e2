/* SPDX-License-Identifier: GPL-2.0 */
/* The file that a sender sends: fit to be sent, opened, and still the same file afterwards.
 * Called by every sender program: checked before the gate, opened behind it. */
#ifndef ZC_SOURCE_H
#define ZC_SOURCE_H

struct tally;

/*
 * Refuses what is not a readable regular file, and notes its size in tally->file_bytes. Never
 * waits, whatever path is. Returns 0, or -ECANCELED with the failure noted.
 */
int source_check(const char *path, struct tally *tally);

/* Opens the file: one system call. Returns the descriptor, or -ECANCELED with the failure noted. */
int source_open(const char *path, struct tally *tally);

/* Notes a failure if the bytes sent are not as many as the file had when it was checked. */
void source_compare(const char *path, struct tally *tally);

#endif
