# SPDX-License-Identifier: GPL-2.0
"""Where the milliseconds of zctrace's start and end go: its few calls that matter, as strace timed
them. strace stops only at the calls that are named (--seccomp-bpf), so the time between two of them
is zctrace's own, but for some tens of µs a call. parse() and split() are pure, and tested without
root.
"""
import re
import shutil

from processes import Failure, finish, reason

CALLS = "bpf,execve,wait4,waitid,exit_group,clone,clone3,vfork,mmap,munmap,close"

# Metric -> what it is. In the order of the table on the page.
NAMES = {
    "exec_ms": "exec, and the dynamic linker",
    "open_ms": "until the first BPF call: options, opening the object",
    "user_ms": "between the BPF calls: the kernel's BTF, relocations, libbpf's work",
    "map_ms": "in the kernel: making maps",
    "btf_ms": "in the kernel: loading and reading BTF",
    "load_ms": "in the kernel: verifying and compiling the programs",
    "attach_ms": "in the kernel: attaching the programs",
    "other_ms": "in the kernel: other BPF calls",
    "spawn_ms": "from the last of them to the traced program's exec",
    "program_ms": "the traced program",
    "close_ms": "after it: in the kernel, closing and unmapping",
    "report_ms": "after it: reading the maps, the report, the exit",
}

KINDS = {
    "BPF_MAP_CREATE": "map_ms", "BPF_MAP_UPDATE_ELEM": "map_ms", "BPF_MAP_FREEZE": "map_ms",
    "BPF_BTF_LOAD": "btf_ms", "BPF_BTF_GET_FD_BY_ID": "btf_ms", "BPF_OBJ_GET_INFO_BY_FD": "btf_ms",
    "BPF_PROG_LOAD": "load_ms", "BPF_LINK_CREATE": "attach_ms",
    "BPF_RAW_TRACEPOINT_OPEN": "attach_ms",
}

LINE = re.compile(r"^(\d+) +(\d+\.\d+) (?:(\w+)\(|<\.\.\. (\w+) resumed>)(.*)$")
TOOK = re.compile(r"<(\d+\.\d+)>$")


def parse(text):
    """[(pid, begin in s, call, its arguments, seconds in it)] of a log of strace -f -ttt -T."""
    found, unfinished = [], {}
    for line in text.splitlines():
        match = LINE.match(line)
        if not match:
            continue
        pid, at, name, resumed, rest = match.groups()
        took = TOOK.search(rest)
        if name and "<unfinished ...>" in rest:
            unfinished[pid, name] = (float(at), rest)
        elif resumed:
            begin, arguments = unfinished.pop((pid, resumed), (float(at), rest))
            found.append((int(pid), begin, resumed, arguments, float(took.group(1)) if took else 0))
        elif name:
            found.append((int(pid), float(at), name, rest, float(took.group(1)) if took else 0))
    return sorted(found, key=lambda call: call[1])


def split(calls):
    """{metric: ms}; {} if the log is not that of a zctrace that ran a program."""
    if not calls:
        return {}
    tracer = calls[0][0]
    own = [call for call in calls if call[0] == tracer]
    bpf = [call for call in own if call[2] == "bpf"]
    started = [call for call in calls if call[2] == "execve" and call[0] != tracer]
    exits = {call[0]: call[1] for call in calls if call[2] == "exit_group"}
    if not bpf or not started or tracer not in exits or started[-1][0] not in exits:
        return {}
    begin, executed = own[0][1], started[-1][1]
    ended, last = exits[started[-1][0]], exits[tracer]
    before = [call for call in bpf if call[1] < executed]
    found = dict.fromkeys(NAMES, 0.0)
    # The dynamic linker unmaps its cache when it is through; a static program has none.
    linked = [call[1] for call in own if call[2] == "munmap" and call[1] < before[0][1]]
    main = linked[0] if linked else begin
    found["exec_ms"] = main - begin
    found["open_ms"] = before[0][1] - main
    for call in before:
        command = re.match(r"(\w+)", call[3])
        found[KINDS.get(command.group(1) if command else "", "other_ms")] += call[4]
    in_bpf = sum(call[4] for call in before)
    after_load = before[-1][1] + before[-1][4]
    found["user_ms"] = after_load - before[0][1] - in_bpf
    found["spawn_ms"] = executed - after_load
    found["program_ms"] = ended - executed
    found["close_ms"] = sum(call[4] for call in own if call[1] > ended and
                            call[2] in ("close", "munmap", "bpf"))
    found["report_ms"] = last - ended - found["close_ms"]
    return {name: 1000 * value for name, value in found.items()}


def measure(build, scratch):
    if not shutil.which("strace"):
        raise Failure("strace is not installed (Debian: strace)")
    log = scratch / "phases"
    status, _, errors = finish([
        "strace", "-f", "--seccomp-bpf", "-ttt", "-T", "-e", f"trace={CALLS}", "-e",
        "signal=none", "-o", log, build / "zctrace", "run", "-q", "--",
        build / "bench" / "tick"])
    if status:
        raise Failure(reason(errors, status))
    found = split(parse(log.read_text(errors="replace")))
    if not found:
        raise Failure("strace's log does not show a program that zctrace started")
    return found
