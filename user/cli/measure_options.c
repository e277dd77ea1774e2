// SPDX-License-Identifier: GPL-2.0
/* The options of every command that measures: what is sent, how often, under which condition, and
 * where the report goes. cmd_measure.c and cmd_sweep.c add their own. */
#include <errno.h>
#include <string.h>

#include "commands.h"
#include "measure_options.h"
#include "run_order.h"
#include "size.h"

enum {
	DEFAULT_EVENTS = 2000,
	MAX_EVENTS = 2000000,
	MAX_REPEATS = 1000,
	MAX_CALL_BYTES = 0x7ffff000,
};

enum keys {
	KEY_SIZE = MEASURE_OPTIONS_KEY, KEY_COLD, KEY_WARM, KEY_LINK, KEY_RATE, KEY_TO,
	KEY_IPV6, KEY_RECEIVER, KEY_PORT, KEY_TIMELINE, KEY_NO_TIMELINE, KEY_WITHOUT, KEY_TIMEOUT,
	KEY_SEED, KEY_CPUS, KEY_SOCKET_BUFFER, KEY_RECEIVER_DELAY,
};

static const struct argp_option options[] = {
	{ .name = "runs", .key = 'n', .arg = "N",
	  .doc = "Measured runs of each scenario, traced and untraced each (default 5; sweep: 9)",
	  .group = 1 },
	{ .name = "size", .key = KEY_SIZE, .arg = "SIZE",
	  .doc = "Size of the file to make (default 256M; sweep: 128M); K, M, G are powers of 1024",
	  .group = 1 },
	{ .name = "cold", .key = KEY_COLD,
	  .doc = "Evict the file from the page cache before each run", .group = 1 },
	{ .name = "warm", .key = KEY_WARM, .doc = "Read it into the page cache before (default)",
	  .group = 1 },
	{ .name = "link", .key = KEY_LINK, .arg = "lo|veth|veth-nosg",
	  .doc = "The network between the two: loopback (default), or two namespaces of their own; "
		 "nosg: the device cannot gather", .group = 1 },
	{ .name = "rate", .key = KEY_RATE, .arg = "RATE",
	  .doc = "Limit the link's speed, as 1Gbit", .group = 1 },
	{ .name = "to", .key = KEY_TO, .arg = "HOST[:PORT]",
	  .doc = "The receiver is on another machine, where \"zctrace receive\" runs (port 8083)",
	  .group = 1 },
	{ .name = "ipv6", .key = KEY_IPV6, .doc = "Over IPv6", .group = 1 },
	{ .name = "receiver", .key = KEY_RECEIVER, .arg = "recv|discard|splice",
	  .doc = "How the receiver takes the bytes in: into memory (default), nowhere (MSG_TRUNC), "
		 "through a pipe to /dev/null", .group = 1 },
	{ .name = "cpus", .key = KEY_CPUS, .arg = "SENDER[,RECEIVER]",
	  .doc = "Keep each end on a CPU; one number: both on the same", .group = 1 },
	{ .name = "socket-buffer", .key = KEY_SOCKET_BUFFER, .arg = "SIZE",
	  .doc = "What the sockets hold (SO_SNDBUF, SO_RCVBUF)", .group = 1 },
	{ .name = "receiver-delay", .key = KEY_RECEIVER_DELAY, .arg = "US",
	  .doc = "The receiver sleeps so many microseconds after each receive", .group = 1 },
	{ .name = "port", .key = KEY_PORT, .arg = "N", .doc = "The receiver's port (default: a free "
		 "one)", .group = 1 },
	{ .name = "timeline", .key = KEY_TIMELINE, .arg = "EVENTS", .flags = OPTION_ARG_OPTIONAL,
	  .doc = "Record the first events of each end (default 2000; sweep: none)", .group = 1 },
	{ .name = "no-timeline", .key = KEY_NO_TIMELINE, .doc = "Record none", .group = 1 },
	{ .name = "without", .key = KEY_WITHOUT, .arg = "TRACEPOINT",
	  .doc = "Do without a tracepoint, as a kernel that lacks it would", .group = 1 },
	{ .name = "seed", .key = KEY_SEED, .arg = "N",
	  .doc = "Draw the order of the runs from this number, as a report's config.seed (default: "
		 "another each time)", .group = 1 },
	{ .name = "timeout", .key = KEY_TIMEOUT, .arg = "SECONDS",
	  .doc = "End a transfer that takes longer (default: by its size)", .group = 1 },
	{ .name = "verbose", .key = 'v',
	  .doc = "Every call, witness and step; -vv: libbpf's log too", .group = 3 },
	{ 0 },
};

