# SPDX-License-Identifier: GPL-2.0
"""What BPF programs and maps cost by the kernel's own account: run time and runs of each program
that a process holds (while the statistics are switched on), and the memory of its maps.
"""
import contextlib
import ctypes
import os
import pathlib
import platform
import time

from processes import Failure

BPF_ENABLE_STATS = 32  # enum bpf_cmd, since Linux 5.8
BPF_STATS_RUN_TIME = 0
NR_BPF = {"x86_64": 321, "aarch64": 280}


@contextlib.contextmanager
def run_time_statistics():
    """Switched on within the block. The kernel switches them off when the descriptor is closed, so
    also if this process is killed; kernel.bpf_stats_enabled is never written."""
    number = NR_BPF.get(platform.machine())
    if number is None:
        raise Failure(f"bpf(2)'s number is not known for {platform.machine()}")
    libc = ctypes.CDLL(None, use_errno=True)
    attributes = (ctypes.c_uint32 * 1)(BPF_STATS_RUN_TIME)
    descriptor = libc.syscall(number, BPF_ENABLE_STATS, attributes, ctypes.sizeof(attributes))
    if descriptor < 0:
        raise Failure(f"BPF_ENABLE_STATS: {os.strerror(ctypes.get_errno())}")
    try:
        yield
    finally:
        os.close(descriptor)


def fdinfos(pid):
    """What the kernel says of each descriptor of a process: {field: text}."""
    with contextlib.suppress(OSError):
        for path in pathlib.Path(f"/proc/{pid}/fdinfo").iterdir():
            with contextlib.suppress(OSError):
                lines = (line.partition(":") for line in path.read_text().splitlines())
                yield {name: value.strip() for name, _, value in lines}


def tracepoints(pid):
    """{id of a program: the tracepoint that it is attached to}"""
    return {int(info["prog_id"]): info["tp_name"] for info in fdinfos(pid)
            if "tp_name" in info and "prog_id" in info}


def programs(pid):
    """{id: (run time in ns, runs)} of the programs that a process holds."""
    return {int(info["prog_id"]): (int(info["run_time_ns"]), int(info["run_cnt"]))
            for info in fdinfos(pid) if "run_time_ns" in info}


def map_bytes(pid):
    """Memory of the maps that a process holds, each counted once."""
    return sum({info["map_id"]: int(info["memlock"]) for info in fdinfos(pid)
                if "map_id" in info and "memlock" in info and "map_type" in info}.values())


def difference(before, after):
    """{id: (ns, runs)} of what ran between two looks."""
    return {prog: (ns - before.get(prog, (0, 0))[0], runs - before.get(prog, (0, 0))[1])
            for prog, (ns, runs) in after.items()}


def peak_rss(pid):
    """The most memory that a process ever had resident, in bytes; None if it has ended."""
    with contextlib.suppress(OSError):
        for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return None


def peak_rss_to_the_end(pid, limit_s):
    """The same, looked at until the process has ended: its report takes memory too. The kernel's
    ru_maxrss would have the memory of the program that started it in it."""
    end, peak = time.monotonic() + limit_s, None
    while time.monotonic() < end:
        now = peak_rss(pid)
        if now is None:
            break
        peak = now
        time.sleep(0.0005)
    return peak
