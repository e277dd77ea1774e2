# SPDX-License-Identifier: GPL-2.0
"""What zctrace may do at each stage, what its programs get of it, and where reports may go."""
import contextlib
import json
import os
import pathlib
import signal
import subprocess

import pytest

from link_programs import descendant_named, wait_until
from traced import PYTHON, listens
from zctrace import (
    FAILED,
    MEASURED,
    MIB,
    NOBODY,
    USAGE,
    alive,
    assert_one_message,
    assert_sound,
    make_file,
    must,
    started,
    tool,
    zctrace,
)

pytestmark = pytest.mark.usefixtures("place")

# include/uapi/linux/capability.h
CAPABILITIES = {"dac_override": 1, "fowner": 3, "kill": 5, "setuid": 7, "net_admin": 12,
                "sys_ptrace": 19, "sys_admin": 21, "perfmon": 38, "bpf": 39}
SUDO = {"SUDO_UID": str(NOBODY), "SUDO_GID": str(NOBODY), "SUDO_USER": "nobody",
        "SUDO_COMMAND": "/usr/bin/zctrace"}
AS_NOBODY = {**os.environ, **SUDO}
QUICK = ["-n", 1, "--size", "1M"]
SLOW = ["-n", 1, "--size", "16M", "--rate", "40Mbit"]
FILES = {"dac_override", "fowner"}
OTHERS = {"kill"}


def bits(*names):
    return sum({1 << CAPABILITIES[name] for name in names})


class Status:
    """Who a process is and what it may do, from /proc/PID/status."""

    def __init__(self, pid):
        text = pathlib.Path(f"/proc/{pid}/status").read_text()
        fields = dict(line.split(":", 1) for line in text.splitlines())
        self.ids = {*fields["Uid"].split(), *fields["Gid"].split()}
        self.groups = set(fields["Groups"].split())
        self.capabilities = {name: int(fields[f"Cap{name}"], 16)
                             for name in ("Eff", "Prm", "Inh", "Amb", "Bnd")}

    def has(self, *names):
        """These capabilities, and no other."""
        found = self.capabilities
        return (found["Eff"] == found["Prm"] == bits(*names) and found["Inh"] == found["Amb"] == 0)


def assert_given_up(pid, *names):
    """Under sudo it is the user, in every respect, with these and no way back to more."""
    status = Status(pid)
    assert status.has(*names), status.capabilities
    assert status.ids == {str(NOBODY)} and status.groups <= {str(NOBODY)}
    assert status.capabilities["Bnd"] & ~bits(*names, "bpf") == 0


def assert_kept_by_root(pid, *names):
    status = Status(pid)
    assert status.has(*names), status.capabilities
    assert status.ids == {"0"}


# --- what zctrace keeps ---


@pytest.mark.parametrize("options, kept", [
    ([], ["bpf"]),
    (["--rate", "40Mbit"], ["bpf", "sys_admin", "net_admin"]),
    (["--link", "veth-nosg", "--rate", "40Mbit"], ["bpf", "sys_admin", "net_admin"]),
], ids=["lo", "rate", "veth"])
@pytest.mark.parametrize("way", ["copy", "sendfile", "compare"])
def test_while_it_measures(way, options, kept, place):
    """The sender is stopped: the stage lasts until we have looked."""
    size = ["-n", 1, "--size", "16M" if options else "64M", "--json", "/dev/null"]
    name = "copy" if way == "compare" else way
    for environment, check, more in [(AS_NOBODY, assert_given_up, []),
                                     (os.environ, assert_kept_by_root, FILES)]:
        with started(way, *size, *options, env=environment) as running:
            pid = wait_until(lambda: descendant_named(running.pid, name), name)  # noqa: B023
            os.kill(pid, signal.SIGSTOP)
            check(running.pid, *kept, *more)
            running.terminal_signal()
            running.end()


def test_while_it_runs_a_command(place):
    for environment, options, check, kept in [
        (AS_NOBODY, [], assert_given_up, ["bpf"]),
        (AS_NOBODY, ["-u", "daemon"], assert_given_up, ["bpf", *OTHERS]),
        (os.environ, [], assert_kept_by_root, ["bpf", *FILES, *OTHERS]),
        (os.environ, ["-u", "daemon"], assert_kept_by_root, ["bpf", *FILES, *OTHERS]),
    ]:
        path = pathlib.Path("/dev/null")
        with started("run", "-q", "--json", path, *options, "--", tool("sleep"), "60",
                     env=environment) as running:
            wait_until(lambda: descendant_named(running.pid, "sleep"), "sleep")  # noqa: B023
            check(running.pid, *kept)
            os.kill(running.pid, signal.SIGTERM)
            assert running.end()[0] == 128 + signal.SIGTERM, "the command got it, whoever it is"


