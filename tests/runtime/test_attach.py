# SPDX-License-Identifier: GPL-2.0
"""zctrace attach: joins what runs already, with its threads and children, and lets it run on."""
import json
import os
import pathlib
import signal
import subprocess
import threading
import time

import pytest

from link_programs import descendants, wait_until
from traced import (
    PYTHON,
    TIMEOUT_S,
    attached,
    fetch,
    flow,
    free_port,
    program,
    server,
    sound,
    takes_32bit_calls,
    total,
    unseen,
)
from test_programs import nginx
from zctrace import MEASURED, MIB, USAGE, alive, assert_one_message, command, make_file, started, \
    tool, zctrace

pytestmark = pytest.mark.usefixtures("place")

SIZE = 3 * MIB + 77
CALLS = 23


class Orders:
    """programs/lives.c: four threads, a child and a grandchild. Whoever gets a byte makes CALLS
    calls and answers with a byte."""

    def __init__(self):
        self.process = subprocess.Popen([program("lives"), "wait"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, bufsize=0)
        wait_until(lambda: len(self.threads()) == 6, "its threads")

    def family(self):
        return [self.process.pid, *descendants(self.process.pid)]

    def threads(self):
        return [task for pid in self.family() for task in os.listdir(f"/proc/{pid}/task")]

    def give(self, count):
        self.process.stdin.write(b"x" * count)
        answers = b""
        while len(answers) < count:
            answers += self.process.stdout.read(count)

    def close(self):
        family = self.family()
        self.process.stdin.close()
        self.process.wait(TIMEOUT_S)
        self.process.stdout.close()
        wait_until(lambda: not any(map(alive, family)), "its end")


@pytest.fixture
def orders(root):
    process = Orders()
    yield process
    process.close()


def test_threads_and_children_that_were_there_before(orders, place):
    """All six are followed. Calls that were under way when we came are not counted: they are not
    seen whole."""
    with attached(place, orders.process.pid) as watching:
        orders.give(30)
    scenario = watching.scenario
    assert {role["pid"] for role in scenario["roles"].values()} == set(orders.family())
    assert total(scenario, "getppid") == 30 * CALLS
    assert total(scenario, "write", "bytes", fd="pipe") == 30
    reads = total(scenario, "read", fd="pipe")
    assert 30 - 6 <= reads <= 30
    assert all(name.startswith("lives[") for name in scenario["roles"])
    assert all(map(alive, orders.family()))


def test_children_that_come_later(place):
    with server(PYTHON, "-c", "import subprocess, sys\nfor line in sys.stdin: "
                "subprocess.run(line.split(), check=True); print(flush=True)",
                stdin=subprocess.PIPE) as process:
        with attached(place, process.pid) as watching:
            for _ in range(5):
                process.stdin.write(f"{program('lives')} calls\n".encode())
                process.stdin.flush()
            wait_until(lambda: (place / "live.prom").read_text().count("getppid") >= 1, "calls")
            time.sleep(0.5)
        process.stdin.close()
        process.wait(TIMEOUT_S)
    assert total(watching.scenario, "getppid") == 5 * CALLS


def test_again_and_again(orders, place):
    """Nothing of one watching is in the next."""
    for count in (1, 2, 3):
        with attached(place, orders.process.pid) as watching:
            orders.give(count)
        assert total(watching.scenario, "getppid") == count * CALLS
        orders.give(7)


def test_two_at_one_time(orders, place):
    other = place / "other"
    other.mkdir()
    with attached(place, orders.process.pid) as one, attached(other, orders.process.pid) as two:
        orders.give(5)
    assert total(one.scenario, "getppid") == total(two.scenario, "getppid") == 5 * CALLS


def test_a_server_that_runs(place):
    """nginx, by the number of its master: the worker was there before."""
    source = make_file(place / "source", SIZE)
    port = free_port()
    with server(*nginx(place, port, True), port=port) as master:
        assert fetch(port, "/source") == SIZE
        with attached(place, master.pid) as watching:
            for _ in range(4):
                assert fetch(port, "/source") == SIZE
        assert fetch(port, "/source") == SIZE, "it is as it was"
    found = flow(watching.scenario, str(source), f"clients of 127.0.0.1:{port} (4 connections)")
    assert found["calls_by"] == "sendfile"
    assert (found["bytes"], found["verdict"]) == (4 * SIZE, "zero-copy")


def test_for_so_long(orders):
    begin = time.monotonic()
    done = zctrace("attach", "-p", orders.process.pid, "-d", "0.5")
    assert (done.returncode, done.stderr) == (MEASURED, "")
    assert time.monotonic() - begin >= 0.5
    assert "zctrace attach" in done.stdout and f"-p {orders.process.pid}" in done.stdout


def test_until_it_ends(place):
    with server(tool("sleep"), "5") as process:
        done = zctrace("attach", "-p", process.pid, "--json", "-")
    assert done.returncode == MEASURED
    assert json.loads(done.stdout)["mode"] == "attach"


def test_ctrl_c_gives_the_report(orders):
    with started("attach", "-p", orders.process.pid, "-i", "0.05") as running:
        assert " calls " in running.process.stderr.readline()
        running.terminal_signal()
        status, stdout, _ = running.end()
    assert status == MEASURED
    assert "zctrace attach" in stdout
    assert all(map(alive, orders.family()))


def test_a_second_ctrl_c_ends_at_once(orders):
    """Here, as nobody takes the report that the first has brought about."""
    with started("attach", "-p", orders.process.pid, "-i", "0.05", "--timeline=100000",
                 "--json", "-") as running:
        assert " calls " in running.process.stderr.readline()
        for _ in range(100):
            orders.give(6)
        running.terminal_signal()
        time.sleep(1)
        assert running.process.poll() is None, "its output is not read: it waits"
        running.terminal_signal()
        wait_until(lambda: running.process.poll() is not None, "the end", seconds=5)
        assert running.process.returncode == 128 + signal.SIGINT


def test_killing_zctrace_leaves_the_program_alone(orders):
    with started("attach", "-p", orders.process.pid, "-i", "0.05") as running:
        assert " calls " in running.process.stderr.readline()
        running.process.kill()
    orders.give(6)
    assert all(map(alive, orders.family()))


def test_it_is_never_stopped(orders, place):
    """Neither traced in the manner of debuggers nor stopped."""
    states = set()
    with attached(place, orders.process.pid):
        for _ in range(50):
            text = pathlib.Path(f"/proc/{orders.process.pid}/status").read_text()
            states.add((text.split("State:\t")[1][0], text.split("TracerPid:\t")[1].split()[0]))
            orders.give(1)
    assert states <= {("S", "0"), ("R", "0"), ("D", "0")}


def test_a_process_whose_main_thread_has_ended(place):
    """Its leader looks like a zombie, and it lives."""
    text = ("import os, threading, time, ctypes\n"
            "def live():\n    while True: os.getppid(); time.sleep(0.01)\n"
            "threading.Thread(target=live).start()\n"
            "ctypes.CDLL(None).syscall(60, 0)\n")
    with server(PYTHON, "-c", text) as process:
        wait_until(lambda: "State:\tZ" in pathlib.Path(f"/proc/{process.pid}/status").read_text(),
                   "its main thread's end")
        done = zctrace("attach", "-p", process.pid, "-d", "0.5", "--json", "-")
        process.kill()
    assert done.returncode == MEASURED, done.stderr
    (scenario,) = json.loads(done.stdout)["scenarios"]
    assert total(scenario, "getppid") > 0


def test_32_bit_calls_of_what_runs_already(place):
    text = f"while :; do {program('lives')} 32bit; done"
    with server(tool("sh"), "-c", text) as process:
        done = zctrace("attach", "-p", process.pid, "-d", "1", "--json", place / "r.json")
        assert done.returncode == MEASURED
    scenario = sound(place / "r.json")
    if takes_32bit_calls():
        returned = total(scenario, "32-bit call") - total(scenario, "32-bit call", "errors")
        assert unseen(scenario, "32-bit call")["calls"] == returned > 0
    else:
        assert total(scenario, "32-bit call") == 0


# --- what cannot be watched ---


def no_such_pid():
    return int(pathlib.Path("/proc/sys/kernel/pid_max").read_text()) - 1


def test_no_such_process():
    pid = no_such_pid()
    assert not pathlib.Path(f"/proc/{pid}").exists()
    done = zctrace("attach", "-p", pid)
    assert (done.returncode, done.stdout) == (USAGE, "")
    assert_one_message(done.stderr, f"there is no process {pid}")


def test_zombie():
    with subprocess.Popen([tool("true")]) as child:
        wait_until(lambda: not alive(child.pid), "its end")
        done = zctrace("attach", "-p", child.pid)
    assert (done.returncode, done.stdout) == (USAGE, "")
    assert_one_message(done.stderr, "zombie", f"process {os.getpid()}")


def test_kernel_thread():
    done = zctrace("attach", "-p", 2)
    assert (done.returncode, done.stdout) == (USAGE, "")
    assert_one_message(done.stderr, "kernel thread")


def test_itself():
    done = subprocess.run([tool("sh"), "-c", 'exec "$@" -p $$', "sh", *command("attach")],
                          capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    assert (done.returncode, done.stdout) == (USAGE, "")
    assert_one_message(done.stderr, "zctrace itself")


def test_a_thread_is_not_a_process(orders):
    thread = next(task for task in orders.threads() if int(task) not in orders.family())
    done = zctrace("attach", "-p", thread)
    assert (done.returncode, done.stdout) == (USAGE, "")
    assert_one_message(done.stderr, f"thread of process {orders.process.pid}",
                       f"-p {orders.process.pid}")


def test_it_ends_before_we_are_ready():
    """Whenever it does: a report, or that there is no such process; never more than that."""
    for delay in (0, 0.1, 0.2, 0.4):
        process = subprocess.Popen([tool("sleep"), str(delay)])
        threading.Timer(delay, process.wait).start()
        done = zctrace("attach", "-p", process.pid)
        process.wait()
        assert done.returncode in (MEASURED, USAGE), done.stderr
        assert (done.stdout == "") == (done.returncode == USAGE)


@pytest.mark.parametrize("options", [
    [], ["-p", "x"], ["-p", "0"], ["-p", "-1"], ["-p", "1", "-d", "0"], ["-p", "1", "-d", "x"],
    ["-p", "1", "true"], ["-p", "99999999999"], ["-u", "root", "-p", "1"],
])
def test_usage(options):
    done = zctrace("attach", *options)
    assert (done.returncode, done.stdout) == (USAGE, "")
    assert done.stderr.startswith("zctrace")
