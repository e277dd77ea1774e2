# SPDX-License-Identifier: GPL-2.0
"""What goes wrong ends with one message and the right exit status, leaves nothing behind, and does
not lose what was measured."""
import contextlib
import json
import os
import pathlib
import pty
import resource
import shutil
import signal
import socket
import subprocess
import time

import pytest

from link_programs import descendant_named, descendants, wait_until
from zctrace import (
    CHUNK,
    EXPECTED_OTHER,
    FAILED,
    LATER,
    MACHINE,
    MEASURED,
    MIB,
    NOBODY,
    USAGE,
    alive,
    assert_one_message,
    assert_sound,
    calls,
    command,
    make_file,
    measure_one,
    must,
    started,
    wait_for_sender,
    zctrace,
)

pytestmark = pytest.mark.usefixtures("place")

QUICK = ["-n", 1, "--size", "1M"]
# Some seconds a run.
SLOW = ["-n", 1, "--size", "16M", "--rate", "40Mbit"]
AS_NOBODY = {"SUDO_UID": str(NOBODY), "SUDO_GID": str(NOBODY)}


def assert_fails(done, status, *parts):
    assert (done.returncode, done.stdout) == (status, ""), done.stderr
    assert_one_message(done.stderr, *parts)


# --- network cards ---


def of_card(name):
    """What a run might change of it, without what counts down."""
    said = "".join(must("ip", *options, "dev", name) for options in (
        ["-d", "link", "show"], ["address", "show"], ["route", "show", "table", "all"],
        ["-6", "route", "show", "table", "all"]))
    return [line for line in said.splitlines() if "valid_lft" not in line and "expires" not in line]


def card_with_default_route():
    return json.loads(must("ip", "-j", "route", "show", "default"))[0]["dev"]


def test_card_with_the_default_route_is_left_alone(place):
    """A real card for its route, and a virtual one for what it is."""
    card = card_with_default_route()
    real = pathlib.Path(f"/sys/class/net/{card}/device").exists()
    before = of_card(card)
    done = zctrace("sendfile", *QUICK, "--device", f"{card},lo")
    assert (done.returncode, done.stdout) == (USAGE, "")
    assert f"device {card}: " in done.stderr
    assert ("default route leaves by it" if real else "virtual one") in done.stderr
    assert of_card(card) == before


@pytest.mark.parametrize("cards, why", [
    ("lo,lo", "both ends are lo"),
    ("lo", "give two cards"),
    ("lo,a,b", "give two cards"),
    ("nothing0,lo", 'device "nothing0": there is none of that name'),
    (",lo", 'device "": there is none of that name'),
    ("lo,nothing0", "device lo: it is a virtual one"),
])
def test_no_card(cards, why, place):
    done = zctrace("compare", *QUICK, "--device", cards)
    assert (done.returncode, done.stdout) == (USAGE, "")
    assert why in done.stderr


