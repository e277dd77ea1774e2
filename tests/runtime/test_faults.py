# SPDX-License-Identifier: GPL-2.0
"""Faults in the middle of a measurement, with real processes: what is reported is exact or says
that it is not measured; nothing hangs, and nothing is left (the fixture looks)."""
import contextlib
import json
import os
import pathlib
import resource
import signal
import subprocess
import time

import pytest

import leaks
from link_programs import descendant_named, descendants, wait_until
from traced import PYTHON, program, sound, total
from zctrace import (
    BUILD,
    CHUNK,
    FAILED,
    MEASURED,
    MIB,
    NOBODY,
    alive,
    assert_one_message,
    assert_scenario_sound,
    assert_sound,
    calls,
    command,
    data_calls,
    disagreeing,
    leg,
    measure,
    measure_one,
    started,
    tool,
    verdict,
    wait_for_sender,
    zctrace,
)

pytestmark = pytest.mark.usefixtures("place")

QUICK = ["-n", 1, "--size", "1M"]
# Some seconds a run.
SLOW = ["-n", 1, "--size", "16M", "--rate", "40Mbit"]
# The third of its senders is traced, for most of a second.
# By this seed the traced run is the last one.
SEED = 1
TRACED = ["sendfile", "-n", 1, "--seed", SEED, "--size", "8M", "--rate", "100Mbit", "--json", "-"]


def has_sanitizer():
    return b"__asan_init" in (BUILD / "zctrace").read_bytes()


# --- processes that are killed or stopped ---


@pytest.mark.parametrize("link", ["lo", "veth"])
@pytest.mark.parametrize("victim", ["receiver", "copy"])
def test_a_program_of_copy_is_killed(victim, link):
    """The documents' program: all of it in one send."""
    with started("copy", *SLOW, "--link", link) as running:
        wait_for_sender(running, "copy")
        os.kill(descendant_named(running.pid, victim), signal.SIGKILL)
        status, stdout, stderr = running.end(timeout_s=20)
    assert (status, stdout) == (FAILED, "")
    assert_one_message(stderr)
    assert "killed by signal 9" in stderr or "closed the connection" in stderr


@pytest.mark.parametrize("victim", ["receiver", "sendfile"])
def test_a_program_is_stopped_for_a_while(victim):
    """The count is exact all the same: whoever waits makes no calls."""
    with started(*TRACED) as running:
        wait_for_sender(running, "sendfile", number=3)
        pid = descendant_named(running.pid, victim)
        os.kill(pid, signal.SIGSTOP)
        time.sleep(0.7)
        os.kill(pid, signal.SIGCONT)
        status, stdout, stderr = running.end()
    assert (status, stderr) == (MEASURED, "")
    report = json.loads(stdout)
    (scenario,) = report["scenarios"]
    # A stopped sendfile() returns with what it has moved: more rounds, each of them counted.
    assert data_calls(scenario) >= 8 * MIB // CHUNK
    assert sum(call["bytes"] for call in scenario["syscalls"]
               if call["role"] == "sender" and call["data"]) == 8 * MIB
    assert_scenario_sound(scenario, report["config"])


def test_zctrace_is_stopped_for_a_while():
    """The programs run on without it, and are counted without it."""
    with started(*TRACED) as running:
        wait_for_sender(running, "sendfile", number=3)
        os.kill(running.pid, signal.SIGSTOP)
        time.sleep(1.5)
        os.kill(running.pid, signal.SIGCONT)
        status, stdout, stderr = running.end()
    assert (status, stderr) == (MEASURED, "")
    assert_sound(json.loads(stdout))


def test_a_killed_command_is_counted_until_then(place):
    """Every call that returned."""
    fifo, path = place / "fifo", place / "r.json"
    os.mkfifo(fifo)
    text = f"import os\nfor _ in range(2300): os.getppid()\nopen({str(fifo)!r}).read()"
    with started("run", "-q", "--json", path, "--", PYTHON, "-c", text) as running:
        with open(fifo, "w"):       # opens when the command does
            os.kill(descendant_named(running.pid, "python3"), signal.SIGKILL)
            status, _, stderr = running.end()
    assert (status, stderr) == (128 + signal.SIGKILL, "")
    assert total(sound(path), "getppid") == 2300