@contextlib.contextmanager
def sleeping():
    process = subprocess.Popen([tool("sleep"), "60"])
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def test_while_it_watches(place):
    for environment, check, more in [(AS_NOBODY, assert_given_up, []),
                                     (os.environ, assert_kept_by_root, FILES)]:
        with sleeping() as process, \
                started("attach", "-p", process.pid, "-i", "0.1", env=environment) as running:
            assert running.process.stderr.readline()
            check(running.pid, "bpf", *more)
            running.terminal_signal()
            assert running.end()[0] == MEASURED


def test_while_it_receives(place):
    """It talks with strangers: nothing is left of root but what tracing takes."""
    for environment, check in [(AS_NOBODY, assert_given_up), (os.environ, assert_kept_by_root)]:
        with started("receive", "-p", 0, env=environment) as running:
            port = int(running.process.stdout.readline().split("port ")[1].split(",")[0])
            assert running.process.stdout.readline() == \
                "zctrace receive: receivers are traced\n"
            assert listens(port)
            check(running.pid, "bpf")
            done = zctrace("sendfile", *QUICK, "--to", f"127.0.0.1:{port}", "--json", "-")
            assert (done.returncode, done.stderr) == (MEASURED, "")
            assert_sound(json.loads(done.stdout))
            check(running.pid, "bpf")
            running.terminal_signal()
            assert running.end()[0] == MEASURED


def test_while_it_writes_the_report(place):
    """To a pipe that nobody reads from yet: by now it traces nothing and needs nothing."""
    for environment, check, kept in [(AS_NOBODY, assert_given_up, []),
                                     (os.environ, assert_kept_by_root, FILES)]:
        with started("copy", "-n", 1, "--size", "8M", "--chunk", "4K", "--json", "-",
                     env=environment) as running:
            wait_until(lambda: pathlib.Path(f"/proc/{running.pid}/wchan").read_text()  # noqa: B023
                       .endswith("pipe_write") or Status(running.pid).has(*kept),  # noqa: B023
                       "the report")
            check(running.pid, *kept)
            status, stdout, stderr = running.end()
        assert (status, stderr) == (MEASURED, "")
        assert_sound(json.loads(stdout))


def test_with_file_capabilities(public_build, place):
    """As docs/guide.md tells to do without sudo: an ordinary user whom the file gives two."""
    must("setcap", "cap_bpf,cap_perfmon+ep", public_build)
    out = place / "out"
    out.mkdir()
    os.chown(out, NOBODY, NOBODY)
    process = subprocess.Popen(
        [public_build, "sendfile", "-n", "1", "--size", "8M", "--json", out / "report.json"],
        env={**os.environ, "TMPDIR": str(out)}, user=NOBODY, group=NOBODY, extra_groups=[],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )
    pid = wait_until(lambda: descendant_named(process.pid, "sendfile"), "sendfile")
    os.kill(pid, signal.SIGSTOP)
    assert Status(process.pid).has("bpf")
    os.kill(pid, signal.SIGCONT)
    _, stderr = process.communicate(timeout=60)
    assert (process.returncode, stderr) == (MEASURED, "")
    assert_sound(json.loads((out / "report.json").read_text()))


def test_it_belongs_to_nobody_though_it_is_theirs(place):
    """The user may stop it. Looking into it, or taking its descriptors, stays root's."""
    with started("sendfile", *SLOW, env=AS_NOBODY) as running:
        wait_until(lambda: descendant_named(running.pid, "sendfile"), "sendfile")
        assert Status(running.pid).ids == {str(NOBODY)}
        for path in ("fd", "mem", "environ"):
            done = subprocess.run(["head", "-c1", f"/proc/{running.pid}/{path}"] if path != "fd"
                                  else ["ls", f"/proc/{running.pid}/fd"], user=NOBODY,
                                  group=NOBODY, extra_groups=[], capture_output=True, text=True,
                                  check=False)
            assert done.returncode != 0 and "Permission denied" in done.stderr, path
        running.terminal_signal()
        running.end()


def test_cold_runs_of_a_file_of_somebody_elses(place):
    """Whether it has left the page cache the kernel tells its owner, or who may write to it."""
    path = make_file(place / "file", MIB)
    path.chmod(0o644)
    done = zctrace("sendfile", "-n", 1, "--cold", path, "--json", "-", env=AS_NOBODY)
    assert (done.returncode, done.stderr) == (MEASURED, "")
    (scenario,) = json.loads(done.stdout)["scenarios"]
    assert next(leg["bytes"] for leg in scenario["legs"] if leg["id"] == "disk-cache") == MIB


# --- what programs get ---


