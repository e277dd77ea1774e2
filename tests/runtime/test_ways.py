# SPDX-License-Identifier: GPL-2.0
"""The ways beside copy and sendfile, measured: their calls are exact, and every byte's way is."""
import json
import os
import subprocess
import tempfile
import time

import pytest

from link_programs import descendant_named, wait_until
from traced import program
from zctrace import (
    CHUNK,
    FAILED,
    MACHINE,
    MEASURED,
    MIB,
    PAGE,
    ROUNDS,
    USAGE,
    assert_one_message,
    assert_scenario_sound,
    calls,
    command,
    data_calls,
    leg,
    make_file,
    measure,
    measure_one,
    origins,
    requests,
    started,
    verdict,
    witness,
    zctrace,
)

pytestmark = pytest.mark.usefixtures("place")

SIZE = ROUNDS * CHUNK

# Its data calls for 23 chunks, the bytes' pages at the device, where it can gather, and whether the
# kernel borrows the program's pages.
WAYS = {
    "mmap": ({"sendto": ROUNDS}, "private", False),
    # Each chunk into the pipe and out of it; the call that finds the end moves nothing.
    "splice": ({"splice": 2 * ROUNDS + 1}, "file_page", False),
    "zerocopy": ({"read": ROUNDS + 1, "sendto": ROUNDS}, "anonymous", True),
    "uring": ({"io_uring_enter": ROUNDS}, "private", False),
    "uring-zc": ({}, "anonymous", True),
    "direct": ({"read": ROUNDS + 1, "sendto": ROUNDS}, "private", False),
    # The pages are given away for good: a madvise a round, which moves nothing, gets new ones.
    "vmsplice": ({"read": ROUNDS + 1, "vmsplice": ROUNDS, "splice": ROUNDS}, "anonymous", False),
    # In, twice out, and the call that finds the end.
    "tee": ({"splice": 3 * ROUNDS + 1, "tee": ROUNDS}, "file_page", False),
}
# The call that finds the file's end moves nothing, and is none of the data calls.
ENDS_BY_A_CALL = ("splice", "zerocopy", "direct", "vmsplice", "tee")
ALL = ["copy", "copy", "copy", "sendfile", *WAYS]

every_way = pytest.mark.parametrize("way", WAYS)


@every_way
def test_exact_counts(way):
    expected, _, borrows = WAYS[way]
    scenario = measure_one(way, "-n", 2, "--size", SIZE)
    assert scenario["rounds"] == ROUNDS
    seen = calls(scenario)
    assert {name: seen[name] for name in expected} == expected
    moved = sum(expected.values()) - (way in ENDS_BY_A_CALL)
    if way == "uring-zc":
        # Now and then it waits for a page to come back, by a call of its own.
        assert ROUNDS <= seen["io_uring_enter"] <= 3 * ROUNDS
        moved = seen["io_uring_enter"]
    assert data_calls(scenario) == moved
    assert scenario["crossings"]["data"] == 2 * moved
    assert scenario["crossings"]["per_round"] == 2 * moved / ROUNDS
    if way.startswith("uring"):
        assert requests(scenario, "READ") == ROUNDS
        assert requests(scenario, "SEND_ZC" if borrows else "SEND") == ROUNDS
        assert not {"read", "sendto"} & set(seen)
    assert witness(scenario, "sender.rounds")["witness"] == ROUNDS


@every_way
@pytest.mark.parametrize("link", ["lo", "veth"])
def test_origin_of_every_byte(way, link):
    _, origin, borrows = WAYS[way]
    scenario = measure_one(way, "-n", 1, "--size", SIZE, "--link", link)
    assert origins(scenario) == {origin: SIZE}
    assert leg(scenario, "user-socket")["per_byte"] == (origin == "private")
    # Neither link can leave a program's pages to a receiver: where they end, they are copied; but
    # those that were given away are nobody's.
    received = leg(scenario, "socket-receiver")["at_receive_bytes"]
    assert {name: count for name, count in received.items() if count} == {
        "private" if borrows else origin: SIZE}
    borrowed = scenario["zerocopy"]
    assert borrowed["used"] is borrows
    if borrows:
        assert borrowed["sends"] == borrowed["completed"] == ROUNDS
        assert borrowed["late_bytes"] == SIZE and borrowed["late_per_byte"] == 1
    else:
        assert borrowed["late_bytes"] is None and "does not use MSG_ZEROCOPY" in borrowed["why"]


