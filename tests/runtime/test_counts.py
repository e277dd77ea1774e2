# SPDX-License-Identifier: GPL-2.0
"""Counts are exact: against the documents' programs, against strace, against every witness; and
what cannot be counted is null, with a reason, never 0."""
import collections
import itertools
import json
import re

import pytest

import leaks
from link_programs import wait_until
from scenario_programs import counts, receiver, run, sender_command, strace
from zctrace import (
    CHUNK,
    MACHINE,
    MEASURED,
    ROUNDS,
    assert_one_message,
    assert_sound,
    calls,
    command,
    data_calls,
    leg,
    make_file,
    measure,
    measure_one,
    started,
    tool,
    verdict,
    witness,
    zctrace,
)

pytestmark = pytest.mark.usefixtures("place")

SIZE = ROUNDS * CHUNK
DOC1_BYTES = 1_288_490_188
MANY = 20

# What a run needs to be quick: a small file, one run traced and one not.
QUICK = ["-n", 1, "--size", SIZE]


@pytest.mark.parametrize(
    "options, moving, per_round",
    [(["copy", "--chunk", "64K"], ["read", "sendto"], 4), (["sendfile"], ["sendfile"], 2)],
)
def test_23_chunks_are_23_rounds_every_time(options, moving, per_round):
    for number in range(MANY):
        scenario = measure_one(*options, *QUICK)
        found = calls(scenario)
        assert scenario["rounds"] == ROUNDS, number
        assert data_calls(scenario) == ROUNDS * len(moving), number
        assert scenario["crossings"]["data"] == ROUNDS * per_round, number
        assert scenario["crossings"]["per_round"] == per_round, number
        # The first of them is the one that finds the end.
        assert [found[name] for name in moving] == [ROUNDS + 1] + [ROUNDS] * (len(moving) - 1)
        assert (found["openat"], found["close"]) == (1, 2), number


def test_whole_file_is_one_round():
    scenario = measure_one("copy", *QUICK)
    found = calls(scenario)
    assert (scenario["rounds"], scenario["variant"]) == (1, "whole")
    assert (found["read"], found["sendto"]) == (2, 1), "a read, the end, a send"
    assert scenario["crossings"]["per_round"] == 4


@pytest.mark.alone
def test_doc1_copy():
    scenario = measure_one("copy", "--as", "doc1", "-n", 1)
    assert scenario["payload_bytes"] == DOC1_BYTES
    reads, sends = (
        next(call for call in scenario["syscalls"] if call["name"] == name)
        for name in ("read", "sendto")
    )
    assert (reads["calls"], reads["zeros"], reads["bytes"]) == (2, 1, DOC1_BYTES)
    assert (sends["calls"], sends["zeros"], sends["bytes"]) == (1, 0, DOC1_BYTES)
    assert (scenario["rounds"], scenario["crossings"]["data"]) == (1, 4)
    assert sends["sink"].endswith(":8082"), "the document's port"


@pytest.mark.xdist_group("ports of the documents")
@pytest.mark.parametrize("way", ["copy", "sendfile"])
def test_doc2_in_small(way):
    """Its port, its chunk; the size is told."""
    report = measure(way, "--as", "doc2", "--size", 23 * 65536, "-n", 1)
    (scenario,) = report["scenarios"]
    assert (report["config"]["as"], report["config"]["chunk_bytes"]) == ("doc2", 65536)
    assert any(":10000" in call["sink"] for call in scenario["syscalls"] if call["sink"])
    assert scenario["rounds"] == (1 if way == "copy" else 23)


@pytest.mark.alone
def test_doc1_sendfile():
    scenario = measure_one("sendfile", "--as", "doc1", "-n", 1)
    assert scenario["payload_bytes"] == DOC1_BYTES
    (moves,) = (call for call in scenario["syscalls"] if call["name"] == "sendfile")
    assert (moves["calls"], moves["zeros"], moves["bytes"]) == (19_662 + 1, 1, DOC1_BYTES)
    assert (scenario["rounds"], scenario["crossings"]["data"]) == (19_662, 39_324)
    assert moves["sink"].endswith(":8082"), "the document's port"


def calls_by_process(log):
    """strace's log of many processes: the names of the calls of each, in order, as (name, line)."""
    found = collections.defaultdict(list)
    for line in log.splitlines():
        match = re.match(r"(\d+) +(\w+)\((.*)", line)
        if match:
            found[int(match[1])].append((match[2], match[3]))
    return found


def between(lines, first, last):
    """The calls behind the one that first matches and before the one that last matches."""
    inside = itertools.dropwhile(lambda call: not re.match(first, f"{call[0]}({call[1]}"), lines)
    next(inside)
    return collections.Counter(
        name
        for name, _ in itertools.takewhile(
            lambda call: not re.match(last, f"{call[0]}({call[1]}"), inside
        )
    )


