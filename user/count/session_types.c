// SPDX-License-Identifier: GPL-2.0
/* Gives libbpf what it would read the kernel's whole BTF for: the numbers of the tracepoints'
 * types, and the few types that programs are relocated by. docs/cost.md tells why. */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kernel_types.h"
#include "session_internal.h"

/* The iterator's function comes after the tracepoints. */
static struct kernel_type wanted[SESSION_MAX_PROBES + 1];
static char names[SESSION_MAX_PROBES][64];
static int parameters[SESSION_MAX_PROBES];	/* the programs' context counts as one */
static size_t count;

/* What a program is checked against: "tp_btf/NAME" and "iter/task". */
static __u32 id_for(const char *section)
{
	const char *name = strchr(section, '/');

	if (!strncmp(section, "iter", 4))
		return wanted[count].id;
	return name ? session_types_id(name + 1) : 0;
}

/* libbpf calls this right before it loads a program. */
static int set_target(struct bpf_program *program, struct bpf_prog_load_opts *options, long cookie)
{
	options->attach_btf_id = id_for(bpf_program__section_name(program));
	options->expected_attach_type = cookie;
	return options->attach_btf_id ? bpf_program__set_type(program, BPF_PROG_TYPE_TRACING) :
					-ESRCH;
}

static int handle(const char *section, enum bpf_attach_type type)
{
	LIBBPF_OPTS(libbpf_prog_handler_opts, options, .cookie = type,
		    .prog_prepare_load_fn = set_target);
	/* Of this type until it is loaded: for the true one libbpf reads the kernel's BTF. */
	int handler = libbpf_register_prog_handler(section, BPF_PROG_TYPE_RAW_TRACEPOINT, type,
						   &options);

	return handler < 0 ? handler : 0;
}

int session_types_handle(void)
{
	static bool handled;
	int err = handled ? 0 : handle("tp_btf/", BPF_TRACE_RAW_TP);

	if (!err && !handled)
		err = handle("iter/", BPF_TRACE_ITER);
	handled = handled || !err;
	return err;
}

int session_types_find(struct kernel_types **types, const struct btf *named, bool iterator)
{
	const struct probe *probes = session_probes(&count);
	int err = kernel_types_open(types);

	if (err)
		return err;
	for (size_t i = 0; i < count; i++) {
		snprintf(names[i], sizeof(names[i]), "btf_trace_%s", probes[i].tracepoint);
		wanted[i] = (struct kernel_type){ .name = names[i], .kind = BTF_KIND_TYPEDEF };
	}
	wanted[count] = (struct kernel_type){ .name = "bpf_iter_task", .kind = BTF_KIND_FUNC };
	/* A third of all types are functions, and none but the iterator's is looked for. */
	err = kernel_types_find(*types, wanted, count + iterator, named);
	for (size_t i = 0; i < count && !err; i++)
		parameters[i] = kernel_types_parameters(*types, wanted[i].id);
	return err;
}

/* Its place in the table of probes; count = it is not there. */
static size_t place_of(const char *tracepoint)
{
	size_t i = 0;

	while (i < count && strcmp(wanted[i].name + strlen("btf_trace_"), tracepoint))
		i++;
	return i;
}

__u32 session_types_id(const char *tracepoint)
{
	const size_t i = place_of(tracepoint);

	return i < count ? wanted[i].id : 0;
}

int session_types_parameters(const char *tracepoint)
{
	const size_t i = place_of(tracepoint);

	return i < count && parameters[i] > 0 ? parameters[i] - 1 : -1;
}
