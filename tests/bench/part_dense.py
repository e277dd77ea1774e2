# SPDX-License-Identifier: GPL-2.0
"""The dense loop under each tracer: ns per call, and whether zctrace counted all of it."""
import json

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


def as_counted(said, path):
    """What zctrace says of the loop, beside the loop's own tally."""
    try:
        (scenario,) = json.loads(path.read_text(encoding="utf-8"))["scenarios"]
    except (OSError, ValueError, KeyError):
        raise Failure("zctrace left no report") from None
    calls = {name: [call for call in scenario["syscalls"] if call["name"] == name and
                    call["fd"] == "char device"] for name in ("read", "write", "pread64")}
    total = {name: sum(call["calls"] for call in found) for name, found in calls.items()}
    moved = sum(call["bytes"] or 0 for name in ("read", "write") for call in calls[name])
    found = {
        "lost": sum(scenario["loss"].values()),
        "calls_off": abs(total["read"] - said["reads"]) + abs(total["write"] - said["writes"]) +
        abs(total["pread64"] - said["preads"]),
        "bytes_off": abs(moved - said["bytes"]),
    }
    timed = calls["read"] + calls["write"]
    # Without times (--counts-only), there is no latency to judge.
    if timed and all(call.get("cpu_ns") is not None for call in timed):
        spent = sum(call["cpu_ns"] + call["blocked_ns"] + call["runnable_ns"] for call in timed)
        found["latency_ns"] = spent / (total["read"] + total["write"])
    return found


def measure(tracer, build, scratch):
    path = scratch / tracer.id
    path.unlink(missing_ok=True)
    with tracers.traced(tracer, scratch, loop(build, tracer.slow)) as run:
        run.go()
        said = run.done()
        messages = run.end()
    found = {name: said[name] for name in ("rw_ns", "rw_mean_ns", "pread_ns", "pread_mean_ns")}
    if tracer.id in ("zctrace", "counts"):
        found.update(as_counted(said, path))
    if tracer.id == "perf-trace":
        found["lost"] = int("LOST" in messages or "LOST" in path.read_text(errors="replace"))
    return found


def run(build, scratch, rounds):
    by_id = tracers.table(build)
    rows = [Row(tracer.id, tracer.name,
                lambda tracer=tracer: measure(tracer, build, scratch), tracer.reason_against())
            for tracer in (by_id[name] for name in ROWS)]
    return measure_rows(TITLE, rows, rounds)
