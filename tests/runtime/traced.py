# SPDX-License-Identifier: GPL-2.0
"""Other people's programs under `zctrace run` and `zctrace attach`: how tests start them, what they
talk to, and what strace says of the same run.

Used by the tests of run and attach. The C programs in programs/ are compiled on first use.
"""
import collections
import contextlib
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import threading

from link_programs import descendant_named, wait_until
from zctrace import BUILD, MEASURED, command, tool

SOURCES = pathlib.Path(__file__).resolve().parent / "programs"
PYTHON = "/usr/bin/python3"
TIMEOUT_S = 120

COPIED = "copied through user space"
IN_KERNEL = "copied in the kernel"
ZERO = "zero-copy"


def program(name, *flags):
    """The path of a program of programs/, compiled if it is older than its source."""
    source = SOURCES / f"{name}.c"
    path = BUILD / "tests" / "programs" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.stat().st_mtime < source.stat().st_mtime:
        made = path.with_suffix(f".{os.getpid()}")
        done = subprocess.run(
            [tool("gcc"), "-std=gnu11", "-O1", "-Wall", "-Werror", "-pthread", "-o", made, source,
             *flags],
            capture_output=True, text=True, check=False,
        )
        assert done.returncode == 0, done.stderr
        made.rename(path)
    return str(path)


def compat():
    """A 32-bit program, which makes 23 calls."""
    return program("compat", "-m32", "-nostdlib", "-static", "-ffreestanding", "-fno-pic",
                   "-no-pie", "-fno-stack-protector", "-fno-asynchronous-unwind-tables")


def takes_32bit_calls():
    """Some virtual machines cannot, whatever their kernel's configuration says: it refuses such
    programs, and makes a fault of such calls."""
    with contextlib.suppress(OSError):
        return subprocess.run([compat()], check=False).returncode == 0
    return False


def run(place, cmd, *options, status=0, during=None, strace=False, **more):
    """Runs cmd under zctrace; the only scenario of its report, after a look at what must hold.
    during(pid) is called while it runs, with an ancestor of cmd's. strace: it looks on, and must
    have seen the same."""
    path, log = place / "report.json", place / "strace.log"
    whole = command("run", "-q", *options, "--json", path, "--", *map(str, cmd))
    if strace:
        whole = [tool("strace"), "-f", "-qq", "-s", "0", "--signal=none", "-o", log, *whole]
    process = subprocess.Popen(whole, **{**dict(stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                                text=True, start_new_session=True), **more})
    try:
        if during:
            during(process.pid)
        _, stderr = process.communicate(timeout=TIMEOUT_S)
    finally:
        if process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    assert process.returncode == status, stderr
    scenario = sound(path)
    if strace:
        assert_as_strace(scenario, strace_calls(log))
    return scenario


def run_under_strace(place, cmd, *options, **more):
    return run(place, cmd, *options, strace=True, **more)


def sound(path):
    report = json.loads(pathlib.Path(path).read_text())
    (scenario,) = report["scenarios"]
    assert scenario["loss"] == {"ring": 0, "map_full": 0, "recursion": 0}
    assert [w for w in scenario["witnesses"] if not w["agree"]] == []
    timed = "--counts-only" not in report["tool"]["command"]
    for call in scenario["syscalls"]:
        assert sum(call["histogram_log2_ns"]) == (call["calls"] if timed else 0), call
        assert call["calls"] >= call["errors"] + call["zeros"], call
        assert call["data"] or not call["bytes"], call
    for flow in scenario["flows"]:
        assert (flow["copies_per_byte"] is None) == flow["verdict"].startswith("not visible"), flow
    scenario["report"] = report
    return scenario


@contextlib.contextmanager
def attached(place, pid, *options):
    """zctrace attach, once it counts; .scenario is there when it has ended by Ctrl-C."""
    path = place / "attach.json"
    process = subprocess.Popen(
        command("attach", "-q", "-p", pid, "-i", "0.05", "--live-openmetrics", place / "live.prom",
                *options, "--json", path),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )
    watching = type("Watching", (), {"process": process, "scenario": None})
    try:
        wait_until(lambda: (place / "live.prom").exists() or process.poll() is not None, "a line")
        yield watching
        process.terminate()
        _, stderr = process.communicate(timeout=TIMEOUT_S)
        assert process.returncode == MEASURED, stderr
        (place / "live.prom").unlink()
        watching.scenario = sound(path)
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def stop(ancestor, name, signal_number=signal.SIGTERM):
    """Ends the descendant of that name."""
    os.kill(wait_until(lambda: descendant_named(ancestor, name), name), signal_number)


# --- looking into a report ---


def flow(scenario, source="", sink="", by=None):
    """The only flow between ends whose names contain these."""
    found = [f for f in scenario["flows"] if source in f["source"] and sink in f["sink"]
             and by in (None, f["calls_by"]) and f["bytes"]]
    assert len(found) == 1, json.dumps(scenario["flows"], indent=1)
    return found[0]


def unseen(scenario, by):
    """The entry of what was seen and could not be attributed."""
    found = [f for f in scenario["flows"] if f["calls_by"] == by and not f["bytes"]]
    assert len(found) == 1, scenario["flows"]
    assert found[0]["verdict"].startswith("not visible (")
    return found[0]


