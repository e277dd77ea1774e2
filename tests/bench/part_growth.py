# SPDX-License-Identifier: GPL-2.0
"""How zctrace's cost grows with the size of the file, the number of processes and that of sockets:
its own memory, that of its maps, and the run time of its programs for each call that it counts.
"""
import os
import pathlib
import tempfile

import bpf_times
import tracers
from machine import memory
from processes import LIMIT_S, Failure
from rounds import Row, measure_rows
from transfer import discarding, make_file, sender, transfer

TITLE = "growth"
MIB = 1 << 20
CHUNK = 65536
SIZES = (MIB, 16 * MIB, 256 * MIB, 1024 * MIB, 4096 * MIB, 16384 * MIB)
PROCESSES = (1, 4, 16, 64)
SOCKETS = (1, 10, 100, 1000, 10000)
LOOP_CALLS = 640000     # of each kind, by all processes together
SENDS = 100000          # by all sockets together
SEGMENTS = ("net_dev_queue", "net_dev_start_xmit")
TMPFS = pathlib.Path("/dev/shm")
SIZE_LIMIT_S = 120      # for the rounds of one size: 16 GiB take long where memory is slow
SPARE_BYTES = 1 << 30   # memory that has to be left for everything else


class Looks:
    """What the kernel says of zctrace before and after a program ran under it."""

    def __init__(self):
        self.spent = {}
        self.names = {}
        self.found = {}

    def __call__(self, run, when):
        pid = run.tracer.pid
        if when == "before":
            self.spent = bpf_times.programs(pid)
            self.names = bpf_times.tracepoints(pid)
        elif when == "after":
            self.spent = bpf_times.difference(self.spent, bpf_times.programs(pid))
            self.found["map_bytes"] = bpf_times.map_bytes(pid)
        elif when == "ending":
            self.found["rss_bytes"] = bpf_times.peak_rss_to_the_end(pid, LIMIT_S)

    def on(self, names):
        """ns and runs of the programs on these tracepoints."""
        spent = [self.spent[prog] for prog, name in self.names.items()
                 if name in names and prog in self.spent]
        return sum(ns for ns, _ in spent), sum(runs for _, runs in spent)

    def per_call(self, calls):
        """ns for each of the traced program's calls, and for each segment of its sockets: how many
        segments a call makes is TCP's choice, and differs from row to row."""
        ns = sum(ns for ns, _ in self.spent.values())
        if not ns:
            raise Failure("the kernel's statistics say nothing of zctrace's programs")
        on_segments, _ = self.on(SEGMENTS)
        _, segments = self.on(SEGMENTS[:1])
        return {**self.found, "ns_per_call": (ns - on_segments) / calls,
                "ns_per_segment": on_segments / segments if segments else None}


def measure_program(scratch, tracer, program, calls):
    """program waits at a gate before it makes the calls, and again after them."""
    looks = Looks()
    with bpf_times.run_time_statistics(), tracers.traced(tracer, scratch, program) as run:
        looks(run, "before")
        run.go()
        run.done()
        looks(run, "after")
        run.go()
        looks(run, "ending")
        run.end()
    return looks.per_call(calls)


def measure_file(build, scratch, tracer, path, size):
    looks = Looks()
    with bpf_times.run_time_statistics():
        transfer(build, scratch, tracer, discarding(build),
                 lambda port: sender(build, "sendfile", CHUNK, port, path), size, looks)
    return looks.per_call(-(-size // CHUNK))


def room_for(size):
    """Why a file of that size cannot be in tmpfs here; None if it can."""
    if not TMPFS.is_dir():
        return f"{TMPFS} is not there"
    available = memory("MemAvailable") - SPARE_BYTES
    free = os.statvfs(TMPFS).f_bavail * os.statvfs(TMPFS).f_frsize
    if min(available, free) < size:
        return (f"it needs {size / 2**30:.1f} GiB of memory, and "
                f"{max(0, min(available, free)) / 2**30:.1f} GiB are free")
    return None


def measure_sizes(build, scratch, tracer, rounds, seed):
    """One file that grows from size to size, so that its pages are made once."""
    parts = []
    where = TMPFS if TMPFS.is_dir() else None   # then no size has room; see room_for()
    with tempfile.TemporaryDirectory(prefix="zctrace-bench-", dir=where) as place:
        path = pathlib.Path(place) / "file"
        for size in SIZES:
            row = Row(f"size/{size}", f"{size // MIB:,} MiB", None,
                      room_for(size - (path.stat().st_size if path.exists() else 0)))
            row.measure = lambda size=size: measure_file(build, scratch, tracer, path, size)
            try:
                if not row.why:
                    make_file(path, size)
            except OSError as error:
                row.why = f"{path}: {error.strerror}"
            part = measure_rows(f"{TITLE}, {row.name}", [row], rounds, seed,
                                SIZE_LIMIT_S)
            if part["rounds"] < rounds:
                part["rows"][0]["name"] += f" ({part['rounds']} rounds)"
            parts.append(part)
    return parts


def joined(parts):
    return {"rounds": max(part["rounds"] for part in parts),
            "seed": parts[0]["seed"],
            "seconds": sum(part["seconds"] for part in parts),
            "rows": [row for part in parts for row in part["rows"]]}


def run(build, scratch, rounds, seed):
    tracer = tracers.table(build)["zctrace"]
    bench = build / "bench"
    rows = [Row(f"processes/{count}", f"{count} processes", lambda count=count: measure_program(
        scratch, tracer, [bench / "hold", bench / "dense", "-p", count, "-s", 1, "-n",
                          LOOP_CALLS // count], 2 * LOOP_CALLS)) for count in PROCESSES]
    rows += [Row(f"sockets/{count}", f"{count:,} sockets", lambda count=count: measure_program(
        scratch, tracer, [bench / "sockets", count, SENDS], SENDS)) for count in SOCKETS]
    return joined([measure_rows(TITLE, rows, rounds, seed),
                   *measure_sizes(build, scratch, tracer, rounds, seed)])