@pytest.mark.parametrize(
    "options",
    [["copy"], ["copy", "--chunk", "64K"], ["copy", "--prefault"], ["sendfile"]],
    ids=" ".join,
)
def test_strace_counts_the_same_of_the_same_run(place, options):
    """strace looks at the very processes that are traced: both see every call of both."""
    log = place / "strace.log"
    done = run([tool("strace"), "-f", "-s", "16", "-o", log, *command(*options, *QUICK),
                "--json", "-"])
    assert done.returncode == MEASURED, done.stderr
    report = json.loads(done.stdout)
    assert_sound(report)
    (scenario,) = report["scenarios"]
    seen = calls_by_process(log.read_text())
    for role in ("sender", "receiver"):
        lines = seen[scenario["roles"][role]["pid"]]
        expected = between(lines, r'sendto\(3, "begin', r'sendto\(3, "end')
        assert calls(scenario, role) == expected, role


@pytest.mark.parametrize(
    "way, options",
    [
        ("copy-whole", ["copy"]),
        ("copy-64K", ["copy", "--chunk", "64K"]),
        ("sendfile-64K", ["sendfile"]),
    ],
)
def test_strace_counts_the_same_of_the_program_by_hand(place, way, options):
    """The program run without zctrace, as the documents do, makes the calls that the report says:
    from the connection to its end."""
    path = make_file(place / "file", SIZE)
    found = calls(measure_one(*options, "-n", 1, path))
    with receiver("--port", 0) as server:
        by_hand = sender_command(way, "--port", server.port, path)
        summary = counts(strace(place, ["-c"], by_hand))
        of_file = counts(strace(place, ["-c", "-P", path], by_hand))
        ((_, lines),) = calls_by_process(strace(place, ["-s", "16"], by_hand)).items()
    connected = next(line for name, line in lines if name == "connect").split(",")[0]
    window = between(lines, r"connect\(", rf"close\({connected}\)")
    window["close"] += 1
    assert found == window
    for name in ("sendto", "sendfile"):
        assert found.get(name, 0) == summary[name], name
    assert found.get("read", 0) == of_file["read"]


def test_witnesses_of_every_number():
    report = measure("compare", "-n", 1, "--size", SIZE)
    for scenario in report["scenarios"]:
        sources = {w["id"]: w["source"] for w in scenario["witnesses"]}
        assert sources["sender.data_calls"] == "tally"
        assert sources["sender.voluntary"] == "the kernel's nvcsw"
        assert sources["sender.involuntary"] == "the kernel's nivcsw"
        assert sources["sender.faults"] == "the kernel's min_flt + maj_flt"
        assert sources["sender.bytes_in"] == "the kernel's rchar"
        assert sources["sender.tcp_sent"].startswith("TCP_INFO")
        assert sources["receiver.bytes_in"] == "tally"
        assert witness(scenario, "payload.delivered")["witness"] == SIZE
        assert witness(scenario, "sender.segment_bytes")["counted"] == SIZE
        for one in scenario["witnesses"]:
            assert (one["runs"], one["differ"]) == (1, 0)
            assert (one["tolerance"] == 0) == (not one["id"].endswith(".cpu_ns")), one


def test_compare_runs_the_documents_programs():
    report = measure("compare", "-n", 2, "--size", SIZE)
    assert [(s["id"], s["variant"], s["chunk_bytes"]) for s in report["scenarios"]] == [
        ("copy", "whole", 0),
        ("copy", "prefault", 0),
        ("copy", "chunk", CHUNK),
        ("sendfile", "chunk", CHUNK),
    ]
    assert [s["crossings"]["per_round"] for s in report["scenarios"]] == [4, 4, 4, 2]
    for claim in ("copy-switches", "sendfile-switches", "same-bytes", "kernel-support"):
        assert verdict(report, claim) == "holds", claim


