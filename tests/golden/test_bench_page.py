# SPDX-License-Identifier: GPL-2.0
"""The benchmark's own arithmetic: figures, goals, rounds, phases, and the page made of them.

No tracer runs here and nothing is measured: the numbers are made up, so that the right answer is
known.
"""
import copy
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "bench"))
import figures      # noqa: E402
import goals        # noqa: E402
import order        # noqa: E402
import page         # noqa: E402
import part_dense   # noqa: E402
import part_workload  # noqa: E402
import phases       # noqa: E402
import processes    # noqa: E402
import rounds       # noqa: E402
import tracers      # noqa: E402

SEED = 23
WAYS = ("copy-whole", "copy", "sendfile")


def row(row_id, why=None, **values):
    return {"id": row_id, "name": row_id, "why": why, "failed": 0, "last_failure": None,
            "values": {name: list(found) for name, found in values.items()}}


def part(*rows, **more):
    return {"rounds": 3, "seconds": 60.0, "began": "2030-01-02 03:04", "rows": list(rows), **more}


def loop(row_id, ns, **more):
    """A row of the dense loop, the same in each of three rounds but for the machine's own mood."""
    return row(row_id, rw_ns=[ns, ns + 10, ns + 50], pread_ns=[ns - 5] * 3, **more)


def results():
    """Complete, with every goal met: zctrace adds 150 ns, an empty pair 100."""
    dense = part(
        loop("untraced", 200, rw_mean_ns=[250.0] * 3), loop("empty", 300), loop("clock", 330),
        loop("zctrace", 350, lost=[0] * 3, calls_off=[0] * 3, bytes_off=[0] * 3,
             latency_ns=[240.0, 250.0, 260.0]),
        loop("counts", 310), loop("perf-stat", 400), loop("syscount", 400), loop("syscount-L", 500),
        row("bcc", why="no | headers"), row("bcc-L", why="no | headers"), loop("bpftrace", 800),
        loop("perf-trace", 20000, missed=[0, 1234, 0]), loop("strace-pinned", 10000),
        loop("strace", 15000), loop("strace-seccomp", 15000),
        row("kernel", **{"zctrace/sys_enter": [60] * 3, "zctrace/sys_exit": [70] * 3,
                         "empty/sys_enter": [20] * 3, "empty/sys_exit": [21] * 3}))
    bystander = part(loop("untraced", 200), loop("empty", 300), loop("zctrace", 305),
                     loop("strace", 200))
    workload = part(*(
        found for way in WAYS for found in (
            row(f"{way}/untraced", elapsed_s=[1.0] * 3, cpu_s=[0.5] * 3),
            row(f"{way}/zctrace", elapsed_s=[1.1] * 3, cpu_s=[0.505] * 3),
            row(f"{way}/kernel", cpu_s=[0.5] * 3, bpf_s=[0.004] * 3, bpf_share=[0.012] * 3,
                statistics_s=[0.002] * 3, net_share=[0.008] * 3, others_share=[0.001] * 3,
                **{"bpf_s/sys_enter": [0.003] * 3, "bpf_runs/sys_enter": [30000] * 3,
                   "empty_ns/sys_enter": [53.2] * 3}))),
        bytes=1288490188)
    startup = part(row("untraced", start_ms=[1.0] * 3, end_ms=[1.0] * 3, total_ms=[2.0] * 3),
                   row("zctrace", start_ms=[10.0] * 3, end_ms=[2.0] * 3, total_ms=[12.0] * 3),
                   row("strace", start_ms=[10.0] * 3, end_ms=[3.0] * 3, total_ms=[13.0] * 3),
                   row("perf-trace", start_ms=[150.0] * 3, end_ms=[50.0] * 3, total_ms=[200.0] * 3),
                   row("phases", **{name: [1.5] * 3 for name in phases.NAMES}),
                   phases=phases.NAMES)
    programs = part(row("copy", elapsed_s=[1.0] * 3, cpu_s=[0.5] * 3, gb_per_s=[1.3] * 3),
                    row("memory", elapsed_s=[0.1] * 3, gb_per_s=[13.0] * 3), bytes=1288490188)
    growth = part(*(
        row(f"{prefix}/{count}", rss_bytes=[30 << 20] * 3, map_bytes=[40 << 20] * 3,
            ns_per_call=[cost] * 3)
        for prefix in ("processes", "sockets", "size") for count, cost in ((1, 400), (64, 440))))
    return {"schema": "zctrace-bench/1", "command": "make bench",
            "machine": {"kernel": "6.1.0", "arch": "x86_64", "distribution": "Debian", "cpus": 2,
                        "cpu_model": "a CPU", "hypervisor": True, "memory_bytes": 24 << 30,
                        "load_before": 0.5, "versions": {"zctrace": "1.0", "bpftrace": None}},
            "parts": {"dense": dense, "bystander": bystander, "workload": workload,
                      "startup": startup, "programs": programs, "growth": growth}}


