# SPDX-License-Identifier: GPL-2.0
"""Compares a report, number by number, with what the program itself noted. Each comparison agrees,
was not measured (with a reason), is a disagreement that the report tells of, or is wrong."""
import collections

from tally import BETWEEN, MOVERS, READS, WRITES

AGREES, NOT_MEASURED, VISIBLE, WRONG = "agrees", "not measured", "visible", "wrong"

# What the C library calls before main().
START_UP = {"brk", "arch_prctl", "set_tid_address", "set_robust_list", "rseq", "prlimit64",
            "readlinkat", "getrandom", "mprotect", "readlink"}

TALLY = "the program's own tally"
WITNESS = {
    "calls, by system call": TALLY,
    "errors, by system call": TALLY,
    "bytes, by system call": TALLY,
    "calls, by kind of descriptor": TALLY,
    "bytes, by kind of descriptor": TALLY,
    "requests to io_uring": TALLY,
    "bytes, by file": TALLY,
    "bytes of a flow between two ends": TALLY,
    "processes": TALLY,
    "crossings by calls": "twice the calls of the tally, and of the C library's start",
    "context switches, voluntary": "at least getrusage's",
    "page faults in user mode": "at least the first touches that it made",
    "time in calls, upper bound": "the program's clock around each call",
    "time asleep": "at least the timeouts that ran out; no more than its clock",
    "CPU time in calls": "at most getrusage's",
    "copies and verdicts of flows": "what each call does, by construction",
}
TIMES = ("context switches, voluntary", "time in calls, upper bound", "time asleep",
         "CPU time in calls")
RESTARTED = ("futex", "ppoll", "wait4", "epoll_pwait")
SLEEPS = ("ppoll", "clock_nanosleep", "futex", "recvfrom")

Finding = collections.namedtuple("Finding", "number outcome what counted witness")


