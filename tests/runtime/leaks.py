# SPDX-License-Identifier: GPL-2.0
"""Finds what a run of zctrace left behind: processes, BPF objects, network namespaces, files.

Used by conftest.py after every test of measured runs. Needs root. Other users of the machine, also
other runs of zctrace and tests beside this one, do not disturb it: processes and namespaces are
those of this process's descendants, BPF objects those that they hold, or that nobody holds.
"""
import collections
import contextlib
import ctypes
import fcntl
import functools
import os
import pathlib
import re
import struct

from link_programs import descendants
from zctrace import BUILD, ROOT

PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans():
    """From now on, processes whose parent has died become ours, so that none gets out of sight."""
    assert libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0


@functools.cache
def bpf_names():
    """The names of our programs and maps, from their source; the kernel keeps 15 characters."""
    names = set()
    for path in (ROOT / "bpf").glob("*.bpf.c"):
        text = path.read_text()
        names |= set(re.findall(r'^SEC\("[^"]+"\)\s+int (?:BPF_PROG\()?(\w+)', text, re.M))
        names |= set(re.findall(r'(\w+) SEC\("\.maps"\)', text))
    assert {"on_sys_enter", "adopt", "cells"} <= names
    return {name[:15] for name in names}


def holders():
    """The processes that have a descriptor of each BPF object: {(kind, id): [pid, …]}."""
    found = collections.defaultdict(list)
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            for fd in os.listdir(process / "fd"):
                with contextlib.suppress(OSError):
                    if os.readlink(process / "fd" / fd).startswith("anon_inode:bpf"):
                        text = (process / "fdinfo" / fd).read_text()
                        ids = re.findall(r"^(prog|map|link)_id:\s+(\d+)$", text, re.M)
                        for kind, number in ids:
                            found[kind, int(number)].append(int(process.name))
    return found


# Commands of bpf(2): to the next number, and a descriptor by a number.
NEXT = {"prog": 11, "map": 12, "link": 31}
OPEN = {"prog": 13, "map": 14, "link": 30}
INFO = 15
SYS_BPF = {"x86_64": 321, "aarch64": 280}[os.uname().machine]
# Where struct bpf_prog_info and bpf_map_info have the name, and bpf_link_info its program's number.
NAME_AT = {"prog": 64, "map": 24}
LINK_PROG_AT = 8

libc = ctypes.CDLL(None, use_errno=True)


def bpf(number, attributes):
    """What the call returns, and attributes as it leaves them; OSError where it fails."""
    buffer = ctypes.create_string_buffer(attributes, 128)
    returned = libc.syscall(SYS_BPF, number, buffer, len(buffer))
    if returned < 0:
        raise OSError(ctypes.get_errno(), f"bpf({number})")
    return returned, buffer.raw


def bpf_numbers(kind):
    """Those of all programs, maps or links, whoever's."""
    number = 0
    with contextlib.suppress(FileNotFoundError):
        while True:
            number = struct.unpack_from("I", bpf(NEXT[kind], struct.pack("I", number))[1], 4)[0]
            yield number


def bpf_info(kind, number):
    """The kernel's struct about one; FileNotFoundError when it has been freed meanwhile."""
    fd, _ = bpf(OPEN[kind], struct.pack("I", number))
    try:
        info = ctypes.create_string_buffer(256)
        bpf(INFO, struct.pack("IIQ", fd, len(info), ctypes.addressof(info)))
        return info.raw
    finally:
        os.close(fd)


@functools.cache
def bpf_name(kind, number):
    """Asked once: the kernel gives a number again only after two thousand million others."""
    return bpf_info(kind, number)[NAME_AT[kind]:][:16].split(b"\0")[0].decode(errors="replace")


@contextlib.contextmanager
def alone_with_bpf():
    """Whoever looks at an object holds it for that moment; nobody else's look must see that."""
    with open(BUILD / "tests" / "leaks.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class Bpf:
    """Our programs, maps and links in the kernel now, as {(kind, id): name}."""

    def __init__(self):
        self.objects = {}
        with alone_with_bpf():
            for kind in ("prog", "map"):
                for number in bpf_numbers(kind):
                    with contextlib.suppress(FileNotFoundError):
                        name = bpf_name(kind, number)
                        if name in bpf_names() or name.startswith(("zctrace_", "lossy")):
                            self.objects[kind, number] = name
            for number in bpf_numbers("link"):
                # EAGAIN: somebody is just making it.
                with contextlib.suppress(FileNotFoundError, BlockingIOError):
                    (prog,) = struct.unpack_from("I", bpf_info("link", number), LINK_PROG_AT)
                    if ("prog", prog) in self.objects:
                        self.objects["link", number] = self.objects["prog", prog]


def bpf_left(before):
    """New objects that no process, or one of ours, holds."""
    new = {key: name for key, name in Bpf().objects.items() if key not in before.objects}
    if not new:
        return set()
    family = {os.getpid(), *descendants(os.getpid())}
    with alone_with_bpf():
        held_by = holders()
    return {
        f"BPF {kind} {number} ({name})"
        for (kind, number), name in new.items()
        if not held_by[kind, number] or family & set(held_by[kind, number])
    }


def reap_orphans(before):
    """Adopted processes that have ended need a parent that asks for them."""
    for pid in set(descendants(os.getpid())) - before:
        with contextlib.suppress(OSError):
            state = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[:2]
            if state == ["Z", str(os.getpid())]:
                os.waitpid(pid, 0)


def processes_left(before):
    left = set()
    for pid in set(descendants(os.getpid())) - before:
        with contextlib.suppress(OSError):
            name = pathlib.Path(f"/proc/{pid}/comm").read_text().strip()
            left.add(f"process {pid} ({name})")
    return left


def namespaces():
    """Network namespaces that our processes are in, and those that a mount keeps."""
    found = set()
    for pid in [os.getpid(), *descendants(os.getpid())]:
        with contextlib.suppress(OSError):
            found.add(os.readlink(f"/proc/{pid}/ns/net"))
    for line in pathlib.Path("/proc/self/mountinfo").read_text().splitlines():
        if " - nsfs " in line:
            found.add(line.split()[3])
    return found


class Before:
    """What is there now. left() says later what has been added: a line each."""

    def __init__(self):
        self.processes = set(descendants(os.getpid()))
        self.bpf = Bpf()
        self.namespaces = namespaces()

    def left(self):
        reap_orphans(self.processes)
        return (
            processes_left(self.processes)
            | bpf_left(self.bpf)
            | {f"network namespace {name}" for name in namespaces() - self.namespaces}
        )
