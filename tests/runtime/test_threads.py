# SPDX-License-Identifier: GPL-2.0
"""How a program and its threads come under watch and leave it: in namespaces of their own, by the
thousand, while they are being made.
"""
import os
import signal
import subprocess

import pytest

from link_programs import descendant_named, program as driver, wait_until
from traced import COPIED, PYTHON, flow, run, sound
from zctrace import BUILD, FAILED, PAGE, command, make_file, tool

pytestmark = pytest.mark.usefixtures("place")

SIZE = 7 * PAGE


@pytest.mark.parametrize("options", [[], ["--fork", "--mount-proc"]])
def test_in_a_pid_namespace(place, options):
    """Without --fork zctrace stays outside, and the command is the namespace's first process."""
    path = place / "report.json"
    done = subprocess.run(
        [tool("unshare"), "--pid", *options,
         *command("run", "-q", "--json", path, "--", "cat", make_file(place / "source", SIZE))],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    found = flow(sound(path), "/source")
    assert (found["bytes"], found["verdict"]) == (SIZE, COPIED)


def test_a_command_that_was_not_seen_to_begin(place):
    done = subprocess.run(
        command("run", "-q", "--json", place / "report.json", "--", "true"),
        env={**os.environ, "LD_PRELOAD": str(driver("namespace_faults.so")[0]),
             "ASAN_OPTIONS": "verify_asan_link_order=0"},
        capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (FAILED, "")
    assert "did not see it begin" in done.stderr
    assert not (place / "report.json").exists()


THREADS = """
import sys, threading, time
ended = threading.Thread(target=time.sleep, args=(0,))
for _ in range(int(sys.argv[1])):
    thread = threading.Thread(target=abs, args=(0,))
    thread.start(); thread.join()
print('ended', flush=True)
sys.stdin.read()
"""


def threads_table(what, pid):
    done = subprocess.run([BUILD / "tests" / "threads_table", what, str(pid)],
                          capture_output=True, text=True, check=True)
    return int(done.stdout or 0)


def test_a_thread_that_was_added_twice(place):
    """attach looks for threads while they are made. The place that nobody uses would take the calls
    of whoever comes next to have its registers at the same address."""
    used = {}

    def look(ancestor):
        shell = wait_until(lambda: descendant_named(ancestor, "sh"), "sh")
        child = wait_until(lambda: descendant_named(shell, "sleep"), "sleep")
        used["before"] = threads_table("used", shell)
        threads_table("double", child)
        used["doubled"] = threads_table("used", shell)
        os.kill(child, signal.SIGKILL)
        wait_until(lambda: descendant_named(shell, "cat"), "cat")
        used["after"] = threads_table("used", shell)
        os.close(held)

    stdin, held = os.pipe()
    run(place, [tool("sh"), "-c", "sleep 100; cat; exit 0"], during=look, stdin=stdin)
    assert used == {"before": 2, "doubled": 3, "after": 2}


def test_threads_that_have_ended_leave_no_trace(place):
    """Otherwise each call of the machine would search further and further for its thread."""
    threads, end = 12007, {}

    def look(ancestor):
        pid = wait_until(lambda: descendant_named(ancestor, "python3"), "python3")
        wait_until(lambda: b"ended" in os.read(output, 64), "its threads")
        end["used"] = threads_table("used", pid)
        os.close(held)

    output, theirs = os.pipe()
    stdin, held = os.pipe()
    scenario = run(place, [PYTHON, "-c", THREADS, threads], during=look, stdout=theirs,
                   stdin=stdin)
    assert sum(call["calls"] for call in scenario["syscalls"]
               if call["name"] in ("clone", "clone3")) == threads
    assert end["used"] < threads // 1000
