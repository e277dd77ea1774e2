# SPDX-License-Identifier: GPL-2.0
"""CPUs, socket buffers and a slow receiver change how often the scheduler switches, and nothing of
what the programs call: lab 2 rests on it. Also the options of the programs that are run alone.
"""
import os

import pytest

from scenario_programs import assert_one_message, make_file, program, receiver, run, strace
from zctrace import CHUNK, MIB, ROUNDS, USAGE, calls, data_calls, measure, zctrace

pytestmark = pytest.mark.usefixtures("place")

SIZE = 64 * MIB
CPUS = sorted(os.sched_getaffinity(0))
SMALL = 16 * 1024


def one(way, *options, size=SIZE):
    (scenario,) = (report := measure(way, "--chunk", CHUNK, "--size", size, "-n", 1,
                                     "--no-timeline", *options))["scenarios"]
    return report["config"], scenario


def switches(scenario):
    """Of both ends, voluntary."""
    return sum(role["switches"]["voluntary"] for role in scenario["roles"].values())


@pytest.mark.parametrize("way, a_round", [("copy", 2), ("sendfile", 1)])
def test_small_buffers_switch_more_and_cross_as_often(way, a_round):
    _, usual = one(way)
    config, small = one(way, "--socket-buffer", SMALL)
    assert config["socket_buffer_bytes"] == SMALL
    assert data_calls(small) == data_calls(usual) == a_round * SIZE // CHUNK
    assert small["crossings"]["data"] == usual["crossings"]["data"]
    # Each chunk of 64 KiB fills a buffer of 32 several times, and the sender waits each time.
    assert small["roles"]["sender"]["switches"]["voluntary"] >= small["rounds"] / 2
    assert switches(small) > 2 * switches(usual)


@pytest.mark.parametrize("way", ["copy", "sendfile"])
def test_a_slow_receiver_switches_and_the_sender_crosses_as_often(way):
    config, slow = one(way, "--receiver-delay", 100, size=ROUNDS * CHUNK)
    assert config["receiver_delay_us"] == 100
    receives = data_calls(slow, "receiver")
    assert calls(slow, "receiver")["clock_nanosleep"] == receives
    assert slow["roles"]["receiver"]["switches"]["voluntary"] >= receives
    assert slow["crossings"]["data"] == 2 * ROUNDS * (2 if way == "copy" else 1)


def test_both_ends_stay_on_their_cpu():
    config, scenario = one("copy", "--cpus", CPUS[0], size=ROUNDS * CHUNK)
    assert config["cpus"] == str(CPUS[0])
    assert scenario["crossings"]["data"] == 4 * ROUNDS
    two = f"{CPUS[0]},{CPUS[-1]}"
    config, scenario = one("copy", "--cpus", two, size=ROUNDS * CHUNK)
    assert config["cpus"] == (two if CPUS[0] != CPUS[-1] else str(CPUS[0]))
    assert scenario["crossings"]["data"] == 4 * ROUNDS


def test_nothing_is_chosen_without_an_option():
    config, _ = one("copy", size=ROUNDS * CHUNK)
    assert (config["cpus"], config["socket_buffer_bytes"], config["receiver_delay_us"]) == \
        (None, 0, 0)


@pytest.mark.parametrize("options, part", [
    (("--cpus", "99999"), "nproc"), (("--cpus", "x"), "the number of a CPU"),
    (("--cpus", "0,"), "the number of a CPU"), (("--cpus", "-1"), "the number of a CPU"),
    (("--cpus", "0,0,0"), "the number of a CPU"), (("--cpus", ""), "the number of a CPU"),
    (("--cpus", "99999999999999999999"), "the number of a CPU"),
    (("--socket-buffer", "0"), "at least 1 byte"), (("--socket-buffer", "1G"), "at most 512M"),
    (("--receiver-delay", "0"), "a number"), (("--receiver-delay", "10000001"), "a number"),
    (("--to", "127.0.0.1", "--cpus", str(CPUS[0])), "leave out one"),
    (("--to", "127.0.0.1", "--receiver-delay", "5"), "leave out one"),
    (("--to", "127.0.0.1", "--socket-buffer", "64K"), "leave out one"),
])
def test_bad_options(options, part):
    done = zctrace("copy", *options)
    assert (done.returncode, done.stdout) == (USAGE, "")
    assert part in done.stderr


# --- the programs alone ---


def test_programs_alone_take_them(tmp_path):
    path = make_file(tmp_path / "file", 3 * CHUNK)
    with receiver("--port", 0, "--once", "--delay", 1000, "--socket-buffer", "16K",
                  "--cpu", CPUS[0]) as there:
        calls_made = strace(tmp_path, ["-e", "trace=setsockopt,sched_setaffinity"],
                            program("copy", "--chunk", "64K", "--port", there.port, "--cpu",
                                    CPUS[-1], "--socket-buffer", "8K", path))
        status, stdout, _ = there.wait()
    assert status == 0 and f"Total size: {3 * CHUNK}\n" in stdout
    assert "SO_SNDBUF, [8192]" in calls_made and "SO_RCVBUF, [8192]" in calls_made
    assert f"[{CPUS[-1]}]" in calls_made


@pytest.mark.parametrize("name, options, part", [
    ("copy", ("--cpu", "99999", "/dev/null"), "--cpu 99999"),
    ("copy", ("--cpu", "x", "/dev/null"), "not the number of a CPU"),
    ("sendfile", ("--socket-buffer", "0", "/dev/null"), "not a size"),
    ("receiver", ("--delay", "-1"), "--delay -1"), ("receiver", ("--delay", "1x"), "--delay 1x"),
])
def test_bad_options_of_the_programs(name, options, part):
    done = run(program(name, *options))
    assert done.returncode == USAGE
    text = done.stderr if isinstance(done.stderr, bytes) else done.stderr.encode()
    assert_one_message(text, name, part)
