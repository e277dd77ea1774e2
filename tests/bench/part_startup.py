# SPDX-License-Identifier: GPL-2.0
"""Start-up and end: from the start of the tracer to the first instruction of the traced program,
and from the program's end to the tracer's. And where zctrace's milliseconds go, by strace.
"""
import re

import phases
import tracers
from processes import Failure, finish, reason
from rounds import Row, measure_rows

TITLE = "start-up and end"
ROWS = ("untraced", "empty", "zctrace", "counts", "perf-stat", "strace", "perf-trace", "bpftrace")
TRIES = 3


def once(tracer, build, scratch):
    """(start, end) in ms of one life."""
    bench = build / "bench"
    words = tracer.words(scratch, [bench / "tick"])
    status, out, errors = finish([bench / "lifetime", *words])
    tick = re.search(r"^bench tick (\d+) (\d+)$", out, re.M)
    life = re.search(r"^bench life (\d+) (\d+) (\d+)$", out, re.M)
    if not tick or not life or life.group(3) != "0":
        raise Failure(reason(errors, life.group(3) if life else status))
    begin, end = (int(life.group(which)) for which in (1, 2))
    first, last = (int(tick.group(which)) for which in (1, 2))
    return (first - begin) / 1e6, (end - last) / 1e6


def measure(tracer, build, scratch):
    """The quickest of a few: what else runs on the machine only ever makes it longer."""
    start, end = min((once(tracer, build, scratch) for _ in range(TRIES)), key=sum)
    return {"start_ms": start, "end_ms": end, "total_ms": start + end}


def run(build, scratch, rounds, seed):
    by_id = tracers.table(build)
    rows = [Row(tracer.id, tracer.name,
                lambda tracer=tracer: measure(tracer, build, scratch), tracer.reason_against())
            for tracer in (by_id[name] for name in ROWS)]
    rows.append(Row("phases", "zctrace under strace", lambda: phases.measure(build, scratch)))
    return {**measure_rows(TITLE, rows, rounds, seed), "phases": phases.NAMES}