def verdicts(found):
    return {line["what"]: line["verdict"] for line in goals.judge(found)}


def change(found, name, row_id, **values):
    """The results with other values in a row."""
    changed = copy.deepcopy(found)
    figures.find_row(changed["parts"][name], row_id)["values"].update(values)
    return changed


# --- figures ---

def test_a_round_that_was_not_measured_counts_nowhere():
    some = part(row("untraced", ns=[100, None, 200]), row("other", ns=[110, 500, None]))
    assert figures.median([3, None, 1]) == 2
    assert figures.median([None]) is None
    assert figures.added(some, "other", "ns") == [10]
    assert figures.shares(some, "other", "ns") == [1.1]
    assert figures.added(some, "missing", "ns") == []
    assert figures.ratio(1, 0) is None and figures.ratio(None, 1) is None


@pytest.mark.parametrize("values, text", [
    ([1234.5, 1000, 2000], "1,234 (1,000 – 2,000)"),
    ([1.234, None, 1.2], "1.22 (1.20 – 1.23)"),
    ([55.55], "55.5 (55.5 – 55.5)"),
    ([-0.001, 0.001], "0.00 (0.00 – 0.00)"),
    ([None], "—"),
])
def test_spread(values, text):
    assert figures.spread(values) == text


def test_growth_is_the_last_against_the_lowest():
    assert figures.growth([4, 2, None, 3]) == 1.5
    assert figures.growth([4]) is None


def test_sizes():
    assert [figures.size(count) for count in (5, 1 << 20, 24 << 30)] == ["5 B", "1 MiB", "24 GiB"]


# --- goals ---

def test_all_goals_of_good_results_are_met():
    found = verdicts(results())
    assert len(found) == 23
    assert set(found.values()) == {goals.MET}


def test_the_rounds_own_mood_is_taken_off():
    """All rows had a slow round, which adds to none of them."""
    (line,) = [line for line in goals.judge(results())
               if line["what"] == "dense loop: zctrace against an empty pair"]
    assert line["measured"] == "1.50 ×"


@pytest.mark.parametrize("what, part_name, row_id, metric, just, beyond", [
    ("dense loop: zctrace against an empty pair", "dense", "zctrace", "rw_ns", 375, 376),
    ("dense loop: zctrace counting only, against an empty pair", "dense", "counts", "rw_ns", 315,
     316),
    ("dense loop: bpftrace against zctrace", "dense", "bpftrace", "rw_ns", 725, 724),
    ("dense loop: syscount -L against zctrace", "dense", "syscount-L", "rw_ns", 470, 469),
    ("dense loop: strace -c (on the same CPU) against zctrace", "dense", "strace-pinned", "rw_ns",
     7700, 7699),
    ("dense loop: perf trace -s against zctrace", "dense", "perf-trace", "rw_ns", 13700, 13699),
    ("dense loop: events that zctrace lost, all rounds", "dense", "zctrace", "lost", 0, 1),
    ("dense loop: calls that zctrace's count differs by, all rounds", "dense", "zctrace",
     "calls_off", 0, 1),
    ("dense loop: bytes that zctrace's sum differs by, all rounds", "dense", "zctrace",
     "bytes_off", 0, 1),
    ("dense loop: mean latency as zctrace reports it, against the untraced call", "dense",
     "zctrace", "latency_ns", 300, 301),
    ("an untraced process beside a traced one: zctrace against an empty pair", "bystander",
     "zctrace", "rw_ns", 310, 311),
    ("1.2 GB, copy, whole file: zctrace's share of the sender's CPU time", "workload",
     "copy-whole/kernel", "net_share", 0.01, 0.0101),
    ("1.2 GB, sendfile, 64 KiB: zctrace's share of the sender's CPU time", "workload",
     "sendfile/kernel", "net_share", 0.02, 0.0201),
    ("start-up and end together", "startup", "zctrace", "total_ms", 13, 20.1),
    ("start-up and end: zctrace against perf trace -s", "startup", "perf-trace", "total_ms", 120,
     119),
    ("start-up and end: zctrace against strace -c", "startup", "strace", "total_ms", 12, 11.9),
    ("cost of a call with the number of sockets, up to sockets/64", "growth", "sockets/64",
     "ns_per_call", 500, 501),
    ("memory with the number of processes, up to processes/64", "growth", "processes/64",
     "rss_bytes", 47 << 20, 48 << 20),
])
def test_a_goal_is_met_up_to_its_limit(what, part_name, row_id, metric, just, beyond):
    mood = [0, 10, 50] if metric == "rw_ns" else [0] * 3
    for value, verdict in ((just, goals.MET), (beyond, goals.MISSED)):
        found = change(results(), part_name, row_id, **{metric: [value + more for more in mood]})
        assert verdicts(found)[what] == verdict


