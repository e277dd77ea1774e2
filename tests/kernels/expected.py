# SPDX-License-Identifier: GPL-2.0
"""What every case of measure.sh must count, on every kernel the same, and what is not measured
without a tracepoint. Used by check_kernels.py. Nothing here has a tolerance.
"""
ROUNDS = 23
WHOLE = ROUNDS * 65536  # bytes
BROKEN = 1500001  # bytes; as many rounds, but ends in the middle of a chunk and of a page
PAGE = 4096
COPIED = "copied through user space"
NUMBERS = (
    "not visible (32-bit calls have numbers of their own: they are counted, not told apart)"
)

# The sender's calls that move nothing: open the file, probe its end, close it and the socket; the
# whole file needs a look at its size and a buffer as well.
CONTROL_CALLS = 4
CONTROL_CALLS_WHOLE = 6


def transfer(scenario, payload=WHOLE, cold=False, gather=True, whole=False):
    """What a transfer must count; gather: the device takes pages, not only linear memory."""
    rounds = 1 if whole else ROUNDS
    copies = scenario == "copy"
    in_file_pages = 0 if copies else payload
    at_device = in_file_pages if gather else 0
    return {
        "rounds": rounds,
        "crossings, data": rounds * (4 if copies else 2),
        "crossings, control": 2 * (CONTROL_CALLS_WHOLE if whole else CONTROL_CALLS),
        "disk → page cache": -(-payload // PAGE) * PAGE if cold else 0,
        "page cache → user": payload if copies else 0,
        "queued: file pages": in_file_pages,
        "queued: copied": payload - in_file_pages,
        "queued: other": 0,
        "device: file pages": at_device,
        "device: copied": payload - at_device,
        "device: other": 0,
        "socket → receiver": payload,
        "delivered": payload,
        "witnesses against": 0,
        "lost": 0,
    }


def program(calls, flow):
    """What a traced program must count: the calls on its files and sockets as (calls, those that
    returned 0, bytes), and the flow as (calls by, calls, bytes, copies per byte, verdict)."""
    return {**calls, "flow": flow, "witnesses against": 0, "lost": 0}


CASES = {
    "sendfile-lo": transfer("sendfile"),
    "copy-lo": transfer("copy"),
    "sendfile-veth": transfer("sendfile"),
    "copy-veth": transfer("copy"),
    "sendfile-veth-nosg": transfer("sendfile", gather=False),
    "copy-veth-nosg": transfer("copy", gather=False),
    "sendfile-ipv6": transfer("sendfile"),
    "copy-whole": transfer("copy", whole=True),
    "sendfile-cold-ext4": transfer("sendfile", BROKEN, cold=True),
    "copy-cold-ext4": transfer("copy", BROKEN, cold=True),
    "sendfile-cold-xfs": transfer("sendfile", BROKEN, cold=True),
    "sendfile-cold-overlay": transfer("sendfile", BROKEN, cold=True),
    "run-sendfile": program(
        {"sendfile file→tcp": (ROUNDS + 1, 1, WHOLE)},
        ("sendfile", ROUNDS, WHOLE, 0.0, "zero-copy"),
    ),
    "run-children": program(
        {
            "read file": (3 * (ROUNDS + 1), 3, 3 * WHOLE),
            "write char device": (3 * ROUNDS, 0, 3 * WHOLE),
        },
        # Only read is a copy: /dev/null discards.
        ("read + write", 3 * 2 * ROUNDS, 3 * WHOLE, 1.0, COPIED),
    ),
    "run-io-uring": program(
        {
            "io_uring READ file": (ROUNDS + 1, 1, WHOLE),
            "io_uring SEND tcp": (ROUNDS, 0, WHOLE),
            "io_uring_enter anon": (2 * ROUNDS + 1, 0, 0),
        },
        ("io_uring READ + io_uring SEND", 2 * ROUNDS, WHOLE, 2.0, COPIED),
    ),
    "run-in-user": {"interrupts hit": "user", "witnesses against": 0, "lost": 0},
    "run-in-kernel": {"interrupts hit": "kernel", "witnesses against": 0, "lost": 0},
    "run-32bit": program({"32-bit call -": (23, 0, 0)}, ("32-bit call", 23, 0, None, NUMBERS)),
}

# Not every machine can take these: it is enough that one of the kernels was measured.
ONCE = {"run-32bit", "run-in-user", "run-in-kernel"}

INTERRUPTS = ["local_timer_entry", "reschedule_entry", "call_function_entry",
              "call_function_single_entry", "irq_work_entry", "irq_handler_entry", "nmi_handler"]

# What must be null in the report of sendfile-lo when a tracepoint is left out (* is every role or
# call); all that CASES asks of it and that is not null must still be exact.
WITHOUT = {
    "sched_switch": [
        "roles.*.switches.voluntary",
        "roles.*.switches.involuntary",
        "roles.*.time_ns.blocked",
        "roles.*.time_ns.runnable",
        "syscalls.*.blocked_ns",
        "syscalls.*.runnable_ns",
        "syscalls.*.cpu_ns",
    ],
    "sched_wakeup": [
        "roles.*.time_ns.blocked",
        "roles.*.time_ns.runnable",
        "syscalls.*.blocked_ns",
        "syscalls.*.runnable_ns",
    ],
    "page_fault_user": ["crossings.user_faults", "crossings.total", "roles.*.faults.user"],
    "page_fault_kernel": ["roles.*.faults.kernel"],
    **dict.fromkeys(INTERRUPTS, ["crossings.interrupts", "roles.*.interrupts.user",
                                 "roles.*.interrupts.kernel"]),
    "mm_filemap_add_to_page_cache": ["legs.disk-cache.bytes", "legs.disk-cache.per_byte"],
    "net_dev_queue": ["legs.user-socket.at_queue_bytes"],
    "net_dev_start_xmit": [
        "legs.user-socket.bytes",
        "legs.user-socket.per_byte",
        "legs.user-socket.origin_bytes",
    ],
    "skb_copy_datagram_iovec": [
        "legs.socket-receiver.bytes",
        "legs.socket-receiver.per_byte",
        "legs.socket-receiver.at_receive_bytes",
        "syscalls.*.received_bytes",
    ],
    "mm_filemap_get_pages": [],  # what reads got is inferred then
    "mm_filemap_map_pages": [],  # of files that any program maps
    "mm_filemap_fault": [],
    "inet_sock_set_state": [],  # a witness only
    "tcp_destroy_sock": [],  # in place of the one before
    "io_uring_file_get": [],
    "io_uring_submit_req": [],
    "io_uring_complete": [],  # sendfile needs none
}
