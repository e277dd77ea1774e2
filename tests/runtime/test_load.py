# SPDX-License-Identifier: GPL-2.0
"""run under load and at its limits: every call is counted or said to be lost, and who makes them
may fork, die, exec, change or come again meanwhile."""
import collections
import json
import os
import pathlib
import signal
import threading

import pytest

from link_programs import descendant_named, wait_until
from traced import (
    PYTHON,
    compat,
    program,
    run,
    server,
    takes_32bit_calls,
    total,
    unseen,
    warnings,
)
from zctrace import FAILED, NOBODY, tool, zctrace

pytestmark = pytest.mark.usefixtures("place")

CALLS = 23      # in one step of programs/lives.c


def lives(place, way, *options, **more):
    return run(place, [program("lives"), way, *options], **more)


def resident_kib(pid):
    try:
        text = pathlib.Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return None
    return next((int(line.split()[1]) for line in text.splitlines() if line.startswith("VmRSS")),
                None)


class Watched:
    """The memory of a process, looked at again and again."""

    def __init__(self, pid):
        self.pid, self.sizes, self.done = pid, [], threading.Event()
        self.thread = threading.Thread(target=self.look)
        self.thread.start()

    def look(self):
        while not self.done.wait(0.05):
            size = resident_kib(self.pid)
            if size and descendant_named(self.pid, "load"):
                self.sizes.append(size)

    def stop(self):
        self.done.set()
        self.thread.join()
        return self.sizes


@pytest.mark.long
def test_ten_million_calls(place):
    """From 8 processes of 8 threads and 256 children that live shortly, beside programs of the same
    name that nobody asked about. Every one is counted, and zctrace does not grow."""
    watched = []
    with open(place / "tally", "w+b") as file, \
            server(tool("nice"), "-n", 19, tool("setpriv"), "--reuid", NOBODY, program("load"),
                   1, 1, 10**12, 0):
        scenario = run(place, [program("load"), 8, 8, 52084, 4], stdout=file,
                       during=lambda pid: watched.append(Watched(pid)))
        file.seek(0)
        tally = json.load(file)
    sizes = watched[0].stop()
    assert tally["getppid"] + tally["reads"] + tally["writes"] >= 10_000_000
    assert total(scenario, "getppid") == tally["getppid"]
    assert total(scenario, "read", fd="char device") == tally["reads"]
    assert total(scenario, "read", "bytes", fd="char device") == tally["reads"]
    assert total(scenario, "write", fd="char device") == tally["writes"]
    assert total(scenario, "clone") == tally["forks"] + 8
    assert scenario["coarse"]["calls"] == 0
    assert max(sizes) - min(sizes) < 4096, "KiB"


def test_short_lives_by_the_thousand(place):
    """A process takes the place of another in every table."""
    scenario = lives(place, "vfork", 300)
    assert total(scenario, "getppid") == 300 * CALLS
    assert total(scenario, "execve") == 300
    assert len(scenario["roles"]) == 65, "the busiest, and the rest together"
    scenario = lives(place, "threads", 5000)
    assert total(scenario, "getppid") == 5000 * CALLS
    assert len(scenario["roles"]) == 1


def test_short_lives_as_strace(place):
    lives(place, "vfork", 20, strace=True)


def test_exec_from_a_thread_that_does_not_lead(place):
    scenario = lives(place, "exec-thread")
    assert total(scenario, "getppid") == 3 * CALLS
    (role,) = scenario["roles"].values()
    assert role["execs"] == 2


def test_the_main_thread_may_end_first(place):
    assert total(lives(place, "leaderless"), "getppid") == 2 * CALLS


def test_changed_credentials(place):
    assert total(lives(place, "credentials"), "getppid") == 2 * CALLS


def test_a_process_is_killed(place):
    scenario = lives(place, "die")
    assert sorted(call["calls"] for call in scenario["syscalls"] if call["name"] == "getppid") \
        == [CALLS, CALLS]


def test_signals_that_come_before_a_wait(place):
    """A thread that does not wait after all has given way of its own accord, as the kernel's tally
    says."""
    scenario = lives(place, "signals", 20000)
    (role,) = scenario["roles"].values()
    assert role["switches"]["voluntary"] > 0