def test_zctrace_receive_is_killed():
    """Its receiver goes with it, and the measuring end is told."""
    with started("receive", "-p", 0) as receive:
        port = int(receive.process.stdout.readline().split("port ")[1].split(",")[0])
        receive.process.stdout.readline()
        with started("sendfile", "-n", 1, "--size", "512M", "--to", f"127.0.0.1:{port}") as running:
            pid = wait_until(lambda: descendant_named(receive.pid, "receiver"), "a receiver")
            wait_until(lambda: descendant_named(running.pid, "sendfile"), "a sender")
            os.kill(receive.pid, signal.SIGKILL)
            receive.process.wait()
            status, stdout, stderr = running.end(timeout_s=30)
        wait_until(lambda: not alive(pid), "the receiver's end")
    assert (status, stdout) == (FAILED, "")
    assert_one_message(stderr)


@pytest.mark.parametrize("environment", [{}, {"SUDO_UID": str(NOBODY), "SUDO_GID": str(NOBODY)}],
                         ids=["root", "sudo"])
@pytest.mark.parametrize("link", ["lo", "veth", "veth-nosg"])
def test_zctrace_is_killed_while_it_sends(place, link, environment):
    """In the traced run, with everything made and attached; whoever it has become by then."""
    with started("sendfile", "-n", 1, "--seed", SEED, "--size", "4M", "--rate", "20Mbit",
                 "--link", link, env={**os.environ, **environment}) as running:
        wait_for_sender(running, "sendfile", number=3)
        wait_until(lambda: any("link" in kind for kind, _ in own_bpf(running.pid)), "a BPF link")
        family = descendants(running.pid)
        assert len(family) == 2
        os.kill(running.pid, signal.SIGKILL)
        assert running.end()[0] == -signal.SIGKILL
        wait_until(lambda: not any(map(alive, family)), "the programs' end", 10)


# --- memory ---


@contextlib.contextmanager
def memory_limit(bytes_):
    """A control group with so much memory, in whichever version of them is there; None without."""
    top = pathlib.Path("/sys/fs/cgroup")
    one = (top / "memory", "memory.limit_in_bytes")
    two = (top, "memory.max")
    with contextlib.suppress(OSError):
        (top / "cgroup.subtree_control").write_text("+memory")
    for parent, name in (one, two):
        group = parent / f"zctrace-test-{os.getpid()}"
        with contextlib.suppress(OSError):
            group.mkdir()
            if not (group / name).exists():
                group.rmdir()
                continue
            (group / name).write_text(str(bytes_))
            break
    else:
        yield None
        return
    try:
        yield group
    finally:
        def empty():
            with contextlib.suppress(OSError):
                group.rmdir()
            return not group.exists()
        wait_until(empty, "the control group's end")


def in_group(group):
    return lambda: (group / "cgroup.procs").write_text(str(os.getpid()))


@pytest.mark.parametrize("options, megabytes", [
    (["--max-objects", 1 << 22], 64), ([], 24), ([], 16), ([], 8),
], ids=str)
def test_no_memory_for_maps(options, megabytes):
    """The kernel refuses the maps, or the group's memory is out and it kills us."""
    with memory_limit(megabytes * MIB) as group:
        if group is None:
            limit = {"preexec_fn": lambda: resource.setrlimit(
                resource.RLIMIT_AS, (megabytes * MIB, megabytes * MIB))}
        else:
            limit = {"preexec_fn": in_group(group)}
        done = zctrace("run", "-q", *options, "--", tool("true"), **limit)
    if done.returncode != -signal.SIGKILL:
        assert (done.returncode, done.stdout) == (FAILED, "")
        assert_one_message(done.stderr, "no memory for the counters", "free some memory")
    assert megabytes == 8 or done.returncode == FAILED


def test_no_address_space():
    """From far too little to enough: at every size there is one message, or a result."""
    if has_sanitizer():
        return      # it needs more than there is
    seen = set()
    for megabytes in range(10, 64, 3):
        limit = (megabytes * MIB, megabytes * MIB)
        done = zctrace("run", "-q", "--", tool("true"),
                       preexec_fn=lambda: resource.setrlimit(
                           resource.RLIMIT_AS, limit))  # noqa: B023
        assert done.stdout == ""
        if done.returncode == FAILED:
            assert_one_message(done.stderr, "memory")
            seen.add(done.stderr.split(":")[2])
        elif "error while loading shared libraries" not in done.stderr:
            assert (done.returncode, done.stderr) == (MEASURED, "")
    assert seen


