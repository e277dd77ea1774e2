# SPDX-License-Identifier: GPL-2.0
"""Reads what random_moves noted (tally.h)."""
import collections
import functools
import mmap
import os
import pathlib
import re
import struct
import subprocess

OBJECTS, CALLS = 1024, 16384
HEAD = struct.Struct("=4I5Q")
OBJECT = struct.Struct("=16s160s")
ENTRY = struct.Struct("=ihhq5Q")
SIZE = HEAD.size + OBJECTS * OBJECT.size + CALLS * ENTRY.size
HOLD_AT = 16 + 3 * 8
URING = 1000
REQUESTS = {22: "READ", 23: "WRITE", 26: "SEND", 27: "RECV"}
MESSAGES = ("sendmmsg", "recvmmsg")
BETWEEN = ("sendfile", "splice", "tee", "copy_file_range")
READS = ("read", "pread64", "readv", "preadv", "preadv2", "recvfrom", "recvmsg", "recvmmsg",
         "io_uring READ", "io_uring RECV")
WRITES = ("write", "pwrite64", "writev", "pwritev", "pwritev2", "sendto", "sendmsg", "sendmmsg",
          "vmsplice", "io_uring WRITE", "io_uring SEND")
MOVERS = {*BETWEEN, *READS, *WRITES}

Call = collections.namedtuple(
    "Call", "name source sink result asked wall message_bytes lent faults")


@functools.cache
def call_names(machine):
    """{number: name} by the kernel's headers; those of arm64 are the generic ones."""
    header = "asm-generic/unistd.h" if machine in ("aarch64", "arm64") else "asm/unistd.h"
    text = subprocess.run(["cc", "-E", "-dM", "-D__BITS_PER_LONG=64", "-include", header, "-x", "c",
                           "/dev/null"], capture_output=True, text=True, check=True).stdout
    values = dict(re.findall(r"#define (__NR\w*) (\w+)$", text, re.MULTILINE))
    return {int(values.get(value, value)): name.removeprefix("__NR_")
            for name, value in values.items()
            if name.startswith("__NR_") and values.get(value, value).isdigit()}


def new(path, hold=False):
    with open(path, "wb") as file:
        file.truncate(SIZE)
        file.seek(HOLD_AT)
        file.write(bytes([hold]))


def let_go(path):
    with open(path, "r+b") as file, mmap.mmap(file.fileno(), SIZE) as memory:
        memory[HOLD_AT] = 0


def name_of(number, machine):
    if number >= URING:
        return f"io_uring {REQUESTS[number - URING]}"
    return call_names(machine)[number]


class Tally:
    def __init__(self, path, machine=os.uname().machine):
        data = pathlib.Path(path).read_bytes()
        (objects, entries, self.processes, self.threads, self.cpu_ns, voluntary, begin, _, _) = (
            HEAD.unpack_from(data))

        def text(field):
            return field.split(b"\0")[0].decode()

        at = HEAD.size
        self.objects = [tuple(map(text, OBJECT.unpack_from(data, at + i * OBJECT.size)))
                        for i in range(objects)]
        at += OBJECTS * OBJECT.size
        self.calls = [Call(name_of(number, machine), *rest) for number, *rest in
                      (ENTRY.unpack_from(data, at + i * ENTRY.size) for i in range(entries))]
        self.voluntary = voluntary - begin

    def kind(self, number):
        return {-1: None, -2: "bad fd"}.get(number) or self.objects[number][0]

    def kinds(self, call):
        """As the report calls the descriptors of a call that moves bytes."""
        ends = [self.kind(n) for n in (call.source, call.sink) if n != -1]
        return "→".join(ends)

    def moved(self, call):
        if call.name in MESSAGES:
            return call.message_bytes
        return max(call.result, 0) if call.name in MOVERS else 0

    def by(self, key, value=lambda call: 1, only=lambda call: True):
        """{key(call): sum of value(call)}"""
        sums = collections.Counter()
        for call in self.calls:
            if only(call):
                sums[key(call)] += value(call)
        return sums