@pytest.mark.parametrize("repeats", [1, 4])
def test_every_repeat_makes_every_run_in_an_order_of_its_own(place, repeats):
    """By the order in which strace sees programs started and tracepoints attached to."""
    log, path = place / "strace.log", place / "report.json"
    trace = ["-f", "-s", "64", "-e", "trace=execve,bpf", "-o", log]
    done = run([tool("strace"), *trace, *command("compare", "-n", repeats, "--size", "64K", "-q",
                                                 "--json", path)])
    assert done.returncode == MEASURED, done.stderr
    runs = []
    for line in log.read_text().splitlines():
        started = re.search(r'execve\(".*/scenarios/(copy|sendfile)"', line)
        if started:
            runs.append((started[1], "untraced"))
        elif "BPF_LINK_CREATE" in line or "BPF_RAW_TRACEPOINT_OPEN" in line:
            if runs:
                runs[-1] = (runs[-1][0], "traced")
    once = [(way, kind) for way in ("copy", "copy", "copy", "sendfile")
            for kind in ("traced", "untraced")]
    checks, timed = runs[:4], runs[4:]
    assert sorted(checks) == [run for run in once if run[1] == "untraced"], "digested"
    rounds = [timed[i : i + len(once)] for i in range(0, len(timed), len(once))]
    assert len(rounds) == repeats
    assert all(sorted(of_round) == sorted(once) for of_round in rounds)
    report = json.loads(path.read_text())
    said = sorted((run["order"], scenario["id"], "traced" if run["traced"] else "untraced")
                  for scenario in report["scenarios"] for run in scenario["runs"])
    assert [run[1:] for run in said] == timed
    assert report["config"]["seed"] > 0


def test_a_seed_gives_the_same_order_again():
    def order(seed):
        report = measure("compare", "-n", 2, "--size", "64K", "--seed", seed)
        return [(scenario["variant"], run["traced"], run["order"])
                for scenario in report["scenarios"] for run in scenario["runs"]]

    assert order(23) == order(23) != order(29)


def test_runs_are_all_in_the_report():
    scenario = measure_one("sendfile", "-n", 3, "--size", SIZE)
    assert collections.Counter(run["traced"] for run in scenario["runs"]) == {True: 3, False: 3}
    for run_ in scenario["runs"]:
        counted = [run_[name] for name in ("crossings", "voluntary", "involuntary", "faults_user")]
        if run_["traced"]:
            assert None not in counted
            assert run_["crossings"] == 2 * sum(calls(scenario).values()) + 2 * run_["faults_user"]
        else:
            assert counted == [None] * 4 and "untraced" in run_["why"]


def test_timeline():
    timeline = measure_one("sendfile", *QUICK, "--timeline=100")["timeline"]
    assert timeline["limit"] == 100
    for role in (0, 1):
        assert 50 <= sum(event[1] == role for event in timeline["events"]) <= 100
    timeline = measure_one("sendfile", *QUICK, "--timeline=100000")["timeline"]
    assert len(timeline["events"]) < 100_000
    timeline = measure_one("sendfile", *QUICK, "--no-timeline")["timeline"]
    assert (timeline["limit"], timeline["events"]) == (0, [])


def test_the_search_for_leaks_finds_what_is_there(place):
    """Of a run that is under way; or the other tests' silence would mean nothing."""
    before = leaks.Before()
    with started("sendfile", "-n", 1, "--size", "8M", "--rate", "50Mbit", "-q") as running:
        wait_until(lambda: "(sendfile)" in "".join(before.left()), "the sender")
        found = "\n".join(before.left())
        for kind in ("BPF prog", "BPF map", "network namespace", "(zctrace)", "(receiver)"):
            assert kind in found, kind
        wait_until(lambda: "BPF link" in "".join(before.left()), "a link")
        running.terminal_signal()
        running.end()


# --- without a tracepoint ---

ROLES = ("sender", "receiver")
COMPARED = ["copy", "--chunk", "64K", *QUICK]

INTERRUPTS = ["local_timer_entry", "reschedule_entry", "call_function_entry",
              "call_function_single_entry", "irq_work_entry", "irq_handler_entry", "nmi_handler"]

