/* SPDX-License-Identifier: GPL-2.0 */
/* The report: what was measured and decided, as one tree of plain values. The builders and claims.c
 * fill it, report_json.c saves and loads it, every render_*.c prints it and computes nothing. */
#ifndef ZC_REPORT_H
#define ZC_REPORT_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

#define REPORT_SCHEMA "zctrace/1"
#define REPORT_HIST_BUCKETS 40		/* bucket i: latencies in [2^i, 2^(i+1)) ns */

/* A count, bytes or ns that may not have been measured: then why says the reason, and the value
 * means nothing. In JSON the value is null, and the object around it has a "why". */
struct measured {
	__u64 value;
	const char *why;
};

/* The same for a ratio or a rate. */
struct measured_real {
	double value;
	const char *why;
};

/* One value over several runs; runs[] in the order in which they were made. */
struct spread {
	struct measured median, min, max;
	__u64 *runs;
	size_t run_count;
};

struct report_tool {
	const char *version;
	const char **command;		/* argv as it was typed */
	size_t command_count;
};

struct report_machine {
	const char *kernel;		/* uname -r */
	const char *arch;
	const char *cpu_model;
	const char *virtual;		/* "kvm", "none", … */
	const char *lockdown;		/* "none", "integrity", "confidentiality", "unknown" */
	const char *distribution;
	__u64 cpus;
	__u64 memory_bytes;
	bool btf;
};

struct report_config {
	const char *started;		/* RFC 3339, UTC */
	const char *file;		/* as the user named it; NULL = made for the run */
	const char *as;			/* "doc1", "doc2" or NULL */
	const char *file_system;	/* "ext4", … of the payload */
	const char *cache;		/* "warm", "cold"; "both" where scenarios differ */
	const char *link;		/* "lo", "veth", "veth-nosg", "device", "device-nosg",
					 * "remote"; "several" */
	const char *cards;		/* of a device, and their drivers: "eth0/e1000e, …"; NULL */
	const char *peer;		/* --to HOST:PORT, else NULL */
	const char *receiver;		/* how it takes the bytes in: "recv", "discard", … */
	__u64 payload_bytes;
	__u64 chunk_bytes;
	__u64 rate_bits;		/* bits per second the link was limited to, 0 = not */
	__u64 repeats;			/* runs of each scenario, traced and untraced each */
	__u64 seed;			/* the order of the runs was drawn from it, or 0 */
	const char *cpus;		/* "0": both ends; "0,1": sender, receiver; NULL = any */
	__u64 socket_buffer_bytes;	/* asked for; 0 = as the kernel has it */
	__u64 receiver_delay_us;	/* slept after each receive */
};

/* user + system is exact, the split of it is sampled by the kernel's tick; ns. */
struct report_role {
	const char *name;		/* "sender", "receiver"; "comm[pid]" for other programs */
	__u64 pid;
	__u64 execs, merged;		/* merged: short-lived descendants counted here */
	struct measured voluntary, involuntary;		/* context switches */
	struct measured faults_user, faults_kernel;
	struct measured interrupts_user, interrupts_kernel;	/* that hit it there */
	struct measured cpu_user_ns, cpu_system_ns;	/* median of the untraced runs */
	struct measured peak_rss_bytes;
	struct measured user_ns, kernel_ns, blocked_ns, runnable_ns;	/* the window, split */
	struct measured window_ns;
};

struct report_syscall {
	const char *role;
	const char *name;
	const char *fd;			/* kind of source or sink: "file", "tcp", "file→tcp", "-" */
	const char *source, *sink;	/* path or address, NULL where there is none */
	__u64 calls, errors, zeros, bytes;
	struct measured cpu_ns, blocked_ns, runnable_ns;
	struct measured received_bytes;	/* copied out of socket buffers in these calls */
	__u64 histogram[REPORT_HIST_BUCKETS];
	bool data;			/* its calls that moved payload are data calls */
};

enum report_leg_id {
	LEG_DISK_CACHE,		/* disk -> page cache, DMA */
	LEG_CACHE_USER,		/* page cache -> user buffer, CPU */
	LEG_USER_SOCKET,	/* user buffer or page cache -> socket, CPU copy */
	LEG_SOCKET_DEVICE,	/* socket -> device, DMA */
	LEG_SOCKET_RECEIVER,	/* socket -> receiver's buffer, CPU */
	LEG_COUNT,
};

/* Where the bytes of a segment lay; the kernel side's enum zc_origin is the same list. */
enum report_origin {
	ORIGIN_FILE,		/* page cache: nothing was copied */
	ORIGIN_PRIVATE,		/* kernel memory of the socket's own: the CPU copied into it */
	ORIGIN_ANON,		/* the program's own page */
	ORIGIN_ZERO,		/* the shared zero page (holes of some file systems) */
	ORIGIN_TRUNCATED,	/* was page cache; the file was cut while it was in flight */
	ORIGIN_UNKNOWN,
	REPORT_ORIGINS,
};

