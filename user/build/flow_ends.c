// SPDX-License-Identifier: GPL-2.0
/* The ends of flows: which objects are one to people, and what they call it. flows.c asks. */
#include <string.h>
#include <sys/socket.h>

#include "alloc.h"
#include "flows.h"

#define PIPEFS_MAGIC 0x50495045	/* include/uapi/linux/magic.h */

ENTRY *flow_entry(struct hsearch_data *table, const char *text, size_t number)
{
	ENTRY entry = { .key = (char *)text, .data = (void *)number }, *found;

	if (!hsearch_r(entry, ENTER, &found, table))
		out_of_memory();
	return found;
}

/* How many sockets have an end in common: many with one are a service's. */
static size_t *sharers(struct report *report, struct hsearch_data *shared,
		       const struct zc_object *object, bool local)
{
	ENTRY *entry = flow_entry(shared, report_format(report, "%c%s", local ? 'l' : 'r',
							kind_address(report, object, local)), 0);

	if (!entry->data)
		entry->data = report_alloc(report, sizeof(size_t));
	return entry->data;
}

static bool is_inet(const struct zc_object *object)
{
	return object && (object->family == AF_INET || object->family == AF_INET6);
}

static void count_shared(struct flow_list *list, struct hsearch_data *shared)
{
	const struct snapshot *snapshot = list->snapshot;

	for (__u32 i = ZC_KIND_COUNT; i < snapshot->object_count; i++) {
		for (int local = 0; is_inet(&snapshot->objects[i]) && local < 2; local++)
			++*sharers(list->report, shared, &snapshot->objects[i], local);
	}
}

/* The end that a service is known by: the one that most connections share, or the lower port if
 * that is none which the kernel gives to clients. Else both. */
static const char *socket_end(struct report *report, struct hsearch_data *shared,
			      const struct zc_object *object)
{
	enum { FIRST_EPHEMERAL = 32768 };	/* net.ipv4.ip_local_port_range by default */
	const char *here = kind_address(report, object, true);
	const char *there = kind_address(report, object, false);
	size_t *local = sharers(report, shared, object, true);
	size_t *remote = sharers(report, shared, object, false);
	__u16 lower = object->local_port < object->remote_port ? object->local_port :
		      object->remote_port;

	if (!object->remote_port)
		return here;
	if (*local != *remote)
		return *local > *remote ? report_format(report, "clients of %s", here) : there;
	if (lower >= FIRST_EPHEMERAL)
		return report_format(report, "%s → %s", here, there);
	return lower == object->local_port ? report_format(report, "clients of %s", here) : there;
}

static const char *name_of(struct report *report, const struct snapshot *snapshot,
			   struct hsearch_data *shared, __u32 index)
{
	const struct zc_object *object = kind_object(snapshot, index);
	const char *name = NULL;

	if (is_inet(object))
		name = socket_end(report, shared, object);
	else if (kind_is_file(object->key.kind) || object->key.kind == ZC_KIND_CHAR ||
		 object->key.kind == ZC_KIND_BLOCK || object->key.kind == ZC_KIND_DIR)
		name = kind_name(report, snapshot, index);
	else if (object->key.kind == ZC_KIND_PIPE && object->fs_magic != PIPEFS_MAGIC)
		name = kind_path(report, object);
	return name ? name : kind_text(object->key.kind);
}

/* The number of the end that looks the same, or a new one. */
static __u32 number_of(struct flow_list *list, struct hsearch_data *known,
		       struct hsearch_data *shared, __u32 index)
{
	const struct zc_object *object = kind_object(list->snapshot, index);
	struct flow_ends *ends = &list->ends;
	const char *name = name_of(list->report, list->snapshot, shared, index);
	const char *text = report_format(list->report, "%u%s", object->key.kind, name);
	size_t number = (size_t)flow_entry(known, text, ends->count)->data;

	if (number == ends->count)
		ends->ends[ends->count++] = (struct flow_end){ .name = name,
			.kind = object->key.kind, .fs_magic = object->fs_magic };
	return number;
}

void flow_ends_build(struct flow_list *list)
{
	const struct snapshot *snapshot = list->snapshot;
	struct flow_ends *ends = &list->ends;
	struct hsearch_data known = { 0 }, shared = { 0 };
	size_t room = ZC_KIND_COUNT + snapshot->object_count + 1;

	ends->ends = report_alloc(list->report, room * sizeof(*ends->ends));
	ends->of_object = report_alloc(list->report, room * sizeof(*ends->of_object));
	for (; ends->count < ZC_KIND_COUNT; ends->count++) {
		ends->ends[ends->count] = (struct flow_end){ .kind = ends->count,
							     .name = kind_text(ends->count) };
		ends->of_object[ends->count] = ends->count;
	}
	if (!hcreate_r(2 * room, &known) || !hcreate_r(4 * room, &shared))
		out_of_memory();
	count_shared(list, &shared);
	for (__u32 i = ZC_KIND_COUNT; i < snapshot->object_count; i++)
		ends->of_object[i] = number_of(list, &known, &shared, i);
	hdestroy_r(&known);
	hdestroy_r(&shared);
}

const struct flow_end *flow_source(const struct flow_list *list, const struct flow *flow)
{
	return &list->ends.ends[flow->source];
}

const struct flow_end *flow_sink(const struct flow_list *list, const struct flow *flow)
{
	return &list->ends.ends[flow->sink];
}

__u32 flow_end_of(const struct flow_list *list, __u32 index)
{
	return index < list->snapshot->object_count || index < ZC_KIND_COUNT ?
	       list->ends.of_object[index] : ZC_KIND_UNKNOWN;
}
