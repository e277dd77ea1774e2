/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel side and the loader agree on: limits, identities, counters.
 * Included by every bpf/ .bpf.c file and by user/; only fixed-width types cross this border. */
#ifndef ZCTRACE_H
#define ZCTRACE_H

#ifndef __VMLINUX_H__
#include <linux/types.h>
#endif

enum zc_limits {
	ZC_MAX_TASKS = 16384,	/* traced threads alive at one time; a power of two */
	ZC_TASK_PROBES = 16,	/* places looked at for one thread before giving up */
	ZC_MAX_PROCS = 4096,	/* traced processes; later ones are counted with their parent */
	ZC_PROC_STATES = 16384,	/* the most that --max-processes can ask for; a power of two */
	ZC_MAX_CELLS = 32768,	/* distinct (process, call, source, sink) */
	ZC_MOST_CELLS = 65535,	/* the most that --max-cells can ask for: they are 16 bits */
	ZC_MAX_OBJECTS = 16384,	/* distinct files, sockets, pipes; later ones count by kind only */
	ZC_MAX_SOCKS = 16384,	/* TCP sockets whose segments are looked at */
	ZC_MAX_FLOWS = 16384,	/* distinct (socket, file) pairs seen in segments */
	ZC_MAX_SYSCALLS = 512,	/* call numbers with a class of their own; a power of two */
	ZC_MAX_URING_OPS = 64,	/* io_uring opcodes with a class of their own; a power of two */
	ZC_NR_32BIT = ZC_MAX_SYSCALLS - 2,	/* row of all calls of 32-bit programs */
	ZC_URING_BASE = 1024,	/* cells with nr >= this count io_uring requests, not calls */
	ZC_URING_MULTISHOT = ZC_URING_BASE + ZC_MAX_URING_OPS,	/* completions without request */
	ZC_URING_OTHER,		/* requests whose opcode has no row */
	ZC_URING_SILENT,	/* requests that complete without a completion */
	ZC_MAX_MESSAGES = 1024,	/* of one sendmmsg or recvmmsg: UIO_MAXIOV */
	ZC_FD_CACHE = 8,	/* (call, fd) pairs remembered per thread; a power of two */
	ZC_REFUSALS = 2,	/* errors told apart in a cell */
	ZC_HIST_BUCKETS = 40,	/* bucket i counts latencies in [2^i, 2^(i+1)) ns */
	ZC_NAME_LEN = 512,	/* bytes for a path's components, each with its NUL */
	ZC_COMM_LEN = 16,
	ZC_WINDOW_BYTES = 1 << 20,	/* moved by a cell: its flow is worth looking at */
	ZC_WINDOW_STEP = 16,		/* and again when it has moved so many times as much */
	ZC_MAX_FRAGS = 48,	/* >= the largest MAX_SKB_FRAGS that can be configured (45) */
};

/* What a file descriptor is. Ids below ZC_KIND_COUNT in an object index mean "any of this kind". */
enum zc_kind {
	ZC_KIND_NONE,		/* the call takes no descriptor there */
	ZC_KIND_FILE,		/* regular file through the page cache */
	ZC_KIND_FILE_DIRECT,	/* regular file opened with O_DIRECT */
	ZC_KIND_DIR,
	ZC_KIND_BLOCK,
	ZC_KIND_CHAR,
	ZC_KIND_PIPE,
	ZC_KIND_TCP,
	ZC_KIND_TCP_TLS,	/* TCP with the kernel's TLS layer on it */
	ZC_KIND_UDP,
	ZC_KIND_UNIX,
	ZC_KIND_SOCKET,		/* any other socket */
	ZC_KIND_ANON,		/* epoll, eventfd, timerfd, io_uring, … */
	ZC_KIND_BAD_FD,		/* no such descriptor */
	ZC_KIND_UNKNOWN,	/* could not be looked at */
	ZC_KIND_COUNT,
};

