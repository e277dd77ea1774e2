# SPDX-License-Identifier: GPL-2.0
"""Anybody can connect to zctrace receive, and anything can listen where --to points: neither end
may be led to do more than a measurement, to wait for ever, or to leave something behind."""
import contextlib
import json
import random
import socket
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from link_programs import wait_until
from remote_programs import HELLO, PROTOCOL, guest, measure_to, receive
from zctrace import (
    CHUNK, FAILED, NOBODY, ROUNDS, alive, assert_one_message, tool, zctrace,
)

pytestmark = pytest.mark.usefixtures("place")

AS_NOBODY = [tool("setpriv"), "--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups"]
LONG = "x" * 10_000
MOST_MEMORY = 64 << 20

random_lines = st.lists(
    st.one_of(
        st.binary(max_size=400),
        st.sampled_from([b"go", b"bye", b"begin", b"end", b"{}", b"error x", b"", HELLO.encode()]),
        st.builds(
            lambda t, d, s: f"run traced={t} digest={d} seconds={s}".encode(),
            st.integers(-1, 2), st.integers(-1, 2), st.integers(-1, 1 << 40),
        ),
    ),
    max_size=12,
)


@pytest.fixture
def far():
    """Served as it must be after everything that the test has done to it."""
    with receive("--timeout", 30, before=AS_NOBODY) as running:
        yield running
        assert_serves(running)
        wait_until(lambda: not running.receiver(), "the end of its receiver", 5)
        assert peak_memory(running) < MOST_MEMORY


def peak_memory(running):
    with open(f"/proc/{running.process.pid}/status") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM"))


def assert_serves(running):
    """A measuring end is welcome, at the latest when the one before it is known to be gone."""
    end = time.monotonic() + 10
    while True:
        with guest(running) as welcome:
            answer = welcome.hear()
            if answer.startswith(HELLO):
                assert welcome.transfer(digest=1)["payload_bytes"] == 100_000
                return
        assert time.monotonic() < end, answer
        time.sleep(0.02)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.binary(min_size=1, max_size=3000))
def test_any_bytes_instead_of_hello(far, data):
    with guest(far, hello=None) as other:
        with contextlib.suppress(OSError):
            other.socket.sendall(data)
            other.socket.shutdown(1)
        assert other.rest() == []


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(lines=random_lines)
def test_any_words_after_hello(far, lines):
    with guest(far) as other:
        with contextlib.suppress(OSError):
            for line in lines:
                other.socket.sendall(line + b"\n")
            other.socket.shutdown(1)
        answers = other.rest()
    if not answers:
        return
    # Either an answer of ours, or a refusal, which is the last word.
    for answer in answers[:-1]:
        assert answer.startswith((HELLO, "listening ")), answers
    assert answers[-1].startswith((HELLO, "listening ", "error ")), answers


def test_many_bytes_in_many_ways(far):
    numbers = random.Random(4)
    for _ in range(200):
        with guest(far, hello=None) as other, contextlib.suppress(OSError):
            for _ in range(numbers.randrange(4)):
                other.socket.sendall(numbers.randbytes(numbers.randrange(1, 100_000)))


def test_a_line_too_long(far):
    with guest(far, hello=LONG) as other:
        assert other.rest() == []
    with guest(far) as other:
        other.expect(HELLO)
        other.say(LONG)
        # It closes with bytes unread, so that the answer may be lost.
        assert [line[:6] for line in other.rest()] in ([], ["error "])
    far.expect("it does not speak as zctrace does")


def test_a_line_without_end(far):
    with guest(far, hello=None) as other:
        with pytest.raises(OSError):
            for _ in range(10_000):
                other.socket.sendall(b"x" * 10_000)


def test_nobody_is_kept_out_by_those_who_say_nothing(far):
    with contextlib.ExitStack() as silent:
        for _ in range(40):
            silent.enter_context(guest(far, hello=None))
        done = zctrace(
            "sendfile", "-n", 1, "--size", ROUNDS * CHUNK, "--to", f"127.0.0.1:{far.port}",
            "--json", "-",
        )
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["scenarios"][0]["rounds"] == ROUNDS


@pytest.mark.long
def test_silence_ends(far):
    with guest(far, hello=None) as other:
        begin = time.monotonic()
        assert other.rest() == []
        assert 5 < time.monotonic() - begin < 20
    far.expect("it says nothing")


@pytest.mark.parametrize(
    "word",
    ["go", "bye", "begin", "run", "run traced=1 digest=0 seconds=0",
     "run traced=2 digest=0 seconds=1",
     "run traced=0 digest=0 seconds=1 x", "run traced=0 digest=0 seconds=+1", "rm -rf /", "\x1b[2J",
     "run traced=0  digest=0 seconds=1", "run traced=0 digest=0 seconds=10000000", ""],
)
def test_words_out_of_turn(far, word):
    with guest(far) as other:
        other.expect(HELLO)
        other.say(word)
        other.expect("error ")
        assert other.rest() == []
    assert "\x1b" not in "".join(far.heard)


