# SPDX-License-Identifier: GPL-2.0
"""Time asleep is not time on the CPU: on every CPU, in every kind of call that waits; and a context
switch that was not seen is told of, or made up for.
"""
import os
import pathlib
import resource
import subprocess
import time

import pytest

from link_programs import descendant_named, wait_until
from traced import PYTHON, program, run
from zctrace import BUILD, tool

pytestmark = pytest.mark.usefixtures("place")

COUNT, MS = 7, 40
SLEPT_NS = COUNT * MS * 1000000
CALLS = {"poll": "poll", "nanosleep": "clock_nanosleep", "futex": "futex", "recv": "recvfrom"}


@pytest.mark.parametrize("cpu", sorted(os.sched_getaffinity(0)))
@pytest.mark.parametrize("kind", CALLS)
def test_sleep_is_blocked_time_on_every_cpu(place, kind, cpu):
    scenario = run(place, [tool("taskset"), "-c", cpu, program("sleeps"), kind, COUNT, MS])
    call = max((c for c in scenario["syscalls"] if c["name"] == CALLS[kind]),
               key=lambda c: c["blocked_ns"])
    assert call["calls"] >= COUNT
    # The receiver's child sleeps, and the receiver begins to wait a little later.
    assert call["blocked_ns"] >= SLEPT_NS * (0.9 if kind != "recv" else 0.8)
    assert call["cpu_ns"] < SLEPT_NS // 4
    role = scenario["roles"][call["role"]]
    assert role["time_ns"]["blocked"] >= call["blocked_ns"]
    assert role["time_ns"]["kernel"] < SLEPT_NS // 2
    assert role["switches"]["voluntary"] >= COUNT


def test_user_mode_is_not_a_wait(place):
    scenario = run(place, [program("sleeps"), "spin", 1, 200])
    (role,) = scenario["roles"].values()
    assert role["time_ns"]["blocked"] + role["time_ns"]["kernel"] < role["time_ns"]["window"] // 2


def forget_its_return(pid):
    """While it spins in user mode, once zctrace counts it."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        for child in subprocess.run(["pgrep", "-x", "sleeps"], capture_output=True, text=True,
                                    check=False).stdout.split():
            time.sleep(0.3)
            forget = [BUILD / "tests" / "threads_table", "forget-return", child]
            if subprocess.run(forget, check=False).returncode == 0:
                return
        time.sleep(0.02)
    raise AssertionError("the program was not traced")


@pytest.mark.alone
def test_a_return_that_was_not_seen_is_made_up_for(place):
    """It spins: what it was away by its record is next to nothing by the scheduler's. Others may
    have had its CPU meanwhile."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    scenario = run(place, [program("sleeps"), "spin", 1, 1500], during=forget_its_return)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    own_s = after.ru_utime - before.ru_utime    # next to nothing of it is zctrace's
    (role,) = scenario["roles"].values()
    times = role["time_ns"]
    assert role["switches"]["voluntary"] is not None
    assert (times["window"] - times["blocked"] - times["runnable"]) / 1e9 > own_s - 0.2
    assert all(call["cpu_ns"] is not None for call in scenario["syscalls"])


@pytest.mark.alone
def test_what_it_was_away_before_a_call_is_not_of_the_call(place):
    """As after a page fault in user mode from which its return was not seen."""
    def forget(ancestor):
        child = wait_until(lambda: descendant_named(ancestor, pathlib.Path(PYTHON).name), "python3")
        time.sleep(0.7)     # until it is in its loop, where it never waits
        wait_until(lambda: subprocess.run(
            [tool("taskset"), "-c", str(cpus[0]), BUILD / "tests" / "threads_table",
             "forget-earlier", str(child)],
            check=False).returncode == 0, "its place")

    cpus = sorted(os.sched_getaffinity(0))      # two, so that it is not away as it is looked at
    text = "import os, time\nend = time.monotonic() + 2\nwhile time.monotonic() < end: os.getppid()"
    scenario = run(place, [tool("taskset"), "-c", cpus[-1], PYTHON, "-c", text], during=forget)
    (role,) = scenario["roles"].values()
    times = role["time_ns"]
    assert times["runnable"] + times["blocked"] > times["window"], times
    for call in scenario["syscalls"]:
        assert call["blocked_ns"] + call["runnable_ns"] < 10**9, call
