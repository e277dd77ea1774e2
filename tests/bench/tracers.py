# SPDX-License-Identifier: GPL-2.0
"""The tracers that are compared: how each is started, and what it needs. One row a tracer.

Most start the traced program themselves; those that only join a running one are started while it
waits at its gate.
"""
import contextlib
import dataclasses
import os
import pathlib
import time

from machine import bench_cpu, missing
from processes import Failure, errors_of, finish, held, reason, started

# What bpftrace is told, to keep what zctrace keeps: calls, bytes and a histogram of each call.
BPFTRACE = ("tracepoint:raw_syscalls:sys_enter /FILTER/ { @t[tid] = nsecs; } "
            "tracepoint:raw_syscalls:sys_exit /@t[tid]/ "
            "{ @n[args->id] = count(); @b[args->id] = sum(args->ret); "
            "@h[args->id] = hist(nsecs - @t[tid]); delete(@t[tid]); }")
BPFTRACE_ONE = BPFTRACE.replace("FILTER", "pid == cpid")
# With children: the traced program is one of the command's.
BPFTRACE_CHILDREN = ("tracepoint:sched:sched_process_fork /pid == cpid/ "
                     "{ @p[args->child_pid] = 1; } " + BPFTRACE.replace("FILTER", "@p[pid]"))

JOINED_LIMIT_S = 30


@dataclasses.dataclass(frozen=True)
class Tracer:
    id: str
    name: str
    # {out} is a file of its own, {cpu} the measured loop's CPU; one with {pid} joins.
    command: tuple = ()
    needs: str = ""  # a tool's name; "": it was built here
    slow: bool = False  # tens of µs a call: it gets fewer of them
    why_not: str = ""  # known before it is tried

    @property
    def joins(self):
        return any("{pid}" in word for word in self.command)

    def words(self, scratch, program, pid=0):
        """The whole command line that traces program, or joins process pid."""
        fill = {"out": scratch / self.id, "cpu": bench_cpu(), "pid": pid}
        words = [word.format(**fill) if "{" in word and " " not in word else word
                 for word in self.command]
        if self.joins:
            return words
        # bpftrace takes the command as one word, and splits it at blanks.
        return words + ([" ".join(map(str, program))] if words[-1:] == ["-c"] and
                        words[0] == "bpftrace" else [str(word) for word in program])

    def reason_against(self):
        """Why it cannot be measured; None if it can be tried."""
        return (missing(self.needs) if self.needs else None) or self.why_not or None


def zctrace_knows(build, option):
    """Whether `zctrace run` has an option."""
    with contextlib.suppress(Failure):
        return option in finish([build / "zctrace", "run", "--help"])[1]
    return False


def bcc_needs():
    """Why bcc cannot compile its programs on this machine; "" if it may."""
    if os.path.isdir(f"/lib/modules/{os.uname().release}/build") or \
            os.path.exists("/sys/kernel/kheaders.tar.xz"):
        return ""
    return ("it compiles its programs on the spot and needs the headers of the running kernel, in "
            "/lib/modules/RELEASE/build or by CONFIG_IKHEADERS; there are none here")


def table(build, children=False):
    """All tracers by id. children: they are to follow what the program that they start starts."""
    build = pathlib.Path(build)
    zctrace = (str(build / "zctrace"), "run", "-q")
    floor = str(build / "bench" / "floor")
    script = BPFTRACE_CHILDREN if children else BPFTRACE_ONE
    counts_only = "" if zctrace_knows(build, "--counts-only") else \
        "this zctrace has no --counts-only"
    follow = ("-f",) if children else ()
    rows = [
        Tracer("untraced", "untraced"),
        Tracer("empty", "an empty pair of BPF programs", (floor, "empty")),
        Tracer("clock", "a pair that reads the clock twice", (floor, "clock")),
        Tracer("zctrace", "zctrace", zctrace + ("--json", "{out}", "--")),
        Tracer("counts", "zctrace --counts-only",
               zctrace + ("--counts-only", "--json", "{out}", "--"), why_not=counts_only),
        Tracer("perf-stat", "perf stat -e raw_syscalls:*",
               ("perf", "stat", "-o", "{out}", "-e", "raw_syscalls:*", "--"), "perf"),
        Tracer("syscount", "syscount (libbpf-tools)", ("syscount", "-p", "{pid}"), "syscount"),
        Tracer("syscount-L", "syscount -L (libbpf-tools)", ("syscount", "-L", "-p", "{pid}"),
               "syscount"),
        Tracer("bcc", "syscount-bpfcc", ("syscount-bpfcc", "-p", "{pid}"), "syscount-bpfcc",
               why_not=bcc_needs()),
        Tracer("bcc-L", "syscount-bpfcc -L", ("syscount-bpfcc", "-L", "-p", "{pid}"),
               "syscount-bpfcc", why_not=bcc_needs()),
        Tracer("bpftrace", "bpftrace, the same maps",
               ("bpftrace", "-q", "-o", "{out}", "-e", script, "-c"), "bpftrace"),
        Tracer("perf-trace", "perf trace -s", ("perf", "trace", "-s", "-o", "{out}", "--"), "perf",
               slow=True),
        Tracer("strace-pinned", "strace -c, on the loop's CPU",
               ("taskset", "-c", "{cpu}", "strace", *follow, "-c", "-o", "{out}"), "strace",
               slow=True),
        Tracer("strace", "strace -c", ("strace", *follow, "-c", "-o", "{out}"), "strace",
               slow=True),
        Tracer("strace-f", "strace -f -c", ("strace", "-f", "-c", "-o", "{out}"), "strace",
               slow=True),
        Tracer("strace-seccomp", "strace -f -c --seccomp-bpf",
               ("strace", "-f", "--seccomp-bpf", "-c", "-o", "{out}"), "strace", slow=True),
    ]
    return {row.id: row for row in rows}


def empty_programs(build, tracepoints):
    """A tracer of nothing: an empty program on each of the tracepoints."""
    return Tracer("empty-each", "empty programs", (
        str(build / "bench" / "floor"), ",".join(sorted(tracepoints))))


def attached_to_events(pid):
    """How many events and links of the kernel's a process has open."""
    count = 0
    with contextlib.suppress(OSError):
        for entry in os.scandir(f"/proc/{pid}/fd"):
            with contextlib.suppress(OSError):
                target = os.readlink(entry.path)
                count += "perf_event" in target or "bpf_link" in target or "bpf-link" in target \
                    or "raw-tracepoint" in target
    return count


def wait_until_attached(process):
    """Until a tracer that joins has attached to both ends of system calls."""
    end = time.monotonic() + JOINED_LIMIT_S
    while attached_to_events(process.pid) < 2:
        if process.poll() is not None:
            raise Failure(reason(errors_of(process), process.returncode))
        if time.monotonic() > end:
            raise Failure(f"it had not attached after {JOINED_LIMIT_S} s")
        time.sleep(0.01)
    time.sleep(0.1)


@contextlib.contextmanager
def traced(tracer, scratch, program):
    """A program of this directory, held at its gate, with the tracer at work on it."""
    with contextlib.ExitStack() as stack:
        if tracer.joins:
            run = stack.enter_context(held([str(word) for word in program]))
            run.tracer = stack.enter_context(started(tracer.words(scratch, program, run.pid)))
            wait_until_attached(run.tracer)
        else:
            run = stack.enter_context(held(tracer.words(scratch, program)))
            run.tracer = run.process
        yield run
