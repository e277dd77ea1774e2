# SPDX-License-Identifier: GPL-2.0
"""Measurements over a real network: zctrace in one network namespace, its other end in another."""
import contextlib
import json
import os
import re
import signal
import subprocess
import time

import pytest

from link_programs import descendants, run, tool, wait_until
from remote_programs import guest, inside, machines, receive
from zctrace import (
    CHUNK,
    FAILED,
    MEASURED,
    MIB,
    NOBODY,
    ROUNDS,
    TIMEOUT_S,
    USAGE,
    alive,
    assert_one_message,
    assert_sound,
    calls,
    data_calls,
    disagreeing,
    leg,
    make_file,
    measure,
    verdict,
    witness,
    zctrace,
)

pytestmark = pytest.mark.usefixtures("place")

SIZE = ROUNDS * CHUNK
QUICK = ["-n", 1, "--size", SIZE]
NO_PRIVILEGE = "no privilege; run it with sudo"
KERNEL_SIDE = ["switches", "faults", "time_ns"]
# For transfers that are still going on when something happens to them.
SLOW = "20Mbit"
SLOW_SIZE = "64M"


def only(report):
    (scenario,) = report["scenarios"]
    return scenario


def values(thing):
    """All numbers of a part of a report, and the nulls instead of some."""
    return [value for name, value in thing.items() if name != "why"]


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize(
    "options, moving",
    [(["copy", "--chunk", "64K"], ["read", "sendto"]), (["sendfile"], ["sendfile"])],
)
def test_exact_counts_of_both_machines(options, moving, family):
    with machines(family) as two, two.receive() as far:
        assert "are traced" in far.traced
        report = two.report(far, *options, *QUICK)
        far.expect("done, 3 runs")
    assert_sound(report)
    scenario = only(report)
    assert report["config"]["peer"] == two.target(far)
    assert (report["config"]["link"], scenario["link"]) == ("remote", "remote")
    assert scenario["rounds"] == ROUNDS
    assert data_calls(scenario) == ROUNDS * len(moving)
    assert scenario["received_bytes"] == SIZE
    found = calls(scenario, "receiver")
    assert set(found) == {"recvfrom"} and found["recvfrom"] == data_calls(scenario, "receiver") + 1
    assert leg(scenario, "socket-receiver")["bytes"] == SIZE
    for name in ("receiver.data_calls", "receiver.bytes_in", "sender.tcp_acked"):
        assert witness(scenario, name)["agree"]
    role = scenario["roles"]["receiver"]
    assert all(value is not None for part in KERNEL_SIDE for value in values(role[part]))
    assert sum(values(role["time_ns"])[:4]) <= role["time_ns"]["window"] * 1.01
    assert role["pid"] and role["peak_rss_bytes"] > 0


def test_other_ways_and_receivers():
    with machines(4) as two, two.receive() as far:
        borrowed = two.report(far, "zerocopy", *QUICK)
        discarded = two.report(far, "uring", *QUICK, "--receiver", "discard")
        spliced = two.report(far, "splice", *QUICK, "--receiver", "splice")
    for report in (borrowed, discarded, spliced):
        assert_sound(report)
        assert only(report)["rounds"] == ROUNDS
    # What another machine's memory holds says nothing about copies on the way.
    assert only(borrowed)["zerocopy"]["late_bytes"] is None
    assert "another machine" in only(borrowed)["zerocopy"]["why"]
    assert discarded["config"]["receiver"] == "discard"
    assert leg(only(discarded), "socket-receiver")["bytes"] == 0
    assert set(calls(only(spliced), "receiver")) == {"splice"}
    assert leg(only(spliced), "socket-receiver")["bytes"] is None
    assert "linear part" in leg(only(spliced), "socket-receiver")["why"]


def test_a_virtual_device_is_no_dma():
    with machines() as two, two.receive() as far:
        scenario = only(two.report(far, "sendfile", *QUICK))
    handed = leg(scenario, "socket-device")
    assert handed["bytes"] is None and "no bus" in handed["why"]


def add_macvlan(pid, device, address):
    """Puts a device above another one: what leaves by it leaves by both."""
    for options in (
        ["link", "add", "link", device, "name", "above", "type", "macvlan", "mode", "bridge"],
        ["link", "set", "above", "up"],
        ["addr", "add", f"{address}/24", "dev", "above"],
    ):
        done = run([*inside(pid), tool("ip"), *options])
        assert done.returncode == 0, done.stderr


