// SPDX-License-Identifier: GPL-2.0
/* Names for the objects of a snapshot. The path comes as the kernel side walked it: the last
 * component first. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "kinds.h"

static const char *const kind_texts[ZC_KIND_COUNT] = {
	[ZC_KIND_NONE] = "-",
	[ZC_KIND_FILE] = "file",
	[ZC_KIND_FILE_DIRECT] = "file (O_DIRECT)",
	[ZC_KIND_DIR] = "directory",
	[ZC_KIND_BLOCK] = "block device",
	[ZC_KIND_CHAR] = "char device",
	[ZC_KIND_PIPE] = "pipe",
	[ZC_KIND_TCP] = "tcp",
	[ZC_KIND_TCP_TLS] = "tcp (kTLS)",
	[ZC_KIND_UDP] = "udp",
	[ZC_KIND_UNIX] = "unix",
	[ZC_KIND_SOCKET] = "socket",
	[ZC_KIND_ANON] = "anon",
	[ZC_KIND_BAD_FD] = "bad fd",
	[ZC_KIND_UNKNOWN] = "unknown",
};

const char *kind_text(enum zc_kind kind)
{
	return kind < ZC_KIND_COUNT ? kind_texts[kind] : "unknown";
}

bool kind_is_tcp(enum zc_kind kind)
{
	return kind == ZC_KIND_TCP || kind == ZC_KIND_TCP_TLS;
}

bool kind_is_file(enum zc_kind kind)
{
	return kind == ZC_KIND_FILE || kind == ZC_KIND_FILE_DIRECT;
}

const struct zc_object *kind_object(const struct snapshot *snapshot, __u32 index)
{
	if (index < ZC_KIND_COUNT || index >= snapshot->object_count)
		return NULL;
	return &snapshot->objects[index];
}

enum zc_kind kind_of_index(const struct snapshot *snapshot, __u32 index)
{
	const struct zc_object *object = kind_object(snapshot, index);

	if (object)
		return object->key.kind;
	return index < ZC_KIND_COUNT ? (enum zc_kind)index : ZC_KIND_UNKNOWN;
}

/* "c\0b\0a\0" -> "/a/b/c" */
static void turn_path(const struct zc_object *object, char *path, size_t size)
{
	const char *parts[ZC_NAME_LEN / 2];
	size_t count = 0, at = 0, used = 0;

	while (at < ZC_NAME_LEN && object->name[at] && count < ZC_NAME_LEN / 2) {
		size_t length = strnlen(&object->name[at], ZC_NAME_LEN - at);

		if (at + length >= ZC_NAME_LEN)
			break;
		parts[count++] = &object->name[at];
		at += length + 1;
	}
	path[0] = '\0';
	if (object->truncated)
		used = snprintf(path, size, "…");
	while (count && used < size)
		used += snprintf(path + used, size - used, "/%s", parts[--count]);
}

const char *kind_address(struct report *report, const struct zc_object *object, bool local)
{
	char text[INET6_ADDRSTRLEN] = "?";

	inet_ntop(object->family, local ? object->local : object->remote, text, sizeof(text));
	return report_format(report, object->family == AF_INET6 ? "[%s]:%u" : "%s:%u", text,
			     local ? object->local_port : object->remote_port);
}

static const char *socket_name(struct report *report, const struct zc_object *object)
{
	if (object->family != AF_INET && object->family != AF_INET6)
		return NULL;
	return report_format(report, "%s → %s", kind_address(report, object, true),
			     kind_address(report, object, false));
}

const char *kind_path(struct report *report, const struct zc_object *object)
{
	char path[ZC_NAME_LEN * 2];

	turn_path(object, path, sizeof(path));
	return path[0] ? report_text(report, path) : NULL;
}

const char *kind_name(struct report *report, const struct snapshot *snapshot, __u32 index)
{
	const struct zc_object *object = kind_object(snapshot, index);

	if (!object)
		return NULL;
	if (object->key.kind == ZC_KIND_PIPE)
		return report_format(report, "pipe:[%llu]", object->key.inode);
	if (object->family)
		return socket_name(report, object);
	return kind_path(report, object);
}

const char *kind_ends(struct report *report, const struct snapshot *snapshot, __u32 source,
		      __u32 sink)
{
	const char *from = kind_text(kind_of_index(snapshot, source));
	const char *to = kind_text(kind_of_index(snapshot, sink));

	if (source == ZC_KIND_NONE)
		return to;
	if (sink == ZC_KIND_NONE)
		return from;
	return report_format(report, "%s→%s", from, to);
}
