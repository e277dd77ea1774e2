// SPDX-License-Identifier: GPL-2.0
/* CPUs, socket buffers and a slow receiver, from an option to a program's arguments: see strain.h.
 * Called by measure_options.c, runner.c and measure.c. */
#include "strain.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#include "report.h"

/* The number at *at, which is moved behind it. */
static int parse_cpu(const char **at, int *cpu)
{
	char *end;
	long value;

	if (!isdigit((unsigned char)**at))
		return -EINVAL;
	errno = 0;
	value = strtol(*at, &end, 10);
	if (errno || value > INT_MAX)
		return -EINVAL;
	*cpu = (int)value;
	*at = end;
	return 0;
}

static bool may_run_on(int cpu)
{
	cpu_set_t cpus;

	return cpu < CPU_SETSIZE && !sched_getaffinity(0, sizeof(cpus), &cpus) &&
	       CPU_ISSET(cpu, &cpus);
}

int strain_parse_cpus(const char *text, struct strain *strain)
{
	int sender, receiver;

	if (parse_cpu(&text, &sender))
		return -EINVAL;
	receiver = sender;
	if (*text == ',') {
		text++;
		if (parse_cpu(&text, &receiver))
			return -EINVAL;
	}
	if (*text)
		return -EINVAL;
	if (!may_run_on(sender) || !may_run_on(receiver))
		return -ENODEV;
	strain->pinned = true;
	strain->sender_cpu = sender;
	strain->receiver_cpu = receiver;
	return 0;
}

int strain_arguments(const struct strain *strain, bool receiver, const char **args, int count,
		     char texts[3][STRAIN_ARG_BYTES])
{
	if (strain->pinned) {
		snprintf(texts[0], STRAIN_ARG_BYTES, "%d",
			 receiver ? strain->receiver_cpu : strain->sender_cpu);
		args[count++] = "--cpu";
		args[count++] = texts[0];
	}
	if (strain->socket_buffer_bytes) {
		snprintf(texts[1], STRAIN_ARG_BYTES, "%llu", strain->socket_buffer_bytes);
		args[count++] = "--socket-buffer";
		args[count++] = texts[1];
	}
	if (receiver && strain->receiver_delay_us) {
		snprintf(texts[2], STRAIN_ARG_BYTES, "%llu", strain->receiver_delay_us);
		args[count++] = "--delay";
		args[count++] = texts[2];
	}
	return count;
}

const char *strain_cpus(const struct strain *strain, struct report *report)
{
	if (!strain->pinned)
		return NULL;
	if (strain->sender_cpu == strain->receiver_cpu)
		return report_format(report, "%d", strain->sender_cpu);
	return report_format(report, "%d,%d", strain->sender_cpu, strain->receiver_cpu);
}
