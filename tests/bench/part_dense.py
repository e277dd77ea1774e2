# SPDX-License-Identifier: GPL-2.0
"""The dense loop under each tracer: ns per call, and whether zctrace counted all of it."""
import json
import re

import bpf_times
import tracers
from machine import bench_cpu
from processes import Failure
from rounds import Row, measure_rows

TITLE = "the dense loop"
ROWS = ("untraced", "empty", "clock", "zctrace", "counts", "perf-stat", "syscount", "syscount-L",
        "bcc", "bcc-L", "bpftrace", "perf-trace", "strace-pinned", "strace", "strace-seccomp")

# Segments, and calls in each: the slow ones take tens of µs a call.
FAST, SLOW = (150, 1500), (20, 60)


def loop(build, slow=False):
    segments, calls = SLOW if slow else FAST
    return [build / "bench" / "dense", "-g", "-c", bench_cpu(), "-s", segments, "-n", calls]


def as_counted(said, path, kinds):
    """What zctrace says of the loop, beside the loop's own tally. kinds: it is to keep kinds of
    descriptors apart, so that the loop's calls are told from the program's others."""
    try:
        (scenario,) = json.loads(path.read_text(encoding="utf-8"))["scenarios"]
    except (OSError, ValueError, KeyError):
        raise Failure("zctrace left no report") from None
    found = {"lost": sum(scenario["loss"].values())}
    calls = {name: [call for call in scenario["syscalls"] if call["name"] == name and
                    call.get("fd") == "char device"] for name in ("read", "write", "pread64")}
    if not kinds and not any(calls.values()):
        return found
    total = {name: sum(call["calls"] for call in found) for name, found in calls.items()}
    moved = sum(call["bytes"] or 0 for name in ("read", "write") for call in calls[name])
    found["calls_off"] = sum(abs(total[name] - said[tallied]) for name, tallied in (
        ("read", "reads"), ("write", "writes"), ("pread64", "preads")))
    found["bytes_off"] = abs(moved - said["bytes"])
    timed = calls["read"] + calls["write"]
    # Without times (--counts-only), there is no latency to judge.
    if timed and all(call.get("cpu_ns") is not None for call in timed):
        spent = sum(call["cpu_ns"] + call["blocked_ns"] + call["runnable_ns"] for call in timed)
        found["latency_ns"] = spent / (total["read"] + total["write"])
    return found


def missed(said, summary):
    """How many of the loop's calls are not in the summary of perf trace -s: a call to a line."""
    counted = sum(int(count) for count in re.findall(
        r"^ +(?:read|write|pread64) +(\d+) ", summary, re.M))
    return max(0, said["reads"] + said["writes"] + said["preads"] - counted)


def measure(tracer, build, scratch):
    path = scratch / tracer.id
    path.unlink(missing_ok=True)
    with tracers.traced(tracer, scratch, loop(build, tracer.slow)) as run:
        run.go()
        said = run.done()
        run.end()
    found = {name: said[name] for name in ("rw_ns", "rw_mean_ns", "pread_ns", "pread_mean_ns")}
    if tracer.id in ("zctrace", "counts"):
        found.update(as_counted(said, path, tracer.id == "zctrace"))
    if tracer.id == "perf-trace":
        found["missed"] = missed(said, path.read_text(errors="replace"))
    return found


def kernel_account(build, scratch, watched):
    """ns a run of each program on system calls, by the kernel's own statistics; with an empty
    pair's, which shows what the statistics themselves take."""
    found = {}
    for tracer in watched:
        with bpf_times.run_time_statistics(), \
                tracers.traced(tracer, scratch, loop(build)) as run:
            before = bpf_times.programs(run.tracer.pid)
            names = bpf_times.tracepoints(run.tracer.pid)
            run.go()
            run.done()
            spent = bpf_times.difference(before, bpf_times.programs(run.tracer.pid))
            run.end()
        found.update({f"{tracer.id}/{names[prog]}": ns / runs for prog, (ns, runs) in spent.items()
                      if names.get(prog) in ("sys_enter", "sys_exit") and runs})
    if not found:
        raise Failure("the kernel's statistics say nothing of these programs")
    return found


def run(build, scratch, rounds, seed):
    by_id = tracers.table(build)
    rows = [Row(tracer.id, tracer.name,
                lambda tracer=tracer: measure(tracer, build, scratch), tracer.reason_against())
            for tracer in (by_id[name] for name in ROWS)]
    rows.append(Row("kernel", "by the kernel's statistics", lambda: kernel_account(
        build, scratch, (by_id["empty"], by_id["zctrace"]))))
    return measure_rows(TITLE, rows, rounds, seed)
