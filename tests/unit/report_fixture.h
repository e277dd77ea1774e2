/* SPDX-License-Identifier: GPL-2.0 */
/* A report as a comparison on a quiet machine gives it, for tests to spoil in one place each.
 * Included by test_claims*.c and test_summary.c. */
#ifndef ZC_REPORT_FIXTURE_H
#define ZC_REPORT_FIXTURE_H

#include <stdlib.h>
#include <string.h>

#include "../../bpf/zctrace.h"
#include "report.h"
#include "stats.h"

#define FIXTURE_PAYLOAD (256ULL << 20)
#define FIXTURE_CHUNK (64ULL << 10)
#define FIXTURE_ROUNDS (FIXTURE_PAYLOAD / FIXTURE_CHUNK)
#define FIXTURE_DIGEST "4b3cf3f8c7f1e1d1a0b0d0c0ffee00000000000000000000000000000000cafe"
#define FIXTURE_SCENARIOS 32
#define FIXTURE_RUNS 5
#define MS 1000000ULL

static inline struct report *fixture_empty(void)
{
	struct report *report = report_new();

	if (!report)
		abort();
	report->mode = "compare";
	report->machine.kernel = "6.18.44-amd64";
	report->machine.arch = "x86_64";
	report->config.file_system = "ext4";
	report->config.payload_bytes = FIXTURE_PAYLOAD;
	report->config.chunk_bytes = FIXTURE_CHUNK;
	report->scenarios = report_alloc(report, FIXTURE_SCENARIOS * sizeof(*report->scenarios));
	return report;
}

/* count runs around the median, half a percent apart: the median is exact. */
static inline void fixture_times(struct report *report, struct spread *spread, __u64 median,
				 size_t count)
{
	__u64 runs[64];

	for (size_t i = 0; i < count; i++)
		runs[i] = median + median / 400 * 2 * i - median / 400 * (count - 1);
	stats_spread(report, spread, runs, count, NULL);
}

static inline void fixture_leg(struct report_scenario *scenario, enum report_leg_id id,
			       double per_byte)
{
	struct report_leg *leg = &scenario->legs[id];

	leg->bytes = (struct measured){ .value = (__u64)(per_byte * (double)FIXTURE_PAYLOAD) };
	leg->per_byte = (struct measured_real){ .value = per_byte };
}

static inline void fixture_no_leg(struct report_scenario *scenario, enum report_leg_id id,
				  const char *why)
{
	scenario->legs[id].bytes = (struct measured){ .why = why };
	scenario->legs[id].per_byte = (struct measured_real){ .why = why };
}

/* All bytes at both hooks have one origin. */
static inline void fixture_origin(struct report_scenario *scenario, enum zc_origin at_queue,
				  enum zc_origin at_xmit)
{
	struct report_leg *leg = &scenario->legs[LEG_USER_SOCKET];

	memset(leg->at_queue, 0, sizeof(leg->at_queue));
	memset(leg->at_xmit, 0, sizeof(leg->at_xmit));
	leg->has_origin = leg->has_queue = true;
	leg->at_queue[at_queue] = scenario->payload_bytes;
	leg->at_xmit[at_xmit] = scenario->payload_bytes;
	fixture_leg(scenario, LEG_USER_SOCKET, at_xmit == ZC_ORIGIN_PRIVATE ? 1 : 0);
}

/* control calls are crossings / 2 beside the data calls. */
static inline void fixture_crossings(struct report_scenario *scenario, __u64 rounds, __u64 data,
				     __u64 control)
{
	scenario->rounds = (struct measured){ .value = rounds };
	scenario->crossings_data = (struct measured){ .value = data };
	scenario->crossings_control = (struct measured){ .value = control };
	scenario->crossings_total = (struct measured){ .value = data + control };
	scenario->crossings_per_round =
		(struct measured_real){ .value = rounds ? (double)data / (double)rounds : 0 };
}

static inline void fixture_sender(struct report *report, struct report_scenario *scenario,
				  __u64 faults, __u64 voluntary)
{
	struct report_role *sender = report_alloc(report, sizeof(*sender));

	sender->name = "sender";
	sender->faults_kernel.value = faults;
	sender->voluntary.value = voluntary;
	sender->involuntary.value = 2;
	scenario->roles = sender;
	scenario->role_count = 1;
}

static inline void fixture_call(struct report *report, struct report_scenario *scenario,
				const char *name, __u64 calls, __u64 bytes)
{
	struct report_syscall *call = report_alloc(report, sizeof(*call));

	call->role = "sender";
	call->name = name;
	call->fd = "file→tcp";
	call->calls = calls;
	call->bytes = bytes;
	call->data = true;
	scenario->syscalls = call;
	scenario->syscall_count = 1;
}

static inline void fixture_witness(struct report *report, struct report_scenario *scenario,
				   unsigned int subjects, bool agree)
{
	struct report_witness *witness = report_alloc(report, sizeof(*witness));

	witness->id = "sender.data_calls";
	witness->source = "tally";
	witness->subjects = subjects;
	witness->counted = 46;
	witness->witness = agree ? 46 : 44;
	witness->agree = agree;
	scenario->witnesses = witness;
	scenario->witness_count = 1;
}

