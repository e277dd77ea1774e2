# SPDX-License-Identifier: GPL-2.0
"""Small reports made from scratch, and running `zctrace report` on them.

Used by the tests of formats that need a timeline of which every event is known.
"""
import copy
import json
import os
import pathlib
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUILD = pathlib.Path(os.environ.get("ZCTRACE_BUILD", ROOT / "build"))
FIXTURES = sorted([*HERE.glob("*.json"), *HERE.glob("fixtures/*.json")])

ENTER, EXIT, OFF, ON, FAULT = 1, 2, 3, 4, 5
LEGS = ["disk-cache", "cache-user", "user-socket", "socket-device", "socket-receiver"]


def convert(report, tmp_path, option, name="out", check=True):
    """The file that `zctrace report` makes of a report (a dict or the path of a JSON file)."""
    if isinstance(report, dict):
        source = tmp_path / f"{name}.json"
        source.write_text(json.dumps(report), encoding="utf-8")
    else:
        source = report
    target = tmp_path / name
    done = subprocess.run([BUILD / "zctrace", "report", source, f"--{option}", target, "--quiet"],
                          capture_output=True, text=True, timeout=120)
    if check:
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
    return target if check else done


def not_measured(*names):
    return dict.fromkeys(names)


def role(pid):
    return {
        "pid": pid,
        "switches": {"voluntary": 3, "involuntary": 1},
        "faults": {"user": 20, "kernel": 2},
        "cpu_ns": {"user": 1000, "system": 2000},
        "peak_rss_bytes": 1 << 20,
        "time_ns": {"user": 1, "kernel": 2, "blocked": 3, "runnable": 4},
    }


def syscall(role_name, name, fd, calls, size, data=True, errors=0):
    return {"role": role_name, "name": name, "fd": fd, "calls": calls, "errors": errors,
            "bytes": size, "cpu_ns": 0, "blocked_ns": 0, "runnable_ns": 0, "data": data}


def spread():
    return {"median": 9000, "min": 9000, "max": 9000, "runs": [9000]}


def legs(payload, **copied):
    """Legs by id with - for _; None is not measured, what is not named copied nothing."""
    made = []
    for leg_id in LEGS:
        size = copied.get(leg_id.replace("-", "_"), 0)
        made.append({"id": leg_id, "by": "cpu", "evidence": "counted", "bytes": size,
                     "per_byte": None if size is None else size / payload})
        if size is None:
            made[-1]["why"] = "lo has no device"
    return made


def timeline(events, dropped=0):
    """Events as (type, role, tid, name, fd, ns, value)."""
    names = sorted({text for event in events for text in event[3:5] if text is not None})
    rows = [[e[0], e[1], e[2], names.index(e[3]) if e[3] is not None else -1,
             names.index(e[4]) if e[4] is not None else -1, e[5], e[6]] for e in events]
    return {"limit": 100000, "dropped": dropped, "names": names, "events": rows}


def scenario(identity, payload, calls, copied, events, **more):
    return {
        "id": identity, "chunk_bytes": 0, "payload_bytes": payload,
        "cache": "warm", "link": "lo", "rounds": 1,
        "crossings": {"per_round": 4.0, "data": 4, "control": 2, "user_faults": 6, "total": 12},
        "roles": {"sender": role(1000), "receiver": role(1001)},
        "syscalls": calls, "legs": legs(payload, **copied),
        "elapsed_ns": {"untraced": spread(), "traced": spread()},
        "runs": [], "witnesses": [],
        "loss": {"ring": 0, "map_full": 0, "recursion": 0},
        "timeline": timeline(events, more.pop("dropped", 0)),
        **more,
    }


def report(*scenarios, **more):
    return {
        "schema": "zctrace/1", "mode": "compare",
        "tool": {"version": "1.0", "command": ["zctrace", "compare"]},
        "machine": {"kernel": "6.1.0", "arch": "x86_64", "cpus": 2, "cpu_model": "a CPU",
                    "memory_bytes": 1 << 30, "virtual": "kvm", "btf": True, "lockdown": "none",
                    "distribution": "Debian"},
        "config": {"payload_bytes": 1000, "file_system": "ext4", "cache": "warm", "link": "lo",
                   "repeats": 1, "started": "2024-01-01T00:00:00Z"},
        "scenarios": list(scenarios), "claims": [], "sentences": ["One sentence."],
        **more,
    }


def copy_scenario(**more):
    """One read of 1000 bytes, the read that finds the end, one send; received in two calls."""
    events = [
        (FAULT, 0, 1000, None, None, 0, 0),
        (ENTER, 0, 1000, "read", "file", 100, 0),
        (ENTER, 1, 1001, "recvfrom", "tcp", 150, 0),
        (OFF, 1, 1001, None, None, 160, 1),
        (EXIT, 0, 1000, "read", "file", 500, 1000),
        (FAULT, 0, 1000, None, None, 510, 0),
        (ENTER, 0, 1000, "read", "file", 600, 0),
        (EXIT, 0, 1000, "read", "file", 610, 0),
        (ENTER, 0, 1000, "sendto", "tcp", 700, 0),
        (ON, 1, 1001, None, None, 800, 40),
        (EXIT, 1, 1001, "recvfrom", "tcp", 820, 600),
        (OFF, 0, 1000, None, None, 830, 0),
        (ENTER, 1, 1001, "recvfrom", "tcp", 840, 0),
        (ON, 0, 1000, None, None, 890, 60),
        (EXIT, 0, 1000, "sendto", "tcp", 900, 1000),
        (EXIT, 1, 1001, "recvfrom", "tcp", 950, 400),
        (ENTER, 1, 1001, "recvfrom", "tcp", 960, 0),
        (EXIT, 1, 1001, "recvfrom", "tcp", 970, -11),
    ]
    calls = [
        syscall("sender", "read", "file", 2, 1000),
        syscall("sender", "sendto", "tcp", 1, 1000),
        syscall("receiver", "recvfrom", "tcp", 3, 1000, errors=1),
    ]
    copied = {"cache_user": 1000, "user_socket": 1000, "socket_device": None,
              "socket_receiver": 1000}
    return scenario("copy", 1000, calls, copied, more.pop("events", events),
                    **{"variant": "whole", **more})


def sendfile_scenario(**more):
    """Two calls of sendfile, nothing copied on the way; the thread ids are those of the copy."""
    events = [
        (ENTER, 0, 1000, "sendfile", "file→tcp", 0, 0),
        (EXIT, 0, 1000, "sendfile", "file→tcp", 90, 600),
        (ENTER, 0, 1000, "sendfile", "file→tcp", 100, 0),
        (EXIT, 0, 1000, "sendfile", "file→tcp", 190, 400),
        (ENTER, 1, 1001, "recvfrom", "tcp", 200, 0),
        (EXIT, 1, 1001, "recvfrom", "tcp", 300, 1000),
    ]
    calls = [
        syscall("sender", "sendfile", "file→tcp", 2, 1000),
        syscall("receiver", "recvfrom", "tcp", 1, 1000),
    ]
    copied = {"socket_device": None, "socket_receiver": 1000}
    return scenario("sendfile", 1000, calls, copied, more.pop("events", events),
                    **{"variant": "chunk", "chunk_bytes": 65536, **more})


def loaded(path):
    return json.loads(pathlib.Path(path).read_text(encoding="utf-8"))


def changed(original, **more):
    return {**copy.deepcopy(original), **more}
