# SPDX-License-Identifier: GPL-2.0
"""Reports for the browser tests, made from a description of what each program does: so the numbers
of the timeline, the calls and the table agree with each other as in a measurement."""

import copy
import random

ORIGINS = ("file_page", "private", "anonymous", "zero_page", "truncated", "unknown")
MIB = 1 << 20


def origins(**bytes_of):
    return {name: bytes_of.get(name, 0) for name in ORIGINS}


def leg(name, by, size, per_byte, evidence, note=None, why=None, pages=None):
    return {
        "id": name, "by": by, "bytes": size, "per_byte": per_byte, "evidence": evidence,
        "note": note, "why": why, "retransmitted_bytes": 0,
        "origin_bytes": pages, "at_queue_bytes": pages,
    }


def legs(payload, copied):
    pages = origins(private=payload) if copied else origins(file_page=payload)
    return [
        leg("disk-cache", "dma", 0, 0.0, "counted", note="warm: use --cold"),
        leg("cache-user", "cpu", payload if copied else 0, 1.0 if copied else 0.0, "inferred"),
        leg("user-socket", "cpu", payload if copied else 0, 1.0 if copied else 0.0, "provenance",
            pages=pages),
        leg("socket-device", "dma", None, None, None, why="lo has no device: --to another machine"),
        leg("socket-receiver", "cpu", payload, 1.0, "counted"),
    ]