class Comparison:
    def __init__(self, report, tally, attached=False):
        (self.run,) = report["scenarios"]
        self.tally, self.attached = tally, attached
        self.findings = []
        self.lost = any(self.run["loss"].values())
        self.restarted = self.find_restarted()
        self.doubts = [w["id"] for w in self.run["witnesses"] if not w["agree"]]
        for compare in (self.by_call, self.by_kind, self.by_file, self.between, self.processes,
                        self.crossings, self.lower_bounds, self.times, self.copies):
            compare()

    def note(self, number, what, counted, witness, agree, why=None):
        if counted is None:
            outcome = NOT_MEASURED if why else WRONG
        elif agree:
            outcome = AGREES
        else:
            outcome = VISIBLE if self.is_told(number) else WRONG
        self.findings.append(Finding(number, outcome, what, counted,
                                     why if outcome == NOT_MEASURED else witness))

    def is_told(self, number):
        about_times = ("voluntary", "cpu_ns")
        return self.lost or any(
            any(word in doubt for word in about_times) == (number in TIMES)
            for doubt in self.doubts)

    def equal(self, number, counted, witness):
        for what in sorted({*counted, *witness}):
            self.note(number, what, counted[what], witness[what], counted[what] == witness[what])

    def sums(self, key, value, only=lambda row: True):
        found = collections.Counter()
        for row in self.run["syscalls"]:
            if only(row):
                found[key(row)] += row[value]
        return found

    def find_restarted(self):
        """Calls that io_uring's task work interrupted: the kernel makes them again, and zctrace
        and strace see two, one with an error. The program sees one. (task_work_add() with
        TWA_SIGNAL; ERESTARTSYS.)"""
        found = collections.Counter()
        if not any(call.name == "io_uring_setup" for call in self.tally.calls):
            return found
        for value, own in (("calls", lambda call: 1), ("errors", lambda c: -4096 < c.result < 0)):
            more = self.sums(lambda row: row["name"], value, lambda row: row["name"] in RESTARTED)
            more.subtract(self.tally.by(lambda c: c.name, own, lambda c: c.name in RESTARTED))
            found = more if value == "calls" else collections.Counter(
                {name: count for name, count in more.items() if count > 0 and count == found[name]})
        return found

    def by_call(self):
        def name(row):
            return row["name"]

        def ours(row):
            return row["name"] not in START_UP and not name(row).startswith("io_uring ")

        def theirs(call):
            return not call.name.startswith("io_uring ")

        self.equal("calls, by system call", self.sums(name, "calls", ours),
                   self.tally.by(lambda c: c.name, only=theirs) + self.restarted)
        self.equal("errors, by system call", self.sums(name, "errors", ours),
                   self.tally.by(lambda c: c.name, lambda c: -4096 < c.result < 0, theirs) +
                   self.restarted)
        self.equal("bytes, by system call", self.sums(name, "bytes", ours),
                   self.tally.by(lambda c: c.name, self.tally.moved, theirs))

        def ring(row):
            return name(row).startswith("io_uring ")

        for value, own in (("calls", lambda call: 1), ("bytes", self.tally.moved)):
            self.equal("requests to io_uring",
                       self.sums(lambda r: f"{r['name']}, {value}", value, ring),
                       self.tally.by(lambda c: f"{c.name}, {value}", own, lambda c: not theirs(c)))

    def by_kind(self):
        def ours(row):
            return row["name"] in MOVERS

        def theirs(call):
            return call.name in MOVERS and call.source != -3

        def ends(row):
            return f"{row['name']} on {row['fd']}"

        def own(call):
            return f"{call.name} on {self.tally.kinds(call)}"

        self.equal("calls, by kind of descriptor", self.sums(ends, "calls", ours),
                   self.tally.by(own, only=theirs))
        self.equal("bytes, by kind of descriptor", self.sums(ends, "bytes", ours),
                   self.tally.by(own, self.tally.moved, theirs))

    def by_file(self):
        """Small flows are summed up in the report: then only names that are listed can be compared
        if all their bytes are in sight, and a file may have less."""
        summed = any(flow["why"] == "summed up" for flow in self.run["flows"])
        for side in ("source", "sink"):
            counted = collections.Counter()
            for flow in self.run["flows"]:
                if flow[f"{side}_kind"].startswith("file"):
                    counted[flow[side]] += flow["bytes"]
            own = self.tally.by(lambda call: self.tally.objects[getattr(call, side)][1],
                                self.tally.moved,
                                lambda call: call.name in MOVERS and getattr(call, side) >= 0 and
                                self.tally.kind(getattr(call, side)).startswith("file"))
            for name in sorted({*counted, *own}):
                what = f"{name} as a {side}"
                if summed and counted[name] < own[name]:
                    self.note("bytes, by file", what, None, own[name], True, "summed up")
                else:
                    self.note("bytes, by file", what, counted[name], own[name],
                              counted[name] == own[name])

    def end(self, number):
        kind, name = self.tally.objects[number]
        return name or kind

    def flow_end(self, flow, side):
        return flow[f"{side}_kind"] if flow[f"{side}_kind"] == "tcp" else flow[side]

    def between(self):
        counted = collections.Counter()
        summed = any(flow["why"] == "summed up" for flow in self.run["flows"])
        for flow in self.run["flows"]:
            if flow["calls_by"].split(" + ")[0] in BETWEEN:
                counted[f"{self.flow_end(flow, 'source')} to {self.flow_end(flow, 'sink')}"] += (
                    flow["bytes"])
        own = self.tally.by(lambda call: f"{self.end(call.source)} to {self.end(call.sink)}",
                            self.tally.moved,
                            lambda call: call.name in BETWEEN and self.tally.moved(call))
        for what in sorted({*counted, *own}):
            hidden = summed and counted[what] < own[what]
            self.note("bytes of a flow between two ends", what, None if hidden else counted[what],
                      own[what], counted[what] == own[what], hidden and "summed up")

    def processes(self):
        roles = [role for role in self.run["roles"].values() if role["pid"]]
        self.note("processes", "processes", len(roles), self.tally.processes,
                  len(roles) == self.tally.processes)

    def crossings(self):
        start = sum(row["calls"] for row in self.run["syscalls"] if row["name"] in START_UP)
        calls = sum(not call.name.startswith("io_uring ") for call in self.tally.calls) + start
        calls += sum(self.restarted.values())
        counted = self.run["crossings"]["data"] + self.run["crossings"]["control"]
        self.note("crossings by calls", "all", counted, 2 * calls, counted == 2 * calls)

    def role_sum(self, *path):
        """The sum over all roles, or None and the reason of the first that has none."""
        total = 0
        for role in self.run["roles"].values():
            inner = role[path[0]]
            if inner[path[1]] is None:
                return None, inner["why"] or role["why"]
            total += inner[path[1]]
        return total, None

    def lower_bounds(self):
        switches, why = self.role_sum("switches", "voluntary")
        if not self.attached:
            self.note("context switches, voluntary", "all", switches, self.tally.voluntary,
                      (switches or 0) >= self.tally.voluntary, why)
        faults, why = self.role_sum("faults", "user")
        touched = sum(call.faults for call in self.tally.calls)
        self.note("page faults in user mode", "all", faults, touched, (faults or 0) >= touched, why)

    def time_of(self, name, *parts):
        total = 0
        for row in self.run["syscalls"]:
            if name in (None, row["name"]) and not row["name"].startswith("io_uring "):
                for part in parts:
                    if row[part] is None:
                        return None, row["why"] or "no reason in the row"
                    total += row[part]
        return total, None

    def times(self):
        every = ("cpu_ns", "blocked_ns", "runnable_ns")
        walls = self.tally.by(lambda call: call.name, lambda call: call.wall)
        asked = self.tally.by(lambda call: call.name, lambda call: call.asked)
        untimed = {"clone", "execve", "mmap", "openat", "ftruncate"}  # some were not clocked
        for name in sorted(walls):
            if name in untimed or name.startswith("io_uring "):
                continue
            total, why = self.time_of(name, *every)
            self.note("time in calls, upper bound", name, total, walls[name],
                      (total or 0) <= walls[name], why)
        for name in SLEEPS:
            blocked, why = self.time_of(name, "blocked_ns")
            others, _ = self.time_of(name, "cpu_ns", "runnable_ns")
            self.note("time asleep", name, blocked, (asked[name], walls[name]),
                      asked[name] - (others or 0) <= (blocked or 0) <= walls[name], why)
        cpu, why = self.time_of(None, "cpu_ns")
        slack = sum(w["tolerance"] for w in self.run["witnesses"] if w["id"] == "all.cpu_ns_beyond")
        self.note("CPU time in calls", "all", cpu, self.tally.cpu_ns + slack,
                  (cpu or 0) <= self.tally.cpu_ns + slack, why)

    def copies(self):
        lent = any(call.lent for call in self.tally.calls)
        for flow in self.run["flows"]:
            if flow["why"] == "summed up":
                continue
            expected = copies_of(flow)
            counted = flow["copies_per_byte"]
            what = f"{flow['source']} to {flow['sink']} by {flow['calls_by']}"
            self.note("copies and verdicts of flows", what, counted, expected,
                      counted is not None and abs(counted - expected) < 0.005 and
                      verdict_fits(flow, expected, lent), flow["why"] or flow["verdict"])
            if counted is not None:
                self.findings[-1] = self.findings[-1]._replace(
                    counted=f"{counted}, {flow['verdict']}")


