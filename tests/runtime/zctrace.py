# SPDX-License-Identifier: GPL-2.0
"""Runs zctrace, reads its report, and checks of every report what must always hold.

Used by the tests of measured runs, together with conftest.py. Needs root. The program is taken from
$ZCTRACE_BUILD (default: build/ of the repository).
"""
import contextlib
import json
import os
import pathlib
import re
import random
import shutil
import signal
import subprocess

from link_programs import descendant_named, wait_until

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("ZCTRACE_BUILD", ROOT / "build")).resolve()
TIMEOUT_S = 120
KIB, MIB, PAGE = 1024, 1 << 20, 4096
CHUNK = 64 * KIB
ROUNDS = 23
NOBODY = 65534

# The sender of this number has runs of both kinds before it.
LATER = 6

# Exit statuses.
MEASURED, EXPECTED_OTHER, USAGE, MACHINE, FAILED = range(5)

PACKAGES = {
    "bpftool": "bpftool",
    "losetup": "mount",
    "mkfs.btrfs": "btrfs-progs",
    "mkfs.ext4": "e2fsprogs",
    "mkfs.xfs": "xfsprogs",
    "strace": "strace",
    "taskset": "util-linux",
}


def tool(name):
    """The path of a system tool; a missing one is a failure."""
    path = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin:/usr/bin")
    assert path, f"{name} is missing: apt-get install {PACKAGES.get(name, 'util-linux')}"
    return path