def test_no_more_processes(place):
    """The limit is the user's: programs cannot be started, and that is said."""
    done = zctrace("sendfile", *QUICK, env={**os.environ, "SUDO_UID": "64321", "SUDO_GID": "64321"},
                   preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NPROC, (1, 1)))
    assert done.returncode == FAILED and done.stdout == ""
    assert_one_message(done.stderr, "process")


# --- tables and rings that are full ---


def test_a_ring_that_nobody_empties(place):
    """zctrace is stopped while more happens than the ring takes: the timeline has a gap, which is
    said; the counts, which do not go through it, are exact."""
    path, blocks = place / "metrics", 1_000_000
    text = (f"read x <{place}/go; "
            f"exec dd if=/dev/zero of=/dev/null bs=1 count={blocks} status=none")
    os.mkfifo(place / "go")
    options = ["-q", "--timeline", 2_000_000, "--openmetrics", path]
    with started("run", *options, "--", tool("sh"), "-c", text) as running:
        pid = wait_until(lambda: descendant_named(running.pid, "sh"), "sh")
        os.kill(running.pid, signal.SIGSTOP)
        (place / "go").write_text("\n")
        wait_until(lambda: not alive(pid), "the end of dd")
        os.kill(running.pid, signal.SIGCONT)
        status, stdout, stderr = running.end()
    assert (status, stdout, stderr) == (MEASURED, "", "")
    metrics = dict(line.rsplit(" ", 1) for line in path.read_text().splitlines()
                   if line.startswith("zctrace_"))

    def value(name, *labels):
        (found,) = [int(number) for text, number in metrics.items()
                    if text.startswith(name + "{") and all(label in text for label in labels)]
        return found

    lost = {where: value("zctrace_events_lost_total", f'where="{where}"')
            for where in ("ring", "map_full", "recursion")}
    assert lost["ring"] > 0 and lost["map_full"] == lost["recursion"] == 0
    for call in ("read", "write"):
        assert value("zctrace_payload_bytes_total", f'call="{call}"', 'fd="char device"') == blocks


# --- clocks, load ---


def preload(kind, **more):
    library = BUILD / "tests" / f"{kind}_faults.so"
    return {"env": {**os.environ, "LD_PRELOAD": str(library), **more}}


def clock(**more):
    return preload("clock", **more)


@pytest.mark.parametrize("way", ["copy", "sendfile"])
def test_the_clock_is_stepped(way):
    """By an hour, at each look at it. Only the clocks that cannot be set measure."""
    if has_sanitizer():
        return      # its library wants to be the first
    scenario = measure_one(way, "-n", 2, "--size", "1M", **clock())
    for run in scenario["runs"]:
        assert 0 < run["elapsed_ns"] < 60e9


def test_the_clock_of_a_command_is_stepped(place):
    """Intervals and times of run and attach, too."""
    if has_sanitizer():
        return
    path = place / "r.json"
    done = zctrace("run", "-i", "0.2", "--json", path, "--", tool("sleep"), "1", **clock())
    assert done.returncode == MEASURED
    assert 2 <= done.stderr.count(" bytes moved by calls ") <= 6
    scenario = sound(path)
    assert total(scenario, "clock_nanosleep") == 1
    (role,) = scenario["roles"].values()
    assert 0.9e9 < role["time_ns"]["window"] < 60e9


def test_pages_that_cannot_be_told_from_each_other_are_not_measured():
    """What zctrace knows of its own pages has to hold before it judges those of others."""
    if has_sanitizer():
        return
    report = measure("sendfile", "-n", 1, "--size", "1M", **preload("page"))
    (scenario,) = report["scenarios"]
    found = leg(scenario, "user-socket")
    assert found["bytes"] is None and "not told from each other" in found["why"]
    assert verdict(report, "sendfile-cpu-copies") == "not measured"