def test_borrowed_pages_that_the_device_cannot_gather():
    """They are copied before they leave, whatever the completions say of it."""
    report = measure("zerocopy", "-n", 1, "--size", SIZE, "--link", "veth-nosg")
    (scenario,) = report["scenarios"]
    assert origins(scenario) == {"private": SIZE}
    assert scenario["zerocopy"]["late_bytes"] == 0
    assert any("the kernel had copied them all before" in s for s in report["sentences"])
    said = scenario["zerocopy"]["copied"]
    assert any("do not rely on it" in s for s in report["sentences"]) == (said != ROUNDS)


@every_way
def test_cold_file(way):
    scenario = measure_one(way, "-n", 1, "--size", SIZE, "--cold")
    if way == "direct":
        assert leg(scenario, "disk-cache")["bytes"] == 0
    else:
        assert leg(scenario, "disk-cache")["bytes"] >= SIZE
    assert scenario["rounds"] == ROUNDS


@every_way
@pytest.mark.parametrize("size, chunk", [(1, 1), (99_991, 4093), (3 * MIB + 1, MIB)])
def test_odd_sizes(way, size, chunk):
    if way == "direct" and chunk % 512:
        chunk = 4096  # it reads whole blocks only
    scenario = measure_one(way, "-n", 1, "--size", size, "--chunk", chunk)
    assert sum(origins(scenario).values()) == size
    # A pipe holds pages, and the largest ones not everybody may have: a round can move less.
    if way in ("splice", "tee"):
        assert scenario["rounds"] >= -(-size // chunk)
    else:
        assert scenario["rounds"] == -(-size // chunk)


def test_direct_reads_leave_nothing_in_the_page_cache(place):
    """The last block is cut by the file's end. The device wrote into the program's memory: no CPU
    copy there, and one to the socket."""
    scenario = measure_one("direct", "-n", 1, "--cold", make_file(place / "file", SIZE - 4097))
    assert calls(scenario)["read"] == ROUNDS + 1
    assert leg(scenario, "disk-cache")["bytes"] == 0
    into = leg(scenario, "cache-user")
    assert (into["bytes"], into["by"]) == (0, "dma")
    assert into["note"] == "O_DIRECT: read past the page cache"
    assert origins(scenario) == {"private": SIZE - 4097}


def test_direct_where_pages_are_all_there_is():
    """tmpfs has no disk: where it accepts O_DIRECT, it copies out of the page cache."""
    with tempfile.NamedTemporaryFile(dir="/dev/shm") as file:
        file.write(os.urandom(SIZE))
        file.flush()
        done = zctrace("direct", "-n", 1, "--json", "-", file.name)
    if done.returncode == MACHINE:  # before Linux 6.6 it does not
        assert_one_message(done.stderr, "O_DIRECT: Invalid argument", "send it with copy")
        return
    (scenario,) = json.loads(done.stdout)["scenarios"]
    into = leg(scenario, "cache-user")
    assert (into["bytes"], into["by"]) == (SIZE, "cpu")


def test_direct_of_parts_of_blocks():
    done = zctrace("direct", "-n", 1, "--size", SIZE, "--chunk", 4093)
    assert (done.returncode, done.stdout) == (MACHINE, "")
    assert_one_message(done.stderr, "O_DIRECT: a read of 4093 bytes: Invalid argument",
                       "give a --chunk of whole blocks")


def test_mapping_faults_instead_of_reading():
    """Pages around each fault are mapped with it (fault_around_bytes), if they are there."""
    scenario = measure_one("mmap", "-n", 1, "--size", SIZE)
    faults = scenario["roles"]["sender"]["faults"]["kernel"]
    assert 0 < faults <= SIZE // PAGE + 16
    assert "read" not in calls(scenario)


# --- side by side ---


def test_every_way_side_by_side():
    done = zctrace("compare", "--all", "-n", 1, "--size", SIZE, "--json", "all.json")
    try:
        assert (done.returncode, done.stderr) == (MEASURED, "")
        with open("all.json", encoding="utf-8") as file:
            report = json.load(file)
        text = zctrace("report", "all.json").stdout
    finally:
        os.unlink("all.json")
    assert [s["id"] for s in report["scenarios"]] == ALL
    for scenario in report["scenarios"]:
        assert_scenario_sound(scenario, report["config"])
    assert max(map(len, text.splitlines())) <= 100
    # The claims speak of copy and sendfile, and of nothing else.
    for claim in ("copy-switches", "sendfile-switches", "same-bytes", "kernel-support"):
        assert verdict(report, claim) == "holds"
    said = " ".join(report["sentences"])
    assert "mmap (64 KiB) made no read" in said
    assert "zerocopy (64 KiB): 1.44 MiB left in the program's own pages" in said


@pytest.mark.parametrize("how", ["discard", "splice"])
def test_receivers_that_do_not_copy(how):
    report = measure("compare", "--all", "-n", 1, "--size", SIZE, "--receiver", how)
    assert report["config"]["receiver"] == how
    for scenario in report["scenarios"]:
        assert leg(scenario, "socket-receiver")["bytes"] == 0
        named = "splice" if how == "splice" else "recvfrom"
        assert calls(scenario, "receiver").keys() - {"close"} == {named}
        if scenario["zerocopy"]["used"]:
            assert "--receiver recv" in scenario["zerocopy"]["why"]


def test_receiver_that_maps_what_it_can():
    """The leg has what was copied, which is what its calls returned."""
    report = measure("compare", "--all", "-n", 1, "--size", SIZE, "--receiver", "zerocopy")
    for scenario in report["scenarios"]:
        copied = leg(scenario, "socket-receiver")["bytes"]
        assert scenario["received_bytes"] == SIZE and 0 <= copied <= SIZE
        assert copied == witness(scenario, "receiver.bytes_in")["counted"]
        assert calls(scenario, "receiver").keys() <= {"close", "getsockopt", "poll", "recvfrom"}


def test_splice_receiver_of_linear_segments():
    """What it copies then, no tracepoint tells: it is not said to be nothing."""
    scenario = measure_one("sendfile", "-n", 1, "--size", SIZE, "--receiver", "splice", "--link",
                           "veth-nosg")
    assert leg(scenario, "socket-receiver")["bytes"] is None
    assert "linear part" in leg(scenario, "socket-receiver")["why"]


def test_conditions_are_shown():
    done = zctrace("splice", "-n", 1, "--size", SIZE, "--receiver", "discard")
    assert done.returncode == MEASURED
    assert " · receiver: discard · " in " ".join(done.stdout.split())


# --- what a machine does not allow ---


def refusing(call, *options):
    """zctrace where a call is refused."""
    return [program("refuse", "-lseccomp"), call, *command(*options)]


def run_refusing(call, *options):
    done = zctrace(*options)  # the program is there, and the machine allows it
    assert done.returncode == MEASURED, done.stderr
    return subprocess.run(refusing(call, *options), capture_output=True, text=True, timeout=120,
                          check=False)


def test_io_uring_that_is_not_allowed():
    options = ("-n", 1, "--size", SIZE, "--json", "-")
    done = run_refusing("io_uring_setup", "compare", "--all", *options)
    assert (done.returncode, done.stderr) == (MEASURED, "")
    report = json.loads(done.stdout)
    assert [s["id"] for s in report["scenarios"]] == ALL
    for scenario in report["scenarios"]:
        if scenario["id"].startswith("uring"):
            assert "io_uring_setup: Operation not permitted" in scenario["failed"]
            assert scenario["rounds"] is None and scenario["roles"] == {}
        else:
            assert_scenario_sound(scenario, report["config"])
    done = run_refusing("io_uring_setup", "uring", *options)
    assert (done.returncode, done.stdout) == (MACHINE, "")
    assert_one_message(done.stderr, "uring: sender: io_uring_setup: Operation not permitted",
                       "send the file with copy")


@pytest.mark.parametrize("options, words", [
    (["mmap", "--all"], "--all: is for compare"),
    (["splice", "--prefault"], "--prefault: is for copy"),
    (["uring", "--receiver", "read"], "--receiver read: give recv, discard, splice or zerocopy"),
])
def test_usage_errors(options, words):
    done = zctrace(*options)
    assert (done.returncode, done.stdout) == (USAGE, "")
    assert words in done.stderr


def wait_for_transfer(running, way):
    """Until it is under way; most of these ways do not show in /proc/PID/io."""
    wait_until(lambda: descendant_named(running.pid, way), way)
    time.sleep(0.4)


@pytest.mark.parametrize("way", ["mmap", "splice", "uring"])
def test_file_that_shrinks_while_it_is_sent(place, way):
    path = make_file(place / "file", 64 * MIB)
    with started(way, "-n", 1, "--rate", "400Mbit", "--link", "veth", path) as running:
        wait_for_transfer(running, way)
        os.truncate(path, 4096)
        status, _, stderr = running.end()
    assert status == FAILED
    assert_one_message(stderr, f"sender: {path} shrank while it was sent: expected {64 * MIB}")


def test_receiver_that_dies(place):
    path = make_file(place / "file", 64 * MIB)
    with started("zerocopy", "-n", 1, "--rate", "400Mbit", "--link", "veth", path) as running:
        wait_for_transfer(running, "zerocopy")
        os.kill(descendant_named(running.pid, "receiver"), 9)
        status, _, stderr = running.end()
    assert status == FAILED
    assert_one_message(stderr)