def test_of_devices_above_each_other_the_last_one_counts():
    with machines() as two:
        add_macvlan(two.here["pid"], "zc-sender", "198.51.100.1")
        add_macvlan(two.there["pid"], "zc-receiver", "198.51.100.2")
        with receive("--bind", "198.51.100.2", before=inside(two.there["pid"])) as far:
            report = two.report(far, "sendfile", *QUICK)
    assert_sound(report)
    sent = leg(only(report), "user-socket")
    assert sent["origin_bytes"]["file_page"] == sent["at_queue_bytes"]["file_page"] == SIZE
    assert witness(only(report), "sender.retransmitted")["agree"]


def test_receiver_without_privilege_is_not_measured():
    with machines() as two, two.receive(user=NOBODY) as far:
        assert NO_PRIVILEGE in far.traced
        report = two.report(far, "sendfile", *QUICK)
        text = two.zctrace("sendfile", *QUICK, "--to", two.target(far)).stdout
    scenario = only(report)
    role = scenario["roles"]["receiver"]
    assert all(value is None for part in KERNEL_SIDE for value in values(role[part]))
    assert role["switches"]["why"] == f"zctrace receive at {two.target(far)}: {NO_PRIVILEGE}"
    copied = leg(scenario, "socket-receiver")
    assert copied["bytes"] is None and NO_PRIVILEGE in copied["why"]
    assert calls(scenario, "receiver") == {}
    assert disagreeing(scenario) == []
    heard = {w["id"] for w in scenario["witnesses"]}
    assert not {"receiver.data_calls", "receiver.bytes_in"} & heard
    assert re.search(r"socket → receiver +CPU +—", text) and NO_PRIVILEGE in text
    # What needs no privilege is there, and so is everything of the sender.
    assert role["peak_rss_bytes"] > 0 and scenario["received_bytes"] == SIZE
    assert all(value is not None for value in values(role["cpu_ns"]))
    assert scenario["sha256_received"] == scenario["sha256_sent"]
    assert scenario["rounds"] == data_calls(scenario) == ROUNDS
    assert witness(scenario, "receiver.tcp_bytes")["agree"]
    assert witness(scenario, "payload.delivered")["agree"]


def test_compare():
    with machines() as two, two.receive() as far:
        report = two.report(far, "compare", *QUICK, "--cold")
        far.expect("done, 12 runs")
    assert_sound(report)
    assert len(report["scenarios"]) == 4
    for claim in ("copy-switches", "sendfile-switches", "same-bytes"):
        assert verdict(report, claim) == "holds", claim
    dma = next(claim for claim in report["claims"] if claim["id"] == "sendfile-dma-copies")
    assert dma["verdict"] == "not measured" and "no bus" in dma["why"]


def test_a_file_of_the_user(place):
    file = make_file(place / "payload", SIZE + 1)
    with machines() as two, two.receive() as far:
        scenario = only(two.report(far, "copy", "-n", 1, file))
    assert scenario["received_bytes"] == SIZE + 1
    assert scenario["sha256_received"] == run(["sha256sum", str(file)]).stdout.split()[0]


def test_clocks_may_differ():
    shifted = [tool("unshare"), "-T", "--monotonic", "864000", "--boottime", "864000", "--fork",
               "--kill-child"]
    with machines() as two:
        # unshare passes no signal on.
        with two.receive("--once", before=shifted) as far:
            report = two.report(far, "sendfile", *QUICK)
            assert far.end() == (0, "")
    assert_sound(report)
    window = only(report)["roles"]["receiver"]["time_ns"]["window"]
    assert 0 < window < 60e9


@pytest.mark.parametrize(
    "bind, target",
    [
        ("127.0.0.1", "127.0.0.1:{}"),
        ("127.0.0.1", "localhost:{}"),
        ("localhost", "localhost:{}"),
        ("0.0.0.0", "127.0.0.1:{}"),
        ("::1", "[::1]:{}"),
        ("::", "127.0.0.1:{}"),
        ("::", "[::1]:{}"),
    ],
)
def test_names_and_addresses(bind, target):
    with receive("--bind", bind) as far:
        report = measure("sendfile", *QUICK, "--to", target.format(far.port))
    assert report["config"]["peer"] == target.format(far.port)


