// SPDX-License-Identifier: GPL-2.0
/* The table of a scenario's numbers: see metric.h. One more number is a row here.
 * Used by the tables, diff.c, the labs and `zctrace list metrics`. */
#include "metric.h"
#include "numbers.h"
#include "size.h"

#include <stdio.h>
#include <string.h>

#define IN_SCENARIO(member) .offset = offsetof(struct report_scenario, member)
#define IN_ROLE(member) .offset = offsetof(struct report_role, member)

#define CALLS "sys_enter, sys_exit"
#define TALLY "the program's tally"
#define FAULTS "page_fault_user, page_fault_kernel"
#define INTERRUPTS "irq_vectors:*_entry, irq_handler_entry, nmi_handler"
#define SPLIT CALLS ", sched_switch, sched_wakeup"
#define OWN_CLOCK "the sender's own clock, untraced runs"
#define USAGE "getrusage, untraced runs"

const struct metric metrics[METRIC_COUNT] = {
	[METRIC_ROUNDS] = { "rounds", "rounds", UNIT_COUNT, IN_SCENARIO(rounds), ROW_SHOWN,
		.what = "chunks that moved from the file to the socket",
		.source = CALLS, .witness = TALLY },
	[METRIC_CROSSINGS_PER_ROUND] = { "crossings_per_round", "crossings per round",
		UNIT_PER_ROUND, IN_SCENARIO(crossings_per_round), ROW_SHOWN, .group = "crossings",
		.key = "per_round",
		.what = "crossings of data calls by rounds", .source = CALLS, .witness = TALLY },
	[METRIC_CROSSINGS_TOTAL] = { "crossings_total", "crossings, all", UNIT_COUNT,
		IN_SCENARIO(crossings_total), ROW_SHOWN,
		.group = "crossings", .key = "total",
		.what = "changes between user mode and kernel mode, of calls and page faults",
		.source = CALLS ", page_fault_user", .witness = "its parts below" },
	[METRIC_CROSSINGS_DATA] = { "crossings_data", "data calls", UNIT_COUNT,
		IN_SCENARIO(crossings_data), ROW_DETAIL, .inner = true,
		.name = "crossings, data calls", .group = "crossings", .key = "data",
		.what = "2 for each call that moved payload",
		.source = CALLS, .witness = TALLY },
	[METRIC_CROSSINGS_CONTROL] = { "crossings_control", "control calls", UNIT_COUNT,
		IN_SCENARIO(crossings_control), ROW_DETAIL, .inner = true,
		.name = "crossings, control calls",
		.group = "crossings", .key = "control",
		.what = "2 for every other call: open, close, the probe for the end",
		.source = CALLS, .witness = "strace -c in the tests" },
	[METRIC_CROSSINGS_USER_FAULTS] = { "crossings_user_faults", "page faults in user mode",
		UNIT_COUNT, IN_SCENARIO(crossings_user_faults), ROW_DETAIL, .inner = true,
		.name = "crossings, page faults", .group = "crossings", .key = "user_faults",
		.what = "2 for each page fault taken in user mode",
		.source = "page_fault_user", .witness = "min_flt + maj_flt" },

	[METRIC_CROSSINGS_INTERRUPTS] = { "crossings_interrupts",
		"crossings by interrupts", UNIT_COUNT, IN_SCENARIO(crossings_interrupts),
		ROW_DETAIL, .name = "crossings, interrupts", .group = "crossings", .key = "interrupts",
		.later = true,
		.what = "2 for each interrupt that hit user mode; not in crossings, all",
		.source = INTERRUPTS, .witness = "/proc/stat: no more than the machine had" },

	[METRIC_VOLUNTARY] = { "switches_voluntary", "context switches  vol / invol", UNIT_COUNT,
		IN_ROLE(voluntary), ROW_SHOWN, .of_role = true, .with = METRIC_INVOLUNTARY,
		.name = "context switches, voluntary", .group = "switches", .key = "voluntary",
		.what = "the thread blocked",
		.source = "sched_switch", .witness = "nvcsw" },
	[METRIC_INVOLUNTARY] = { "switches_involuntary", "context switches, involuntary",
		UNIT_COUNT, IN_ROLE(involuntary), .of_role = true,
		.group = "switches", .key = "involuntary",
		.what = "the thread was preempted", .source = "sched_switch", .witness = "nivcsw" },
	[METRIC_FAULTS_USER] = { "faults_user", "page faults  user / in calls", UNIT_COUNT,
		IN_ROLE(faults_user), ROW_DETAIL, .of_role = true, .with = METRIC_FAULTS_KERNEL,
		.name = "page faults, user mode", .group = "faults", .key = "user",
		.what = "page faults taken in user mode",
		.source = FAULTS, .witness = "min_flt + maj_flt" },
	[METRIC_FAULTS_KERNEL] = { "faults_kernel", "page faults, in calls", UNIT_COUNT,
		IN_ROLE(faults_kernel), .of_role = true, .group = "faults", .key = "kernel",
		.what = "page faults taken inside calls",
		.source = FAULTS, .witness = "min_flt + maj_flt" },

	[METRIC_INTERRUPTS_USER] = { "interrupts_user", "interrupts  user / in kernel",
		UNIT_COUNT, IN_ROLE(interrupts_user), ROW_DETAIL, .of_role = true,
		.with = METRIC_INTERRUPTS_KERNEL, .name = "interrupts, user mode",
		.group = "interrupts", .key = "user", .later = true,
		.what = "interrupts that hit the thread in user mode",
		.source = INTERRUPTS, .witness = "/proc/stat: no more than the machine had" },
	[METRIC_INTERRUPTS_KERNEL] = { "interrupts_kernel", "interrupts, in the kernel",
		UNIT_COUNT, IN_ROLE(interrupts_kernel), .of_role = true,
		.group = "interrupts", .key = "kernel", .later = true,
		.what = "interrupts that hit the thread in the kernel",
		.source = INTERRUPTS, .witness = "/proc/stat: no more than the machine had" },

	[METRIC_LEG_BYTES + LEG_DISK_CACHE] = { "disk_cache_bytes", "disk → page cache",
		UNIT_BYTES, IN_SCENARIO(legs[LEG_DISK_CACHE].bytes),
		.what = "pages of the file that entered the page cache",
		.source = "mm_filemap_add_to_page_cache", .witness = "the file's size" },
	[METRIC_LEG_BYTES + LEG_CACHE_USER] = { "cache_user_bytes", "page cache → user",
		UNIT_BYTES, IN_SCENARIO(legs[LEG_CACHE_USER].bytes),
		.what = "inferred: what read() of a cached file returned was copied",
		.source = "sys_exit of read", .witness = "rchar" },
	[METRIC_LEG_BYTES + LEG_USER_SOCKET] = { "user_socket_bytes", "user → socket",
		UNIT_BYTES, IN_SCENARIO(legs[LEG_USER_SOCKET].bytes),
		.what = "bytes in private kernel pages when a segment reaches the device",
		.source = "net_dev_queue, net_dev_start_xmit",
		.witness = "TCP_INFO, the receiver" },
	[METRIC_LEG_BYTES + LEG_SOCKET_DEVICE] = { "socket_device_bytes", "socket → device",
		UNIT_BYTES, IN_SCENARIO(legs[LEG_SOCKET_DEVICE].bytes),
		.what = "bytes handed to a device with a bus",
		.source = "net_dev_start_xmit", .witness = "TCP_INFO" },
	[METRIC_LEG_BYTES + LEG_SOCKET_RECEIVER] = { "socket_receiver_bytes", "socket → receiver",
		UNIT_BYTES, IN_SCENARIO(legs[LEG_SOCKET_RECEIVER].bytes),
		.what = "bytes copied out of the receiver's socket",
		.source = "skb_copy_datagram_iovec", .witness = "the receiver's total" },

	[METRIC_LEG_PER_BYTE + LEG_DISK_CACHE] = { "disk_cache_per_byte", "disk → page cache",
		UNIT_PER_BYTE, IN_SCENARIO(legs[LEG_DISK_CACHE].per_byte), ROW_SHOWN,
		.inner = true },
	[METRIC_LEG_PER_BYTE + LEG_CACHE_USER] = { "cache_user_per_byte", "page cache → user",
		UNIT_PER_BYTE, IN_SCENARIO(legs[LEG_CACHE_USER].per_byte), ROW_SHOWN,
		.inner = true },
	[METRIC_LEG_PER_BYTE + LEG_USER_SOCKET] = { "user_socket_per_byte", "user → socket",
		UNIT_PER_BYTE, IN_SCENARIO(legs[LEG_USER_SOCKET].per_byte), ROW_SHOWN,
		.inner = true },
	[METRIC_LEG_PER_BYTE + LEG_SOCKET_DEVICE] = { "socket_device_per_byte", "socket → device",
		UNIT_PER_BYTE, IN_SCENARIO(legs[LEG_SOCKET_DEVICE].per_byte), ROW_SHOWN,
		.inner = true },
	[METRIC_LEG_PER_BYTE + LEG_SOCKET_RECEIVER] = { "socket_receiver_per_byte",
		"socket → receiver", UNIT_PER_BYTE,
		IN_SCENARIO(legs[LEG_SOCKET_RECEIVER].per_byte), ROW_SHOWN, .inner = true },

	[METRIC_LATE_BYTES] = { "late_copy_bytes", "copied late, on the way", UNIT_BYTES,
		IN_SCENARIO(zerocopy.late_bytes), .of_borrowed = true,
		.what = "bytes that left in the program's own pages and were copied after all",
		.source = "net_dev_queue, skb_copy_datagram_iovec",
		.witness = "what the kernel says to MSG_ZEROCOPY" },
	[METRIC_LATE_PER_BYTE] = { "late_copy_per_byte", "copied late, on the way", UNIT_PER_BYTE,
		IN_SCENARIO(zerocopy.late_per_byte), ROW_SHOWN, .inner = true,
		.of_borrowed = true },

	[METRIC_SENDER_CPU] = { "sender_cpu", "sender CPU (user + system)", UNIT_NS,
		IN_SCENARIO(cpu_untraced_ns), ROW_SHOWN, .has_spread = true,
		.what = "user and system time of the sender, untraced", .source = USAGE },
	[METRIC_ELAPSED_UNTRACED] = { "elapsed_untraced", "elapsed, untraced", UNIT_NS,
		IN_SCENARIO(elapsed_untraced_ns), ROW_SHOWN, .has_spread = true,
		.what = "from the gate to the closed socket, as the documents time it",
		.source = OWN_CLOCK },
	[METRIC_ELAPSED_TRACED] = { "elapsed_traced", "elapsed, traced", UNIT_NS,
		IN_SCENARIO(elapsed_traced_ns), ROW_DETAIL, .has_spread = true,
		.what = "the same while zctrace watches", .source = "the sender's own clock" },
	[METRIC_BYTES_PER_SECOND] = { "bytes_per_second", "bytes per second, untraced",
		UNIT_PER_SECOND, IN_SCENARIO(bytes_per_second),
		.what = "payload by the median of elapsed, untraced", .source = OWN_CLOCK },

	[METRIC_CPU_USER] = { "cpu_user", "sender CPU  user / system", UNIT_NS,
		IN_ROLE(cpu_user_ns), ROW_DETAIL, .of_role = true, .with = METRIC_CPU_SYSTEM,
		.name = "CPU, user", .group = "cpu_ns", .key = "user",
		.what = "user time, median of the untraced runs",
		.source = USAGE },
	[METRIC_CPU_SYSTEM] = { "cpu_system", "CPU, system", UNIT_NS, IN_ROLE(cpu_system_ns),
		.of_role = true, .group = "cpu_ns", .key = "system",
		.what = "system time, median of the untraced runs",
		.source = USAGE },
	[METRIC_PEAK_RSS] = { "peak_rss", "peak memory of the sender", UNIT_BYTES,
		IN_ROLE(peak_rss_bytes), ROW_SHOWN, .of_role = true, .name = "peak memory",
		.what = "largest resident memory", .source = "/proc/PID/status" },
	[METRIC_TIME_USER] = { "time_user", "time in user mode", UNIT_NS, IN_ROLE(user_ns),
		.of_role = true, .group = "time_ns", .key = "user",
		.what = "the window, split: in user mode", .source = SPLIT,
		.witness = "sum_exec_runtime" },
	[METRIC_TIME_KERNEL] = { "time_kernel", "time in calls, on CPU", UNIT_NS,
		IN_ROLE(kernel_ns), .of_role = true,
		.group = "time_ns", .key = "kernel",
		.what = "the window, split: in calls and on a CPU", .source = SPLIT,
		.witness = "sum_exec_runtime" },
	[METRIC_TIME_BLOCKED] = { "time_blocked", "time blocked", UNIT_NS, IN_ROLE(blocked_ns),
		.of_role = true, .group = "time_ns", .key = "blocked",
		.what = "the window, split: blocked", .source = SPLIT },
	[METRIC_TIME_RUNNABLE] = { "time_runnable", "time runnable", UNIT_NS,
		IN_ROLE(runnable_ns), .of_role = true,
		.group = "time_ns", .key = "runnable",
		.what = "the window, split: waiting for a CPU", .source = SPLIT },
	[METRIC_TIME_WINDOW] = { "time_window", "time measured", UNIT_NS, IN_ROLE(window_ns),
		.of_role = true, .group = "time_ns", .key = "window",
		.later = true, .what = "the window: all of the above", .source = SPLIT },
};

