# SPDX-License-Identifier: GPL-2.0
"""zctrace run: CMD is as it would be without us, its exit status is ours, and the report is sound
in every format."""
import collections
import csv
import grp
import io
import json
import os
import pathlib
import pwd
import random
import re
import signal
import subprocess
import time

import pytest

from link_programs import descendant_named, wait_until
from traced import PYTHON, program, run, sound, total, warnings
from zctrace import (
    FAILED,
    MEASURED,
    MIB,
    NOBODY,
    USAGE,
    alive,
    assert_one_message,
    command,
    make_file,
    started,
    tool,
    zctrace,
)

pytestmark = pytest.mark.usefixtures("place")

SIZE = 3 * MIB


def sh(text, *options, **more):
    return zctrace("run", *options, "--", tool("sh"), "-c", text, **more)


# --- exit statuses ---


@pytest.mark.parametrize("status", [0, 1, 7, 255])
def test_status_is_passed_on(status):
    assert sh(f"exit {status}", "-q").returncode == status


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGSEGV])
def test_signal_is_passed_on_as_shells_do(number):
    assert sh(f"ulimit -c 0; kill -{int(number)} $$", "-q").returncode == 128 + number


def test_command_that_does_not_exist():
    done = zctrace("run", "--", "no-such-program", "-x")
    assert (done.returncode, done.stdout) == (127, "")
    assert_one_message(done.stderr, "no-such-program", "No such file")


def test_command_that_cannot_be_executed(place):
    path = make_file(place / "data", 100)
    for what in (path, place):
        done = zctrace("run", "--", what)
        assert (done.returncode, done.stdout) == (126, "")
        assert_one_message(done.stderr, str(what), "Permission denied")


def test_options_of_the_command_are_its_own():
    done = zctrace("run", "-q", tool("echo"), "-n", "--json", "x")
    assert (done.returncode, done.stdout) == (MEASURED, "--json x")


@pytest.mark.parametrize("options", [
    [], ["--"], ["-u", "no-such-user", "--", "true"], ["-i", "0", "--", "true"],
    ["-i", "x", "--", "true"], ["-i", "nan", "--", "true"], ["--max-objects", "1", "--", "true"],
    ["--max-processes", "-1", "--", "true"], ["--max-cells", "70000", "--", "true"],
    ["--timeline=-1", "--", "true"], ["--no-such-option", "--", "true"],
])
def test_usage(options):
    done = zctrace("run", *options)
    assert (done.returncode, done.stdout) == (USAGE, "")
    assert done.stderr.startswith("zctrace")


@pytest.mark.parametrize("mode", ["run", "attach", "sendfile"])
def test_more_tracepoints_than_there_are_to_leave_out(mode):
    done = zctrace(mode, *["--without", "sched_switch"] * 33)
    assert (done.returncode, done.stdout) == (USAGE, "")
    assert_one_message(done.stderr, "--without: at most 32")


def test_a_report_that_cannot_be_written(place):
    """Before CMD is run if that can be known then, and else with what was measured lost."""
    done = zctrace("run", "--json", place / "no" / "r.json", "--", "echo", "hello")
    assert (done.returncode, done.stdout) == (USAGE, "")
    assert_one_message(done.stderr, f"{place}/no/r.json: No such file", "can write")
    done = zctrace("run", "-q", "--json", "/dev/full", "--", "echo", "hello")
    assert (done.returncode, done.stdout) == (FAILED, "hello\n")
    assert_one_message(done.stderr, "/dev/full: No space left")


def test_details_and_the_libraries_own_words(place):
    """-v: the tables of details. -vv: what libbpf says as well."""
    plain, once, twice = (zctrace("run", *options, "--", tool("true")).stderr
                          for options in ([], ["-v"], ["-vv"]))
    assert "libbpf: " not in plain + once and "libbpf: " in twice
    assert len(once.splitlines()) > len(plain.splitlines())
    assert "witness" in once and "libbpf: " in twice


# --- CMD's surroundings ---


def test_input_and_output_are_the_commands(place):
    data = random.Random(23).randbytes(SIZE)
    done = zctrace("run", "--", tool("cat"), input=data, text=False)
    assert (done.returncode, done.stdout) == (MEASURED, data)
    assert b"zctrace run" in done.stderr and b"copies" in done.stderr