def must(*command):
    """Runs a system tool that must not fail; returns what it prints."""
    done = subprocess.run(
        [tool(command[0]), *map(str, command[1:])], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def command(*options):
    """The command line of zctrace."""
    path = BUILD / "zctrace"
    assert os.access(path, os.X_OK), f"{path} is missing: run make, or set ZCTRACE_BUILD"
    return [str(path), *(o if isinstance(o, bytes) else str(o) for o in options)]


def zctrace(*options, **more):
    """Runs it to its end, without looking at how it ended."""
    return subprocess.run(
        command(*options), **{**dict(capture_output=True, text=True, timeout=TIMEOUT_S), **more},
        check=False,
    )


class Started:
    """A zctrace that runs, as a terminal would run it: in a process group of its own."""

    def __init__(self, *options, **more):
        self.process = subprocess.Popen(
            command(*options), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            start_new_session=True, **more,
        )
        self.pid = self.process.pid

    def terminal_signal(self, number=signal.SIGINT):
        """As Ctrl-C: zctrace and what it has started get the signal."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def end(self, timeout_s=TIMEOUT_S):
        """(exit status, stdout, stderr) once it has ended by itself."""
        stdout, stderr = self.process.communicate(timeout=timeout_s)
        return self.process.returncode, stdout, stderr


@contextlib.contextmanager
def started(*options, **more):
    running = Started(*options, **more)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.process.kill()
        running.process.communicate()


def measure(*options, **more):
    """The report of a run that must go well; everything in it has been checked to be sound."""
    done = zctrace(*options, "--json", "-", **more)
    assert (done.returncode, done.stderr) == (MEASURED, "")
    report = json.loads(done.stdout)
    assert_sound(report)
    return report


def measure_one(*options, **more):
    """The only scenario of that report."""
    (scenario,) = measure(*options, **more)["scenarios"]
    return scenario


def wait_for_sender(running, way, number=1):
    """Until a sender is in the middle of sending: that of the first run, which checks the bytes, or
    of a later one; the order of the traced and untraced ones is by --seed. Its PID."""
    seen = set()

    def sending():
        pid = descendant_named(running.pid, way)
        with contextlib.suppress(OSError):
            # rchar: what sendfile takes from the file is in it, too.
            if int(pathlib.Path(f"/proc/{pid}/io").read_text().split()[1]) > MIB:
                seen.add(pid)
        return pid if len(seen) == number else None

    return wait_until(sending, f"sender {number} that sends")


# --- looking into a report ---


def leg(scenario, name):
    return next(leg for leg in scenario["legs"] if leg["id"] == name)


# Where the kernel hides a process from BPF, segments that leave on top of it are not seen; then
# these say so (docs/measurement.md, "Witnesses").
SEGMENTS = {"sender.queued_bytes", "sender.tcp_sent", "sender.segment_bytes", "sender.tcp_acked",
            "sender.retransmitted"}


def with_unseen(scenario, name, seen):
    """Those that are not 0; what the witness says was not seen goes with the most."""
    found = {origin: count for origin, count in seen.items() if count}
    told = any(w["id"] == name and not w["agree"] for w in scenario["witnesses"])
    if told and found:
        found[max(found, key=found.get)] += scenario["payload_bytes"] - sum(found.values())
    return found


def origins(scenario):
    """Bytes at the device by their origin."""
    return with_unseen(scenario, "sender.segment_bytes",
                       leg(scenario, "user-socket")["origin_bytes"])


def origins_at_queue(scenario):
    """The same before the segments are cut, if they are."""
    return with_unseen(scenario, "sender.queued_bytes",
                       leg(scenario, "user-socket")["at_queue_bytes"])


def retransmitted(scenario):
    return leg(scenario, "user-socket")["retransmitted_bytes"]


def is_call(call):
    """Not a request to io_uring, which is none."""
    return not call["name"].startswith("io_uring ")


def requests(scenario, name, role="sender"):
    """Requests to io_uring that moved payload."""
    return sum(call["calls"] - call["errors"] - call["zeros"] for call in scenario["syscalls"]
               if call["role"] == role and call["name"] == f"io_uring {name}")


def calls(scenario, role="sender"):
    """Calls by name."""
    found = {}
    for call in filter(is_call, scenario["syscalls"]):
        if call["role"] == role:
            found[call["name"]] = found.get(call["name"], 0) + call["calls"]
    return found


def data_calls(scenario, role="sender"):
    """Calls that moved payload."""
    return sum(
        call["calls"] - call["errors"] - call["zeros"]
        for call in filter(is_call, scenario["syscalls"])
        if call["role"] == role and call["data"]
    )


def witness(scenario, name):
    return next(witness for witness in scenario["witnesses"] if witness["id"] == name)


def verdict(report, claim):
    return next(c["verdict"] for c in report["claims"] if c["id"] == claim)


def assert_sound(report):
    """What holds of every report of runs in which nothing was disturbed."""
    assert report["schema"] == "zctrace/1"
    assert report["scenarios"]
    for scenario in report["scenarios"]:
        assert_scenario_sound(scenario, report["config"])
        assert_unseen_is_told(scenario, report["claims"])


def assert_scenario_sound(scenario, config):
    size = scenario["payload_bytes"]
    assert scenario["failed"] is None
    assert scenario["loss"] == {"ring": 0, "map_full": 0, "recursion": 0}
    assert scenario["coarse"]["calls"] == 0
    assert_witnesses_sound(scenario)
    assert scenario["sha256_sent"] == scenario["sha256_received"] and scenario["sha256_sent"]
    assert_calls_sound(scenario)
    assert_bytes_sound(scenario, size, config["receiver"])
    assert_runs_sound(scenario, config["repeats"])


def assert_witnesses_sound(scenario):
    assert disagreeing(scenario) == []
    assert len(scenario["witnesses"]) >= 8


def disagreeing(scenario):
    """Witnesses that disagree, but for segments that left on top of a hidden process."""
    return [w for w in scenario["witnesses"] if not w["agree"]
            and (w["id"] not in SEGMENTS or w["counted"] > w["witness"])]


def tells_unseen_segments(text):
    """The same of a message."""
    told = re.search(r"witness (\S+): counted (\d+), .* says (\d+)", text)
    return told and told[1] in SEGMENTS and int(told[2]) < int(told[3])


def assert_unseen_is_told(scenario, claims):
    """Segments that were not seen undo what rests on them, under this condition."""
    unseen = [w for w in scenario["witnesses"] if not w["agree"]]
    rests = {"copy": "copy-cpu-copies", "sendfile": "sendfile-cpu-copies"}.get(scenario["id"])
    if {w["id"] for w in unseen} - {"sender.retransmitted"} and scenario["link"] != "veth-nosg":
        assert all(c["verdict"] == "not measured" or c["note"] for c in claims if c["id"] == rests)


def assert_calls_sound(scenario):
    for call in scenario["syscalls"]:
        assert call["calls"] == sum(call["histogram_log2_ns"]), call
        assert call["calls"] >= call["errors"] + call["zeros"], call
        assert call["data"] or not call["bytes"], call
    crossings = scenario["crossings"]
    every = 2 * sum(calls(scenario).values())
    assert crossings["data"] == 2 * data_calls(scenario)
    assert crossings["data"] + crossings["control"] == every
    if crossings["user_faults"] is not None:
        assert crossings["user_faults"] == 2 * scenario["roles"]["sender"]["faults"]["user"]
        assert crossings["total"] == every + crossings["user_faults"]
    assert round(crossings["per_round"] * scenario["rounds"]) == crossings["data"]


def assert_bytes_sound(scenario, size, receiver):
    """Whatever the way: what was sent, what passed the device and what arrived is the file."""
    moved = {
        role: sum(
            call["bytes"]
            for call in scenario["syscalls"]
            if call["role"] == role and call["data"] and call[way] and "→" in call[way]
        )
        for role, way in (("sender", "sink"), ("receiver", "source"))
    }
    # What is mapped is moved by no call.
    assert moved["sender"] == size and moved["receiver"] <= size
    assert moved["receiver"] == size or receiver == "zerocopy"
    assert scenario["received_bytes"] == size
    if leg(scenario, "user-socket")["bytes"] is not None:
        assert sum(origins(scenario).values()) == size
        if leg(scenario, "user-socket")["at_queue_bytes"]:
            assert sum(origins_at_queue(scenario).values()) == size
    copied = {
        "cache-user": scenario["id"] in ("copy", "zerocopy", "uring", "uring-zc", "vmsplice"),
        "socket-receiver": receiver in ("recv", "zerocopy"),
    }
    whole = {"cache-user": size, "socket-receiver": moved["receiver"]}
    for name, expected in copied.items():
        if leg(scenario, name)["bytes"] is not None:
            assert leg(scenario, name)["bytes"] == (whole[name] if expected else 0), name


def assert_runs_sound(scenario, repeats):
    for traced in (False, True):
        runs = [run for run in scenario["runs"] if run["traced"] is traced]
        spread = scenario["elapsed_ns"]["traced" if traced else "untraced"]
        assert len(runs) == repeats
        assert spread["runs"] == [run["elapsed_ns"] for run in runs]
        assert spread["min"] <= spread["median"] <= spread["max"]
        assert all((run["voluntary"] is None) for run in runs) or traced


# --- what a run needs, and what it must not leave ---


def make_file(path, size, seed=0):
    """A file without holes and without a pattern."""
    block = random.Random(f"{seed} {size}").randbytes(min(size, MIB))
    with open(path, "wb") as file:
        for at in range(0, size, MIB):
            file.write(block[: min(MIB, size - at)])
        file.flush()
        os.fsync(file.fileno())
    return path


def assert_one_message(stderr, *parts):
    """A failure is one line: the program's name, what failed, why, and mostly what to do."""
    assert stderr.startswith("zctrace") and stderr.endswith("\n"), stderr
    lines = [line for line in stderr.splitlines() if line.startswith("zctrace")]
    assert len(lines) == 1, stderr
    for part in parts:
        assert part in stderr, stderr


def alive(pid):
    """Whether the process exists and has not ended."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