READ_COPIES = {"file": 1, "file (O_DIRECT)": 0, "pipe": 1, "unix": 1, "tcp": 1, "memory": 0}
WRITE_COPIES = {**READ_COPIES, "char device": 0}


def copies_of(flow):
    """By the kernel's source: sendfile, splice and tee hand over pages, which a file's page cache
    copies and O_DIRECT does not; borrowed pages are copied late where the receiver is here."""
    calls = flow["calls_by"].split(" + ")
    source, sink = flow["source_kind"], flow["sink_kind"]
    if calls[0] in BETWEEN:
        return 1 if sink == "file" else 0
    reads = READ_COPIES[source] if set(calls) & set(READS) else 0
    given = [call for call in calls if call in WRITES]
    writes = 0 if given == ["vmsplice"] or not given else WRITE_COPIES[sink]
    return reads + writes


def verdict_fits(flow, copies, lent):
    """lent: pages of the program's went to a socket, and were copied there, later."""
    if copies < 0.01:
        return flow["verdict"] == "zero-copy"
    if set(flow["calls_by"].split(" + ")) & set(BETWEEN):
        return flow["verdict"] == "copied in the kernel"
    return flow["verdict"] == "copied through user space" or (
        lent and flow["sink_kind"] == "tcp" and flow["verdict"] == "copied in the kernel")
