# SPDX-License-Identifier: GPL-2.0
"""The tax on a process that is not traced, beside one that is: the dense loop runs alone, while
each tracer in turn watches a program that only waits.
"""
import tracers
from part_dense import loop
from processes import held
from rounds import Row, measure_rows

TITLE = "beside a traced process"
ROWS = ("untraced", "empty", "clock", "zctrace", "counts", "perf-stat", "syscount", "syscount-L",
        "bcc", "bcc-L", "bpftrace", "perf-trace", "strace")


def run_loop(build):
    with held(loop(build)) as run:
        run.go()
        said = run.done()
        run.end()
    return {name: said[name] for name in ("rw_ns", "pread_ns")}


def measure(tracer, build, scratch):
    if not tracer.command:
        return run_loop(build)
    with tracers.traced(tracer, scratch, [build / "bench" / "hold"]) as run:
        found = run_loop(build)
        run.go()
        run.end()
    return found


def run(build, scratch, rounds, seed):
    by_id = tracers.table(build)
    rows = [Row(tracer.id, tracer.name,
                lambda tracer=tracer: measure(tracer, build, scratch), tracer.reason_against())
            for tracer in (by_id[name] for name in ROWS)]
    return measure_rows(TITLE, rows, rounds, seed)