def test_a_goal_without_its_row_is_not_measured_and_says_why():
    found = results()
    bpftrace = figures.find_row(found["parts"]["dense"], "bpftrace")
    bpftrace.update(values={}, why="bpftrace is not installed")
    (line,) = [line for line in goals.judge(found) if "bpftrace" in line["what"]]
    assert (line["verdict"], line["measured"]) == (goals.NOT_MEASURED, "—")
    assert line["why"] == "bpftrace: bpftrace is not installed"


def test_bcc_itself_is_compared_with_where_it_runs():
    found = change(results(), "dense", "bcc-L", rw_ns=[300, 310, 350])
    assert verdicts(found)["dense loop: syscount -L against zctrace"] == goals.MISSED


def test_without_any_part_every_goal_says_so():
    found = {**results(), "parts": {}}
    assert {line["why"] for line in goals.judge(found)} == {"this part was not run"}


def test_what_the_statistics_take_is_what_empty_programs_show():
    spent = {"sys_enter": (5000, 10), "sched_switch": (900, 2)}
    empty = {"sys_enter": (400, 8), "sched_wakeup": (200, 2)}
    # 50 ns a run on sys_enter; none ran on sched_switch: 600 ns by 10 runs, all told.
    assert part_workload.statistics_s(spent, empty) == pytest.approx((10 * 50 + 2 * 60) / 1e9)


# --- the page ---

def test_page_has_every_goal_and_every_row():
    found = results()
    text = page.make(found)
    assert "Of 23 goals: 23 met, 0 missed, 0 not measured." in text
    for name in found["parts"]:
        for measured in found["parts"][name]["rows"]:
            if name in ("dense", "bystander", "programs") and measured["id"] != "kernel":
                assert f"| {measured['name']} |" in text
    assert "| zctrace | 360 (350 – 400) | 150 (150 – 150) | 1.50 × | 150 (150 – 150) |" in text
    assert "took 60 (60 – 60) ns on `sys_enter` and 70 (70 – 70) ns on `sys_exit`." in \
        text.replace("\n", " ")
    assert "| bcc | not measured: no \\| headers |" in text
    assert "`perf trace -s` missed calls in 1 of 3 rounds, up to 1,234." in text
    assert "| copy | 1.000 (1.000 – 1.000) | 0.500 (0.500 – 0.500) | 1.30 (1.30 – 1.30) | 10 % |" \
        in text
    assert "| `sys_enter` | 3.0 ms: 30,000 × 100 ns (53) |" in text
    assert "| copy, 64 KiB | 4.00 (4.00 – 4.00) | 1.20 (1.20 – 1.20) | 0.80 (0.80 – 0.80) |" in text
    assert "| not installed | bpftrace |" in text


def test_page_shows_nothing_that_was_not_measured_as_a_number():
    found = results()
    for measured in found["parts"].values():
        for each in measured["rows"]:
            each.update(values={}, why="made up", failed=0)
    text = page.make(found)
    assert "23 not measured" in text
    figures_left = re.findall(r"^\|.*\d – \d.*\|$", text, re.M)
    assert figures_left == []
    assert not re.search(r"\b(None|nan|inf)\b", text)