def open_files(pid):
    directory = pathlib.Path(f"/proc/{pid}/fd")
    found = {}
    for name in os.listdir(directory):
        with contextlib.suppress(FileNotFoundError):
            found[int(name)] = os.readlink(directory / name)
    return found


def test_scenario_programs_get_nothing_of_ours(place):
    """Their gate, the file, their sockets; an environment of two variables."""
    environment = {**AS_NOBODY, "SECRET": "x"}
    with started("sendfile", *SLOW, env=environment) as running:
        for name, at_4 in (("receiver", "socket:"), ("sendfile", "/")):
            pid = wait_until(lambda: descendant_named(running.pid, name), name)  # noqa: B023
            files = wait_until(lambda: len(open_files(pid)) >= 6 and open_files(pid),  # noqa: B023
                               "its sockets")
            assert {files[0], files[1], files[2]} == {"/dev/null"}, name
            assert files[3].startswith("socket:") and files[4].startswith(at_4), name
            more = [files[fd] for fd in files if fd > 4]
            assert all(path.startswith("socket:") or path == files[4] for path in more), files
            assert pathlib.Path(f"/proc/{pid}/environ").read_text() == \
                "PATH=/usr/bin:/bin\0LC_ALL=C.UTF-8\0"
            status = Status(pid)
            assert status.has() and status.ids == {str(NOBODY)}
            assert status.capabilities["Bnd"] & ~bits("bpf", "sys_admin", "net_admin") == 0
        running.terminal_signal()
        running.end()


LOOK = """
import json, os
files = {fd: os.readlink(f"/proc/self/fd/{fd}") for fd in map(int, os.listdir("/proc/self/fd"))
         if os.path.exists(f"/proc/self/fd/{fd}")}
print(json.dumps([files, dict(os.environ), os.getresuid(), os.getgroups()]))
"""


