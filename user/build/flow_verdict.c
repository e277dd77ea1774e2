// SPDX-License-Identifier: GPL-2.0
/* How many CPU copies a flow's bytes went through, and what that makes it: from the origin of the
 * pages at the device where they could be seen, from the calls' semantics where not. */
#include <string.h>

#include "flows.h"
#include "words.h"

#define TMPFS_MAGIC 0x01021994		/* include/uapi/linux/magic.h */
#define EXT4_SUPER_MAGIC 0xEF53

static double share(__u64 part, __u64 all)
{
	return !all ? 0 : part >= all ? 1 : (double)part / all;
}

/* On tmpfs O_DIRECT is accepted and goes through the page cache all the same. */
static bool is_direct(const struct flow_end *end)
{
	return end->kind == ZC_KIND_FILE_DIRECT && end->fs_magic != TMPFS_MAGIC;
}

/* Neither has a way to share blocks between files (no remap_file_range in file_operations). */
static bool cannot_share(const struct flow_end *end)
{
	return end->fs_magic == TMPFS_MAGIC || end->fs_magic == EXT4_SUPER_MAGIC;
}

/* What is written there goes nowhere: the driver copies none of it (drivers/char/mem.c). */
static bool discards(const struct flow_end *end)
{
	return end->kind == ZC_KIND_CHAR &&
	       (!strcmp(end->name, "/dev/null") || !strcmp(end->name, "/dev/zero"));
}

/* From the source into the program's memory. UDP's copies are not all seen: one is inferred. */
static double read_copies(const struct flow *flow, const struct flow_end *source)
{
	if (source->kind == ZC_KIND_NONE || is_direct(source))
		return 0;
	if (kind_is_tcp(source->kind) && flow->received_of == flow->bytes)
		return share(flow->received_bytes, flow->bytes);
	return 1;
}

/* From the program's memory into the sink. */
static double write_copies(const struct flow *flow, const struct flow_end *sink)
{
	if (flow->gives_pages || sink->kind == ZC_KIND_NONE || is_direct(sink) || discards(sink))
		return 0;
	return kind_is_tcp(sink->kind) ? 1 - share(flow->handed, flow->seen) : 1;
}

static const char *late_text(const struct flow *flow)
{
	return flow->late ? ", and were copied late: they were delivered on this machine (inferred)" : "";
}

/* What the pages in the segments tell of a program's writes. */
static const char *pages_text(struct report *report, const struct flow *flow)
{
	if (!flow->handed)
		return "";
	if (flow->pages_of)
		return report_format(report, "; pages of %s were in the segments%s", flow->pages_of,
				     late_text(flow));
	return flow->anonymous ?
	       report_format(report, "; the program's own pages were in the segments "
			     "(MSG_ZEROCOPY)%s", late_text(flow)) : "";
}

static const char *why_program(const struct flow_list *list, const struct flow *flow)
{
	struct report *report = list->report;
	const char *pages = pages_text(report, flow);
	const char *perhaps = flow->perhaps ? flow->perhaps : "";

	if (discards(flow_sink(list, flow)))
		pages = report_format(report, "; %s discards what is written to it",
				      flow_sink(list, flow)->name);
	if (flow->way == FLOW_BOTH)
		return report_format(report, "read and written by the program: %s%s%s",
				     flow->same_bytes, is_direct(flow_source(list, flow)) ||
				     is_direct(flow_sink(list, flow)) ?
				     "; O_DIRECT goes past the page cache" : "", pages);
	if (flow->way == FLOW_READ)
		return report_format(report, "%s%s", is_direct(flow_source(list, flow)) ?
				     "read into the program's memory past the page cache "
				     "(O_DIRECT)" : "read into the program's memory; what became "
				     "of them there is not visible", perhaps);
	if (flow->gives_pages)
		return "inferred: vmsplice gives the program's pages to the pipe";
	if (!flow->mapped)
		return report_format(report, "written from the program's memory: no call had read as "
				     "many bytes%s%s", perhaps, pages);
	return report_format(report, "written from the program's memory: no call had read as many "
			     "bytes; possible sources, as it had mapped them: %s%s%s", flow->mapped,
			     perhaps, pages);
}

static void judge_program(const struct flow_list *list, const struct flow *flow,
			  struct report_flow *out)
{
	double in = read_copies(flow, flow_source(list, flow));
	double from = write_copies(flow, flow_sink(list, flow));
	double late = share(flow->late, flow->seen);

	out->copies_per_byte.value = in + from + late;
	out->why = why_program(list, flow);
	if (in + from + late < 0.01)
		out->verdict = "zero-copy";
	else if (in < 0.01 && from < 0.99 && flow->handed)
		out->verdict = from + late > 0.99 ? "copied in the kernel" :
			       report_format(list->report, "mixed (%.0f%% copied)",
					     100 * (from + late));
	else
		out->verdict = "copied through user space";
}

/* One share of the bytes was copied, the other handed over. */
static void judge_share(struct report *report, double copied, const char *why,
			struct report_flow *out)
{
	out->copies_per_byte.value = copied;
	out->why = why;
	if (copied < 0.01)
		out->verdict = "zero-copy";
	else if (copied > 0.99)
		out->verdict = "copied in the kernel";
	else
		out->verdict = report_format(report, "mixed (%.0f%% copied)", 100 * copied);
}

