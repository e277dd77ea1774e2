// SPDX-License-Identifier: GPL-2.0
/* The ends of flows: which objects are one to people, and what they call it. flows.c asks. */
#include <arpa/inet.h>
#include <search.h>
#include <string.h>
#include <sys/socket.h>

#include "flows.h"

#define PIPEFS_MAGIC 0x50495045	/* include/uapi/linux/magic.h */

/* How many sockets have an end in common: many with one are a service's. */
struct shared_ends {
	struct hsearch_data table;
	bool made;
};

static const char *address_text(struct report *report, const struct zc_object *object, bool local)
{
	char text[INET6_ADDRSTRLEN] = "?";

	inet_ntop(object->family, local ? object->local : object->remote, text, sizeof(text));
	return report_format(report, object->family == AF_INET6 ? "[%s]:%u" : "%s:%u", text,
			     local ? object->local_port : object->remote_port);
}

static size_t *sharers(struct report *report, struct shared_ends *shared,
		       const struct zc_object *object, bool local)
{
	ENTRY entry = { .key = (char *)report_format(report, "%c%s", local ? 'l' : 'r',
						     address_text(report, object, local)) };
	ENTRY *found = NULL;

	if (shared->made && !hsearch_r(entry, FIND, &found, &shared->table)) {
		entry.data = report_alloc(report, sizeof(size_t));
		hsearch_r(entry, ENTER, &found, &shared->table);
	}
	return found ? found->data : NULL;
}

static bool is_inet(const struct zc_object *object)
{
	return object && (object->family == AF_INET || object->family == AF_INET6);
}

static void count_shared(struct flow_list *list, struct shared_ends *shared)
{
	const struct snapshot *snapshot = list->snapshot;

	shared->made = hcreate_r(4 * (snapshot->object_count + 1), &shared->table) != 0;
	for (__u32 i = ZC_KIND_COUNT; shared->made && i < snapshot->object_count; i++) {
		for (int local = 0; is_inet(&snapshot->objects[i]) && local < 2; local++) {
			size_t *count = sharers(list->report, shared, &snapshot->objects[i], local);

			if (count)
				(*count)++;
		}
	}
}

/* The end that a service is known by: the one that most connections share, or the lower port if
 * that is none which the kernel gives to clients. Else both. */
static const char *socket_end(struct report *report, struct shared_ends *shared,
			      const struct zc_object *object)
{
	enum { FIRST_EPHEMERAL = 32768 };	/* net.ipv4.ip_local_port_range by default */
	const char *here = address_text(report, object, true);
	const char *there = address_text(report, object, false);
	size_t *local = sharers(report, shared, object, true);
	size_t *remote = sharers(report, shared, object, false);
	__u16 lower = object->local_port < object->remote_port ? object->local_port :
		      object->remote_port;

	if (!object->remote_port)
		return here;
	if (local && remote && *local != *remote)
		return *local > *remote ? report_format(report, "clients of %s", here) : there;
	if (lower >= FIRST_EPHEMERAL)
		return report_format(report, "%s → %s", here, there);
	return lower == object->local_port ? report_format(report, "clients of %s", here) : there;
}

static const char *name_of(struct report *report, const struct snapshot *snapshot,
			   struct shared_ends *shared, __u32 index)
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
		       struct shared_ends *shared, __u32 index)
{
	const struct zc_object *object = kind_object(list->snapshot, index);
	struct flow_ends *ends = &list->ends;
	const char *name = name_of(list->report, list->snapshot, shared, index);
	ENTRY entry = { .key = (char *)report_format(list->report, "%u%s", object->key.kind, name),
			.data = (void *)ends->count };
	ENTRY *found;

	if (!hsearch_r(entry, FIND, &found, known)) {
		if (!hsearch_r(entry, ENTER, &found, known))
			return object->key.kind;
		ends->ends[ends->count++] = (struct flow_end){ .name = name,
			.kind = object->key.kind, .fs_magic = object->fs_magic };
	}
	return (size_t)found->data;
}

void flow_ends_build(struct flow_list *list)
{
	const struct snapshot *snapshot = list->snapshot;
	struct flow_ends *ends = &list->ends;
	struct hsearch_data known = { 0 };
	struct shared_ends shared = { 0 };
	size_t room = ZC_KIND_COUNT + snapshot->object_count + 1;

	ends->ends = report_alloc(list->report, room * sizeof(*ends->ends));
	ends->of_object = report_alloc(list->report, room * sizeof(*ends->of_object));
	for (; ends->count < ZC_KIND_COUNT; ends->count++) {
		ends->ends[ends->count] = (struct flow_end){ .kind = ends->count,
							     .name = kind_text(ends->count) };
		ends->of_object[ends->count] = ends->count;
	}
	if (!hcreate_r(2 * room, &known))
		return;
	count_shared(list, &shared);
	for (__u32 i = ZC_KIND_COUNT; i < snapshot->object_count; i++)
		ends->of_object[i] = number_of(list, &known, &shared, i);
	hdestroy_r(&known);
	if (shared.made)
		hdestroy_r(&shared.table);
}

const struct flow_end *flow_source(const struct flow_list *list, const struct flow *flow)
{
	return &list->ends.ends[flow->source];
}

const struct flow_end *flow_sink(const struct flow_list *list, const struct flow *flow)
{
	return &list->ends.ends[flow->sink];
}
