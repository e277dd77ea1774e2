# SPDX-License-Identifier: GPL-2.0
"""Links between two network namespaces, looked at and disturbed from outside.

Used by the tests of links and of what runs over them. Needs root. The programs are taken from
$ZCTRACE_BUILD/tests (default: build/ of the repository).
"""
import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = pathlib.Path(os.environ.get("ZCTRACE_BUILD", ROOT / "build")).resolve() / "tests"
TIMEOUT_S = 60

PACKAGES = {"ip": "iproute2", "tc": "iproute2", "ethtool": "ethtool"}


def tool(name):
    """The path of a system tool; a missing one is a failure."""
    path = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin:/usr/bin")
    assert path, f"{name} is missing: apt-get install {PACKAGES.get(name, 'util-linux')}"
    return path


def program(name, *options):
    """The command line of one of the tests' own programs."""
    path = PROGRAMS / name
    assert path.exists(), f"{path} is missing: build it, or set ZCTRACE_BUILD"
    return [str(path), *map(str, options)]


def run(command, **more):
    return subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
        **more,
    )


def in_network_of(pid, name, *options):
    """What a system tool prints in the network namespace of a process."""
    done = run([tool("nsenter"), "-t", str(pid), "-n", tool(name), *map(str, options)])
    assert done.returncode == 0, done.stderr
    return done.stdout


def qdiscs(pid):
    """The root queues of the process's network namespace with their statistics, by device."""
    listed = json.loads(in_network_of(pid, "tc", "-s", "-j", "qdisc", "show"))
    return {queue["dev"]: queue for queue in listed if queue.get("root")}


def features(pid, device):
    """What `ethtool -k` says of a device: {"scatter-gather": True, …}."""
    lines = in_network_of(pid, "ethtool", "-k", device).splitlines()[1:]
    pairs = (line.strip().split(":", 1) for line in lines)
    return {name: value.split()[0] == "on" for name, value in pairs}


def wait_until(condition, what, seconds=TIMEOUT_S, pause_s=0.005):
    """Calls condition() until it returns something true, and returns that."""
    end = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        assert time.monotonic() < end, f"{what}: not after {seconds} s"
        time.sleep(pause_s)


def descendants(pid):
    """The PIDs of the process's children, and of theirs."""
    found = []
    with contextlib.suppress(OSError):
        for children in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
            for child in children.read_text().split():
                found += [int(child), *descendants(child)]
    return found


def descendant_named(pid, name):
    """The PID of a descendant that runs the program of that name, or None."""
    for child in descendants(pid):
        with contextlib.suppress(OSError):
            if pathlib.Path(f"/proc/{child}/comm").read_text() == name[:15] + "\n":
                return child
    return None


def network_users(namespaces):
    """Descriptors and threads of this machine that are in, or hold, one of these namespaces."""
    names = {f"net:[{number}]" for number in namespaces}
    found = []
    for task in pathlib.Path("/proc").glob("[0-9]*/task/[0-9]*"):
        with contextlib.suppress(OSError):
            for path in [task / "ns/net", *(task / "fd").iterdir()]:
                with contextlib.suppress(OSError):
                    if os.readlink(path) in names:
                        found.append(str(path))
    return found


class Line:
    """A program that answers each line on its stdin with a line of JSON."""

    def __init__(self, command, **more):
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **more
        )
        self.first = self.answer()

    def answer(self):
        line = self.process.stdout.readline()
        assert line, f"{self.process.args} ended with status {self.process.wait(TIMEOUT_S)}"
        return json.loads(line)

    def ask(self, line=""):
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        return self.answer()

    def close(self):
        """Ends the program; returns its status."""
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        status = self.process.wait(TIMEOUT_S)
        self.process.stdout.close()
        return status


@contextlib.contextmanager
def link(kind, rate="0", family=4, before=(), **more):
    """An open link: .first says its sides, .ask(BYTES) moves bytes over it."""
    held = Line([*before, *program("link_driver", kind, rate, family, "hold")], **more)
    try:
        yield held
    finally:
        status = held.close()
    assert status == 0


@contextlib.contextmanager
def loss(pid, device, every=101):
    """While it lasts, every Nth TCP packet with data is lost when it arrives at a device of the
    process's network namespace: give the receiver's. .ask() says the counts so far."""
    lossy = Line(program("lossy", pid, device, every))
    try:
        yield lossy
    finally:
        status = lossy.close()
    assert status == 0
