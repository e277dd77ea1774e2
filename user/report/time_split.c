// SPDX-License-Identifier: GPL-2.0
/* Splits a process's kernel time by its calls: see time_split.h. */
#include "time_split.h"

#include "texts.h"

/* The calls of the role that moved payload, while on a CPU. */
static __u64 data_cpu_ns(const struct report_scenario *scenario, const struct report_role *role)
{
	__u64 total = 0;

	for (size_t i = 0; i < scenario->syscall_count; i++) {
		const struct report_syscall *call = &scenario->syscalls[i];

		if (call->data && call->role && same_text(call->role, role->name))
			total += call->cpu_ns.value;
	}
	return total;
}

const char *time_split(const struct report_scenario *scenario, const struct report_role *role,
		       __u64 ns[TIME_PARTS])
{
	const struct measured *const all[] = { &role->user_ns, &role->kernel_ns, &role->blocked_ns,
					       &role->runnable_ns };
	__u64 kernel = role->kernel_ns.value, data = data_cpu_ns(scenario, role);

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (all[i]->why)
			return all[i]->why;
	}
	ns[TIME_USER] = role->user_ns.value;
	ns[TIME_DATA_CALLS] = data < kernel ? data : kernel;
	ns[TIME_OTHER_KERNEL] = kernel - ns[TIME_DATA_CALLS];
	ns[TIME_RUNNABLE] = role->runnable_ns.value;
	ns[TIME_BLOCKED] = role->blocked_ns.value;
	return NULL;
}