def test_ipv6_only_where_asked():
    with receive("--bind", "::") as far:
        scenario = only(measure("sendfile", *QUICK, "--ipv6", "--to", f"[::1]:{far.port}"))
        sink = next(call["sink"] for call in scenario["syscalls"] if call["name"] == "sendfile")
        assert "[::1]" in sink
        done = zctrace("sendfile", "--ipv6", "--to", f"127.0.0.1:{far.port}")
    assert done.returncode == USAGE
    assert_one_message(done.stderr, "--to 127.0.0.1", "for IPv6")


def test_only_this_machine_unless_told():
    with machines() as two:
        with receive(before=inside(two.there["pid"])) as far:
            assert "this machine only; --bind ADDRESS" in far.heard[0]
            done = two.zctrace("sendfile", "--to", f"{two.there['address']}:{far.port}")
    assert done.returncode == FAILED
    assert_one_message(done.stderr, "nobody listens there", "--bind ADDRESS")


def test_the_data_port_can_be_chosen():
    with receive("--data-port", 18082) as far:
        report = measure("sendfile", "-n", 3, "--size", SIZE, "--to", f"127.0.0.1:{far.port}")
    (moves,) = (call for call in only(report)["syscalls"] if call["name"] == "sendfile")
    assert moves["sink"].endswith(":18082")


def test_one_measurement_after_the_other_and_once():
    with receive("--once", ends=None) as far:
        with guest(far, hello="GET / HTTP/1.0\r"):
            far.expect("turned away")
        with guest(far) as curious:
            curious.expect("zctrace-remote")
        far.expect("done, 0 runs")
        with guest(far) as first:
            first.expect("zctrace-remote")
            assert first.transfer()["payload_bytes"] == 100_000
        assert far.end() == (0, "")


@pytest.mark.parametrize(
    "options", [["--link", "lo"], ["--rate", "1Gbit"], ["--full"], ["--port", "8082"]]
)
def test_options_that_exclude_each_other(options):
    done = zctrace("compare", "--to", "192.0.2.7", *options)
    assert done.returncode == USAGE
    assert_one_message(done.stderr, "--to", options[0])


@pytest.mark.parametrize(
    "target", ["", ":1", "a:0", "a:65536", "a:b", "[::1", "::1]:1", "a b", "-h"]
)
def test_targets_that_are_none(target):
    done = zctrace("sendfile", f"--to={target}")
    assert done.returncode == USAGE and "--to" in done.stderr


def test_unknown_host():
    done = zctrace("sendfile", "--to", "no-such-host.invalid")
    assert done.returncode in (USAGE, FAILED)
    assert_one_message(done.stderr, "no-such-host.invalid")


def test_an_address_that_nothing_leads_to():
    done = zctrace("sendfile", "--to", "255.255.255.255")
    assert (done.returncode, done.stdout) == (FAILED, "")
    assert_one_message(done.stderr, "connect to 255.255.255.255", "unreachable", "firewall")


def test_an_address_that_is_not_this_machines():
    done = zctrace("receive", "--bind", "no-such-host.invalid")
    assert (done.returncode, done.stdout) == (USAGE, "")
    assert_one_message(done.stderr, "--bind no-such-host.invalid", "address of this machine")


def test_port_in_use():
    with receive() as far:
        done = zctrace("receive", "--port", far.port)
        assert done.returncode == FAILED
        assert_one_message(done.stderr, str(far.port), "already in use", "--port")


def test_two_measurements_at_once():
    with machines(rate="100Mbit") as two, two.receive() as far:
        options = ["--to", two.target(far), "--json", "-"]
        with two.started("sendfile", "-n", 1, "--size", "16M", *options) as first:
            far.expect("measuring")
            second = two.zctrace("copy", *QUICK, *options)
            assert (second.returncode, second.stdout) == (FAILED, "")
            assert_one_message(second.stderr, "serves another measurement", "later")
            stdout, stderr = first.communicate(timeout=TIMEOUT_S)
            assert (first.returncode, stderr) == (MEASURED, "")
        assert_sound(json.loads(stdout))
        assert_sound(two.report(far, "sendfile", *QUICK))


# --- what happens in the middle of a transfer ---