def test_page_of_a_part_that_failed_says_why():
    found = results()
    found["parts"]["growth"] = {"rounds": 0, "seconds": 0, "rows": [], "why": "no room",
                                "began": "2030-01-02 03:04"}
    del found["parts"]["startup"]
    text = page.make(found)
    assert "## How the cost grows\n\nNot measured: no room.\n" in text
    assert "## Start-up and end\n\nNot measured: this part was not run.\n" in text


def test_page_is_the_same_each_time_and_its_tables_are_whole():
    text = page.make(results())
    assert text == page.make(results())
    for block in re.findall(r"(?:^\|.*\n)+", text, re.M):
        columns = {len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}
        assert len(columns) == 1, block


# --- rounds ---

@pytest.fixture(autouse=True)
def little_memory(monkeypatch):
    """To settle half a GiB before each of hundreds of rows that measure nothing takes minutes."""
    monkeypatch.setattr(order, "SETTLED_BYTES", order.PAGE)


def orders(seed, title="test", count=40):
    seen = []
    rows = [rounds.Row(name, name, lambda name=name: seen.append(name) or {"x": 1})
            for name in "abc"]
    found = rounds.measure_rows(title, rows, count, seed)
    assert found["seed"] == seed
    assert [each["values"] for each in found["rows"]] == [{"x": [1] * count}] * 3
    return ["".join(seen[i:i + 3]) for i in range(0, 3 * count, 3)]


def test_each_round_has_every_row_once_in_an_order_of_its_own():
    assert set(orders(7)) == {"abc", "acb", "bac", "bca", "cab", "cba"}


def test_a_seed_gives_the_same_orders_again():
    assert orders(7) == orders(7)
    assert len({tuple(orders(7)), tuple(orders(8)), tuple(orders(7, "other"))}) == 3
    assert order.new_seed() != order.new_seed()


def test_memory_is_settled_before_each_row_for_its_largest_buffer(monkeypatch):
    seen = []
    monkeypatch.setattr(order, "settle_memory", seen.append)
    rows = [rounds.Row(name, name, lambda: seen.append("row") or {"x": 1}) for name in "ab"]
    rounds.measure_rows("test", rows, 2, SEED, buffer_bytes=part_workload.DOC1_BYTES)
    assert seen == [order.SETTLED_BYTES + part_workload.DOC1_BYTES, "row"] * 4


@pytest.mark.parametrize("size", [order.PAGE, 5 * order.PAGE + 1])
def test_settling_touches_whole_pages(size):
    order.settle_memory(size)


@pytest.mark.parametrize("values, chance, rises", [
    ([1, 2, 3, 4, 5], 2 / 120, True),
    ([5, 4, 3, 2, 1], 2 / 120, False),
    ([1, 3, 2], 1.0, True),
    ([2, 2, 2], 1.0, False),
])
def test_trend(values, chance, rises):
    """Of 120 orders of five values, one rises and one falls all the way."""
    found = order.trend(values)
    assert found[0] == pytest.approx(chance)
    assert found[1] == rises


def test_what_drifts_over_the_rounds_is_told():
    found = results()
    row_ = found["parts"]["dense"]["rows"][0]
    row_["values"]["rw_ns"] = list(range(200, 218, 2))
    assert "Trend over the rounds" in page.make(found)
    assert f"{row_['name']} rises." in page.make(found)
    assert "Trend" not in page.make(results())


def test_rounds_end_at_the_time_limit_but_not_before_the_third():
    slow = rounds.Row("a", "a", lambda: time.sleep(0.01) or {"x": 1})
    found = rounds.measure_rows("test", [slow], 9, SEED, limit_s=0)
    assert (found["rounds"], found["rows"][0]["values"]) == (3, {"x": [1, 1, 1]})


def failing(outcomes):
    """A row that fails where an outcome is a text."""
    left = iter(outcomes)

    def measure():
        outcome = next(left)
        if isinstance(outcome, str):
            raise processes.Failure(outcome)
        return {"x": outcome}

    return rounds.Row("f", "f", measure)


def test_a_row_that_fails_now_and_then_keeps_its_other_rounds():
    (found,) = rounds.measure_rows("test", [failing(["no", 1, "no", 2, "no"])], 5, SEED)["rows"]
    assert found["values"] == {"x": [None, 1, None, 2, None]}
    assert (found["why"], found["failed"], found["last_failure"]) == (None, 3, "no")


