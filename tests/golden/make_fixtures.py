# SPDX-License-Identifier: GPL-2.0
"""The reports that the golden tests render, in plain Python: a second description of the format.

`python3 make_fixtures.py PATH/TO/zctrace` writes fixtures/NAME.json and what is expected of it in
expected/NAME.* anew; look at the difference before keeping it.
"""
import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
MIB = 1 << 20
PAYLOAD = 256 * MIB
CHUNK = 65536
LEGS = ("disk-cache", "cache-user", "user-socket", "socket-device", "socket-receiver")
BY = ("dma", "cpu", "cpu", "dma", "cpu")
EVIDENCE = ("counted", "inferred", "provenance", "counted", "counted")
ORIGINS = ("file_page", "private", "anonymous", "zero_page", "truncated", "unknown")
NO_URING = ("sender: io_uring_setup: Operation not permitted; this machine allows no io_uring "
            "(sysctl kernel.io_uring_disabled, a container's rules): send the file with copy")
NO_DEVICE = "lo has no device: the bytes never leave memory; --to HOST sends them through one"


def spread(runs):
    ordered = sorted(runs)
    return {"median": ordered[len(ordered) // 2], "min": ordered[0], "max": ordered[-1],
            "runs": runs, "why": None}


def unmeasured_spread(why):
    return {"median": None, "min": None, "max": None, "runs": [], "why": why}


def role(switches, faults, cpu, rss, times, pid):
    return {
        "pid": pid, "execs": 1, "merged": 0,
        "switches": {"voluntary": switches[0], "involuntary": switches[1], "why": None},
        "faults": {"user": faults[0], "kernel": faults[1], "why": None},
        "interrupts": {"user": 3, "kernel": 47, "why": None},
        "cpu_ns": {"user": cpu[0], "system": cpu[1], "why": None},
        "peak_rss_bytes": rss,
        "time_ns": {"user": times[0], "kernel": times[1], "blocked": times[2],
                    "runnable": times[3], "window": sum(times), "why": None},
        "why": None,
    }


def call(role_name, name, fd, calls, size, times, data=True, zeros=0, errors=0, source=None,
         sink=None):
    return {
        "role": role_name, "name": name, "fd": fd, "source": source, "sink": sink,
        "calls": calls, "errors": errors, "zeros": zeros, "bytes": size,
        "cpu_ns": times[0], "blocked_ns": times[1], "runnable_ns": times[2],
        "received_bytes": size if name == "recvfrom" else 0, "data": data,
        "histogram_log2_ns": [0] * 10 + [calls], "why": None,
    }


def leg(index, size, payload, note=None, why=None, at_xmit=None, at_queue=None,
        at_receive=None):
    return {
        "id": LEGS[index], "by": BY[index], "bytes": size,
        "per_byte": None if why else size / payload, "evidence": EVIDENCE[index], "note": note,
        "origin_bytes": at_xmit, "at_queue_bytes": at_queue, "at_receive_bytes": at_receive,
        "retransmitted_bytes": 0, "why": why,
    }


def not_borrowed(why="this way does not use MSG_ZEROCOPY"):
    return {"used": False, "sends": None, "completed": None, "copied": None, "late_bytes": None,
            "late_per_byte": None, "why": why}


def borrowed(sends, copied, late):
    """Sends whose pages the kernel borrowed."""
    return {"used": True, "sends": sends, "completed": sends, "copied": copied,
            "late_bytes": late, "late_per_byte": late / PAYLOAD, "why": None}


def origins(**bytes_of):
    return {name: bytes_of.get(name, 0) for name in ORIGINS}


def witness(name, source, counted, said, tolerance=0, rule=None, runs=0, differ=0):
    return {"id": name, "counted": counted, "witness": said, "tolerance": tolerance,
            "source": source, "rule": rule, "agree": abs(counted - said) <= tolerance, "runs": runs,
            "differ": differ}


def runs(untraced, traced, crossings):
    rows = []
    for elapsed in untraced:
        rows.append({"traced": False, "order": 0, "elapsed_ns": elapsed,
                     "sender_user_ns": elapsed // 50, "sender_system_ns": elapsed // 2,
                     "receiver_user_ns": elapsed // 60,
                     "receiver_system_ns": elapsed // 3, "crossings": None, "voluntary": None,
                     "involuntary": None, "faults_user": None, "why": "an untraced run"})
    for elapsed in traced:
        rows.append({"traced": True, "order": 0, "elapsed_ns": elapsed,
                     "sender_user_ns": elapsed // 50, "sender_system_ns": elapsed // 2,
                     "receiver_user_ns": elapsed // 60,
                     "receiver_system_ns": elapsed // 3, "crossings": crossings, "voluntary": 31,
                     "involuntary": 6, "faults_user": 2, "why": None})
    return rows


def scenario(name, variant, chunk, rounds, per_round, crossings, legs, roles, calls, elapsed,
             **more):
    data, control, faults = crossings
    result = {
        "id": name, "variant": variant, "cache": "warm", "link": "lo", "receiver": None,
        "rate_bits": 0,
        "chunk_bytes": chunk, "payload_bytes": PAYLOAD, "received_bytes": PAYLOAD,
        "sha256_sent": "a5" * 32, "sha256_received": "a5" * 32, "failed": None,
        "rounds": rounds,
        "crossings": {"per_round": per_round, "data": data, "control": control,
                      "user_faults": faults, "total": data + control + faults, "interrupts": 6,
                      "why": None},
        "roles": roles, "syscalls": calls, "legs": legs,
        "elapsed_ns": {"untraced": spread(elapsed), "traced": spread([2 * t for t in elapsed])},
        "sender_cpu_ns": {"untraced": spread([t // 50 + t // 2 for t in elapsed])},
        "bytes_per_second": round(PAYLOAD * 1e9 / sorted(elapsed)[len(elapsed) // 2]),
        "runs": runs(elapsed, [2 * t for t in elapsed], data + control + faults),
        "zerocopy": not_borrowed(),
        "witnesses": [], "flows": [], "loss": {"ring": 0, "map_full": 0, "recursion": 0},
        "coarse": {"calls": 0, "why": None},
        "timeline": {"limit": 0, "dropped": 0, "names": [], "events": []},
        "why": None,
    }
    result.update(more)
    return result


def copy_scenario(variant, elapsed, rounds, chunk, control, faults, rss):
    moved = origins(private=PAYLOAD)
    crossings = (4 * rounds, control, faults)
    return scenario(
        "copy", variant, chunk, rounds, 4.0, crossings,
        [leg(0, 0, PAYLOAD, "warm: use --cold"), leg(1, PAYLOAD, PAYLOAD, "inferred"),
         leg(2, PAYLOAD, PAYLOAD, None, None, moved, moved),
         leg(3, None, PAYLOAD, "lo has no device", NO_DEVICE),
         leg(4, PAYLOAD, PAYLOAD, at_receive=moved)],
        {"sender": role((31, 6), (faults // 2, 4), (3_000_000, 168_000_000), rss,
                        (3_000_000, 168_000_000, 9_000_000, 2_000_000), 4711),
         "receiver": role((97, 2), (3, 0), (2_000_000, 92_000_000), 1_900_000,
                          (2_000_000, 92_000_000, 88_000_000, 1_000_000), 4712)},
        [call("sender", "read", "file", rounds + 1, PAYLOAD, (61_000_000, 0, 400_000), zeros=1),
         call("sender", "sendto", "tcp", rounds, PAYLOAD, (105_000_000, 9_000_000, 1_500_000)),
         call("sender", "openat", "-", 1, 0, (21_000, 0, 0), data=False),
         call("receiver", "recvfrom", "tcp", 4321, PAYLOAD, (92_000_000, 88_000_000, 900_000))],
        elapsed,
        witnesses=[witness("sender.data_calls", "tally", 2 * rounds, 2 * rounds),
                   witness("sender.bytes", "TCP_INFO", PAYLOAD, PAYLOAD),
                   witness("sender.voluntary", "wait4", 31, 32, 2,
                           "the last switch of a process is not seen")])


def sendfile_scenario(elapsed, link="lo", cache="warm", chunk=CHUNK):
    rounds = PAYLOAD // chunk
    page_cache = origins(file_page=PAYLOAD)
    copied = origins(private=PAYLOAD)
    gathers = link != "veth-nosg"
    return scenario(
        "sendfile", "chunk", chunk, rounds, 2.0, (2 * rounds, 12, 2),
        [leg(0, 0, PAYLOAD, "warm: use --cold"), leg(1, 0, PAYLOAD, "inferred"),
         leg(2, 0 if gathers else PAYLOAD, PAYLOAD, None, None, page_cache if gathers else copied,
             page_cache),
         leg(3, None, PAYLOAD, "lo has no device", NO_DEVICE), leg(4, PAYLOAD, PAYLOAD)],
        {"sender": role((12, 2), (1, 0), (1_000_000, 47_000_000), 1_782_579,
                        (1_000_000, 47_000_000, 70_000_000, 3_000_000), 4713),
         "receiver": role((101, 1), (3, 0), (2_000_000, 91_000_000), 1_900_000,
                          (2_000_000, 91_000_000, 27_000_000, 1_000_000), 4714)},
        [call("sender", "sendfile", "file→tcp", rounds + 1, PAYLOAD,
              (46_000_000, 70_000_000, 3_000_000), zeros=1),
         call("receiver", "recvfrom", "tcp", 5000, PAYLOAD, (91_000_000, 27_000_000, 900_000))],
        elapsed, link=link, cache=cache,
        witnesses=[witness("sender.data_calls", "tally", rounds, rounds)],
        timeline={"limit": 100000, "dropped": 3, "names": ["sendfile", "file→tcp"],
                  "events": [[1, 0, 4713, 0, 1, 0, 0], [2, 0, 4713, 0, 1, 11000, 65536],
                             [3, 0, 4713, -1, -1, 12000, 1], [4, 1, 4714, -1, -1, 15000, 900],
                             [5, 1, 4714, -1, -1, 15000, 0], [2, 0, 4713, 0, 1, 20000, -11]]})


def claim(name, text, documents, measured, shown, verdict, unit="copies/byte", condition=None,
          why=None, note=None, source="doc1"):
    return {"id": name, "text": text, "source": source, "documents": documents,
            "measured": measured, "measured_text": shown, "unit": unit, "verdict": verdict,
            "condition": condition, "why": why, "note": note, "rule": "equal, give or take 5 %",
            "evidence": "counted"}


def report(mode, scenarios, claims, **more):
    result = {
        "schema": "zctrace/1", "mode": mode,
        "tool": {"version": "v1.0", "command": ["zctrace", mode]},
        "machine": {"kernel": "6.18.44", "arch": "x86_64", "cpus": 2,
                    "cpu_model": "Example CPU at 3.00 GHz", "memory_bytes": 8 << 30,
                    "virtual": "kvm", "btf": True, "lockdown": "none",
                    "distribution": "Debian GNU/Linux 13"},
        "config": {"payload_bytes": PAYLOAD, "file_system": "ext4", "cache": "warm", "link": "lo",
                   "repeats": 5, "seed": 0, "started": "2025-11-22T12:57:00Z", "file": None,
                   "as": None, "cards": None, "peer": None,
                   "receiver": "recv", "chunk_bytes": CHUNK, "rate_bits": 0,
                   "cpus": None, "socket_buffer_bytes": 0, "receiver_delay_us": 0},
        "scenarios": scenarios, "claims": claims, "sentences": [], "warnings": [],
    }
    result.update(more)
    return result


def compare():
    return report("compare", [
        copy_scenario("whole", [431_000_000, 425_000_000, 440_000_000, 429_000_000, 478_000_000],
                      1, 0, 10, 65540 * 2, 270_637_466),
        copy_scenario("chunk", [182_000_000, 180_000_000, 185_000_000, 181_000_000, 190_000_000],
                      PAYLOAD // CHUNK, CHUNK, 14, 4, 1_992_294),
        sendfile_scenario([121_000_000, 120_000_000, 119_000_000, 125_000_000, 133_000_000]),
    ], [
        claim("copy-switches", "copy: switches per round", "4", 4.0, "4.00", "holds",
              "crossings/round"),
        claim("sendfile-cpu-copies", "sendfile: CPU copies per byte", "1", 0.0, "0.00",
              "does not hold", note="lo: 0.00; a device that cannot gather: not measured; this "
              "measures it: zctrace compare --link veth-nosg"),
        claim("copy-dma-copies", "copy: DMA copies per byte", "2", None, None, "not measured",
              why="the file was in the page cache and lo has no device; measure it with "
              "--cold --to HOST"),
        claim("sendfile-faster", "sendfile is faster than copy", "3.19× (doc1), 2.22× and 1.91× "
              "(doc2)", 3.5619834710743801, "3.6×", "holds", "ratio", source="both"),
        claim("same-bytes", "both ways deliver the same file", "yes", 1.0, "yes", "holds",
              "same", source="doc2"),
        claim("sendfile-saves-cpu", "sendfile saves CPU time", "yes", -0.25, "25 % more",
              "does not hold", "part", source="doc2"),
    ], sentences=[
        "sendfile finished 3.6× faster than the documents' copy (they report 3.2×) although it "
        "crossed into the kernel 586 times as often.",
        "What it saved: 512 MiB of CPU copies and 65,536 page faults on a 256 MiB buffer.",
    ], warnings=["the times scatter by 12 %: close other programs, or use --repeats 20"])


def slower():
    """The same on another kernel: twice the time, one more page fault, one verdict changed."""
    made = compare()
    for one in made["scenarios"]:
        for times in (one["elapsed_ns"]["untraced"], one["sender_cpu_ns"]["untraced"]):
            times.update(spread([2 * t for t in times["runs"]]))
        one["roles"]["sender"]["faults"]["user"] += 1
    made["machine"]["kernel"] = "6.1.0-18-amd64"
    made["claims"][3].update(measured=0.9, measured_text="0.9×", verdict="does not hold")
    return made


WHY_SWITCH = "sched_switch is not in this kernel's BTF; boot a kernel with CONFIG_DEBUG_INFO_BTF"
WHY_XMIT = "net_dev_start_xmit was left out (--without net_dev_start_xmit)"


def failed(broken, why):
    """The scenario as it is when none of its runs could be made."""
    broken["failed"] = why
    for where in (broken, broken["crossings"], *broken["legs"]):
        for key in ("rounds", "per_round", "data", "control", "user_faults", "total",
                    "interrupts", "bytes", "per_byte", "bytes_per_second"):
            if key in where:
                where[key] = None
                where["why"] = why
    for leg_ in broken["legs"]:
        leg_["origin_bytes"] = leg_["at_queue_bytes"] = leg_["at_receive_bytes"] = None
    broken["zerocopy"] = not_borrowed(why)
    broken["elapsed_ns"] = {"untraced": unmeasured_spread(why), "traced": unmeasured_spread(why)}
    broken["sender_cpu_ns"] = {"untraced": unmeasured_spread(why)}
    broken.update(roles={}, syscalls=[], runs=[], witnesses=[],
                  timeline={"limit": 0, "dropped": 0, "names": [], "events": []})
    return broken


def unmeasured():
    copy = copy_scenario("chunk", [182_000_000], PAYLOAD // CHUNK, CHUNK, 14, 4, 1_992_294)
    for one in copy["roles"].values():
        one["switches"] = {"voluntary": None, "involuntary": None, "why": WHY_SWITCH}
        one["time_ns"] = {"user": None, "kernel": None, "blocked": None, "runnable": None,
                          "window": 182_000_000, "why": WHY_SWITCH}
        one["peak_rss_bytes"] = None
        one["why"] = "wait4 did not tell"
    copy["legs"][2] = leg(2, None, PAYLOAD, None, WHY_XMIT)
    copy["loss"] = {"ring": 0, "map_full": 7, "recursion": 1}
    copy["coarse"] = {"calls": 1234, "why": "16,384 files and sockets were reached; "
                      "trace fewer processes"}
    copy["witnesses"].append(witness("sender.calls", "tally", 4096, 4097, runs=5, differ=2))
    broken = failed(sendfile_scenario([121_000_000], link="veth"),
                    "the receiver ended early: connection reset by peer; run it again")
    made = report("compare", [copy, broken], [
        claim("copy-switches", "copy: switches per round", "4", None, None, "not measured",
              "crossings/round", why="8 events were lost; run it again, or with a smaller --size"),
    ])
    made["config"].update(link="several", repeats=1, payload_bytes=PAYLOAD)
    return made


def conditions():
    """More scenarios than fit beside each other, under different conditions."""
    scenarios = []
    for factor, link in ((1, "lo"), (2, "veth"), (3, "veth-nosg")):
        scenarios.append(sendfile_scenario([factor * 121_000_000 + n * 1_000_003
                                            for n in range(5)], link, "warm"))
        scenarios.append(sendfile_scenario([factor * 321_000_000 + n * 999_999
                                            for n in range(5)], link, "cold"))
    scenarios[3]["rate_bits"] = 1_000_000_000
    made = report("compare", scenarios, [])
    made["config"].update(cache="both", link="several", cpus="0,1\x1b[2J<b>",
                          socket_buffer_bytes=16384, receiver_delay_us=1500)
    made["config"]["as"] = "doc1"
    return made


def sweep():
    """Two ways with four sizes of the chunk each; the largest of one could not be measured."""
    scenarios = []
    for name, base, each in (("copy", 90_000_000, 1_200), ("sendfile", 40_000_000, 700)):
        for chunk in (1 << 10, 1 << 14, 1 << 18, 1 << 22):
            rounds = PAYLOAD // chunk
            elapsed = [base + rounds * each + n * 1_000_003 for n in (2, 0, 1, 4, 3)]
            if name == "copy":
                made = copy_scenario("chunk", elapsed, rounds, chunk, 14, 4, 1_800_000 + chunk)
            else:
                made = sendfile_scenario(elapsed, chunk=chunk)
            made["timeline"] = {"limit": 0, "dropped": 0, "names": [], "events": []}
            scenarios.append(made)
    failed(scenarios[-1], "the sender ended early: killed; run it again")
    made = report("sweep", scenarios, [], sentences=[
        "At its best chunk, 256 KiB, sendfile sends 256 MiB in 42.7 ms; copy at its best, 4 MiB, "
        "takes 2.2× as long (92.1 ms).",
        "copy: crossings stop mattering at chunks of 256 KiB: no larger one takes less CPU time "
        "beyond the noise (48.4 ms; 57.8 ms at 16 KiB). Crossings go on falling, from 4,114 to "
        "274; copies do not: the CPU makes 2.00 per byte at every size.",
    ])
    made["config"]["chunk_bytes"] = 0
    return made


def zerocopy_scenario():
    """Read, then sent with MSG_ZEROCOPY over loopback, which copies late."""
    one = copy_scenario("chunk", [190_000_000, 188_000_000, 189_000_000, 195_000_000, 191_000_000],
                        PAYLOAD // CHUNK, CHUNK, 300, 4, 2_992_294)
    own = origins(anonymous=PAYLOAD)
    one["id"] = "zerocopy"
    one["legs"][2] = leg(2, 0, PAYLOAD, None, None, own, own)
    one["zerocopy"] = borrowed(PAYLOAD // CHUNK, PAYLOAD // CHUNK, PAYLOAD)
    return one


def ways():
    """compare --all: a way that lends pages, and one that this machine does not allow."""
    made = compare()
    refused = unmeasured()["scenarios"][1]
    text = json.dumps(refused).replace(refused["failed"], NO_URING)
    refused = json.loads(text)
    refused.update(id="uring", link="lo")
    made["scenarios"] += [zerocopy_scenario(), refused]
    return made


HOSTILE = ("<script>alert(1)</script>", "]]>", "\x1b[31mred\x1b[0m", "\u202egpj.exe", "a\nb\r\tc",
           "|`*_[x](http://example.org)_*`|", "=1+1", "@SUM(A1)", "\u200b\ufeff\u2066", "中文字符",
           "e\u0301\u0302", "\U0001f980", '"; DROP', "' onload='x", "&lt;", "\\x41", "\x7f\x80\x9f",
           "- list", "1. list", "# title", "$(reboot)", "-2+3")


def hostile():
    """Every text that a program or a file can choose is out to be read as something else."""
    made = compare()
    texts = list(HOSTILE)

    def spoil(value, key=None):
        keep = ("schema", "mode", "verdict", "id", "by", "evidence")
        if isinstance(value, dict):
            return {(spoil(k) if key == "roles" else k): spoil(v, k) for k, v in value.items()}
        if isinstance(value, list):
            return [spoil(v, key) for v in value]
        if isinstance(value, str) and key not in keep:
            texts.append(texts.pop(0))
            return texts[-1]
        return value

    made = spoil(made)
    first = made["scenarios"][0]
    first["id"] = "<img src=x onerror=alert(1)>"
    first["variant"] = "\x1b]0;title\x07"
    first["syscalls"][0]["source"] = "/" + "long name " * 409
    first["syscalls"][0]["name"] = "字" * 1365
    made["claims"][0]["text"] = "x" * 4096
    made["machine"]["kernel"] = "6.1 " + "\x1b[2J" * 1024
    made["sentences"] = ["\r\n" + "word " * 100, "1) " + "</table>" * 50, "nothing \u2028 at all"]
    return made


def flows():
    """zctrace run: any program, several processes."""
    def flow(name, source, sink, size, calls_by, copies, verdict, because, why=None,
             refusals=()):
        return {"role": name, "source": source, "sink": sink, "source_kind": "file",
                "sink_kind": "tcp", "calls_by": calls_by, "calls": 100, "bytes": size,
                "copies_per_byte": copies, "verdict": verdict, "because": because,
                "refusals": list(refusals), "why": why}

    why = "a program of its own has no rounds"
    one = scenario(
        "run", None, 0, None, None, (0, 0, 0), [leg(i, None, 1, None, why) for i in range(5)],
        {"nginx[812]": role((120, 4), (30, 12), (12_000_000, 48_000_000), 9_437_184,
                            (12_000_000, 48_000_000, 3_000_000_000, 2_000_000), 812),
         "curl[813]": role((40, 1), (300, 2), (30_000_000, 90_000_000), 12_582_912,
                           (30_000_000, 90_000_000, 700_000_000, 1_000_000), 813)},
        [call("nginx[812]", "sendfile", "file→tcp", 4097, PAYLOAD, (46_000_000, 70_000_000, 3_000),
              source="/srv/www/film.mkv", sink="127.0.0.1:8080"),
         call("nginx[812]", "epoll_wait", "-", 99, 0, (1_000_000, 2_900_000_000, 0), data=False),
         call("curl[813]", "recvfrom", "tcp", 9999, PAYLOAD, (91_000_000, 27_000_000, 9_000),
              errors=17, source="127.0.0.1:8080")],
        [3_141_592_653],
        why=why, payload_bytes=0, received_bytes=0, cache=None, link=None,
        sha256_sent=None, sha256_received=None, runs=[],
        sender_cpu_ns={"untraced": unmeasured_spread("only traced runs are made")},
        flows=[flow("nginx[812]", "/srv/www/film.mkv", "127.0.0.1:8080", PAYLOAD, "sendfile", 0.0,
                    "zero-copy", "268,435,456 of 268,435,456 bytes at the device were pages of "
                    "the file itself"),
               flow("curl[813]", "127.0.0.1:8080", "/tmp/film.mkv", PAYLOAD, "recvfrom + write",
                    2.0, "copied through user space", None, refusals=[
                        {"call": "splice", "error": "EINVAL", "times": 3, "before": True},
                        {"call": "sendto with MSG_ZEROCOPY", "error": "ENOBUFS", "times": 1,
                         "before": False}]),
               flow("nginx[812]", "/etc/ssl/cert.pem", None, 4096, "mmap", None, "not visible",
                    "the bytes were taken by page faults", "no call moved them")])
    one["roles"]["curl[813]"]["merged"] = 2
    one["zerocopy"] = not_borrowed(why)
    one["crossings"] = {"per_round": None, "data": 28192, "control": 198, "user_faults": 660,
                        "total": 29050, "interrupts": 12, "why": why}
    one["elapsed_ns"]["untraced"] = unmeasured_spread("only traced runs are made")
    made = report("run", [one], [], sentences=["nginx[812] sent /srv/www/film.mkv without a CPU "
                                               "copy."])
    made["tool"]["command"] = ["zctrace", "run", "--", "sh", "-c", "nginx & curl -O localhost"]
    made["config"].update(payload_bytes=0, receiver=None, cache=None, link=None, repeats=1,
                          chunk_bytes=0, file_system=None)
    return made


MAKERS = {"compare": compare, "unmeasured": unmeasured, "conditions": conditions,
          "sweep": sweep, "hostile": hostile, "run": flows, "slower": slower, "ways": ways}
# What is expected of each fixture: a file's suffix, and the command that gives it.
EXPECTED = {"txt": [], "verbose.txt": ["-v"], "md": ["--markdown", "-"], "csv": ["--csv", "-"],
            "verbose.md": ["-v", "--markdown", "-"]}
# Two fixtures beside each other.
DIFFS = {"compare-slower.diff.txt": ("compare", "slower", []),
         "compare-unmeasured.diff.txt": ("compare", "unmeasured", []),
         "compare-conditions.diff.txt": ("compare", "conditions", []),
         "compare-unmeasured.diff.verbose.txt": ("compare", "unmeasured", ["-v"])}


def fixture(name):
    return HERE / "fixtures" / f"{name}.json"


def expected(name):
    return HERE / "expected" / name


def run(zctrace, command, *arguments):
    return subprocess.run([zctrace, command, *map(str, arguments)], check=True,
                          stdout=subprocess.PIPE, timeout=60).stdout


def main():
    zctrace = sys.argv[1]
    for name, make in MAKERS.items():
        path = fixture(name)
        path.write_text(json.dumps(make()), encoding="utf-8")
        path.write_bytes(run(zctrace, "report", path, "--json", "-"))
        for suffix, options in EXPECTED.items():
            expected(f"{name}.{suffix}").write_bytes(run(zctrace, "report", path, *options))
    for name, (before, after, options) in DIFFS.items():
        expected(name).write_bytes(run(zctrace, "diff", fixture(before), fixture(after), *options))


if __name__ == "__main__":
    main()
