# SPDX-License-Identifier: GPL-2.0
"""The scenario programs at the gate: what they say to zctrace, and which calls are measured."""
import contextlib
import os
import re
import socket

import pytest

from scenario_programs import (
    CHUNK,
    MIB,
    ROUNDS,
    WAYS,
    assert_one_message,
    every_program,
    every_way,
    gated,
    gated_pair,
    gated_sender,
    has_sanitizer,
    make_file,
    make_sparse_file,
    open_gates,
    program,
    run,
    sha256,
)


def assert_natural_numbers(value):
    if isinstance(value, dict):
        for part in value.values():
            assert_natural_numbers(part)
    else:
        assert isinstance(value, int) and value >= 0


@every_way
def test_gated_transfer(tmp_path, way):
    path = make_file(tmp_path / "file", ROUNDS * CHUNK)
    size = path.stat().st_size
    with gated_pair(way, path, "--digest") as (here, there):
        here.quiet()
        there.quiet()
        there.say("go")
        there.expect("begin")
        there.quiet()
        here.say("go")
        here.expect("begin")
        here.expect("end")
        there.expect("end")

        sent, received = here.tally(), there.tally()
        assert here.process.poll() is None and there.process.poll() is None
        here.say("bye")
        there.say("bye")
        assert here.ended() == (0, b"")
        assert there.ended() == (0, b"")

    name = WAYS[way][0]
    chunk = {"copy-whole": size, "copy-prefault": size, "copy-4093": 4093, "sendfile-65535": 65535,
             "mmap-4093": 4093, "splice-65535": 65535, "zerocopy-4093": 4093, "uring-4093": 4093,
             "direct-4K": 4096, "vmsplice-4093": 4093,
             "tee-65535": 65535}
    rounds = -(-size // chunk.get(way, MIB if way.endswith("-1M") else CHUNK))
    # A sendfile of more than a pipe's 16 pages can take may return early: at least the rounds.
    if way == "sendfile-1M":
        assert rounds <= sent["rounds"] <= ROUNDS
        rounds = sent["rounds"]
    calls = {
        "copy": {"read": rounds, "send": rounds}, "sendfile": {"sendfile": rounds},
        "mmap": {"send": rounds}, "splice": {"splice-in": rounds, "splice-out": rounds},
        "zerocopy": {"read": rounds, "send": rounds}, "uring": {"io_uring_enter": rounds},
        "direct": {"read": rounds, "send": rounds},
        "tee": {"splice-in": rounds, "tee": rounds, "splice-out": rounds, "splice-aside": rounds},
        "vmsplice": {"read": rounds, "vmsplice": rounds, "splice-out": rounds},
    }[name]
    reads = name in ("copy", "zerocopy", "uring", "direct", "vmsplice")
    if name == "zerocopy" or way.startswith("uring-zc"):
        assert sent.pop("zerocopy") == {"sends": rounds, "completed": rounds, "copied": rounds}
    # It waits for pages to come back, now and then by a call of its own.
    if way.startswith("uring-zc"):
        assert rounds <= sent["data_calls"]["io_uring_enter"] <= 3 * rounds
        calls = sent["data_calls"]
    numbers = ["elapsed_ns", "rusage_begin", "rusage_end"]

    measured = {key: sent.pop(key) for key in numbers}
    assert sent == {
        "role": "sender",
        "scenario": name,
        "error": None,
        "status": 0,
        "data_calls": calls,
        "rounds": rounds,
        "eof_probes": 0 if name in ("mmap", "uring") else 1,
        "payload_bytes": size,
        "file_bytes": size,
        "bytes_read": size if reads else 0,
        "bytes_sent": size,
    }
    assert_natural_numbers(measured)
    assert measured["elapsed_ns"] > 0
    usage = ["utime_ns", "stime_ns", "minflt", "majflt", "nvcsw", "nivcsw"]
    assert sorted(measured["rusage_begin"]) == sorted(measured["rusage_end"]) == sorted(usage)
    for key, before in measured["rusage_begin"].items():
        assert measured["rusage_end"][key] >= before

    measured = {key: received.pop(key) for key in numbers}
    assert_natural_numbers(measured)
    assert received.pop("data_calls")["recv"] >= ROUNDS
    assert received == {
        "role": "receiver",
        "scenario": "receiver",
        "error": None,
        "status": 0,
        "eof_probes": 1,
        "payload_bytes": size,
        "tcp_bytes_received": size,
        "sha256": sha256(path),
    }


@pytest.mark.parametrize("size", [0, 1, 65537])
def test_receiver_agrees_with_the_kernel(tmp_path, size):
    """The FIN that ends the data takes a sequence number, but is not payload."""
    path = make_file(tmp_path / "file", size)
    with gated("receiver", "--port", 0) as there:
        port = there.port()
        assert run(program("copy", "--port", port, path)).returncode == 0
        there.expect(f"ready {port}")
        open_gates(there)
        there.expect("end")
        tally = there.tally()
        there.say("bye")
        assert there.ended() == (0, b"")
    assert tally["payload_bytes"] == tally["tcp_bytes_received"] == size
    assert "sha256" not in tally


@every_way
def test_nothing_is_opened_before_go(tmp_path, way):
    """Another file of the same size that takes the path's place at the gate is what is sent."""
    path = make_file(tmp_path / "file", 99991, seed=1)
    other = make_file(tmp_path / "other", 99991, seed=2)
    with gated_pair(way, path, "--digest") as (here, there):
        os.replace(other, path)
        open_gates(there, here)
        here.expect("end")
        there.expect("end")
        assert here.tally()["error"] is None
        assert there.tally()["sha256"] == sha256(path)


MEMORY_CALLS = {"mmap", "brk", "munmap", "madvise", "mprotect"}


def calls_between_begin_and_end(log):
    calls = []
    inside = False
    for line in log.splitlines():
        call = re.match(r"\d+\s+(\w+)\((.*)", line)
        if not call:
            continue
        name, arguments = call.groups()
        if name == "sendto" and '"end"' in arguments:
            return calls
        # The vDSO answers the clock; on a machine where it cannot, it is a call.
        if inside and name != "clock_gettime":
            calls.append(name)
        inside = inside or (name == "sendto" and '"begin"' in arguments)
    raise AssertionError(f"no begin and end in:\n{log}")


OPEN, STAT, CLOSE = ["openat"], ["newfstatat"], ["close", "close"]


@pytest.mark.parametrize(
    "way, expected, memory",
    [
        ("copy-whole", OPEN + STAT + ["read", "read", "sendto"] + CLOSE, ["mmap"]),
        ("copy-prefault", OPEN + STAT + ["read", "read", "sendto"] + CLOSE, []),
        ("copy-64K", OPEN + ["read", "sendto"] * ROUNDS + ["read"] + CLOSE, None),
        ("copy-prefault-64K", OPEN + ["read", "sendto"] * ROUNDS + ["read"] + CLOSE, []),
        ("sendfile-64K", OPEN + ["sendfile"] * (ROUNDS + 1) + CLOSE, []),
    ],
)
def test_measured_calls_are_the_scenarios_own(tmp_path, way, expected, memory):
    path = make_file(tmp_path / "file", ROUNDS * CHUNK)
    log = tmp_path / "log"
    with gated_pair(way, path, before=["strace", "-f", "-o", log, "-s", "16"]) as (here, there):
        open_gates(there, here)
        here.expect("end")
        here.tally()
        here.say("bye")
        assert here.ended()[0] == 0
    calls = calls_between_begin_and_end(log.read_text())
    # fstat has its own number on some architectures.
    own = ["newfstatat" if call == "fstat" else call for call in calls if call not in MEMORY_CALLS]
    assert own == expected
    if memory is not None and not has_sanitizer(WAYS[way][0]):
        assert [call for call in calls if call in MEMORY_CALLS] == memory


def test_measured_calls_of_the_receiver(tmp_path):
    path = make_file(tmp_path / "file", ROUNDS * CHUNK)
    log = tmp_path / "log"
    with gated("receiver", "--port", 0, before=["strace", "-f", "-o", log, "-s", "16"]) as there:
        port = there.port()
        with gated("copy", "--port", port, path) as here:
            here.expect("ready")
            there.expect(f"ready {port}")
            open_gates(there, here)
            there.expect("end")
            tally = there.tally()
            there.say("bye")
            assert there.ended()[0] == 0
    calls = calls_between_begin_and_end(log.read_text())
    assert set(calls) == {"recvfrom"}
    assert len(calls) == tally["data_calls"]["recv"] + 1


def test_prefault_takes_the_faults_out_of_the_measurement(tmp_path):
    path = make_sparse_file(tmp_path / "file", 8 * MIB)
    faults = {}
    for way in ("copy-whole", "copy-prefault"):
        with gated_pair(way, path) as (here, there):
            open_gates(there, here)
            here.expect("end")
            tally = here.tally()
        faults[way] = tally["rusage_end"]["minflt"] - tally["rusage_begin"]["minflt"]
    assert faults["copy-prefault"] < 64 < faults["copy-whole"] or (
        # Huge pages: few faults either way, but never more with --prefault.
        faults["copy-prefault"] < faults["copy-whole"] < 64
    )


@pytest.mark.parametrize("way", ["copy-whole", "sendfile-64K"])
@pytest.mark.parametrize("last_word", ["ready", "begin", "tally"])
def test_sender_leaves_when_zctrace_is_gone(tmp_path, way, last_word):
    with gated_sender(way, make_file(tmp_path / "file", 12345)) as (here, _):
        if last_word != "ready":
            open_gates(here)
        if last_word == "tally":
            here.expect("end")
            here.tally()
        here.channel.close()
        assert here.ended()[1] == b""


@pytest.mark.parametrize("connected", [False, True])
def test_receiver_leaves_when_zctrace_is_gone(connected):
    with gated("receiver", "--port", 0) as there:
        port = there.port()
        if connected:
            with socket.create_connection(("127.0.0.1", port)):
                there.expect(f"ready {port}")
        there.channel.close()
        assert there.ended() == (4, b"")


@pytest.mark.parametrize("way", ["copy-whole", "sendfile-64K"])
@pytest.mark.parametrize("word", ["bye", "gone", "g", "", "go!"])
def test_only_go_opens_the_gate(tmp_path, way, word):
    with gated_sender(way, make_file(tmp_path / "file", 12345)) as (here, _):
        here.say(word)
        assert here.ended() == (4, b"")


@every_program
@pytest.mark.parametrize("kind", ["closed", "file", "pipe", "stream", "tcp", "-1", "x"])
def test_gate_must_be_zctraces(tmp_path, name, kind):
    path = make_file(tmp_path / "file", 1)
    with contextlib.ExitStack() as stack:
        fds = []
        if kind == "file":
            fds = [stack.enter_context(open(path, "rb")).fileno()]
        elif kind == "pipe":
            fds = list(os.pipe())
            stack.callback(lambda: [os.close(fd) for fd in fds])
        elif kind == "stream":
            fds = [stack.enter_context(end).fileno() for end in socket.socketpair()]
        elif kind == "tcp":
            fds = [stack.enter_context(socket.socket()).fileno()]
        number = fds[0] if fds else {"closed": "99"}.get(kind, kind)
        files = [] if name == "receiver" else [str(path)]
        command = program(name, f"--gate={number}", *files)
        done = run(command, pass_fds=fds)
    assert done.returncode == 2
    assert_one_message(done.stderr, name, "--gate", "not a socket of zctrace")