def test_output_to_a_file_is_the_commands(place):
    with open(place / "out", "wb") as out:
        done = zctrace("run", "--", tool("echo"), "hello", stdout=out, capture_output=False,
                       stderr=subprocess.PIPE)
    assert (place / "out").read_text() == "hello\n"
    assert "zctrace run" in done.stderr


LOOK = """
import os, resource
print(sorted(os.readlink(f"/proc/self/fd/{fd}") for fd in os.listdir("/proc/self/fd")
             if os.path.exists(f"/proc/self/fd/{fd}")))
print([line for line in open("/proc/self/status")
       if line.startswith(("Uid", "Gid", "Groups", "Sig", "Shd", "Cap", "NoNewPrivs", "Seccomp"))])
print(os.getcwd(), sorted(os.environ.items()), os.getpgrp() != os.getpid(), os.getsid(0),
      resource.getrlimit(resource.RLIMIT_NOFILE), os.nice(0), os.umask(0))
"""


@pytest.mark.parametrize("ignored", [None, signal.SIGHUP, signal.SIGPIPE, signal.SIGINT])
def test_command_finds_what_it_would_find_without_us(place, ignored):
    """Descriptors, signals, privileges, environment; also signals that are ignored, as by nohup."""
    before = ["env", f"--ignore-signal={ignored.name[3:]}"] if ignored else ["env"]
    look = [PYTHON, "-c", LOOK]
    plain, under = (
        subprocess.run([*before, *front, *look], stdin=subprocess.DEVNULL, capture_output=True,
                       text=True, check=True).stdout
        for front in ([], command("run", "-q", "--"))
    )
    changing = r"(?<=pipe:).\d+.|SigQ:\\t\d+"
    assert re.sub(changing, "", plain) == re.sub(changing, "", under)


def test_as_another_user(place):
    """With that user's own groups."""
    done = zctrace("run", "-q", "-u", "nobody", "--", "id")
    assert done.stdout == subprocess.run(["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}",
                                          "--init-groups", "id"], capture_output=True, text=True,
                                         check=True).stdout


def test_as_the_user_who_called_sudo(place):
    groups = [group.gr_name for group in grp.getgrall() if "daemon" in group.gr_mem]
    user = pwd.getpwnam("daemon")
    env = {**os.environ, "SUDO_UID": str(user.pw_uid), "SUDO_GID": str(user.pw_gid)}
    done = zctrace("run", "-q", "--", "id", env=env)
    assert done.stdout.startswith(f"uid={user.pw_uid}(daemon)")
    assert all(group in done.stdout for group in groups)
    done = zctrace("run", "-q", "-u", "root", "--", "id", "-u", env=env)
    assert done.stdout == "0\n"


def test_a_user_cannot_read_what_is_not_his(place):
    secret = make_file(place / "secret", 100)
    secret.chmod(0o600)
    assert zctrace("run", "-q", "-u", "nobody", "--", tool("cat"), secret).returncode == 1


# --- what it says while it runs ---


def test_live_lines_are_on_stderr(place):
    done = zctrace("run", "-i", "0.2", "--", PYTHON, "-c",
                   "import time\nfor _ in range(8): open('/dev/zero').read(10); time.sleep(.1)")
    lines = [line for line in done.stderr.splitlines() if " calls " in line and " lost" in line]
    assert done.stdout == ""
    assert len(lines) >= 2
    assert all(line.split()[1] == "s" and line.endswith("0 lost") for line in lines)


def test_live_openmetrics_is_whole_at_any_time(place):
    """Whoever reads it sees one whole file, then the next."""
    path = place / "live.prom"
    seen = set()
    with started("run", "-i", "0.02", "-q", "--live-openmetrics", path, "--", tool("sh"), "-c",
                 "i=0; while [ $i -lt 1500 ]; do read x </proc/self/stat; i=$((i+1)); done; sleep 1"
                 ) as running:
        while running.process.poll() is None:
            if path.exists():
                text = path.read_text()
                assert text.endswith("# EOF\n") and "zctrace_" in text
                seen.add(text)
        assert running.end()[0] == MEASURED
    assert len(seen) > 3
    assert 'mode="run"' in path.read_text() or "run" in path.read_text()
    assert [found.name for found in place.iterdir()] == ["live.prom"]