/* For options of the commands' own: end with a usage error if the text is not what it should be. */
static __u64 parse_size(struct argp_state *state, const char *name, const char *text)
{
	__u64 bytes;
	int err = size_parse(text, &bytes);

	if (err == -ERANGE || (!err && bytes > (1ULL << 62)))
		argp_error(state, "--%s %s: too large", name, text);
	if (err)
		argp_error(state, "--%s %s: not a size; give bytes or 64K, 256M, 1.2GB", name,
			   text);
	if (!bytes)
		argp_error(state, "--%s %s: must be at least 1 byte", name, text);
	return bytes;
}

__u64 measure_parse_chunk(struct argp_state *state, const char *name, const char *text)
{
	__u64 bytes = parse_size(state, name, text);

	if (bytes > MAX_CALL_BYTES)
		argp_error(state, "--%s %s: the kernel moves at most %d bytes a call", name, text,
			   MAX_CALL_BYTES);
	return bytes;
}

static void parse_receiver(struct argp_state *state, struct measure_plan *plan, const char *name)
{
	for (int i = 0; i < RECEIVER_HOWS; i++) {
		if (!strcmp(name, receiver_how_names[i])) {
			plan->receiver = i;
			return;
		}
	}
	argp_error(state, "--receiver %s: give recv, discard or splice", name);
}

static void parse_cpus(struct argp_state *state, struct strain *strain, const char *text)
{
	int err = strain_parse_cpus(text, strain);

	if (err == -ENODEV)
		argp_error(state, "--cpus %s: zctrace may not run there; nproc tells how many CPUs "
			   "there are, counted from 0", text);
	if (err)
		argp_error(state, "--cpus %s: give the number of a CPU, or two: SENDER,RECEIVER",
			   text);
}

static void parse_socket_buffer(struct argp_state *state, struct strain *strain, const char *text)
{
	strain->socket_buffer_bytes = parse_size(state, "socket-buffer", text);
	if (strain->socket_buffer_bytes > STRAIN_MAX_BUFFER)
		argp_error(state, "--socket-buffer %s: at most 512M", text);
}

/* Over what the bytes go. */
static error_t parse_network(int key, char *arg, struct argp_state *state,
			     struct measure_options *o)
{
	struct measure_plan *plan = &o->plan;

