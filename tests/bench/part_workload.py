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


def account(build, scratch, tracer, send):
    """One transfer with the kernel's statistics switched on: {tracepoint: (ns, runs)} of the
    tracer's programs, whoever they ran for, and what transfer() tells. Also the seconds a second
    that they take while the sender still waits: all that is for others."""
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
        raise Failure(f"/proc shows no programs of {tracer.name}")
    idle = total_s(bpf_times.difference(looks["before"], looks["idle"])) / IDLE_S
    spent = bpf_times.difference(looks["idle"], looks["after"])
    return {names[prog]: counts for prog, counts in spent.items() if prog in names}, found, idle


def statistics_s(spent, empty):
    """What the statistics themselves took of that time: a run of an empty program at the same place
    shows nothing else, because it does nothing else. Where none ran, the mean of all."""
    mean = total_s(empty) / sum(runs for _, runs in empty.values())
    return sum(runs * (empty[name][0] / 1e9 / empty[name][1] if empty.get(name, (0, 0))[1]
                       else mean) for name, (_, runs) in spent.items())


def kernel_share(build, scratch, tracer, send):
    """The run time of zctrace's programs as a share of the sender's CPU time: as the kernel tells
    it, and less what the statistics take, by a transfer with empty programs right after it."""
    spent, found, idle = account(build, scratch, tracer, send)
    floor = tracers.empty_programs(build, spent)
    empty, _, _ = account(build, scratch, floor, send)
    total, statistics = total_s(spent), statistics_s(spent, empty)
    return {"bpf_s": total, "bpf_share": total / found["cpu_s"],
            "statistics_s": statistics, "net_share": (total - statistics) / found["cpu_s"],
            "others_share": idle * found["elapsed_s"] / found["cpu_s"], "cpu_s": found["cpu_s"],
            **{f"bpf_s/{name}": ns / 1e9 for name, (ns, _) in spent.items()},
            **{f"bpf_runs/{name}": runs for name, (_, runs) in spent.items()},
            **{f"empty_ns/{name}": ns / runs for name, (ns, runs) in empty.items() if runs}}


def run(build, scratch, rounds, seed):
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
        return {**measure_rows(TITLE, rows, rounds, seed, buffer_bytes=DOC1_BYTES),
                "bytes": DOC1_BYTES}
    finally:
        path.unlink()