def look(*options, **env):
    done = zctrace("run", "-q", *options, "--", PYTHON, "-c", LOOK,
                   env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TERM": "vt100", **env})
    assert (done.returncode, done.stderr) == (MEASURED, "")
    files, environment, ids, groups = json.loads(done.stdout)
    assert set(files) <= {"0", "1", "2"}, files
    environment.pop("LC_CTYPE", None)       # Python's own
    return environment, ids, groups


def test_a_command_gets_back_what_sudo_was_given(place):
    """Root's home and name are not the user's, and that sudo was there is nobody's business."""
    environment, ids, groups = look(HOME="/root", USER="root", LOGNAME="root", MAIL="/root/mail",
                                    SHELL="/bin/bash", MINE="1", **SUDO)
    assert set(ids) == {NOBODY} and set(groups) <= {NOBODY}
    assert {name for name in environment if name.startswith("SUDO")} == set()
    assert environment == {
        "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TERM": "vt100", "MINE": "1",
        "HOME": "/nonexistent", "USER": "nobody", "LOGNAME": "nobody", "SHELL": "/usr/sbin/nologin",
    }


def test_a_command_of_another_user_gets_no_secrets(place):
    environment, ids, _ = look("-u", "daemon", HOME="/root", USER="root", TOKEN="secret",
                               LD_LIBRARY_PATH="/root/lib", LC_TIME="C", TZ="UTC")
    assert set(ids) == {1}
    assert environment == {
        "PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "TERM": "vt100", "LC_TIME": "C",
        "TZ": "UTC", "HOME": "/usr/sbin", "USER": "daemon", "LOGNAME": "daemon",
        "SHELL": "/usr/sbin/nologin",
    }


def test_a_command_of_our_own_gets_all_of_ours(place):
    environment, ids, _ = look(HOME="/root", TOKEN="mine")
    assert set(ids) == {0}
    assert environment == {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TERM": "vt100",
                           "HOME": "/root", "TOKEN": "mine"}


def test_a_user_without_a_name(place):
    environment, ids, _ = look(HOME="/root", USER="root", SUDO_UID="64321", SUDO_GID="64321")
    assert set(ids) == {64321}
    assert environment["HOME"] == "/" and "USER" not in environment


@pytest.mark.parametrize("options, env", [
    ([], SUDO), (["-u", "daemon"], {}), ([], {"SUDO_UID": "64321", "SUDO_GID": "64321"}),
], ids=["sudo", "-u", "no name"])
def test_a_command_that_its_user_may_not_execute(place, options, env):
    """Though root, who loads the probes, may."""
    path = place / "roots"
    path.write_text("#!/bin/sh\necho executed\n")
    path.chmod(0o700)
    for program, status, why in ((path, 126, "Permission denied"),
                                 (place / "missing", 127, "No such file or directory")):
        done = zctrace("run", *options, "--", program, env={**os.environ, "LC_ALL": "C", **env})
        assert (done.returncode, done.stdout) == (status, "")
        assert done.stderr == f"zctrace: run: {program}: {why}\n"


# --- where reports may go ---


@pytest.mark.parametrize("mode", [0o1777, 0o777, 0o757], ids=oct)
@pytest.mark.parametrize("way", ["link", "link/below", "own/../link"])
def test_a_planted_link_is_not_followed(place, mode, way):
    """Somebody laid it in a shared directory for root, or for another user, to write through."""
    shared, target = place / "shared", place / "target"
    shared.mkdir()
    (target / "below").mkdir(parents=True)
    (shared / "own").mkdir()
    (shared / "link").symlink_to(target)
    os.lchown(shared / "link", NOBODY, NOBODY)
    shared.chmod(mode)
    path = shared / way / "report.json"
    done = zctrace("sendfile", *QUICK, "--json", path)
    assert (done.returncode, done.stdout) == (USAGE, "")
    assert_one_message(done.stderr, "symbolic link", "give a path")
    assert [found for found in target.rglob("*") if found.is_file()] == []


def test_links_of_those_whom_we_trust_are_followed(place):
    """Our own, those of the directory's owner, and any in a directory that only its owner fills."""
    shared, closed, target = place / "shared", place / "closed", place / "target"
    for directory in (shared, closed, target):
        directory.mkdir()
    os.chown(target, NOBODY, NOBODY)
    shared.chmod(0o1777)
    (shared / "roots").symlink_to(target)
    (shared / "ours").symlink_to("../target")
    (closed / "theirs").symlink_to("../closed/next")
    (closed / "next").symlink_to("/" + str(target))
    for path in (shared / "ours", closed / "theirs"):
        os.lchown(path, NOBODY, NOBODY)
    for name in (shared / "roots", shared / "ours", closed / "theirs"):
        done = zctrace("sendfile", *QUICK, "-q", "--json", name / "report.json", env=AS_NOBODY)
        assert (done.returncode, done.stderr) == (MEASURED, ""), name
        assert (target / "report.json").stat().st_uid == NOBODY
        (target / "report.json").unlink()


def test_links_without_end(place):
    (place / "loop").symlink_to("loop")
    (place / "long").symlink_to("x/" * 2000)
    for name, why in (("loop", "symbolic link"), ("long", "")):
        done = zctrace("sendfile", *QUICK, "--json", place / name / "report.json")
        assert done.returncode == USAGE
        assert_one_message(done.stderr, why)


def test_a_fifo_that_nobody_reads(place):
    """There is no end to waiting for somebody who may never come."""
    os.mkfifo(place / "fifo")
    done = zctrace("sendfile", *QUICK, "--json", place / "fifo", timeout=30)
    assert done.returncode == FAILED
    assert_one_message(done.stderr, "fifo", "No such device or address")


def test_a_fifo_with_a_reader(place):
    os.mkfifo(place / "fifo")
    with subprocess.Popen(["cat", place / "fifo"], stdout=subprocess.PIPE) as reader:
        done = zctrace("sendfile", *QUICK, "-q", "--json", place / "fifo", timeout=30)
        assert (done.returncode, done.stderr) == (MEASURED, "")
        assert_sound(json.loads(reader.stdout.read()))


# --- two at one time ---


def test_two_measurements_at_one_time(place):
    """Both count exactly, each its own."""
    path = place / "second.json"
    with started("copy", "-n", 3, "--size", "8M", "--chunk", "4K", "--json", "-") as first, \
            started("compare", "-n", 2, "--size", "4M", "-q", "--json", path,
                    env={**os.environ, "TMPDIR": str(place)}) as second:
        status, stdout, stderr = first.end()
        assert (status, stderr) == (MEASURED, "")
        assert second.end() == (MEASURED, "", "")
    assert_sound(json.loads(stdout))
    assert_sound(json.loads(path.read_text()))
    assert {s["payload_bytes"] for s in json.loads(path.read_text())["scenarios"]} == {4 * MIB}


def test_the_end_of_one_is_not_that_of_the_other(place):
    """One is killed in the middle: the other neither loses nor gains anything by it."""
    with started("copy", "-n", 3, "--size", "8M", "--chunk", "4K", "--json", "-") as first:
        wait_until(lambda: descendant_named(first.pid, "copy"), "a sender")
        with started("run", "-q", "--", tool("sleep"), "60") as second:
            pid = wait_until(lambda: descendant_named(second.pid, "sleep"), "sleep")
            second.process.kill()
            second.process.wait()
            status, stdout, stderr = first.end()
            os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not alive(pid), "its end")
    assert (status, stderr) == (MEASURED, "")
    assert_sound(json.loads(stdout))
