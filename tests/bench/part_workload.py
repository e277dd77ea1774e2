# SPDX-License-Identifier: GPL-2.0
"""The documents' workload, 1.2 GB from a file to a socket, under each tracer: what it costs the
sender in time, and what the kernel says that zctrace's programs took.
"""
import time

import bpf_times
import tracers
from processes import Failure
from rounds import Row, measure_rows
from transfer import DOC1_BYTES, make_file, receiving, sender, transfer

TITLE = "the documents' workload"
WAYS = (("copy", None, "copy, whole file"), ("copy", "64K", "copy, 64 KiB"),
        ("sendfile", "64K", "sendfile, 64 KiB"))
TRACERS = ("untraced", "zctrace", "counts", "strace-f", "perf-trace", "bpftrace")
# One read and one send: no tracer of calls has anything to do in them, and each takes long.
WHOLE_TRACERS = ("untraced", "zctrace", "counts", "strace-f")
IDLE_S = 0.2


def way_id(scenario, chunk):
    return scenario if chunk or scenario != "copy" else "copy-whole"


def total_s(spent):
    return sum(ns for ns, _ in spent.values()) / 1e9


def kernel_share(build, scratch, tracer, send):
    """The run time of zctrace's programs, whoever they ran for, and the sender's CPU time. Also
    what they take while the sender still waits: all that is for others."""
    looks, names = {}, {}

    def look(run, when):
        if when == "ending":
            return
        looks[when] = bpf_times.programs(run.tracer.pid)
        names.update(bpf_times.tracepoints(run.tracer.pid))
        if when == "before":
            time.sleep(IDLE_S)
            looks["idle"] = bpf_times.programs(run.tracer.pid)

    with bpf_times.run_time_statistics():
        found = transfer(build, scratch, tracer, receiving(build), send, DOC1_BYTES, look)
    if not looks["after"]:
        raise Failure("/proc shows no programs of zctrace's")
    idle = total_s(bpf_times.difference(looks["before"], looks["idle"])) / IDLE_S
    spent = bpf_times.difference(looks["idle"], looks["after"])
    by_name = {names[prog]: counts for prog, counts in spent.items() if prog in names}
    return {"bpf_s": total_s(spent), "bpf_share": total_s(spent) / found["cpu_s"],
            "others_share": idle * found["elapsed_s"] / found["cpu_s"], "cpu_s": found["cpu_s"],
            **{f"bpf_s/{name}": ns / 1e9 for name, (ns, _) in by_name.items()},
            **{f"bpf_runs/{name}": runs for name, (_, runs) in by_name.items()}}


def run(build, scratch, rounds):
    path = make_file(scratch / "file", DOC1_BYTES)
    by_id = tracers.table(build, children=True)
    rows = []
    for scenario, chunk, name in WAYS:
        def send(port, scenario=scenario, chunk=chunk):
            return sender(build, scenario, chunk, port, path)

        way = way_id(scenario, chunk)
        whole = scenario == "copy" and not chunk
        for tracer in (by_id[tracer_id] for tracer_id in (WHOLE_TRACERS if whole else TRACERS)):
            rows.append(Row(
                f"{way}/{tracer.id}", f"{name}: {tracer.name}",
                lambda tracer=tracer, send=send: transfer(
                    build, scratch, tracer, receiving(build), send, DOC1_BYTES),
                tracer.reason_against()))
        rows.append(Row(f"{way}/kernel", f"{name}: zctrace's programs, by the kernel",
                        lambda send=send: kernel_share(build, scratch, by_id["zctrace"], send)))
    try:
        return {**measure_rows(TITLE, rows, rounds), "bytes": DOC1_BYTES}
    finally:
        path.unlink()