def bytes_at(pid):
    """What has arrived in the process's network."""
    with contextlib.suppress(OSError):
        with open(f"/proc/{pid}/net/dev") as file:
            return int(re.search(r"zc-receiver: *(\d+)", file.read())[1])
    return 0


@contextlib.contextmanager
def in_the_middle(*options, **more):
    """A slow transfer that goes on: the machines, the far end, the process that measures."""
    with machines(rate=SLOW) as two, two.receive(**more) as far:
        command = ["sendfile", "-n", 1, "--size", SLOW_SIZE, *options, "--to", two.target(far)]
        with two.started(*command) as process:
            receiver = wait_until(far.receiver, "its receiver")
            wait_until(lambda: bytes_at(receiver) > MIB, "the transfer")
            yield two, far, process, receiver


def assert_failed(process, *parts, timeout_s=TIMEOUT_S):
    stdout, stderr = process.communicate(timeout=timeout_s)
    assert (process.returncode, stdout) == (FAILED, ""), stderr
    assert_one_message(stderr, *parts)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_receive_ends_in_the_middle(number):
    with in_the_middle() as (_, far, process, receiver):
        status, stderr = far.stop(number)
        assert (status, stderr) == (-number if number == signal.SIGKILL else 0, "")
        wait_until(lambda: not alive(receiver), "the end of its receiver", 5)
        killed = number == signal.SIGKILL
        assert_failed(process, "receive" if killed else "zctrace receive was stopped")
        assert descendants(process.pid) == []


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_the_measuring_end_ends_in_the_middle(number):
    with in_the_middle() as (two, far, process, receiver):
        os.killpg(process.pid, number)
        process.communicate(timeout=TIMEOUT_S)
        assert process.returncode == (-number if number == signal.SIGKILL else FAILED)
        far.expect("gone in the middle of a run", 5)
        wait_until(lambda: not alive(receiver), "the end of its receiver", 5)
        assert_sound(two.report(far, "sendfile", *QUICK))


def test_the_receiver_program_ends_in_the_middle():
    with in_the_middle() as (_, far, process, receiver):
        os.kill(receiver, signal.SIGKILL)
        assert_failed(process, "receive")
        far.expect("ended before it was done")


def test_the_other_end_keeps_silent():
    with in_the_middle("--timeout", 3) as (_, far, process, receiver):
        for pid in (far.process.pid, receiver):
            os.kill(pid, signal.SIGSTOP)
        assert_failed(process, "timed out", timeout_s=20)
        # It ends its receiver as soon as it goes on.
        for pid in (receiver, far.process.pid):
            os.kill(pid, signal.SIGCONT)
        far.expect("gone in the middle of a run")


@pytest.mark.long
def test_the_network_goes_away():
    """Nothing arrives any more, not even the end of the connection: both ends find out."""
    with in_the_middle() as (two, far, process, receiver):
        done = subprocess.run(
            [*inside(two.here["pid"]), tool("ip"), "link", "set", "zc-sender", "down"], check=False
        )
        assert done.returncode == 0
        begin = time.monotonic()
        assert_failed(process, "connection to zctrace receive", "lost", timeout_s=60)
        far.expect("gone in the middle of a run", 60)
        assert time.monotonic() - begin < 45
        wait_until(lambda: not alive(receiver), "the end of its receiver", 5)


def test_time_is_limited_by_the_other_end():
    with receive("--timeout", 1) as far, guest(far) as slow:
        slow.expect("zctrace-remote")
        slow.expect("error no end after the time that is allowed here")
        assert slow.rest() == []


def test_end_of_receive_while_nobody_measures():
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        with receive() as far:
            assert far.stop(number) == (0, "")


def test_measured_counts_are_those_of_a_run_on_one_machine():
    """The same programs, the same counts: only where they run differs."""
    here = only(measure("sendfile", *QUICK))
    with receive() as far:
        there = only(measure("sendfile", *QUICK, "--to", f"127.0.0.1:{far.port}"))
    assert calls(here) == calls(there)
    assert here["crossings"]["data"] == there["crossings"]["data"]
    assert set(calls(here, "receiver")) == set(calls(there, "receiver"))
    assert [leg(here, name)["bytes"] for name in ("user-socket", "socket-receiver")] == [
        leg(there, name)["bytes"] for name in ("user-socket", "socket-receiver")
    ]