# What is null without it, as paths in the scenario; {} stands for each role.
OPTIONAL = {
    "sched_switch": [
        "roles.{}.switches.voluntary",
        "roles.{}.switches.involuntary",
        "roles.{}.time_ns.user",
        "roles.{}.time_ns.kernel",
        "roles.{}.time_ns.blocked",
        "roles.{}.time_ns.runnable",
        "runs.traced.voluntary",
        "runs.traced.involuntary",
        "syscalls.blocked_ns",
        "syscalls.runnable_ns",
        "syscalls.cpu_ns",
    ],
    "sched_wakeup": [
        "roles.{}.time_ns.blocked",
        "roles.{}.time_ns.runnable",
        "syscalls.blocked_ns",
        "syscalls.runnable_ns",
    ],
    "page_fault_user": [
        "roles.{}.faults.user",
        "crossings.user_faults",
        "crossings.total",
        "runs.traced.crossings",
        "runs.traced.faults_user",
    ],
    "page_fault_kernel": ["roles.{}.faults.kernel"],
    **dict.fromkeys(INTERRUPTS, [
        "roles.{}.interrupts.user",
        "roles.{}.interrupts.kernel",
        "crossings.interrupts",
    ]),
    "mm_filemap_add_to_page_cache": ["legs.disk-cache.bytes", "legs.disk-cache.per_byte"],
    "mm_filemap_get_pages": [],
    "mm_filemap_map_pages": [],
    "mm_filemap_fault": [],
    "net_dev_queue": ["legs.user-socket.at_queue_bytes"],
    "net_dev_start_xmit": [
        "legs.user-socket.bytes",
        "legs.user-socket.per_byte",
        "legs.user-socket.origin_bytes",
        "legs.user-socket.at_queue_bytes",
        "legs.user-socket.retransmitted_bytes",
    ],
    "skb_copy_datagram_iovec": [
        "legs.socket-receiver.bytes",
        "legs.socket-receiver.per_byte",
        "legs.socket-receiver.at_receive_bytes",
        "syscalls.received_bytes",
    ],
    "inet_sock_set_state": [],
    "tcp_destroy_sock": [],
    "io_uring_complete": [],
    "io_uring_file_get": [],
    "io_uring_submit_req": [],
}
REQUIRED = [
    "sys_enter",
    "sys_exit",
    "sched_process_fork",
    "sched_process_exec",
    "sched_process_exit",
]
REMARKS = ("why", "note", "rule", "failed", "source", "sink")


def key_of(entry, number):
    """How an entry of a list is named in a path; the calls are all one."""
    if "traced" in entry:
        return "traced" if entry["traced"] else "untraced"
    return "" if "histogram_log2_ns" in entry else entry.get("id", str(number))


def nulls(value, path="", whys=()):
    """Paths of what is null, with the reasons that stand around it."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name not in REMARKS and name != "timeline":
                yield from nulls(inner, f"{path}.{name}", (*whys, value.get("why")))
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for number, inner in enumerate(value):
            yield from nulls(inner, f"{path}.{key_of(inner, number)}".rstrip("."), whys)
    elif value is None:
        yield path[1:], [why for why in whys if why]


@pytest.fixture(scope="module")
def usual_nulls(root):
    return dict(nulls(measure_one(*COMPARED)))


def test_every_tracepoint_is_tried():
    doctor = json.loads(zctrace("doctor", "--json").stdout)
    found = {
        finding["what"].removeprefix("tracepoint "): finding["required"]
        for finding in doctor["findings"]
        if finding["what"].startswith("tracepoint ")
    }
    assert sorted(name for name in found if found[name]) == sorted(REQUIRED)
    assert sorted(name for name in found if not found[name]) == sorted(OPTIONAL)


@pytest.mark.parametrize("name", OPTIONAL)
def test_without_an_optional_tracepoint(usual_nulls, name):
    report = measure(*COMPARED, "--without", name)
    (scenario,) = report["scenarios"]
    found = dict(nulls(scenario))
    expected = {path.format(role) for path in OPTIONAL[name] for role in ROLES}
    assert set(found) - set(usual_nulls) == expected
    assert set(usual_nulls) <= set(found)
    for path in expected:
        assert any("--without" in why for why in found[path]), (path, found[path])
    assert scenario["crossings"]["data"] == 4 * ROUNDS
    assert leg(scenario, "cache-user")["bytes"] == SIZE


@pytest.mark.parametrize("name", OPTIONAL)
def test_text_without_an_optional_tracepoint(name):
    done = zctrace("sendfile", *QUICK, "-v", "--without", name)
    assert (done.returncode, done.stderr) == (MEASURED, "")
    assert done.stdout


def test_without_all_optional_tracepoints():
    options = [option for name in OPTIONAL for option in ("--without", name)]
    report = measure(*COMPARED, *options)
    (scenario,) = report["scenarios"]
    assert scenario["crossings"]["data"] == 4 * ROUNDS
    assert verdict(report, "copy-switches") == "holds"
    assert verdict(report, "copy-cpu-copies") == "not measured"


def test_verdicts_need_their_tracepoints():
    report = measure("compare", "-n", 1, "--size", SIZE, "--without", "net_dev_start_xmit")
    for claim in ("copy-cpu-copies", "sendfile-cpu-copies", "gather-removes-copy"):
        assert verdict(report, claim) == "not measured", claim
    assert verdict(report, "copy-switches") == verdict(report, "sendfile-switches") == "holds"


@pytest.mark.parametrize("name", REQUIRED)
def test_without_a_required_tracepoint(name):
    done = zctrace("sendfile", *QUICK, "--without", name)
    assert (done.returncode, done.stdout) == (MACHINE, "")
    assert_one_message(done.stderr, f"tracepoint {name}", "--without")