	switch (key) {
	case KEY_LINK:
		o->link_given = true;
		if (link_parse(arg, &o->condition.link))
			argp_error(state, "--link %s: give lo, veth or veth-nosg", arg);
		return 0;
	case KEY_RATE:
		if (rate_parse(arg, &o->condition.rate_bits))
			argp_error(state, "--rate %s: give a rate as 1Gbit or 100Mbit, %s", arg,
				   LINK_RATE_RANGE_TEXT);
		return 0;
	case KEY_TO:
		if (remote_parse_target(arg, &o->to))
			argp_error(state, "--to %s: give HOST or HOST:PORT, an IPv6 address with a port "
				   "as [ADDRESS]:PORT", arg);
		plan->to = &o->to;
		return 0;
	case KEY_IPV6:
		o->condition.ipv6 = true;
		return 0;
	case KEY_PORT:
		plan->port = option_number(state, "--port", arg, 1, 65535);
		o->port_given = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* What the receiver and the machine are made to do. */
static error_t parse_strain(int key, char *arg, struct argp_state *state, struct measure_options *o)
{
	struct measure_plan *plan = &o->plan;

	switch (key) {
	case KEY_RECEIVER:
		parse_receiver(state, plan, arg);
		return 0;
	case KEY_CPUS:
		parse_cpus(state, &plan->strain, arg);
		return 0;
	case KEY_SOCKET_BUFFER:
		parse_socket_buffer(state, &plan->strain, arg);
		return 0;
	case KEY_RECEIVER_DELAY:
		plan->strain.receiver_delay_us =
			option_number(state, "--receiver-delay", arg, 1, STRAIN_MAX_DELAY_US);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* What the kernel side is asked for. */
static error_t parse_tracing(int key, char *arg, struct argp_state *state,
			     struct measure_options *o)
{
	struct measure_plan *plan = &o->plan;

	switch (key) {
	case KEY_TIMELINE:
		o->timeline_given = true;
		plan->session.timeline_events =
			arg ? option_number(state, "--timeline", arg, 1, MAX_EVENTS) :
			      DEFAULT_EVENTS;
		return 0;
	case KEY_NO_TIMELINE:
		o->timeline_off = true;
		return 0;
	case KEY_WITHOUT:
		option_without(state, &plan->session, arg);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t parse_other(int key, char *arg, struct argp_state *state, struct measure_options *o)
{
	error_t err = parse_network(key, arg, state, o);

	if (err == ARGP_ERR_UNKNOWN)
		err = parse_strain(key, arg, state, o);
	return err == ARGP_ERR_UNKNOWN ? parse_tracing(key, arg, state, o) : err;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct measure_options *o = state->input;
	struct measure_plan *plan = &o->plan;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &o->outputs;
		return 0;
	case 'n':
		plan->repeats = option_number(state, "--runs", arg, 1, MAX_REPEATS);
		return 0;
	case 'v':
		plan->verbosity++;
		o->outputs.verbose = true;
		return 0;
	case KEY_SIZE:
		plan->bytes = parse_size(state, "size", arg);
		o->size_given = true;
		return 0;
	case KEY_COLD:
	case KEY_WARM:
		o->condition.cold = key == KEY_COLD;
		o->cache_given = true;
		return 0;
	case KEY_SEED:
		plan->seed = option_number(state, "--seed", arg, 1, RUN_ORDER_SEEDS - 1);
		return 0;
	case KEY_TIMEOUT:
		plan->timeout_s = option_number(state, "--timeout", arg, 1, 1000000);
		return 0;
	case ARGP_KEY_ARG:
		if (plan->file)
			argp_error(state, "one FILE only, %s is the second", arg);
		plan->file = arg;
		return 0;
	case ARGP_KEY_END:
		if (o->timeline_given && o->timeline_off)
			argp_error(state, "--timeline and --no-timeline: give one of them");
		return 0;
	default:
		return parse_other(key, arg, state, o);
	}
}

static const struct argp_child children[] = { { .argp = &output_argp }, { 0 } };

const struct argp measure_options_argp = {
	.options = options,
	.parser = parse,
	.children = children,
};

/* With --to the network is what there is, and zctrace receive chooses the port. */
static const char *not_with_to(const struct measure_options *o, const char *other)
{
	if (!o->plan.to)
		return NULL;
	if (other)
		return other;
	if (o->link_given)
		return "--link";
	if (o->plan.strain.pinned)
		return "--cpus";
	if (o->plan.strain.socket_buffer_bytes)
		return "--socket-buffer";
	if (o->plan.strain.receiver_delay_us)
		return "--receiver-delay";
	return o->condition.rate_bits ? "--rate" : o->port_given ? "--port" : NULL;
}

enum zc_exit measure_check(const struct measure_options *o, const char *other)
{
	const char *excluded = not_with_to(o, other);

	if (excluded)
		return complain(ZC_EXIT_USAGE,
				"--to: goes over the network that is there, %s is for runs on this "
				"machine; leave out one of them%s", excluded,
				o->port_given ? " (zctrace receive --data-port chooses the port)" :
						"");
	if (o->plan.file && o->size_given)
		return complain(ZC_EXIT_USAGE,
				"--size: is for a file that is made; FILE has its own");
	return ZC_EXIT_OK;
}

void measure_complete(struct measure_options *o, const struct measure_defaults *defaults)
{
	struct measure_plan *plan = &o->plan;

	if (!plan->bytes)
		plan->bytes = defaults->bytes;
	if (!plan->repeats)
		plan->repeats = defaults->repeats;
	if (!plan->session.timeline_events)
		plan->session.timeline_events = defaults->events;
	if (o->timeline_off)
		plan->session.timeline_events = 0;
	plan->quiet = o->outputs.quiet;
	plan->command = commands_line;
}
