// SPDX-License-Identifier: GPL-2.0
/* The receiver's side of a run over a real network: zctrace receive puts what it counted into a
 * report of its own, which comes back and becomes the receiver's part of the measuring end's. */
#include <string.h>

#include "build.h"

/* --- at zctrace receive --- */

static void role_unknown(struct report_role *role, const char *why)
{
	role->voluntary.why = role->involuntary.why = why;
	role->faults_user.why = role->faults_kernel.why = why;
	role->interrupts_user.why = role->interrupts_kernel.why = why;
	role->user_ns.why = role->kernel_ns.why = role->blocked_ns.why = why;
	role->runnable_ns.why = role->window_ns.why = why;
}

/* NULL = it will be filled. */
static void leg_unknown(struct report_leg *leg, const char *why)
{
	*leg = (struct report_leg){
		.by = "cpu", .evidence = "counted", .bytes.why = why, .per_byte.why = why,
	};
}

struct report *build_receiver(const struct session *session, const char *untraced,
			      const struct run_record *run)
{
	struct report *report = build_begin("receive", NULL);
	struct report_scenario *scenario;
	struct report_role *role;
	const char **roles;
	struct build b;

	report->scenarios = scenario = report_alloc(report, sizeof(*scenario));
	report->scenario_count = 1;
	scenario->id = "receiver";
	scenario->payload_bytes = run->receiver.tally.payload_bytes;
	scenario->roles = role = report_alloc(report, sizeof(*role));
	scenario->role_count = 1;
	role->name = "receiver";
	build_unknown(scenario, "the sender's");	/* but for what follows */
	build_peak_rss(&run->receiver, role);
	role->cpu_user_ns.why = role->cpu_system_ns.why = "in the tally";
	if (!run->snapshot) {
		role_unknown(role, report_text(report, untraced));
		leg_unknown(&scenario->legs[LEG_SOCKET_RECEIVER], role->voluntary.why);
		return report;
	}
	build_role(session, run, &run->receiver, role);
	roles = report_alloc(report, run->snapshot->proc_count * sizeof(*roles));
	roles[run->receiver.proc] = role->name;
	build_syscalls(report, session, run->snapshot, roles, false, scenario);
	leg_unknown(&scenario->legs[LEG_SOCKET_RECEIVER], NULL);
	b = (struct build){ report, session, run, scenario };
	build_socket_receiver(&b);
	build_loss(run->snapshot, scenario);
	return report;
}

/* --- at the measuring end --- */

static const char *quote(struct report *report, const char *name, const char *why)
{
	return why ? report_format(report, "zctrace receive at %s: %s", name, why) : NULL;
}

static struct measured take(struct report *report, const char *name, struct measured number)
{
	return (struct measured){ .value = number.value, .why = quote(report, name, number.why) };
}

void build_remote_role(struct report *report, const struct report *remote, const char *name,
		       struct report_role *role)
{
	const struct report_role *theirs = &remote->scenarios[0].roles[0];

	role->pid = theirs->pid;
	role->voluntary = take(report, name, theirs->voluntary);
	role->involuntary = take(report, name, theirs->involuntary);
	role->faults_user = take(report, name, theirs->faults_user);
	role->faults_kernel = take(report, name, theirs->faults_kernel);
	role->interrupts_user = take(report, name, theirs->interrupts_user);
	role->interrupts_kernel = take(report, name, theirs->interrupts_kernel);
	role->peak_rss_bytes = take(report, name, theirs->peak_rss_bytes);
	role->user_ns = take(report, name, theirs->user_ns);
	role->kernel_ns = take(report, name, theirs->kernel_ns);
	role->blocked_ns = take(report, name, theirs->blocked_ns);
	role->runnable_ns = take(report, name, theirs->runnable_ns);
	role->window_ns = take(report, name, theirs->window_ns);
}

void build_remote_leg(struct report *report, const struct report *remote, const char *name,
		      struct report_scenario *scenario)
{
	const struct report_leg *theirs = &remote->scenarios[0].legs[LEG_SOCKET_RECEIVER];
	struct report_leg *leg = &scenario->legs[LEG_SOCKET_RECEIVER];

	leg_unknown(leg, quote(report, name, theirs->bytes.why));
	if (theirs->bytes.why)
		return;
	leg->bytes.value = theirs->bytes.value;
	if (scenario->payload_bytes)
		leg->per_byte.value = (double)theirs->bytes.value / scenario->payload_bytes;
	else
		leg->per_byte.why = "no payload";
}

void build_remote_syscalls(struct report *report, const struct report *remote, const char *name,
			   const char *role, struct report_scenario *scenario)
{
	const struct report_scenario *theirs = &remote->scenarios[0];
	struct report_syscall *calls;

	calls = report_alloc(report, (scenario->syscall_count + theirs->syscall_count) *
			     sizeof(*calls));
	if (scenario->syscall_count)
		memcpy(calls, scenario->syscalls, scenario->syscall_count * sizeof(*calls));
	for (size_t i = 0; i < theirs->syscall_count; i++) {
		struct report_syscall *call = &calls[scenario->syscall_count++];

		*call = theirs->syscalls[i];
		call->role = role;
		call->name = report_text(report, call->name);
		call->fd = report_text(report, call->fd);
		call->source = report_text(report, call->source);
		call->sink = report_text(report, call->sink);
		call->cpu_ns = take(report, name, call->cpu_ns);
		call->blocked_ns = take(report, name, call->blocked_ns);
		call->runnable_ns = take(report, name, call->runnable_ns);
		call->received_bytes = take(report, name, call->received_bytes);
	}
	scenario->syscalls = calls;
	build_sort_syscalls(scenario);
}

bool build_remote_totals(const struct report *remote, struct totals *totals)
{
	const struct report_scenario *theirs = &remote->scenarios[0];

	*totals = (struct totals){ 0 };
	for (size_t i = 0; i < theirs->syscall_count; i++) {
		const struct report_syscall *call = &theirs->syscalls[i];

		totals->calls += call->calls;
		if (!call->data)
			continue;
		totals->data_calls += call->calls - call->errors - call->zeros;
		/* A receiver that splices takes each byte twice: from the socket, from its pipe. */
		if (call->fd && !strncmp(call->fd, "tcp", 3))
			totals->tcp_in += call->bytes;
	}
	return !theirs->roles[0].window_ns.why;
}

void build_remote_loss(const struct report *remote, struct report_scenario *scenario)
{
	const struct report_scenario *theirs = &remote->scenarios[0];

	scenario->loss_ring += theirs->loss_ring;
	scenario->loss_map_full += theirs->loss_map_full;
	scenario->loss_recursion += theirs->loss_recursion;
	scenario->coarse += theirs->coarse;
}
