# SPDX-License-Identifier: GPL-2.0
"""One transfer of a file between two programs over loopback: the receiver is started, the sender
runs under a tracer or alone, and what it took is told by hold.
"""
import contextlib
import os
import re

import tracers
from processes import Failure, finish, line_of, started

DOC1_BYTES = 1288490188		# the 1.2 GB of doc1
BLOCK_BYTES = 1 << 20


def make_file(path, size):
    """A file without holes, its pages in memory; grows one that is there."""
    block = os.urandom(BLOCK_BYTES)
    with open(path, "ab") as file:
        at = file.tell()
        while at < size:
            at += file.write(block[: min(BLOCK_BYTES, size - at)])
    if at != size:
        raise Failure(f"{path.name}: {at} bytes instead of {size}")
    return path


def discarding(build):
    """The receiver that throws the bytes away inside the kernel: the scenario's, if it can."""
    receiver = build / "scenarios" / "receiver"
    if "--how" in finish([receiver, "--help"])[1]:
        return [receiver, "--once", "--port", "0", "--how", "discard"]
    return [build / "bench" / "discard"]


def receiving(build):
    return [build / "scenarios" / "receiver", "--once", "--port", "0"]


@contextlib.contextmanager
def receiver(command):
    """A receiver that listens: (process, port)."""
    with started(command) as process:
        said = line_of(process, "Start server on ")
        found = re.search(r"port (\d+)", said)
        if not found:
            raise Failure(f"the receiver said {said}")
        yield process, int(found.group(1))


def sender(build, scenario, chunk, port, path):
    """The command line of a scenario's sender."""
    command = [build / "scenarios" / scenario, "--port", port]
    return command + (["--chunk", chunk] if chunk else []) + [path]


def received(process, size):
    """Fails unless the receiver got all of it."""
    total = line_of(process, "Total size: ")
    if int(total) != size:
        raise Failure(f"{total} of {size} bytes arrived")


def transfer(build, scratch, tracer, receive, send, size, look=None):
    """Seconds of the sender's life and CPU time. send(port) is its command line; look(run, when) is
    called with "before" and "after", while the tracer is there and the sender is not, and with
    "ending" when both may end."""
    with receiver(receive) as (process, port):
        held = [build / "bench" / "hold", *send(port)]
        with tracers.traced(tracer, scratch, held) as run:
            if look:
                look(run, "before")
            run.go()
            said = run.done()
            if look:
                look(run, "after")
            run.go()
            if look:
                look(run, "ending")
            run.end()
        received(process, size)
    return {"elapsed_s": said["elapsed_ns"] / 1e9,
            "cpu_s": (said["user_ns"] + said["system_ns"]) / 1e9}