/* How a system call treats its descriptors and its return value; one row per call number. */
enum zc_class_flags {
	ZC_CLASS_FD_IN = 1 << 0,	/* argument fd_in is a descriptor that bytes come from */
	ZC_CLASS_FD_OUT = 1 << 1,	/* argument fd_out is a descriptor that bytes go to */
	ZC_CLASS_DATA = 1 << 2,		/* a positive return value is the number of payload bytes */
	ZC_CLASS_KEEPS_FDS = 1 << 3,	/* never makes a new descriptor: cached ones stay valid */
	ZC_CLASS_KNOWN = 1 << 4,	/* the loader gave this row */
	ZC_CLASS_MESSAGES = 1 << 5,	/* returns a number of struct mmsghdr at argument 1 */
	ZC_CLASS_OBJECT = 1 << 6,	/* moves nothing, and its file is told apart all the same */
	ZC_CLASS_LOADS = 1 << 7,	/* the kernel reads a file for itself: exec */
};

struct zc_class {
	__u8 flags;	/* enum zc_class_flags */
	__u8 fd_in;	/* argument index 0..5 */
	__u8 fd_out;	/* argument index 0..5 */
	__u8 pad;
};
_Static_assert(sizeof(struct zc_class) == 4, "zc_class crosses the border");

/* When a process's calls are counted. */
enum zc_window {
	ZC_WINDOW_NEVER,
	ZC_WINDOW_AT_EXEC,	/* opens when the process has become its command */
	ZC_WINDOW_AT_GATE,	/* opens at the return of the next send() on the gate */
	ZC_WINDOW_OPEN,
	ZC_WINDOW_CLOSED,
};

/* What the kernel itself tallies of each thread, in struct task_struct: here of all threads of a
 * process, from the beginning of its window to its end, or to theirs. */
struct zc_tally {
	__u64 voluntary;	/* nvcsw */
	__u64 involuntary;	/* nivcsw */
	__u64 faults;		/* min_flt + maj_flt */
	__u64 read_bytes;	/* ioac.rchar, but for calls of ZC_CLASS_LOADS */
	__u64 written_bytes;	/* ioac.wchar */
	__u64 cpu_ns;		/* se.sum_exec_runtime, which is brought up to date at each tick */
	__u64 waited_ns;	/* sched_info.run_delay: queued for a CPU */
	__u64 threads;		/* whose end is in it */
};

/* One traced process. Counters only grow; written with atomic adds, read by the loader. */
struct zc_proc {
	__u32 tgid;		/* in the initial pid namespace */
	__u32 parent;		/* index of the process that forked it, 0 = the loader's */
	__u32 window;		/* enum zc_window */
	__s32 gate_fd;		/* the scenario's gate, -1 = none */
	__u32 switches_missed;	/* waits that could not be split: an end of them was not seen */
	__u32 untallied;	/* its tally is not of its window: it was joined, or dumped core */
	__u32 threads;		/* alive now */
	__u32 execs;
	__u32 merged;		/* descendants counted here because ZC_MAX_PROCS was reached */
	__u32 pad;
	__u64 open_ns;		/* CLOCK_MONOTONIC when the window opened, 0 = never */
	__u64 close_ns;		/* when it closed, 0 = open still */
	__u64 voluntary;	/* sched_switch: it blocked */
	__u64 involuntary;	/* sched_switch: it was preempted */
	__u64 blocked_ns;	/* off CPU, waiting for something */
	__u64 runnable_ns;	/* off CPU, waiting for a CPU */
	__u64 faults_user;	/* page faults taken in user mode */
	__u64 faults_kernel;	/* page faults taken inside a call */
	__u64 interrupts_user;	/* while one of its threads ran, and in user mode */
	__u64 interrupts_kernel;	/* while it was in the kernel */
	struct zc_tally tally;
	__u64 received[6];	/* copied out of sockets, by the origin of the segment's first page;
				 * index is enum zc_origin */
	char comm[ZC_COMM_LEN];
};
_Static_assert(sizeof(struct zc_proc) == 248, "zc_proc crosses the border");

/* A process's state in one word, so that one comparison tells whether what a thread remembers still
 * holds: three bits, and above them a number that changes whenever a descriptor may have been
 * made. */