def test_live_openmetrics_that_cannot_be_written(place):
    done = sh("sleep 0.3", "-q", "-i", "0.1", "--live-openmetrics", place / "no" / "file")
    assert done.returncode == MEASURED
    assert "no/file" in done.stderr


# --- ends ---


def running_command(running, name):
    return wait_until(lambda: descendant_named(running.pid, name), name)


def test_ctrl_c_ends_the_command_and_gives_the_report(place):
    with started("run", "--json", place / "r.json", "--", tool("sleep"), "60") as running:
        running_command(running, "sleep")
        time.sleep(0.3)
        running.terminal_signal()
        status, _, stderr = running.end()
    assert status == 128 + signal.SIGINT
    assert "zctrace run" in stderr
    assert total(sound(place / "r.json"), "clock_nanosleep") == 1


def test_a_command_that_lives_on_after_ctrl_c(place):
    """It decides; a second Ctrl-C ends zctrace at once, whatever the command does."""
    stubborn = "import signal, time; signal.signal(2, signal.SIG_IGN); print('on', flush=True); " \
               "time.sleep(60)"
    with started("run", "--", PYTHON, "-c", stubborn) as running:
        assert running.process.stdout.readline() == "on\n"
        pid = running_command(running, "python3")
        running.terminal_signal()
        time.sleep(0.3)
        assert running.process.poll() is None
        running.terminal_signal()
        wait_until(lambda: running.process.poll() is not None, "the end")
        assert running.process.returncode == 128 + signal.SIGINT
        assert alive(pid)
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not alive(pid), "the end of the command")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_for_zctrace_is_passed_on(place, number):
    """A supervisor that ends zctrace ends the command."""
    with started("run", "-q", "--json", place / "r.json", "--", tool("sleep"), "60") as running:
        running_command(running, "sleep")
        os.kill(running.pid, number)
        assert running.end()[0] == 128 + number
    sound(place / "r.json")


def test_killing_zctrace_leaves_the_command_alone(place):
    """And nothing of zctrace: the fixture looks for what is left in the kernel."""
    fifo = place / "fifo"
    os.mkfifo(fifo)
    with started("run", "--", tool("sh"), "-c", f"read x <{fifo}; echo $x >{place}/answer"
                 ) as running:
        pid = running_command(running, "sh")
        running.process.kill()
        running.process.wait()
        assert alive(pid)
        fifo.write_text("still here\n")
        wait_until(lambda: (place / "answer").exists() and not alive(pid), "its end")
    assert (place / "answer").read_text() == "still here\n"


def test_descendants_that_outlive_the_command(place):
    fifo = place / "fifo"
    os.mkfifo(fifo)
    text = f"(read x <{fifo}) >/dev/null 2>&1 </dev/null & exit 3"
    scenario = run(place, [tool("sh"), "-c", text], status=3)
    assert "1 process outlived the command" in warnings(scenario)
    fifo.write_text("\n")


def calls_by_name(scenario):
    calls = collections.Counter()
    for call in scenario["syscalls"]:
        calls[call["role"].partition("[")[0], call["name"]] += call["calls"]
    return calls


def test_a_command_counts_from_its_exec_on(place):
    """By the number of its pid namespace, which is not the kernel's; and programs of the same
    number elsewhere, or begun at the same time, are none of ours."""
    words = [tool("cat"), os.devnull]
    report = place / "inner.json"
    scenario = run(place, words)
    others = subprocess.Popen([tool("sh"), "-c", "while :; do /bin/true; done"])
    try:
        inner = subprocess.run(
            [tool("unshare"), "--pid", "--fork", "--mount-proc",
             *command("run", "-q", "--json", report, "--", *words)],
            capture_output=True, text=True, check=False)
    finally:
        others.kill()
        others.wait()
    assert (inner.returncode, inner.stderr) == (0, "")
    (same,) = json.loads(report.read_text())["scenarios"]
    assert calls_by_name(same) == calls_by_name(scenario)
    assert {role for role, _ in calls_by_name(same)} == {"cat"}


def test_a_failed_exec_inside_the_command(place):
    scenario = run(place, [tool("sh"), "-c", "no-such-program 2>/dev/null; exit 0"])
    (role,) = {call["role"] for call in scenario["syscalls"] if call["name"] == "read"}
    assert role.startswith("sh[")


