// SPDX-License-Identifier: GPL-2.0
/* The options of every command that measures: what is sent, how often, under which condition, and
 * where the report goes. cmd_measure.c and cmd_sweep.c add their own. */
#include <errno.h>
#include <stdio.h>
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

/* --- options that take more than a row --- */

static void take_size(const struct option_use *use)
{
	*(__u64 *)use->member = parse_size(use->state, use->row->name, use->text);
}

static void take_cold(const struct option_use *use)
{
	struct measure_options *o = use->arguments;

	o->condition.cold = !strcmp(use->row->name, "cold");
}

static void take_link(const struct option_use *use)
{
	if (link_parse(use->text, use->member))
		argp_error(use->state, "--link %s: give lo, veth or veth-nosg", use->text);
}

/* "eth0,eth1": the sender's card and the receiver's. */
static void take_device(const struct option_use *use)
{
	struct measure_options *o = use->arguments;
	const char *comma = strchr(use->text, ',');
	char error[400];

	if (!comma || strchr(comma + 1, ','))
		argp_error(use->state, "--device %s: give two cards of this machine that a cable joins, "
			   "SENDER,RECEIVER; a receiver on another machine is --to", use->text);
	o->condition.link = LINK_DEVICE;
	snprintf(o->cards[LINK_SENDER], sizeof(o->cards[0]), "%.*s", (int)(comma - use->text),
		 use->text);
	snprintf(o->cards[LINK_RECEIVER], sizeof(o->cards[0]), "%s", comma + 1);
	if (!strcmp(o->cards[LINK_SENDER], o->cards[LINK_RECEIVER]))
		argp_error(use->state, "--device: both ends are %s; give two cards", comma + 1);
	for (int side = LINK_SENDER; side <= LINK_RECEIVER; side++) {
		o->condition.devices[side] = o->cards[side];
		if (link_device_check(o->condition.devices[side], error, sizeof(error)))
			argp_error(use->state, "--device: %s", error);
	}
}

static void take_rate(const struct option_use *use)
{
	if (rate_parse(use->text, use->member))
		argp_error(use->state, "--rate %s: give a rate as 1Gbit or 100Mbit, %s", use->text,
			   LINK_RATE_RANGE_TEXT);
}

static void take_to(const struct option_use *use)
{
	struct measure_options *o = use->arguments;

	if (remote_parse_target(use->text, &o->to))
		argp_error(use->state, "--to %s: give HOST or HOST:PORT, an IPv6 address with a port "
			   "as [ADDRESS]:PORT", use->text);
	o->plan.to = &o->to;
}

static void take_receiver(const struct option_use *use)
{
	struct measure_options *o = use->arguments;

	for (int i = 0; i < RECEIVER_HOWS; i++) {
		if (!strcmp(use->text, receiver_how_names[i])) {
			o->plan.receiver = i;
			return;
		}
	}
	argp_error(use->state, "--receiver %s: give recv, discard, splice or zerocopy", use->text);
}

static void take_cpus(const struct option_use *use)
{
	int err = strain_parse_cpus(use->text, use->member);

	if (err == -ENODEV)
		argp_error(use->state, "--cpus %s: zctrace may not run there; nproc tells how many CPUs "
			   "there are, counted from 0", use->text);
	if (err)
		argp_error(use->state, "--cpus %s: give the number of a CPU, or two: SENDER,RECEIVER",
			   use->text);
}

static void take_socket_buffer(const struct option_use *use)
{
	take_size(use);
	if (*(__u64 *)use->member > STRAIN_MAX_BUFFER)
		argp_error(use->state, "--socket-buffer %s: at most 512M", use->text);
}

static void take_timeline(const struct option_use *use)
{
	*(__u64 *)use->member = !use->text ? DEFAULT_EVENTS :
				option_number(use->state, "--timeline", use->text, 1, MAX_EVENTS);
}

#define ARGUMENTS struct measure_options