@contextlib.contextmanager
def busy(count):
    """So many programs that do nothing but count, and switch at every tick."""
    text = "while True: pass"
    running = [subprocess.Popen([PYTHON, "-c", text]) for _ in range(count)]
    try:
        yield
    finally:
        for process in running:
            process.kill()
            process.wait()


def test_others_use_all_cpus():
    """Who waits for a CPU makes no other calls."""
    with busy(3 * os.cpu_count()):
        report = measure("compare", "-n", 1, "--size", "2M", "--chunk", "4K")
    loop = next(s for s in report["scenarios"] if s["id"] == "copy" and s["variant"] == "chunk")
    assert calls(loop)["sendto"] == 512
    assert loop["roles"]["sender"]["switches"]["involuntary"] is not None


# --- the tracepoints ---


def own_bpf(pid):
    """{(kind, id)} of the BPF objects that a process has open."""
    return {key for key, pids in leaks.holders().items() if pid in pids}


def test_a_link_is_torn_off(place):
    """bpftool tries to detach zctrace's tracepoints in the middle of a traced run. These links
    cannot be detached but by their owner; on a kernel where they can, the calls that are missing
    contradict the programs' own tally."""
    with started(*TRACED) as running:
        wait_for_sender(running, "sendfile", number=3)
        links = wait_until(lambda: [number for kind, number in own_bpf(running.pid)
                                    if kind == "link"], "BPF links")
        done = [subprocess.run([tool("bpftool"), "link", "detach", "id", str(number)],
                               capture_output=True, text=True, check=False) for number in links]
        status, stdout, stderr = running.end()
    assert (status, stderr) == (MEASURED, "")
    report = json.loads(stdout)
    if all(d.returncode for d in done):
        assert_sound(report)
        return
    (scenario,) = report["scenarios"]
    torn = disagreeing(scenario)
    assert calls(scenario)["sendfile"] == 8 * MIB // CHUNK + 1 or torn
    if torn:
        # The kernel's version rests on nothing that was counted.
        assert {claim["verdict"] for claim in report["claims"]
                if claim["id"] != "kernel-support"} <= {"not measured"}


def tracefs():
    for path in ("/sys/kernel/tracing", "/sys/kernel/debug/tracing"):
        if os.path.exists(f"{path}/events/raw_syscalls"):
            return pathlib.Path(path) / "events"
    return None


@pytest.mark.parametrize("name", ["raw_syscalls/sys_enter", "sched/sched_switch"])
def test_a_tracepoint_is_turned_off(place, name):
    """ftrace's own switch is for ftrace's own probes, and ours stay."""
    events = tracefs()
    with contextlib.ExitStack() as stack:
        if events is None:
            directory = place / "tracefs"
            directory.mkdir()
            mounted = subprocess.run([tool("mount"), "-t", "tracefs", "tracefs", directory],
                                     capture_output=True, check=False).returncode == 0
            if not mounted:
                return      # then nobody can turn it off
            stack.callback(subprocess.run, [tool("umount"), directory], check=True)
            events = directory / "events"
        switch = events / name / "enable"
        before = switch.read_text().strip()
        with started(*TRACED) as running:
            wait_for_sender(running, "sendfile", number=3)
            for value in ("1", "0", "1", before):
                switch.write_text(value)
                time.sleep(0.1)
            status, stdout, stderr = running.end()
        assert (status, stderr) == (MEASURED, "")
        assert_sound(json.loads(stdout))


def test_many_bpf_programs_beside(place):
    """Of other zctraces on the same tracepoints, which come and go."""
    other = command("run", "-q", "--", tool("true"))
    path = place / "report.json"
    with started("sendfile", "-n", 3, "--size", "4M", "--rate", "100Mbit", "-q", "--json", path
                 ) as running:
        while running.process.poll() is None:
            assert subprocess.run(other, check=False).returncode == MEASURED
            if not descendants(running.pid):
                time.sleep(0.01)
        assert running.end() == (MEASURED, "", "")
    assert_sound(json.loads(path.read_text()))


def test_programs_that_load(place):
    """A program whose calls are fewer than the processes beside it: it alone is counted."""
    with busy(2):
        done = zctrace("run", "-q", "--json", place / "r.json", "--", program("load"), 2, 2, 500, 0)
    assert done.returncode == MEASURED
    assert total(sound(place / "r.json"), "getppid") == json.loads(done.stdout)["getppid"]
