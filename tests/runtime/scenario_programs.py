# SPDX-License-Identifier: GPL-2.0
"""The scenario programs run by hand, under strace, and at the gate, with the test as zctrace.

Used by the tests of the scenario programs. Needs no privilege. The programs are taken from
$ZCTRACE_BUILD/scenarios (default: build/ of the repository).
"""
import collections
import contextlib
import hashlib
import json
import os
import pathlib
import random
import re
import shutil
import socket
import subprocess
import threading

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = pathlib.Path(os.environ.get("ZCTRACE_BUILD", ROOT / "build")).resolve() / "scenarios"
TIMEOUT_S = 60
KIB = 1024
MIB = 1024 * KIB
CHUNK = 64 * KIB
ROUNDS = 23

WAYS = {
    "copy-whole": ["copy"],
    "copy-64K": ["copy", "--chunk", "64K"],
    "copy-4093": ["copy", "--chunk", "4093"],
    "copy-prefault": ["copy", "--prefault"],
    "copy-prefault-64K": ["copy", "--prefault", "--chunk", "64K"],
    "sendfile-64K": ["sendfile"],
    "sendfile-65535": ["sendfile", "--chunk", "65535"],
    "sendfile-1M": ["sendfile", "--chunk", "1MiB"],
    "mmap-64K": ["mmap"],
    "mmap-4093": ["mmap", "--chunk", "4093"],
    "splice-64K": ["splice"],
    "splice-65535": ["splice", "--chunk", "65535"],
    "zerocopy-64K": ["zerocopy"],
    "zerocopy-4093": ["zerocopy", "--chunk", "4093"],
    "uring-64K": ["uring"],
    "uring-4093": ["uring", "--chunk", "4093"],
    "uring-zc-64K": ["uring", "--zerocopy"],
    "direct-64K": ["direct"],
    "vmsplice-64K": ["vmsplice"],
    "vmsplice-4093": ["vmsplice", "--chunk", "4093"],
    "vmsplice-1M": ["vmsplice", "--chunk", "1M"],
    "tee-64K": ["tee"],
    "tee-65535": ["tee", "--chunk", "65535"],
    "direct-4K": ["direct", "--chunk", "4K"],
    "uring-zc-1M": ["uring", "--zerocopy", "--chunk", "1M"],
}
SENDERS = ["copy", "sendfile", "mmap", "splice", "zerocopy", "uring", "direct",
           "vmsplice", "tee"]

every_way = pytest.mark.parametrize("way", WAYS)
every_sender = pytest.mark.parametrize("sender", SENDERS)
every_program = pytest.mark.parametrize("name", ["receiver", *SENDERS])


def program(name, *options):
    """The command line of a scenario program."""
    path = PROGRAMS / name
    assert os.access(path, os.X_OK), f"{path} is missing: build it, or set ZCTRACE_BUILD"
    return [str(path), *map(str, options)]


def sender_command(way, *options):
    name, *given_options = WAYS[way]
    return program(name, *given_options, *options)


def environment(command):
    """For a sanitized build: memory may be short, and leaks cannot be looked for under strace."""
    options = "allocator_may_return_null=1:max_allocation_size_mb=1024"
    if command[0] == "strace":
        options += ":detect_leaks=0"
    return {**os.environ, "ASAN_OPTIONS": options}


def run(command, **more):
    return subprocess.run(
        command,
        capture_output=True,
        timeout=TIMEOUT_S,
        env=environment(command),
        check=False,
        **more,
    )


def make_file(path, size, seed=0):
    path.write_bytes(random.Random(f"{seed} {size}").randbytes(size))
    return path


def make_sparse_file(path, size):
    with open(path, "wb") as file:
        file.truncate(size)
    return path


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def assert_one_message(stderr, name, *parts):
    """A failure is one line: the program's name, what failed, why, and what to do."""
    text = stderr.decode()
    assert text.startswith(f"{name}: ") and text.count("\n") == 1 and text.endswith("\n"), text
    for part in parts:
        assert part in text, text
    assert "; " in text, f"no advice in: {text}"


def has_sanitizer(name):
    return b"__asan_init" in pathlib.Path(program(name)[0]).read_bytes()