const char *metric_name(enum metric_id id)
{
	return metrics[id].name ? metrics[id].name : metrics[id].label;
}

const char *metric_mover(enum metric_id id)
{
	if (id == METRIC_LATE_PER_BYTE)
		return "CPU";
	if (id < METRIC_LEG_PER_BYTE || id >= METRIC_LEG_PER_BYTE + LEG_COUNT)
		return "";
	id -= METRIC_LEG_PER_BYTE;
	return id == (int)LEG_DISK_CACHE || id == (int)LEG_SOCKET_DEVICE ? "DMA" : "CPU";
}

static bool is_ratio(enum metric_unit unit)
{
	return unit == UNIT_PER_ROUND || unit == UNIT_PER_BYTE;
}

struct metric_value metric_value(enum metric_id id, const struct report_scenario *scenario,
				 const struct report_role *role)
{
	const struct metric *metric = &metrics[id];
	struct metric_value value = { .present = true };
	const struct measured *number;
	const void *base = scenario;

	if (metric->of_role) {
		base = role ? role : report_role(scenario, "sender");
		if (!base)
			return (struct metric_value){ .present = scenario->failed,
						      .why = scenario->failed };
	}
	if (metric->of_borrowed && !scenario->zerocopy.used)
		return (struct metric_value){ .present = false };
	base = (const char *)base + metric->offset;
	if (is_ratio(metric->unit)) {
		const struct measured_real *ratio = base;

		value.why = ratio->why;
		value.ratio = ratio->value;
		return value;
	}
	value.spread = metric->has_spread ? base : NULL;
	number = value.spread ? &value.spread->median : base;
	value.why = number->why;
	value.count = number->value;
	value.ratio = (double)number->value;
	return value;
}

char *metric_text(enum metric_id id, const struct metric_value *value, char *buf)
{
	if (!value->present || value->why) {
		snprintf(buf, NUMBER_BYTES, "%s", value->present ? "—" : "");
		return buf;
	}
	switch (metrics[id].unit) {
	case UNIT_COUNT:
		return number_count(value->count, buf);
	case UNIT_BYTES:
		size_format(value->count, buf, NUMBER_BYTES);
		return buf;
	case UNIT_NS:
		return number_time(value->count, buf);
	case UNIT_PER_SECOND:
		size_format(value->count, buf, NUMBER_BYTES - 2);
		return strcat(buf, "/s");
	case UNIT_PER_ROUND:
	case UNIT_PER_BYTE:
		break;
	}
	return number_ratio(value->ratio, buf);
}

const char *metric_unit_text(enum metric_unit unit)
{
	static const char *const texts[] = {
		[UNIT_COUNT] = "count",
		[UNIT_BYTES] = "bytes",
		[UNIT_NS] = "ns",
		[UNIT_PER_SECOND] = "bytes/s",
		[UNIT_PER_ROUND] = "crossings/round",
		[UNIT_PER_BYTE] = "copies/byte",
	};

	return texts[unit];
}