enum zc_state {
	ZC_STATE_OPEN = 1,	/* its window is open */
	ZC_STATE_ALONE = 2,	/* it has one thread */
	ZC_STATE_32BIT = 4,	/* it makes 32-bit calls: each is looked at, none remembered */
	ZC_STATE_STEP = 8,
};

/* One remembered answer to "which cell does this call on this descriptor count in?" */
struct zc_fd_cache {
	__u64 fds;		/* source in the upper half, sink in the lower */
	__u32 state;		/* of the process then; 0 = empty */
	__u16 row;
	__u16 cell;
};
_Static_assert(sizeof(struct zc_fd_cache) == 16, "four words keep the lookup short");

/* The same, remembered for all threads of a process. */
struct zc_call_key {
	__u32 proc;
	__u32 row;
	__u64 fds;
	__u64 table;		/* files_struct: a thread may have one of its own (unshare()) */
};

struct zc_call_cell {
	__u32 state;		/* of the process then */
	__u32 cell;
};

/* Calls that on_sys_exit does not count in a cell of their own. */
enum zc_gate {
	ZC_GATE_OPENS = 1,	/* it is on the gate: its return opens the window */
	ZC_GATE_LOADS,		/* bytes read are not tallied: it is of ZC_CLASS_LOADS */
	ZC_GATE_UNSEEN,		/* it began before its thread's window */
};

/* One traced thread: what must be remembered between two events of it. */
struct zc_task {
	__u64 key;		/* task_key() of it, 0 = this place was never used */
	__u32 proc;		/* index, 0 = this place is not in use */
	__u32 tid;
	__u64 enter_ns;		/* entry of the call that it is in, 0 = in none that counts */
	__u64 on_ns;		/* when it came to a CPU, 0 = it was not seen to */
	__u64 off_ns;		/* when it left the CPU, 0 = it runs, or was not seen to leave */
	__u64 wake_ns;		/* when it was woken, 0 = not since it left */
	__u64 delay_ns;		/* all that it had waited for a CPU when it left */
	__u64 blocked_ns;	/* within the current call */
	__u64 runnable_ns;	/* within the current call */
	__u64 messages;		/* sendmmsg, recvmmsg: user address of the vector */
	__u16 cell;		/* of the current call */
	__u16 nr;		/* of the current call */
	__u8 off_voluntary;	/* it left the CPU by blocking */
	__u8 gate;		/* enum zc_gate: the current call is not one like others */
	__u8 alone;		/* no other thread of its process counts during the current call */
	__u8 faults;		/* in the kernel, during the current call: what 256 leave over */
	__u32 events_left;	/* of its timeline; both ends of a call are taken at its begin */
	__u8 call_recorded;	/* the begin of the current call is in the timeline */
	__u8 wait_recorded;	/* and that of the current wait */
	__u8 in_window;		/* its room was taken from windows_left, all at once */
	__u8 nvcsw;		/* low bits of the kernel's tally of it when it last left the CPU */
	__u64 cache_call;	/* enter_ns of the call that cache_next is of */
	__u64 cache_next;	/* the page after the last that it got out of the page cache */
	__u64 around_first, around_end;	/* pages around the last that a page fault mapped */
	__u64 window_bytes;	/* a cell with so many bytes gives the timeline new room */
	struct zc_fd_cache fds[ZC_FD_CACHE];
};
_Static_assert(sizeof(struct zc_task) == 136 + 16 * ZC_FD_CACHE, "zc_task crosses the border");

/* Whose calls a cell counts. Objects are indices; below ZC_KIND_COUNT they are kinds. */
struct zc_cell_key {
	__u32 proc;
	__u32 nr;
	__u32 source;
	__u32 sink;
};
_Static_assert(sizeof(struct zc_cell_key) == 16, "zc_cell_key crosses the border");

/* Calls of a cell that failed with one error, and not only for now (is_refusal()). */
struct zc_refusal {
	__u32 error;		/* errno, 0 = this place is free */
	__u32 calls;
};
_Static_assert(sizeof(struct zc_refusal) == 8, "zc_refusal crosses the border");