class Timeline:
    """Events in time order; names are written once."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.names = []
        self.events = []

    def name(self, text):
        if text not in self.names:
            self.names.append(text)
        return self.names.index(text)

    def add(self, kind, role, tid, name, descriptor, at, value=0):
        self.events.append([kind, role, tid, self.name(name), self.name(descriptor), at, value])

    def call(self, role, tid, name, descriptor, at, took, value, blocked=0):
        """Returns when the call ended."""
        self.add(1, role, tid, name, descriptor, at)
        if blocked:
            self.add(3, role, tid, name, descriptor, at + took // 3, 1)
            self.add(4, role, tid, name, descriptor, at + took // 3 + blocked, blocked // 10)
        self.add(2, role, tid, name, descriptor, at + took + blocked, value)
        return at + took + blocked

    def jitter(self, nanoseconds):
        return int(nanoseconds * self.random.uniform(0.8, 1.4))

    def saved(self, dropped=0, limit=20000):
        return {"limit": limit, "dropped": dropped, "names": self.names,
                "events": sorted(self.events, key=lambda event: event[5])}


SENDER, RECEIVER = 0, 1


def timeline(calls, rounds, chunk, seed):
    """The first rounds of a sender that makes these data calls for each chunk."""
    line = Timeline(seed)
    at = line.call(SENDER, 4711, "openat", "-", 0, 4200, 5)
    at = line.call(SENDER, 4711, "newfstatat", "file", at + 900, 1100, 0)
    line.add(5, SENDER, 4711, "openat", "-", at + 1500)
    at += 3000
    got = line.call(RECEIVER, 4710, "recvfrom", "tcp", 200, 9000, chunk, blocked=at)
    for number in range(rounds):
        for name, descriptor, took in calls:
            blocked = line.jitter(60000) if name != "read" and number % 4 == 3 else 0
            at = line.call(SENDER, 4711, name, descriptor, at + line.jitter(1300),
                           line.jitter(took), chunk, blocked)
        waits = max(0, at - got - 2000)
        got = line.call(RECEIVER, 4710, "recvfrom", "tcp", got + line.jitter(900),
                        line.jitter(14000), chunk, blocked=waits if waits > 3000 else 0)
    return line


def histogram(calls, around):
    buckets = [0] * (around + 5)
    for place, part in ((around - 1, 0.2), (around, 0.6), (around + 1, 0.17)):
        buckets[place] = int(calls * part)
    buckets[around + 3] = calls - sum(buckets)
    return buckets


def syscall(role, name, descriptor, calls, size, cpu, blocked, data, around):
    return {
        "role": role, "name": name, "fd": descriptor,
        "source": "/var/tmp/zctrace.payload" if "file" in descriptor else None,
        "sink": "127.0.0.1:40210" if "tcp" in descriptor else None,
        "calls": calls, "errors": 0, "zeros": 1 if data and role == "sender" else 0, "bytes": size,
        "cpu_ns": cpu, "blocked_ns": blocked, "runnable_ns": blocked // 40,
        "received_bytes": size if role == "receiver" else 0, "data": data,
        "histogram_log2_ns": histogram(calls, around), "why": None,
    }


def role(pid, user, kernel, blocked, faults):
    return {
        "pid": pid, "execs": 1, "merged": 0,
        "switches": {"voluntary": 31, "involuntary": 6, "why": None},
        "faults": {"user": faults, "kernel": 3, "why": None},
        "cpu_ns": {"user": user, "system": kernel, "why": None},
        "peak_rss_bytes": 1990656, "why": None,
        "time_ns": {"user": user, "kernel": kernel, "blocked": blocked, "runnable": blocked // 30,
                    "window": user + kernel + blocked + blocked // 30, "why": None},
    }


def spread(runs):
    ordered = sorted(runs)
    return {"median": ordered[len(ordered) // 2], "min": ordered[0], "max": ordered[-1],
            "runs": runs, "why": None}


def runs_of(elapsed, crossings, seed, repeats=5):
    chance = random.Random(seed)
    runs = []
    for number in range(2 * repeats):
        traced = number % 2 == 1
        took = int(elapsed * chance.uniform(0.9, 1.25) * (1.04 if traced else 1))
        runs.append({
            "traced": traced, "elapsed_ns": took, "sender_user_ns": took // 40,
            "sender_system_ns": took // 2, "receiver_user_ns": took // 60,
            "receiver_system_ns": took // 3, "crossings": crossings if traced else None,
            "voluntary": 31 if traced else None, "involuntary": 6 if traced else None,
            "faults_user": 4 if traced else None,
            "why": None if traced else "not a traced run",
        })
    return runs


def witness(name, counted, source, said=None, tolerance=0, rule=None):
    said = counted if said is None else said
    return {"id": name, "counted": counted, "witness": said, "tolerance": tolerance,
            "source": source, "rule": rule, "agree": abs(counted - said) <= tolerance}


def scenario(name, variant, chunk, payload, elapsed, seed, events=True):
    copied = name == "copy"
    rounds = 1 if not chunk else -(-payload // chunk)
    piece = chunk or payload
    calls = [("read", "file", 21000 * piece // 65536), ("sendto", "tcp", 34000 * piece // 65536)]
    if not copied:
        calls = [("sendfile", "file→tcp", 9000)]
    data = 2 * len(calls) * rounds
    runs = runs_of(elapsed, data + 10, seed)
    untraced = spread([run["elapsed_ns"] for run in runs if not run["traced"]])
    line = timeline(calls, min(rounds, 40), piece, seed).saved(0 if rounds <= 40 else rounds - 40)
    kernel = elapsed // 2
    per_call = kernel * 9 // 10 // len(calls)
    return {
        "id": name, "variant": variant, "cache": "warm", "link": "lo", "rate_bits": 0,
        "chunk_bytes": chunk, "payload_bytes": payload, "received_bytes": payload,
        "sha256_sent": "9f" * 32, "sha256_received": "9f" * 32, "failed": None,
        "rounds": rounds,
        "crossings": {"per_round": 2.0 * len(calls), "data": data, "control": 10,
                      "user_faults": 8, "total": data + 18, "why": None},
        "why": None,
        "roles": {"sender": role(4711, elapsed // 40, kernel, elapsed // 3, 4),
                  "receiver": role(4710, elapsed // 60, elapsed // 3, elapsed // 2, 2)},
        "syscalls": [syscall("sender", call, descriptor, rounds, payload, per_call, elapsed // 6,
                             True, 15) for call, descriptor, _ in calls] + [
            syscall("receiver", "recvfrom", "tcp", rounds + 1, payload, elapsed // 3, elapsed // 2,
                    True, 14),
            syscall("sender", "openat", "-", 1, 0, 4200, 0, False, 12),
            syscall("sender", "newfstatat", "file", 1, 0, 1100, 0, False, 10)],
        "legs": legs(payload, copied),
        "bytes_per_second": round(payload * 1e9 / untraced["median"]),
        "elapsed_ns": {"untraced": untraced,
                       "traced": spread([r["elapsed_ns"] for r in runs if r["traced"]])},
        "sender_cpu_ns": {"untraced": spread([r["sender_user_ns"] + r["sender_system_ns"]
                                              for r in runs if not r["traced"]])},
        "runs": runs,
        "witnesses": [
            witness("sender.data_calls", data // 2, "tally"),
            witness("sender.bytes_sent", payload, "TCP_INFO"),
            witness("sender.voluntary_switches", 31, "wait4", 32, 2, "the last switch is not seen"),
            witness("receiver.bytes", payload, "receiver's total"),
        ],
        "flows": [],
        "loss": {"ring": 0, "map_full": 0, "recursion": 0},
        "coarse": {"calls": 0, "why": None},
        "timeline": line if events else {"limit": 0, "dropped": 0, "names": [], "events": []},
    }


def claim(name, text, source, documents, measured, shown, unit, verdict, **more):
    return {"id": name, "text": text, "source": source, "documents": documents,
            "measured": measured, "measured_text": shown, "unit": unit, "verdict": verdict,
            "condition": more.get("condition"), "why": more.get("why"),
            "rule": more.get("rule", "equal to the documents' figure within 0.05"),
            "evidence": more.get("evidence", "counted")}


def claims():
    return [
        claim("copy-switches", "copy: switches per round", "doc1", "4", 4.0, "4.00",
              "crossings/round", "holds"),
        claim("sendfile-switches", "sendfile: switches per call", "doc1", "2", 2.0, "2.00",
              "crossings/round", "holds"),
        claim("copy-cpu-copies", "copy: CPU copies per byte", "doc1", "2", 2.0, "2.00",
              "copies/byte", "holds", evidence="inferred and provenance"),
        claim("copy-dma-copies", "copy: DMA copies per byte", "doc1", "2", None, None,
              "copies/byte", "not measured",
              why="lo has no device and the page cache was warm: compare --full measures both"),
        claim("sendfile-cpu-copies", "sendfile: CPU copies per byte", "doc1", "1", 0.0, "0.00",
              "copies/byte", "holds if", evidence="provenance",
              condition="the device cannot gather: 1.00 on veth-nosg, 0.00 on lo and veth"),
        claim("gather-removes-copy", "gathering removes the in-kernel copy", "doc2", "yes", 1.0,
              "1.00 → 0.00", "copies/byte", "holds", evidence="provenance"),
        claim("sendfile-faster", "sendfile finishes sooner", "both", "3.19× and 2.22×, 1.91×", 3.56,
              "3.56×", "ratio", "holds",
              rule="every untraced sendfile run is shorter than every untraced copy run"),
        claim("sendfile-saves-cpu", "sendfile saves CPU time", "doc2", "yes", 8.6, "8.6×", "ratio",
              "holds"),
        claim("same-bytes", "both deliver the same file", "doc2", "yes", 1.0, "same SHA-256",
              "digest", "holds"),
        claim("nic-bound", "a slow link makes both equally slow", "both", "yes", 1.31, "1.31×",
              "ratio", "does not hold", rule="elapsed times equal within 5%"),
        claim("kernel-support", "needs kernel 2.4.19 or newer", "doc2", "≥ 2.4.19", 1.0, "6.18.44",
              "version", "holds"),
    ]


def machine():
    return {"kernel": "6.18.44", "arch": "x86_64", "cpus": 2, "cpu_model": "AMD EPYC 7R13",
            "memory_bytes": 25191301120, "virtual": "kvm", "btf": True, "lockdown": "none",
            "distribution": "Debian GNU/Linux 12 (bookworm)"}


def config(payload=256 * MIB):
    return {"payload_bytes": payload, "file_system": "ext4", "cache": "warm", "link": "lo",
            "repeats": 5, "started": "2025-01-15T09:30:00Z", "file": None, "as": None,
            "peer": None, "chunk_bytes": 65536, "rate_bits": 0}


def compare():
    payload = 256 * MIB
    return {
        "schema": "zctrace/1", "mode": "compare",
        "tool": {"version": "1.0", "command": ["./zctrace", "compare", "--chunk", "64K"]},
        "machine": machine(), "config": config(payload),
        "scenarios": [
            scenario("copy", "whole", 0, payload, 431000000, 1),
            scenario("copy", "chunk", 65536, payload, 182000000, 2),
            scenario("sendfile", "chunk", 65536, payload, 121000000, 3),
        ],
        "claims": claims(),
        "sentences": [
            "sendfile finished 3.6× faster than the documents' copy, although it crossed into the "
            "kernel 586 times as often.",
            "What it saved: 512 MiB of CPU copies and 65,536 page faults on a 256 MiB buffer. "
            "Crossings are not where the time goes.",
        ],
        "warnings": ["The elapsed times of copy scatter by 28%: other programs were running. Use "
                     "-n 15 for a firmer median."],
    }


def full():
    """As compare --full: every scenario on several links."""
    report = compare()
    report["config"].update(link="several", cache="both")
    base = report["scenarios"]
    for link, cache, rate in (("lo", "cold", 0), ("veth", "warm", 0), ("veth-nosg", "warm", 0),
                              ("veth", "warm", 10**9)):
        for original in base[:3]:
            other = copy.deepcopy(original)
            other.update(link=link, cache=cache, rate_bits=rate)
            if cache == "cold":
                other["legs"][0] = leg("disk-cache", "dma", 256 * MIB, 1.0, "counted")
            if link == "veth-nosg" and other["id"] == "sendfile":
                other["legs"][2] = leg("user-socket", "cpu", 256 * MIB, 1.0, "provenance",
                                       pages=origins(private=256 * MIB))
            report["scenarios"] = report["scenarios"] + [other]
    return report


def flow(source, kind, sink, sink_kind, by, size, calls, copies, verdict, because, why=None):
    return {"role": "nginx[812]", "source": source, "sink": sink, "source_kind": kind,
            "sink_kind": sink_kind, "calls_by": by, "calls": calls, "bytes": size,
            "copies_per_byte": copies, "verdict": verdict, "because": because, "why": why}


def run():
    """As zctrace run -- CMD on a server."""
    report = compare()
    only = report["scenarios"][2]
    only.update(id="run", variant=None)
    only["rounds"] = None
    only["why"] = "only the documents' programs have rounds"
    only["crossings"].update(per_round=None, why="only the documents' programs have rounds")
    roles = only["roles"]
    only["roles"] = {"nginx[812]": roles["sender"], "nginx[813]": roles["receiver"]}
    for call in only["syscalls"]:
        call["role"] = "nginx[812]" if call["role"] == "sender" else "nginx[813]"
    only["flows"] = [
        flow("/srv/www/debian.iso", "file", "10.0.0.7:51544", "tcp", "sendfile", 660 * MIB, 10560,
             0.0, "zero-copy", "every page at the device was the file's own"),
        flow("/srv/www/index.html", "file", "10.0.0.9:40112", "tcp", "read + writev", 3 * MIB, 1536,
             2.0, "copied through user space", "3 MiB read from it, 3 MiB private pages sent"),
        flow("pipe", "pipe", "/var/log/nginx/access.log", "file", "splice", MIB, 16, 0.5,
             "mixed (50%)", "half of the pages were moved"),
        flow("tls", "tcp-tls", None, "tcp", "io_uring send_zc", 9000, 3, None,
             "not visible (kernel TLS)", "the record layer copies", "kernel TLS hides the pages"),
    ]
    report.update(mode="run", scenarios=[only], claims=[], warnings=[
        "3 MiB went file → user → socket in 2 KiB reads: 3,072 crossings and 2 CPU copies per "
        "byte. sendfile on; in nginx.conf would avoid both."])
    report["sentences"] = ["99.5% of the bytes that nginx sent were never copied by the CPU."]
    return report


def sweep():
    report = compare()
    report["mode"] = "sweep"
    report["claims"] = []
    report["scenarios"] = []
    report["sentences"] = ["Above 64 KiB a larger chunk saves crossings but no time."]
    for power in range(10, 25, 2):
        chunk = 1 << power
        cost = 64 * MIB // chunk
        report["scenarios"] += [
            scenario("copy", "chunk", chunk, 64 * MIB, 45000000 + cost * 2600, power, False),
            scenario("sendfile", "chunk", chunk, 64 * MIB, 28000000 + cost * 2100, 50 + power,
                     False)]
    return report


HOSTILE = ("</script><script>window.hacked=1</script>",
           "\"><img src=x onerror=window.hacked=1>", "]]><!--", "\u202egnp.exe", "\x1b[31mred\x07",
           "' onmouseover='window.hacked=1", "&lt;b&gt;", "\u2028alert(1)\u2029",
           "javascript:hacked=1",
           "</title><style>*{display:none}</style>", "${hacked}", "very/long/" * 410)


def hostile():
    """Every text of a report replaced by something that would like to be markup or script."""
    count = 0

    def spoil(value, key=None):
        nonlocal count
        if isinstance(value, dict):
            spoiled = {}
            for name, inner in value.items():
                if key == "roles" and name == "receiver":
                    name = HOSTILE[0]
                spoiled[name] = spoil(inner, name)
            return spoiled
        if isinstance(value, list):
            return [spoil(inner, key) for inner in value]
        fixed = ("schema", "mode", "verdict", "id", "why", "by", "role")
        if isinstance(value, str) and key not in fixed:
            count += 1
            return HOSTILE[count % len(HOSTILE)]
        return value

    report = spoil(compare())
    for one in report["scenarios"]:
        for call in one["syscalls"]:
            call["role"] = "sender"
    report["scenarios"][1]["id"] = HOSTILE[0]
    report["claims"][0]["id"] = HOSTILE[1]
    report["scenarios"][0]["flows"] = [
        flow(HOSTILE[i], HOSTILE[i], HOSTILE[i - 1], "tcp", HOSTILE[i], 1000, 1, 1.0, HOSTILE[i],
             HOSTILE[i]) for i in range(len(HOSTILE))]
    return report


def million(events=1000000):
    """A timeline of a million events: 250,000 calls of sender and receiver each."""
    report = compare()
    line = Timeline(7)
    at, got = 1000, 1500
    while len(line.events) < events:
        at = line.call(SENDER, 4711, "sendfile", "file→tcp", at + 800, line.jitter(9000), 65536)
        got = line.call(RECEIVER, 4710, "recvfrom", "tcp", got + 700, line.jitter(9000), 65536)
    report["scenarios"][2]["timeline"] = line.saved(dropped=123456, limit=events)
    return report