struct report_leg {
	const char *by;			/* "cpu", "dma" */
	const char *evidence;		/* "counted", "provenance", "inferred", "declared" */
	const char *note;		/* a remark for people ("warm: use --cold"), or NULL */
	struct measured bytes;		/* new bytes that this leg copied; retransmissions apart */
	struct measured_real per_byte;
	bool has_origin;		/* at_xmit was measured (LEG_USER_SOCKET) */
	bool has_queue;			/* at_queue was */
	const char *queue_why;		/* why not, though at_xmit was; else NULL */
	__u64 at_queue[REPORT_ORIGINS];	/* net_dev_queue: before software segmentation */
	__u64 at_xmit[REPORT_ORIGINS];	/* net_dev_start_xmit: at the device */
	bool has_receive;		/* at_receive was measured (LEG_SOCKET_RECEIVER) */
	__u64 at_receive[REPORT_ORIGINS];	/* copied to the receiver, by where the bytes lay */
	struct measured retransmitted_bytes;
};

/* What a claim's numbers rest on: a witness of that subject must not disagree. A mask. */
enum claim_subject {
	CLAIM_CALLS = 1 << 0,	/* system calls and rounds */
	CLAIM_BYTES = 1 << 1,	/* bytes that calls moved */
	CLAIM_PAGES = 1 << 2,	/* bytes at the device, and the origin of their pages */
	CLAIM_TIMES = 1 << 3,	/* elapsed and CPU time */
	CLAIM_TOTALS = 1 << 4,	/* what the receiver says that it got */
};

struct report_witness {
	const char *id;			/* "sender.data_calls", … */
	const char *source;		/* "the kernel's nvcsw", "TCP_INFO …", "tally", … */
	__u64 counted, witness;
	__u64 tolerance;		/* in reports of earlier versions; now they must be equal */
	const char *rule;		/* why a tolerance is there, or what they are of; or NULL */
	unsigned int subjects;		/* enum claim_subject: what rests on it; not in the JSON */
	bool agree;			/* in every run */
	__u64 runs;			/* that it was compared in; 0 in earlier reports */
	__u64 differ;			/* those in which it disagreed; counted and witness are of
					 * one such */
};

/* Sends whose pages the kernel borrowed, by the program's own count: what the kernel said of them
 * when it gave them back. */
struct report_zerocopy {
	bool used;			/* the scenario makes such sends */
	struct measured sends, completed;
	struct measured copied;		/* completed ones of which the kernel says that it copied */
	/* Bytes that left in the program's own pages, and lay elsewhere when they arrived. */
	struct measured late_bytes;
	struct measured_real late_per_byte;
};

/* A call that would have moved a flow's bytes without the program's memory, or lent its pages, and
 * that failed. */
struct report_refusal {
	const char *call;		/* "sendfile" */
	const char *error;		/* "EINVAL" */
	__u64 times;
	bool before;			/* the flow's calls came after it; else that is not known */
};

/* Bytes that went from one place to another; zctrace run and attach. */
struct report_flow {
	const char *role;
	const char *source, *sink;		/* path, address */
	const char *source_kind, *sink_kind;
	const char *calls_by;			/* "read + sendto", "sendfile" */
	const char *verdict;			/* "zero-copy", "copied through user space", … */
	const char *why;			/* what supports it; NULL = it is in the verdict */
	__u64 bytes, calls;
	struct measured_real copies_per_byte;	/* CPU copies on the way, all legs */
	struct report_refusal *refusals;
	size_t refusal_count;
};

enum report_event_type { EVENT_ENTER = 1, EVENT_EXIT, EVENT_OFF, EVENT_ON, EVENT_FAULT };

struct report_event {
	__u8 type;			/* enum report_event_type */
	__u16 role;			/* index into roles */
	__u32 tid;
	const char *name;		/* of the call */
	const char *fd;			/* kind, as in report_syscall */
	__u64 ns;			/* since the first event */
	__s64 value;			/* EXIT: what it returned; OFF: 1 blocked, 0 preempted;
					 * ON: ns it was runnable */
};

struct report_timeline {
	struct report_event *events;	/* in time order */
	size_t event_count;
	__u64 dropped;			/* that are not here: no room, or before the window */
	__u64 limit;			/* of each thread */
	__u64 begins_ns;		/* the first event, after counting began; 0 = with it */
};

/* One run: a dot in the picture, a row in the CSV. */
struct report_run {
	bool traced;
	__u64 order;			/* 1 = the first run of all that was timed; 0 = unknown */
	__u64 elapsed_ns;		/* the sender's own timer, as the documents' */
	__u64 sender_user_ns, sender_system_ns;
	__u64 receiver_user_ns, receiver_system_ns;
	struct measured crossings, voluntary, involuntary, faults_user;	/* sender; traced runs */
};

