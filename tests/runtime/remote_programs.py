# SPDX-License-Identifier: GPL-2.0
"""Two machines in one: zctrace receive in one network namespace, measurements in another; and the
two ends played by a test, well or badly.

Used by test_remote*.py. Needs root.
"""
import contextlib
import json
import queue
import re
import shutil
import signal
import socket
import subprocess
import threading
import time

from link_programs import descendant_named, link
from zctrace import TIMEOUT_S, command, zctrace

PROTOCOL = 1
HELLO = f"zctrace-remote {PROTOCOL} "


def inside(pid, user=None):
    """What to put before a command line so that it runs in that process's network."""
    options = ["-S", str(user), "-G", str(user)] if user else []
    return [shutil.which("nsenter"), "-t", str(pid), "-n", *options, "--"]


class Receive:
    """A zctrace receive, and the lines that it prints."""

    def __init__(self, *options, before=()):
        # A session of its own: Ctrl-C at a measurement is not for it.
        self.process = subprocess.Popen(
            [*before, *command("receive", "--port", 0, "-v", *options)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        )
        self.heard = []
        self.lines = queue.Queue()
        self.reader = threading.Thread(target=self.read)
        self.reader.start()
        listening = re.search(r"listening on (\S+) port (\d+)", self.expect("listening"))
        self.address, self.port = listening[1], int(listening[2])
        self.traced = self.expect("receivers are")

    def read(self):
        for line in self.process.stdout:
            self.lines.put(line)
        self.lines.put("")

    def expect(self, part, seconds=TIMEOUT_S):
        """Waits for a line with that in it."""
        end = time.monotonic() + seconds
        while True:
            line = self.lines.get(timeout=max(0.01, end - time.monotonic()))
            self.heard.append(line)
            assert line, f"it ended: {self.heard} {self.process.stderr.read()}"
            assert line.startswith("zctrace receive: ") and line[:-1].isprintable()
            if part in line:
                return line

    def receiver(self):
        """The PID of its receiver program, or None."""
        return descendant_named(self.process.pid, "receiver")

    def stop(self, number=signal.SIGINT):
        """Its exit status and what it printed on stderr."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.end()

    def end(self):
        status = self.process.wait(TIMEOUT_S)
        self.reader.join(TIMEOUT_S)
        self.process.stdout.close()
        stderr = self.process.stderr.read()
        self.process.stderr.close()
        return status, stderr


@contextlib.contextmanager
def receive(*options, before=(), ends=(0, "")):
    """zctrace receive; at the end Ctrl-C must end it with this status and stderr."""
    running = Receive(*options, before=before)
    try:
        yield running
    except BaseException:
        running.process.kill()
        running.end()
        raise
    if not running.process.stdout.closed:
        assert running.stop() == ends


class Machines:
    """Two namespaces joined by a link."""

    def __init__(self, held):
        self.here, self.there = held.first["sender"], held.first["receiver"]
        self.before = inside(self.here["pid"])

    def receive(self, *options, user=None, before=(), **more):
        return receive(
            "--bind", self.there["address"], *options,
            before=[*inside(self.there["pid"], user), *before], **more,
        )

    def target(self, far):
        return f"[{far.address}]:{far.port}" if ":" in far.address else f"{far.address}:{far.port}"

    def command(self, *options):
        return [*self.before, *command(*options)]

    def zctrace(self, *options):
        """Runs zctrace in the sender's network to its end."""
        return subprocess.run(
            self.command(*options), capture_output=True, text=True, timeout=TIMEOUT_S, check=False
        )

    def report(self, far, *options):
        done = self.zctrace(*options, "--to", self.target(far), "--json", "-")
        assert (done.returncode, done.stderr) == (0, "")
        return json.loads(done.stdout)

    @contextlib.contextmanager
    def started(self, *options):
        process = subprocess.Popen(
            self.command(*options), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            process.kill()
            process.communicate()


@contextlib.contextmanager
def machines(family=4, rate="0"):
    with link("veth", rate, family) as held:
        yield Machines(held)


class Guest:
    """This test as the measuring end."""

    def __init__(self, far, hello=HELLO + "test", host="127.0.0.1"):
        self.socket = socket.create_connection((host, far.port), timeout=TIMEOUT_S)
        self.stream = self.socket.makefile("rb")
        if hello is not None:
            self.say(hello)

    def say(self, line):
        self.socket.sendall(line.encode() + b"\n")

    def hear(self):
        """The next line; "" at the end, also if it comes with an error."""
        try:
            return self.stream.readline().decode().rstrip("\n")
        except ConnectionError:
            return ""

    def expect(self, beginning):
        line = self.hear()
        assert line.startswith(beginning), line
        return line[len(beginning):]

    def rest(self):
        return [line for line in iter(self.hear, "")]

    def run(self, traced=0, digest=0, seconds=60):
        """Asks for a receiver; returns the socket of the data."""
        self.say(f"run traced={traced} digest={digest} seconds={seconds}")
        port = int(self.expect("listening "))
        data = socket.create_connection(self.socket.getpeername()[:1] + (port,), timeout=TIMEOUT_S)
        self.expect(f"ready {port}")
        return data

    def transfer(self, payload=b"x" * 100_000, **more):
        """A whole run; returns the tally."""
        with self.run(**more) as data:
            self.say("go")
            self.expect("begin")
            data.sendall(payload)
        self.expect("end")
        tally = json.loads(self.hear())
        if more.get("traced"):
            self.expect("counts ")
        self.say("bye")
        return tally

    def close(self):
        with contextlib.suppress(OSError):
            self.stream.close()
            self.socket.close()


@contextlib.contextmanager
def guest(far, **more):
    end = Guest(far, **more)
    try:
        yield end
    finally:
        end.close()


class Pretender:
    """This test as the receiving end: answers one connection with play(stream), in a thread."""

    def __init__(self, play):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(TIMEOUT_S)
        self.port = self.listener.getsockname()[1]
        self.play = play
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def serve(self):
        connection, _ = self.listener.accept()
        connection.settimeout(TIMEOUT_S)
        with connection, contextlib.suppress(OSError):
            with connection.makefile("rwb", buffering=0) as stream:
                self.play(stream)

    def close(self):
        # For the case that nobody has come.
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port)).close()
        self.thread.join(TIMEOUT_S)
        self.listener.close()
        assert not self.thread.is_alive()


def measure_to(play, *options):
    """How a measurement ends whose receiving end is played."""
    pretender = Pretender(play)
    try:
        return zctrace(
            "sendfile", "--size", "64K", "-n", 1, *options, "--to", f"127.0.0.1:{pretender.port}"
        )
    finally:
        pretender.close()
