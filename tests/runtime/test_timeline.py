# SPDX-License-Identifier: GPL-2.0
"""The timeline of real runs: each thread has room of its own, what begins has its end, and of any
program it shows the busiest flow.
"""
import collections

import pytest

from traced import PYTHON, program, run
from zctrace import MIB, ROUNDS, make_file, measure

pytestmark = pytest.mark.usefixtures("place")

ENTER, EXIT, OFF, ON = 1, 2, 3, 4
BEGINS = {ENTER: EXIT, OFF: ON}


def events_of(scenario):
    """(type, role, thread, name) of each."""
    names = scenario["timeline"]["names"]
    return [(e[0], e[1], e[2], names[e[3]] if e[3] >= 0 else None)
            for e in scenario["timeline"]["events"]]


def assert_pairs(events, still_open=0):
    """What begins in a thread ends before the same begins again."""
    begun = collections.defaultdict(set)
    for kind, _, thread, _ in events:
        if kind in BEGINS:
            assert kind not in begun[thread], "it had begun"
            begun[thread].add(kind)
        elif kind in BEGINS.values():
            begun[thread].discard(kind - 1)
    assert sum(ENTER in kinds for kinds in begun.values()) <= still_open


def test_each_role_has_room_of_its_own():
    (scenario,) = measure("copy", "--size", "16M", "--chunk", "4K", "-n", "1", "--timeline=100")[
        "scenarios"]
    events = events_of(scenario)
    by_role = collections.Counter(role for _, role, _, _ in events)
    assert set(by_role) == {0, 1}
    for count in by_role.values():
        assert 50 <= count <= 100, "waits leave half of it to calls"
    assert scenario["timeline"]["limit"] == 100
    assert_pairs(events)
    calls = sum(2 * call["calls"] for call in scenario["syscalls"])
    waits = sum(2 * (r["switches"]["voluntary"] + r["switches"]["involuntary"])
                for r in scenario["roles"].values())
    faults = sum(r["faults"]["user"] for r in scenario["roles"].values())
    assert len(events) + scenario["timeline"]["dropped"] == calls + waits + faults


def test_a_round_of_the_whole_file_has_all_its_crossings():
    """The receiver makes thousands of calls before the sender's only send returns."""
    (scenario,) = measure("copy", "--size", "64M", "-n", "1", "--timeline=500")["scenarios"]
    assert scenario["crossings"]["per_round"] == 4
    sender = [(kind, name) for kind, role, _, name in events_of(scenario) if role == 0]
    (read,) = [i for i, e in enumerate(sender) if e == (ENTER, "read")][:1]
    assert (EXIT, "read") in sender[read:]
    assert sender.count((ENTER, "sendto")) == sender.count((EXIT, "sendto")) == 1


THREADS = """
import os, threading
def work():
    for _ in range(1009): os.getppid()
all = [threading.Thread(target=work) for _ in range(5)]
[t.start() for t in all]; [t.join() for t in all]
"""


def test_threads_on_all_cpus_never_take_more_than_their_room(place):
    scenario = run(place, [PYTHON, "-S", "-c", THREADS], "--timeline", "50")
    events = events_of(scenario)
    by_thread = collections.Counter(thread for _, _, thread, _ in events)
    assert len(by_thread) >= 6
    assert max(by_thread.values()) <= 50
    assert len(events) <= 8 * 50
    assert scenario["timeline"]["dropped"] > 2 * 5 * 1009
    assert_pairs(events, still_open=len(by_thread))
    calls = {call["name"]: call["calls"] for call in scenario["syscalls"]}
    assert calls["getppid"] == 5 * 1009


LATE = """
import os, sys
for n in range(499): os.stat('/')
source, sink = os.open(sys.argv[1], os.O_RDONLY), os.open(sys.argv[2], os.O_WRONLY | os.O_CREAT)
while data := os.read(source, 65536): os.write(sink, data)
for n in range(499): os.stat('/')
"""


def test_any_program_shows_its_busiest_flow(place):
    source = make_file(place / "source", 40 * MIB)
    place.chmod(0o777)
    scenario = run(place, [PYTHON, "-S", "-c", LATE, source, place / "sink"], "--timeline", "100")
    timeline = scenario["timeline"]
    assert timeline["begins_ns"] > 0 and timeline["dropped"] > 0
    names = {name for kind, _, _, name in events_of(scenario) if kind == ENTER}
    assert names <= {"read", "write", "close"} and {"read", "write"} <= names


def test_a_program_without_a_flow_shows_its_beginning(place):
    scenario = run(place, [program("sleeps"), "poll", ROUNDS, 1])
    assert "begins_ns" not in scenario["timeline"] and scenario["timeline"]["dropped"] == 0
    assert_pairs(events_of(scenario), still_open=1)
    assert sum(e[0] == ENTER and e[3] == "poll" for e in events_of(scenario)) == ROUNDS