const struct option_row measure_option_rows[] = {
	{ "runs", "N",
	  "Measured runs of each scenario, traced and untraced each (default 5; sweep: 9)",
	  SETS_NUMBER(plan.repeats, 1, MAX_REPEATS), .letter = 'n', .group = 1 },
	{ "size", "SIZE",
	  "Size of the file to make (default 256M; sweep: 128M); K, M, G are powers of 1024",
	  .take = take_size, MEMBER(plan.bytes), SETS_FLAG(size_given), .group = 1 },
	{ "cold", NULL, "Evict the file from the page cache before each run",
	  .take = take_cold, SETS_FLAG(cache_given), .group = 1 },
	{ "warm", NULL, "Read it into the page cache before (default)",
	  .take = take_cold, SETS_FLAG(cache_given), .group = 1 },
	{ "link", "lo|veth|veth-nosg",
	  "The network between the two: loopback (default), or two namespaces of their own; "
	  "nosg: the device cannot gather",
	  .take = take_link, MEMBER(condition.link), SETS_FLAG(link_given), .group = 1 },
	{ "device", "SENDER,RECEIVER",
	  "Two network cards of this machine, joined by a cable, each in a namespace of its own "
	  "meanwhile: bytes go through real devices", .take = take_device,
	  SETS_FLAG(device_given), .group = 1 },
	{ "rate", "RATE", "Limit the link's speed, as 1Gbit", .take = take_rate,
	  MEMBER(condition.rate_bits), .group = 1 },
	{ "to", "HOST[:PORT]",
	  "The receiver is on another machine, where \"zctrace receive\" runs (port 8083)",
	  .take = take_to, .group = 1 },
	{ "ipv6", NULL, "Over IPv6", SETS_FLAG(condition.ipv6), .group = 1 },
	{ "receiver", "HOW",
	  "How the receiver takes the bytes in: recv (into memory, default), discard (nowhere: "
	  "MSG_TRUNC), splice (through a pipe to /dev/null), zerocopy (mapped where it can be)",
	  .take = take_receiver, .group = 1 },
	{ "cpus", "SENDER[,RECEIVER]",
	  "Keep each end on a CPU; one number: both on the same",
	  .take = take_cpus, MEMBER(plan.strain), .group = 1 },
	{ "socket-buffer", "SIZE", "What the sockets hold (SO_SNDBUF, SO_RCVBUF)",
	  .take = take_socket_buffer, MEMBER(plan.strain.socket_buffer_bytes), .group = 1 },
	{ "receiver-delay", "US", "The receiver sleeps so many microseconds after each receive",
	  SETS_NUMBER(plan.strain.receiver_delay_us, 1, STRAIN_MAX_DELAY_US), .group = 1 },
	{ "port", "N", "The receiver's port (default: a free one)",
	  SETS_NUMBER(plan.port, 1, 65535), SETS_FLAG(port_given), .group = 1 },
	{ "timeline", "EVENTS", "Record the first events of each end (default 2000; sweep: none)",
	  .take = take_timeline, MEMBER(plan.session.timeline_events), SETS_FLAG(timeline_given),
	  .flags = OPTION_ARG_OPTIONAL, .group = 1 },
	{ "no-timeline", NULL, "Record none", SETS_FLAG(timeline_off), .group = 1 },
	{ "without", "TRACEPOINT", "Do without a tracepoint, as a kernel that lacks it would",
	  .take = option_without, MEMBER(plan.session), .group = 1 },
	{ "seed", "N",
	  "Draw the order of the runs from this number, as a report's config.seed (default: "
	  "another each time)", SETS_NUMBER(plan.seed, 1, RUN_ORDER_SEEDS - 1), .group = 1 },
	{ "timeout", "SECONDS", "End a transfer that takes longer (default: by its size)",
	  SETS_NUMBER(plan.timeout_s, 1, 1000000), .group = 1 },
	{ "verbose", NULL, "Every call, witness and step; -vv: libbpf's log too",
	  COUNTS(plan.verbosity), SETS_FLAG(outputs.verbose), .letter = 'v', .group = 3 },
	{ 0 },
};

void measure_argument(const struct option_use *use)
{
	struct measure_options *o = use->arguments;

	if (o->plan.file)
		argp_error(use->state, "one FILE only, %s is the second", use->text);
	o->plan.file = use->text;
}

void measure_end(const struct option_use *use)
{
	const struct measure_options *o = use->arguments;

	if (o->timeline_given && o->timeline_off)
		argp_error(use->state, "--timeline and --no-timeline: give one of them");
}

/* With --to the network is what there is, and zctrace receive chooses the port. */
static const char *not_with_to(const struct measure_options *o, const char *other)
{
	if (!o->plan.to)
		return NULL;
	if (other)
		return other;
	if (o->link_given || o->device_given)
		return o->link_given ? "--link" : "--device";
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
	if (o->device_given && o->link_given)
		return complain(ZC_EXIT_USAGE, "--device: is the link; leave out --link");
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