/* Counters of one cell. */
struct zc_cell {
	struct zc_cell_key key;
	__u64 calls;		/* that began and returned in the window */
	__u64 bytes;		/* payload, from the return value; 0 for calls that move none */
	__u64 errors;		/* calls that returned < 0 */
	__u64 zeros;		/* data calls that returned 0 (end of file) */
	__u64 total_ns;		/* entry to return; on CPU = total - blocked - runnable */
	__u64 blocked_ns;
	__u64 runnable_ns;
	__u64 received_bytes;	/* copied out of socket buffers in these calls */
	__u64 histogram[ZC_HIST_BUCKETS];	/* of their times; empty without sys_enter */
	struct zc_refusal refusals[ZC_REFUSALS];	/* in the order of their first call */
	__u64 refused_otherwise;	/* with still other errors */
	__u64 cache_pages;	/* that its calls got out of the page cache */
	__u64 map_faults;	/* of mmap: page faults that took pages of the file */
};
_Static_assert(sizeof(struct zc_cell) == 16 + 11 * 8 + 8 * ZC_REFUSALS + 8 * ZC_HIST_BUCKETS,
	       "zc_cell crosses the border");

/* What identifies an object for as long as it is watched. */
struct zc_object_key {
	__u64 inode;		/* i_ino of the descriptor's inode */
	union {			/* an address that tells reuse of the inode's number */
		__u64 sock;	/* struct sock of a socket */
		__u64 mapping;	/* struct address_space of a file; 0 = it has none */
	};
	union {
		__u32 device;	/* s_dev of the descriptor's inode */
		__u32 peer;	/* of a socket: its peer's address, the last four bytes */
	};
	__u32 kind;		/* enum zc_kind */
	__u32 generation;	/* i_generation of the file that owns the pages: its number and its
				 * memory are another's as soon as it is unlinked and closed */
	__u16 port;		/* of a socket's peer, network order: connect() may change it */
	__u16 pad;
};
_Static_assert(sizeof(struct zc_object_key) == 32, "zc_object_key crosses the border");

struct zc_object {
	struct zc_object_key key;
	__u64 size;		/* i_size when first seen, bytes */
	__u64 cache_added;	/* bytes of it that entered the page cache */
	__u32 fs_magic;		/* s_magic */
	__u16 family;		/* AF_* of a socket */
	__u16 protocol;		/* IPPROTO_* of a socket */
	__u16 local_port;	/* host order */
	__u16 remote_port;	/* host order */
	__u32 truncated;	/* name lacks leading components */
	__u8 local[16];		/* IPv4 in the first four bytes */
	__u8 remote[16];
	char name[ZC_NAME_LEN];	/* path, last component first, each with its NUL; "" for sockets */
};
_Static_assert(sizeof(struct zc_object) == 96 + ZC_NAME_LEN, "zc_object crosses the border");

/* Where the bytes of a segment lie: the origin of each page that it is made of. */
enum zc_origin {
	ZC_ORIGIN_FILE,		/* page cache: nothing was copied */
	ZC_ORIGIN_PRIVATE,	/* kernel memory of the socket's own: the CPU copied into it */
	ZC_ORIGIN_ANON,		/* the program's own page */
	ZC_ORIGIN_ZERO,		/* the shared zero page (holes of some file systems) */
	ZC_ORIGIN_TRUNCATED,	/* was page cache; the file was cut while it was in flight */
	ZC_ORIGIN_UNKNOWN,
	ZC_ORIGIN_COUNT,
};

_Static_assert(ZC_ORIGIN_COUNT == 6, "zc_proc.received has one for each");

/* The test of whether pages are told from each other: the first three in a pipe. Origins are enum
 * zc_origin. */
struct zc_page_check {
	__s32 pipe_fd;
	__s32 file_fd;
	__u32 file_origin;	/* of a page of that file */
	__u32 kernel_origin;	/* of one that the kernel made */
	__u32 own_origin;	/* of the loader's own */
	__u32 orders_known;	/* how large a folio is can be told */
};
_Static_assert(sizeof(struct zc_page_check) == 24, "zc_page_check crosses the border");