def test_a_process_number_comes_again(place):
    """Two processes with one number are two."""
    with open(place / "pid", "w+b") as file:
        scenario = lives(place, "reuse", stdout=file)
        file.seek(0)
        pid = int(file.read())
    same = [name for name, role in scenario["roles"].items() if role["pid"] == pid]
    assert len(same) == 2
    made = {call["role"]: call["calls"] for call in scenario["syscalls"]
            if call["name"] == "getppid" and call["role"] in same}
    assert sorted(made.values()) == [CALLS, 2 * CALLS]


# --- limits ---

SOCKETS = """
import resource, socket, struct
COUNT = 10000
most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
listener = socket.create_server(("127.0.0.1", 0), backlog=128)
kept = []
for i in range(COUNT):
    client = socket.create_connection(listener.getsockname())
    server, _ = listener.accept()
    client.sendall(b"x" * 100)
    assert len(server.recv(1000)) == 100
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    {keep}
"""


@pytest.mark.parametrize("keep", ["kept.append(client)", "client.close()"],
                         ids=["kept open", "one after the other"])
def test_ten_thousand_sockets(place, keep):
    """Of the program and as many at their other ends: two flows, whether they are there at one time
    or use the same memory one after the other."""
    path = place / "sockets.py"
    path.write_text(SOCKETS.format(keep=f"{keep}; server.close()"))
    scenario = run(place, [PYTHON, path], "--max-objects", 32768)
    assert scenario["coarse"]["calls"] == 0
    sent = [f for f in scenario["flows"] if f["calls_by"] == "sendto"]
    got = [f for f in scenario["flows"] if f["calls_by"] == "recvfrom"]
    assert [(f["bytes"], f["calls"], f["verdict"]) for f in sent + got] == [
        (1_000_000, 10_000, "copied through user space")] * 2
    assert "(10000 connections)" in sent[0]["sink"]
    assert "clients of" in got[0]["source"] and "(10000 connections)" in got[0]["source"]


def test_twenty_thousand_sockets_are_too_many(place):
    """For the table as it usually is. Nothing is lost."""
    path = place / "sockets.py"
    path.write_text(SOCKETS.format(keep="client.close(); server.close()"))
    scenario = run(place, [PYTHON, path])
    assert "--max-objects" in scenario["coarse"]["why"]
    assert total(scenario, "sendto", "bytes") == total(scenario, "recvfrom", "bytes") == 1_000_000


def test_more_sockets_than_objects(place):
    """Counted by kind, nothing is lost, and it is said how to raise the limit."""
    path = place / "sockets.py"
    path.write_text(SOCKETS.format(keep="client.close(); server.close()").replace("10000", "1000"))
    scenario = run(place, [PYTHON, path], "--max-objects", 64)
    assert scenario["coarse"]["calls"] > 0
    assert "--max-objects" in scenario["coarse"]["why"]
    assert "--max-objects" in warnings(scenario)
    assert total(scenario, "sendto", "bytes") == total(scenario, "recvfrom", "bytes") == 100_000


def test_more_rows_than_cells(place):
    path = place / "sockets.py"
    path.write_text(SOCKETS.format(keep="client.close(); server.close()").replace("10000", "1000"))
    scenario = run(place, [PYTHON, path], "--max-cells", 400)
    assert "--max-cells" in scenario["coarse"]["why"]
    assert total(scenario, "sendto", "bytes") == total(scenario, "recvfrom", "bytes") == 100_000


def test_calls_that_find_no_cell_are_lost_and_said_to_be(place):
    """Only a limit that is far too low does that: exit status 4, and the way out."""
    done = zctrace("run", "-q", "--max-cells", 64, "--json", place / "report.json", "--",
                   program("load"), 8, 1, 1000, 0)
    assert done.returncode == FAILED
    assert "events were lost" in done.stderr and "--max-cells" in done.stderr
    report = json.loads((place / "report.json").read_text())
    assert report["scenarios"][0]["loss"]["map_full"] > 0
    assert "--max-cells" in " ".join(report["warnings"])


def test_more_processes_than_places(place):
    """Later ones are counted with their parent."""
    with open(place / "tally", "w+b") as file:
        scenario = run(place, [program("load"), 4, 2, 500, 20], "--max-processes", 16, stdout=file)
        file.seek(0)
        tally = json.load(file)
    assert total(scenario, "getppid") == tally["getppid"]
    assert total(scenario, "read", fd="char device") == tally["reads"]
    assert len(scenario["roles"]) == 15
    assert sum(role["merged"] for role in scenario["roles"].values()) > 0
    assert "--max-processes" in scenario["coarse"]["why"]
    assert "--max-processes" in warnings(scenario)


