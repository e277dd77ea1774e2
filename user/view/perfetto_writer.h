/* SPDX-License-Identifier: GPL-2.0 */
/* Writes a trace in Perfetto's protobuf format, packet by packet: tracks, and events on them.
 * render_perfetto.c decides what there is to write; nothing else sees protobuf. */
#ifndef ZC_PERFETTO_WRITER_H
#define ZC_PERFETTO_WRITER_H

#include <linux/types.h>
#include <stdbool.h>
#include <stdio.h>

enum {
	PERFETTO_TEXT_BYTES = 1024,	/* longer names and values are cut */
	PERFETTO_MAX_NOTES = 8,		/* of one event; one more replaces the last */
};

enum perfetto_note_type { PERFETTO_TEXT, PERFETTO_COUNT, PERFETTO_NUMBER, PERFETTO_REAL };

/* A key and a value that the viewer shows beside an event. */
struct perfetto_note {
	const char *key;
	enum perfetto_note_type type;
	union {
		__u64 count;
		__s64 number;
		double real;
	};
	char text[PERFETTO_TEXT_BYTES];
};

/* Holds no more than the packet in hand. */
struct perfetto_writer {
	FILE *out;		/* not owned */
	int error;		/* the first -errno of the stream; nothing is written after it */
	bool begun;		/* the first packet was written */
	__u64 tracks;		/* so many were made */
	struct perfetto_note notes[PERFETTO_MAX_NOTES];	/* of the event to come */
	unsigned int note_count;
};

void perfetto_open(struct perfetto_writer *writer, FILE *out);
/* 0, or the first -errno; flushes the stream and leaves it open. */
int perfetto_close(struct perfetto_writer *writer);

/*
 * Each makes a track and returns its id (> 0, in sequence). parent 0 = a track of its own. Names
 * and descriptions may come from outside: what is not text in them is made visible as \xNN, and
 * none (NULL, "") is "?".
 */
__u64 perfetto_process(struct perfetto_writer *writer, __s32 pid, const char *name);
__u64 perfetto_thread(struct perfetto_writer *writer, __u64 process, __s32 pid, __s32 tid,
		      const char *name);
__u64 perfetto_track(struct perfetto_writer *writer, __u64 parent, const char *name);
/* Of bytes. */
__u64 perfetto_counter(struct perfetto_writer *writer, __u64 parent, const char *name,
		       const char *description);

/* Notes of the next event that is written. key is a constant; a NULL text is no note. */
void perfetto_note_text(struct perfetto_writer *writer, const char *key, const char *text);
void perfetto_note_count(struct perfetto_writer *writer, const char *key, __u64 value);
void perfetto_note_number(struct perfetto_writer *writer, const char *key, __s64 value);
void perfetto_note_real(struct perfetto_writer *writer, const char *key, double value);

/* Events at ns. On one track times never go back, and an end ends the last that began. */
void perfetto_begin(struct perfetto_writer *writer, __u64 track, __u64 ns, const char *category,
		    const char *name);
void perfetto_end(struct perfetto_writer *writer, __u64 track, __u64 ns);
void perfetto_instant(struct perfetto_writer *writer, __u64 track, __u64 ns, const char *category,
		      const char *name);
void perfetto_value(struct perfetto_writer *writer, __u64 track, __u64 ns, __u64 bytes);

#endif