def test_a_second_run_before_the_first_is_over(far):
    with guest(far) as other:
        other.expect(HELLO)
        with other.run():
            assert far.receiver()
            other.say("run traced=0 digest=0 seconds=60")
            other.expect("error ")
    wait_until(lambda: not far.receiver(), "the end of its receiver", 5)


def test_a_run_that_is_left_at_every_point(far):
    def at_hello(other):
        other.expect(HELLO)

    def at_start(other):
        at_hello(other)
        other.say("run traced=1 digest=1 seconds=60")

    def at_listening(other):
        at_start(other)
        other.expect("listening ")

    def at_ready(other):
        at_hello(other)
        other.run(traced=1)

    def in_the_middle(other):
        at_ready(other)
        other.say("go")
        other.expect("begin")

    for leave in (at_hello, at_start, at_listening, at_ready, in_the_middle):
        with guest(far) as other:
            leave(other)
        assert_serves(far)
        wait_until(lambda: not far.receiver(), "the end of its receiver", 5)


def test_time_for_a_run_is_limited():
    with receive("--timeout", 1) as far, guest(far) as other:
        other.expect(HELLO)
        other.say("run traced=0 digest=0 seconds=1000000")
        other.expect("listening ")
        receiver = wait_until(far.receiver, "its receiver")
        assert other.expect("error ").startswith("no end after the time that is allowed")
        wait_until(lambda: not alive(receiver), "the end of its receiver", 5)


def test_a_guest_without_privilege_gets_no_kernel_counts(far):
    with guest(far) as other:
        other.expect(HELLO)
        with other.run(traced=1) as data:
            other.say("go")
            other.expect("begin")
            data.sendall(b"x" * 1000)
        other.expect("end")
        other.expect("{")
        counts = json.loads(other.expect("counts "))
    (scenario,) = counts["scenarios"]
    role = scenario["roles"]["receiver"]
    assert role["switches"] == {"voluntary": None, "involuntary": None,
                                "why": "no privilege; run it with sudo"}
    assert scenario["syscalls"] == []


def test_another_protocol(far):
    with guest(far, hello=f"zctrace-remote {PROTOCOL + 1} v99") as other:
        other.expect(HELLO)
        assert other.rest() == []
    assert "v99" in far.expect("do not understand each other")


# --- and the other way round: what listens there ---


def says(answer):
    def play(stream):
        stream.readline()
        stream.write(answer)

    return play


def hello_then(*lines, wait=False):
    def play(stream):
        stream.readline()
        stream.write(f"{HELLO}test\n".encode())
        for line in lines:
            stream.readline()
            stream.write(line.encode() + b"\n" if isinstance(line, str) else line)
        if wait:
            stream.read()

    return play


GOOD = "listening 1"


@pytest.mark.parametrize(
    "play, parts",
    [
        (says(b"SSH-2.0-OpenSSH_9.2\r\n"), ["is not zctrace receive"]),
        (says(b"\0" * 100_000), ["is not zctrace receive"]),
        (says(b"x" * 1_000_000), ["is not zctrace receive"]),
        (says(b"zctrace-remote 1 \n"), ["is not zctrace receive"]),
        (says(b""), ["closed the connection"]),
        (says(b"error \x1b[2J\n"), ["is not zctrace receive"]),
        (says(b"error no, \xff\xfe\n"), ["no, \\xff\\xfe"]),
        (
            says(b"zctrace-remote 2 v99\n"),
            ["version v99 (protocol 2)", "protocol 1", "the same zctrace on both machines"],
        ),
        (hello_then(), ["closed the connection"]),
        (hello_then("error out of order"), ["zctrace receive at 127.0.0.1:", "out of order"]),
        (hello_then("listening 0"), ["cannot be read", "listening 0"]),
        (hello_then("listening 99999"), ["cannot be read"]),
        (hello_then("listening -p"), ["cannot be read"]),
        (hello_then("begin"), ["out of turn", "begin"]),
        (hello_then("x" * 100), ["cannot be read"]),
        (hello_then(b"y" * 1_000_000), ["cannot be read"]),
        (hello_then("counts {}"), ["cannot be read"]),
        (hello_then(b"listening \0\n"), ["cannot be read"]),
        (hello_then(GOOD, wait=True), ["sender: connect to 127.0.0.1 port 1", "refused"]),
        (hello_then('{"error": "no memory"}'), ["receiver: no memory"]),
    ],
)
def test_something_else_listens(play, parts):
    done = measure_to(play)
    assert (done.returncode, done.stdout) == (FAILED, "")
    assert_one_message(done.stderr, *parts)


@pytest.mark.long
def test_what_listens_says_nothing():
    begin = time.monotonic()
    done = measure_to(lambda stream: stream.read())
    assert done.returncode == FAILED
    assert_one_message(done.stderr, "says nothing", "is the port right?")
    assert time.monotonic() - begin < 20


@pytest.mark.long
def test_the_data_port_is_closed_by_a_firewall():
    """A full queue of connections is as silent as a firewall."""
    with contextlib.ExitStack() as stack:
        full = stack.enter_context(socket.socket())
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(3):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        port = full.getsockname()[1]
        done = measure_to(hello_then(f"listening {port}", wait=True))
    assert done.returncode == FAILED
    assert_one_message(done.stderr, f"127.0.0.1 port {port}", "firewall", "--data-port")