# --- the report ---


@pytest.fixture
def copied(place):
    """A report with a flow that is worth a word."""
    source = make_file(place / "source", SIZE)
    path = place / "copied.json"
    done = zctrace("run", "--timeline=500", "--json", path, "--", tool("dd"), f"if={source}",
                   f"of={place / 'target'}", "bs=4k", "status=none")
    assert done.returncode == MEASURED
    return path, done.stderr


def test_text(copied, place):
    _, text = copied
    assert all(len(line) <= 100 for line in text.splitlines())
    # Long paths are shortened from the left.
    for part in ("dd", "/source", "/target", "read + write", "2.00", "copied through user space",
                 "copy_file_range", "witnesses", "crossings"):
        assert part in text, text
    assert "\x1b" not in text


def test_json(copied):
    scenario = sound(copied[0])
    report = scenario["report"]
    assert (report["mode"], report["schema"]) == ("run", "zctrace/1")
    assert {one["id"] for one in scenario["witnesses"]} == {
        "all.voluntary", "all.involuntary", "all.bytes_in", "all.bytes_out", "all.cpu_ns_beyond",
        "all.interrupts_beyond"}
    # Both ends of what is begun are kept: a call whose end has no room is not shown.
    assert 490 <= len(scenario["timeline"]["events"]) <= 500
    assert report["tool"]["command"][-5:-3] == [tool("dd"), report["tool"]["command"][-4]]


@pytest.mark.parametrize("name", ["html", "perfetto", "markdown", "csv", "openmetrics"])
def test_every_format(copied, place, name):
    """Written by the run, or made of its report later: the same."""
    again = place / f"again.{name}"
    done = zctrace("report", copied[0], f"--{name}", again)
    assert (done.returncode, done.stderr) == (MEASURED, "")
    data = again.read_bytes()
    if name == "perfetto":
        assert len(data) > 10_000
        return
    text = data.decode()
    if name == "openmetrics":
        assert text.endswith("# EOF\n") and "zctrace_flow_bytes" in text
    elif name == "csv":
        assert len(list(csv.reader(io.StringIO(text)))) >= 2
    else:
        assert "/source" in text and "copied through user space" in text


def test_formats_at_once(place):
    names = ["json", "html", "perfetto", "markdown", "csv", "openmetrics"]
    options = [part for name in names for part in (f"--{name}", place / f"r.{name}")]
    done = zctrace("run", "-q", *options, "--", tool("true"))
    assert (done.returncode, done.stdout, done.stderr) == (MEASURED, "", "")
    assert sorted(path.name for path in place.iterdir()) == sorted(f"r.{name}" for name in names)
    assert all((place / f"r.{name}").stat().st_size > 0 for name in names)


def test_diff_of_two_runs(place):
    source = make_file(place / "source", SIZE)
    for size in ("4k", "64k"):
        run(place, [tool("dd"), f"if={source}", f"of={place / 'target'}", f"bs={size}",
                    "status=none"])
        (place / "report.json").rename(place / f"{size}.json")
    done = zctrace("diff", place / "4k.json", place / "64k.json")
    assert (done.returncode, done.stderr) == (MEASURED, "")
    assert "crossings" in done.stdout


def test_report_of_nothing(place):
    """A program that moves no bytes at all."""
    done = zctrace("run", "--json", place / "r.json", "--", program("lives"), "calls")
    assert done.returncode == MEASURED
    assert total(sound(place / "r.json"), "getppid") == 23


def test_without_a_tracepoint_its_witness_is_not_heard(place):
    scenario = run(place, [tool("true")], "--without", "sched_switch")
    assert {w["id"] for w in scenario["witnesses"]} == {
        "all.bytes_in", "all.bytes_out", "all.interrupts_beyond"}
    assert all(role["switches"]["voluntary"] is None for role in scenario["roles"].values())


def test_events_lost_are_said(place):
    done = zctrace("run", "-q", "--max-cells", 64, "--json", place / "r.json", "--",
                   program("load"), 8, 1, 100, 0)
    assert done.returncode == FAILED
    assert_one_message(done.stderr, "events were lost", "--max-cells")
    assert pathlib.Path(place / "r.json").exists()
    assert json.loads((place / "r.json").read_text())["scenarios"][0]["loss"]["map_full"] > 0