class Receiver:
    """A receiver run by hand, and what it prints."""

    def __init__(self, *options, lifetime_s=TIMEOUT_S):
        self.process = subprocess.Popen(
            program("receiver", *options),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.watchdog = threading.Timer(lifetime_s, self.process.kill)
        self.watchdog.start()
        start = re.fullmatch(r"Start server on (\S+) port (\d+)\n", self.line())
        self.address, self.port = start[1], int(start[2])

    def line(self):
        return self.process.stdout.readline()

    def connection(self):
        """What it prints of the next connection: its lines, and the values by their name."""
        lines = []
        assert self.line() == "Waiting for connection\n"
        while not lines or not lines[-1].startswith("SHA-256"):
            line = self.line()
            if not line:
                break
            lines.append(line.rstrip("\n"))
        return lines, dict(line.split(": ", 1) for line in lines if ": " in line)

    def stop(self):
        self.process.kill()
        self.watchdog.cancel()
        self.process.communicate()

    def wait(self):
        stdout, stderr = self.process.communicate(timeout=TIMEOUT_S)
        self.watchdog.cancel()
        return self.process.returncode, stdout, stderr


@contextlib.contextmanager
def receiver(*options, **more):
    process = Receiver(*options, **more)
    try:
        yield process
    finally:
        process.stop()


def transfer(server, way, path):
    """Sends path; checks that the sender and the receiver agree with the file."""
    sender = run(sender_command(way, "--port", server.port, path))
    assert (sender.returncode, sender.stderr) == (0, b"")
    size = path.stat().st_size
    assert re.fullmatch(rf"Total size: {size}\nTotal time: \d+\.\d{{4}}\n", sender.stdout.decode())
    lines, values = server.connection()
    assert lines[0] == "Done!"
    assert int(values["Total size"]) == size
    assert values["SHA-256"] == sha256(path)
    return values


def strace(tmp_path, options, command, **more):
    """Runs a command under strace. Returns strace's log."""
    assert shutil.which("strace"), "strace is missing: install it"
    log = tmp_path / "strace.log"
    done = run(["strace", "-f", "-o", str(log), *map(str, options), "--", *command], **more)
    assert done.returncode == 0, done.stderr.decode()
    return log.read_text()


def counts(summary):
    """Calls by name, from the table of strace -c."""
    rows = (line.split() for line in summary.splitlines())
    return collections.Counter(
        {row[-1]: int(row[3]) for row in rows if len(row) >= 5 and row[3].isdigit()}
    )


class Gated:
    """A program at the gate; this test plays zctrace."""

    def __init__(self, name, *options, before=()):
        self.name = name
        self.channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.channel.settimeout(TIMEOUT_S)
        command = [*before, *program(name, "--gate", theirs.fileno(), *options)]
        self.process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=[theirs.fileno()],
            env=environment(command),
        )
        theirs.close()

    def hear(self):
        return self.channel.recv(65536).decode()

    def expect(self, message):
        heard = self.hear()
        assert heard == message, heard

    def say(self, message):
        self.channel.send(message.encode())

    def port(self):
        word, port = self.hear().split()
        assert word == "listening"
        return int(port)

    def tally(self):
        line = self.hear()
        assert len(line) < 4096 and "\n" not in line
        return json.loads(line)

    def quiet(self, seconds=0.2):
        """Nothing is said for a while."""
        self.channel.settimeout(seconds)
        with pytest.raises(TimeoutError):
            self.hear()
        self.channel.settimeout(TIMEOUT_S)

    def ended(self):
        """Its exit status and its messages; it printed nothing, for its stdout is not its own."""
        stdout, stderr = self.process.communicate(timeout=TIMEOUT_S)
        assert stdout == b""
        return self.process.returncode, stderr

    def stop(self):
        self.process.kill()
        self.channel.close()
        self.process.communicate()


@contextlib.contextmanager
def gated(name, *options, before=()):
    process = Gated(name, *options, before=before)
    try:
        yield process
    finally:
        process.stop()


def listening_socket():
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(TIMEOUT_S)
    return listener


@contextlib.contextmanager
def gated_pair(way, path, *receiver_options, before=()):
    """A sender and a receiver, connected, both waiting for go."""
    name, *options = WAYS[way]
    with gated("receiver", "--port", 0, *receiver_options) as there:
        port = there.port()
        with gated(name, *options, "--port", port, path, before=before) as here:
            here.expect("ready")
            there.expect(f"ready {port}")
            yield here, there


@contextlib.contextmanager
def gated_sender(way, path):
    """A sender waiting for go, and the listening socket to which it has connected."""
    name, *options = WAYS[way]
    with listening_socket() as listener:
        with gated(name, *options, "--port", listener.getsockname()[1], path) as here:
            here.expect("ready")
            yield here, listener


def open_gates(*programs):
    for process in programs:
        process.say("go")
        process.expect("begin")
