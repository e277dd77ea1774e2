// SPDX-License-Identifier: GPL-2.0
/* Perfetto's protobuf packets, straight to a stream: see perfetto_writer.h.
 * Called by render_perfetto.c; the messages are those of perfetto.proto. */
#include "perfetto_writer.h"

#include <errno.h>
#include <stddef.h>

#include "perfetto.pb-c.h"
#include "render.h"

typedef Perfetto__Protos__Trace trace_message;
typedef Perfetto__Protos__TracePacket packet_message;
typedef Perfetto__Protos__TrackDescriptor descriptor_message;
typedef Perfetto__Protos__TrackEvent event_message;
typedef Perfetto__Protos__TrackEvent__Type event_type;
typedef Perfetto__Protos__DebugAnnotation annotation_message;

enum {
	SEQUENCE = 1,				/* all packets are of one writer */
	SEQ_INCREMENTAL_STATE_CLEARED = 1,	/* TracePacket.SequenceFlags; of the first packet */
};

struct stream_buffer {
	ProtobufCBuffer base;
	struct perfetto_writer *writer;
};

static void append(ProtobufCBuffer *buffer, size_t length, const uint8_t *data)
{
	struct perfetto_writer *writer = ((struct stream_buffer *)buffer)->writer;

	if (writer->error)
		return;
	errno = 0;
	if (fwrite_unlocked(data, 1, length, writer->out) != length)
		writer->error = errno ? -errno : -EIO;
}

/* A trace of one packet: one after the other they are, by protobuf's rules, one trace of all. */
static void write_packet(struct perfetto_writer *writer, packet_message *packet)
{
	struct stream_buffer buffer = { { append }, writer };
	trace_message trace = PERFETTO__PROTOS__TRACE__INIT;

	if (writer->error)
		return;
	packet->has_trusted_packet_sequence_id = true;
	packet->trusted_packet_sequence_id = SEQUENCE;
	if (!writer->begun) {
		packet->has_sequence_flags = true;
		packet->sequence_flags = SEQ_INCREMENTAL_STATE_CLEARED;
		writer->begun = true;
	}
	trace.n_packet = 1;
	trace.packet = &packet;
	protobuf_c_message_pack_to_buffer(&trace.base, &buffer.base);
}

void perfetto_open(struct perfetto_writer *writer, FILE *out)
{
	writer->out = out;
	writer->error = 0;
	writer->begun = false;
	writer->tracks = 0;
	writer->note_count = 0;
}

int perfetto_close(struct perfetto_writer *writer)
{
	if (!writer->error && fflush(writer->out))
		writer->error = -errno;
	return writer->error;
}

/* A copy that protobuf may hold: its strings are valid UTF-8. */
static char *plain(const char *text, char *buf)
{
	return plain_text(text && *text ? text : "?", buf, PERFETTO_TEXT_BYTES);
}

static __u64 write_track(struct perfetto_writer *writer, descriptor_message *track, __u64 parent)
{
	packet_message packet = PERFETTO__PROTOS__TRACE_PACKET__INIT;

	track->has_uuid = true;
	track->uuid = ++writer->tracks;
	track->has_parent_uuid = parent != 0;
	track->parent_uuid = parent;
	packet.track_descriptor = track;
	write_packet(writer, &packet);
	return track->uuid;
}

__u64 perfetto_process(struct perfetto_writer *writer, __s32 pid, const char *name)
{
	Perfetto__Protos__ProcessDescriptor process = PERFETTO__PROTOS__PROCESS_DESCRIPTOR__INIT;
	descriptor_message track = PERFETTO__PROTOS__TRACK_DESCRIPTOR__INIT;
	char text[PERFETTO_TEXT_BYTES];

	process.has_pid = true;
	process.pid = pid;
	process.process_name = plain(name, text);
	track.process = &process;
	return write_track(writer, &track, 0);
}

__u64 perfetto_thread(struct perfetto_writer *writer, __u64 process, __s32 pid, __s32 tid,
		      const char *name)
{
	Perfetto__Protos__ThreadDescriptor thread = PERFETTO__PROTOS__THREAD_DESCRIPTOR__INIT;
	descriptor_message track = PERFETTO__PROTOS__TRACK_DESCRIPTOR__INIT;
	char text[PERFETTO_TEXT_BYTES];

	thread.has_pid = true;
	thread.pid = pid;
	thread.has_tid = true;
	thread.tid = tid;
	thread.thread_name = plain(name, text);
	track.thread = &thread;
	return write_track(writer, &track, process);
}

__u64 perfetto_track(struct perfetto_writer *writer, __u64 parent, const char *name)
{
	descriptor_message track = PERFETTO__PROTOS__TRACK_DESCRIPTOR__INIT;
	char text[PERFETTO_TEXT_BYTES];

	track.name = plain(name, text);
	return write_track(writer, &track, parent);
}

