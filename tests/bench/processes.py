# SPDX-License-Identifier: GPL-2.0
"""Starts what is measured and ends it whatever happens: every command has a process group of its
own and a time limit, and a tool that fails is a Failure with the reason, never an exception of
another kind. The programs of this directory say "bench WORD ..." on standard output; see Held.
"""
import contextlib
import json
import os
import selectors
import signal
import subprocess
import tempfile
import time

LIMIT_S = 120


class Failure(Exception):
    """Something could not be measured; the text says why, for the page."""


def environment():
    """What the measured commands get: that sudo was used changes nothing for them."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SUDO_")}
    return {**kept, "LC_ALL": "C", "PATH": kept.get("PATH", "") + ":/usr/sbin:/sbin:/usr/bin"}


def reason(text, status):
    """The line of a failed tool's messages that tells most."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if any(
        word in line.lower() for word in ("error", "unable", "cannot", "not found", "failed"))]
    said = (telling or lines[-1:] or [""])[0]
    return f"it ended with status {status}" + (f": {said[:200]}" if said else "")


def end_group(process):
    """Ends a command and everything that it started, and waits for it."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(3)
    for stream in (process.stdin, process.stdout):
        if stream:
            with contextlib.suppress(OSError):
                stream.close()


def finish(command, limit_s=LIMIT_S):
    """Runs a command to its end: (status, standard output, standard error)."""
    with started(command) as process:
        try:
            out, _ = process.communicate(timeout=limit_s)
        except subprocess.TimeoutExpired:
            raise Failure(f"it had not ended after {limit_s} s") from None
        return process.returncode, out, errors_of(process)


@contextlib.contextmanager
def started(command, **more):
    """A command, ended when the block is left. Standard error goes to a file without a name: nobody
    reads a pipe while the command is measured."""
    with tempfile.TemporaryFile() as errors:
        try:
            process = subprocess.Popen(
                [str(word) for word in command], start_new_session=True, env=environment(),
                text=True, stderr=errors,
                **{**dict(stdin=subprocess.DEVNULL, stdout=subprocess.PIPE), **more})
        except OSError as error:
            raise Failure(f"{command[0]}: {error.strerror}") from None
        process.errors = errors
        try:
            yield process
        finally:
            end_group(process)


def errors_of(process):
    """What it has said on standard error so far."""
    process.errors.seek(0)
    return process.errors.read().decode(errors="replace")


def wait(process, limit_s=LIMIT_S):
    """Its exit status, once it has ended by itself."""
    try:
        return process.wait(limit_s)
    except subprocess.TimeoutExpired:
        raise Failure(f"it had not ended after {limit_s} s") from None


def line_of(process, starts, limit_s=LIMIT_S):
    """The rest of the next line of its standard output that starts so. Reads byte by byte: what a
    buffer on this side has taken in, select() does not know of."""
    end, line = time.monotonic() + limit_s, b""
    descriptor = process.stdout.fileno()
    with selectors.DefaultSelector() as selector:
        selector.register(descriptor, selectors.EVENT_READ)
        while selector.select(max(0, end - time.monotonic())):
            byte = os.read(descriptor, 1)
            if byte not in (b"\n", b""):
                line += byte
                continue
            text, line = line.decode(errors="replace"), b""
            if text.startswith(starts):
                return text[len(starts):].strip()
            if not byte:
                status = wait(process)
                raise Failure(reason(errors_of(process), status))
    raise Failure(f"it said nothing for {limit_s} s")


class Held:
    """A command in which one of this directory's programs waits at a gate: .pid is the program's,
    and .process the command's: the tracer's, where there is one."""

    def __init__(self, process):
        self.process = process
        self.pid = int(line_of(process, "bench ready "))

    def go(self):
        """Opens the gate, or lets the program end."""
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write("\n")
            self.process.stdin.flush()

    def done(self, limit_s=LIMIT_S):
        """What the program says of its run."""
        said = json.loads(line_of(self.process, "bench done ", limit_s))
        if said.get("status"):
            raise Failure("the traced program failed: " +
                          reason(errors_of(self.process), said["status"]))
        return said

    def end(self, limit_s=LIMIT_S):
        """Waits until it has ended by itself; what it said on standard error."""
        status = wait(self.process, limit_s)
        if status:
            raise Failure(reason(errors_of(self.process), status))
        return errors_of(self.process)


@contextlib.contextmanager
def held(command):
    """A Held command, ended when the block is left."""
    with started(command, stdin=subprocess.PIPE) as process:
        yield Held(process)
