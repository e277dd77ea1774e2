# SPDX-License-Identifier: GPL-2.0
"""Many runs in a row leave nothing, and a long run does not grow."""
import contextlib
import os
import pathlib
import statistics
import time

import pytest

import leaks
from zctrace import KIB, MEASURED, MIB, NOBODY, measure, started, zctrace

pytestmark = pytest.mark.usefixtures("place")

# Each a zctrace of its own. "make soak" asks for a thousand.
MANY = int(os.environ.get("ZCTRACE_SOAK", 50))
# Repeats in one zctrace, an untraced and a traced run each: a thousand runs in a row.
LONG = 500
# One after the other, so that no two runs in a row are alike.
KINDS = [
    ["copy", "--size", "1M"],
    ["sendfile", "--size", "1M", "--link", "veth-nosg"],
    ["copy", "--chunk", "64K", "--size", "1M", "--cold"],
    ["sendfile", "--size", "1M", "--ipv6"],
    ["sendfile", "--size", "1M", "--link", "veth", "--rate", "1Gbit"],
]


def own_bpf():
    """Our objects that nobody holds, or one of our processes."""
    return leaks.bpf_left(type("Nothing", (), {"objects": {}}))


@pytest.mark.long
def test_many_runs_leave_nothing(place):
    """The fixture looks for processes, BPF objects, namespaces and files after the last one."""
    descriptors = len(os.listdir("/proc/self/fd"))
    for number in range(MANY):
        report = measure(*KINDS[number % len(KINDS)], "-n", 1)
        assert report["config"]["payload_bytes"] == MIB, number
        for name in ("current", "temporary"):
            assert os.listdir(place.parent / name) == [], number
    assert len(os.listdir("/proc/self/fd")) == descriptors


def test_many_failures_leave_nothing(place):
    """Each at another point: before anything is there, behind the programs' start, at the end."""
    for number in range(MANY):
        options = [
            ["--port", "1", "--size", "1M"],
            ["--size", "1M", "--without", "sys_exit"],
            ["/sys/class/net/lo/mtu"],
            ["--size", "1M", "--json", "/dev/full"],
            ["--size", "1000T"],
        ][number % 5]
        environment = {**os.environ, "SUDO_UID": str(NOBODY), "SUDO_GID": str(NOBODY)}
        more = {"env": environment} if "--port" in options else {}
        assert zctrace("sendfile", "-n", 1, "-q", *options, **more).returncode != MEASURED, options
        for name in ("current", "temporary"):
            assert os.listdir(place.parent / name) == [], number


class Sample:
    """What a process has now."""

    def __init__(self, pid):
        process = pathlib.Path(f"/proc/{pid}")
        self.descriptors = len(os.listdir(process / "fd"))
        self.mappings = len((process / "maps").read_text().splitlines())
        fields = dict(line.split(":") for line in (process / "status").read_text().splitlines())
        self.resident = int(fields["VmRSS"].split()[0]) * KIB
        self.threads = int(fields["Threads"])
        self.bpf = len(own_bpf())


@pytest.mark.long
def test_a_long_run_does_not_grow():
    """A thousand runs in one process: samples of its middle and of its end are alike. What it
    keeps of each traced run until the end is its counters, some kilobytes."""
    samples = []
    with started("sendfile", "-n", LONG, "--size", "256K", "--no-timeline", "-q") as running:
        while running.process.poll() is None:
            with contextlib.suppress(OSError, KeyError, ValueError):
                samples.append(Sample(running.pid))
            time.sleep(0.01)
        assert running.end() == (MEASURED, "", "")
    quarter = len(samples) // 4
    assert quarter >= 5, "too few samples to say anything"
    middle, end = samples[quarter : 2 * quarter], samples[-quarter:]
    # Between them lie hundreds of runs: one thing left by each, or by each traced one, would show;
    # that the one part caught a run with its tracepoints attached and the other did not, does not.
    for name in ("descriptors", "mappings", "threads", "bpf"):
        least, most = (max(getattr(sample, name) for sample in part) for part in (middle, end))
        assert most - least < LONG // 5, name
    resident = [statistics.median(sample.resident for sample in part) for part in (middle, end)]
    assert resident[1] - resident[0] < LONG * 20 * KIB