/* The two places where a segment is looked at: before and after software segmentation. */
enum zc_hook { ZC_HOOK_QUEUE, ZC_HOOK_XMIT, ZC_HOOK_COUNT };

/* One TCP socket's segments, and the kernel's own tally of them when it closed. */
struct zc_sock {
	__u32 object;
	__u32 closed;			/* tcp_* below are final */
	__u32 next_seq[ZC_HOOK_COUNT];	/* high-water mark of the sequence number */
	__u8 started[ZC_HOOK_COUNT];
	__u16 port;			/* local, host order; 0 = not read yet */
	__u32 file;			/* object of the first file whose pages it sent, 0 = none */
	__u64 file_bytes[ZC_HOOK_COUNT];	/* of that one; others' are in flows */
	__u64 new_bytes[ZC_HOOK_COUNT][ZC_ORIGIN_COUNT];
	__u64 again_bytes[ZC_HOOK_COUNT];	/* seen before: retransmitted */
	__u64 unseen_bytes[ZC_HOOK_COUNT];	/* not seen, although later ones went by */
	__u64 late_bytes[ZC_HOOK_COUNT];	/* of the new ones: seen after later ones */
	__u64 segments[ZC_HOOK_COUNT];
	__u64 device_bytes;		/* new bytes handed to a device that has a bus (DMA) */
	__u64 tcp_bytes_sent;		/* tcp_sock.bytes_sent, retransmissions included */
	__u64 tcp_bytes_retrans;
	__u64 tcp_bytes_acked;
	__u64 tcp_bytes_received;
};
_Static_assert(sizeof(struct zc_sock) == 24 + 8 * (2 + 12 + 2 + 2 + 2 + 2 + 5), "zc_sock crosses the border");

/* Pages of one file seen in the segments of one socket, but for a socket's first. */
struct zc_flow_key {
	__u32 socket;		/* object */
	__u32 file;		/* object; ZC_KIND_FILE = a file that no traced call has named */
};

struct zc_flow {
	__u64 bytes[ZC_HOOK_COUNT];	/* new bytes, as in zc_sock */
};

/* Everything that could not be counted; any of them non-zero puts verdicts in doubt. */
enum zc_loss {
	ZC_LOSS_TASKS,		/* a thread found no place in the task table */
	ZC_LOSS_CELLS,		/* a call found no cell */
	ZC_LOSS_SOCKS,		/* a socket's segments could not be followed */
	ZC_LOSS_FLOWS,		/* a (socket, file) pair found no place */
	ZC_LOSS_FRAGS,		/* a segment had more pages than are looked at */
	ZC_LOSS_RING,		/* a timeline event found the ring full */
	ZC_LOSS_COUNT,
};

/* Things that were counted more coarsely than asked; nothing is lost. */
enum zc_coarse {
	ZC_COARSE_OBJECTS,	/* counted by kind: ZC_MAX_OBJECTS reached */
	ZC_COARSE_CELLS,	/* counted by kind: ZC_MAX_CELLS nearly reached */
	ZC_COARSE_PROCS,	/* counted with the parent: ZC_MAX_PROCS reached */
	ZC_COARSE_COUNT,
};

/* Timeline records; every one starts with its type. */
enum zc_event_type {
	ZC_EVENT_ENTER = 1,	/* a call began */
	ZC_EVENT_EXIT,		/* it returned value */
	ZC_EVENT_OFF,		/* left the CPU; value = 1 blocked, 0 preempted */
	ZC_EVENT_ON,		/* back on a CPU; value = ns since it was woken */
	ZC_EVENT_FAULT,		/* page fault in user mode */
	ZC_EVENT_WINDOW,	/* its cell has moved value bytes: what follows shows a busy flow */
};

struct zc_event {
	__u32 type;		/* enum zc_event_type */
	__u32 tid;
	__u32 proc;
	__u16 nr;
	__u16 cell;
	__u64 ns;		/* CLOCK_MONOTONIC */
	__s64 value;
};
_Static_assert(sizeof(struct zc_event) == 32, "zc_event crosses the border");

#endif