def counts(**changes):
    """What zctrace receive would tell of a run that it did not trace."""
    null = {"why": "w"}
    role = {
        "switches": {"voluntary": None, "involuntary": None, **null},
        "faults": {"user": None, "kernel": None, **null},
        "cpu_ns": {"user": None, "system": None, **null},
        "peak_rss_bytes": 1, "why": None,
        "time_ns": dict.fromkeys(["user", "kernel", "blocked", "runnable", "window"], None) | null,
    }
    spread = {"median": None, "min": None, "max": None, "runs": [], **null}
    leg = {"bytes": None, "per_byte": None, **null}
    names = ["disk-cache", "cache-user", "user-socket", "socket-device", "socket-receiver"]
    scenario = {
        "id": "receiver", "chunk_bytes": 0, "rounds": None, "why": "w",
        "crossings": dict.fromkeys(
            ["per_round", "data", "control", "user_faults", "total"], None) | null,
        "roles": {"receiver": role},
        "syscalls": [],
        "legs": [{"id": name, **leg} for name in names],
        "elapsed_ns": {"untraced": spread, "traced": spread}, "witnesses": [],
        "loss": {"ring": 0, "map_full": 0, "recursion": 0},
        **changes,
    }
    return {
        "schema": "zctrace/1", "mode": "receive", "tool": {"version": "v", "command": []},
        "machine": {}, "config": {"payload_bytes": 0}, "scenarios": [scenario], "claims": [],
    }


def usage(number):
    return dict.fromkeys(["utime_ns", "stime_ns", "minflt", "majflt", "nvcsw", "nivcsw"], number)


def tally(**changes):
    return {
        "role": "receiver", "error": None, "data_calls": {"recv": 1}, "eof_probes": 1,
        "payload_bytes": CHUNK, "tcp_bytes_received": CHUNK, "elapsed_ns": 1, "sha256": "00",
        "rusage_begin": usage(1), "rusage_end": usage(2), **changes,
    }


def whole_run(stream, told, report):
    """Receives as it should, and then tells this tally and these counts."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        asked = stream.readline().decode()
        if not asked:
            return False
        stream.write(f"listening {port}\n".encode())
        connection, _ = listener.accept()
        with connection:
            stream.write(f"ready {port}\n".encode())
            assert stream.readline() == b"go\n"
            stream.write(b"begin\n")
            while connection.recv(1 << 20):
                pass
    stream.write(b"end\n" + json.dumps(told).encode() + b"\n")
    if "traced=1" in asked:
        stream.write(b"counts " + json.dumps(report).encode() + b"\n")
    return stream.readline() == b"bye\n"


def receiver_that_tells(told, report):
    def play(stream):
        stream.readline()
        stream.write(f"{HELLO}test\n".encode())
        while whole_run(stream, told, report):
            pass

    return play


def test_a_played_receiver_is_believed_as_far_as_it_goes():
    done = measure_to(receiver_that_tells(tally(), counts()), "--json", "-")
    assert (done.returncode, done.stderr) == (0, "")
    (scenario,) = json.loads(done.stdout)["scenarios"]
    role = scenario["roles"]["receiver"]
    assert role["switches"]["voluntary"] is None and role["switches"]["why"].endswith(": w")
    assert role["peak_rss_bytes"] == 1
    assert scenario["sha256_received"] == "00"


@pytest.mark.parametrize(
    "told, report",
    [
        (tally(rusage_end=usage(0)), counts()),
        (tally(data_calls={"recv": -1}), counts()),
        (tally(), {}),
        (tally(), []),
        (tally(), {**counts(), "schema": "zctrace/2"}),
        (tally(), {**counts(), "scenarios": []}),
        (tally(), counts(roles={})),
        (tally(), counts(roles={"sender": counts()["scenarios"][0]["roles"]["receiver"]})),
        (tally(), counts(loss={"ring": 0, "map_full": 1 << 62, "recursion": 0})),
        (tally(), counts(id="x" * (300 << 10))),
    ],
)
def test_a_receiver_that_tells_nonsense(told, report):
    done = measure_to(receiver_that_tells(told, report), "--json", "-")
    assert done.returncode == FAILED
    assert_one_message(done.stderr, "zctrace receive at 127.0.0.1:", "cannot be read")


def test_losses_at_the_other_end_count():
    report = counts(loss={"ring": 0, "map_full": 3, "recursion": 0})
    done = measure_to(receiver_that_tells(tally(), report), "--json", "-")
    assert done.returncode == FAILED
    assert_one_message(done.stderr, "events were lost")
    assert json.loads(done.stdout)["scenarios"][0]["loss"]["map_full"] == 3


def test_other_bytes_are_noticed():
    done = measure_to(receiver_that_tells(tally(payload_bytes=1), counts()), "--json", "-")
    (scenario,) = json.loads(done.stdout)["scenarios"]
    wrong = {w["id"] for w in scenario["witnesses"] if not w["agree"]}
    assert "payload.delivered" in wrong
