// SPDX-License-Identifier: GPL-2.0
/* The table of a scenario's numbers: see metric.h. One more number is a row here.
 * Called by overview.c, render_csv.c and diff.c. */
#include "metric.h"
#include "numbers.h"
#include "size.h"

#include <stdio.h>
#include <string.h>

#define IN_SCENARIO(member) offsetof(struct report_scenario, member)
#define IN_ROLE(member) offsetof(struct report_role, member)

const struct metric metrics[METRIC_COUNT] = {
	[METRIC_ROUNDS] = { "rounds", "rounds", UNIT_COUNT, .offset = IN_SCENARIO(rounds) },
	[METRIC_CROSSINGS_PER_ROUND] = { "crossings_per_round", "crossings per round",
		UNIT_PER_ROUND, .offset = IN_SCENARIO(crossings_per_round) },
	[METRIC_CROSSINGS_DATA] = { "crossings_data", "crossings, data calls", UNIT_COUNT,
		.offset = IN_SCENARIO(crossings_data) },
	[METRIC_CROSSINGS_CONTROL] = { "crossings_control", "crossings, control calls",
		UNIT_COUNT, .offset = IN_SCENARIO(crossings_control) },
	[METRIC_CROSSINGS_USER_FAULTS] = { "crossings_user_faults", "crossings, page faults",
		UNIT_COUNT, .offset = IN_SCENARIO(crossings_user_faults) },
	[METRIC_CROSSINGS_TOTAL] = { "crossings_total", "crossings, all", UNIT_COUNT,
		.offset = IN_SCENARIO(crossings_total) },

	[METRIC_LEG_BYTES + LEG_DISK_CACHE] = { "disk_cache_bytes", "disk → page cache",
		UNIT_BYTES, .offset = IN_SCENARIO(legs[LEG_DISK_CACHE].bytes) },
	[METRIC_LEG_BYTES + LEG_CACHE_USER] = { "cache_user_bytes", "page cache → user",
		UNIT_BYTES, .offset = IN_SCENARIO(legs[LEG_CACHE_USER].bytes) },
	[METRIC_LEG_BYTES + LEG_USER_SOCKET] = { "user_socket_bytes", "user → socket",
		UNIT_BYTES, .offset = IN_SCENARIO(legs[LEG_USER_SOCKET].bytes) },
	[METRIC_LEG_BYTES + LEG_SOCKET_DEVICE] = { "socket_device_bytes", "socket → device",
		UNIT_BYTES, .offset = IN_SCENARIO(legs[LEG_SOCKET_DEVICE].bytes) },
	[METRIC_LEG_BYTES + LEG_SOCKET_RECEIVER] = { "socket_receiver_bytes", "socket → receiver",
		UNIT_BYTES, .offset = IN_SCENARIO(legs[LEG_SOCKET_RECEIVER].bytes) },

	[METRIC_LEG_PER_BYTE + LEG_DISK_CACHE] = { "disk_cache_per_byte", "disk → page cache",
		UNIT_PER_BYTE, .offset = IN_SCENARIO(legs[LEG_DISK_CACHE].per_byte) },
	[METRIC_LEG_PER_BYTE + LEG_CACHE_USER] = { "cache_user_per_byte", "page cache → user",
		UNIT_PER_BYTE, .offset = IN_SCENARIO(legs[LEG_CACHE_USER].per_byte) },
	[METRIC_LEG_PER_BYTE + LEG_USER_SOCKET] = { "user_socket_per_byte", "user → socket",
		UNIT_PER_BYTE, .offset = IN_SCENARIO(legs[LEG_USER_SOCKET].per_byte) },
	[METRIC_LEG_PER_BYTE + LEG_SOCKET_DEVICE] = { "socket_device_per_byte", "socket → device",
		UNIT_PER_BYTE, .offset = IN_SCENARIO(legs[LEG_SOCKET_DEVICE].per_byte) },
	[METRIC_LEG_PER_BYTE + LEG_SOCKET_RECEIVER] = { "socket_receiver_per_byte",
		"socket → receiver", UNIT_PER_BYTE,
		.offset = IN_SCENARIO(legs[LEG_SOCKET_RECEIVER].per_byte) },

	[METRIC_LATE_BYTES] = { "late_copy_bytes", "copied late, on the way", UNIT_BYTES,
		.of_borrowed = true, .offset = IN_SCENARIO(zerocopy.late_bytes) },
	[METRIC_LATE_PER_BYTE] = { "late_copy_per_byte", "copied late, on the way", UNIT_PER_BYTE,
		.of_borrowed = true, .offset = IN_SCENARIO(zerocopy.late_per_byte) },
	[METRIC_SENDER_CPU] = { "sender_cpu", "sender CPU (user + system)", UNIT_NS,
		.has_spread = true, .offset = IN_SCENARIO(cpu_untraced_ns) },
	[METRIC_ELAPSED_UNTRACED] = { "elapsed_untraced", "elapsed, untraced", UNIT_NS,
		.has_spread = true, .offset = IN_SCENARIO(elapsed_untraced_ns) },
	[METRIC_ELAPSED_TRACED] = { "elapsed_traced", "elapsed, traced", UNIT_NS,
		.has_spread = true, .offset = IN_SCENARIO(elapsed_traced_ns) },

	[METRIC_BYTES_PER_SECOND] = { "bytes_per_second", "bytes per second, untraced",
		UNIT_PER_SECOND, .offset = IN_SCENARIO(bytes_per_second) },

	[METRIC_VOLUNTARY] = { "switches_voluntary", "context switches, voluntary", UNIT_COUNT,
		.of_role = true, .offset = IN_ROLE(voluntary) },
	[METRIC_INVOLUNTARY] = { "switches_involuntary", "context switches, involuntary",
		UNIT_COUNT, .of_role = true, .offset = IN_ROLE(involuntary) },
	[METRIC_FAULTS_USER] = { "faults_user", "page faults, user mode", UNIT_COUNT,
		.of_role = true, .offset = IN_ROLE(faults_user) },
	[METRIC_FAULTS_KERNEL] = { "faults_kernel", "page faults, in calls", UNIT_COUNT,
		.of_role = true, .offset = IN_ROLE(faults_kernel) },
	[METRIC_CPU_USER] = { "cpu_user", "CPU, user", UNIT_NS, .of_role = true,
		.offset = IN_ROLE(cpu_user_ns) },
	[METRIC_CPU_SYSTEM] = { "cpu_system", "CPU, system", UNIT_NS, .of_role = true,
		.offset = IN_ROLE(cpu_system_ns) },
	[METRIC_PEAK_RSS] = { "peak_rss", "peak memory", UNIT_BYTES, .of_role = true,
		.offset = IN_ROLE(peak_rss_bytes) },
	[METRIC_TIME_USER] = { "time_user", "time in user mode", UNIT_NS, .of_role = true,
		.offset = IN_ROLE(user_ns) },
	[METRIC_TIME_KERNEL] = { "time_kernel", "time in calls, on CPU", UNIT_NS, .of_role = true,
		.offset = IN_ROLE(kernel_ns) },
	[METRIC_TIME_BLOCKED] = { "time_blocked", "time blocked", UNIT_NS, .of_role = true,
		.offset = IN_ROLE(blocked_ns) },
	[METRIC_TIME_RUNNABLE] = { "time_runnable", "time runnable", UNIT_NS, .of_role = true,
		.offset = IN_ROLE(runnable_ns) },
	[METRIC_TIME_WINDOW] = { "time_window", "time measured", UNIT_NS, .of_role = true,
		.offset = IN_ROLE(window_ns) },
};

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