void flow_not_visible(struct report *report, const char *why, struct report_flow *out)
{
	out->verdict = report_format(report, "not visible (%s)", why);
	out->why = NULL;
	out->copies_per_byte.value = 0;
	out->copies_per_byte.why = why;
}

/* To a socket: the pages in its segments decide. */
static void judge_kernel_to_tcp(const struct flow_list *list, const struct flow *flow,
				struct report_flow *out)
{
	struct report *report = list->report;
	const struct flow_end *source = flow_source(list, flow);
	double handed = share(flow->handed, flow->seen);
	double copied = flow->relayed ? 0 : 1 - handed;

	if (flow_sink(list, flow)->kind == ZC_KIND_TCP_TLS)
		judge_share(report, 1 - handed, "kTLS encrypts into pages of its own", out);
	else if (!flow->seen)
		flow_not_visible(report, "no segment of the socket was seen", out);
	else if (is_direct(source))
		flow_not_visible(report, "O_DIRECT reads into kernel pages, and a copy of them "
				 "would look the same", out);
	else if (flow->relayed && handed < 0.99)
		judge_share(report, 0, "inferred: splice hands over the pages in the pipe; those that "
			    "are no file's look as a copy of them would", out);
	else if (handed < 0.01)
		judge_share(report, copied, "at the device the bytes lay in private kernel pages: "
			    "it cannot gather", out);
	else if (flow->pages_of)
		judge_share(report, copied,
			    report_format(report, "pages of %s were in the segments at the device",
					  flow->pages_of), out);
	else
		judge_share(report, copied, "the file's own pages were in the segments at the "
			    "device", out);
}

static void judge_kernel(const struct flow_list *list, const struct flow *flow,
			 struct report_flow *out)
{
	enum zc_kind source = flow_source(list, flow)->kind, sink = flow_sink(list, flow)->kind;
	struct report *report = list->report;

	if (kind_is_tcp(sink))
		judge_kernel_to_tcp(list, flow, out);
	else if (discards(flow_sink(list, flow)))
		judge_share(report, 0, report_format(report, "inferred: %s discards the pages",
						     flow_sink(list, flow)->name), out);
	else if (sink == ZC_KIND_CHAR)
		flow_not_visible(report, "the device's driver may have copied the bytes", out);
	else if (sink == ZC_KIND_PIPE && kind_is_tcp(source))
		judge_share(report, share(flow->received_bytes, flow->bytes), flow->received_of ?
			    "the socket's pages went to the pipe: no copy out of it was seen" :
			    "inferred: splice hands the socket's pages to the pipe", out);
	else if (is_direct(flow_sink(list, flow)))
		judge_share(report, 0, "inferred: O_DIRECT writes the pages as they are", out);
	else if (kind_is_file(sink) && source == ZC_KIND_PIPE)
		judge_share(report, 1, "inferred: pages in a pipe are copied into the page cache",
			    out);
	else if (sink == ZC_KIND_PIPE || source == ZC_KIND_PIPE)
		judge_share(report, 0, "inferred: splice and tee hand over pages", out);
	else if (kind_is_file(sink) && !strcmp(flow->call_names[0], "sendfile"))
		judge_share(report, 1, "inferred: sendfile to a file copies between page caches",
			    out);
	else if (flow->cached >= flow->bytes - flow->bytes / 100)
		judge_share(report, 1, "as many bytes of pages were made for the sink", out);
	else if (cannot_share(flow_sink(list, flow)))
		judge_share(report, 1, "inferred: this file system cannot share blocks between files",
			    out);
	else
		flow_not_visible(report, "the file system may have shared the blocks or copied them",
				 out);
}

/* Verdicts are by the hundredth: where more was not seen, it could be another one. */
static void tell_unseen(struct report *report, const struct flow *flow, struct report_flow *out)
{
	const char *why = report_format(report, "%s bytes left unseen: on top of a process that the "
					"kernel hides from BPF, or in pages of unknown origin",
					words_count(report, flow->unseen));

	if (flow->unseen > flow->bytes / 100)
		flow_not_visible(report, why, out);
	else
		out->why = report_format(report, "%s; %s", out->why, why);
}

/* A receive may drop the bytes where they lie (MSG_TRUNC), and splice may hand over their pages. */
static bool rests_on_receives(const struct flow_list *list, const struct flow *flow)
{
	return kind_is_tcp(flow_source(list, flow)->kind) && flow->received_of;
}

void flow_judge(const struct flow_list *list, const struct flow *flow, struct report_flow *out)
{
	if (list->receives_unseen && rests_on_receives(list, flow))
		flow_not_visible(list->report, report_format(list->report, "copies out of the socket: %s",
							     list->receives_unseen), out);
	else if (flow->lent_or_spliced)
		flow_not_visible(list->report, "pages of a program went to the socket out of a pipe, and "
				 "look as if the socket had borrowed them (MSG_ZEROCOPY)", out);
	else if (flow->way == FLOW_BY_KERNEL)
		judge_kernel(list, flow, out);
	else
		judge_program(list, flow, out);
	if (flow->unseen && out->why)
		tell_unseen(list->report, flow, out);
}