static inline struct report_scenario *fixture_scenario(struct report *report, const char *id,
						       const char *variant, const char *cache,
						       const char *link)
{
	struct report_scenario *scenario = &report->scenarios[report->scenario_count++];
	const bool whole = strcmp(variant, "chunk") != 0;

	*scenario = (struct report_scenario){
		.id = id,
		.variant = variant,
		.cache = cache,
		.link = link,
		.chunk_bytes = whole ? 0 : FIXTURE_CHUNK,
		.payload_bytes = FIXTURE_PAYLOAD,
		.received_bytes = FIXTURE_PAYLOAD,
		.sha256_sent = FIXTURE_DIGEST,
		.sha256_received = FIXTURE_DIGEST,
	};
	fixture_leg(scenario, LEG_DISK_CACHE, strcmp(cache, "cold") == 0 ? 1 : 0);
	fixture_no_leg(scenario, LEG_SOCKET_DEVICE, "loopback has no device");
	fixture_leg(scenario, LEG_SOCKET_RECEIVER, 1);
	return scenario;
}

static inline void fixture_all_times(struct report *report, struct report_scenario *scenario,
				     __u64 elapsed, __u64 cpu)
{
	fixture_times(report, &scenario->elapsed_untraced_ns, elapsed, FIXTURE_RUNS);
	fixture_times(report, &scenario->elapsed_traced_ns, elapsed, FIXTURE_RUNS);
	fixture_times(report, &scenario->cpu_untraced_ns, cpu, FIXTURE_RUNS);
}

static inline struct report_scenario *fixture_copy(struct report *report, const char *variant,
						   const char *cache, const char *link)
{
	struct report_scenario *scenario = fixture_scenario(report, "copy", variant, cache, link);

	fixture_leg(scenario, LEG_CACHE_USER, 1);
	fixture_origin(scenario, ZC_ORIGIN_PRIVATE, ZC_ORIGIN_PRIVATE);
	fixture_call(report, scenario, "sendto", 1, FIXTURE_PAYLOAD);
	if (strcmp(variant, "chunk") == 0) {
		fixture_crossings(scenario, FIXTURE_ROUNDS, 4 * FIXTURE_ROUNDS, 18);
		fixture_sender(report, scenario, 16, 31);
		fixture_all_times(report, scenario, 182 * MS, 171 * MS);
	} else if (strcmp(variant, "prefault") == 0) {
		fixture_crossings(scenario, 1, 4, 10);
		fixture_sender(report, scenario, 0, 9);
		fixture_all_times(report, scenario, 190 * MS, 180 * MS);
	} else {
		fixture_crossings(scenario, 1, 4, 10);
		fixture_sender(report, scenario, 65536, 9);
		fixture_all_times(report, scenario, 431 * MS, 412 * MS);
	}
	return scenario;
}

static inline struct report_scenario *fixture_sendfile(struct report *report, const char *cache,
						       const char *link)
{
	struct report_scenario *scenario =
		fixture_scenario(report, "sendfile", "chunk", cache, link);

	fixture_leg(scenario, LEG_CACHE_USER, 0);
	fixture_origin(scenario, ZC_ORIGIN_FILE,
		       strcmp(link, "veth-nosg") == 0 ? ZC_ORIGIN_PRIVATE : ZC_ORIGIN_FILE);
	fixture_call(report, scenario, "sendfile", FIXTURE_ROUNDS + 1, FIXTURE_PAYLOAD);
	fixture_crossings(scenario, FIXTURE_ROUNDS, 2 * FIXTURE_ROUNDS, 14);
	fixture_sender(report, scenario, 0, 12);
	fixture_all_times(report, scenario, 121 * MS, 48 * MS);
	return scenario;
}

/* The default comparison: copy whole, in chunks and prefaulted, and sendfile; warm, loopback. */
enum { COPY_WHOLE, COPY_CHUNK, COPY_PREFAULT, SENDFILE };

static inline struct report *fixture_compare(void)
{
	struct report *report = fixture_empty();

	fixture_copy(report, "whole", "warm", "lo");
	fixture_copy(report, "chunk", "warm", "lo");
	fixture_copy(report, "prefault", "warm", "lo");
	fixture_sendfile(report, "warm", "lo");
	return report;
}

/* Both ways over a link of 1 Gbit/s, which takes 2.147 s for the payload. */
static inline void fixture_slow_link(struct report *report)
{
	struct report_scenario *copy = fixture_copy(report, "whole", "warm", "veth");
	struct report_scenario *sendfile = fixture_sendfile(report, "warm", "veth");

	copy->rate_bits = sendfile->rate_bits = 1000000000;
	fixture_times(report, &copy->elapsed_untraced_ns, 2200 * MS, FIXTURE_RUNS);
	fixture_times(report, &sendfile->elapsed_untraced_ns, 2190 * MS, FIXTURE_RUNS);
}

/* A small generator with a fixed seed: the same cases every time. */
static inline unsigned int fixture_random(unsigned long long *state, unsigned int below)
{
	*state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (unsigned int)((*state >> 33) % below);
}

#endif