def test_ten_thousand_files_are_reported_soon(place):
    """Each is a flow of its own until they are summed up."""
    many = place / "many"
    many.mkdir()
    for i in range(10_000):
        (many / str(i)).write_bytes(b"x" * (i + 1))
    scenario = run(place, [tool("cat"), *sorted(many.iterdir())])
    assert sum(f["bytes"] for f in scenario["flows"] if f["source"] != "memory") \
        >= sum(range(10_001))
    assert len(scenario["flows"]) <= 220


# --- other ABIs, other people ---


@pytest.mark.parametrize("options", [[], ["--counts-only"]])
def test_calls_with_32_bit_numbers(place, options):
    """From a 64-bit program, in between its others: counted, not taken for something else. A fault
    is no call: it never gets to the kernel's table, and the program dies of it."""
    if not takes_32bit_calls():
        scenario = run(place, [program("lives"), "32bit"], *options, status=128 + signal.SIGSEGV)
        assert total(scenario, "32-bit call") == 0
        return
    scenario = run(place, [program("lives"), "32bit"], *options)
    assert total(scenario, "32-bit call") == 2 * CALLS
    assert total(scenario, "getpid") == CALLS
    assert total(scenario, "getppid") == CALLS
    assert total(scenario, "semget") == 0
    assert "32-bit" in unseen(scenario, "32-bit call")["verdict"]


def test_32_bit_programs(place):
    """All calls of one, and none of the 64-bit programs around it; none of one that is refused."""
    calls = CALLS if takes_32bit_calls() else 0
    scenario = run(place, [tool("sh"), "-c", f"{compat()}; {program('lives')} calls; exit 0"])
    assert total(scenario, "32-bit call") == calls
    assert total(scenario, "getppid") == CALLS + 1, "sh asks once itself"
    names = collections.Counter(call["role"].split("[")[0] for call in scenario["syscalls"]
                                if call["name"] == "32-bit call")
    assert names == ({"compat": 1} if calls else {})
    crossings = scenario["crossings"]
    assert crossings["data"] + crossings["control"] == 2 * sum(
        call["calls"] for call in scenario["syscalls"])


@pytest.mark.parametrize("options", [[], ["--counts-only"]])
def test_calls_that_seccomp_refuses(place, options):
    """The program makes them, and gets an error, though the kernel never shows their entry."""
    text = "import os\nfor _ in range(1009): os.getppid()"
    scenario = run(place, [program("refuse", "-lseccomp"), "getppid", PYTHON, "-c", text], *options,
                   strace=not options)
    calls = [call for call in scenario["syscalls"] if call["name"] == "getppid"]
    assert [(call["calls"], call["errors"]) for call in calls] == [(1009, 1009)]


@pytest.mark.parametrize("options", [[], ["--counts-only"]])
def test_the_call_in_which_a_program_is_killed(place, options):
    """It returns to the kernel's own code, with an error that the program does not live to see."""
    def kill(ancestor):
        pid = wait_until(lambda: descendant_named(ancestor, "sleep"), "sleep")
        number = {"x86_64": "230", "aarch64": "115"}[os.uname().machine]
        wait_until(lambda: pathlib.Path(f"/proc/{pid}/syscall").read_text().startswith(number),
                   "its call")
        os.kill(pid, signal.SIGKILL)

    scenario = run(place, [tool("sleep"), 100], *options, during=kill,
                   status=128 + signal.SIGKILL)
    calls = [call for call in scenario["syscalls"] if call["name"] == "clock_nanosleep"]
    assert [(call["calls"], call["errors"]) for call in calls] == [(1, 1)]


def test_nobody_else_is_counted(place):
    """Of two that run the same program, also with kernel threads at work for both."""
    with server(program("load"), 2, 2, 10**12, 0) as other:
        scenario = run(place, [program("load"), 1, 1, 1000, 0])
        assert other.poll() is None
    pids = {role["pid"] for role in scenario["roles"].values()}
    assert len(pids) == 2
    assert other.pid not in pids
    assert total(scenario, "getppid") == 1000


def test_descriptors_that_change_hands(place):
    """20,000 sockets with the same numbers: each pair's bytes are counted once."""
    scenario = lives(place, "sockets", 5000)
    assert total(scenario, "write", "bytes", fd="unix") == 5000
    assert total(scenario, "read", "bytes", fd="unix") == 5000