def test_card_of_another_kind_is_virtual(place):
    """Also where it is off and nobody uses it: it would be deleted with the run's namespace."""
    script = 'ip link add zc-left type veth peer name zc-right && shift && exec "$@"'
    within = ["unshare", "--net", "sh", "-c", script, "sh", "-"]
    done = subprocess.run([*within, *command("sendfile", *QUICK, "--device", "zc-left,zc-right")],
                          capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (USAGE, "")
    assert "device zc-left: it is a virtual one" in done.stderr


# --- privilege ---


@pytest.mark.parametrize("way", ["copy", "sendfile", "compare"])
def test_not_root(public_build, place, way):
    place.parent.joinpath("current").chmod(0o777)
    done = subprocess.run(
        [public_build, way, "--size", "1M"], capture_output=True, text=True, user=NOBODY,
        group=NOBODY, extra_groups=[], check=False,
    )
    assert_fails(done, MACHINE, "not permitted", "sudo", "zctrace doctor")


def test_not_root_may_look_at_reports(public_build, place):
    assert zctrace("sendfile", *QUICK, "-q", "--json", place / "report.json").returncode == MEASURED
    for options in (["report", place / "report.json"], ["list", "claims"], ["version"], ["help"]):
        done = subprocess.run(
            [public_build, *options], capture_output=True, text=True, user=NOBODY, group=NOBODY,
            extra_groups=[], check=False,
        )
        assert (done.returncode, done.stderr) == (0, "") and done.stdout


def test_half_a_privilege_says_what_is_missing():
    """Tracing without the right to make links."""
    dropped = "--bounding-set=-net_admin,-sys_admin"
    tool = [shutil.which("setpriv"), dropped, "--inh-caps=-all"]
    done = subprocess.run(
        [*tool, *command("sendfile", *QUICK, "--link", "veth")], capture_output=True, text=True,
        check=False,
    )
    assert_fails(done, MACHINE, "network namespace", "CAP_SYS_ADMIN")
    done = subprocess.run(
        [*tool, *command("sendfile", *QUICK, "-q")], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (MEASURED, "")


def test_programs_run_as_the_calling_user(place):
    """Who called sudo; their file is opened with their rights and handed to the program."""
    with started("sendfile", *SLOW, "-q", env={**os.environ, **AS_NOBODY}) as running:
        for name in ("receiver", "sendfile"):
            pid = wait_until(lambda: descendant_named(running.pid, name), name)  # noqa: B023
            status = pathlib.Path(f"/proc/{pid}/status").read_text()
            ids = {line.split()[0]: line.split()[1:] for line in status.splitlines() if line}
            assert ids["Uid:"] == ids["Gid:"] == [str(NOBODY)] * 4, name
            assert set(ids["Groups:"]) <= {str(NOBODY)}, name
            assert ids["CapEff:"] == ["0" * 16], name
        running.terminal_signal()
        assert running.end()[0] == FAILED


def test_reports_belong_to_the_calling_user(place):
    theirs = place / "theirs"
    theirs.mkdir()
    os.chown(theirs, NOBODY, NOBODY)
    outputs = [f"--{kind}={theirs / kind}" for kind in ("json", "html", "csv", "markdown")]
    environment = {**os.environ, **AS_NOBODY}
    done = zctrace("sendfile", *QUICK, "-q", *outputs, env=environment)
    assert (done.returncode, done.stderr) == (MEASURED, "")
    done = zctrace("compare", *QUICK, "-q", env=environment, cwd=theirs)
    assert (done.returncode, done.stderr) == (MEASURED, "")
    names = {"json", "html", "csv", "markdown", "zctrace-compare.json"}
    assert {path.name for path in theirs.iterdir()} == names
    for path in theirs.iterdir():
        assert (path.stat().st_uid, path.stat().st_gid) == (NOBODY, NOBODY), path
        assert path.stat().st_mode & 0o777 == 0o644, path


@pytest.mark.parametrize("path", ["report.json", "/etc/zctrace-report.json", "/etc/hostname"])
def test_reports_are_written_with_the_rights_of_the_calling_user(place, path):
    before = pathlib.Path("/etc/hostname").read_bytes()
    done = zctrace("sendfile", *QUICK, "--json", path, env={**os.environ, **AS_NOBODY}, cwd=place)
    assert_fails(done, USAGE, path, "Permission denied")
    assert pathlib.Path("/etc/hostname").read_bytes() == before


# --- FILE ---


def test_file_that_cannot_be_sent(place):
    (place / "empty").touch()
    os.mkfifo(place / "fifo")
    (place / "loop").symlink_to("loop")
    (place / "nowhere").symlink_to("missing")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(place / "socket"))
    for name, why in [
        ("missing", "No such file"),
        ("nowhere", "No such file"),
        ("missing/file", "No such file"),
        ("empty/file", "Not a directory"),
        ("", "No such file"),
        ("x" * 300, "File name too long"),
        ("x" * 5000, ""),
        (".", "is a directory"),
        ("empty", "is empty"),
        ("fifo", "not a regular file"),
        ("socket", "No such device or address"),
        ("loop", "Too many levels of symbolic links"),
        ("/dev/null", "not a regular file"),
        ("/dev/zero", "not a regular file"),
        ("/dev/tty", ""),
        ("/proc/version", "its size says 0 bytes, and it has "),
    ]:
        path = name if name in ("", ".") else os.path.join(place, name)
        done = zctrace("sendfile", "-n", 1, path, timeout=20)
        assert_fails(done, USAGE, why)
    listener.close()


def test_file_that_the_calling_user_may_not_read(place):
    path = make_file(place / "secret", MIB)
    path.chmod(0o600)
    done = zctrace("sendfile", "-n", 1, path, env={**os.environ, **AS_NOBODY})
    assert_fails(done, USAGE, str(path), "Permission denied")
    path.chmod(0o604)
    done = zctrace("sendfile", "-n", 1, "-q", path, env={**os.environ, **AS_NOBODY})
    assert (done.returncode, done.stderr) == (MEASURED, "")


@pytest.mark.parametrize("path, said, fs", [
    ("/sys/class/net/lo/mtu", 4096, "sysfs"), ("/proc/filesystems", 0, "proc"),
])
def test_file_whose_size_lies(path, said, fs):
    """The kernel makes its content as it is read: nobody changed it, and that is not said."""
    there = len(open(path, "rb").read())
    for way in ("copy", "sendfile"):
        done = zctrace(way, "-n", 1, path)
        assert_fails(done, USAGE, f"{path}: its size says {said} bytes, and it has {there}: {fs}")


def test_file_with_any_name(place):
    for name in ("a b", "ä", "-n", b"\xff\n\x1b[31m", "%s%n"):
        path = os.path.join(os.fsencode(place), os.fsencode(name))
        make_file(path, MIB)
        done = zctrace("sendfile", "-n", 1, "--json", "-", "--", path)
        assert (done.returncode, done.stderr) == (MEASURED, ""), name
        assert_sound(json.loads(done.stdout))
        done = zctrace("sendfile", "-n", 1, "--", path)
        assert done.returncode == MEASURED and "\x1b[31m" not in done.stdout


# --- options ---

TOO_MUCH = ["99999999999999999999", "17000000000G"]


@pytest.mark.parametrize(
    "options, part",
    [
        *((["copy", f"--chunk={text}"], text)
          for text in ["0", "-1", "64X", "", "1.5", "0x10", "K", "3G", *TOO_MUCH]),
        *((["sendfile", f"--size={text}"], text) for text in ["0", "-1", "64X", "", *TOO_MUCH]),
        *((["sendfile", "-n", text], text) for text in ["0", "-1", "x", "1001", "1 "]),
        *((["sendfile", "--port", text], text) for text in ["0", "65536", "http"]),
        *((["sendfile", "--rate", text], text) for text in ["0", "1", "fast", "1Xbit"]),
        *((["sendfile", "--timeout", text], text) for text in ["0", "-3", "soon"]),
        *((["sendfile", f"--timeline={text}"], text) for text in ["0", "-1", "9999999"]),
        (["sendfile", "--link", "wire"], "lo, veth or veth-nosg"),
        (["sendfile", "--as", "doc3"], "zctrace articles lists"),
        (["sendfile", "--without", "nothing"], "not one of ours"),
        (["sendfile", "--expect", "nothing=holds"], "copy-switches"),
        (["sendfile", "--expect", "copy-switches=maybe"], "does-not-hold"),
        (["sendfile", "--expect", "copy-switches"], "CLAIM=VERDICT"),
        (["sendfile", "--unknown"], "--unknown"),
        (["sendfile", "--prefault"], "for copy"),
        (["sendfile", "--full"], "for compare"),
        (["sendfile", "one", "two"], "two"),
        (["sendfile", "--size", "1M", "FILE"], "FILE has its own"),
        (["unknown"], "zctrace help"),
        (["help", "unknown"], "zctrace help"),
        (["list"], ""),
        (["list", "unknown"], "unknown"),
        (["report"], "missing"),
        (["report", *"abcdefghijklm"], "one FILE too many: m"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_usage(options, part):
    done = zctrace(*options)
    assert_fails(done, USAGE, part)


def test_nothing_to_do():
    done = zctrace()
    assert (done.returncode, done.stdout) == (USAGE, "")
    assert "Usage: zctrace COMMAND" in done.stderr


def test_size_larger_than_the_disk(place):
    done = zctrace("sendfile", "-n", 1, "--size", "1000T")
    assert_fails(done, FAILED, "has room for", "--size", "TMPDIR")


def test_no_place_for_the_file(place):
    for directory, why in ((place / "missing", "No such file"), ("/proc", "")):
        done = zctrace("sendfile", *QUICK, env={**os.environ, "TMPDIR": str(directory)})
        assert done.returncode in (USAGE, MACHINE, FAILED)
        assert_one_message(done.stderr, str(directory), why, "TMPDIR")


def test_disk_that_fills_up_while_the_file_is_made(place):
    """By another, after it was asked how much room there is."""
    (place / "small").mkdir()
    must("mount", "-t", "tmpfs", "-o", "size=80M", "tmpfs", place / "small")
    try:
        environment = {**os.environ, "TMPDIR": str(place / "small")}
        with started("sendfile", "-n", 1, "--size", "64M", env=environment) as running:
            with contextlib.suppress(OSError):
                make_file(place / "small" / "other", 79 * MIB)
            status, stdout, stderr = running.end()
        if status != MEASURED:
            assert (status, stdout) == (FAILED, "")
            assert_one_message(stderr, str(place / "small"), "room", "TMPDIR")
    finally:
        must("umount", place / "small")


def test_port_in_use():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = zctrace("sendfile", *QUICK, "--port", port)
        assert_fails(done, FAILED, f"port {port}", "in use", "--port")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    scenario = measure_one("sendfile", *QUICK, "--port", port)
    assert any(f":{port}" in call["sink"] for call in scenario["syscalls"] if call["sink"])


def test_port_that_needs_privilege():
    done = zctrace("sendfile", *QUICK, "--port", 80, env={**os.environ, **AS_NOBODY})
    assert done.returncode in (MACHINE, FAILED)
    assert_one_message(done.stderr, "port 80", "Permission denied", "above 1023")


def test_too_few_descriptors():
    limited = {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))}
    done = zctrace("sendfile", *QUICK, **limited)
    assert done.returncode in (MACHINE, FAILED) and done.stdout == ""
    assert_one_message(done.stderr)


# --- programs that end or stop ---


@pytest.mark.parametrize("victim", ["receiver", "sendfile"])
def test_program_killed_in_mid_transfer(victim):
    with started("sendfile", *SLOW) as running:
        wait_for_sender(running, "sendfile")
        os.kill(descendant_named(running.pid, victim), signal.SIGKILL)
        status, stdout, stderr = running.end(timeout_s=20)
    assert (status, stdout) == (FAILED, "")
    assert_one_message(stderr)
    assert "killed by signal 9" in stderr or "closed the connection" in stderr


@pytest.mark.parametrize("victim", ["receiver", "sendfile"])
def test_program_killed_in_a_later_run_keeps_the_earlier_ones(victim):
    options = ["-n", 9, "--size", "4M", "--rate", "100Mbit", "--json", "-"]
    with started("sendfile", *options) as running:
        wait_for_sender(running, "sendfile", number=LATER)
        os.kill(descendant_named(running.pid, victim), signal.SIGKILL)
        status, stdout, stderr = running.end(timeout_s=20)
    assert status == FAILED
    assert_one_message(stderr, "what was measured until then follows")
    (scenario,) = json.loads(stdout)["scenarios"]
    assert {run["traced"] for run in scenario["runs"]} == {False, True}
    assert 2 <= len(scenario["runs"]) < LATER
    assert calls(scenario)["sendfile"] == 4 * MIB // CHUNK + 1


@pytest.mark.parametrize("victim", ["receiver", "sendfile"])
def test_stopped_program_meets_the_timeout(victim):
    with started("sendfile", *SLOW, "--timeout", 3) as running:
        wait_for_sender(running, "sendfile")
        os.kill(descendant_named(running.pid, victim), signal.SIGSTOP)
        status, stdout, stderr = running.end(timeout_s=20)
    assert (status, stdout) == (FAILED, "")
    assert_one_message(stderr, "timed out", "--timeout")


# --- Ctrl-C ---

INTERRUPTED = "interrupted"


def assert_interrupted(status, stdout, stderr, number=signal.SIGINT):
    """Before the handler is there, the signal just ends it; after the end, it comes too late."""
    if status in (-number, MEASURED):
        assert stderr == ""
        return
    assert status == FAILED
    assert_one_message(stderr, INTERRUPTED)
    assert bool(stdout) == ("follows" in stderr)
    if stdout:
        report = json.loads(stdout)
        assert report["scenarios"]
        for scenario in report["scenarios"]:
            assert scenario["runs"] and scenario["rounds"]


@pytest.mark.parametrize("moment", range(0, 1300, 50))
def test_ctrl_c_at_any_moment(moment):
    """Loading, making the file, before, in and between runs."""
    options = ["--size", "4M", "-n", 2, "--json", "-"]
    with started("compare", *options) as running:
        time.sleep(moment / 1000)
        running.terminal_signal()
        assert_interrupted(*running.end(timeout_s=10))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("to_all", [True, False], ids=["group", "alone"])
def test_signal_in_mid_transfer(number, to_all):
    with started("sendfile", *SLOW, "--json", "-") as running:
        wait_for_sender(running, "sendfile")
        begin = time.monotonic()
        if to_all:
            running.terminal_signal(number)
        else:
            os.kill(running.pid, number)
        status, stdout, stderr = running.end(timeout_s=10)
    assert time.monotonic() - begin < 5
    assert (status, stdout) == (FAILED, "")
    assert_one_message(stderr, INTERRUPTED)


def test_ctrl_c_while_a_large_file_is_looked_at(place):
    """Digesting and warming it takes long, and is not waited for."""
    with open(place / "file", "wb") as file:
        file.truncate(32 << 30)
    with started("sendfile", "-n", 1, place / "file") as running:
        time.sleep(1)
        running.terminal_signal()
        status, stdout, stderr = running.end(timeout_s=5)
    assert (status, stdout) == (FAILED, "")
    assert_one_message(stderr, INTERRUPTED)


def test_ctrl_c_while_a_large_file_is_made(place):
    with started("sendfile", "-n", 1, "--size", "2G") as running:
        wait_until(lambda: any(place.parent.joinpath("temporary").name in os.readlink(fd)
                               for fd in open_files(running.pid)), "the file")
        time.sleep(0.2)
        running.terminal_signal()
        status, stdout, stderr = running.end(timeout_s=10)
    assert (status, stdout) == (FAILED, "")
    assert_one_message(stderr, INTERRUPTED)


def open_files(pid):
    with contextlib.suppress(OSError):
        return list(pathlib.Path(f"/proc/{pid}/fd").iterdir())
    return []


def test_second_ctrl_c_ends_it_at_once():
    with started("sendfile", *SLOW) as running:
        pid = wait_until(lambda: descendant_named(running.pid, "sendfile"), "a sender")
        os.kill(running.pid, signal.SIGSTOP)
        for _ in range(2):
            os.kill(running.pid, signal.SIGINT)
            os.kill(running.pid, signal.SIGTERM)
        os.kill(running.pid, signal.SIGCONT)
        status, stdout, _ = running.end(timeout_s=10)
        assert status in (128 + signal.SIGINT, 128 + signal.SIGTERM)
        assert stdout == ""
        wait_until(lambda: not alive(pid), "the sender's end")


@pytest.mark.parametrize("link", [[], ["--link", "veth-nosg"]], ids=["lo", "veth-nosg"])
@pytest.mark.parametrize("moment", [0, 100, 200, 300, 500, 900, 1500])
def test_kill_leaves_nothing(moment, link):
    """Nobody can clean up then but the kernel. The fixture looks whether it has."""
    options = ["--size", "4M", "-n", 1, "--rate", "100Mbit", *link]
    with started("compare", *options) as running:
        time.sleep(moment / 1000)
        children = descendants(running.pid)
        os.kill(running.pid, signal.SIGKILL)
        assert running.end()[0] == -signal.SIGKILL
        wait_until(lambda: not any(map(alive, children)), "the programs' end", 10)


# --- where the report goes ---


def test_report_path_that_cannot_be_written(place):
    """Found out before anything is measured."""
    (place / "directory").mkdir()
    (place / "file").write_text("mine")
    (place / "link").symlink_to("file")
    (place / "gone").symlink_to("missing")
    for name, why in [
        ("missing/report.json", "No such file"),
        ("file/report.json", "Not a directory"),
        ("directory", "Is a directory"),
        ("directory/", "Is a directory"),
        ("link", "symbolic link"),
        ("gone", "symbolic link"),
        ("x" * 300, "File name too long"),
        ("", ""),
    ]:
        path = os.path.join(place, name) if name else ""
        done = zctrace("sendfile", *QUICK, "--json", path)
        assert_fails(done, USAGE, why, "give a path")
    assert (place / "file").read_text() == "mine"
    assert not (place / "missing").exists()


@contextlib.contextmanager
def small_disk(place, *options):
    directory = place / "small"
    directory.mkdir()
    must("mount", "-t", "tmpfs", "-o", ",".join(["size=64K", *options]), "tmpfs", directory)
    try:
        yield directory
    finally:
        must("umount", directory)


def test_report_on_a_read_only_mount(place):
    with small_disk(place) as directory:
        must("mount", "-o", "remount,ro", directory)
        done = zctrace("sendfile", *QUICK, "--json", directory / "report.json")
        assert_fails(done, USAGE, "Read-only file system")


def test_report_on_a_full_disk(place):
    """What was measured is printed, the message is one, and an older report stays whole."""
    with small_disk(place) as directory:
        (directory / "report.json").write_text("old")
        with contextlib.suppress(OSError):
            (directory / "other").write_bytes(bytes(1 << 20))
        done = zctrace("sendfile", *QUICK, "--json", directory / "report.json")
        assert done.returncode == FAILED
        assert_one_message(done.stderr, "report.json", "No space left", "unchanged")
        assert "crossings" in done.stdout
        assert (directory / "report.json").read_text() == "old"
        assert sorted(os.listdir(directory)) == ["other", "report.json"]


def test_directory_that_vanishes_meanwhile(place):
    (place / "directory").mkdir()
    options = [*QUICK, "--rate", "20Mbit", "--json", place / "directory" / "report.json"]
    with started("sendfile", *options) as running:
        wait_until(lambda: descendant_named(running.pid, "sendfile"), "a sender")
        (place / "directory").rmdir()
        status, stdout, stderr = running.end()
    assert status == FAILED
    assert "crossings" in stdout
    assert_one_message(stderr, "report.json", "No such file")


def test_one_of_two_reports_can_be_written(place):
    with small_disk(place) as directory:
        with contextlib.suppress(OSError):
            (directory / "other").write_bytes(bytes(1 << 20))
        outputs = ["--json", directory / "report.json", "--csv", place / "report.csv"]
        done = zctrace("sendfile", *QUICK, *outputs)
    assert done.returncode == FAILED
    assert_one_message(done.stderr, "report.json")
    assert (place / "report.csv").stat().st_size > 0


def test_compare_where_nothing_can_be_written(place):
    """Nobody asked for a file: the text is enough."""
    with small_disk(place) as directory:
        must("mount", "-o", "remount,ro", directory)
        done = zctrace("compare", *QUICK, cwd=directory)
        assert done.returncode == MEASURED
        assert "crossings" in done.stdout


def test_report_to_a_device():
    done = zctrace("sendfile", *QUICK, "--json", "/dev/null")
    assert (done.returncode, done.stderr) == (MEASURED, "")
    done = zctrace("sendfile", *QUICK, "--json", "/dev/full")
    assert done.returncode == FAILED
    assert_one_message(done.stderr, "/dev/full", "No space left")


# --- standard output ---


@pytest.mark.parametrize("before", [True, False], ids=["at once", "later"])
@pytest.mark.parametrize("options", [[], ["--json", "-"], ["-v"], ["--html", "-"]], ids=" ".join)
def test_reader_that_leaves(options, before):
    """zctrace … | head -1; or before it has read anything."""
    with started("sendfile", *QUICK, *options) as running:
        if not before:
            assert running.process.stdout.readline()
        running.process.stdout.close()
        status = running.process.wait(timeout=20)
        assert status >= 0, "no crash"
        assert running.process.stderr.read() == ""
        running.process.stdout = None


@pytest.mark.parametrize("options", [[], ["-v"], ["--json", "-"]], ids=" ".join)
def test_terminal_that_hangs_up(options):
    """Its other end is closed, as when a connection breaks: there is nobody to complain to."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(command("sendfile", *SLOW, *options), stdout=theirs,
                               stderr=subprocess.PIPE, text=True, start_new_session=True)
    os.close(theirs)
    wait_until(lambda: descendant_named(process.pid, "sendfile"), "a sender")
    os.close(ours)
    _, stderr = process.communicate(timeout=60)
    assert (process.returncode, stderr) == (FAILED, "")


@pytest.mark.parametrize("options", [[], ["-v"], ["--json", "-"]], ids=" ".join)
def test_full_standard_output(options):
    with open("/dev/full", "w") as full:
        done = zctrace("sendfile", *QUICK, *options, capture_output=False, stdout=full,
                       stderr=subprocess.PIPE)
    assert done.returncode == FAILED
    assert_one_message(done.stderr, "standard output", "No space left")


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&-", "<&- >&- 2>&-"])
def test_closed_standard_descriptors(place, closed):
    """Nothing that it opens gets their numbers, and so its messages."""
    line = " ".join(command("sendfile", *QUICK, "--json", place / "report.json")) + " " + closed
    done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (MEASURED, "")
    assert_sound(json.loads((place / "report.json").read_text()))
    line = " ".join(command("sendfile", "-n", 1, place / "missing")) + " " + closed
    assert subprocess.run(["sh", "-c", line], capture_output=True, check=False).returncode == USAGE


def test_json_alone_is_on_standard_output():
    """On a terminal there is progress besides; that goes to the terminal by stderr."""
    ours, theirs = pty.openpty()
    done = zctrace(
        "sendfile", "-n", 2, "--size", "4M", "--rate", "40Mbit", "--json", "-",
        capture_output=False, stdout=subprocess.PIPE, stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    with contextlib.suppress(OSError):
        while chunk := os.read(ours, 4096):
            shown += chunk
    os.close(ours)
    assert done.returncode == MEASURED
    assert_sound(json.loads(done.stdout))
    assert b"sendfile" in shown and b"traced" in shown
    assert shown.endswith(b"\r\x1b[K"), "the last line is wiped"


def test_quiet_is_quiet(place):
    done = zctrace("sendfile", *QUICK, "-q", "--json", place / "report.json")
    assert (done.returncode, done.stdout, done.stderr) == (MEASURED, "", "")


# --- --expect ---


@pytest.mark.parametrize(
    "expected, status",
    [
        (["sendfile-switches=holds"], MEASURED),
        (["sendfile-switches=holds", "copy-switches=not-measured"], MEASURED),
        (["sendfile-switches=does-not-hold"], EXPECTED_OTHER),
        (["sendfile-switches=holds", "copy-switches=holds"], EXPECTED_OTHER),
        (["sendfile-cpu-copies=does-not-hold"], MEASURED),
    ],
)
def test_expect(expected, status):
    options = [option for claim in expected for option in ("--expect", claim)]
    done = zctrace("sendfile", *QUICK, *options, "--json", "-")
    assert done.returncode == status
    assert_sound(json.loads(done.stdout))
    if status == MEASURED:
        assert done.stderr == ""
    else:
        assert_one_message(done.stderr, "--expect", expected[-1])


def test_expect_of_a_run_that_failed():
    """That it failed is the more important."""
    done = zctrace("sendfile", "-n", 1, "/dev/null", "--expect", "sendfile-switches=holds")
    assert_fails(done, USAGE, "not a regular file")


# --- saved reports ---


@pytest.fixture(scope="module")
def saved(root):
    done = zctrace("sendfile", *QUICK, "--json", "-")
    assert done.returncode == MEASURED
    return done.stdout


def test_report_is_the_same_again(place, saved):
    (place / "report.json").write_text(saved)
    done = zctrace("report", place / "report.json", "--json", "-")
    assert (done.returncode, done.stderr, done.stdout) == (MEASURED, "", saved)


@pytest.mark.parametrize("kept", [0, 1, 100, 0.5, 0.99])
def test_truncated_report(place, saved, kept):
    length = int(kept if kept >= 1 else kept * len(saved))
    (place / "report.json").write_text(saved[:length])
    assert_fails(zctrace("report", place / "report.json"), FAILED, "report.json")


@pytest.mark.parametrize(
    "content",
    [
        "null", "[]", "{}", '"text"', "1e999", '{"schema": 1}', '{"schema": "other/1"}',
        '{"schema": "zctrace/2"}', '{"schema": "zctrace/1"}', "[" * 100_000, "\0", "\xff\xfe",
        '{"schema": "zctrace/1", "mode": "copy", "scenarios": 5}', "#!/bin/sh\n", "ELF" * 1000,
    ],
    ids=lambda text: repr(text[:24]),
)
def test_foreign_report(place, content):
    (place / "report.json").write_text(content)
    done = zctrace("report", place / "report.json")
    assert_fails(done, FAILED, "report.json")


def test_newer_report(place, saved):
    (place / "report.json").write_text(saved.replace('"zctrace/1"', '"zctrace/2"', 1))
    done = zctrace("report", place / "report.json")
    assert_fails(done, FAILED, "zctrace/2")


def test_report_with_new_fields(place, saved):
    """They may be added: an older zctrace passes over them."""
    report = json.loads(saved)
    report["new"] = {"field": [1, 2, 3]}
    report["scenarios"][0]["new"] = None
    (place / "report.json").write_text(json.dumps(report))
    done = zctrace("report", place / "report.json")
    assert (done.returncode, done.stderr) == (MEASURED, "") and done.stdout


@pytest.mark.parametrize("name", ["missing.json", ".", "/dev/null", "/proc/self/mem"])
def test_report_that_is_no_file(name):
    assert_fails(zctrace("report", name, timeout=20), FAILED, name)


def test_report_of_a_fifo_that_nobody_writes(place):
    os.mkfifo(place / "fifo")
    done = zctrace("report", place / "fifo", timeout=20)
    assert_fails(done, FAILED, "fifo")


def test_what_interrupted_runs_leave_is_a_report(place):
    """compare keeps its report without being asked, also of the runs before Ctrl-C."""
    with started("compare", "-n", 4, "--size", "2M", "--rate", "100Mbit") as running:
        time.sleep(4)
        running.terminal_signal()
        status, stdout, stderr = running.end(timeout_s=10)
    assert status == FAILED
    assert_one_message(stderr, "what was measured until then follows")
    path = place.parent / "current" / "zctrace-compare.json"
    assert zctrace("report", path).returncode == MEASURED
    assert "crossings" in stdout
    path.unlink()