def total(scenario, name, what="calls", fd=None):
    """The sum over all processes."""
    return sum(call[what] for call in scenario["syscalls"]
               if call["name"] == name and fd in (None, call["fd"]))


def role_of(scenario, pid):
    return next(role for role in scenario["roles"].values() if role["pid"] == pid)


def warnings(scenario):
    return " ".join(scenario["report"]["warnings"])


# --- what a program talks to ---


class Sink:
    """Takes what is sent to it, in a thread of the test."""

    def __init__(self, connections=1, address="127.0.0.1"):
        self.listener = socket.create_server((address, 0), backlog=256)
        self.port = self.listener.getsockname()[1]
        self.received = 0
        self.connections = connections
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        for _ in range(self.connections):
            connection, _ = self.listener.accept()
            with connection:
                while True:
                    data = connection.recv(1 << 20)
                    if not data:
                        break
                    self.received += len(data)

    def total(self):
        """Bytes that came, once all senders have closed."""
        self.thread.join(TIMEOUT_S)
        self.listener.close()
        assert not self.thread.is_alive()
        return self.received


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def listens(port):
    """Whether somebody does, without a connection that a server would see."""
    for table in ("tcp", "tcp6"):
        for line in pathlib.Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            local, state = line.split()[1], line.split()[3]
            if local.endswith(f":{port:04X}") and state == "0A":
                return True
    return False


def fetch(port, path):
    """The length of what an HTTP server sends for path."""
    with socket.create_connection(("127.0.0.1", port), TIMEOUT_S) as client:
        client.sendall(f"GET {path} HTTP/1.0\r\nHost: x\r\n\r\n".encode())
        data = b""
        while b"\r\n\r\n" not in data:
            data += client.recv(65536)
        head, body = data.split(b"\r\n\r\n", 1)
        assert b" 200 " in head.splitlines()[0], head
        length = len(body)
        while True:
            data = client.recv(1 << 20)
            if not data:
                return length
            length += len(data)


@contextlib.contextmanager
def server(*cmd, port=None, **more):
    """A program that runs until the end of the block, and its children."""
    process = subprocess.Popen([str(part) for part in cmd], start_new_session=True,
                               **{**dict(stdout=subprocess.DEVNULL), **more})
    try:
        if port:
            wait_until(lambda: listens(port) or process.poll() is not None, f"port {port}")
        assert process.poll() is None
        yield process
    finally:
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(5)


# --- strace of the same run ---

MOVERS = {"read", "pread64", "readv", "preadv", "preadv2", "recvfrom", "recvmsg", "write",
          "pwrite64", "writev", "pwritev", "pwritev2", "sendto", "sendmsg", "sendfile", "splice",
          "tee", "vmsplice", "copy_file_range"}


def number(text):
    """? ERESTARTSYS and the like: it returned, to be made again."""
    if text.startswith("?"):
        return -1
    return int(text, 16 if text.startswith("0x") else 10)


def strace_calls(log):
    """{thread: [(name, what it returned)]} of the calls that returned, zctrace's first."""
    begun, found = {}, collections.defaultdict(list)
    for line in log.read_text(errors="replace").splitlines():
        thread, rest = re.match(r"(\d+) +(.*)", line).groups()
        found[int(thread)]
        unfinished = re.match(r"(\w+)\(.*<unfinished \.\.\.>$", rest)
        resumed = re.match(r"<\.\.\. (\w+) resumed>", rest)
        whole = re.match(r"(\w+)\(", rest)
        value = re.search(r" = (-?\d+|0x[0-9a-f]+|\? ERESTART)", rest)
        if unfinished:
            begun[thread] = unfinished[1]
        elif value and resumed:
            # A child returns from the fork that it never began.
            if begun.pop(thread, None):
                found[int(thread)].append((resumed[1], number(value[1])))
        elif value and whole:
            found[int(thread)].append((whole[1], number(value[1])))
    return found


def assert_as_strace(scenario, seen):
    """Calls and the bytes that they returned are those of strace, in sum over all processes."""
    command_pid = next(iter(children(seen, next(iter(seen)))))
    begin = seen[command_pid].index(("execve", 0)) + 1
    expected, bytes_ = collections.Counter(), collections.Counter()
    for pid in [command_pid, *descendants_of(seen, command_pid)]:
        for name, returned in seen.get(pid, [])[begin if pid == command_pid else 0:]:
            expected[name] += 1
            if name in MOVERS and returned > 0:
                bytes_[name] += returned
    counted, moved = collections.Counter(), collections.Counter()
    for call in scenario["syscalls"]:
        if not call["name"].startswith("io_uring "):
            counted[call["name"]] += call["calls"]
        if call["name"] in MOVERS:
            moved[call["name"]] += call["bytes"]
    assert counted == expected, difference(counted, expected)
    assert +moved == +bytes_, difference(moved, bytes_)


def difference(counted, expected):
    return {name: (counted[name], expected[name]) for name in counted | expected
            if counted[name] != expected[name]}


def children(seen, pid):
    """What it forked, and its threads."""
    return [value for name, value in seen.get(pid, [])
            if name in ("clone", "clone3", "fork", "vfork") and value > 0]


def descendants_of(seen, pid):
    return [found for child in children(seen, pid)
            for found in [child, *descendants_of(seen, child)]]
