# SPDX-License-Identifier: GPL-2.0
"""Finds what a run of zctrace left behind: processes, BPF objects, network namespaces, files.

Used by conftest.py after every test of measured runs. Needs root. Other users of the machine, also
other runs of zctrace, do not disturb it.
"""
import collections
import contextlib
import ctypes
import json
import os
import pathlib
import re
import time

from link_programs import descendants, run
from zctrace import ROOT, tool

PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans():
    """From now on, processes whose parent has died become ours, so that none gets out of sight."""
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0


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


def bpf_list(kind):
    """bpftool fails when somebody's object is just being freed."""
    for _ in range(20):
        done = run([tool("bpftool"), "-j", kind, "list"])
        if done.returncode == 0:
            break
        time.sleep(0.02)
    assert done.returncode == 0, done.stdout
    return json.loads(done.stdout)


class Bpf:
    """Our programs, maps and links in the kernel now, as {(kind, id): name}."""

    def __init__(self):
        names = bpf_names()
        self.objects = {}
        for kind in ("prog", "map"):
            for entry in bpf_list(kind):
                name = entry.get("name", "")
                if name in names or name.startswith(("zctrace_", "lossy")):
                    self.objects[kind, entry["id"]] = name
        for entry in bpf_list("link"):
            if ("prog", entry.get("prog_id")) in self.objects:
                self.objects["link", entry["id"]] = self.objects["prog", entry["prog_id"]]


def bpf_left(before):
    """New objects that no process, or one of ours, holds."""
    new = {key: name for key, name in Bpf().objects.items() if key not in before.objects}
    if not new:
        return set()
    family = {os.getpid(), *descendants(os.getpid())}
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