def test_a_row_that_always_fails_is_given_up():
    (found,) = rounds.measure_rows("test", [failing(["a", "b", "c"])], 9, SEED)["rows"]
    assert (found["values"], found["why"], found["failed"]) == ({}, "c", 3)


def test_a_surprise_is_a_reason_and_no_crash():
    (found,) = rounds.measure_rows("test", [rounds.Row("a", "a", lambda: {}["b"])], 4, SEED)["rows"]
    assert (found["values"], found["why"], found["failed"]) == ({}, "KeyError: 'b'", 3)


def test_a_row_that_cannot_be_measured_is_not_tried():
    row_ = rounds.Row("a", "a", None, "not here")
    (found,) = rounds.measure_rows("test", [row_], 2, SEED)["rows"]
    assert (found["values"], found["why"], found["failed"]) == ({}, "not here", 0)


# --- where the milliseconds go ---

LOG = """\
10 100.000000 execve("./zctrace", ["./zctrace"], 0x1 /* 9 vars */) = 0 <0.000100>
10 100.002000 mmap(NULL, 8192, PROT_READ, MAP_PRIVATE, 3, 0) = 0x7f <0.000010>
10 100.003000 munmap(0x7f, 8192) = 0 <0.000010>
10 100.005000 bpf(BPF_MAP_CREATE, {map_type=BPF_MAP_TYPE_ARRAY}, 72) = 4 <0.001000>
10 100.010000 bpf(BPF_PROG_LOAD, {prog_type=BPF_PROG_TYPE_TRACING}, 144) = 5 <0.003000>
10 100.014000 bpf(BPF_LINK_CREATE, {link_create={prog_fd=5}}, 64 <unfinished ...>
11 100.014500 close(9) = 0 <0.000010>
10 100.016000 <... bpf resumed>) = 6 <0.002000>
11 100.020000 execve("tick", ["tick"], 0x2 /* 9 vars */ <unfinished ...>
11 100.020500 <... execve resumed>) = 0 <0.000500>
11 100.021000 exit_group(0) = ?
11 100.021100 +++ exited with 0 +++
10 100.022000 close(6) = 0 <0.004000>
10 100.030000 exit_group(0) = ?
10 100.030500 +++ exited with 0 +++
"""


def test_phases_add_up_to_the_whole():
    found = {name: round(value, 6) for name, value in phases.split(phases.parse(LOG)).items()}
    assert found == {
        "exec_ms": 3, "open_ms": 2, "user_ms": 5, "map_ms": 1, "btf_ms": 0, "load_ms": 3,
        "attach_ms": 2, "other_ms": 0, "spawn_ms": 4, "program_ms": 1, "close_ms": 4,
        "report_ms": 5}
    assert sum(found.values()) == 30


@pytest.mark.parametrize("log", ["", "strace: no\n", LOG.split("11 100.020000")[0]])
def test_phases_of_another_log_are_none(log):
    assert phases.split(phases.parse(log)) == {}


# --- tracers and processes ---

SUMMARY = """\
   syscall            calls  errors  total       min       avg       max       stddev
   read                1500      0    28.367     0.008     0.019     3.801     13.78%
   write               1501      0    14.188     0.008     0.009     0.072      1.56%
   pread64             2900      0     0.017     0.008     0.008     0.009      1.19%
   mmap                   8      0     0.160     0.010     0.020     0.057     27.60%
"""


def test_calls_that_perf_missed():
    said = {"reads": 1500, "writes": 1500, "preads": 3000}
    assert part_dense.missed(said, SUMMARY) == 99
    assert part_dense.missed({**said, "preads": 2800}, SUMMARY) == 0
    assert part_dense.missed(said, "") == 6000


def test_the_loops_calls_are_told_from_the_programs_others(tmp_path):
    said = {"reads": 100, "writes": 100, "preads": 200, "bytes": 200}
    report = {"scenarios": [{"loss": {"ring": 0, "map_full": 2, "recursion": 0}, "syscalls": [
        {"name": name, "fd": fd, "calls": calls, "bytes": moved, "cpu_ns": 50 * calls,
         "blocked_ns": calls, "runnable_ns": calls}
        for name, fd, calls, moved in (("read", "char device", 100, 100), ("read", "pipe", 1, 1),
                                       ("write", "char device", 99, 98),
                                       ("pread64", "char device", 200, 0))]}]}
    path = tmp_path / "report"
    path.write_text(json.dumps(report))
    assert part_dense.as_counted(said, path, True) == {
        "lost": 2, "calls_off": 1, "bytes_off": 2, "latency_ns": 52}
    report["scenarios"][0]["syscalls"] = [{"name": "read", "fd": None, "calls": 101}]
    path.write_text(json.dumps(report))
    assert part_dense.as_counted(said, path, False) == {"lost": 2}
    assert part_dense.as_counted(said, path, True) == {"lost": 2, "calls_off": 400,
                                                       "bytes_off": 200}
    path.write_text("{")
    with pytest.raises(processes.Failure, match="left no report"):
        part_dense.as_counted(said, path, True)


