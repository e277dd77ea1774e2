# SPDX-License-Identifier: GPL-2.0
"""The scenarios beside the documents' Python programs and iperf3, and the machine's limits."""
import json
import pathlib
import re
import socket
import time

import tracers
from machine import missing
from processes import Failure, finish, reason, started
from rounds import Row, measure_rows
from transfer import DOC1_BYTES, discarding, make_file, receiving, sender, transfer

TITLE = "other programs, and the machine's limit"
PROGRAMS = pathlib.Path(__file__).resolve().parent / "programs"
PYTHON = "/usr/bin/python3"
LISTEN_LIMIT_S = 10


def rate(found, size=DOC1_BYTES):
    return {**found, "gb_per_s": size / found["elapsed_s"] / 1e9}


def memory_copy(build):
    status, out, errors = finish([build / "bench" / "memory"])
    said = re.search(r"^bench memory (\d+)$", out, re.M)
    if not said:
        raise Failure(reason(errors, status))
    return {"gb_per_s": int(said.group(1)) / 1e9, "elapsed_s": DOC1_BYTES / int(said.group(1))}


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def listens(port):
    """Whether somebody does; without a connection, which iperf3 would take for its client's."""
    table = pathlib.Path("/proc/net/tcp").read_text() + pathlib.Path("/proc/net/tcp6").read_text()
    return re.search(rf":{port:04X} \S+ 0A ", table) is not None


def iperf3(options):
    """Its own figures: it does not send a file but one block of memory over and over, or with -Z a
    file of one block."""
    port, end = free_port(), time.monotonic() + LISTEN_LIMIT_S
    with started(["iperf3", "-s", "-1", "-B", "127.0.0.1", "-p", port]):
        while not listens(port):
            if time.monotonic() > end:
                raise Failure("its server does not listen")
            time.sleep(0.01)
        status, out, errors = finish(["iperf3", "-c", "127.0.0.1", "-p", port, "-n", DOC1_BYTES,
                                      "-l", "64K", "-J", *options])
    try:
        said = json.loads(out)["end"]
        seconds = said["sum_sent"]["seconds"]
        percent = said["cpu_utilization_percent"]["host_total"]
    except (ValueError, KeyError):
        raise Failure(reason(errors or out, status)) from None
    return rate({"elapsed_s": seconds, "cpu_s": seconds * percent / 100},
                said["sum_sent"]["bytes"])


def run(build, scratch, rounds, seed):
    path = make_file(scratch / "file", DOC1_BYTES)
    alone = tracers.table(build)["untraced"]

    def scenario(name, chunk, receive):
        return lambda: rate(transfer(build, scratch, alone, receive, lambda port: sender(
            build, name, chunk, port, path), DOC1_BYTES))

    def python(name):
        return lambda: rate(transfer(
            build, scratch, alone, [PYTHON, PROGRAMS / "receive.py"],
            lambda port: [PYTHON, PROGRAMS / f"{name}.py", port, path], DOC1_BYTES))

    take, drop = receiving(build), discarding(build)
    rows = [
        Row("copy-whole", "copy, whole file", scenario("copy", None, take)),
        Row("copy-python", "copy, whole file, in Python", python("copy")),
        Row("copy", "copy, 64 KiB", scenario("copy", "64K", take)),
        Row("sendfile", "sendfile, 64 KiB", scenario("sendfile", "64K", take)),
        Row("sendfile-doc1", "sendfile, 65,535 bytes", scenario("sendfile", "65535", take)),
        Row("sendfile-python", "sendfile, 65,535 bytes, in Python", python("sendfile")),
        Row("iperf3", "iperf3, 64 KiB", lambda: iperf3([]), missing("iperf3")),
        Row("iperf3-Z", "iperf3 -Z, 64 KiB", lambda: iperf3(["-Z"]), missing("iperf3")),
        Row("copy-discard", "copy, 64 KiB, to a receiver that discards",
            scenario("copy", "64K", drop)),
        Row("sendfile-discard", "sendfile, 64 KiB, to a receiver that discards",
            scenario("sendfile", "64K", drop)),
        Row("memory", "one memory copy of as many bytes", lambda: memory_copy(build)),
    ]
    try:
        return {**measure_rows(TITLE, rows, rounds, seed, buffer_bytes=DOC1_BYTES),
                "bytes": DOC1_BYTES,
                "discard": " ".join(str(word) for word in drop[1:]) or "tests/bench/discard.c"}
    finally:
        path.unlink()
