// SPDX-License-Identifier: GPL-2.0
/* doctor: what this machine has of what zctrace needs; for every "no", what is lost and what to
 * do. Nothing is measured; with privilege the programs are loaded and attached once, as a test. */
#include <bpf/btf.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/utsname.h>

#include "commands.h"
#include "exits.h"
#include "link.h"
#include "machine.h"
#include "render.h"
#include "session.h"

enum { MAX_FINDINGS = 48 };

struct finding {
	char what[64];
	bool ok, required;
	char detail[512];	/* found, or why not */
	const char *loses;	/* of a "no" */
	const char *advice;	/* of a "no" */
};

struct findings {
	struct finding list[MAX_FINDINGS];
	size_t count;
};

static void find(struct findings *all, const char *what, bool ok, bool required,
		 const char *detail, const char *loses, const char *advice)
{
	struct finding *f = &all->list[all->count < MAX_FINDINGS - 1 ? all->count++ :
				       MAX_FINDINGS - 1];

	*f = (struct finding){ .ok = ok, .required = required, .loses = loses, .advice = advice };
	snprintf(f->what, sizeof(f->what), "%s", what);
	snprintf(f->detail, sizeof(f->detail), "%s", detail);
}

static bool has_capability(cap_value_t capability)
{
	cap_t caps = cap_get_proc();
	cap_flag_value_t value = CAP_CLEAR;

	if (caps)
		cap_get_flag(caps, capability, CAP_EFFECTIVE, &value);
	cap_free(caps);
	return value == CAP_SET;
}

static void look_at_privilege(struct findings *all)
{
	bool bpf = has_capability(CAP_BPF) && has_capability(CAP_PERFMON);
	bool admin = has_capability(CAP_SYS_ADMIN);
	bool net = admin && has_capability(CAP_NET_ADMIN);

	find(all, "privilege to trace", bpf || admin, true,
	     bpf || admin ? "CAP_BPF and CAP_PERFMON" : "neither root nor CAP_BPF with CAP_PERFMON",
	     "every measurement", "run it with sudo, or give build/zctrace the capabilities (docs/guide.md)");
	find(all, "privilege for --link veth", net, false,
	     net ? "CAP_SYS_ADMIN and CAP_NET_ADMIN" : "no CAP_SYS_ADMIN with CAP_NET_ADMIN",
	     "the veth links, --rate: gather-removes-copy, nic-bound", "run it with sudo");
}

static void look_at_kernel(struct findings *all)
{
	struct utsname names;
	unsigned int major = 0, minor = 0;
	bool recent;

	uname(&names);
	sscanf(names.release, "%u.%u", &major, &minor);
	recent = major > 5 || (major == 5 && minor >= 18);
	find(all, "kernel", recent, true, names.release, "every measurement",
	     "Linux 5.18 or later is needed: bpf_loop() and the sched_switch of 5.18");
	find(all, "BTF", machine_has_btf(), true,
	     machine_has_btf() ? "/sys/kernel/btf/vmlinux" : "no /sys/kernel/btf/vmlinux",
	     "every measurement", "boot a kernel built with CONFIG_DEBUG_INFO_BTF");
	find(all, "lockdown", strcmp(machine_lockdown(), "confidentiality") != 0, true,
	     machine_lockdown(), "every measurement: BPF may not read kernel memory",
	     "boot with lockdown=integrity or none");
}

static void look_at_tracepoints(struct findings *all)
{
	struct btf *btf = btf__load_vmlinux_btf();
	const struct probe *probes;
	size_t count;

	probes = session_probes(&count);
	for (size_t i = 0; i < count; i++) {
		char what[64], type[128];
		bool there;

		snprintf(what, sizeof(what), "tracepoint %s", probes[i].tracepoint);
		snprintf(type, sizeof(type), "btf_trace_%s", probes[i].tracepoint);
		there = btf && btf__find_by_name_kind(btf, type, BTF_KIND_TYPEDEF) > 0;
		find(all, what, there, probes[i].required,
		     there ? "in the kernel's BTF" : "not in the kernel's BTF", probes[i].loses,
		     "a kernel of another build or architecture has it");
	}
	btf__free(btf);
}

/* The real thing, once: what the kernel would refuse it refuses now. */
static void try_session(struct findings *all)
{
	const struct session_options options = { .timeline_events = 100 };
	struct session *session;
	char error[512];
	int err = session_open(&session, &options, error, sizeof(error));

	if (!err)
		err = session_attach(session, error, sizeof(error));
	find(all, "programs, maps and ring buffer", !err, true,
	     err ? error : "loaded and attached", "every measurement", "zctrace compare -v says why");
	if (!err)
		session_detach(session);
	session_close(session);
}

static void try_link(struct findings *all)
{
	const struct link_config config = { .kind = LINK_VETH_NOSG, .rate_bits = 1000000000 };
	struct link *link;
	char error[512];
	int err = link_open(&config, &link, error, sizeof(error));

	find(all, "veth, scatter-gather off, rate limit", !err, false,
	     err ? error : "made and taken away again",
	     "the veth links, --rate: gather-removes-copy, nic-bound",
	     "a kernel with CONFIG_VETH and CONFIG_NET_SCH_TBF, and sudo");
	link_close(link);
}

static void print_text(const struct findings *all)
{
	char plain[600];

	for (size_t i = 0; i < all->count; i++) {
		const struct finding *f = &all->list[i];

		printf("%-4s %-42s %s\n", f->ok ? "yes" : f->required ? "NO" : "no", f->what,
		       plain_text(f->detail, plain, sizeof(plain)));
		if (!f->ok)
			printf("       lost: %s\n       to do: %s\n", f->loses, f->advice);
	}
}

static int print_json(const struct findings *all, bool able)
{
	json_t *list = json_array();
	json_t *root = json_pack("{s:s, s:b, s:o}", "schema", "zctrace-doctor/1", "able", able,
				 "findings", list);
	char plain[600];
	int err;

	for (size_t i = 0; i < all->count; i++) {
		const struct finding *f = &all->list[i];

		json_array_append_new(list, json_pack("{s:s, s:b, s:b, s:s, s:s?, s:s?}",
			"what", f->what, "ok", f->ok, "required", f->required, "detail",
			plain_text(f->detail, plain, sizeof(plain)),
			"loses", f->ok ? NULL : f->loses, "advice", f->ok ? NULL : f->advice));
	}
	err = json_dumpf(root, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(root);
	return err;
}

struct arguments {
	bool json;
};

#define ARGUMENTS struct arguments

static const struct option_row options[] = {
	{ "json", NULL, "For scripts", SETS_FLAG(json), .letter = 'j' },
	{ 0 },
};

static const struct command_syntax syntax = {
	.options = { options },
	.doc = "Says what this machine has of what zctrace needs, what is lost for every \"no\", and "
	       "what to do about it.\vExit status: 0 if the main job can be done here, 3 if not.",
};

int cmd_doctor(int argc, char **argv)
{
	struct findings all = { .count = 0 };
	struct arguments a = { 0 };
	bool able = true;

	commands_parse(&syntax, argc, argv, &a);
	look_at_privilege(&all);
	look_at_kernel(&all);
	look_at_tracepoints(&all);
	if (all.list[0].ok)
		try_session(&all);
	if (all.list[1].ok)
		try_link(&all);
	for (size_t i = 0; i < all.count; i++)
		able = able && (all.list[i].ok || !all.list[i].required);
	if (a.json)
		print_json(&all, able);
	else
		print_text(&all);
	return able ? ZC_EXIT_OK : ZC_EXIT_MACHINE;
}