struct report_scenario {
	const char *id;			/* "copy", "sendfile", … */
	const char *variant;		/* "whole", "chunk", "prefault" */
	const char *cache, *link;	/* the condition it ran under, as in report_config */
	const char *receiver;		/* NULL = as in report_config */
	const char *failed;		/* it could not be measured at all: why; NULL = it was */
	__u64 rate_bits;
	__u64 chunk_bytes;		/* 0 = the whole file */
	__u64 payload_bytes;
	struct measured rounds;
	struct measured_real crossings_per_round;
	struct measured crossings_data, crossings_control, crossings_user_faults, crossings_total;
	struct measured crossings_interrupts;	/* beside crossings_total: nobody asked for them */
	struct report_role *roles;
	size_t role_count;
	struct report_syscall *syscalls;	/* busiest first */
	size_t syscall_count;
	struct report_leg legs[LEG_COUNT];
	struct spread elapsed_untraced_ns, elapsed_traced_ns;
	struct spread cpu_untraced_ns;		/* sender, user + system */
	struct measured bytes_per_second;	/* payload by the median of elapsed_untraced_ns */
	struct report_run *runs;
	size_t run_count;
	struct report_zerocopy zerocopy;
	struct report_witness *witnesses;
	size_t witness_count;
	struct report_flow *flows;
	size_t flow_count;
	__u64 loss_ring, loss_map_full, loss_recursion;
	__u64 coarse;			/* calls counted by kind only: a limit was reached */
	const char *coarse_why;		/* which limit, and how to raise it */
	struct report_timeline timeline;
	__u64 received_bytes;		/* the receiver's total */
	const char *sha256_sent, *sha256_received;	/* of the verification run, or NULL */
};

enum report_verdict { VERDICT_HOLDS, VERDICT_DOES_NOT, VERDICT_HOLDS_IF, VERDICT_NOT_MEASURED };

struct report_claim {
	const char *id;
	const char *text;		/* "copy: switches per round" */
	const char *source;		/* "doc1", "doc2", "both" */
	const char *documents;		/* what they say: "4", "3.19× and 2.22×, 1.91×" */
	const char *measured_text;	/* as shown to people: "4.00", "3.6×" */
	struct measured_real measured;
	const char *unit;		/* "crossings/round", "copies/byte", "ratio", … */
	enum report_verdict verdict;
	const char *condition;		/* of "holds if", with what was measured on each side */
	const char *why;		/* of "not measured": why, and what would measure it */
	const char *note;		/* of others: which conditions they do not speak of,
		and why,
					 * or what would measure them; NULL = of all */
	const char *rule;		/* how the verdict follows, with its tolerance */
	const char *evidence;		/* "counted", "provenance", … */
};

struct report {
	const char *mode;	/* "copy", "sendfile", "compare", "sweep", "run", "attach" */
	struct report_tool tool;
	struct report_machine machine;
	struct report_config config;
	struct report_scenario *scenarios;
	size_t scenario_count;
	struct report_claim *claims;
	size_t claim_count;
	const char **sentences;		/* what was found; the first is the headline */
	size_t sentence_count;
	const char **warnings;		/* advice: what happened, why it matters, what to do */
	size_t warning_count;
	void *arena;			/* owns every string and array above */
};

/* A new, empty report. Everything in it lives until report_free(). */
struct report *report_new(void);
void report_free(struct report *report);

/* Memory that lives as long as the report. They end the program when there is none. */
void *report_alloc(struct report *report, size_t bytes);	/* zeroed */
const char *report_text(struct report *report, const char *text);	/* copy; NULL stays NULL */
const char *report_format(struct report *report, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Text of a verdict as in the JSON: "holds", "does not hold", "holds if", "not measured". */
const char *report_verdict_text(enum report_verdict verdict);
/* For people: "does not hold here" where the claim has a note. */
const char *report_claim_verdict(const struct report_claim *claim);
const char *report_leg_id_text(enum report_leg_id leg);	/* "disk-cache", … */
const char *report_origin_text(unsigned int origin);	/* "file_page", "private", … */

/* JSON, DESIGN: "everything else is made from it". */
#define REPORT_MAX_BYTES (512ULL << 20)	/* of a file that is read */
#define REPORT_MAX_SCENARIOS 1024	/* in it */
#define REPORT_MAX_ROLES 16384		/* in a scenario */
#define REPORT_MAX_CLAIMS 1024

/* Writes to a stream (FILE *) and flushes it. The same report gives the same bytes; read and
 * written again, too. 0 or -errno; -EOVERFLOW: a count of 2^63 or more, then nothing is written.
 * Text that is not UTF-8 is made so (as \xNN); of two roles with one name the second gets "#2". */
int report_write_json(const struct report *report, void *file);
/* Reads and checks; NULL with the reason in error (one line for people, without the path; 256
 * bytes are enough) on anything that is not a whole report of this schema. Unknown fields are
 * passed over; a number that the file lacks is "not measured". Events come back in time order and
 * with a role that exists. */
struct report *report_read_json(const char *path, char *error, size_t error_size);

/* Convenience for those who read a report; NULL = there is none. Variant NULL = any, the first. */
const struct report_role *report_role(const struct report_scenario *scenario, const char *name);
const struct report_scenario *report_scenario(const struct report *report, const char *id,
					      const char *variant);

#endif