def test_how_tracers_are_started(tmp_path):
    row = tracers.table(tmp_path)
    assert row["untraced"].words(tmp_path, ["dense", "-c", 1]) == ["dense", "-c", "1"]
    assert row["bpftrace"].words(tmp_path, ["dense", "-c", 1])[-2:] == ["-c", "dense -c 1"]
    assert "{ @t[tid] = nsecs; }" in " ".join(row["bpftrace"].words(tmp_path, ["dense"]))
    assert row["syscount-L"].words(tmp_path, ["dense"], 42) == ["syscount", "-L", "-p", "42"]
    assert row["counts"].reason_against() == "this zctrace has no --counts-only"
    assert len({each.name for each in row.values()}) == len(row)


def test_a_tool_that_fails_says_why_in_its_own_words():
    said = "starting\nUnable to find kernel headers.\nTraceback:\n  foo\n"
    assert processes.reason(said, 1) == "it ended with status 1: Unable to find kernel headers."
    assert processes.reason("", 3) == "it ended with status 3"
    with pytest.raises(processes.Failure, match="no-such-tool"):
        processes.finish(["no-such-tool"])
    with pytest.raises(processes.Failure, match="status 7: it cannot"):
        with processes.held(["sh", "-c", "echo it cannot >&2; exit 7"]):
            pass


def test_a_held_program_waits_to_be_told():
    script = ('echo "bench ready $$"; read -r a; echo noise; echo "bench done {\\"n\\": 5}"; '
              'read -r b')
    with processes.held(["sh", "-c", script]) as run:
        assert run.pid == run.process.pid
        run.go()
        assert run.done(10) == {"n": 5}
        assert run.process.poll() is None
        run.go()
        assert run.end(10) == ""


def test_nothing_is_left_of_what_was_started(tmp_path):
    """Not even what ignores SIGTERM, or a child of what has ended."""
    script = f"trap '' TERM; sleep 1000 & echo $! >{tmp_path}/child; echo bench ready $$; wait"
    with pytest.raises(ZeroDivisionError):
        with processes.held(["sh", "-c", script]) as run:
            raise ZeroDivisionError
    child = int((tmp_path / "child").read_text())
    assert run.process.returncode == -signal.SIGKILL
    end = time.monotonic() + 10
    while time.monotonic() < end and is_running(child):
        time.sleep(0.01)
    assert not is_running(child)


def is_running(pid):
    """A zombie that nobody reaps is none of ours."""
    try:
        os.kill(pid, 0)
        state = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_the_command_line():
    """What needs no root: usage errors, and that root is asked for."""
    bench = pathlib.Path(page.__file__).parent / "bench.py"
    for options, status, said in ((["--only", "dense,nonsense"], 2, "no such part: nonsense"),
                                  (["--rounds", "0"], 2, "at least one round")):
        done = subprocess.run([sys.executable, bench, *options], capture_output=True, text=True,
                              check=False)
        assert (done.returncode, said in done.stderr) == (status, True)


def test_the_page_is_made_again_from_saved_results(tmp_path):
    bench = pathlib.Path(page.__file__).parent / "bench.py"
    (tmp_path / "bench").mkdir()
    saved = tmp_path / "bench" / "results.json"
    command = [sys.executable, bench, "--build", tmp_path, "--page-only"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "no results; run make bench" in done.stderr
    saved.write_text(json.dumps(results()))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    # Three rounds are not enough for the documentation.
    assert (tmp_path / "bench" / "benchmarks.md").read_text() == page.make(results())
    saved.write_text(json.dumps({**results(), "schema": "other/1"}))
    assert subprocess.run(command, capture_output=True, check=False).returncode == 1