__u64 perfetto_counter(struct perfetto_writer *writer, __u64 parent, const char *name,
		       const char *description)
{
	Perfetto__Protos__CounterDescriptor counter = PERFETTO__PROTOS__COUNTER_DESCRIPTOR__INIT;
	descriptor_message track = PERFETTO__PROTOS__TRACK_DESCRIPTOR__INIT;
	char text[PERFETTO_TEXT_BYTES], more[PERFETTO_TEXT_BYTES];

	counter.has_unit = true;
	counter.unit = PERFETTO__PROTOS__COUNTER_DESCRIPTOR__UNIT__UNIT_SIZE_BYTES;
	track.counter = &counter;
	track.name = plain(name, text);
	track.description = plain(description, more);
	return write_track(writer, &track, parent);
}

static struct perfetto_note *add_note(struct perfetto_writer *writer, const char *key,
				      enum perfetto_note_type type)
{
	if (writer->note_count < PERFETTO_MAX_NOTES)
		writer->note_count++;
	writer->notes[writer->note_count - 1].key = key;
	writer->notes[writer->note_count - 1].type = type;
	return &writer->notes[writer->note_count - 1];
}

void perfetto_note_text(struct perfetto_writer *writer, const char *key, const char *text)
{
	struct perfetto_note *note;

	if (!text)
		return;
	note = add_note(writer, key, PERFETTO_TEXT);
	plain(text, note->text);
}

void perfetto_note_count(struct perfetto_writer *writer, const char *key, __u64 value)
{
	add_note(writer, key, PERFETTO_COUNT)->count = value;
}

void perfetto_note_number(struct perfetto_writer *writer, const char *key, __s64 value)
{
	add_note(writer, key, PERFETTO_NUMBER)->number = value;
}

void perfetto_note_real(struct perfetto_writer *writer, const char *key, double value)
{
	add_note(writer, key, PERFETTO_REAL)->real = value;
}

static void fill_annotation(annotation_message *annotation, struct perfetto_note *note)
{
	perfetto__protos__debug_annotation__init(annotation);
	annotation->name = (char *)note->key;
	switch (note->type) {
	case PERFETTO_TEXT:
		annotation->string_value = note->text;
		break;
	case PERFETTO_COUNT:
		annotation->has_uint_value = true;
		annotation->uint_value = note->count;
		break;
	case PERFETTO_NUMBER:
		annotation->has_int_value = true;
		annotation->int_value = note->number;
		break;
	case PERFETTO_REAL:
		annotation->has_double_value = true;
		annotation->double_value = note->real;
		break;
	}
}

/* Writes the event with the notes that wait for it. */
static void write_event(struct perfetto_writer *writer, event_message *event, event_type type,
			__u64 track, __u64 ns)
{
	packet_message packet = PERFETTO__PROTOS__TRACE_PACKET__INIT;
	annotation_message annotations[PERFETTO_MAX_NOTES];
	annotation_message *pointers[PERFETTO_MAX_NOTES];

	for (unsigned int i = 0; i < writer->note_count; i++) {
		fill_annotation(&annotations[i], &writer->notes[i]);
		pointers[i] = &annotations[i];
	}
	event->n_debug_annotations = writer->note_count;
	event->debug_annotations = pointers;
	event->has_type = true;
	event->type = type;
	event->has_track_uuid = true;
	event->track_uuid = track;
	packet.track_event = event;
	packet.has_timestamp = true;
	packet.timestamp = ns;
	write_packet(writer, &packet);
	event->n_debug_annotations = 0;
	event->debug_annotations = NULL;
	writer->note_count = 0;
}

static void write_named(struct perfetto_writer *writer, event_type type, __u64 track, __u64 ns,
			const char *category, const char *name)
{
	event_message event = PERFETTO__PROTOS__TRACK_EVENT__INIT;
	char *categories[] = { (char *)category };
	char text[PERFETTO_TEXT_BYTES];

	event.n_categories = 1;
	event.categories = categories;
	event.name = plain(name, text);
	write_event(writer, &event, type, track, ns);
}

void perfetto_begin(struct perfetto_writer *writer, __u64 track, __u64 ns, const char *category,
		    const char *name)
{
	write_named(writer, PERFETTO__PROTOS__TRACK_EVENT__TYPE__TYPE_SLICE_BEGIN, track, ns,
		    category, name);
}

void perfetto_end(struct perfetto_writer *writer, __u64 track, __u64 ns)
{
	event_message event = PERFETTO__PROTOS__TRACK_EVENT__INIT;

	write_event(writer, &event, PERFETTO__PROTOS__TRACK_EVENT__TYPE__TYPE_SLICE_END, track, ns);
}

void perfetto_instant(struct perfetto_writer *writer, __u64 track, __u64 ns, const char *category,
		      const char *name)
{
	write_named(writer, PERFETTO__PROTOS__TRACK_EVENT__TYPE__TYPE_INSTANT, track, ns, category,
		    name);
}

void perfetto_value(struct perfetto_writer *writer, __u64 track, __u64 ns, __u64 bytes)
{
	event_message event = PERFETTO__PROTOS__TRACK_EVENT__INIT;

	event.has_counter_value = true;
	event.counter_value = bytes <= INT64_MAX ? (__s64)bytes : INT64_MAX;
	write_event(writer, &event, PERFETTO__PROTOS__TRACK_EVENT__TYPE__TYPE_COUNTER, track, ns);
}
